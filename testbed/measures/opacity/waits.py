"""Months until wrong entries are noticed, filed, upheld and cleared, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synthetic.ledger import CAUSES, Ledger
from testbed.case import Case
from testbed.lineage import COPY, LISTING, RECORD, lineage
from testbed.statistics import Durations

CORRECTED, STRUCK = CAUSES.index("corrected"), CAUSES.index("struck")
NONE = "there is no wrong adverse entry"
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


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

    def table(self, periods: int, which: Flags, cluster: Ints, months: int) -> tuple[Durations, Ints]:
        """Life table of the first `months` months, the month of entry included, and the cluster of each of its rows."""
        seen = periods - self.start[which]
        ended = self.months[which] < seen
        known = np.where(ended, self.months[which], seen - 1)
        names, owner = np.unique(cluster[which], return_inverse=True)
        # An event may fall in the month of entry: everything is counted from the month before it.
        return Durations.of(known + 1, ended, self.event[which], owner, months + 1), names


def _entries(case: Case, *, wrong: bool) -> Ledger:
    ledger = case.history.ledger
    adverse = np.array([kind.adverse for kind in case.scenario.conduct])
    made = ledger.real & (ledger.wrong == wrong) & adverse[ledger.kind] & (ledger.start < case.periods)
    return ledger.where(made & (ledger.start >= 0) & case.scored[ledger.subject])


def _waits(held: Ledger, when: NDArray[np.integer], event: Flags, why: str) -> Waits:
    start = held.start.astype(np.int64)
    months = np.where(event, when, held.end).astype(np.int64) - start
    return Waits(held.subject, months, event, start, "" if len(held) else why)


def noticed(case: Case) -> Waits:
    """Months until the subject learns of a wrong entry."""
    held = _entries(case, wrong=True)
    return _waits(held, held.noticed, held.noticed >= 0, NONE)


def filed(case: Case) -> Waits:
    """Months until a wrong entry is contested."""
    held = _entries(case, wrong=True)
    return _waits(held, held.noticed, held.filed & (held.noticed >= 0), NONE)


def upheld(case: Case) -> Waits:
    """Months until a contest of a wrong entry is upheld and the entry struck from the record."""
    held = _entries(case, wrong=True)
    return _waits(held, held.end, held.end_cause == CORRECTED, NONE)


def false_upheld(case: Case) -> Waits:
    """Months until a contest of a true entry is upheld and the entry struck."""
    held = _entries(case, wrong=False)
    return _waits(held, held.end, held.end_cause == STRUCK, "there is no true adverse entry")


def cleared(case: Case) -> Waits:
    """Months until a wrong entry is struck on contest and every listing and copy that stems from it is gone."""
    held = _entries(case, wrong=True)
    struck = held.end_cause == CORRECTED
    gone = held.end.astype(np.int64)
    if struck.any():
        own = held.where(struck)
        line = lineage(case, people=np.unique(own.subject))
        if line.why:
            return Waits(own.subject[:0], gone[:0], struck[:0], gone[:0], line.why)
        rows = line.rows.set_index("id")
        child, parent = (rows.loc[line.edges[side]] for side in ("child", "parent"))
        copies = child["kind"].isin([LISTING, COPY]).to_numpy() | (parent["holder"] == RECORD).to_numpy()
        at, found = replace(line, edges=line.edges[copies]).descendants(own.id)
        # What still stands at the end of the run ends there in the rows: the entry is then censored, as it must be.
        last = np.zeros(len(own), np.int64)
        np.maximum.at(last, at, rows["end"].reindex(found).to_numpy(np.int64))
        gone[struck] = np.maximum(gone[struck], last)
    return _waits(held, gone, struck, NONE)
