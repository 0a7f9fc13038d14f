"""The record as it is written: entries of a month with their fate, and the counts that models see.

The counts are integers that are only added to, when an entry starts and when it ends, so order cannot matter.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from synthetic.channels.base import Acts
from synthetic.ledger import CAUSES, INJECTED, Ledger, entry_id
from testbed.regimes.appeal import fates
from testbed.regimes.base import EXPIRY
from testbed.society import Society

LEFT = CAUSES.index("left")


class Recorder:
    """Entries about `n` people; `place` maps ids to their positions. `counts` and `shadow`: int32 (n, kinds)."""

    def __init__(self, society: Society, place: np.ndarray, n: int, periods: int) -> None:
        scenario = society.scenario
        self.society, self.scenario, self.place, self.periods = society, scenario, place, periods
        self.severity = np.array([EXPIRY.index(kind.severity) for kind in scenario.conduct])
        self.adverse = np.array([kind.adverse for kind in scenario.conduct])
        rights = scenario.disclosure
        self.can_know = bool(rights.own_record or rights.notice_of_entry or rights.reasons_adverse)
        income = society.columns.get("income")
        self.income = None if income is None else np.asarray(income) / 12
        self.counts = np.zeros((n, len(scenario.kinds)), np.int32)
        self.shadow = np.zeros((n, len(scenario.kinds)), np.int32)
        self.chunks: list[dict[str, np.ndarray]] = []
        self._month: list[dict[str, np.ndarray]] = []
        self._due: dict[tuple[int, bool, int], list[np.ndarray]] = defaultdict(list)

    def enter(
        self,
        acts: Acts,
        subject: np.ndarray,
        start: np.ndarray,
        channel: int,
        origin: np.ndarray | int,
        *,
        real: np.ndarray | bool = True,
        shadow: np.ndarray | bool = True,
        copy: int = 0,
        parent: np.ndarray | int = -1,
        reversal: np.ndarray | int = -1,
    ) -> None:
        """Take in entries of one channel (see `ledger.ORIGINS` for origin); `write` fixes their fate.

        `reversal`: the month in which an operator takes its own entry back, -1 never.
        """
        n = len(subject)
        if n:
            made = None if channel == INJECTED else self.scenario.channels[channel]
            stale = made.staleness(acts, seed=self.society.seed) if made is not None and self.scenario.errors else 0
            self._month.append(
                {
                    "id": entry_id(subject, acts.period, acts.kind, acts.k, channel, copy),
                    "subject": subject,
                    "author": acts.person,
                    "period": np.full(n, acts.period),
                    "kind": acts.kind,
                    "channel": np.full(n, channel),
                    "origin": np.full(n, origin),
                    "parent": np.full(n, parent),
                    "start": start,
                    "real": np.full(n, real),
                    "shadow": np.full(n, shadow),
                    "stale": np.full(n, stale),
                    "reversal": np.full(n, reversal),
                }
            )

    def write(self, t: int) -> None:
        """Write the entries of the month t, with their fate, and note when they will change the counts."""
        if not self._month:
            return
        rows = {name: np.concatenate([part[name] for part in self._month]) for name in self._month[0]}
        self._month = []
        kind, real = rows["kind"], rows["real"]
        fate = fates(
            rows["id"],
            rows["start"],
            rows["origin"] != 0,
            self.adverse[kind] & real,
            self.severity[kind],
            regime=self.scenario.regime,
            seed=self.society.seed,
            can_know=self.can_know,
            errors=self.scenario.errors,
            income=None if self.income is None else self.income[rows["subject"]],
            stale=rows["stale"],
            reversal=rows["reversal"],
        )
        self.chunks.append({**rows, **fate.__dict__})
        cell = self.place[rows["subject"]] * len(self.scenario.kinds) + kind
        shadow = rows["shadow"]
        self._plan(cell[real], rows["start"][real], fate.end[real], t, shadow=False)
        self._plan(cell[shadow], rows["start"][shadow], fate.shadow_end[shadow], t, shadow=True)

    def _plan(self, cell: np.ndarray, start: np.ndarray, end: np.ndarray, t: int, *, shadow: bool) -> None:
        for sign, when in ((1, start), (-1, end)):
            order = np.argsort(when, kind="stable")
            months = np.arange(t, self.periods + 1)
            edges = np.searchsorted(when[order], months)
            for month, first, last in zip(months.tolist(), edges[:-1], edges[1:], strict=False):
                if last > first:
                    self._due[month, shadow, sign].append(cell[order[first:last]])

    def leave(self, people: np.ndarray, t: int) -> None:
        """End, in month t, what stands in either record about these positions: they left it behind."""
        gone = np.zeros(len(self.counts), bool)
        gone[people] = True
        kinds = len(self.scenario.kinds)
        for rows in self.chunks:
            place = self.place[rows["subject"]]
            mine = gone[place] & (rows["start"] <= t)
            for shadow, table, held, end in (
                (False, self.counts, "real", "end"),
                (True, self.shadow, "shadow", "shadow_end"),
            ):
                which = np.flatnonzero(mine & rows[held] & (rows[end] > t))
                if not len(which):
                    continue
                cell = place[which] * kinds + rows["kind"][which]
                np.subtract.at(table.reshape(-1), cell, np.int32(1))
                later = rows[end][which]
                for month in np.unique(later[later <= self.periods]).tolist():
                    self._due[month, shadow, 1].append(cell[later == month])
                rows[end][which] = t
                if not shadow:
                    rows["end_cause"][which] = LEFT

    def post(self, t: int) -> np.ndarray:
        """Apply what falls due in month t. Returns whose counts were changed: bool (n,)."""
        touched = np.zeros(len(self.counts), bool)
        for shadow, table in ((False, self.counts), (True, self.shadow)):
            for sign in (1, -1):
                cells = self._due.pop((t, shadow, sign), None)
                if cells:
                    cell = np.concatenate(cells)
                    np.add.at(table.reshape(-1), cell, np.int32(sign))
                    touched[cell // table.shape[1]] = True
        return touched

    def ledger(self) -> Ledger:
        """All entries written so far."""
        return Ledger.build(self.chunks, self.scenario.kinds, tuple(one.name for one in self.scenario.channels))
