"""An audit: the same bytes on every engine, the anchors beside it, failures that stay visible."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.findings.claims import claim
from testbed.findings.finding import COLUMNS, audited, csv_text, read
from testbed.findings.pooling import pooled
from testbed.lives.one_life import life, typical
from testbed.measure import same_rows
from testbed.models.base import Scores
from testbed.runs.auditing import audit, run_audit
from testbed.runs.manifest import identity, manifest_of, manifest_read, manifest_text, same_run
from testbed.runs.output import OURS, claim_folder, read_run, write_run
from testbed.runs.plan import planned

SMALL: dict[str, Any] = {"people": 3072, "periods": 10}
FEW = "adverse_rate,wrong_adverse_rate,flip_rate,error_gain,error_reach"


@pytest.fixture(scope="module")
def made() -> Any:
    """A small audit with few measures."""
    return run_audit(planned("rongcheng", measures=FEW, **SMALL))


def row(
    findings: pd.DataFrame, measure: str, model: str = "rongcheng", scenario: str = "rongcheng", **where: str
) -> Any:
    """The one row of a measure over everybody, or where it is told."""
    place = {"split": "all", "group": "all", "versus": "", **where}
    held = findings[
        (findings["measure"] == measure) & (findings["model"] == model) & (findings["scenario"] == scenario)
    ]
    for name, value in place.items():
        held = held[held[name] == value]
    assert len(held) == 1, f"{measure}: {len(held)} rows"
    return held.iloc[0]


def test_the_table_has_the_columns_of_the_contract(made: Any) -> None:
    assert tuple(made.findings.columns) == COLUMNS
    assert (made.findings["value"].isna() == (made.findings["why"] != "")).all()
    assert (
        not made.findings[["scenario", "model", "measure", "split", "group", "versus", "unit", "why"]]
        .isna()
        .any()
        .any()
    )


@pytest.fixture
def learned_from_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A small training society, for serial audits whose answers do not depend on cut-offs."""
    monkeypatch.setattr("testbed.case.setting.TRAINING_PEOPLE", 2048)


@pytest.mark.usefixtures("learned_from_few")
def test_rows_of_one_seed_say_what_was_fitted_and_rows_over_seeds_hold_nothing_fixed() -> None:
    asked: dict[str, Any] = {"people": 4_096, "periods": 7, "seeds": (0, 1), "measures": "adverse_rate,error_gain"}
    found = audit("essay-claims", ["essay-claims", "logistic"], paired=True, **asked)
    assert set(found[found["seed"] == -1]["given"]) == {""}
    ours = found[(found["seed"] >= 0) & found["value"].notna() & ~(found["low"] == found["high"])]
    fitted = ours["given"].str.partition(", with ")[0]  # the scheme leaves many of its adverse to a lot, and says so
    assert fitted.groupby(ours["model"]).unique().map(list).to_dict() == {
        "essay-claims": ["fitted cut-off"],
        "logistic": ["fitted model and cut-off"],
        "essay-claims - logistic": ["fitted model and cut-off"],
    }
    assert set(found[found["value"].isna()]["given"]) <= {""}
    assert (
        "given the fitted model and cut-off"
        in claim(found[(found["seed"] == 0) & (found["model"] == "logistic")], "error_gain").describe()
    )


def test_rows_of_a_scheme_with_fixed_grades_hold_nothing_fixed() -> None:
    found = audit("restaurant-hygiene", people=2048, periods=3, measures="adverse_rate")
    assert set(found["given"]) == {""}


def test_the_lottery_and_the_other_anchors_stand_beside_the_scheme_under_their_own_names(made: Any) -> None:
    assert row(made.findings, "error_gain", model="lottery")["value"] == 0
    assert "oracle" in set(made.findings["model"])
    assert "rongcheng{channels.errors=off}" in set(made.findings["scenario"])
    assert made.findings.attrs["audited"] == [("rongcheng", "rongcheng")]
    assert made.verdicts
    assert not made.void


@pytest.mark.usefixtures("learned_from_few")
@pytest.mark.parametrize("dials", [{}, {"channels.errors": "off"}], ids=["errors", "no errors"])
@pytest.mark.parametrize("models", [None, ["rongcheng", "lottery"]], ids=["alone", "with the lottery"])
def test_an_audit_answers_with_what_was_asked_and_with_anchors_only_where_they_are_wanted(
    dials: dict[str, str], models: Any, tmp_path: Path
) -> None:
    asked: dict[str, Any] = {"dials": dials, "measures": "error_gain", "people": 1024, "periods": 8}
    found = audit("rongcheng", models, out=tmp_path / "run", **asked)
    assert set(found["measure"].str.partition("[")[0].str.partition("_gap")[0]) <= {"error_gain", "error_gain_p"}
    assert list(found["model"].unique()) == (models or ["rongcheng"])
    whole = audit("rongcheng", models, anchors=True, **asked)
    pairs = set(zip(found["scenario"], found["model"], strict=True))
    is_own = [(row.scenario, row.model) in pairs for row in whole.itertuples()]
    pd.testing.assert_frame_equal(whole[is_own], found)
    beside = whole[[not own for own in is_own]]
    assert "oracle" in set(beside["model"])
    faithful = ("rongcheng{channels.errors=off}", "rongcheng")
    assert (faithful in set(zip(beside["scenario"], beside["model"], strict=True))) != bool(dials)
    assert csv_text(read(tmp_path / "run")) == csv_text(whole)


def test_a_model_may_not_take_the_name_of_an_anchor() -> None:
    def oracle(records: pd.DataFrame) -> np.ndarray:
        return records["age"].to_numpy(float)

    with pytest.raises(InputError, match="'oracle' is the name of an anchor"):
        planned("rongcheng", oracle)
    oracle.__name__ = "lottery"
    with pytest.raises(InputError, match="'lottery' is the name of an anchor"):
        planned("rongcheng", oracle)
    planned("rongcheng", "lottery")


def test_serial_and_processes_give_the_same_bytes_and_another_seed_gives_others(made: Any) -> None:
    again = run_audit(planned("rongcheng", measures=FEW, **SMALL), engine="processes", workers=2)
    assert csv_text(again.findings) == csv_text(made.findings)
    other = run_audit(planned("rongcheng", measures=FEW, **SMALL, seeds=(1,)))
    assert csv_text(other.findings) != csv_text(made.findings)


def test_the_base_run_shows_what_a_wrong_entry_does() -> None:
    found = audit("rongcheng", people=20_000, periods=12, measures=FEW, anchors=True)
    assert row(found, "error_reach[hop=household]")["value"] > 0
    assert row(found, "wrong_adverse_rate")["value"] > 0
    assert row(found, "error_gain")["value"] < 0
    assert row(found, "error_gain", model="lottery")["value"] == 0


@pytest.mark.usefixtures("learned_from_few")
def test_without_the_family_rule_the_household_is_not_reached() -> None:
    found = audit("rongcheng", dials={"regime.family.share": 0}, measures="error_reach[hop=household]", **SMALL)
    assert row(found, "error_reach[hop=household]", scenario="rongcheng{regime.family.share=0}")["value"] == 0


@pytest.mark.usefixtures("learned_from_few")
def test_without_channel_errors_no_decision_is_wrong() -> None:
    found = audit("rongcheng", dials={"channels.errors": "off"}, measures="wrong_adverse_rate", **SMALL)
    assert row(found, "wrong_adverse_rate", scenario="rongcheng{channels.errors=off}")["value"] == 0


class Raises:
    """A model that fails on what it is asked."""

    name = "raises"

    def score(self, records: pd.DataFrame) -> np.ndarray:
        raise ZeroDivisionError("nothing to divide by")


@pytest.mark.usefixtures("learned_from_few")
def test_a_model_that_fails_leaves_rows_that_say_why_and_the_lottery_stays() -> None:
    with pytest.warns(RuntimeWarning, match="nothing to divide by"):
        found = audit("rongcheng", Raises(), measures=FEW, anchors=True, **SMALL)
    mine = found[found["model"] == "raises"]
    assert len(mine) == 5
    assert mine["value"].isna().all()
    assert mine["why"].str.contains("nothing to divide by").all()
    assert row(found, "error_gain", model="lottery")["value"] == 0


@pytest.mark.usefixtures("learned_from_few")
def test_functions_and_objects_are_models_too() -> None:
    def by_age(records: pd.DataFrame) -> np.ndarray:
        return records["age"].to_numpy(float)

    by_age.row_wise = True  # type: ignore[attr-defined]
    found = audit("rongcheng", by_age, measures="adverse_rate", **SMALL)
    assert row(found, "adverse_rate", model="by_age")["value"] > 0


@pytest.mark.usefixtures("learned_from_few")
def test_either_spelling_selects_and_a_pattern_that_selects_nothing_is_refused() -> None:
    some = audit("rongcheng", measures=["error_reach[hop=household]"], **SMALL)
    assert set(some["measure"].str.partition("[")[2]) == {"hop=household]"}
    with pytest.raises(InputError, match="did you mean 'flip_rate'"):
        audit("rongcheng", measures="flip_rat", **SMALL)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"people": 0}, "people"),
        ({"people": 1.5}, "people"),
        ({"periods": 0}, "periods"),
        ({"seeds": ()}, "seeds"),
        ({"seeds": (1, 1)}, "seeds"),
        ({"seeds": (-1,)}, "seed"),
        ({"models": []}, "models"),
        ({"models": ["lottery", "lottery"]}, "twice"),
        ({"models": "no_such"}, "no_such"),
        ({"dials": {"no.such": 1}}, "no.such"),
        ({"dials": {"regime.family.share": 2}}, "0 to 1"),
        ({"engine": "threads"}, "engine"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence_before_anything_runs(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        audit("rongcheng", **options)
    assert "\n" not in str(caught.value)


def test_over_several_seeds_a_row_holds_the_mean_with_a_t_interval() -> None:
    base = dict.fromkeys(("harm", "unit", "why"), "") | {
        "scenario": "s",
        "model": "m",
        "split": "all",
        "group": "all",
        "versus": "",
    }
    rows = [
        {**base, "measure": "echo", "value": v, "low": v, "high": v, "n": 10, "seed": s}
        for s, v in enumerate((1.0, 2.0, 6.0))
    ]
    rows += [
        {**base, "measure": "flip_rate", "value": v, "low": v, "high": v, "n": 10, "seed": s}
        for s, v in enumerate((1.0, math.nan, 6.0))
    ]
    rows += [
        {
            **base,
            "measure": f"equal_{exact}",
            "value": 0.5,
            "low": 0.5 if exact else 0.4,
            "high": 0.5,
            "n": 10,
            "seed": s,
        }
        for exact in (True, False)
        for s in range(3)
    ]
    echo, flip, exact, by_chance = pooled(pd.DataFrame(rows))
    assert (exact["low"], exact["value"], exact["high"]) == (0.5, 0.5, 0.5)
    assert math.isnan(by_chance["low"])
    assert by_chance["value"] == 0.5
    # Mean 3, standard deviation sqrt(7), t(2) at 0.975 is 4.302653 (any table): 3 -+ 4.302653 sqrt(7 / 3).
    assert echo["value"] == 3.0
    assert (echo["seed"], echo["n"]) == (-1, 30)
    assert echo["high"] - 3 == pytest.approx(4.302653 * math.sqrt(7 / 3), abs=1e-5)
    assert 3 - echo["low"] == pytest.approx(echo["high"] - 3)
    assert math.isnan(flip["value"])
    assert flip["why"].startswith("undefined for 1 of 3 seeds")


def test_what_no_world_can_give_an_interval_needs_ten_seeds_for_its_own() -> None:
    def over(seeds: int, low: float) -> Any:
        place = {"scenario": "s", "model": "m", "harm": "h", "split": "sex", "unit": "rate", "n": 9, "why": ""}
        rows = [
            {
                **place,
                "measure": "adverse_gap",
                "group": "a",
                "versus": "b",
                "value": k / 10,
                "low": low,
                "high": low,
                "seed": k,
            }
            for k in range(seeds)
        ]
        return pooled(pd.DataFrame(rows))

    few, p_few = over(9, math.nan)
    assert math.isnan(few["low"])
    assert few["value"] == pytest.approx(0.4)
    assert "10 are needed" in p_few["why"]
    enough, p_enough = over(10, math.nan)
    assert enough["low"] < 0.45 < enough["high"]
    assert 0 < p_enough["value"] < 0.05
    assert over(3, 0.1)[0]["high"] > 0.1


def test_one_life_is_told_in_both_worlds(made: Any) -> None:
    from testbed.case.case import run_case

    told = made.life
    assert told["root_period"] == 6
    case = run_case("rongcheng", **SMALL)
    assert typical(case) == told["person"]
    assert life(case, told["person"]) == told
    injected = [
        event for event in told["events"] if event["world"] == "error" and "only one world has" in event["detail"]
    ]
    assert injected[0]["period"] == 6
    with pytest.raises(InputError, match="0 to 3071"):
        life(case, 3072)


# The folder of a run


def test_the_manifest_says_what_the_run_rests_on_and_holds_no_paths(made: Any, tmp_path: Path) -> None:
    manifest = manifest_of(made)
    assert manifest_read(manifest_text(manifest))["assumed"] == manifest["assumed"]
    by_path = {dial["path"]: dial for dial in manifest["assumed"]}
    assert "flip_rate" in by_path["error.per_1000"]["measures"]
    assert by_path["error.sample"]["value"] == 50
    assert "adverse_rate" not in by_path["error.per_1000"]["measures"]
    assert str(Path.cwd()) not in manifest_text(manifest)
    assert manifest["claimed"]
    assert manifest["decided_by"] == {
        "rongcheng": "adverse if the grade is B or worse; favored if the grade is AA or better"
    }
    assert by_path["decide.worst_share"]["measures"] == []
    assert {"python", "numpy", "scoring-testbed"} <= set(manifest["versions"])


def test_a_folder_of_the_same_run_is_replaced_and_any_other_is_refused(made: Any, tmp_path: Path) -> None:
    who, manifest = identity(made.plan), manifest_of(made)
    out = tmp_path / "new" / "run"
    write_run(made.findings, manifest, claim_folder(out, who))
    assert sorted(one.name for one in out.iterdir()) == sorted(OURS)
    assert list(out.parent.iterdir()) == [out]
    first = {name: (out / name).read_bytes() for name in OURS}
    write_run(made.findings, manifest_of(made), claim_folder(out, who))
    assert {name: (out / name).read_bytes() for name in OURS} == first
    other = {**who, "seeds": [5]}
    with pytest.raises(InputError, match="--overwrite"):
        claim_folder(out, other)
    claim_folder(out, other, overwrite=True)
    findings, held = read_run(out)
    assert csv_text(findings) == csv_text(made.findings)
    assert same_run(held, who)


def test_overwriting_leaves_files_of_others_alone(made: Any, tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("three years of work")
    with pytest.raises(InputError, match="something other than this run"):
        claim_folder(tmp_path, identity(made.plan))
    write_run(made.findings, manifest_of(made), claim_folder(tmp_path, identity(made.plan), overwrite=True))
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([*OURS, "thesis.tex"])
    assert (tmp_path / "thesis.tex").read_text() == "three years of work"


def test_a_file_in_the_way_is_refused(made: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="is a file"):
        claim_folder(tmp_path / "taken", identity(made.plan))
    with pytest.raises(InputError, match="cannot be written"):
        claim_folder(tmp_path / "taken" / "below", identity(made.plan))


def test_the_plan_and_what_came_of_it_have_one_identity(made: Any) -> None:
    assert same_run(identity(planned("rongcheng", measures=FEW, **SMALL)), identity(made.plan))


def test_reading_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_run(tmp_path)
    with pytest.raises(InputError):
        read_run(tmp_path / "none")


class Old:
    """Adverse for the old; `also` for these people of the records besides."""

    def __init__(self, name: str, also: int = 0) -> None:
        self.name, self.also = name, also

    def score(self, records: pd.DataFrame) -> Scores:
        adverse = records["age"].to_numpy() >= 60
        turned = np.flatnonzero(~adverse)[: self.also]
        adverse[turned] = True
        return Scores(-adverse.astype(float), np.where(adverse, -1, 0).astype(np.int8))


def test_two_models_are_compared_on_the_same_people_and_one_with_itself_differs_by_exactly_0() -> None:
    models = [Old("old"), Old("older", also=20), Old("same")]
    found = audit("rongcheng", models, paired=True, measures="adverse_rate", people=1024, periods=6)
    turned = row(found, "adverse_rate", model="old - older")
    assert turned["value"] == pytest.approx(-20 / turned["n"])
    none = found[(found["model"] == "old - same") & (found["unit"] == "rate") & found["value"].notna()]
    assert len(none) > 5
    assert (none["value"] == 0).all()
    assert ("rongcheng", "old - same") in found.attrs["audited"]
    alone = found[(found["model"] == "older") & (found["measure"] == "adverse_rate")].set_index(["split", "group"])
    base = found[(found["model"] == "old") & (found["measure"] == "adverse_rate")].set_index(["split", "group"])
    pair = found[(found["model"] == "old - older") & (found["measure"] == "adverse_rate")].set_index(["split", "group"])
    assert pair["value"].to_numpy() == pytest.approx((base["value"] - alone["value"])[pair.index].to_numpy())


def test_what_is_declared_before_a_run_is_in_its_manifest_and_a_bound_judges_every_row_of_its_measure() -> None:
    asked: dict[str, Any] = {"equivalence": {"adverse_gap": 0.5}, "measures": "adverse_gap"}
    made = run_audit(planned("rongcheng", people=1024, periods=6, **asked))
    rows = audited(made.findings)
    gaps = rows[rows["measure"] == "adverse_gap"]
    verdicts = rows[rows["measure"] == "adverse_gap_equivalent"]
    assert len(gaps) == len(verdicts) > 0
    assert manifest_of(made)["arguments"]["equivalence"] == {"adverse_gap": 0.5}
    assert "--equivalent adverse_gap=0.5" in manifest_of(made)["command"]
    assert not same_run(manifest_of(made), identity(planned("rongcheng", people=1024, periods=6)))
    with pytest.raises(InputError, match="two are needed"):
        planned("rongcheng", paired=True)


def test_where_the_outcome_is_the_deserved_decision_a_wrong_adverse_decision_is_a_false_negative() -> None:
    names = "wrong_adverse_rate,missed_adverse_rate,true_positive_rate,false_positive_rate"
    found = audit("rongcheng", measures=names.split(","), **SMALL)
    value = found.set_index(["measure", "split", "group", "versus"])["value"]
    same = same_rows("deserved")
    for name in ("wrong_adverse_rate", "missed_adverse_rate", "wrong_adverse_gap", "missed_adverse_gap"):
        assert name not in same_rows("recorded:any:6")
        mine, other = value[name].dropna(), value[same[name]].dropna()
        mirror = 1 - mine if name == "wrong_adverse_rate" else -mine if name == "wrong_adverse_gap" else mine
        assert len(mine)
        assert mirror.to_dict() == pytest.approx(other.to_dict())
