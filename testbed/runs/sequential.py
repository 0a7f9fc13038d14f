"""A fixed-width sequential rule: run seeds until every interval is short enough.

It holds for rows whose mean over seeds has a t interval, at least approximately: as many seeds are asked for as their
skewness needs. Rows that are equal in every seed by chance count only if they are rates, which have bounds; other such
rows, and rows other than ratios of sums that are undefined in a seed, are never precise, so all seeds are run.
"""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.errors import InputError
from testbed.findings import bounds, canonical
from testbed.statistics import ALPHA, clopper_pearson, over_seeds, quantile

if TYPE_CHECKING:
    from testbed.runs.measuring import Answer, Task

LEAST_SEEDS = 10
"""Seeds before the first look. The variance of fewer is too uncertain to stop."""


def checked(precision: Mapping[str, float] | None, seeds: int) -> dict[str, float]:
    """Return the half widths by measure, spelled as in the findings. Raises InputError if one is not above 0.

    >>> checked({"adverse_gap": 0.01}, 40)
    {'adverse_gap': 0.01}
    """
    found: dict[str, float] = {}
    for name, half in (precision or {}).items():
        if isinstance(half, bool) or not isinstance(half, int | float) or not math.isfinite(half) or half <= 0:
            raise InputError(f"precision of {name}: found the half width {half!r}; a number above 0 is needed.")
        found[canonical(name)] = float(half)
    if found and seeds < LEAST_SEEDS:
        raise InputError(f"precision: found {seeds} seeds at most; at least {LEAST_SEEDS} are needed.")
    return found


def narrow(
    values: ArrayLike,
    half: float,
    *,
    reach: float = math.inf,
    exact: ArrayLike = False,
    terms: Sequence[Any] = (),
) -> NDArray[np.bool_]:
    """Return whether a quantity is known to `half` on each side from the first 1, 2, ... seeds.

    values: one per seed, NaN where undefined. exact: whether a seed has no sampling error. reach: how far, at most,
    another seed may lie from the first. terms: the sums of a ratio in each seed (`over_seeds`). After K seeds

    - which differ: the interval of the mean, t(K-1) s / sqrt(K), or of the ratio of sums, is at most `half` to each
      side, and K >= 25 (|g| + sqrt(6 / K))^2, g the skewness of the K values, or influences on the ratio. This is
      Cochran's (1977) K > 25 g^2, with the standard error of g added, since few seeds show too little of a tail;
    - which are equal, each of them exact: yes;
    - which are equal by chance: a share of seeds that may still differ, times `reach`, is at most `half` (`unseen`);
    - of which one is undefined: no, unless `terms` are given; then K counts the defined ones.

    >>> narrow([0.0] * 40, 0.1, reach=1.0).argmax() + 1, narrow([0.0] * 40, 0.1, exact=True).all()
    (np.int64(36), np.True_)
    """
    found = np.asarray(values, float)
    known = ~np.isnan(found) if terms else np.ones(len(found), bool)
    number = np.cumsum(known).astype(float)
    with np.errstate(all="ignore"):
        moved = (found - (found[known][0] if known.any() else math.nan)) / half
        if terms:
            made = over_seeds(terms, np.arange(1, len(found) + 1))
            wide = np.maximum(made.high - made.value, made.value - made.low)
            short, skewness = wide <= half, made.skewness
            number = made.seeds
        else:
            first, second, third = (np.cumsum(moved**power) / number for power in (1, 2, 3))
            variance = second - first**2
            skewness = (third - 3 * first * second + 2 * first**3) / variance**1.5
            short = quantile(ALPHA, number - 1) * np.sqrt(variance / (number - 1)) <= 1
        some = number >= 25 * (np.abs(skewness) + np.sqrt(6 / number)) ** 2
    equal = np.logical_and.accumulate((moved == 0) | ~known) & (number > 0)
    sure = np.logical_and.accumulate(np.broadcast_to(np.asarray(exact, bool), found.shape) | ~known)
    few = clopper_pearson(0, np.maximum(number, 1.0), ALPHA)[1] * reach <= half
    return np.asarray(np.where(equal, sure | few, short & some))


def enough(values: Sequence[Sequence[float]], half: float, *, reach: float = math.inf) -> int | None:
    """Return the first number of seeds, 10 or more, at which every quantity is known to `half` (`narrow`), or None.

    values: one sequence over seeds per quantity. Chow and Robbins (1965): stop at the first K that suffices. As the
    half width shrinks, the interval keeps its coverage however often one looks; `docs/coverage.txt` says what the looks
    cost if few seeds suffice, and what skewed quantities are left with.

    >>> enough([[0.0, 1.0] * 10], 0.3), enough([[0.0, 1.0] * 10], 0.1)
    (14, None)
    """
    return _first(np.logical_and.reduce([narrow(one, half, reach=reach) for one in values]))


def _first(good: NDArray[np.bool_]) -> int | None:
    """Return the first number of seeds, `LEAST_SEEDS` or more, that is good."""
    places = np.flatnonzero(good[LEAST_SEEDS - 1 :])
    return LEAST_SEEDS + int(places[0]) if len(places) else None


def _rows(
    precision: Mapping[str, float], tasks: Sequence[Task], answers: Sequence[Answer]
) -> tuple[list[int], dict[str, list[dict[int, dict[str, Any]]]]]:
    """Return the seeds, and by measure its rows by seed, except those of crossings and of anchors."""
    found: dict[str, dict[tuple[str, ...], dict[int, dict[str, Any]]]] = {name: {} for name in precision}
    for task, answer in zip(tasks, answers, strict=True):
        if task.beside:
            continue
        for row in (row for rows in answer.rows.values() for row in rows):
            if row["measure"] in found and "*" not in row["split"]:
                place = (task.name, row["split"], row["group"], row["versus"])
                found[row["measure"]].setdefault(place, {})[task.seed] = {**row, "model": task.name}
    return list(dict.fromkeys(task.seed for task in tasks)), {name: [*held.values()] for name, held in found.items()}


def _known(row: Mapping[int, Mapping[str, Any]], seeds: Sequence[int], half: float) -> NDArray[np.bool_]:
    """Return whether a row is known after 1, 2, ... seeds."""
    values = [row[seed]["value"] if seed in row else math.nan for seed in seeds]
    exact = [seed in row and row[seed].get("low") == row[seed]["value"] == row[seed].get("high") for seed in seeds]
    some = next((row[seed] for seed, value in zip(seeds, values) if value == value), next(iter(row.values())))
    least, most = bounds(some)
    reach = max(most - some["value"], some["value"] - least)
    return narrow(values, half, reach=reach, exact=exact, terms=_terms(row, seeds))


def _terms(row: Mapping[int, Mapping[str, Any]], seeds: Sequence[int]) -> list[Any]:
    """Return the sums that a ratio is made of, by seed; none if they are missing in one."""
    found = [row[seed].get("terms", ()) if seed in row else () for seed in seeds]
    return found if all(found) else []


def precise(precision: Mapping[str, float], tasks: Sequence[Task], answers: Sequence[Answer]) -> int | None:
    """Return the number of seeds that suffices for every measure named, or None if more are needed.

    Every row of a measure counts, except those of crossings and of anchors, from the first seed on that has it. The
    seeds are taken in their order, so the result does not depend on how many run at once.
    """
    seeds, found = _rows(precision, tasks, answers)
    good = np.ones(len(seeds), bool)
    for name, rows in found.items():
        there = [np.logical_or.accumulate([seed in row for seed in seeds]) for row in rows]
        good &= np.logical_or.reduce(there, axis=0, initial=False) if there else False
        for row, since in zip(rows, there, strict=True):
            good &= _known(row, seeds, precision[name]) | ~since
    return _first(good)


def reached(
    precision: Mapping[str, float], tasks: Sequence[Task], answers: Sequence[Answer]
) -> dict[str, dict[str, float]]:
    """Return, by measure, how many of its rows are known to the half width, and how many are undefined in some seed."""
    seeds, found = _rows(precision, tasks, answers)
    told: dict[str, dict[str, float]] = {}
    for name, rows in found.items():
        undefined = [
            {seed for seed in seeds if seed not in row or math.isnan(row[seed]["value"])}
            for row in rows
            if not _terms(row, seeds)
        ]
        told[name] = {
            "half_width": precision[name],
            "rows": len(rows),
            "rows_reached": sum(bool(_known(row, seeds, precision[name])[-1]) for row in rows),
            "rows_undefined": sum(map(bool, undefined)),
            "seeds": len(seeds),
            "seeds_undefined": len(set().union(*undefined)),
        }
    return told


def unreached(told: Mapping[str, Mapping[str, float]]) -> list[str]:
    """Return a sentence on each measure whose precision was not reached.

    >>> row = {"half_width": 0.01, "rows": 5, "rows_reached": 3, "rows_undefined": 1, "seeds": 40, "seeds_undefined": 2}
    >>> print(*unreached({"adverse_gap": row}))
    precision of adverse_gap: after 40 seeds, 3 of 5 rows are known to 0.01; 1 of 5 is undefined, in 2 of 40 seeds.
    """
    said = []
    for name, of in told.items():
        if of["rows"] and of["rows_reached"] == of["rows"]:
            continue
        text = f"precision of {name}: after {of['seeds']} seeds, {of['rows_reached']} of {of['rows']} rows are known "
        text += f"to {of['half_width']:g}"
        if of["rows_undefined"]:
            verb = "is" if of["rows_undefined"] == 1 else "are"
            text += f"; {of['rows_undefined']} of {of['rows']} {verb} undefined"
            text += f", in {of['seeds_undefined']} of {of['seeds']} seeds"
        said.append(f"{text}.")
    return said


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
