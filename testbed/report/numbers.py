"""Numbers as people read them: with as many decimals as the interval supports, and never a bare NaN."""

from __future__ import annotations

import math
from dataclasses import dataclass

DIFFERENCES = ("difference", "rate difference", "difference of rates", "gap")
RATES = frozenset({"rate", "share", "proportion", "probability", *DIFFERENCES})
"""Units from 0 to 1 that are written in percent; a difference of two is written in percentage points."""
ONE = {"people": "person", "entries": "entry", "agencies": "agency", "bands of grades": "band of grades"}
"""Units with an irregular singular."""


@dataclass(frozen=True)
class Scale:
    """How values of one unit are written: multiplied by `factor` and followed by `unit`."""

    factor: float = 1.0
    unit: str = ""

    def write(self, value: float, decimals: int) -> str:
        """One value with its unit."""
        bare = self.bare(value, decimals)
        if bare in ("1", "-1") and not self.unit.startswith("per "):
            return f"{bare} {ONE.get(self.unit, self.unit.removesuffix('s'))}".strip()
        endless = math.isinf(value) and self.unit.endswith(("s", "people")) and not self.unit.startswith("per ")
        return f"{bare}ly many {self.unit}" if endless else f"{bare} {self.unit}".strip()

    def bare(self, value: float, decimals: int) -> str:
        """One value without its unit."""
        if math.isnan(value):
            return "not computed"
        if math.isinf(value):
            return "infinite" if value > 0 else "minus infinite"
        text = f"{value * self.factor:,.{decimals}f}"
        return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text


def scale(unit: str, *, comparison: bool = False) -> Scale:
    """The scale of a unit; a comparison of rates is in percentage points.

    >>> scale("rate").write(0.1234, 1), scale("rate", comparison=True).write(-0.02, 1)
    ('12.3 %', '-2.0 percentage points')
    """
    if unit in RATES or unit.startswith("share of "):
        return Scale(100.0, "percentage points" if comparison or unit in DIFFERENCES else "%")
    words = {"ratio": "", "count": "", "number": "", "p": "", "index": "", "periods": "months"}
    return Scale(1.0, words.get(unit, unit))


def decimals(value: float, low: float, high: float, factor: float = 1.0) -> int:
    """The number of decimals that the interval supports; without an interval, those that show three digits.

    There are more if the value, or an end that is not 0, would otherwise be written as 0.

    >>> decimals(0.019, 0.012, 0.026, 100), decimals(0.62, 0.58, 0.66, 100), decimals(0.0, 0.0, 0.0)
    (1, 0, 0)
    """
    width = (high - low) * factor
    size = abs(value * factor)
    if math.isfinite(width) and width > 0:
        places = max(math.ceil(-math.log10(width / 5) - 1e-9), 0)
    elif not math.isfinite(size) or abs(size - round(size)) < 1e-9:
        return 0
    else:
        return min(len(f"{float(f'{size:.3g}'):.6f}".rstrip("0").partition(".")[2]), 6)
    shown = [abs(end * factor) for end in (value, low, high) if math.isfinite(end) and abs(end * factor) > 1e-9]
    most = min(places + 2, 6)
    while places < most and any(end < 0.5 * 10.0**-places for end in shown):
        places += 1
    return places


def interval(low: float, high: float, value: float, places: int, by: Scale) -> str:
    """The 95 % interval in words, without its unit."""
    if math.isnan(low) and math.isnan(high):
        return "no interval"
    if low == high == value:
        return "exact"
    ends = [by.bare(end, places) if not math.isnan(end) else "unknown" for end in (low, high)]
    return f"95 % interval {ends[0]} to {ends[1]}"


def cell(value: float) -> str:
    """A value in a table, in the units of the findings file, with four digits; a missing value is a dash.

    >>> cell(0.0193412), cell(12345.678), cell(float("inf"))
    ('0.01934', '12,346', 'inf')
    """
    if math.isnan(value):
        return "\u2013"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.4g}" if abs(value) >= 1e-4 else f"{value:.1e}"
