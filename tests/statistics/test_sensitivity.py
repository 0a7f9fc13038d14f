"""Shares of variance against models whose Sobol indices are known."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.statistics.sensitivity import Factor, Share, design, shares

PI = np.pi


def found(factors: list[Factor], points: int, model: object) -> dict[tuple[str, str], Share]:
    rows = design(factors, points)
    return {(one.by, one.order): one for one in shares(factors, model(rows))}  # type: ignore[operator]


def test_ishigamis_function_has_its_known_indices() -> None:
    # Ishigami and Homma (1990), a = 7, b = 0.1: variance a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2.
    a, b = 7.0, 0.1
    first = [0.5 * (1 + b * PI**4 / 5) ** 2, a**2 / 8, 0.0]
    joint = b**2 * PI**8 * (1 / 18 - 1 / 50)
    whole = sum(first) + joint
    factors = [Factor(name, -PI, PI, name) for name in ("x1", "x2", "x3")]

    def ishigami(rows: np.ndarray) -> np.ndarray:
        return np.sin(rows[:, 0]) + a * np.sin(rows[:, 1]) ** 2 + b * rows[:, 2] ** 4 * np.sin(rows[:, 0])

    made = found(factors, 1024, ishigami)
    for place, name in enumerate(("x1", "x2", "x3")):
        total = (first[place] + (joint if name != "x2" else 0)) / whole
        assert made[name, "first"].value == pytest.approx(first[place] / whole, abs=0.04)
        assert made[name, "total"].value == pytest.approx(total, abs=0.04)
    assert made["dials", "first"].value == pytest.approx(1, abs=0.04)
    assert made["dials", "total"].value == pytest.approx(1, abs=0.04)


def test_what_chance_owns_is_not_the_dials_and_groups_add_up_where_nothing_interacts() -> None:
    # y = 3 a + 4 b + 5 noise, all uniform: shares 9, 16 and 25 of 50.
    factors = [Factor("recipe.a", 0, 1, "recipe"), Factor("regime.b", 2, 3, "regime")]
    made = found(factors, 512, lambda rows: 3 * rows[:, 0] + 4 * rows[:, 1] + 5 * rows[:, 2])
    for order in ("first", "total"):
        assert made["recipe", order].value == pytest.approx(0.18, abs=0.04)
        assert made["regime", order].value == pytest.approx(0.32, abs=0.04)
        assert made["dials", order].value == pytest.approx(0.50, abs=0.04)
        for one in made.values():
            assert one.low <= one.value <= one.high


def test_what_the_dials_own_together_with_chance_stands_between_first_and_total() -> None:
    # y = (x - 1/2)(e - 1/2): all of it is interaction; known dials would leave nothing, alone they explain nothing.
    made = found([Factor("x", 0, 1, "x")], 512, lambda rows: (rows[:, 0] - 0.5) * (rows[:, 1] - 0.5))
    assert made["dials", "first"].value == pytest.approx(0, abs=0.1)
    assert made["dials", "total"].value == pytest.approx(1, abs=0.1)


def test_the_design_and_its_intervals_are_the_same_every_time_whatever_the_global_state() -> None:
    factors = [Factor("x", 0, 2, "x")]
    np.random.seed(1)  # noqa: NPY002
    one = design(factors, 64), shares(factors, design(factors, 64)[:, 0])
    np.random.seed(2)  # noqa: NPY002
    other = design(factors, 64), shares(factors, design(factors, 64)[:, 0])
    assert np.array_equal(one[0], other[0])
    assert one[1] == other[1]
    assert one[0].shape == (64 * 4, 2)
    assert one[0][:, 0].max() > 1.9


def test_what_cannot_be_explained_says_so() -> None:
    factors = [Factor("x", 0, 1, "x")]
    with pytest.raises(InputError, match="the same in every world"):
        shares(factors, np.ones(24))
    with pytest.raises(InputError, match="undefined in 2 of 24"):
        shares(factors, np.array([np.nan] * 2 + [1.0] * 22))
    for points in (0, 4, 12):
        with pytest.raises(InputError, match="power of two"):
            design(factors, points)
    with pytest.raises(InputError, match="no dial"):
        design([], 8)


def test_without_salib_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "SALib.analyze", None)
    with pytest.raises(InputError, match=r"install scoring-testbed\[sensitivity\]"):
        design([Factor("x", 0, 1, "x")], 8)
