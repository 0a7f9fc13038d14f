"""The contract of a measure, on a small world."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from synthetic.errors import InputError
from testbed.case import run_case
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
    case: Any = None,
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
        raise ContractError(f"measure {made.name}: failed on a small world ({first_line(problem)}).") from problem
    expect(bool(rows), f"measure {made.name}: it gives nothing.")
    expect(repr(rows) == repr(again), f"measure {made.name}: asked twice it gives different values.")
    for part in parts:
        _part_is_well_formed(made.name, part, n)
    for row in rows:
        _row_is_well_formed(made.name, row)


def _rows(measure: Measure, parts: list[Any], case: Any) -> list[dict[str, Any]]:
    return list(expand(measure, parts, case, splits=case.scenario.compared, reference=case.scenario.reference))


def _part_is_well_formed(name: str, part: Any, n: int) -> None:
    """PerPerson arrays have one finite number per person; parts made of parts are looked into."""
    if isinstance(part, Row):
        promise = f"measure {name}: `why` must be filled exactly where the value is NaN."
        expect(bool(np.isnan(part.value)) == bool(part.why), promise)
    if isinstance(part, Row) or hasattr(part, "estimates"):
        return
    for inner in getattr(part, "parts", ()):
        _part_is_well_formed(name, inner, n)
    if not isinstance(part, PerPerson):
        expect(hasattr(part, "parts"), f"measure {name}: gives a {type(part).__name__}, not PerPerson or Row.")
        return
    for side in ("numerator", "denominator"):
        values = np.asarray(getattr(part, side))
        shape = f"measure {name}: the {side} has shape {values.shape}, ({n},) is needed: one per person of the case."
        expect(values.shape == (n,), shape)
        expect(
            bool(np.isfinite(values.astype(np.float64)).all()), f"measure {name}: the {side} is not finite throughout."
        )
    denominator = np.asarray(part.denominator, np.float64)
    expect(bool((denominator >= 0).all()), f"measure {name}: a denominator is below 0.")
    outside = np.asarray(part.numerator, np.float64)[denominator == 0]
    expect(bool((outside == 0).all()), f"measure {name}: somebody with denominator 0 has a numerator.")


def _row_is_well_formed(name: str, row: dict[str, Any]) -> None:
    where = f"measure {name}, row {row['measure']} of {row['split']} {row['group']}"
    undefined = bool(np.isnan(row["value"]))
    expect(undefined == bool(row["why"]), f"{where}: `why` must be filled exactly where the value is NaN.")
    expect(row["n"] >= 0, f"{where}: n is {row['n']}.")
    expect(not row["low"] > row["high"], f"{where}: the interval runs from {row['low']} to {row['high']}.")
