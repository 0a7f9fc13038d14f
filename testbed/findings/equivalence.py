"""Equivalence: two one-sided tests of findings against bounds that are declared before the run."""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError, unknown

if TYPE_CHECKING:
    import pandas as pd

RATIOS = ("_ratio", "_ratio_observed")


def checked(bounds: Mapping[str, float] | None) -> dict[str, float]:
    """Return the declared bounds by measure, spelled as in the findings. Raises InputError for an impossible one.

    >>> checked({"adverse_gap": 0.02})
    {'adverse_gap': 0.02}
    """
    from testbed.findings.names import canonical, split_name

    if bounds is not None and not isinstance(bounds, Mapping):
        raise InputError(f"equivalence is {bounds!r}; a bound by measure is needed, such as {{'adverse_gap': 0.02}}.")
    found: dict[str, float] = {}
    for name, bound in (bounds or {}).items():
        if isinstance(bound, bool) or not isinstance(bound, int | float) or not math.isfinite(bound) or bound <= 0:
            raise InputError(f"equivalence of {name}: found the bound {bound!r}; a number above 0 is needed.")
        if split_name(name)[0].endswith(RATIOS) and bound >= 1:
            raise InputError(
                f"equivalence of {name}: found the bound {bound!r}; the bound of a ratio is below 1, such as 0.8."
            )
        found[canonical(name)] = float(bound)
    return found


def judged(findings: pd.DataFrame, bounds: Mapping[str, float] | None) -> pd.DataFrame:
    """Return the findings with an `_equivalent` row after each row of a measure that has a bound.

    Its value is 1 if the 95 % interval of the row is strictly within the bound: (-bound, bound), or (bound, 1/bound)
    for a ratio. That is two one-sided tests at 2.5 % each (Schuirmann 1987; the level of ICH E9, 1998). The interval
    that is printed decides, so a claim `.within(-bound, bound)` says the same. A largest difference is never below 0,
    so for it the test is high < bound. The value 0 says that equivalence is not shown, not that there is a difference.
    It is NaN, with why, if the row has no value or no interval. A large p value never shows equivalence.

    Raises InputError if a bound names a measure that is not among the findings.

    >>> from testbed.findings.finding import frame
    >>> rows = [{"measure": "adverse_gap", "value": 0.01, "low": -0.01, "high": 0.03}]
    >>> judged(frame(rows), {"adverse_gap": 0.04})["value"].tolist()
    [0.01, 1.0]
    """
    limits = checked(bounds)
    if not limits:
        return findings
    import pandas as pd

    from testbed.findings.finding import frame

    names = findings["measure"].tolist()
    for name in limits:
        if name not in names:
            raise unknown("measure with a bound", name, sorted(set(names)))
    held: list[dict[str, Any]] = []
    places: list[int] = []
    records: list[dict[str, Any]] = findings.to_dict("records")  # type: ignore[assignment]
    for place, row in enumerate(records):
        bound = limits.get(str(row["measure"]))
        if bound is not None:
            held.append(_verdict(row, bound))
            places.append(place)
    added = frame(held).set_axis(places, axis=0)
    attrs, kept = dict(findings.attrs), findings.reset_index(drop=True)
    # A stable sort puts the verdict of a row right after it.
    made = pd.concat([kept, added]).sort_index(kind="stable").reset_index(drop=True)
    made.attrs = attrs
    return made


def _verdict(row: Mapping[str, Any], bound: float) -> dict[str, Any]:
    """Return the `_equivalent` row of a row."""
    stem, bracket, inside = str(row["measure"]).partition("[")
    least, most = (bound, 1 / bound) if stem.endswith(RATIOS) else (-bound, bound)
    value, low, high = (float(row[key]) for key in ("value", "low", "high"))
    why = str(row["why"]) if math.isnan(value) else ""
    if not why and (math.isnan(low) or math.isnan(high)):
        why = "the row has no interval"
    verdict = math.nan if why else float(least < low and high < most)
    name = f"{stem}_equivalent{bracket}{inside}"
    return {**row, "measure": name, "value": verdict, "low": math.nan, "high": math.nan, "unit": "flag", "why": why}
