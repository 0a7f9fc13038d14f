"""The dials that `testbed sweep --sobol` varies, their ranges, and the scenario at each row of the design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown
from testbed.commands.guesses import as_dial, guesses, placed, without_numbers
from testbed.statistics import Factor, design

if TYPE_CHECKING:
    from testbed.runs import Plan
    from testbed.scenarios import Scenario

READINGS = ("assumed", "claimed", "analog")
LONGEST = 8
"""The design is drawn out to so many times the points that were asked for, until enough are allowed."""


def designed(
    plan: Plan, texts: Sequence[str] | None, points: int
) -> tuple[list[Factor], list[tuple[Scenario, int]], list[str]]:
    """The dials that vary, the scenario and seed of each row of the design, and what was cut.

    texts: dials with their ranges; if None, all that are assumed, claimed or an analog. A point of the design is a
    block of rows that mix two draws. If the scenario refuses one of them, the whole block gives way to the next of the
    sequence, so that the indices are those of the region that it allows.

    Raises InputError if it refuses nearly all blocks of named dials; of other dials, the one to blame is left out.
    """
    factors, cut = ranges(texts, plan.scenario) if texts else guesses(plan, READINGS)
    while True:
        worlds, refused, row = allowed(plan, factors, points)
        if len(worlds) == points:
            cut += [f"{count} of {points + sum(refused.values())} points: {said}" for said, count in refused.items()]
            return factors, [world for block in worlds for world in block], cut
        if texts:
            said = next(iter(refused))
            raise InputError(
                f"sobol: the scenario refuses {sum(refused.values())} of {LONGEST * points} points ({said}); "
                "give narrower ranges."
            )
        factors, said = without_refused(plan.scenario, factors, row, plan.people)
        cut.append(said)


def allowed(
    plan: Plan, factors: Sequence[Factor], points: int
) -> tuple[list[list[tuple[Scenario, int]]], Counter[str], NDArray[np.float64]]:
    """The first blocks of the design that the scenario allows, the refused ones by reason, and the last row refused."""
    worlds: list[list[tuple[Scenario, int]]] = []
    refused: Counter[str] = Counter()
    tried, length, bad = 0, points, np.empty(0)
    while len(worlds) < points and length <= LONGEST * points:
        rows = design(factors, length)
        for block in np.split(rows, length)[tried:]:
            if len(worlds) == points:
                break
            made = []
            for row in block:
                seed = seed_of(row)
                try:
                    made.append((placed(plan.scenario, dials_at(plan.scenario, factors, row), plan.people, seed), seed))
                except InputError as problem:
                    refused[without_numbers(problem)] += 1
                    bad = row
                    break
            else:
                worlds.append(made)
        tried, length = length, 2 * length
    return worlds, refused, bad


def ranges(texts: Sequence[str], scenario: Scenario) -> tuple[list[Factor], list[str]]:
    """Factors from texts such as D=0..0.1 (D alone: the dial's own range), each in its own group."""
    made: list[Factor] = []
    for text in texts:
        path, equal, ends = text.partition("=")
        dial = scenario.dials.get(path)
        if dial is None:
            raise unknown("dial", path, scenario.dials)
        given = ends.split("..") if equal else list(map(str, dial.range or ()))
        try:
            low, high = (float(end) for end in given)
        except ValueError:
            raise InputError(
                f"--dial {text!r}: needed is DIAL=LOW..HIGH, such as channels.court.miss=0..0.1."
            ) from None
        if not low < high:
            raise InputError(f"--dial {text!r}: the low end must be below the high end.")
        if path in {factor.name for factor in made}:
            raise InputError(f"--dial: dial {path!r} is named twice.")
        dial.set(low), dial.set(high)
        made.append(Factor(path, low, high, path))
    return made, []


def without_refused(
    scenario: Scenario, factors: Sequence[Factor], row: NDArray[np.float64], people: int
) -> tuple[list[Factor], str]:
    """The factors without the first one that makes this row of the design refused, and the reason in words."""
    dials = list(dials_at(scenario, factors, row).items())
    accepted, refused, said = 0, len(dials), ""
    while refused - accepted > 1:
        middle = (accepted + refused) // 2
        try:
            placed(scenario, dict(dials[:middle]), people, seed_of(row))
            accepted = middle
        except InputError:
            refused = middle
    try:
        placed(scenario, dict(dials[:refused]), people, seed_of(row))
    except InputError as problem:
        said = str(problem)
    place = refused - 1
    return [*factors[:place], *factors[place + 1 :]], f"{dials[place][0]}, for {said}"


def seed_of(row: NDArray[np.float64]) -> int:
    """The seed of a row: its last column, from 0 to 1, as a whole number."""
    return int(row[-1] * 2**31)


def dials_at(scenario: Scenario, factors: Sequence[Factor], row: NDArray[np.float64]) -> dict[str, float]:
    """The dials of a row of the design."""
    known = scenario.dials
    return {one.name: as_dial(known[one.name], one, float(value)) for one, value in zip(factors, row, strict=False)}
