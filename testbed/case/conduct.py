"""True conduct in the windows that a scheme reads: what equal conduct and true misconduct mean.

An entry is read from the month it is made until it expires. An act can therefore count at a month t if
it is younger than the expiry of its severity, plus the longest delay if its entry may come late.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import MAX_DELAY
from testbed.case.case import Case


def kinds_read(case: Case) -> NDArray[np.int64]:
    """Codes of the recorded kinds of conduct that the scheme reads; all of them if it does not say."""
    scenario = case.scenario
    recorded = set(scenario.recorded)
    reads = None if "entries" in case.scheme.needs else getattr(case.scheme.scorer.model, "reads", None)
    wanted = recorded if reads is None else recorded & set(reads)
    return np.array([code for code, kind in enumerate(scenario.kinds) if kind in wanted], np.int64)


def adverse_kinds(case: Case) -> NDArray[np.int64]:
    """Codes of the kinds that count against a person and that some channel records."""
    scenario = case.scenario
    recorded = set(scenario.recorded)
    return np.array(
        [code for code, one in enumerate(scenario.conduct) if one.adverse and one.name in recorded], np.int64
    )


def windows(case: Case, *, late: bool) -> NDArray[np.int64]:
    """Months for which an act of each kind can count: int64 (kinds,).

    late=False: the expiry of its severity. late=True: the longest time that its entry may be late is added,
    0 where every channel that records it has no delay.
    """
    scenario = case.scenario
    life = np.array([max(int(scenario.regime.value("expiry", one.severity)), 1) for one in scenario.conduct], np.int64)
    if late:
        for code, kind in enumerate(scenario.kinds):
            delayed = any(kind in channel.kinds and channel.value("delay") > 0 for channel in scenario.channels)
            life[code] += MAX_DELAY if delayed else 0
    return life


def acts_in_window(case: Case, period: int, kinds: NDArray[np.int64], *, late: bool) -> NDArray[np.int32]:
    """True acts of some kinds that can still count at a month: int32 (n, len(kinds)), aligned with people."""
    history = case.history
    life = windows(case, late=late)
    column = np.full(len(history.kinds), -1, np.int64)
    column[kinds] = np.arange(len(kinds))
    flat = []
    for acts in history.acts_[: period + 1]:
        counted = (column[acts.kind] >= 0) & (acts.period > period - life[acts.kind])
        flat.append(history.place(acts.person[counted]) * len(kinds) + column[acts.kind[counted]])
    size = len(history.people) * len(kinds)
    made = np.bincount(np.concatenate(flat), minlength=size) if flat and size else np.zeros(size, np.int64)
    return made.astype(np.int32).reshape(len(history.people), len(kinds))


def cells(counts: NDArray[np.integer]) -> NDArray[np.int64]:
    """One number for each distinct row of counts: int64 (n,), 0, 1, ... for rows equal in every column.

    >>> cells(np.array([[0, 2], [1, 0], [0, 2]])).tolist()
    [0, 1, 0]
    """
    key, span = np.zeros(len(counts), np.int64), 1
    for column in np.asarray(counts, np.int64).T:
        width = int(column.max(initial=0)) + 1
        if span > (1 << 62) // width:
            _, key = np.unique(key, return_inverse=True)
            span = int(key.max(initial=0)) + 1
        key, span = key * width + column, span * width
    return np.unique(key, return_inverse=True)[1].astype(np.int64)
