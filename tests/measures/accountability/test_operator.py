"""The operator's report card, where errors, corrections, reasons and reversals are planted."""

import numpy as np
import pytest

from synthetic.draws import sparse, uniform
from testbed.case.case import run_case
from testbed.measures.accountability.operator import (
    operator_correction_time,
    operator_error_rate,
    operator_reason_coverage,
    operator_reversal_of_right,
    operator_reversal_of_wrong,
)
from testbed.statistics import expand
from testbed.statistics.durations import Durations
from testbed.twins import Switch

READ = {"slip": ('column = "slip"', -1)}
EVERYTHING = {
    "noticed": 1,
    "notice_delay": 0,
    "filed": 1,
    "filed_true": 1,
    "upheld": 1,
    "upheld_true": 1,
    "decision_delay": 0,
}


def rows(measure, case):
    return {row["measure"]: row for row in expand(measure, measure(case), case)}


def overall(measure, case):
    return rows(measure, case)[measure.name]


@pytest.fixture
def town(plant, parts):
    """A town in which a fifth of the entries fall on a neighbor, with an appeal of one's own."""

    def make(*, rights="open", people=12_288, periods=16, stray=0.2, **appeal):
        scenario = plant(
            acts={"slip": parts.act(0.05)}, rules=READ, rights=rights,
            channels={"watch": parts.channel(["slip"], false_match=stray)}, follows=parts.regime(minor=6, **appeal),
        )  # fmt: skip
        return run_case(scenario, people=people, periods=periods, seed=3)

    return make


def test_without_errors_the_operator_makes_none(town):
    assert overall(operator_error_rate, town(stray=0))["value"] == 0


def test_the_error_rate_is_wrong_adverse_over_adverse_at_its_closed_form(town):
    # Adverse: any entry in six months, own (4/5 of 0.05) or strayed (1/5). Deserved: any own act, strayed or not.
    own, theirs = 0.05 * 6, 0.05 * 0.2 * 6
    wrong = np.exp(-own) * (1 - np.exp(-theirs))
    adverse = 1 - np.exp(-0.8 * own - theirs)
    row = overall(operator_error_rate, town())
    assert row["low"] < wrong / adverse < row["high"]


def test_an_operator_who_reverses_everything_has_both_reversal_rates_1(town):
    case = town(**EVERYTHING)
    assert overall(operator_reversal_of_wrong, case)["value"] == 1
    assert overall(operator_reversal_of_right, case)["value"] == 1


def test_reversal_rates_are_those_planted_apart_for_wrong_and_true_entries(town):
    case = town(**(EVERYTHING | {"upheld": 0.7, "upheld_true": 0.1, "filed_true": 0.5}))
    wrong, right = overall(operator_reversal_of_wrong, case), overall(operator_reversal_of_right, case)
    assert wrong["low"] < 0.7 < wrong["high"]
    assert right["low"] < 0.1 < right["high"]


def test_each_rate_stands_beside_its_numerator(town):
    case = town(people=4096, periods=10, **EVERYTHING)
    ledger = case.history.ledger
    made = rows(operator_reversal_of_wrong, case)
    struck = ledger.wrong & (ledger.end_cause == 1) & (ledger.noticed < 10) & case.scored[ledger.subject]
    assert made["operator_reversal_of_wrong_numerator"]["value"] == struck.sum()
    assert made["operator_reversal_of_wrong_numerator"]["unit"] == "entries"
    made = rows(operator_error_rate, case)
    wrong = (case.history.decision(9) == -1) & (case.history.deserved(9) != -1)
    assert made["operator_error_rate_numerator"]["value"] == wrong.sum()
    assert rows(operator_correction_time, case)["operator_correction_time_numerator"]["value"] > 0


def test_where_nobody_appeals_reversal_is_nan_and_says_so(town):
    case = town(people=2048, periods=4)
    for measure in (operator_reversal_of_wrong, operator_reversal_of_right):
        assert np.isnan(overall(measure, case)["value"])
        assert "was contested" in overall(measure, case)["why"]


def test_without_appeal_a_wrong_entry_stands_until_it_expires(town):
    made = rows(operator_correction_time, town())
    assert made["operator_correction_time"]["value"] == pytest.approx(6)
    assert made["operator_correction_time_corrected"]["value"] == 0
    assert 0 < made["operator_correction_time_corrected"]["high"] < 0.05


def test_where_every_wrong_entry_is_contested_and_struck_it_stands_for_one_month(town):
    made = rows(operator_correction_time, town(**EVERYTHING))
    assert made["operator_correction_time"]["value"] == pytest.approx(1)
    assert made["operator_correction_time_corrected"]["value"] == pytest.approx(1)


def test_what_the_operator_finds_by_itself_is_corrected_too(town):
    # A month's hazard h against expiry after six: sum of (1 - h)^k over k = 0..5, and corrected 1 - (1 - h)^5.
    case = town().twin(Switch("regime.audit.found", 0.3))
    made = rows(operator_correction_time, case)
    stands, corrected = made["operator_correction_time"], made["operator_correction_time_corrected"]
    assert stands["low"] < sum(0.7**k for k in range(6)) < stands["high"]
    assert corrected["low"] < 1 - 0.7**5 < corrected["high"]


def test_a_share_corrected_at_once_gives_the_mixture(town):
    made = rows(operator_correction_time, town(**(EVERYTHING | {"filed": 0.4})))
    assert made["operator_correction_time"]["low"] < 0.4 * 1 + 0.6 * 6 < made["operator_correction_time"]["high"]
    corrected = made["operator_correction_time_corrected"]
    assert corrected["low"] < 0.4 < corrected["high"]


def test_entries_still_standing_at_the_end_do_not_shorten_the_time(plant, parts):
    # Serious entries stand for ten months, beyond most of a run of twelve.
    scenario = plant(
        acts={"slip": parts.act(0.03, severity="serious")}, rules=READ,
        channels={"watch": parts.channel(["slip"], false_match=0.5)}, follows=parts.regime(serious=10),
    )  # fmt: skip
    case = run_case(scenario, people=12_288, periods=14, seed=1)
    assert rows(operator_correction_time, case)["operator_correction_time"]["value"] == pytest.approx(10)
    short = run_case(scenario, people=2048, periods=6)
    assert "followed for 12 months" in rows(operator_correction_time, short)["operator_correction_time"]["why"]


def test_a_record_without_wrong_entries_has_no_correction_time(town):
    row = rows(operator_correction_time, town(stray=0, people=2048, periods=4))["operator_correction_time"]
    assert np.isnan(row["value"])
    assert row["why"] == "there is no wrong entry"


@pytest.mark.parametrize(("rights", "told"), [("open", 1), ("closed", 0)])
def test_reasons_are_told_where_the_right_to_them_is_granted(town, rights, told):
    case = town(rights=rights, people=4096, periods=4)
    assert case.disclosure.reasons_adverse == bool(told)
    assert overall(operator_reason_coverage, case)["value"] == told


def silent(records):
    """A model that gives no reasons."""
    return -records["slip"].to_numpy(float)


def test_a_model_without_reasons_tells_nobody_whatever_the_right(plant, parts):
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=READ)
    case = run_case(scenario, silent, people=2048, periods=4)
    assert overall(operator_reason_coverage, case)["value"] == 0
    assert overall(operator_reason_coverage, case)["n"] > 0


def test_the_restricted_mean_under_censoring_covers_that_of_a_geometric_duration():
    # Ends with 1/5 a month, half of the ends by the cause; followed for 4 to 23 months; clusters share nothing.
    runs, n, horizon = 400, 300, 12
    coins = uniform(sparse(3, "durations", np.arange(runs * n * 3, dtype=np.uint64))).reshape(runs, 3, n)
    mean = sum(0.8**k for k in range(horizon))
    share = 0.5 * (1 - 0.8 ** (horizon - 1))
    hits = np.zeros(2)
    for duration, follow, why in coins:
        lasts = 1 + np.floor(np.log(duration) / np.log(0.8)).astype(int)
        seen = 4 + np.floor(follow * 20).astype(int)
        ended = lasts <= seen
        table = Durations.of(np.where(ended, lasts, seen), ended, why < 0.5, np.arange(n) // 6, horizon)
        for place, (found, truth) in enumerate(((table.restricted_mean(), mean), (table.incidence(), share))):
            hits[place] += found.low <= truth <= found.high
    assert (hits / runs > 0.93 - 2 * np.sqrt(0.93 * 0.07 / runs)).all()
