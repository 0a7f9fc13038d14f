"""The worlds of a lesson: every combination of the operator's sliders, and each other slider by itself."""

# Any: a life and a verdict are JSON objects; their values are of any JSON type.
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import pandas as pd

from synthetic.errors import InputError
from testbed.findings import frame, pooled
from testbed.lesson.base import LEVELS, Lesson, Outcome
from testbed.runs import PRELOAD, Answer, Plan, Task, died, forget, planned, run, tasks_of, told_once, work

Point = tuple[int, ...]
"""The place of each slider, in the order of the lesson."""


@dataclass(frozen=True)
class Grid:
    """What the worlds of a lesson gave: findings by point, one life, and verdicts of the anchors.

    findings: of each point, the rows of the outcomes over everybody. life: of the first society at the start.
    """

    lesson: Lesson
    people: int
    seeds: tuple[int, ...]
    findings: Mapping[Point, pd.DataFrame]
    life: dict[str, Any]
    verdicts: list[dict[str, Any]]
    failures: list[str]

    @property
    def start(self) -> Point:
        """The point of the scenario's own values."""
        return tuple(one.start for one in self.lesson.sliders)

    def row(self, point: Point, outcome: Outcome) -> dict[str, Any]:
        """The finding of an outcome at a point, as one row. Raises InputError if there is no such row."""
        rows = self.findings[point]
        found = rows[(rows["measure"] == outcome.measure) & (rows["split"] == "all")]
        if found.empty:
            raise InputError(f"lesson {self.lesson.name}: no finding is named {outcome.measure!r}.")
        return {str(name): value for name, value in found.iloc[0].items()}


def points(lesson: Lesson) -> list[Point]:
    """Every point that is run: each combination of the operator's sliders, then each other slider by itself."""
    start = [one.start for one in lesson.sliders]
    chosen = lesson.parts["operator"]["sliders"]
    axes = [range(LEVELS) if one.name in chosen else (one.start,) for one in lesson.sliders]
    block = list(product(*axes))
    alone = [
        (*start[:place], level, *start[place + 1 :])
        for place, one in enumerate(lesson.sliders)
        for level in range(LEVELS)
        if one.name not in chosen
    ]
    return list(dict.fromkeys([*block, *alone]))


def dials_at(lesson: Lesson, point: Point) -> dict[str, object]:
    """The dials of a point that differ from the scenario's own values, the lesson's own dials among them."""
    moved = {
        one.dial: one.values[place] for one, place in zip(lesson.sliders, point, strict=True) if place != one.start
    }
    return {**lesson.dials, **moved}


def run_grid(
    lesson: Lesson,
    *,
    people: int | None = None,
    seeds: tuple[int, ...] = tuple(range(10)),
    workers: int | None = None,
    done: Callable[[int, int], None] | None = None,
) -> Grid:
    """Run every world of a lesson. `done` is called with the worlds that are done and their number.

    The anchors are checked in the worlds at the start. Raises InputError if nobody there has a wrong entry.
    """
    every = points(lesson)
    start = tuple(one.start for one in lesson.sliders)
    plans = {point: _plan(lesson, point, people, seeds) for point in every}
    tasks = [task for point in every for task in _tasks(plans[point], bare=point != start)]
    count = [0]

    def tell(task: Task) -> None:
        count[0] += 1
        if done is not None:
            done(count[0], len(tasks))

    engine = "serial" if workers == 1 else "processes"
    answers = run(work, tasks, engine=engine, workers=workers, done=tell, preload=PRELOAD, died=died)
    forget()
    size, wanted = len(seeds), {one.measure for one in lesson.outcomes}
    by_point = {point: answers[place * size : (place + 1) * size] for place, point in enumerate(every)}
    life = by_point[start][0].life
    if life is None:
        raise InputError(f"lesson {lesson.name}: nobody has a wrong entry in this run; use more people (--people).")
    return Grid(
        lesson,
        plans[start].people,
        seeds,
        {point: _rows(plans[point], by_point[point], wanted) for point in every},
        life,
        [verdict for answer in by_point[start] for verdict in answer.verdicts],
        told_once(one for answer in answers for one in answer.failures),
    )


def _plan(lesson: Lesson, point: Point, people: int | None, seeds: tuple[int, ...]) -> Plan:
    return planned(
        lesson.scenario,
        people=people or lesson.people,
        periods=lesson.periods,
        seeds=seeds,
        dials=dials_at(lesson, point),
        measures=list(dict.fromkeys(one.measure for one in lesson.outcomes)),
    )


def _tasks(plan: Plan, *, bare: bool) -> list[Task]:
    """The tasks of the scenario's own scheme, one a seed."""
    from dataclasses import replace

    return [
        replace(task, bare=bare, with_life=task.with_life and not bare)
        for task in tasks_of(plan)
        if not task.beside and task.name == plan.names[0]
    ]


def _rows(plan: Plan, answers: list[Answer], wanted: set[str]) -> pd.DataFrame:
    """The findings of one point over everybody, of the measures that are wanted: over all seeds, or of the one seed."""
    rows = [
        {**row, "scenario": plan.scenario.name, "model": plan.names[0], "seed": seed}
        for seed, answer in zip(plan.seeds, answers, strict=True)
        for found in answer.rows.values()
        for row in found
        if row["split"] == "all" and row["measure"] in wanted
    ]
    made = frame(rows)
    over = pooled(made.assign(terms=[row.get("terms", ()) for row in rows]))
    return frame(over) if over else made
