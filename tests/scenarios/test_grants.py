"""Rights that a scenario can grant: which dials they move, and when that moves the world."""

import numpy as np
import pytest

from synthetic.errors import InputError
from synthetic.ledger import FIELDS
from testbed.case import Case, Setting, granted
from testbed.scenarios import ALL, GRANTS, Scenario, names, rights_asked, rungs
from testbed.world import World, same_world


def test_each_stands_for_every_right_and_another_name_is_refused():
    assert rights_asked("each") == tuple(GRANTS) == rights_asked(["contest,notice", "own_record, rules,reasons"])
    assert rights_asked(()) == ()
    with pytest.raises(InputError, match=r"right to grant.*'own_recrod'.*own_record"):
        rights_asked("own_recrod")


@pytest.mark.parametrize("name", names())
def test_every_right_can_be_granted_in_every_scenario_and_all_of_them_leave_nothing_to_grant(name):
    scenario = Scenario.load(name)
    steps = rungs(scenario, GRANTS)
    assert [step.name for step in steps] == [*GRANTS, ALL]
    for step in steps:
        assert step.why == ""
        assert step.scenario == scenario.set(step.dials).name
    full = scenario.set(steps[-1].dials)
    assert all(not step.dials for step in rungs(full, GRANTS))


def test_without_a_clause_on_appeals_no_contest_can_be_granted_and_a_sentence_says_so(plant, parts):
    town = plant(acts={"slip": parts.act(0.01)}, rules={"slip": ('column = "slip"', -1)}, rights="closed")
    contest, both = rungs(town, ["rules", "contest"])[1:]
    assert "no clause on appeals" in contest.why
    assert contest.scenario.endswith("regime.appeal.filed=1}")
    assert not both.why
    assert set(both.dials) == {"disclosure.rules", "disclosure.weights", "disclosure.cutoffs"}


def test_what_goes_up_is_a_share_and_stays_one(plant, parts):
    follows = parts.regime(noticed=0.2, notice_delay=2, filed=0.1, filed_true=0, upheld=1, upheld_true=0)
    town = plant(acts={"slip": parts.act(0.01)}, rules={"slip": ('column = "slip"', -1)}, follows=follows)
    moved = rungs(town, ["notice", "contest"])[2].dials
    assert moved["regime.appeal.noticed"] == moved["regime.appeal.filed"] == 1
    assert moved["regime.appeal.notice_delay"] == 0


@pytest.mark.parametrize(
    ("name", "right", "same"),
    [("rongcheng", "own_record", True), ("zhima-like", "own_record", False), ("zhima-like", "rules", True)],
)
def test_one_history_serves_two_worlds_exactly_where_nobody_acts_on_the_right(name, right, same):
    scenario = Scenario.load(name)
    case = Case.of(Setting(scenario, people=2048, periods=5, seed=1))
    step = rungs(scenario, [right])[0]
    other = granted(case, step.dials)
    assert (other.history is case.history) == same == same_world(scenario, other.scenario)
    run = World(other.setting.society, case.scheme, case.periods).run()
    held, made = case.history.ledger, run.ledger
    alike = all(np.array_equal(getattr(held, field), getattr(made, field)) for field in FIELDS)
    assert alike == same
    np.testing.assert_array_equal(other.history.scores, run.scores)
    np.testing.assert_array_equal(other.history.ledger.end, made.end)
