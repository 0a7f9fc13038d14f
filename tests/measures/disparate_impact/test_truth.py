"""Wrong and missed adverse decisions, on worlds whose errors are planted."""

import numpy as np
import pytest

from testbed.case.case import run_case
from testbed.measures.disparate_impact.truth import audit_illusion, missed_adverse_rate, wrong_adverse_rate
from testbed.statistics import expand

READ = {"slip": ('column = "slip"', -1)}


def overall(measure, case, /, **where):
    rows = expand(measure, measure(case), case, splits=["community"], reference={"community": "majority"})
    wanted = {"measure": measure.name, "split": "all", "group": "all"} | where
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def test_without_errors_nobody_is_hit_wrongly_and_nobody_missed(plant, parts):
    case = run_case(plant(acts={"slip": parts.act(0.05)}, rules=READ), people=12_288, periods=8)
    assert overall(wrong_adverse_rate, case)["value"] == 0
    assert overall(missed_adverse_rate, case)["value"] == 0


def test_a_miss_of_a_third_misses_the_share_that_independent_misses_give(plant, parts):
    # Counts in the window are Poisson: adverse in truth where any act, in the record where any was not missed.
    rate, miss, months = 0.05, 1 / 3, 6
    scenario = plant(acts={"slip": parts.act(rate)}, rules=READ, channels={"watch": parts.channel(["slip"], miss=miss)})
    case = run_case(scenario, people=12_288, periods=8, seed=1)
    truly, seen = 1 - np.exp(-rate * months), 1 - np.exp(-rate * (1 - miss) * months)
    row = overall(missed_adverse_rate, case)
    assert row["low"] < (truly - seen) / truly < row["high"]
    assert overall(wrong_adverse_rate, case)["value"] == 0


def test_wrong_persons_are_hit_at_the_planted_rate_among_the_innocent(plant, parts):
    # Every act strays with 1/5 to a random adult neighbor, a month late: the innocent are hit by a Poisson number.
    rate, stray = 0.05, 0.2
    scenario = plant(
        acts={"slip": parts.act(rate)}, rules=READ, channels={"watch": parts.channel(["slip"], false_match=stray)}
    )
    case = run_case(scenario, people=12_288, periods=9, seed=2)
    row = overall(wrong_adverse_rate, case)
    assert row["low"] < 1 - np.exp(-rate * stray * 6) < row["high"]


def test_a_camera_that_mistakes_one_community_more_often_gives_a_gap(plant, parts):
    mistaken = parts.channel(["slip"], false_match=0.02, false_match_ratio=20)
    scenario = plant(
        acts={"slip": parts.act(0.05)}, rules=READ, channels={"watch": 'mistakes = "community"\n' + mistaken}
    )
    case = run_case(scenario, people=12_288, periods=9, seed=1)
    gap = overall(
        wrong_adverse_rate, case, measure="wrong_adverse_gap", split="community", group="minority", versus="majority"
    )
    assert gap["low"] > 0


def test_where_true_records_would_hit_nobody_the_missed_rate_is_nan_and_says_so(plant, parts):
    case = run_case(plant(acts={"slip": parts.act(0.0)}, rules=READ), people=2048, periods=3)
    row = overall(missed_adverse_rate, case)
    assert np.isnan(row["value"])
    assert row["why"] == "no one deserves an adverse decision by their true record"


@pytest.mark.parametrize("measure", [wrong_adverse_rate, missed_adverse_rate])
def test_people_out_of_scope_are_not_counted(measure):
    case = run_case("rongcheng", people=4096, periods=6)
    (part,) = measure(case)
    assert not np.asarray(part.denominator)[~case.scored].any()


def illusion(case):
    (row,) = expand(
        audit_illusion, audit_illusion(case), case, splits=["community"], reference={"community": "majority"}
    )
    return row


def test_a_record_that_misses_more_of_one_community_shows_an_auditor_less_of_its_misconduct(plant, parts):
    # Half of the minority's acts are missed, a quarter of the others': both did the same.
    channels = {"watch": parts.channel(["slip"], miss=0.25, miss_ratio=2)}
    case = run_case(
        plant(acts={"slip": parts.act(0.05)}, rules=READ, channels=channels), people=20_480, periods=8, seed=1
    )
    seen = np.exp(-0.3 * 0.75) - np.exp(-0.3 * 0.5)
    row = illusion(case)
    assert row["low"] < seen < row["high"] < 0


def test_a_faithful_record_gives_an_auditor_the_gap_there_is(plant, parts):
    acts = {"slip": parts.act(0.05, depends=parts.times("community", "minority", 4))}
    assert illusion(run_case(plant(acts=acts, rules=READ), people=12_288, periods=8))["value"] == 0
