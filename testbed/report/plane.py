"""Figures with two numbers per point: curves by group, and a grid of crossings. The rules are those of `figures`.

Groups differ by dash, shape, name and color; a grid cell is darker if its number is higher, and shows the number,
so that both can be read without color.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
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
)
from testbed.report.numbers import Scale, decimals
from testbed.report.plaintext import clean

DASHES = ("", "7 3", "2 3", "9 3 2 3")
"""Dashes by series; drawn together with the four shapes."""

TALL = 250
CELL = 54
LIGHTEST, DARKEST = 0.05, 0.5


@dataclass(frozen=True)
class Point:
    """x and y, the limits of y, and whether the point is ringed (the decision that was made)."""

    x: float
    y: float
    low: float = math.nan
    high: float = math.nan
    ringed: bool = False


@dataclass(frozen=True)
class Line:
    """The points of one group in order; ringed points are not joined to the others unless `joined` is set."""

    name: str
    points: Sequence[Point]
    joined: bool = False


@dataclass(frozen=True)
class Cell:
    """A value of the grid, how many people it rests on, and why it is small or missing."""

    value: float
    n: int
    small: bool = False
    why: str = ""


def plane(
    title: str, lines: Sequence[Line], across: Scale, up: Scale, *, named: tuple[str, str], diagonal: bool = False
) -> Markup:
    """Lines of points over two number axes, with whiskers if a point has limits; `diagonal` draws x = y, dashed.

    named: the titles of the axes, across and up.
    """
    points = [point for line in lines for point in line.points]
    low_x, high_x = padded(min(point.x for point in points), max(point.x for point in points))
    ends = [end for point in points for end in (point.y, point.low, point.high) if math.isfinite(end)]
    low_y, high_y = padded(min(ends), max(ends))
    top = 34 + 18 * len(lines)
    bottom = top + TALL
    left = LEFT + 44
    right = RIGHT - 10
    place_x, place_y = axis(low_x, high_x, left + 8, right), axis(low_y, high_y, bottom - 8, top + 8)
    body = [
        text_at(LEFT, top - 8, shortened(named[1], 58), "tick"),
        text_at(right, bottom + 34, named[0], "tick", "end"),
    ]
    for tick in ticks(low_y, high_y):
        y = place_y(tick)
        body.append(_rule("grid", left, right, y, y))
        body.append(text_at(left - 5, y + 4, tick_text(tick, low_y, high_y, up), "tick", "end"))
    for tick in ticks(low_x, high_x):
        body.append(_rule("grid", place_x(tick), place_x(tick), bottom - 4, bottom + 2))
        body.append(text_at(place_x(tick), bottom + 17, tick_text(tick, low_x, high_x, across), "tick", "middle"))
    start, stop = max(low_x, low_y), min(high_x, high_y)
    if diagonal and start < stop:
        body.append(_rule("zero", place_x(start), place_x(stop), place_y(start), place_y(stop)))
    for number, line in enumerate(lines):
        middle = 12 + 18 * number
        body.append(_joined([(LEFT, middle), (LEFT + 34, middle)], number))
        body.append(shape(LEFT + 17, middle, number))
        body.append(text_at(LEFT + 42, middle + 4, shortened(line.name, 48), "label"))
        plain = [point for point in line.points if line.joined or not point.ringed]
        body.append(_joined([(place_x(point.x), place_y(point.y)) for point in plain], number))
        for point in line.points:
            x, y = place_x(point.x), place_y(point.y)
            if not math.isnan(point.low) and not math.isnan(point.high):
                body.append(_rule(f"whisker s{number % SHAPES}", x, x, place_y(point.low), place_y(point.high)))
            if point.ringed:
                body.append(Markup('<circle class="ring" cx="{:.1f}" cy="{:.1f}" r="10"/>').format(x, y))
            body.append(shape(x, y, number))
    said = "; ".join(f"{clean(line.name)}: {_spoken(line, across, up)}" for line in lines)
    return svg(title, f"{title}. Across: {named[0]}. Up: {named[1]}. {said}.", bottom + 42, body)


def grid(
    title: str, rows: Sequence[str], columns: Sequence[str], cells: Mapping[tuple[str, str], Cell], by: Scale
) -> Markup:
    """A number in each cell (row, column), darker if it is higher; a small cell has a dashed frame and says so."""
    left = LEFT + 84
    wide = (RIGHT - left) / len(columns)
    known = [cell.value for cell in cells.values() if math.isfinite(cell.value)]
    low, high = padded(min(known), max(known)) if known else (0.0, 1.0)
    shade = axis(low, high, LIGHTEST, DARKEST)
    places = 1 if not known or max(map(abs, known)) * by.factor >= 10 else 2
    top = 24
    body = [
        text_at(left + wide * (place + 0.5), 16, shortened(name, max(4, int(wide / 7.5))), "label", "middle")
        for place, name in enumerate(columns)
    ]
    for line, row in enumerate(rows):
        y = top + CELL * line
        body.append(text_at(LEFT, y + CELL / 2 + 4, shortened(row, 12), "label"))
        for place, column in enumerate(columns):
            body += _cell(cells.get((row, column)), left + wide * place, y, wide, shade, by, places)
    said = "; ".join(f"{clean(row)} and {clean(column)}: {_written(cell, by)}" for (row, column), cell in cells.items())
    return svg(title, f"{title}. {said}.", top + CELL * len(rows) + 6, body)


def _cell(
    cell: Cell | None, x: float, y: float, wide: float, shade: Callable[[float], float], by: Scale, places: int
) -> list[Markup]:
    box = '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"{}/>'
    middle = x + wide / 2
    if cell is None or math.isnan(cell.value):
        none = Markup(box).format("cell none", x + 2, y + 2, wide - 4, CELL - 4, Markup(""))
        return [none, text_at(middle, y + CELL / 2 + 4, "none" if cell is None else "\u2013", "why", "middle")]
    darkness = Markup(' fill-opacity="{:.3f}"').format(shade(cell.value))
    kind = "cell small" if cell.small else "cell"
    body = [Markup(box).format(kind, x + 2, y + 2, wide - 4, CELL - 4, darkness)]
    body.append(text_at(middle, y + 22, by.bare(cell.value, places), "number", "middle"))
    body.append(text_at(middle, y + 38, f"n {cell.n:,}" + (", small" if cell.small else ""), "count", "middle"))
    return body


def _rule(kind: str, x1: float, x2: float, y1: float, y2: float) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" x2="{:.1f}" y1="{:.1f}" y2="{:.1f}"/>').format(kind, x1, x2, y1, y2)


def _joined(places: Sequence[tuple[float, float]], series: int) -> Markup:
    dash = DASHES[series % SHAPES]
    dashed = Markup(' stroke-dasharray="{}"').format(dash) if dash else Markup("")
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    return Markup('<polyline class="line s{}" points="{}"{}/>').format(series % SHAPES, points, dashed)


def _spoken(line: Line, across: Scale, up: Scale) -> str:
    """The points in words: all of them, or those that are ringed and how many others there are."""
    points = list(line.points) if line.joined else [point for point in line.points if point.ringed] or list(line.points)
    said = [f"{_number(point.x, across)} across, {_number(point.y, up)} up" for point in points]
    others = len(line.points) - len(points)
    return ", ".join(said) + (f", among {others} other points" if others else "")


def _number(value: float, by: Scale) -> str:
    return by.write(inside(value, -1e12, 1e12), decimals(value, math.nan, math.nan, by.factor))


def _written(cell: Cell, by: Scale) -> str:
    if math.isnan(cell.value):
        return f"not computed ({clean(cell.why)})" if cell.why else "not computed"
    return f"{_number(cell.value, by)} of {cell.n:,}{', small' if cell.small else ''}"
