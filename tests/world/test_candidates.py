"""Candidates for acts: Poisson, the same for any grids and people asked for, and never fewer at a higher rate."""

import numpy as np
import pytest

from synthetic.draws import GRID
from testbed.world.candidates import Candidates, Shares, candidates, coin

MOST = np.array([0.3, 0.05, 0.01])
RAISED = np.array([1.6, 1.0, 1.2])
GRIDS = np.arange(3, 43)
PEOPLE = np.arange(3 * GRID, 43 * GRID)


def rates(high=1.0):
    """Rates that differ between people and grids, at most 0.6 of the largest once raised."""
    place = np.arange(len(PEOPLE))
    shape = 0.05 + 0.3 * (place % 7) / 6 * (1 + (place // GRID) % 3) / 3
    return high * np.outer(MOST, shape)


def thinned(period, grids=GRIDS, people=PEOPLE, high=1.0):
    mine = rates(high)[:, people - PEOPLE[0]]
    return candidates(9, period, grids, MOST, Shares.of(mine, MOST, RAISED, people), people)


def keys(found):
    return set(zip(found.person.tolist(), found.kind.tolist(), found.k.tolist(), strict=True))


def test_acts_without_sanctions_are_poisson_at_the_rate_of_each_kind_and_person():
    months = 40
    done = [found.take(found.need < 1) for found in (thinned(t) for t in range(months))]
    for code in range(3):
        mine = rates()[code]
        person = np.concatenate([found.person[found.kind == code] for found in done]) - PEOPLE[0]
        for group in range(7):
            member = np.arange(len(PEOPLE)) % 7 == group
            expected = mine[member].sum() * months
            assert member[person].sum() == pytest.approx(expected, abs=4.5 * np.sqrt(expected))
    per_grid = np.array([np.bincount((found.person - PEOPLE[0]) // GRID, minlength=40) for found in done])
    ratio = per_grid.var(axis=0, ddof=1).mean() / per_grid.mean()
    assert ratio == pytest.approx(1, abs=0.12)


def test_any_grids_and_any_people_have_the_candidates_that_they_have_among_all():
    whole = thinned(4)
    parts = [thinned(4, GRIDS[low : low + 7], PEOPLE[low * GRID : (low + 7) * GRID]) for low in range(0, 40, 7)]
    joined = Candidates.joined(parts)
    for name in ("person", "kind", "k", "need"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(joined, name))
    some = PEOPLE[PEOPLE % 11 == 3]
    few = thinned(4, np.unique(some // GRID), some)
    assert keys(few) == keys(whole.take(whole.person % 11 == 3))


def test_a_raised_rate_only_adds_acts():
    low, high = thinned(2, high=0.4), thinned(2)
    before, after = (keys(one.take(one.need < 1)) for one in (low, high))
    assert before < after
    assert keys(low.take(low.need < 1)) <= keys(low.take(low.need < 1.5))


def test_numbers_are_unique_in_their_grid_and_below_those_of_entries_without_an_act():
    found = thinned(1)
    cell = (found.person // GRID) * 3 + found.kind
    assert len(set(zip(cell.tolist(), found.k.tolist(), strict=True))) == len(cell)
    assert 0 <= found.k.min() <= found.k.max() < 512


def test_the_coin_of_a_candidate_is_found_from_its_address():
    found = thinned(5)
    own = rates()[found.kind, found.person - PEOPLE[0]]
    again = coin(9, found.person, 5, found.kind, found.k, MOST)
    np.testing.assert_allclose(again / own, found.need, rtol=1e-6)
