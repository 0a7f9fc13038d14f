"""How a measure depends on the rate of errors: the same world with more or fewer errors of its channels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from testbed.case import Case, elsewhere, scaled_errors
from testbed.measure import PerPerson, Row, measure, measures

GRID = (0.0, 0.5, 1.0, 2.0)
"""Rates of error at which the measure is reported by default, as multiples of the scenario's."""


@measure(
    "dose_response",
    harm="error propagation",
    unit="per 1,000 person-months",
    better="lower",
    needs=("history",),
    estimand="a measure at a multiple of the scenario's rates of error, with the same people, model and random draws",
    interval="the interval of the measure",
    reference="MEASURES section 3",
    caveats="All rates of error of all channels change together, up to a chance of 1. The model stays as fitted. To "
    "vary one channel's rate, or any other dial, use `testbed sweep`.",
    qualifiers={"of": "error_burden", "times": "grid"},
    gap="",
    default=False,
)
def dose_response(case: Case, of: str = "error_burden", times: float | str = "grid") -> Iterator[PerPerson | Row]:
    """The value of a measure if the channels err more or less often than in the scenario, with the same seeds.

    `of`: the measure, whose first value is taken. `times`: the rates of error (misses, false matches, duplicates and
    every other error of a channel) as a multiple of the scenario's. The default gives 0, 0.5, 1 and 2. Random draws
    are shared, so an error made at a low rate is also made at every higher rate. Raises InputError for an unknown
    measure.
    """
    wanted = measures.get(of)
    for one in GRID if times == "grid" else (float(times),):
        there = case if one == 1 else elsewhere(case, scaled_errors(case.scenario, one))
        part = wanted(there)[0]
        said = {"of": of, "times": one}
        yield replace(part, qualifiers=said, suffix="", unit=part.unit or wanted.unit)
