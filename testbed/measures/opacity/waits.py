"""Months until wrong entries are noticed, filed, upheld and cleared, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.ledger import CAUSES, Ledger
from testbed.case import Case
from testbed.lineage import remains_until, unasked
from testbed.statistics import Durations

CORRECTED, STRUCK = CAUSES.index("corrected"), CAUSES.index("struck")
NONE = "there is no wrong adverse entry"
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Answer:
    """A value with its limits, the clusters, the influence of each on the value, and how many they are in effect."""

    value: float
    low: float
    high: float
    clusters: Ints
    influence: NDArray[np.float64]
    units: float


@dataclass(frozen=True)
class Waits:
    """One row per entry: its subject, months from its start to its end, whether that end is the event, and its start.

    `why` says why there are no entries.
    """

    subject: Ints
    months: Ints
    event: Flags
    start: Ints
    why: str

    def asked(self, periods: int, which: Flags, cluster: Ints, horizon: int, *, delay: bool) -> Answer:
        """P(the event within the horizon) of some entries, or (`delay`) the mean months until it, cut at the horizon.

        What ends otherwise never has the event: it competes, it is not censored. So a mean wait is the area above the
        cumulative incidence of the event, and an entry without the event counts as the horizon.
        """
        seen = periods - self.start[which]
        ended = self.months[which] < seen
        known = np.where(ended, self.months[which], seen - 1)
        names, owner = np.unique(cluster[which], return_inverse=True)
        # An event may fall in the month of entry: everything is counted from the month before it.
        table = Durations.of(known + 1, ended, self.event[which], owner, horizon + (1 if delay else 2))
        made = table.restricted_wait() if delay else table.incidence()
        value, low, high = (one - delay for one in (made.value, made.low, made.high))
        influence = table.incidence_curve()[1]
        moved = -influence.sum(axis=1) if delay else influence[:, -1]
        most = float(horizon if delay else 1)
        return Answer(value, max(low, 0.0), min(high, most), names, moved, table.units)


def entries(case: Case, *, wrong: bool) -> Ledger:
    """The wrong (or the true) adverse entries of the run, about people in scope."""
    ledger = case.history.ledger
    adverse = np.array([kind.adverse for kind in case.scenario.conduct])
    made = ledger.real & (ledger.wrong == wrong) & adverse[ledger.kind] & (ledger.start < case.periods)
    return ledger.where(made & (ledger.start >= 0) & case.scored[ledger.subject])


def _waits(held: Ledger, when: NDArray[np.integer], event: Flags, why: str) -> Waits:
    start = held.start.astype(np.int64)
    months = np.where(event, when, held.end).astype(np.int64) - start
    return Waits(held.subject, months, event, start, "" if len(held) else why)


def _learned(held: Ledger) -> Flags:
    """Whether the subject of each entry learns of it while it stands: the operator may find it wrong before that."""
    return np.asarray((held.noticed >= 0) & (held.noticed < held.end))


def noticed(held: Ledger, none: str = NONE) -> Waits:
    """Months until the subject learns of an entry. `none`: what to say if there is no entry."""
    return _waits(held, held.noticed, _learned(held), none)


def noticed_wrong(case: Case) -> Waits:
    """Months until the subject of a wrong entry learns of it."""
    return noticed(entries(case, wrong=True))


def filed(case: Case) -> Waits:
    """Months until a wrong entry is contested."""
    held = entries(case, wrong=True)
    return _waits(held, held.noticed, held.filed & _learned(held), NONE)


def upheld(case: Case) -> Waits:
    """Months until a contest of a wrong entry is upheld and the entry struck from the record."""
    held = entries(case, wrong=True)
    return _waits(held, held.end, held.end_cause == CORRECTED, NONE)


def false_upheld(case: Case) -> Waits:
    """Months until a contest of a true entry is upheld and the entry struck."""
    held = entries(case, wrong=False)
    return _waits(held, held.end, held.end_cause == STRUCK, "there is no true adverse entry")


def cleared(case: Case) -> Waits:
    """Months until a wrong entry is struck on contest and nothing of it remains (`lineage.remains_until`)."""
    held = entries(case, wrong=True)
    struck = held.end_cause == CORRECTED
    gone = held.end.astype(np.int64)
    if struck.any():
        if why := unasked(case):
            return Waits(held.subject[:0], gone[:0], struck[:0], gone[:0], why)
        # What still stands at the end of the run remains until then: the entry is then censored, as it must be.
        gone[struck] = remains_until(case, held.where(struck))
    return _waits(held, gone, struck, NONE)
