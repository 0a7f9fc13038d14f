"""What happens to wrong entries that their subjects may contest: noticed, filed, upheld, cleared, over time.

An entry may also end without a contest: it expires, it is repaired, or the operator itself finds it wrong. These are
competing events, not censoring. An entry that still stands when the run ends is censored (Aalen and Johansen 1978).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.ledger import CAUSES, Ledger
from testbed.case import Case
from testbed.lineage import COPY, LISTING, RECORD, lineage
from testbed.measure import Row, measure
from testbed.statistics import Durations, around, coded

CORRECTED, STRUCK = CAUSES.index("corrected"), CAUSES.index("struck")
HORIZON = 12

contest = partial(
    measure,
    harm="opacity",
    needs=("history",),
    reference="Aalen and Johansen (1978), Scandinavian Journal of Statistics 5",
    interval="Aalen-Johansen; influence values by grid of the subject, t(G-1); 0: Clopper-Pearson over entries",
    qualifiers={"horizon": HORIZON},
    splits=False,
)
COMPETING = (
    "Counts all wrong adverse entries that the run makes. Entries that still stand at its end are censored there. "
    "Expiry, repair and correction by the operator itself are competing events."
)
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

    def table(self, periods: int, which: Flags, cluster: NDArray, months: int) -> tuple[Durations, Ints]:
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


def _waits(held: Ledger, when: NDArray, event: Flags, why: str) -> Waits:
    start = held.start.astype(np.int64)
    months = np.where(event, when, held.end).astype(np.int64) - start
    return Waits(held.subject, months, event, start, "" if len(held) else why)


NONE = "there is no wrong adverse entry"


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


def _rows(case: Case, waits: Waits, horizon: int, *, delay: bool = False) -> Iterator[Row]:
    """Everybody, each group of each compared attribute, and its difference from the reference group.

    The incidence within the horizon, or (`delay`) the months until the event, restricted to it.
    """
    said = {"horizon": horizon}
    clusters = case.clusters[waits.subject]

    def row(which: Flags, **at: Any) -> tuple[Row, Ints, NDArray[np.float64]]:
        n = len(np.unique(waits.subject[which]))
        if waits.why or not n:
            why = waits.why or "there is no such entry about this group"
            return Row(np.nan, qualifiers=said, why=why, **at), np.empty(0, np.int64), np.empty(0)
        table, names = waits.table(case.periods, which, clusters, horizon + (not delay))
        made = table.restricted_wait() if delay else table.incidence()
        # A wait of no month is counted as one in the table, which begins the month before entry.
        value, low, high = (one - delay for one in (made.value, made.low, made.high))
        influence = table.incidence_curve()[1]
        moved = -influence.sum(axis=1) if delay else influence[:, -1]
        if np.isnan(value):
            return (
                Row(np.nan, n=n, qualifiers=said, why=f"no such entry is followed for {horizon} months", **at),
                names,
                moved,
            )
        most = float(horizon if delay else 1)
        return Row(value, max(low, 0.0), min(high, most), n, qualifiers=said, **at), names, moved

    yield row(np.ones(len(waits.subject), bool))[0]
    for split in case.scenario.compared:
        codes, levels = coded(case, split)
        mine = codes[waits.subject]
        reference = case.scenario.reference.get(split, levels[0])
        against, known, theirs = row(mine == levels.index(reference), split=split, group=reference)
        yield against
        for place, level in enumerate(levels):
            if level == reference:
                continue
            one, names, ours = row(mine == place, split=split, group=level)
            yield one
            at: dict[str, Any] = {
                "split": split,
                "group": level,
                "versus": reference,
                "suffix": "_gap",
                "qualifiers": said,
            }
            if one.why or against.why:
                yield Row(np.nan, why="; ".join(dict.fromkeys(filter(None, (one.why, against.why)))), **at)
                continue
            every = np.union1d(names, known)
            moved = np.zeros(len(every))
            np.add.at(moved, np.searchsorted(every, names), ours)
            np.add.at(moved, np.searchsorted(every, known), -theirs)
            value = one.value - against.value
            low, high = around(value, moved, min(len(names), len(known)))
            yield Row(value, low, high, min(one.n, against.n), **at)


@contest(
    "contest_noticed",
    unit="rate",
    better="higher",
    estimand="P(the subject of a wrong adverse entry learns of it within the horizon)",
    caveats=COMPETING,
)
def contest_noticed(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of wrong adverse entries that their subject learns of within `horizon` months, by group and with gaps."""
    yield from _rows(case, noticed(case), horizon)


@contest(
    "contest_filed",
    unit="rate",
    better="higher",
    estimand="P(a wrong adverse entry is contested within the horizon)",
    caveats=f"{COMPETING} People contest an entry in the month in which they notice it: nobody waits.",
)
def contest_filed(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of wrong adverse entries that their subject contests within `horizon` months, by group and with gaps."""
    yield from _rows(case, filed(case), horizon)


@contest(
    "contest_upheld",
    unit="rate",
    better="higher",
    estimand="P(a wrong adverse entry is struck on contest within the horizon)",
    caveats=f"{COMPETING} Copies are not followed: see contest_cleared.",
)
def contest_upheld(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of wrong adverse entries struck on contest within `horizon` months, by group and with gaps."""
    yield from _rows(case, upheld(case), horizon)


@contest(
    "contest_cleared",
    unit="rate",
    better="higher",
    estimand="P(a wrong adverse entry is struck on contest and every copy of it is gone within the horizon)",
    caveats=f"{COMPETING} A listing counts as a copy of an entry if it would not have begun without that entry.",
)
def contest_cleared(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of wrong adverse entries struck on contest, with every copy gone, within `horizon` months, by group.

    Copies are the listings that would not have begun without the entry, and what agencies took over from them.
    """
    yield from _rows(case, cleared(case), horizon)


@contest(
    "contest_delay",
    unit="months",
    better="lower",
    estimand="E min(months until a wrong adverse entry is cleared, horizon); never cleared counts as the horizon",
    interval="Aalen-Johansen, area above the curve; influence values by grid of the subject, t(G-1)",
    caveats=f"{COMPETING} An entry that expires is not cleared and counts as the horizon.",
)
def contest_delay(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Mean months until a wrong adverse entry is cleared, cut at `horizon`, by group and with gaps.

    The area above the cumulative incidence of clearing: the sum over m < horizon of 1 - P(cleared within m months).
    """
    yield from _rows(case, cleared(case), horizon, delay=True)


@contest(
    "contest_false_upheld",
    unit="rate",
    better="lower",
    estimand="P(a true adverse entry is struck on contest within the horizon)",
    caveats=COMPETING.replace("wrong", "true"),
)
def contest_false_upheld(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of true adverse entries struck on contest within `horizon` months, by group and with gaps."""
    yield from _rows(case, false_upheld(case), horizon)
