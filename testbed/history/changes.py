"""Arrays that change by the month, kept as their changes: who changed, and to what.

Most of what a world leaves changes seldom: a score when an entry comes or goes, a list when a decision turns. So a
month holds the places that changed in it with their new values; if over half of them did, it holds all values.
"""

# Any: arrays of any dtype (scores, decisions, bits), and an index of the kinds that numpy takes.
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


@dataclass(frozen=True)
class MonthChange:
    """One month: `places` (ascending, int32) that changed and their `values`; places None: everybody's values."""

    places: NDArray[np.int32] | None
    values: NDArray[Any]

    def lay(self, onto: NDArray[Any]) -> None:
        """Bring an array of the month before to this month."""
        if self.places is None:
            onto[:] = self.values
        else:
            onto[self.places] = self.values


class ByMonth:
    """An array (months, n). `[t]` is a month as a read-only array (n,).

    `[:, places]` and `[since:, places]` are dense (months, places), and so is `[since:]`. Comparisons are elementwise
    and dense.
    """

    months: int
    n: int
    dtype: DTypeLike

    def month(self, t: int) -> NDArray[Any]:
        """Everybody's values in a month: (n,), read-only."""
        raise NotImplementedError

    def part(self, since: int, until: int, places: NDArray[Any]) -> NDArray[Any]:
        """The values of some places in the months since..until-1: dense (months, places)."""
        raise NotImplementedError

    @property
    def shape(self) -> tuple[int, int]:
        """(months, people)."""
        return self.months, self.n

    def __len__(self) -> int:
        return self.months

    def __getitem__(self, key: Any) -> NDArray[Any]:
        if isinstance(key, int | np.integer):
            return self.month(int(key))
        when, places = key if isinstance(key, tuple) else (key, slice(None))
        if isinstance(when, int | np.integer):
            return np.asarray(self.month(int(when))[places])
        since, until, step = when.indices(self.months)
        if isinstance(places, int | np.integer):
            return self.part(since, until, np.array([places]))[::step, 0]
        if isinstance(places, slice):
            places = np.arange(self.n)[places]
        places = np.asarray(places)
        return self.part(since, until, np.flatnonzero(places) if places.dtype == bool else places)[::step]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self[:], dtype)

    def copy(self) -> NDArray[Any]:
        """The dense array, writable."""
        return self[:].copy()

    def tobytes(self) -> bytes:
        """The bytes of the dense array."""
        return self[:].tobytes()

    def __eq__(self, other: object) -> Any:
        return self._with(np.equal, other)

    def __ne__(self, other: object) -> Any:
        return self._with(np.not_equal, other)

    __hash__ = None  # type: ignore[assignment]

    def _with(self, test: Callable[..., Any], other: Any) -> NDArray[np.bool_]:
        by_month = isinstance(other, ByMonth) or np.ndim(other) == 2
        months = (other[t] if by_month else other for t in range(self.months))
        made = np.empty(self.shape, np.bool_)
        for t, theirs in enumerate(months):
            made[t] = test(self.month(t), theirs)
        return made


@dataclass(eq=False)
class Changes(ByMonth):
    """An array (months, n) kept as its changes; before month 0 every place holds `fill`.

    Reading months in order is cheap: each starts from the one read last.

    >>> scores = Changes(3, 4, np.float64, fill=0.0)
    >>> scores.add(np.array([1, 3]), np.array([5.0, 6.0]))
    >>> scores.add(np.array([], int), np.array([]))
    >>> scores.add(np.array([1]), np.array([0.0]))
    >>> scores[1].tolist()
    [0.0, 5.0, 0.0, 6.0]
    >>> scores[:, [1, 2]].tolist()
    [[5.0, 0.0], [5.0, 0.0], [0.0, 0.0]]
    """

    months: int
    n: int
    dtype: DTypeLike
    fill: float = 0
    changes: list[MonthChange] = field(default_factory=list)
    _latest: tuple[int, NDArray[Any]] | None = field(default=None, repr=False, compare=False)

    def add(self, places: NDArray[Any], values: NDArray[Any]) -> None:
        """The next month: the places that changed (ascending) and their values. Values must differ from before."""
        values = np.asarray(values, self.dtype)
        if 2 * len(places) > self.n and len(self.changes):
            whole = self[len(self.changes) - 1].copy()
            whole[places] = values
            self.changes.append(MonthChange(None, whole))
        elif len(places) == self.n:
            self.changes.append(MonthChange(None, values))
        else:
            self.changes.append(MonthChange(np.asarray(places, np.int32), values))

    def add_whole(self, before: NDArray[Any], now: NDArray[Any]) -> None:
        """The next month, from everybody's values before and now."""
        places = np.flatnonzero(before != now)
        self.add(places, now[places])

    def rest(self) -> None:
        """The next month, in which nothing changes."""
        self.changes.append(MonthChange(np.empty(0, np.int32), np.empty(0, self.dtype)))

    # --- Reading ---

    @property
    def nbytes(self) -> int:
        """Bytes that the changes take."""
        return sum(one.values.nbytes + (0 if one.places is None else one.places.nbytes) for one in self.changes)

    def month(self, t: int) -> NDArray[Any]:
        """Everybody's values in a month: (n,), read-only."""
        t = t + self.months if t < 0 else t
        if not 0 <= t < self.months:
            raise IndexError(f"month {t} of {self.months}")
        if self._latest is not None and self._latest[0] == t:
            return self._latest[1]
        if self._latest is not None and self._latest[0] < t:
            first, made = self._latest[0] + 1, self._latest[1].copy()
        else:
            first, made = 0, np.full(self.n, self.fill, self.dtype)
        for change in self.changes[first : t + 1]:
            change.lay(made)
        made.flags.writeable = False
        self._latest = (t, made)
        return made

    def part(self, since: int, until: int, places: NDArray[Any]) -> NDArray[Any]:
        """The values of some places in the months since..until-1: dense (months, places)."""
        made = np.empty((max(until - since, 0), len(places)), self.dtype)
        row = np.full(len(places), self.fill, self.dtype)
        where = np.full(self.n, -1, np.int32)
        where[places] = np.arange(len(places), dtype=np.int32)
        twice = len(places) > 1 and not (where[places] == np.arange(len(places))).all()
        if twice:
            unique, back = np.unique(places, return_inverse=True)
            return self.part(since, until, unique)[:, back]
        for t, change in enumerate(self.changes[:until]):
            if change.places is None:
                row[:] = change.values[places]
            else:
                at = where[change.places]
                mine = np.flatnonzero(at >= 0)
                row[at[mine]] = change.values[mine]
            if t >= since:
                made[t - since] = row
        return made

    # --- Putting together ---

    @classmethod
    def of(cls, held: ByMonth, places: NDArray[Any]) -> Changes:
        """Some places of an array, kept as their changes."""
        made = cls(held.months, len(places), held.dtype)
        dense = held[:, places]
        for t, row in enumerate(dense):
            if t:
                made.add_whole(dense[t - 1], row)
            else:
                made.add(np.arange(len(row)), row)
        return made

    @classmethod
    def joined(cls, parts: Sequence[Changes]) -> Changes:
        """Parts of neighboring people, in order, as one."""
        first = parts[0]
        if len(parts) == 1:
            return first
        start = np.concatenate([[0], np.cumsum([one.n for one in parts])])
        made = cls(first.months, int(start[-1]), first.dtype, first.fill)
        for t in range(first.months):
            changes = [one.changes[t] for one in parts]
            if all(one.places is None for one in changes):
                made.changes.append(MonthChange(None, np.concatenate([one.values for one in changes])))
                continue
            places = [
                (np.arange(len(one.values), dtype=np.int32) if one.places is None else one.places) + np.int32(low)
                for one, low in zip(changes, start[:-1], strict=True)
            ]
            made.changes.append(MonthChange(np.concatenate(places), np.concatenate([one.values for one in changes])))
        return made


class Overlay(ByMonth):
    """A view of a `Changes` in which some places have the values of another one. Nothing is copied."""

    def __init__(self, base: ByMonth, places: NDArray[Any], part: ByMonth) -> None:
        self.base, self.places, self.laid = base, np.asarray(places), part
        self.months, self.n, self.dtype = base.months, base.n, base.dtype

    def month(self, t: int) -> NDArray[Any]:
        """Everybody's values in a month: (n,), read-only."""
        made = self.base.month(t).copy()
        made[self.places] = self.laid.month(t)
        made.flags.writeable = False
        return made

    def part(self, since: int, until: int, places: NDArray[Any]) -> NDArray[Any]:
        """The values of some places in the months since..until-1: dense (months, places)."""
        made = self.base.part(since, until, places)
        where = np.full(self.n, -1, np.int64)
        where[self.places] = np.arange(len(self.places))
        mine = np.flatnonzero(where[places] >= 0)
        made[:, mine] = self.laid.part(since, until, where[places[mine]])
        return made


def alike(one: ByMonth, other: ByMonth) -> bool:
    """Whether two arrays have the same bytes in every month."""
    if one.shape != other.shape:
        return False
    return all(one.month(t).tobytes() == other.month(t).tobytes() for t in range(one.months))


def unequal(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Where two arrays differ; NaN equals NaN."""
    return np.asarray((one != other) & ~(np.isnan(one) & np.isnan(other)))
