"""What a column that weighs rows means: sampling weights never add certainty, people per row are rows repeated."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import audit_table
from testbed.case.decisions import Table
from testbed.measures.disparate_impact.calibration import calibration_error, calibration_gap
from testbed.measures.disparate_impact.ranking import cross_auc, grade_superiority
from testbed.statistics.intervals import clopper_pearson, wilson
from testbed.statistics.splitting import expand

ROWS = 32_561
RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy", "base_rate")


def drawn(n: int = 400, seed: int = 8) -> pd.DataFrame:
    words = np.random.Generator(np.random.Philox(seed)).random((7, n))
    y = words[1] < 0.4
    return pd.DataFrame({
        "g": np.array(list("abc"))[(words[0] * 3).astype(int)], "h": np.where(words[2] < 0.5, "x", "y"),
        "y": y.astype(int), "p": (words[3] < 0.2 + 0.4 * y).astype(int), "s": np.round((words[4] + y) / 2, 1),
        "n": (words[5] * 4).astype(int), "k": (words[6] * 40).astype(int),
    })  # fmt: skip


def survey(n: int = ROWS) -> pd.DataFrame:
    """Rows that each stand for some 190,000 people, as those of the census of 1994 do."""
    draw = np.random.Generator(np.random.Philox(1994))
    return drawn(n).assign(w=np.rint(draw.gamma(3.2, 59_000, n)).astype(int) + 12_285)


def audited(frame: pd.DataFrame, **more: object) -> pd.DataFrame:
    asked = {"groups": ["g", "h"], "outcome": "y", "prediction": "p", "score": "s", "reference": {"g": "a", "h": "x"}}
    return audit_table(frame, **{**asked, **more})  # type: ignore[arg-type]


def rates(findings: pd.DataFrame) -> pd.DataFrame:
    return findings[findings["measure"].isin(RATES) & (findings["versus"] == "")]


def test_whole_sampling_weights_are_no_heads_and_never_more_certain_than_the_rows() -> None:
    frame = survey()
    plain, weighted = audited(frame), audited(frame, weights="w")
    assert weighted["n"].max() == ROWS
    pd.testing.assert_frame_equal(
        plain[["measure", "split", "group", "n"]], weighted[["measure", "split", "group", "n"]]
    )
    found = rates(weighted)
    low, high = wilson(found["value"], found["n"], 1.959964)
    assert (found["low"] < low).all()
    assert (found["high"] > high).all()
    for name in ("auc", "mean_score", "statistical_parity_difference", "auc_gap", "score_ks_distance"):
        width = [made.loc[made["measure"] == name, "high"] - made.loc[made["measure"] == name, "low"]
                 for made in (plain, weighted)]  # fmt: skip
        assert (width[1] > width[0]).all(), name


def test_the_answer_says_which_weights_were_meant() -> None:
    frame = survey(900)
    effective = frame["w"].sum() ** 2 / (frame["w"].astype(float) ** 2).sum()
    assert audited(frame, weights="w").attrs["notes"][2] == (
        f"weights column 'w' holds sampling weights: 900 rows tell as much as {effective:.0f} of equal weight, and n "
        "counts rows; if it holds people per row, name it as counts."
    )
    assert audited(frame, weights=frame["w"] / 7).attrs["notes"][2].endswith("of equal weight, and n counts rows.")
    said = f"counts column 'n' holds people per row: {frame['n'].sum():,} people in {(frame['n'] > 0).sum():,} rows."
    assert audited(frame, counts="n").attrs["notes"][2] == said


@pytest.mark.parametrize("each", [1, 5, 0.1])
def test_weights_that_are_all_alike_are_no_weights(each: float, tmp_path: Path) -> None:
    frame = drawn(90)
    pd.testing.assert_frame_equal(audited(frame, weights=np.full(90, each)), audited(frame))
    path = tmp_path / "alike.csv"
    frame.assign(w=each).to_csv(path, index=False)
    found = audited(path, weights="w", stream=True)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found, audited(frame), check_exact=False, rtol=1e-9, atol=1e-12)


def test_weights_that_are_nearly_alike_make_no_interval_of_a_rate_narrower() -> None:
    frame = drawn(90)
    plain, nearly = (rates(made) for made in (audited(frame), audited(frame, weights=1 + np.arange(90) % 2 * 1e-4)))
    assert not plain["value"].equals(nearly["value"])
    assert (nearly["low"] <= plain["low"] + 1e-4).all()
    assert (nearly["high"] >= plain["high"] - 1e-4).all()


@pytest.mark.parametrize("scale", [3, 1 / 7, 1e6])
@pytest.mark.parametrize("more", [{}, {"clusters": "k"}, {"control": "h", "groups": "g", "reference": {"g": "a"}}])
def test_the_scale_of_weights_changes_nothing(scale: float, more: dict[str, object]) -> None:
    frame = drawn()
    one, other = (audited(frame, weights=frame["n"] * by, **more) for by in (1, scale))
    # The p of scores is that of draws by a count of units, which is not the same to the last digit.
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize(
    "more",
    [{}, {"clusters": "k"}, {"control": "h", "groups": "g", "reference": {"g": "a"}},
     {"clusters": "k", "control": "h", "groups": "g", "reference": {"g": "a"}}, {"groups": "g*h", "reference": None}],
    ids=["groups", "clusters", "strata", "strata and clusters", "crossing"],
)  # fmt: skip
@pytest.mark.parametrize("score", ["s", "points"])
def test_people_per_row_are_the_rows_repeated_in_every_finding(more: dict[str, object], score: str) -> None:
    frame = drawn().assign(points=lambda made: (made["s"] * 10).round())
    repeated = frame.loc[np.repeat(frame.index, frame["n"])].reset_index(drop=True)
    asked = {**more, "score": score}
    one, other = audited(frame, counts="n", **asked), audited(repeated, **asked)
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9, atol=1e-12)


def test_a_row_twice_is_a_row_of_two_people_also_counted_in_blocks(tmp_path: Path) -> None:
    frame = drawn()
    twice = pd.concat([frame, frame], ignore_index=True)
    path = tmp_path / "twice.csv"
    frame.assign(n=2).to_csv(path, index=False)
    for stream in (False, True):
        found = audited(path, counts="n", stream=stream)  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(found, audited(twice), check_exact=False, rtol=1e-9, atol=1e-12)


def test_counts_of_billions_take_no_more_memory_than_their_rows() -> None:
    # A gap of five standard errors and one of thousands among six billion people.
    frame = pd.DataFrame({
        "g": np.repeat(list("abc"), 2), "p": [0, 1] * 3,
        "n": [10**9, 10**9, 10**9 - 10**5, 10**9 + 10**5, 5 * 10**8, 15 * 10**8],
    })  # fmt: skip
    tracemalloc.start()
    found = audit_table(frame, groups="g", prediction="p", counts="n", reference={"g": "a"})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 2**20
    p = found[found["measure"] == "statistical_parity_difference_p"].set_index("group")["value"]
    # A standard error of 1/sqrt(4e9): z is 3.1623; and 2 (1 - Phi(3.1623)) by hand.
    assert p["b"] == pytest.approx(0.0015654, rel=1e-3)
    assert p["c"] == 0
    assert found.loc[found["measure"] == "selection_rate", "n"].max() == 6 * 10**9


def test_a_row_that_outweighs_all_others_tells_of_one_person() -> None:
    frame = drawn(200).assign(w=np.where(np.arange(200) == 7, 1e6, 1.0))
    found = audited(frame, weights="w")
    everybody = found[(found["split"] == "all") & (found["versus"] == "")].set_index("measure")
    width = everybody["high"] - everybody["low"]
    assert width["selection_rate"] > 0.7
    assert np.isnan(width["mean_score"])
    assert np.isnan(width["auc"])


def test_few_rows_with_an_event_stay_few_however_heavy_they_are() -> None:
    # Three heavy rows of a thousand hold a fifth of the weight: what is seen are three events.
    frame = pd.DataFrame({"g": "a", "p": [1] * 3 + [0] * 997, "w": [100.0] * 3 + [1.0] * 997})
    found = audit_table(frame, groups="g", prediction="p", weights="w")
    row = found[(found["measure"] == "selection_rate") & (found["split"] == "g")].iloc[0]
    assert row["value"] == pytest.approx(300 / 1297)
    exact = clopper_pearson(3, 3 / row["value"], 0.05)
    assert row["low"] == pytest.approx(float(exact[0]))
    assert row["high"] == pytest.approx(float(exact[1]))


def test_sampling_weights_counted_in_blocks_give_every_finding_of_the_whole_file(tmp_path: Path) -> None:
    frame = drawn().assign(w=lambda made: made["n"] * 0.3)
    path = tmp_path / "survey.csv"
    frame.to_csv(path, index=False)
    for more in ({}, {"clusters": "k"}):
        whole, blocks = (audited(path, weights="w", stream=stream, **more) for stream in (False, True))  # type: ignore[arg-type]
        pd.testing.assert_frame_equal(blocks, whole, check_exact=False, rtol=1e-9, atol=1e-12)
    assert blocks.attrs["notes"][3] == whole.attrs["notes"][2]


def test_missing_values_of_rows_that_weigh_nothing_are_refused_in_blocks_too(tmp_path: Path) -> None:
    path = tmp_path / "holes.csv"
    drawn().assign(g=lambda made: made["g"].where(made["n"] > 0)).to_csv(path, index=False)
    for stream in (False, True):
        with pytest.raises(InputError, match=r"groups column 'g' has \d+ missing values"):
            audited(path, weights="n", stream=stream, reference=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("measure", [calibration_error, calibration_gap, cross_auc, grade_superiority])
def test_intervals_of_scores_with_sampling_weights_hold_a_planted_truth(measure) -> None:  # type: ignore[no-untyped-def]
    seeds, hits, seen = 150, 0, 0
    for seed in range(seeds):
        draw = np.random.Generator(np.random.Philox([3, seed]))
        n, code = 300, np.arange(300) % 2
        s = draw.integers(1, 5, n) / (5 if measure is calibration_error else 1)
        y = draw.random(n) < (s if measure is calibration_error else s / 5)
        case = Table(
            pd.DataFrame(index=range(n)), {"g": (code, ("a", "b"))}, None, y, s, weights=draw.gamma(1.0, size=n),
            weights_are_people=False, splits=["g"], reference={"g": "a"},
        )  # fmt: skip
        rows = expand(measure, measure(case), case, splits=["g"], reference={"g": "a"})
        row = next(one for one in rows if one["measure"] == measure.name and one["group"] == "b")
        # Scores are right, and say nothing of the group.
        truth = {"calibration_error": 0.0, "calibration_gap": 0.0, "grade_superiority": 0.5, "cross_auc": 0.75}
        hits += row["low"] <= truth[measure.name] <= row["high"]
        seen += not np.isnan(row["low"])
    assert seen == seeds
    assert hits / seeds >= 0.95 - 4 * np.sqrt(0.95 * 0.05 / seeds)


def test_people_per_row_are_neighbors_of_each_other_as_repeated_rows_are() -> None:
    frame = drawn(120).assign(x=np.arange(120) % 17)
    repeated = frame.loc[np.repeat(frame.index, frame["n"])].reset_index(drop=True)
    asked = {"groups": "g", "prediction": "p", "features": ["x", "s"], "measures": "consistency*"}
    pd.testing.assert_frame_equal(audit_table(frame, counts="n", **asked), audit_table(repeated, **asked))


def test_decisions_that_all_agree_are_no_surer_than_their_effective_number() -> None:
    frame = drawn(120).assign(p=1, x=np.arange(120), w=np.where(np.arange(120) < 10, 50.0, 1.0))
    row = audit_table(frame, groups="g", prediction="p", weights="w", features="x", measures="consistency*").iloc[0]
    effective = frame["w"].sum() ** 2 / (frame["w"] ** 2).sum()
    assert row["low"] == pytest.approx(0.025 ** (1 / effective))
