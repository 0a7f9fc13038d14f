"""A control column: the same within each stratum, and once pooled over the strata that all share."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import audit_table, claim
from testbed.case.decisions import Table
from testbed.commands.cli import main
from testbed.findings import finding
from testbed.measure import measures
from testbed.runs.manifest import digest
from testbed.statistics.strata import Pooling

BERKELEY = {
    # Bickel, Hammel and O'Connell (1975), the six largest departments, 1973: admitted and applied, men, then women.
    "A": (512, 825, 89, 108), "B": (353, 560, 17, 25), "C": (120, 325, 202, 593),
    "D": (138, 417, 131, 375), "E": (53, 191, 94, 393), "F": (22, 373, 24, 341),
}  # fmt: skip


def berkeley() -> pd.DataFrame:
    rows = []
    for name, (men, of_men, women, of_women) in BERKELEY.items():
        for sex, taken, applied in (("male", men, of_men), ("female", women, of_women)):
            rows += [(sex, name, 1, taken), (sex, name, 0, applied - taken)]
    return pd.DataFrame(rows, columns=["sex", "department", "admitted", "n"])


def row(found: pd.DataFrame, measure: str, split: str, group: str = "", versus: str = "") -> pd.Series:
    held = found[
        (found["measure"] == measure)
        & (found["split"] == split)
        & (found["group"] == group)
        & (found["versus"] == versus)
    ]
    assert len(held) == 1, (measure, split, group, versus)
    return held.iloc[0]


def admissions(**more: object) -> pd.DataFrame:
    return audit_table(
        berkeley(), groups="sex", prediction="admitted", counts="n", control="department",
        reference={"sex": "male"}, measures="statistical_parity_difference,selection_rate,demographic_*", **more,
    )  # type: ignore[arg-type]  # fmt: skip


def test_simpsons_reversal_has_opposite_signs_plain_and_at_equal_department() -> None:
    found = admissions()
    plain = row(found, "statistical_parity_difference", "sex", "female", "male")
    pooled = row(found, "conditional_statistical_parity_difference", "sex|department", "female", "male")
    share = {name: (cell[1] + cell[3]) / 4526 for name, cell in BERKELEY.items()}
    gap = {name: cell[2] / cell[3] - cell[0] / cell[1] for name, cell in BERKELEY.items()}
    assert plain["high"] < -0.1
    assert pooled["value"] == pytest.approx(sum(share[name] * gap[name] for name in BERKELEY))
    assert pooled["value"] > 0.04
    assert pooled["low"] > 0
    assert pooled["n"] == 1835
    for name in BERKELEY:
        within = row(found, "statistical_parity_difference", "sex|department", f"female|{name}", f"male|{name}")
        assert within["value"] == pytest.approx(gap[name])
    claim(found, "statistical_parity_difference", split="sex", group="female", versus="male").below(0)
    claim(
        found, "conditional_statistical_parity_difference", split="sex|department", group="female", versus="male"
    ).above(0)


def drawn(seed: int = 3, n: int = 900) -> pd.DataFrame:
    words = np.random.Generator(np.random.Philox(seed)).random((5, n))
    frame = pd.DataFrame({"c": np.array(list("xyz"))[(words[0] * 3).astype(int)], "s": (words[1] * 8).astype(int) / 8})
    frame["g"] = np.where(words[2] < np.where(frame["c"] == "x", 0.7, 0.3), "a", "b")
    return frame.assign(y=words[3] < 0.4, p=words[4] < 0.2 + 0.5 * frame["s"], k=np.arange(n) // 5)


@pytest.mark.parametrize("more", [{}, {"clusters": "k"}, {"weights": "w"}, {"counts": "n"}])
def test_a_stratum_is_what_its_rows_alone_give(more: dict[str, str]) -> None:
    frame = drawn().assign(w=np.tile([0.5, 1.5, 2.25], 300), n=np.tile([0, 1, 4], 300))
    asked = {"groups": "g", "outcome": "y", "prediction": "p", "score": "s", "reference": {"g": "b"}, **more}
    both = audit_table(frame, control="c", **asked)  # type: ignore[arg-type]
    alone = audit_table(frame[frame["c"] == "y"], **asked)  # type: ignore[arg-type]
    held = both[both["group"].str.endswith("|y")]
    keep = [name for name in both.columns if name not in ("split", "group", "versus")]
    left, right = (made[~made["measure"].str.contains("_p_")][keep].reset_index(drop=True) for made in (held, alone))
    pd.testing.assert_frame_equal(left, right)
    assert set(held["split"]) == {"g|c", "all|c"}


@pytest.mark.parametrize("more", [{}, {"clusters": "k"}])
def test_one_stratum_or_strata_without_any_bearing_change_nothing(more: dict[str, str]) -> None:
    frame = drawn().assign(one="only")
    asked = {"groups": "g", "outcome": "y", "prediction": "p", "control": "one", "reference": {"g": "b"}, **more}
    found = audit_table(frame, **asked)  # type: ignore[arg-type]
    for measure in ("statistical_parity_difference", "true_positive_gap", "average_odds_difference"):
        plain = row(found, measure, "g", "a", "b")
        pooled = row(found, f"conditional_{measure}", "g|one", "a", "b")
        near = 0.005 if more else 1e-6  # a pooled row has no limits for uneven clusters of its own
        numbers = [one[["value", "low", "high"]].tolist() for one in (pooled, plain)]
        assert numbers[0] == pytest.approx(numbers[1], rel=near)
    same = [row(found, name, split)["value"] for name, split in (
        ("demographic_parity_difference", "g"), ("conditional_demographic_parity_difference", "g|one"),
    )]  # fmt: skip
    assert same[0] == pytest.approx(same[1])


def test_people_of_strata_that_are_not_shared_do_not_count_and_too_many_leave_no_value() -> None:
    frame = pd.DataFrame({
        "g": [*"ab" * 30, *"a" * 10, *"a" * 60], "c": ["x"] * 60 + ["y"] * 10 + ["z"] * 60,
        "p": [*[1, 0] * 15, *[0, 0] * 15, *[1] * 70],
    })  # fmt: skip
    few = audit_table(frame[frame["c"] != "z"], groups="g", prediction="p", control="c", reference={"g": "b"})
    name, place = "conditional_statistical_parity_difference", ("g|c", "a", "b")
    assert row(few, name, *place)["value"] == pytest.approx(0.5)
    assert row(few, f"{name}_support", *place)["value"] == pytest.approx(60 / 70)
    wilson = (0.7566158011633325, 0.920510582829334)  # of 60 of 70 people, by hand
    assert tuple(row(few, f"{name}_support", *place)[["low", "high"]]) == pytest.approx(wilson)
    many = audit_table(frame, groups="g", prediction="p", control="c", reference={"g": "b"})
    assert np.isnan(row(many, name, *place)["value"])
    assert "support is 0.46" in row(many, name, *place)["why"]
    assert row(many, f"{name}_observed", *place)["value"] == pytest.approx(0.5)
    apart = audit_table(frame.assign(c=frame["g"]), groups="g", prediction="p", control="c")
    assert np.isnan(row(apart, name, "g|c", "b", "a")["value"])
    assert not apart["measure"].eq(f"{name}_observed").any()


def test_a_small_group_takes_no_strata_from_a_comparison_of_two_others() -> None:
    frame = pd.concat([drawn(), pd.DataFrame({"g": ["rare"], "c": ["x"], "p": [True], "y": [True]})])
    found = audit_table(frame.reset_index(drop=True), groups="g", prediction="p", control="c", reference={"g": "b"})
    assert row(found, "conditional_statistical_parity_difference_support", "g|c", "a", "b")["value"] == 1
    assert np.isnan(row(found, "conditional_demographic_parity_difference", "g|c")["value"])


@pytest.mark.parametrize("kind", ["people", "clusters"])
def test_the_pooled_interval_holds_a_planted_gap_as_often_as_it_says(kind: str) -> None:
    # Gap 0.1 in every stratum, against the group's share; clusters of five share half their coins.
    held, runs, gap = 0, 300, measures.get("statistical_parity_difference")
    draw = np.random.Generator(np.random.Philox(11))
    for _ in range(runs):
        stratum = draw.integers(0, 4, 480)
        g = draw.random(480) < np.array([0.2, 0.4, 0.6, 0.8])[stratum]
        coin = draw.random(480)
        if kind == "clusters":
            coin = np.where(draw.random(480) < 0.5, np.repeat(draw.random(96), 5), coin)
        case = Table(
            pd.DataFrame(index=range(480)),
            {"g": (g.astype(np.int8), ("f", "t")), "c": (stratum, tuple("wxyz"))},
            coin < np.array([0.7, 0.5, 0.3, 0.1])[stratum] + 0.1 * g,
            clusters=np.arange(480) // 5 if kind == "clusters" else None,
        )
        rows = Pooling(case, "c").rows(gap, gap(case), ["g"], {"g": "f"})
        made = next(one for one in rows if one["measure"] == "conditional_statistical_parity_difference")
        held += made["low"] <= 0.1 <= made["high"]
    assert 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs) <= held / runs


def test_two_control_columns_are_crossed_and_a_group_column_is_no_control() -> None:
    frame = drawn().assign(d=np.arange(900) % 2)
    found = audit_table(frame, groups="g", prediction="p", control=["c", "d"], measures="selection_rate")
    assert "a|x*0" in set(found.loc[found["split"] == "g|c*d", "group"])
    with pytest.raises(InputError, match="control names 'g', which groups names too"):
        audit_table(frame, groups="g", prediction="p", control="g")
    with pytest.raises(InputError, match="control 'k' has 900 strata; at most 200"):
        audit_table(frame.assign(k=range(900)), groups="g", prediction="p", control="k")


@pytest.mark.parametrize("how", ["--stream", "--whole"])
def test_the_command_says_both_gaps_and_writes_a_page(how: str, tmp_path: Path, capsys) -> None:
    berkeley().to_csv(tmp_path / "berkeley.csv", index=False)
    words = "--prediction admitted --groups sex --counts n --control department --reference sex=male --positive 1"
    asked = ["--measures", "selection_rate,statistical_parity_difference", how, "--out", str(tmp_path / "out")]
    assert main(["table", str(tmp_path / "berkeley.csv"), *words.split(), *asked]) == 0
    told = capsys.readouterr().out
    gaps = next(line for line in told.splitlines() if line.startswith("female minus male: "))
    assert gaps.startswith("female minus male: -14 (")  # -0.1416 in percentage points
    assert "; at equal department: 4.3" in gaps
    findings = finding.read(tmp_path / "out")
    assert set(findings["split"]) == {"all", "sex", "sex|department", "all|department"}
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["arguments"]["control"] == "department"
    assert manifest["digests"]["table"] == digest((tmp_path / "berkeley.csv").read_bytes())
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000


def test_rates_alike_in_two_strata_have_the_limits_and_the_test_of_everybody_in_one() -> None:
    from scipy.stats import binomtest

    cells = [("a", "x", 120, 80), ("a", "y", 120, 80), ("b", "x", 100, 100), ("b", "y", 100, 100)]
    rows = [(g, c, p, n) for g, c, yes, no in cells for p, n in ((1, yes), (0, no))]
    frame = pd.DataFrame(rows, columns=["g", "c", "p", "n"])
    names = "selection_rate,statistical_parity_difference"
    found = audit_table(
        frame, groups="g", prediction="p", counts="n", control="c", reference={"g": "b"}, measures=names
    )
    for group, events in (("a", 240), ("b", 200)):
        pooled, plain = row(found, "conditional_selection_rate", "g|c", group), binomtest(events, 400)
        ends = plain.proportion_ci(method="wilson")
        # By stratum each limit is that of 200 people, so both are within a thousandth of those of 400.
        assert (pooled["low"], pooled["high"]) == pytest.approx((ends.low, ends.high), abs=1e-3)
    # 240 against 200 of 400: z = 0.1 / sqrt(0.55 0.45 2 / 400) = 2.8427, and 0.0045 of a normal is beyond it.
    tested = row(found, "conditional_statistical_parity_difference_p", "g|c", "a", "b")
    assert tested["value"] == pytest.approx(0.00447, abs=2e-5)
