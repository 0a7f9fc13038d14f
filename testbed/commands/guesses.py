"""The guesses behind a scenario that a design varies, and the worlds that they make, if the scenario allows them."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from synthetic.errors import InputError
from synthetic.source import Dial
from testbed.statistics import Factor

if TYPE_CHECKING:
    from testbed.runs import Plan
    from testbed.scenarios import Scenario

WHOLE_STEPS = 10
"""A dial that is a whole number and has at least this many in its range takes only whole numbers."""
ANY_NUMBER = 1e8
"""A range at least this wide says "any number"; it is no range of a guess."""
PROBED = 16_384
"""The most people on which dials are tried before any world is run."""
MEASURING = ("error.sample", "error.per_1000")
"""Dials that say how exactly a world is measured, not what the world is like."""


def guesses(plan: Plan, readings: Iterable[str]) -> tuple[list[Factor], list[str]]:
    """The dials of these readings that the measures of a plan rest on, grouped by part; and what is left out, and why.

    Dials that the user set stay as they are, and so do those by which the model does not decide.
    """
    from testbed.findings import chosen
    from testbed.runs import assumed_dials, idle_dials

    made, left_out, known = [], [], set(readings)
    for dial in assumed_dials(plan.scenario, chosen(plan.wanted), idle_dials(plan)):
        path, ends, value = str(dial["path"]), dial["range"], dial["value"]
        if dial["reading"] not in known or not dial["measures"] or ends is None or isinstance(value, bool | str):
            continue
        if path in MEASURING or path in plan.scenario.changed:
            continue
        low, high = map(float, ends)
        if path == "error.period":
            high = min(high, plan.periods - 1.0)
        if high - low >= ANY_NUMBER:
            left_out.append(f"{path}, which may be any number")
        elif low < high:
            made.append(Factor(path, low, high, path.partition(".")[0]))
    return made, left_out


def placed(scenario: Scenario, dials: Mapping[str, float], people: int, seed: int) -> Scenario:
    """The scenario at these dials. Raises InputError if its decisions, recipe or conduct refuse them.

    Conduct is tried on the first people of that seed only: a larger society may still be refused.
    """
    from testbed.models import Decide
    from testbed.world import Society

    made = scenario.set(dials)
    cuts = made.cuts(made.own_model())
    Decide.fit([0.0, 1.0], adverse=cuts.get("adverse"), favored=cuts.get("favored"))
    society = Society(made, min(people, PROBED), seed)
    society.rates(society.columns)
    return scenario.set(dials)  # one that has run nothing can be sent to another process


def as_dial(dial: Dial, factor: Factor, value: float) -> float:
    """The value that a dial takes: rounded if it is a whole number with a wide range from one to another."""
    whole = isinstance(dial.value, int) and float(factor.low).is_integer() and float(factor.high).is_integer()
    return float(round(value)) if whole and factor.high - factor.low >= WHOLE_STEPS else float(value)


@contextmanager
def kept_aside() -> Iterator[None]:
    """While it lasts, collecting garbage after each world skips what stood before: hundreds of scenarios.

    Where a caller has already set something aside, nothing is added: it could not be taken back alone.
    """
    if gc.get_freeze_count():
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def without_numbers(problem: InputError | str) -> str:
    """The sentence of a refusal with `..` for its numbers, so that refusals of one kind are counted together.

    >>> without_numbers("cities of 106 to 48 grids: the largest is below the smallest.")
    'cities of .. to .. grids: the largest is below the smallest'
    """
    return re.sub(r"-?\b\d+(\.\d+)?(e[+-]?\d+)?", "..", str(problem)).removesuffix(".")
