"""What the page of a lesson shows, from its worlds: the data of its script, and texts with their numbers in place."""

# Any: the data of the page is a JSON object; its values are of any JSON type.
from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from testbed.lesson.base import NUMBER, Lesson, Outcome
from testbed.lesson.grid import Grid, Point
from testbed.lesson.watch import Watch
from testbed.report import case_view, clean, decimals


def data_of(grid: Grid, watch: Watch) -> dict[str, Any]:
    """What the script of the page reads. Every number in it is a finding of the grid, or a count of the log.

    `points`: by the places of the sliders, the value, low, high and n of each outcome, as findings hold them, and the
    words for them. NaN is null.
    """
    lesson, operator = grid.lesson, grid.lesson.parts["operator"]
    names = [one.name for one in lesson.sliders]
    return {
        "outcomes": [
            {"name": one.name, "title": one.title, "unit": one.unit, "times": one.times, "side": one.side,
             "top": one.times if grid.row(grid.start, one)["unit"] == "rate" else None}
            for one in lesson.outcomes
        ],
        "sliders": [
            {"name": one.name, "title": one.title, "said": one.said, "cost": one.cost, "start": one.start}
            for one in lesson.sliders
        ],
        "points": {_key(point): _numbers(grid, point) for point in grid.findings},
        "start": _key(grid.start),
        "guesses": [
            {"outcome": one["outcome"], "told": told(one["told"], grid)} for one in lesson.guesses
        ],
        "operator": {
            "sliders": [names.index(name) for name in operator["sliders"]],
            "budget": operator["budget"],
            "benefit": operator["benefit"],
            "harms": operator["harms"],
        },
        "life": _life(grid),
        "watch": _log(lesson, watch),
    }  # fmt: skip


def _key(point: Point) -> str:
    return ",".join(map(str, point))


def _numbers(grid: Grid, point: Point) -> dict[str, Any]:
    made = {}
    for one in grid.lesson.outcomes:
        row = grid.row(point, one)
        number, limits = in_words(row, one)
        held = [_plain(row[name]) for name in ("value", "low", "high")]
        made[one.name] = [*held, int(row["n"]), number, limits]
    return made


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def in_words(row: Mapping[str, Any], outcome: Outcome) -> tuple[str, str]:
    """A number and its interval in words, in the unit of the page."""
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if math.isnan(value):
        return "not computed", clean(row["why"])
    places = decimals(value, low, high, outcome.times)
    said = [f"{one * outcome.times:,.{places}f}" for one in (value, low, high)]
    if math.isnan(low) and math.isnan(high):
        return said[0], "no interval"
    return said[0], "exact" if low == high == value else f"95 % interval {said[1]} to {said[2]}"


def _life(grid: Grid) -> dict[str, Any]:
    view = case_view(grid.life)
    months: dict[int, list[dict[str, Any]]] = {}
    for month, events in view["months"]:
        months[month] = [{"world": one["world"], "told": one["visible"], "text": _event(one)} for one in events]
    scores = grid.life["scores"]
    return {
        "months": int(grid.life["periods"]),
        "root": grid.life["root_period"],
        "events": {str(month): events for month, events in months.items()},
        "scores": [scores["base"], scores["error"]],
        "sentence": view["sentence"],
    }


def _event(event: Mapping[str, Any]) -> str:
    if not event["detail"]:
        return str(event["what"])
    return f"{event['what']}{' – ' if ':' in event['what'] else ': '}{event['detail']}"


def _log(lesson: Lesson, watch: Watch) -> dict[str, Any]:
    part = lesson.parts["watch"]
    words = {**{kind: kind.replace("_", " ") for kind in watch.log["kind"].unique()}, **part["kinds"]}
    names, kinds = [one.name for one in watch.desks], list(words)
    rows = [
        [int(month), int(person), kinds.index(kind), names.index(desk)]
        for month, person, kind, desk in watch.log.itertuples(index=False)
    ]
    return {
        "kinds": [clean(words[kind]) for kind in kinds],
        "red": kinds.index(part["red"]),
        "rows": rows,
        "desks": [
            {"name": one.name, "lines": one.lines, "red": one.red, "share": _plain(one.share),
             "low": one.low, "high": one.high}
            for one in watch.desks
        ],
        "culprit": names.index(watch.culprit),
        "fates": [watch.made, watch.logged, watch.audited, watch.reversed, watch.answered],
    }  # fmt: skip


def told(text: str, grid: Grid) -> str:
    """A text of a lesson with its numbers in place, each with its interval.

    {NAME} is an outcome at the start, {NAME@SLIDER=PLACE} with one slider elsewhere.
    """
    lesson = grid.lesson
    places = {one.name: at for at, one in enumerate(lesson.sliders)}

    def number(found: re.Match[str]) -> str:
        name, slider, place = found.groups()
        point = list(grid.start)
        if slider:
            point[places[slider]] = int(place)
        outcome = lesson.outcome(name)
        value, limits = in_words(grid.row(tuple(point), outcome), outcome)
        return f"{value} ({limits})"

    return clean(NUMBER.sub(number, text))
