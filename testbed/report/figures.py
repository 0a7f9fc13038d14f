"""Figures as inline SVG, drawn by hand: light, the same bytes each time, text as text, colors from the page.

Every figure carries a title and a description for readers who cannot see it; series differ by shape as well as by
color. Lengths are in pixels of a drawing that is 400 wide, so that the letters stay readable on a phone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from testbed.report.drawing import (
    LEFT,
    RIGHT,
    SHAPES,
    axis,
    inside,
    padded,
    shape,
    shortened,
    svg,
    text_at,
    tick_text,
    ticks,
    upright,
)
from testbed.report.numbers import Scale, decimals
from testbed.report.plaintext import clean, columns

ROW = 40
LETTERS = 52
"""Letters that fit beside each other."""


@dataclass(frozen=True)
class Mark:
    """One value of a figure: its label, its interval, and the lottery's value."""

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    series: int = 0
    lottery: float = math.nan
    why: str = ""


@dataclass(frozen=True)
class Curve:
    """Values along an axis of ordered labels, one mark per label."""

    name: str
    marks: Sequence[Mark]


def dots(title: str, marks: Sequence[Mark], by: Scale, *, zero: float | None = None, whole: bool = False) -> Markup:
    """A dot and a whisker per mark, one below the other; a hollow diamond is the lottery, a dashed line `zero`.

    A mark without a value shows its reason instead of a dot. Very long whiskers are cut at the edge, unless the figure
    is about them (`whole`).
    """
    low, high = _domain(marks, zero, whole=whole)
    across = axis(low, high, LEFT + 6, RIGHT - 6)
    bottom = 8 + ROW * len(marks)
    body = [
        text_at(across(tick), bottom + 16, tick_text(tick, low, high, by), "tick", "middle")
        for tick in ticks(low, high)
    ]
    for number, mark in enumerate(marks):
        top = 8 + ROW * number
        middle = top + 28
        written = _written(mark, by)
        if columns(mark.label) + columns(written) > LETTERS:
            written = written.partition(" (")[0]
        body.append(text_at(LEFT, top + 13, shortened(mark.label, LETTERS - columns(written)), "label"))
        body.append(text_at(RIGHT, top + 13, written, "number", "end"))
        if math.isnan(mark.value):
            body.append(text_at(LEFT + 6, middle + 4, shortened(mark.why, 58), "why"))
            continue
        body += [upright("grid", across(tick), middle - 9, middle + 9) for tick in ticks(low, high)]
        if zero is not None and low <= zero <= high:
            body.append(upright("zero", across(zero), middle - 9, middle + 9))
        if not math.isnan(mark.lottery):
            body.append(_diamond(across(inside(mark.lottery, low, high)), middle))
        body.append(_whisker(mark, low, high, across, middle))
        body.append(shape(across(inside(mark.value, low, high)), middle, mark.series))
    said = "; ".join(_said(mark, by) for mark in marks)
    return svg(title, f"{title}. {said}.", bottom + 24, body)


def curve(title: str, curves: Sequence[Curve], by: Scale, *, joined: bool = True) -> Markup:
    """Values along a common axis of labels, with whiskers; the names of the curves above.

    joined: whether lines join the marks; they do not if nothing lies between two labels.
    """
    every = [mark for one in curves for mark in one.marks]
    low, high = _domain(every, 0.0)
    names = list(dict.fromkeys(mark.label for mark in every))
    top = 16 + 18 * len(curves)
    bottom = top + 170
    up = axis(low, high, bottom, top)
    left = LEFT + 40
    step = (RIGHT - 14 - left) / max(1, len(names) - 1)
    body = []
    for tick in ticks(low, high):
        body.append(
            Markup('<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>').format(left - 8, RIGHT, up(tick))
        )
        body.append(text_at(left - 12, up(tick) + 4, tick_text(tick, low, high, by), "tick", "end"))
    for number, name in enumerate(names):
        body.append(text_at(left + step * number, bottom + 18, shortened(name, 12), "tick", "middle"))
    for number, one in enumerate(curves):
        body.append(shape(LEFT + 6, 12 + 18 * number, number))
        body.append(text_at(LEFT + 18, 16 + 18 * number, shortened(one.name, 52), "label"))
        shift = (number - (len(curves) - 1) / 2) * 6
        seen = [mark for mark in one.marks if math.isfinite(mark.value)]
        places = [(left + step * names.index(mark.label) + shift, mark) for mark in seen]
        points = " ".join(f"{x:.1f},{up(mark.value):.1f}" for x, mark in places if joined)
        body.append(Markup('<polyline class="line s{}" points="{}"/>').format(number % SHAPES, points))
        for x, mark in places:
            ends = [inside(end, low, high) for end in (mark.low, mark.high)]
            if not any(math.isnan(end) for end in ends):
                body.append(
                    Markup('<line class="whisker s{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(
                        number % SHAPES, x, x, up(ends[0]), up(ends[1])
                    )
                )
            body.append(shape(x, up(mark.value), number))
    said = "; ".join(f"{one.name}: " + ", ".join(_said(mark, by) for mark in one.marks) for one in curves)
    return svg(title, f"{title}. {said}.", bottom + 28, body)


def steps(title: str, worlds: Sequence[tuple[str, Sequence[float]]], *, at: int | None = None) -> Markup:
    """The score of one person month by month in several worlds, as step lines; `at` is the month of the wrong entry."""
    lines = [(name, [float(value) for value in values]) for name, values in worlds]
    every = [value for _, values in lines for value in values if math.isfinite(value)]
    months = max((len(values) for _, values in lines), default=0)
    if not every:
        return Markup("")
    low, high = padded(min(every), max(every))
    top = 16 + 18 * len(lines)
    bottom = top + 130
    up = axis(low, high, bottom, top)
    left = LEFT + 44
    across = axis(0, max(1, months), left, RIGHT)
    body = []
    for tick in ticks(low, high):
        body.append(
            Markup('<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>').format(left, RIGHT, up(tick))
        )
        body.append(text_at(left - 5, up(tick) + 4, f"{tick:,.6g}", "tick", "end"))
    for month in range(0, months, max(1, math.ceil(months / 6))):
        body.append(text_at(across(month + 0.5), bottom + 18, str(month), "tick", "middle"))
    if at is not None and 0 <= at < months:
        body.append(upright("zero", across(at), top, bottom))
    for number, (name, values) in enumerate(lines):
        shift = (number - (len(lines) - 1) / 2) * 3
        # One path per unbroken run of months: out of scope is a gap, not a line.
        path, joined = "", False
        for month, value in enumerate(values):
            if math.isfinite(value):
                y = up(value) + shift
                path += f"{'L' if joined else 'M'}{across(month):.1f} {y:.1f}H{across(month + 1):.1f}"
            joined = math.isfinite(value)
        body.append(shape(LEFT + 6, 12 + 18 * number, number))
        body.append(text_at(LEFT + 18, 16 + 18 * number, shortened(name, 52), "label"))
        dash = ' stroke-dasharray="6 3"' if number % 2 else ""
        body.append(Markup('<path class="line s{}" d="{}"{}/>').format(number % SHAPES, path, Markup(dash)))
    said = "; ".join(f"{name}: from {_ends(values)}" for name, values in lines)
    return svg(title, f"{title}. {said}.", bottom + 28, body)


def _domain(marks: Sequence[Mark], zero: float | None, *, whole: bool = False) -> tuple[float, float]:
    """The ends of the axis: they hold all values and interval ends; very long whiskers are cut if not `whole`."""
    values = [value for mark in marks for value in (mark.value, mark.lottery) if math.isfinite(value)]
    ends = [end for mark in marks for end in (mark.low, mark.high) if math.isfinite(end)]
    if zero is not None:
        values.append(zero)
    if not values:
        return 0.0, 1.0
    room = math.inf if whole else 3 * (max(values) - min(values)) or math.inf
    ends = [inside(end, min(values) - room, max(values) + room) for end in ends]
    return padded(min(values + ends), max(values + ends))


def _written(mark: Mark, by: Scale) -> str:
    """The value and its interval as written beside the dot."""
    if math.isnan(mark.value):
        return "not computed"
    places = decimals(mark.value, mark.low, mark.high, by.factor)
    value = by.bare(mark.value, places)
    if math.isnan(mark.low) or math.isnan(mark.high) or mark.low == mark.high:
        return value
    return f"{value} ({by.bare(mark.low, places)} to {by.bare(mark.high, places)})"


def _whisker(mark: Mark, low: float, high: float, across: Callable[[float], float], middle: float) -> Markup:
    ends = [inside(end, low, high) for end in (mark.low, mark.high)]
    if any(math.isnan(end) for end in ends):
        return Markup("")
    return Markup('<line class="whisker s{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(
        mark.series % SHAPES, across(ends[0]), across(ends[1]), middle, middle
    )


def _diamond(x: float, y: float) -> Markup:
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in ((x, y - 7), (x + 7, y), (x, y + 7), (x - 7, y)))
    return Markup('<polygon class="lottery" points="{}"/>').format(points)


def _said(mark: Mark, by: Scale) -> str:
    return f"{clean(mark.label)}: {_written(mark, by)}"


def _ends(values: Sequence[float]) -> str:
    finite = [value for value in values if math.isfinite(value)]
    return f"{finite[0]:,.6g} to {finite[-1]:,.6g}, lowest {min(finite):,.6g}" if finite else "nothing"
