"""The window of an outcome: people are decided on before it, and only what falls into it counts."""

from itertools import pairwise

import numpy as np
import pytest

from testbed.case.case import run_case
from testbed.scenarios.base import Scenario
from testbed.world.recorded import outcome_positive

pytestmark = pytest.mark.usefixtures("small_training")

PERIODS, WINDOW = 9, 3
LAST = PERIODS - 1


@pytest.fixture
def town(plant, parts, tmp_path):
    """Slips that enter the record late; who has an entry is decided adversely."""

    def make(outcome, periods=PERIODS):
        acts = {"slip": parts.act(0.08)}
        watch = {"watch": parts.channel(acts, delay=2)}
        plant(acts=acts, rules={"slip": ('column = "slip"', -1)}, channels=watch, follows=parts.regime(minor=12))
        path = tmp_path / "town.toml"
        path.write_text(f'{path.read_text()}outcome = "{outcome}"\n')
        return run_case(Scenario.load(path), people=2048, periods=periods, seed=5)

    return make


def slipped(case, months):
    """Who slips in some of these months."""
    found = np.zeros(len(case.people), bool)
    for t in months:
        found[case.history.acts_[t].person] = True
    return found


def test_only_what_is_done_in_the_window_counts_and_not_what_was_done_before_it(town):
    case = town(f"future:slip:{WINDOW}")
    before = slipped(case, range(LAST - WINDOW + 1))
    within = slipped(case, range(LAST - WINDOW + 1, PERIODS))
    assert (before & ~within).sum() > 100
    assert case.outcome[before & ~within].all()
    assert not case.outcome[within].any()


def test_only_entries_that_begin_in_the_window_count_and_not_those_that_still_stand_in_it(town):
    case = town(f"recorded:slip:{WINDOW}")
    ledger = case.history.ledger
    fresh = np.zeros(len(case.people), bool)
    for begun in range(LAST - WINDOW + 1, PERIODS):
        fresh[ledger.subject[ledger.start == begun]] = True
    old = (case.history.counts(LAST)[:, 0] > 0) & ~fresh
    assert old.sum() > 100
    assert case.outcome[old].all()
    assert not case.outcome[fresh].any()


def test_the_decision_that_is_measured_knows_nothing_of_the_window(town):
    # A run that ends with the decision has the same predictions: what comes in the window cannot change them.
    case = town(f"future:slip:{WINDOW}")
    early = town("deserved", periods=PERIODS - WINDOW)
    np.testing.assert_array_equal(case.prediction, early.prediction)
    np.testing.assert_array_equal(case.score, early.score)
    assert (case.prediction != (case.history.decision(LAST) != -1)).any()
    # Slips come by chance alone: whom the entries of before mark does not slip more often after.
    marked = ~case.prediction[case.scored]
    good = case.outcome[case.scored]
    assert good[marked].mean() == pytest.approx(good[~marked].mean(), abs=0.08)


def test_a_longer_window_finds_at_least_as_many_and_one_over_the_whole_run_all_but_those_of_its_first_month(town):
    case = town(f"future:slip:{WINDOW}")
    many = [
        (~outcome_positive(case.scenario, f"future:slip:{months}", case.history, case.society)) for months in (1, 3, 6)
    ]
    for fewer, more in pairwise(many):
        assert not (fewer & ~more).any()
        assert more.sum() > fewer.sum()
    whole = outcome_positive(case.scenario, "future:slip:99", case.history, case.society)
    np.testing.assert_array_equal(~whole, slipped(case, range(1, PERIODS)))
