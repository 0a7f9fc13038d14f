"""A fixed-width sequential rule: run seeds until every interval is short enough."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from synthetic.errors import InputError

if TYPE_CHECKING:
    from testbed.runs.measuring import Answer, Task

LEAST_SEEDS = 10
"""Seeds before the first look. The variance of fewer is too uncertain to stop."""


def checked(precision: Mapping[str, float] | None, seeds: int) -> dict[str, float]:
    """Return the half widths by measure, spelled as in the findings. Raises InputError if one is not above 0.

    >>> checked({"adverse_gap": 0.01}, 40)
    {'adverse_gap': 0.01}
    """
    from testbed.findings import canonical

    found: dict[str, float] = {}
    for name, half in (precision or {}).items():
        if isinstance(half, bool) or not isinstance(half, int | float) or not math.isfinite(half) or half <= 0:
            raise InputError(f"precision of {name}: found the half width {half!r}; a number above 0 is needed.")
        found[canonical(name)] = float(half)
    if found and seeds < LEAST_SEEDS:
        raise InputError(f"precision: found {seeds} seeds at most; at least {LEAST_SEEDS} are needed.")
    return found


def enough(values: Sequence[Sequence[float]], half: float) -> int | None:
    """Return the first number of seeds, 10 or more, at which no t interval is wider than `half` to each side.

    values: one sequence over seeds per quantity. Chow and Robbins (1965): stop at the first K >= 10 with
    t(K-1) s / sqrt(K) <= half. As the half width shrinks, the interval keeps its coverage however often one looks;
    `docs/coverage.txt` says what the looks cost if few seeds suffice. A quantity that is undefined in some seed is left
    out. Returns None if all are, or if more seeds are needed.

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
    """Return the number of seeds that suffices for every measure named, or None if more are needed.

    Every row of a measure counts, except those of crossings and of anchors. The seeds are taken in their order, so the
    result does not depend on how many run at once.
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
    """Run as many seeds as the precision needs, or all of them. Returns their tasks and answers.

    every: the tasks of all seeds. run: runs some of them. at_once: how many tasks run in parallel.
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
