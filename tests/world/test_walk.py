"""Acts that people add on purpose, entries of theirs that end, and moves, in a world."""

import numpy as np
import pytest

from testbed.case.case import run_case
from testbed.world import Walk, World

pytestmark = pytest.mark.usefixtures("small_training")


@pytest.fixture(scope="module")
def case():
    return run_case("rongcheng", people=3072, periods=8)


def rows(*made):
    return np.array(made, np.int64).reshape(-1, 3)


def walked(case, walk, periods=8):
    return World(case.society, case.scheme, periods, walk=walk).run()


def test_a_walk_of_nobody_leaves_every_entry_and_score_as_it_is(case):
    history = walked(case, Walk())
    assert np.array_equal(history.ledger.id, case.history.ledger.id)
    assert np.array_equal(history.scores[:], case.history.scores[:], equal_nan=True)


def test_added_acts_are_acts_and_are_entered_as_often_as_the_channel_enters_any(case):
    """Each of 1,500 adults volunteers twice in month 2: entered as often as `Channel.entered` says, less namesakes."""
    adults = np.flatnonzero(case.scored)[:1500]
    kind = case.scenario.kinds.index("volunteering")
    history = walked(case, Walk(acts=rows(*[(who, 2, kind) for who in adults for _ in range(2)])))
    more = history.true_counts(7)[adults, kind] - case.history.true_counts(7)[adults, kind]
    assert (more == 2).all()
    channel = next(one for one in case.scenario.channels if one.name == "agencies")
    society = case.society
    at = society.views.at(society.views.sensing)
    who = {"urban": society.code("residence", "urban"), "minority": society.code("community", "minority")}
    chance = channel.entered(adults, at, seed=society.seed, **who) * (1 - channel.value("false_match"))
    ledger = history.ledger
    new = ~np.isin(ledger.id, case.history.ledger.id) & (ledger.kind == kind) & (ledger.period == 2)
    new &= ledger.real & (ledger.origin == 0) & np.isin(ledger.subject, adults)
    wanted, error = 2 * chance.sum(), np.sqrt(2 * (chance * (1 - chance)).sum())
    assert abs(new.sum() - wanted) < 4 * error


def test_of_several_entries_the_one_that_would_stand_longest_ends_and_the_others_stay(case):
    """The first person with two standing entries of a kind that differ in their terms: from then on there is one."""
    ledger = case.history.ledger
    stands = np.flatnonzero(ledger.real & (ledger.start < 4) & (ledger.end > 4))
    own = {}
    for at in stands:
        own.setdefault((int(ledger.subject[at]), int(ledger.kind[at])), []).append(at)
    (person, kind), mine = next(
        (key, held) for key, held in own.items() if len(held) == 2 and len(set(ledger.end[held])) == 2
    )
    history = walked(case, Walk(ends=rows((person, 4, kind))))
    gone = history.ledger.id[(history.ledger.end == 4) & (history.ledger.subject == person)]
    gone = np.setdiff1d(gone, ledger.id[ledger.end == 4])
    assert gone.tolist() == [ledger.id[mine][ledger.end[mine].argmax()]]
    for t in range(8):
        stood = case.history.counts(t)[person, kind] - (4 <= t < ledger.end[mine].max())
        assert history.counts(t)[person, kind] == stood
    (points,) = (float(one.points.value) for one in case.model.rules if one.column == case.scenario.kinds[kind])
    assert history.score(4)[person] == case.history.score(4)[person] - points


def test_to_settle_what_is_not_there_changes_nothing(case):
    kind = case.scenario.kinds.index("fraud")
    clean = int(np.flatnonzero(case.history.counts(7)[:, kind] == 0)[0])
    history = walked(case, Walk(ends=rows((clean, 3, kind))))
    assert np.array_equal(history.counts(7), case.history.counts(7))


def test_who_moves_on_purpose_comes_under_the_other_scheme():
    case = run_case("many-cities", people=2048, periods=4)
    person = int(np.flatnonzero(case.scored)[10])
    before = int(case.history.scheme(1)[person])
    other = next(int(one) for one in np.unique(case.society.cities) if one != before)
    history = walked(case, Walk(moves=rows((person, 2, other))), periods=4)
    assert [int(history.scheme(t)[person]) for t in range(3)] == [before, before, other]
