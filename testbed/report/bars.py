"""The pictures of the first screen: a bar for each number, drawn along its own range, with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from testbed.report.drawing import LEFT, RIGHT, SHAPES, shortened, svg, text_at
from testbed.report.plaintext import clean, columns

STEP, THICK = 38, 15
LETTERS = 50
UNITS = 12
"""The most units that are marked along a bar."""


@dataclass(frozen=True)
class Bar:
    """One number as a bar from 0 to `most`.

    written: the number as text. counted: whether whole units are marked along it (people). lottery: where a lottery
    would end; NaN if there is none.
    """

    label: str
    written: str
    value: float
    most: float
    low: float = math.nan
    high: float = math.nan
    lottery: float = math.nan
    series: int = 0
    counted: bool = False


def bars(title: str, held: Sequence[Bar]) -> Markup:
    """The bars below each other: the label above each, the number at the right, a diamond for the lottery."""
    body = []
    for place, bar in enumerate(held):
        top = STEP * place + 2
        written = shortened(bar.written, LETTERS // 2)
        body.append(text_at(LEFT, top + 11, shortened(bar.label, LETTERS - columns(written)), "label"))
        body.append(text_at(RIGHT, top + 11, written, "number", "end"))
        body += _bar(bar, top + 16)
    said = "; ".join(f"{clean(bar.label)}: {clean(bar.written)}" for bar in held)
    return svg(title, f"{title}. {said}.", STEP * len(held) + 2, body)


def _bar(bar: Bar, top: float) -> list[Markup]:
    middle = top + THICK / 2
    made = [_rect("track", LEFT, RIGHT, top)]
    if math.isnan(bar.value):
        return made
    made.append(_rect(f"bar s{bar.series % SHAPES}", LEFT, _across(bar.value, bar.most), top))
    if bar.counted and bar.most <= UNITS:
        made += [_line("gap", _across(unit, bar.most), top, top + THICK) for unit in range(1, math.ceil(bar.most))]
    if math.isfinite(bar.low) and math.isfinite(bar.high) and bar.low < bar.high:
        ends = (_across(bar.low, bar.most), _across(bar.high, bar.most))
        rule = Markup('<line class="span" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>')
        made += [rule.format(*ends, middle, middle), *(_line("span", end, middle - 5, middle + 5) for end in ends)]
    if math.isfinite(bar.lottery):
        x = _across(bar.lottery, bar.most)
        points = f"{x:.1f},{middle - 7:.1f} {x + 6:.1f},{middle:.1f} {x:.1f},{middle + 7:.1f} {x - 6:.1f},{middle:.1f}"
        made.append(Markup('<polygon class="lottery" points="{}"/>').format(points))
    return made


def _across(value: float, most: float) -> float:
    return LEFT + min(max(value / most, 0.0), 1.0) * (RIGHT - LEFT) if most > 0 else float(LEFT)


def _rect(kind: str, start: float, stop: float, top: float) -> Markup:
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"/>').format(
        kind, start, top, max(stop - start, 0), THICK
    )


def _line(kind: str, x: float, top: float, bottom: float) -> Markup:
    return Markup('<line class="{0}" x1="{1:.1f}" x2="{1:.1f}" y1="{2:.1f}" y2="{3:.1f}"/>').format(
        kind, x, top, bottom
    )
