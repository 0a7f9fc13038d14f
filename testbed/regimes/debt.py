"""Sums that are raised against whoever comes onto a list, with their penalty, and taken back all or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from testbed.regimes.base import Regime

if TYPE_CHECKING:
    from testbed.history import History

DEBTS = ("person", "month", "debt", "raised", "penalty", "taken", "cancelled")


def debts(history: History, regime: Regime, *, among: Any = None) -> pd.DataFrame:
    """Debts raised during the run, one row each, columns `DEBTS`, sums in the unit of `raised`.

    A debt is raised when a person comes onto its list: `raised`, and `penalty` times that on top, whatever the size of
    the fault (all or nothing). It is taken back in `months` equal parts, the first in the month it is raised, while
    the person is on the list; what has not been taken when the person leaves it is cancelled, and nothing is refunded.
    among: ids to which the rows are restricted.
    """
    which = slice(None) if among is None else np.flatnonzero(np.isin(history.people, among))
    people = history.people[which]
    rows = []
    for clause in regime.debts:
        raised, months = regime.value(clause.name, "raised"), max(int(regime.value(clause.name, "months")), 1)
        penalty = raised * regime.value(clause.name, "penalty")
        on = np.array([history.listed(clause.by, t)[which] for t in range(history.periods)])
        if not regime.active or not on.any():
            continue
        before = np.vstack([np.zeros((1, on.shape[1]), bool), on[:-1]])
        month, place = np.nonzero(on & ~before)
        # The first month off the list after each start: of the run lengths by person, read backwards.
        left = np.full(on.shape[1], history.periods)
        end = np.empty(on.shape, np.int64)
        for t in range(history.periods - 1, -1, -1):
            left = np.where(on[t], left, t)
            end[t] = left
        held = end[month, place] - month
        owed = raised + penalty
        taken = owed * np.minimum(held, months) / months
        over = end[month, place] < history.periods
        rows.append(
            pd.DataFrame(
                {
                    "person": people[place],
                    "month": month,
                    "debt": clause.name,
                    "raised": raised,
                    "penalty": penalty,
                    "taken": taken,
                    "cancelled": np.where(over, owed - taken, 0.0),
                }
            )
        )
    return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(DEBTS))
