"""Seeds until an interval is short enough: a fixed-width sequential rule."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from synthetic.errors import InputError

if TYPE_CHECKING:
    from testbed.runs.measuring import Answer, Task

LEAST_SEEDS = 10
"""Seeds before the first look. A variance of fewer is too uncertain to stop on."""


def checked(precision: Mapping[str, float] | None, seeds: int) -> dict[str, float]:
    """The half widths by measure, in the findings' spelling. Raises InputError where one is not above 0, or seeds few.

    >>> checked({"adverse_gap": 0.01}, 40)
    {'adverse_gap': 0.01}
    """
    from testbed.findings import canonical

    found: dict[str, float] = {}
    for name, half in (precision or {}).items():
        if isinstance(half, bool) or not isinstance(half, int | float) or not math.isfinite(half) or half <= 0:
            raise InputError(f"precision of {name}: found the half width {half!r}, a number above 0 is needed.")
        found[canonical(name)] = float(half)
    if found and seeds < LEAST_SEEDS:
        raise InputError(f"precision: found {seeds} seeds at most, at least {LEAST_SEEDS} are needed.")
    return found


def enough(values: Sequence[Sequence[float]], half: float) -> int | None:
    """The first number of seeds, from ten on, at which every quantity's t interval is at most this wide to each side.

    values: one sequence over seeds per quantity. Chow and Robbins (1965): stop at the first K >= 10 with
    t(K-1) s / sqrt(K) <= half. As the half width shrinks the interval keeps its coverage however often one looks; how
    much the looks cost where few seeds suffice is in `docs/coverage.txt`. A quantity undefined in some seed is
    passed over; None where all are, or where it takes more seeds.

    >>> enough([[0.0, 1.0] * 10], 0.3), enough([[0.0, 1.0] * 10], 0.1)
    (14, None)
    """
    from scipy.special import stdtrit

    table = np.array([one for one in values if not np.isnan(one).any()], float)
    if not table.size:
        return None
    for seeds in range(LEAST_SEEDS, table.shape[1] + 1):
        error = table[:, :seeds].std(axis=1, ddof=1) / math.sqrt(seeds)
        if (stdtrit(seeds - 1, 0.975) * error <= half).all():
            return seeds
    return None


def precise(precision: Mapping[str, float], tasks: Sequence[Task], answers: Sequence[Answer]) -> int | None:
    """The number of seeds that suffices for every measure named, over everybody and each single split, or None.

    Every row of a measure counts but those of crossings and of the anchors; the seeds are taken in their order, so the
    answer does not depend on how many were run at once.
    """
    seeds = list(dict.fromkeys(task.seed for task in tasks))
    found: dict[str, dict[tuple[str, ...], dict[int, float]]] = {name: {} for name in precision}
    for task, answer in zip(tasks, answers, strict=True):
        if task.beside:
            continue
        for row in (row for rows in answer.rows.values() for row in rows):
            if row["measure"] in found and "*" not in row["split"]:
                place = (task.name, row["split"], row["group"], row["versus"])
                found[row["measure"]].setdefault(place, {})[task.seed] = row["value"]
    scaled: list[list[float]] = []
    for name, half in precision.items():
        values = [[held.get(seed, math.nan) / half for seed in seeds] for held in found[name].values()]
        if all(np.isnan(one).any() for one in values):
            return None
        scaled += values
    return enough(scaled, 1.0)


def until_precise(
    precision: Mapping[str, float],
    seeds: Sequence[int],
    every: Sequence[Task],
    run: Callable[[list[Task]], tuple[list[Task], list[Answer]]],
    at_once: int,
) -> tuple[list[Task], list[Answer]]:
    """The tasks and answers of as many seeds as the precision needs; of all where that is not enough.

    `every` are the tasks of all seeds, `run` runs some of them; `at_once` tasks fit side by side.
    """
    tasks: list[Task] = []
    answers: list[Answer] = []
    start, stop = 0, LEAST_SEEDS
    while start < len(seeds):
        batch = set(seeds[start:stop])
        more = run([task for task in every if task.seed in batch])
        tasks, answers = [*tasks, *more[0]], [*answers, *more[1]]
        needed = precise(precision, tasks, answers)
        if needed is not None:
            kept = set(seeds[:needed])
            held = [(task, answer) for task, answer in zip(tasks, answers, strict=True) if task.seed in kept]
            return [task for task, _ in held], [answer for _, answer in held]
        start, stop = stop, stop + max(1, at_once * len(seeds) // len(every))
    return tasks, answers
