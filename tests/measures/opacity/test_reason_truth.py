"""Whether reasons are true: planted true, false and empty reasons give the fidelity that was planted."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hand_made import KINDS, Lottery, N, Points, coin, make, shown
from shared import rows_of

from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.measures.opacity import reason_truth, reasons
from testbed.models.base import Scores


def fidelity(case):
    return rows_of(case, "reason_fidelity")["reason_fidelity"]


def sufficiency(case):
    return rows_of(case, "reason_sufficiency")["reason_sufficiency"]


def told(case, **changed):
    case.reasons = case.reasons.assign(**changed)
    return case


def test_the_reasons_of_a_point_scheme_are_true_and_turn_every_adverse_decision():
    case = make(Points(), "open")
    assert fidelity(case)["value"] == sufficiency(case)["value"] == 1
    assert fidelity(case)["n"] == reason_truth.PEOPLE


@pytest.mark.parametrize("lie", ["the other way", "too much", "another item"])
def test_planted_false_reasons_give_their_fidelity(lie):
    case = make(Points(), "rules-published")
    person, amount, rule = (case.reasons[name].to_numpy() for name in ("person", "contribution", "rule"))
    false = coin("lies", 0.3)[person] == 1
    if lie == "another item":
        told(case, rule=np.where(false, "age", rule))  # everybody is told of an age that no rule reads
    else:
        told(case, contribution=amount * np.where(false, -1.0 if lie == "the other way" else 2.0, 1.0))
    row = fidelity(case)
    assert row["low"] <= 0.7 <= row["high"]
    assert row["high"] - row["low"] < 0.1


def test_boilerplate_covers_every_decision_and_is_neither_specific_nor_true():
    case = make(Points(), "open")
    case.reasons = pd.DataFrame({"person": np.arange(N), "rule": "overall conduct", "contribution": -1.0})
    assert all(part.numerator.sum() == part.denominator.sum() for part in reasons.reason_coverage(case))
    assert reasons.reason_specificity(case)[0].value == fidelity(case)["value"] == sufficiency(case)["value"] == 0


def test_a_stated_amount_may_miss_by_a_tenth_or_by_what_it_was_rounded_to():
    for factor, true in ((1.09, 1), (0.91, 1), (1.12, 0), (0.88, 0)):
        case = make(Points(), "open")
        assert fidelity(told(case, contribution=case.reasons["contribution"] * factor))["value"] == true

    class Uneven(Points):
        weights = np.array([-2.4, 1.4])

    case = make(Uneven(), "open")
    rounded = np.sign(case.reasons["contribution"]) * np.floor(case.reasons["contribution"].abs())
    assert fidelity(told(case, contribution=rounded))["value"] == 1


def test_an_unstated_ground_leaves_the_decision_standing():
    """Half are adverse for `late`, which is stated; a quarter of these also for something that nobody is told."""

    class Silent(Points):
        def answer(self, records, coins):
            made = super().answer(records[list(KINDS)], coins)
            flagged = records["unseen"].to_numpy() > 0
            return Scores(made.score, np.where(flagged, -1, made.decision).astype(np.int8), made.reasons)

    case = make(Silent(), "rules-published", unseen=coin("flag", 0.25))
    adverse = case.scores.decision == -1
    stated = np.isin(np.arange(N), case.reasons["person"])
    flagged = case.records["unseen"].to_numpy() > 0
    truth = 1 - flagged[adverse & stated].mean()
    row = sufficiency(case)
    assert row["low"] <= truth <= row["high"]
    assert row["value"] == pytest.approx(truth, abs=0.03)


def test_two_rules_that_count_the_same_entries_are_undone_together():
    class Twice(Points):
        rules = tuple(SimpleNamespace(name=name, column="late", reads=("late",)) for name in ("first", "more"))

        def answer(self, records, coins):
            late = records["late"].to_numpy(float)
            rows = np.flatnonzero(late)
            parts = {"person": np.tile(rows, 2), "rule": np.repeat(["first", "more"], len(rows))}
            amounts = np.concatenate([-2 * late[rows], -30 * late[rows]])
            return Scores(-32 * late, -(late > 0).astype(np.int8), pd.DataFrame(parts | {"contribution": amounts}))

    assert fidelity(make(Twice(), "open"))["value"] == 1


def test_a_variable_is_set_to_the_value_that_the_model_calls_neutral():
    class Aged:
        row_wise = True
        rules = (SimpleNamespace(name="old", column="", reads=("unseen",)),)

        def answer(self, records, coins):
            old = records["unseen"].to_numpy() > 0
            rows = np.flatnonzero(old)
            return Scores(
                -3.0 * old, -old.astype(np.int8), pd.DataFrame({"person": rows, "rule": "old", "contribution": -3.0})
            )

    mostly = coin("old", 0.8)
    assert fidelity(make(Aged(), "open", unseen=mostly))["value"] == 0  # most people have what is held against them
    Aged.neutral = {"unseen": 0}
    assert fidelity(make(Aged(), "open", unseen=mostly))["value"] == 1


def test_reasons_in_log_odds_are_compared_with_log_odds_where_the_model_says_so():
    class Odds(Points):
        weights = np.array([-2.5, 1.5])

        def answer(self, records, coins):
            made = super().answer(records, coins)
            return Scores(1 / (1 + np.exp(-made.score)), made.decision, made.reasons)

    assert fidelity(make(Odds(), "open"))["value"] == 0
    Odds.additive = True
    assert fidelity(make(Odds(), "open"))["value"] == 1


def test_a_score_that_depends_on_others_is_asked_with_one_person_changed_at_a_time():
    class Ranked(Points):
        row_wise = False

        def answer(self, records, coins):
            made = super().answer(records, coins)
            return Scores(made.score - made.score.mean(), made.decision, made.reasons)

    case = make(Ranked(), "open")
    row = fidelity(case)
    assert (row["value"], row["n"]) == (1, reason_truth.ALONE)
    assert {many for many, _ in case.asked} == {N}


def test_without_reasons_or_without_the_right_to_them_both_are_undefined():
    for case, why in (
        (make(Lottery(), "open"), "the scheme gives no reasons"),
        (make(Points(), shown()), "nobody is told reasons"),
    ):
        for row in (fidelity(case), sufficiency(case)):
            assert np.isnan(row["value"])
            assert row["why"] == why


@pytest.mark.usefixtures("small_training")
def test_a_rule_about_what_most_people_are_is_undone_to_what_no_rule_is_about(plant, parts):
    """Two rules cover everybody but the old, few as they are: being old is neutral, being of middle age is not."""
    rules = {
        "young": ("when = { age = { at_most = 30 } }", -2),
        "middle": ("when = { age = { at_least = 31, at_most = 75 } }", -3),
    }
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=rules, cutoff=-2.5)
    case = Case.of(Setting(scenario, people=1024, periods=3))
    middle = case.records["age"].between(31, 75)
    assert middle.mean() > 0.5
    assert sufficiency(case)["n"] == middle.sum()
    assert fidelity(case)["value"] == sufficiency(case)["value"] == 1


@pytest.mark.usefixtures("small_training")
def test_a_model_that_reads_entries_is_asked_without_those_that_a_reason_names(plant, parts):
    class Dated:
        name, needs = "dated", ("entries",)

        def score(self, records, entries):
            many = records.index.to_series().map(entries.groupby("person").size()).fillna(0).to_numpy()
            hit = np.flatnonzero(many)
            told = {"person": records.index.to_numpy()[hit], "rule": "slip", "contribution": -many[hit]}
            return Scores(-many, -(many > 1).astype(np.int8), pd.DataFrame(told))

    scenario = plant(acts={"slip": parts.act(0.25)}, rules={"slip": ('column = "slip"', -1)})
    case = Case.of(Setting(scenario, people=1024, periods=4), Dated())
    assert fidelity(case)["n"] == reason_truth.ALONE
    assert fidelity(case)["value"] == sufficiency(case)["value"] == 1
