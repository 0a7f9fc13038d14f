"""Shares of guesses in a number, on planted functions whose shares follow from integrals."""

from __future__ import annotations

import numpy as np
import pytest

from testbed.statistics import screened, spread

DIALS, WORLDS, AGAIN = 40, 384, 96


def planted(seed: int, noise: float):  # type: ignore[no-untyped-def]
    """A number that is 3 times one uniform dial, 1 times another and a normal seed; the other 38 dials do nothing."""
    random = np.random.Generator(np.random.Philox(seed))
    u = random.random((WORLDS, DIALS))
    plain = 3 * u[:, 0] + u[:, 1]
    return u, plain + noise * random.standard_normal(WORLDS), plain[:AGAIN] + noise * random.standard_normal(AGAIN)


def test_the_dials_of_a_linear_number_own_their_variances_and_idle_ones_nothing() -> None:
    found = screened(*planted(1, 0.5))
    whole = 10 / 12 + 0.25
    first, second, *idle = found.owners
    assert (first.place, second.place) == (0, 1)
    assert first.share == pytest.approx(9 / 12 / whole, abs=0.05)
    assert second.share == pytest.approx(1 / 12 / whole, abs=0.05)
    assert found.share == pytest.approx(10 / 12 / whole, abs=0.08)
    assert first.p < 1e-6
    assert first.effect == pytest.approx(1.5, abs=0.15)  # from the mean of the lower half to that of the upper
    assert all(one.share < 0.04 for one in idle)


def test_a_number_that_one_dial_makes_alone_is_owned_by_it_and_one_of_seeds_alone_by_none() -> None:
    u, _, _ = planted(2, 0)
    alone = screened(u, u[:, 3], u[:AGAIN, 3])
    assert alone.owners[0].place == 3
    assert alone.share == 1
    assert alone.owners[0].share == pytest.approx(1, abs=1e-6)
    assert alone.least == pytest.approx(0.025, abs=0.02)
    assert alone.most == pytest.approx(0.975, abs=0.02)
    random = np.random.Generator(np.random.Philox(3))
    chance = screened(u, random.standard_normal(WORLDS), random.standard_normal(AGAIN))
    assert chance.low == 0
    assert chance.most - chance.least < 2  # 95 % of such noise spans 3.9
    assert all(one.p > 0.05 for one in chance.owners)


def test_a_bend_counts_as_much_as_a_line() -> None:
    u, _, _ = planted(4, 0)
    bent = screened(u, (u[:, 7] - 0.5) ** 2, (u[:AGAIN, 7] - 0.5) ** 2)
    assert bent.owners[0].place == 7
    assert bent.owners[0].share > 0.99


@pytest.mark.parametrize("noise", [0.3, 2.0])
def test_intervals_of_shares_cover_them(noise: float) -> None:
    whole = 10 / 12 + noise**2
    tries = 60
    held = np.zeros(3)
    for seed in range(tries):
        found = screened(*planted(100 + seed, noise))
        first = next(one for one in found.owners if one.place == 0)
        held += (
            first.low <= 9 / 12 / whole <= first.high,
            found.low <= 10 / 12 / whole <= found.high,
            any(one.p < 0.05 for one in found.owners if one.place > 1),
        )
    assert held[0] >= 0.9 * tries
    assert held[1] >= 0.9 * tries
    assert held[2] <= 0.1 * tries  # of 60 families, one in 20 names an idle dial


def test_undefined_worlds_are_left_out_and_said() -> None:
    u, values, again = planted(5, 0.5)
    values[:250] = np.nan
    found = screened(u, values, again)
    assert (found.n, found.why) == (WORLDS - 250, f"undefined in 250 of {WORLDS} worlds")
    assert np.isnan(found.share)
    same = screened(u, np.ones(WORLDS), np.ones(AGAIN))
    assert same.why == "it is the same in every world"


def test_a_number_that_differs_in_few_worlds_tells_nothing_of_what_moves_it() -> None:
    values = np.zeros(WORLDS)
    values[[5, 70, 150]] = 1.0
    found = screened(planted(1, 0.5)[0], values, np.zeros(AGAIN))
    assert np.isnan(found.share)
    assert found.why == "it differs in only 3 of 384 worlds"


def test_half_of_the_draws_lie_on_each_side_of_the_value() -> None:
    u = np.linspace(0, 1, 1001)
    for value, low, high in ((0.03, 0.001, 0.2), (1.0, 0.5, 100.0), (0.0, 0.0, 1.0), (5.0, -5.0, 15.0)):
        made = spread(u, value, low, high)
        assert (made.min(), made.max()) == pytest.approx((low, high))
        assert low <= made.min() <= made.max() <= high
        assert np.median(made) == pytest.approx(value)
        assert (np.diff(made) >= 0).all()
