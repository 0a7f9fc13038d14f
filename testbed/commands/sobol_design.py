"""The dials that `testbed sweep --sobol` varies, their ranges, and the scenario at each row of the design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown
from testbed.statistics import Factor, design

if TYPE_CHECKING:
    from testbed.runs import Plan
    from testbed.scenarios import Scenario

WHOLE_STEPS = 10
"""A dial that is a whole number and has at least this many in its range takes only whole numbers."""

PROBED = 1024
"""The most people on which dials are tried before any world is run."""


def designed(
    plan: Plan, texts: Sequence[str] | None, points: int
) -> tuple[list[Factor], list[tuple[Scenario, int]], list[str]]:
    """The dials that vary, the scenario and seed of each row of the design, and what was left out.

    texts: dials with their ranges; if None, all that are assumed, claimed or an analog. A named dial that
    makes a world refused raises InputError; another one is left out.
    """
    factors, left_out = ranges(texts, plan.scenario) if texts else assumed(plan)
    rows = design(factors, points)
    worlds: list[tuple[Scenario, int]] = []
    while len(worlds) < len(rows):
        row = rows[len(worlds)]
        seed = seed_of(row)
        try:
            worlds.append((placed(plan.scenario, dials_at(plan.scenario, factors, row), plan.people, seed), seed))
        except InputError:
            if texts:
                raise
            factors, said = without_refused(plan.scenario, factors, row, plan.people)
            left_out.append(said)
            rows, worlds = design(factors, points), []
    return factors, worlds, left_out


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


def assumed(plan: Plan) -> tuple[list[Factor], list[str]]:
    """The assumed, claimed and analog dials behind the measures of a plan, by part; and what is left out.

    A dial is left out if an end of its range alone makes a scenario that is refused.
    """
    from testbed.findings import chosen
    from testbed.runs import assumed_dials

    made, left_out = [], []
    for dial in assumed_dials(plan.scenario, chosen(plan.wanted)):
        path, ends = str(dial["path"]), dial["range"]
        value = dial["value"]
        if not dial["measures"] or ends is None or isinstance(value, bool | str) or path in plan.scenario.changed:
            continue
        if path == "error.sample":  # how exactly a world is measured, not what the world is like
            continue
        low, high = map(float, ends)
        if path == "error.period":
            high = min(high, plan.periods - 1.0)
        if not low < high:
            continue
        try:
            for end in (low, high):
                decided(plan.scenario.set({path: end}))
        except InputError as problem:
            left_out.append(f"{path}, for {problem}")
            continue
        made.append(Factor(path, low, high, path.partition(".")[0]))
    return made, left_out


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


def placed(scenario: Scenario, dials: Mapping[str, float], people: int, seed: int) -> Scenario:
    """The scenario at these dials. Raises InputError if its decisions, recipe or conduct refuse them.

    Conduct is tried on the first people of that seed only: a larger society may still be refused.
    """
    from testbed.world import Society

    made = scenario.set(dials)
    decided(made)
    assert Society(made, min(people, PROBED), seed).views
    return scenario.set(dials)  # one that has run nothing can be sent to another process


def seed_of(row: NDArray[np.float64]) -> int:
    """The seed of a row: its last column, from 0 to 1, as a whole number."""
    return int(row[-1] * 2**31)


def decided(scenario: Scenario) -> None:
    """Raises InputError if the shares or cut-offs of the decision rule do not fit together."""
    from testbed.models import Decide

    cuts = scenario.cuts(scenario.rulebook)
    Decide.fit([0.0, 1.0], adverse=cuts.get("adverse"), favored=cuts.get("favored"))


def dials_at(scenario: Scenario, factors: Sequence[Factor], row: NDArray[np.float64]) -> dict[str, float]:
    """The dials of a row of the design; rounded if the dial is a whole number with a wide range."""
    made = {}
    for factor, value in zip(factors, row, strict=False):
        whole = isinstance(scenario.dials[factor.name].value, int) and factor.high - factor.low >= WHOLE_STEPS
        made[factor.name] = float(round(value)) if whole else float(value)
    return made
