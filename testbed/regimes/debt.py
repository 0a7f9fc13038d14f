"""Debts: sums that are claimed from people who come onto a list, with a penalty on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from testbed.regimes.base import Regime

if TYPE_CHECKING:
    from testbed.history import History

DEBTS = ("person", "month", "debt", "raised", "penalty", "taken", "cancelled")


def debts(history: History, regime: Regime, *, among: ArrayLike | None = None) -> pd.DataFrame:
    """The debts raised during the run, one row each, columns `DEBTS`, sums in the unit of `raised`.

    A debt is raised when a person comes onto its list: the sum `raised`, and `penalty` times that on top, whatever the
    size of the fault (all or nothing). It is collected in `months` equal parts while the person is on the list, the
    first part in the month in which it is raised. When the person leaves the list, the rest is cancelled and nothing
    is refunded. among: ids to which the rows are restricted.
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
        # end[t]: the first month from t on in which the person is off the list, filled from the last month back.
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
