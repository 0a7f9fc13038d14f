"""What happens to wrong entries that their subjects may contest: noticed, filed, upheld, cleared, over time.

An entry may also end without a contest: it expires, it is repaired, or the operator itself finds it wrong. These are
competing events, not censoring. An entry that still stands when the run ends is censored (Aalen and Johansen 1978).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.opacity.waits import Flags, Ints, Waits, cleared, false_upheld, filed, noticed_wrong, upheld
from testbed.statistics import around, coded

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


@dataclass(frozen=True)
class _Found:
    """The row of some entries, the influence of each cluster on its value, and its effective clusters."""

    row: Row
    clusters: Ints
    influence: NDArray[np.float64]
    units: float = 0.0


@dataclass(frozen=True)
class Contest:
    """The question asked of waits: the incidence within the horizon, or (`delay`) the mean months, cut at it."""

    case: Case
    waits: Waits
    horizon: int
    delay: bool

    @property
    def said(self) -> dict[str, object]:
        """The qualifiers of every row."""
        return {"horizon": self.horizon}

    def of(self, which: Flags, split: str = "all", group: str = "all") -> _Found:
        """The answer for some entries."""
        n = len(np.unique(self.waits.subject[which]))
        blank = Row(np.nan, split=split, group=group, qualifiers=self.said)
        if self.waits.why or not n:
            why = self.waits.why or "there is no such entry about this group"
            return _Found(replace(blank, why=why), np.empty(0, np.int64), np.empty(0))
        clusters = self.case.clusters[self.waits.subject]
        found = self.waits.asked(self.case.periods, which, clusters, self.horizon, delay=self.delay)
        row = replace(blank, value=found.value, low=found.low, high=found.high, n=n)
        if np.isnan(found.value):
            row = replace(blank, n=n, why=f"no such entry is followed for {self.horizon} months")
        return _Found(row, found.clusters, found.influence, found.units)

    def gap(self, one: _Found, against: _Found) -> Row:
        """The difference of a group from the reference group."""
        row, other = one.row, against.row
        blank = Row(np.nan, split=row.split, group=row.group, versus=other.group, suffix="_gap", qualifiers=self.said)
        if row.why or other.why:
            return replace(blank, why="; ".join(dict.fromkeys(filter(None, (row.why, other.why)))))
        every = np.union1d(one.clusters, against.clusters)
        moved = np.zeros(len(every))
        np.add.at(moved, np.searchsorted(every, one.clusters), one.influence)
        np.add.at(moved, np.searchsorted(every, against.clusters), -against.influence)
        value = row.value - other.value
        low, high = around(value, moved, min(one.units, against.units))
        return replace(blank, value=value, low=low, high=high, n=min(row.n, other.n))


def contest_change(base: Case, other: Case, waits: Callable[[Case], Waits], horizon: int = HORIZON) -> Row:
    """The incidence of an event in one case less that in another, of the same people and coins, over everybody.

    Both have the same clusters, so what happens alike in both cancels.
    """
    one, against = (Contest(case, waits(case), horizon, delay=False) for case in (other, base))
    found = [asked.of(np.ones(len(asked.waits.subject), bool)) for asked in (one, against)]
    return replace(one.gap(*found), suffix="", versus="")


def _rows(case: Case, waits: Waits, horizon: int, *, delay: bool = False) -> Iterator[Row]:
    """Yield everybody, each group of each compared attribute, and its difference from the reference group."""
    asked = Contest(case, waits, horizon, delay)
    yield asked.of(np.ones(len(waits.subject), bool)).row
    for split in case.scenario.compared:
        codes, levels = coded(case, split)
        mine = codes[waits.subject]
        reference = case.scenario.reference.get(split, levels[0])
        against = asked.of(mine == levels.index(reference), split, reference)
        yield against.row
        for place, level in enumerate(levels):
            if level != reference:
                one = asked.of(mine == place, split, level)
                yield one.row
                yield asked.gap(one, against)


@contest(
    "contest_noticed",
    unit="rate",
    better="higher",
    estimand="P(the subject of a wrong adverse entry learns of it within the horizon)",
    caveats=COMPETING,
)
def contest_noticed(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of wrong adverse entries that their subject learns of within `horizon` months, by group and with gaps."""
    yield from _rows(case, noticed_wrong(case), horizon)


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
    caveats=f"{COMPETING} A list on which the subject would stand without the entry, all else as recorded, is no copy "
    "of it: another entry has kept the subject there.",
)
def contest_cleared(case: Case, horizon: int = HORIZON) -> Iterator[Row]:
    """Share of wrong adverse entries struck on contest, with every copy gone, within `horizon` months, by group.

    Copies are duplicates in the record, and lists and agencies' copies on which the subject would not stand without
    the entry (`lineage.remains_until`). What a true entry has kept up since is not the wrong entry's to clear.
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
