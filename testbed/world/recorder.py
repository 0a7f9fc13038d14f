"""Writing the record: the entries of each month with their fate, and the counts that models see.

The counts are integers that are only added to, when an entry starts and when it ends, so order cannot matter.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from synthetic.channels import Acts
from synthetic.draws import sparse, within
from synthetic.ledger import CAUSES, FIELDS, Ledger, check_unique, entry_id, told_apart
from testbed.regimes import EXPIRY, can_know, fates
from testbed.world.people import People
from testbed.world.society import Society, Views

LEFT, REPAIRED = map(CAUSES.index, ("left", "repaired"))


class Recorder:
    """Entries about some people. `counts` and `shadow`: standing entries, int16 (n, columns); kinds come first.

    `key` and `shadow_key` add up a fixed odd number for each standing entry, so that equal rows have equal keys.
    """

    def __init__(self, society: Society, people: People, periods: int, columns: int, views: Views) -> None:
        scenario = society.scenario
        self.society, self.scenario, self.people, self.periods = society, scenario, people, periods
        self.severity = np.array([EXPIRY.index(kind.severity) for kind in scenario.conduct])
        self.adverse = np.array([kind.adverse for kind in scenario.conduct])
        self.can_know = can_know(scenario.disclosure)
        outlives = [one for one in enumerate(scenario.channels) if "stale" in one[1].numbers and one[1].value("stale")]
        self._stale = dict(outlives) if scenario.errors else {}
        self.pays, self._at = scenario.regime.value("appeal", "cost") > 0, views.at(views.regime)
        wide = -(-columns // 4) * 4
        self.counts, self.shadow = (np.zeros((people.n, wide), np.int16) for _ in range(2))
        self.key, self.shadow_key = (np.zeros(people.n, np.uint64) for _ in range(2))
        self.weight = sparse(0, "record:key", np.arange(wide)) | np.uint64(1)
        self.chunks: list[dict[str, np.ndarray]] = []
        self._month: list[dict[str, np.ndarray]] = []
        self._due: dict[tuple[int, bool, int], list[np.ndarray]] = defaultdict(list)
        self._touched = np.zeros(people.n, bool)

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
        """Take in entries of one channel (see `ledger.ORIGINS` for origin); `write` decides when they end.

        `reversal`: the month in which an operator takes its own entry back, -1 never.
        """
        n = len(subject)
        if n:
            stale = self._stale[channel].staleness(acts, seed=self.society.seed) if channel in self._stale else 0
            self._month.append(
                {
                    "id": entry_id(subject, acts.period, acts.kind, acts.k, channel, copy),
                    "subject": subject,
                    "author": acts.person,
                    "period": np.full(n, acts.period, np.int16),
                    "kind": acts.kind,
                    "channel": np.full(n, channel, np.int8),
                    "origin": np.full(n, origin, np.int8),
                    "parent": np.full(n, parent, np.int64),
                    "start": start,
                    "real": np.full(n, real),
                    "shadow": np.full(n, shadow),
                    "stale": np.full(n, stale, np.int64),
                    "reversal": np.full(n, reversal, np.int64),
                }
            )

    def write(self, t: int) -> None:
        """Write the entries of month t, with when and why each ends, and note when they will change the counts."""
        if not self._month:
            return
        rows = {name: np.concatenate([part[name] for part in self._month]) for name in self._month[0]}
        self._month = []
        kind, real = rows["kind"], rows["real"]
        subject = rows["subject"]
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
            income=self._at(subject, "income") / 12 if self.pays else None,
            stale=rows.pop("stale"),
            reversal=rows.pop("reversal"),
        )
        # The fate is drawn at the address, which no other entry can change.
        ids = told_apart(rows["id"], rows["author"], rows["origin"])
        made = {**rows, **fate.__dict__, "id": ids}
        self.chunks.append({name: made[name].astype(dtype) for name, dtype in FIELDS.items()})
        cell = self.people.at(subject) * self.counts.shape[1] + kind
        shadow = rows["shadow"]
        self._plan(cell[real], rows["start"][real], fate.end[real], t, shadow=False)
        self._plan(cell[shadow], rows["start"][shadow], fate.shadow_end[shadow], t, shadow=True)

    def _plan(self, cell: np.ndarray, start: np.ndarray, end: np.ndarray, t: int, *, shadow: bool) -> None:
        months = np.arange(t, self.periods + 1)
        for sign, when in ((1, start), (-1, end)):
            order = np.argsort(np.minimum(when, self.periods).astype(np.int16), kind="stable")
            cells = cell[order]
            edges = np.searchsorted(when[order], months).tolist()
            for month, first, last in zip(months.tolist(), edges[:-1], edges[1:], strict=False):
                if last > first:
                    self._due[month, shadow, sign].append(cells[first:last])

    def leave(self, positions: np.ndarray, t: int) -> None:
        """End, in month t, all standing entries about these positions, in both records: they are left behind."""
        gone = np.zeros(self.people.n, bool)
        gone[positions] = True
        for rows in self.chunks:
            place = self.people.at(rows["subject"])
            mine = gone[place] & (rows["start"] <= t)
            for shadow, held, end in ((False, "real", "end"), (True, "shadow", "shadow_end")):
                which = np.flatnonzero(mine & rows[held] & (rows[end] > t))
                if not len(which):
                    continue
                cell = place[which] * self.counts.shape[1] + rows["kind"][which]
                self._add(cell, -1, shadow=shadow)
                later = rows[end][which]
                for month in np.unique(later[later < self.periods]).tolist():
                    self._due[month, shadow, 1].append(cell[later == month])
                rows[end][which] = t
                if not shadow:
                    rows["end_cause"][which] = LEFT

    def settle(self, positions: np.ndarray, kinds: np.ndarray, t: int) -> None:
        """End in month t one standing entry in the record for each position and kind: that which would stand longest.

        A pair that comes several times ends several entries. Where there is none left, nothing happens.
        """
        if not (len(positions) and self.chunks):
            return
        width = self.counts.shape[1]
        wanted, many = np.unique(positions * width + kinds, return_counts=True)
        found: list[tuple[np.ndarray, ...]] = []
        for number, rows in enumerate(self.chunks):
            cell = self.people.at(rows["subject"]) * width + rows["kind"]
            stands = rows["real"] & (rows["start"] < t) & (rows["end"] > t)
            which = np.flatnonzero(stands & np.isin(cell, wanted))
            end = rows["end"][which].astype(np.int64)
            found.append((cell[which], end, rows["id"][which], np.full(len(which), number), which))
        cell, end, ids, chunk, row = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.lexsort((ids, -end, cell))
        cell, end, chunk, row = cell[order], end[order], chunk[order], row[order]
        _, each = np.unique(cell, return_counts=True)
        ended = within(each) < many[np.searchsorted(wanted, cell)]
        for number, place, of, later in zip(chunk[ended], row[ended], cell[ended], end[ended], strict=True):
            self.chunks[number]["end"][place], self.chunks[number]["end_cause"][place] = t, REPAIRED
            if later < self.periods:
                self._due[int(later), False, 1].append(np.array([of]))
        self._add(cell[ended], -1, shadow=False)

    def post(self, t: int) -> np.ndarray:
        """Start and end the entries that are due in month t. Returns the positions whose counts changed."""
        for shadow in (False, True):
            for sign in (1, -1):
                cells = self._due.pop((t, shadow, sign), None)
                if cells:
                    cell = np.concatenate(cells)
                    self._add(cell, sign, shadow=shadow)
        touched = np.flatnonzero(self._touched)
        self._touched[touched] = False
        return touched

    def put(self, column: int, values: np.ndarray, shadow: np.ndarray | None = None) -> np.ndarray:
        """Set a column that is not a count of entries. Returns the positions that changed.

        `shadow`: its values in the shadow record; None: the same.
        """
        found = []
        for table, key, now in (
            (self.counts, self.key, values), (self.shadow, self.shadow_key, values if shadow is None else shadow)
        ):  # fmt: skip
            changed = np.flatnonzero(table[:, column] != now)
            key[changed] += (now[changed] - table[changed, column]).astype(np.int64).view(np.uint64) * self.weight[
                column
            ]
            table[changed, column] = now[changed]
            found.append(changed)
        return np.union1d(*found)

    def _add(self, cell: np.ndarray, sign: int, *, shadow: bool) -> None:
        table, key = (self.shadow, self.shadow_key) if shadow else (self.counts, self.key)
        np.add.at(table.reshape(-1), cell, np.int16(sign))
        row, column = np.divmod(cell, table.shape[1])
        weight = self.weight if sign > 0 else ~self.weight + np.uint64(1)
        np.add.at(key, row, weight[column])
        self._touched[row] = True

    def ledger(self) -> Ledger:
        """All entries written so far, in order of (start, id)."""
        whole = {
            name: np.concatenate([np.empty(0, dtype), *(chunk[name] for chunk in self.chunks)])
            for name, dtype in FIELDS.items()
        }
        order = np.argsort(whole["id"])
        check_unique(whole["id"][order])
        order = order[np.argsort(whole["start"][order], kind="stable")]
        columns = {name: column[order] for name, column in whole.items()}
        return Ledger(columns, self.scenario.kinds, tuple(one.name for one in self.scenario.channels))
