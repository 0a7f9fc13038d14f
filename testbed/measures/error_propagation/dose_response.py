"""How a measure answers to the rate of errors: the same world with the errors of its channels turned up and down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from testbed.case import elsewhere, scaled_errors
from testbed.measure import PerPerson, Row, measure, measures

GRID = (0.0, 0.5, 1.0, 2.0)
"""Rates at which a response is reported by default, as multiples of the scenario's."""


@measure(
    "dose_response",
    harm="error propagation",
    unit="per 1,000 person-months",
    better="lower",
    needs=("history",),
    estimand="a measure at so many times the scenario's rates of error, same people, model and coins",
    interval="that of the measure",
    reference="MEASURES section 3",
    caveats="All rates of error of all channels are turned together, up to a chance of 1; the model stays as fitted. "
    "One channel's rate, or any other dial, is swept with `testbed sweep`.",
    qualifiers={"of": "error_burden", "times": "grid"},
    gap="",
    default=False,
)
def dose_response(case: Any, of: str = "error_burden", times: float | str = "grid") -> Iterator[PerPerson | Row]:
    """What a measure says where the channels err more or less often than the scenario has it, same seeds.

    `of`: the measure, its first value. `times`: the rates of error (misses, false matches, duplicates and whatever
    else a faithful channel lacks) as a multiple of the scenario's; as it is registered 0, 0.5, 1 and 2. Coins are
    shared, so that an error made at a low rate is made at every higher one. Raises InputError for an unknown measure.
    """
    wanted = measures.get(of)
    for one in GRID if times == "grid" else (float(times),):
        there = case if one == 1 else elsewhere(case, scaled_errors(case.scenario, one))
        part = wanted(there)[0]
        said = {"of": of, "times": one}
        yield replace(part, qualifiers=said, suffix="", unit=part.unit or wanted.unit)
