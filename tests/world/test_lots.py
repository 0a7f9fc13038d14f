"""Lots at a cut-off: drawn anew each month, the same in every twin, foretold by no earlier decision."""

from itertools import pairwise

import numpy as np
import pytest

from testbed.case.case import run_case
from testbed.measures.opacity import knowledge, predictability
from testbed.scenarios.base import Scenario
from testbed.twins import Inject, replay
from testbed.world import World

MONTHS, SHARE = 6, 0.2
pytestmark = pytest.mark.usefixtures("small_training")


@pytest.fixture
def town(plant, parts, tmp_path):
    """A function that runs a town in which nearly everybody has a clean record, and a share of these is sanctioned."""

    def make(rate=0.0, **given):
        plant(acts={"slip": parts.act(rate)}, rules={"slip": ('column = "slip"', -1)}, rights="notified")
        text = (tmp_path / "town.toml").read_text()
        (tmp_path / "town.toml").write_text(text.replace("cutoff = -0.5", f"worst_share = {SHARE}"))
        return run_case(Scenario.load(str(tmp_path / "town.toml")), people=12_288, periods=MONTHS, seed=2, **given)

    return make


def decided(case):
    return np.array([case.history.decision(t)[case.scored] == -1 for t in range(MONTHS)])


def test_last_months_decision_does_not_foretell_this_months(town):
    adverse = decided(town())
    for before, now in pairwise(adverse):
        for group in (before, ~before):
            assert abs(now[group].mean() - SHARE) < 4 * np.sqrt(SHARE * (1 - SHARE) / group.sum())


def test_lots_are_random_and_nothing_of_them_is_hidden_from_whoever_knows_the_last_decision(town):
    case = town()
    assert knowledge.views(case, knowledge.sample(case), None)[-1].shape[1] >= 2
    (chance,) = predictability.randomness(case)
    assert chance.low <= 1 <= chance.high
    for row in predictability.hidden(case, k=0) + predictability.hidden(case, k=100):
        assert row.low <= 0 <= row.high
        assert row.high - row.low < 0.1


def test_the_world_decides_as_the_model_asked_with_its_own_lots_in_every_month(town):
    case = town(rate=0.02)
    for t in range(MONTHS):
        made = case.ask(case.records_at(t), period=t)
        np.testing.assert_array_equal(made.decision, case.history.decision(t)[case.scored])
        assert (made.decision == -1).any()


def test_twins_draw_the_same_lots(town):
    case = town(rate=0.02)
    part = replay(case.society, case.scheme, case.history, np.arange(0, 4000, 97))
    np.testing.assert_array_equal(part.history.decisions_[:], case.history.decisions_[:, part.people])
    change = Inject(kind="slip", period=2, per_1000=20)
    twin = case.twin(change)
    whole = World(case.society, case.scheme, MONTHS, injection=case.roots_of(change)).run()
    np.testing.assert_array_equal(twin.history.decisions_[:], whole.decisions_[:])
    same = np.setdiff1d(case.society.ids, twin.roots)
    np.testing.assert_array_equal(whole.decisions_[:, same], case.history.decisions_[:, same])


def test_the_shadow_record_is_decided_with_the_same_lots(town):
    history = town(rate=0.02).history
    for t in range(MONTHS):
        np.testing.assert_array_equal(history.decision(t), history.deserved(t))
