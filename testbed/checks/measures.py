"""A check of the contract of a measure, on a small world."""

# Any: what a user's measure returns can be anything.
from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from synthetic.errors import InputError
from testbed.case import Case, run_case
from testbed.checks.contract import ContractError, expect
from testbed.measure import Measure, PerPerson, Row, measures
from testbed.models import first_line
from testbed.scenarios import Scenario
from testbed.statistics import expand


def check_measure(
    measure: Measure | str,
    *,
    scenario: str | Path | Scenario = "rongcheng",
    people: int = 3072,
    periods: int = 8,
    case: Case | None = None,
) -> None:
    """Check a measure on a small world.

    The check reads what the measure declares, looks at the shape of what it returns, and asks it twice.

    Parameters
    ----------
    measure : Measure or str
        A function decorated with `measure`, or the name of a registered measure.
    scenario : str, Path or Scenario, default "rongcheng"
        The scenario of the world.
    people : int, default 3072
        People in the world.
    periods : int, default 8
        Months that the world runs.
    case : Case, optional
        A world that has been run already. Default: a new one is run.

    Raises
    ------
    ContractError
        At the first broken promise.
    InputError
        If the name is not registered, or the object is not a measure.

    See Also
    --------
    measure : Register a measure.

    Examples
    --------
    >>> from testbed import check_measure
    >>> check_measure("adverse_rate", people=1024, periods=3)
    """
    made = measures.get(measure) if isinstance(measure, str) else measure
    if not isinstance(made, Measure):
        raise InputError(f"{made!r:.80} is not a measure; decorate the function with @measure.")
    for key in ("unit", "estimand", "interval", "reference", "caveats"):
        expect(bool(str(getattr(made, key)).strip()), f"measure {made.name}: it declares no {key}.")
    if case is None:
        case = run_case(str(scenario) if isinstance(scenario, Path) else scenario, people=people, periods=periods)
    n = len(case.people)
    try:
        parts = made(case)
        rows, again = _rows(made, parts, case), _rows(made, made(case), case)
    except Exception as problem:
        raise ContractError(f"measure {made.name}: it fails on a small world ({first_line(problem)}).") from problem
    expect(bool(rows), f"measure {made.name}: it gives no rows.")
    expect(repr(rows) == repr(again), f"measure {made.name}: called twice on one case, it gives different values.")
    for part in parts:
        _part_is_well_formed(made.name, part, n)
    for row in rows:
        _row_is_well_formed(made.name, row)


def _rows(measure: Measure, parts: Sequence[PerPerson | Row], case: Case) -> list[dict[str, Any]]:
    return list(expand(measure, parts, case, splits=case.scenario.compared, reference=case.scenario.reference))


def _part_is_well_formed(name: str, part: Any, n: int) -> None:
    """Check that arrays have one finite number per person, also in parts that consist of parts."""
    if isinstance(part, Row):
        promise = f"measure {name}: `why` must be filled exactly where the value is NaN."
        expect(bool(np.isnan(part.value)) == bool(part.why), promise)
    if isinstance(part, Row) or hasattr(part, "estimates"):
        return
    for inner in getattr(part, "parts", ()):
        _part_is_well_formed(name, inner, n)
    if not isinstance(part, PerPerson):
        expect(
            hasattr(part, "parts"), f"measure {name}: it gives a {type(part).__name__}; a PerPerson or a Row is needed."
        )
        return
    for side in ("numerator", "denominator"):
        values = np.asarray(getattr(part, side))
        shape = f"measure {name}: the {side} has shape {values.shape}, ({n},) is needed: one per person of the case."
        expect(values.shape == (n,), shape)
        expect(
            bool(np.isfinite(values.astype(np.float64)).all()),
            f"measure {name}: the {side} has a value that is not finite.",
        )
    denominator = np.asarray(part.denominator, np.float64)
    expect(bool((denominator >= 0).all()), f"measure {name}: a denominator is below 0; 0 or more is needed.")
    outside = np.asarray(part.numerator, np.float64)[denominator == 0]
    expect(bool((outside == 0).all()), f"measure {name}: a person with denominator 0 has a numerator other than 0.")


def _row_is_well_formed(name: str, row: dict[str, Any]) -> None:
    """Check that a value or a reason is given, and that the interval runs upward."""
    where = f"measure {name}, row {row['measure']} of {row['split']} {row['group']}"
    undefined = bool(np.isnan(row["value"]))
    expect(undefined == bool(row["why"]), f"{where}: `why` must be filled exactly where the value is NaN.")
    expect(row["n"] >= 0, f"{where}: n is {row['n']}; 0 or more is needed.")
    expect(not row["low"] > row["high"], f"{where}: the interval runs from {row['low']} to {row['high']}.")
