"""Detection of true misconduct, where what was done and what was flagged are planted."""

import numpy as np
import pytest

from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.measures.benefit.detection import detection_precision, detection_recall, misconduct
from testbed.models.lottery import Lottery
from testbed.statistics import expand

READ = {"slip": ('column = "slip"', -1)}


def overall(measure, case):
    rows = expand(measure, measure(case), case)
    return next(row for row in rows if row["measure"] == measure.name)


def test_full_coverage_without_error_finds_all_and_nobody_else(plant, parts):
    case = run_case(plant(acts={"slip": parts.act(0.05)}, rules=READ), people=12_288, periods=8)
    assert overall(detection_precision, case)["value"] == 1
    assert overall(detection_recall, case)["value"] == 1


def test_half_coverage_finds_the_share_that_independent_sightings_give(plant, parts):
    rate, months = 0.05, 6
    channels = {"watch": parts.channel(["slip"], coverage_urban=0.5, coverage_rural=0.5)}
    case = run_case(
        plant(acts={"slip": parts.act(rate)}, rules=READ, channels=channels), people=12_288, periods=8, seed=1
    )
    found = (1 - np.exp(-rate * months / 2)) / (1 - np.exp(-rate * months))
    row = overall(detection_recall, case)
    assert row["low"] < found < row["high"]
    assert overall(detection_precision, case)["value"] == 1


def test_entries_about_the_wrong_person_lower_precision_to_its_closed_form(plant, parts):
    # Everything strays: who is flagged is no likelier to have done anything than anybody.
    channels = {"watch": parts.channel(["slip"], false_match=0.999, false_match_ratio=1)}
    case = run_case(plant(acts={"slip": parts.act(0.05)}, rules=READ, channels=channels), people=12_288, periods=9)
    row = overall(detection_precision, case)
    assert row["low"] < 1 - np.exp(-0.05 * 6) < row["high"]


def test_a_lottery_has_the_base_rate_as_precision_and_its_own_rate_as_recall():
    setting = Setting(run_case("rongcheng", people=1024, periods=1).scenario, people=12_288, periods=10)
    case = Case.of(setting, Lottery())
    precision, recall = overall(detection_precision, case), overall(detection_recall, case)
    assert precision["low"] < misconduct(case)[case.scored].mean() < precision["high"]
    assert recall["low"] < (case.history.decision(9) == -1)[case.scored].mean() < recall["high"]


def test_the_target_is_adverse_recorded_kinds_within_their_expiry_and_the_same_for_every_model(plant, parts):
    acts = {
        "slip": parts.act(0.03), "kindness": parts.act(0.2, adverse=False), "unseen": parts.act(0.2),
    }  # fmt: skip
    scenario = plant(acts=acts, rules=READ, channels={"watch": parts.channel(["slip", "kindness"])})
    setting = Setting(scenario, people=4096, periods=10)
    case = Case.of(setting)
    done = (case.history.true_counts(9) - case.history.true_counts(3))[:, 0] > 0
    np.testing.assert_array_equal(misconduct(case), done)
    np.testing.assert_array_equal(misconduct(Case.of(setting, Lottery())), done)


@pytest.mark.parametrize(
    ("measure", "why"), [(detection_precision, "decided adversely"), (detection_recall, "misbehaved")]
)
def test_without_flags_or_misconduct_it_is_nan_and_says_why(plant, parts, measure, why):
    case = run_case(plant(acts={"slip": parts.act(0.0)}, rules=READ), people=2048, periods=3)
    assert np.isnan(overall(measure, case)["value"])
    assert why in overall(measure, case)["why"]


def test_where_no_conduct_counts_against_anybody_precision_is_undefined_and_says_why(plant, parts):
    acts = {"visit": parts.act(0.05).replace('"adverse"', '"lawful"')}
    case = run_case(plant(acts=acts, rules={"visit": ('column = "visit"', -1)}), people=2048, periods=4)
    assert (case.history.decision(3) == -1).sum() > 50
    row = overall(detection_precision, case)
    assert np.isnan(row["value"])
    assert row["why"] == "no conduct counts against anybody here"
