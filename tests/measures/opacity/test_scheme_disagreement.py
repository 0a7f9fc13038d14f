"""Disagreement of schemes: margins and picks planted, and several rule books over one society."""

import numpy as np
import pytest
from shared import rows_of

from testbed.case.case import run_case
from testbed.measures.opacity.scheme_disagreement import ONE, discordant, parts, schemes
from testbed.scenarios.base import Scenario

pytestmark = pytest.mark.usefixtures("small_training")


@pytest.fixture(scope="module")
def cities():
    return run_case("many-cities", people=3072, periods=3)


def test_equal_margins_and_opposite_picks_are_all_allocation():
    n = 1000
    for p in (0.1, 0.3, 0.8):
        picked = np.arange(n) < p * n
        one, two = -picked.astype(np.int8), -picked[::-1].astype(np.int8)
        quantity, allocation = parts(one, two)
        assert quantity.mean() == 0
        assert allocation.mean() == pytest.approx(2 * min(p, 1 - p))


def test_a_harsher_copy_is_all_quantity():
    score = np.arange(1000)
    one, two = -(score < 100).astype(np.int8), -(score < 250).astype(np.int8)
    quantity, allocation = parts(one, two)
    assert quantity.mean() == pytest.approx(0.15)
    assert allocation.mean() == pytest.approx(0)


def test_rewards_and_sanctions_swapped_are_told_from_a_change_of_margins():
    one = np.repeat(np.array([-1, 0, 1], np.int8), 100)
    quantity, allocation = parts(one, -one)
    assert quantity.mean() == 0
    assert allocation.mean() == pytest.approx(2 / 3)


def test_ranks_agree_with_a_monotone_copy_and_are_all_apart_from_a_reversed_one():
    score = np.random.Generator(np.random.Philox(1)).integers(0, 20, 300).astype(float)
    for other, truth in ((score**3, 0.0), (-score, 1.0)):
        apart, untied = discordant(score, other)
        assert apart.sum() / untied.sum() == truth
    shuffled = np.random.Generator(np.random.Philox(2)).permutation(score)
    apart, untied = discordant(score, shuffled)
    assert apart.sum() / untied.sum() == pytest.approx(0.5, abs=0.05)


def test_schemes_of_many_cities_are_asked_about_the_same_people(cities):
    found = schemes(cities)
    assert len(found) >= 3
    assert {len(decision) for decision, _ in found.values()} == {int(cities.scored.sum())}
    own = cities.records["scheme"].to_numpy(object)
    for name, (decision, _) in found.items():
        here = own == name
        now = cities.history.decision(cities.periods - 1)[cities.scored]
        np.testing.assert_array_equal(decision[here], now[here])


def test_quantity_and_allocation_sum_to_the_disagreement_counted_by_hand(cities):
    found = rows_of(cities, "scheme_disagreement")
    decisions = [decision for decision, _ in schemes(cities).values()]
    shares = [(one != two).mean() for place, one in enumerate(decisions) for two in decisions[:place]]
    row = found["scheme_disagreement"]
    assert row["value"] == pytest.approx(np.mean(shares))
    both = found["scheme_disagreement_quantity"]["value"] + found["scheme_disagreement_allocation"]["value"]
    assert both == pytest.approx(row["value"])
    assert found["scheme_disagreement_schemes"]["value"] == len(decisions)
    rank = rows_of(cities, "rank_disagreement")["rank_disagreement"]
    assert 0 < rank["value"] < 0.5


def test_where_one_scheme_judges_everybody_there_is_nothing_to_compare():
    case = run_case(Scenario.load("rongcheng"), people=1024, periods=2)
    for name in ("scheme_disagreement", "rank_disagreement"):
        for row in rows_of(case, name).values():
            assert np.isnan(row["value"])
            assert row["why"] == ONE
