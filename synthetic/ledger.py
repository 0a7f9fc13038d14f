"""The ledger: the institution's record and the shadow record, one row per entry.

An entry's id is its packed address (subject, period of the act, kind, k, channel, copy) and does not
depend on how many other entries exist, unless one of them has the same address (see `told_apart`). `real`
entries are in the record, `shadow` entries in the record that channels without errors would have made; a
faithful entry is in both. An entry stands at t if start <= t < end. In the shadow record it always stands
until it expires, at `shadow_end`; in the record a stale entry stands longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import within
from synthetic.errors import InputError

ORIGINS = (
    "faithful", "false_match", "collision", "duplicate", "injected", "averaged", "misuse", "legacy", "copy",
)  # fmt: skip
"""How an entry came about. Every origin except "faithful" means that the entry is untrue of its subject or a duplicate.

averaged: an annual figure read as if it were true of each month. misuse: made by an operator without cause. legacy: a
forged mark in a file from before the run. copy: copied from another holder; `parent` is the entry it copies.
"""

CAUSES = ("expired", "corrected", "struck", "repaired", "audited", "left")
"""Why an entry ends: its term is over; it was wrong and struck on appeal; it was true and struck on appeal; its
subject's credit was repaired early; the operator found it wrong without an appeal; its subject moved away."""

MENDED = tuple(map(CAUSES.index, ("corrected", "audited")))
"""Codes of the causes that mean that an entry was found wrong: on appeal, or by the operator."""

COPY = ORIGINS.index("copy")

FIRST_AGAIN = 3
"""The first copy number of entries whose address is taken."""

INJECTED = 15
"""The channel number of injected entries."""

FIELDS: dict[str, type] = {
    "id": np.int64, "subject": np.int64, "author": np.int64, "period": np.int16, "kind": np.int8, "channel": np.int8,
    "origin": np.int8, "parent": np.int64, "start": np.int16, "end": np.int16, "shadow_end": np.int16,
    "end_cause": np.int8, "noticed": np.int16, "filed": np.bool_, "real": np.bool_, "shadow": np.bool_,
}  # fmt: skip


def entry_id(
    subject: NDArray[np.int64],
    period: int | NDArray[np.int64],
    kind: NDArray[np.int64],
    k: NDArray[np.int64],
    channel: int,
    copy: int = 0,
) -> NDArray[np.int64]:
    """Packed address: subject 31 bits, period 9, kind 5, k 10, channel 4, copy 4.

    True acts are numbered from 0, entries that arise without an act from 512, entries made by an operator from 768.
    Copy 0 is the entry itself, 1 its duplicate, 2 the entry that strayed to the subject. Raises InputError for a part
    that does not fit.
    """
    for name, part, bits in (("period", period, 9), ("kind", kind, 5), ("k", k, 10), ("channel", channel, 4)):
        most = part if isinstance(part, int) else int(np.max(part, initial=0))
        if most >> bits:
            raise InputError(f"entry: {name} {most} is outside 0 to {(1 << bits) - 1}.")
    word = np.asarray(subject, np.int64) << 32
    word = word | (np.asarray(period, np.int64) << 23) | (np.asarray(kind, np.int64) << 18)
    return np.asarray(word | (np.asarray(k, np.int64) << 8) | (channel << 4) | copy)


def told_apart(address: NDArray[np.int64], author: NDArray[np.int64], origin: NDArray[np.int8]) -> NDArray[np.int64]:
    """The ids of all entries of a month: their addresses, and a copy number from 3 on where an address is taken.

    Acts are numbered within their author's grid, so entries that stray from two grids to one person can have one
    address. The first by (author, origin) keeps it; if that one is absent in a twin, the next has its id. Raises
    InputError if more entries meet than there are numbers.

    >>> taken = entry_id(np.array([5, 5, 5]), 0, np.array([1, 1, 2]), np.array([7, 7, 7]), 0, copy=2)
    >>> (told_apart(taken, np.array([4000, 2000, 2000]), np.zeros(3, np.int8)) & 15).tolist()
    [3, 2, 2]
    """
    held = np.sort(address)
    if not (held[1:] == held[:-1]).any():
        return address
    order = np.lexsort((origin, author, address))
    later = order[1:][address[order[1:]] == address[order[:-1]]]
    shared, many = np.unique(address[later] >> 4, return_counts=True)
    if FIRST_AGAIN + many.max() > 16:
        subject = int(shared[many.argmax()]) >> 28
        raise InputError(
            f"entry: {many.max()} more entries about person {subject} have the address of another, allowed: "
            f"{16 - FIRST_AGAIN}."
        )
    made = address.copy()
    made[later] = np.repeat(shared << 4, many) | (FIRST_AGAIN + within(many))
    return made


def check_unique(ids: NDArray[np.int64]) -> None:
    """Assert that no two entries have one id; `ids` ascend."""
    twice = int((ids[1:] == ids[:-1]).sum())
    if twice:
        raise AssertionError(f"ledger: {twice} entries have the id of another.")


@dataclass(frozen=True)
class Ledger:
    """Entries as columns (see `FIELDS`), in order of (start, id).

    `kinds` and `channels` give the names behind the codes; channel 15 is an injected entry.
    """

    columns: Mapping[str, np.ndarray]
    kinds: tuple[str, ...]
    channels: tuple[str, ...]

    @classmethod
    def build(
        cls, chunks: Sequence[Mapping[str, np.ndarray]], kinds: tuple[str, ...], channels: tuple[str, ...]
    ) -> Ledger:
        """A ledger from chunks of rows, in any order."""
        whole = {
            name: np.concatenate([np.asarray(chunk[name], dtype) for chunk in chunks]) if chunks else np.empty(0, dtype)
            for name, dtype in FIELDS.items()
        }
        check_unique(np.sort(whole["id"]))
        order = np.lexsort((whole["id"], whole["start"]))
        return cls({name: column[order] for name, column in whole.items()}, kinds, channels)

    def __getattr__(self, name: str) -> np.ndarray:
        """One column."""
        columns = self.__dict__.get("columns", {})
        if name in columns:
            return np.asarray(columns[name])
        raise AttributeError(name)

    def __len__(self) -> int:
        return len(self.columns["id"])

    def where(self, mask: np.ndarray) -> Ledger:
        """The entries that a mask or index selects."""
        return Ledger({name: column[mask] for name, column in self.columns.items()}, self.kinds, self.channels)

    @property
    def wrong(self) -> np.ndarray:
        """Whether each entry is in the record and was untrue of its subject when made: bool (entries,).

        A copy is wrong if the entry it copies is wrong: it is right if the shadow record holds it too.
        """
        origin = self.columns["origin"]
        right = (origin == 0) | ((origin == COPY) & self.columns["shadow"])
        return np.asarray(self.columns["real"] & ~right)

    def stale(self, period: int) -> np.ndarray:
        """Whether each entry still stands at a period although its term is over: bool (entries,)."""
        return self.standing(period) & (self.columns["shadow_end"] <= period)

    def wrong_at(self, period: int) -> np.ndarray:
        """Whether each entry stands at a period and is wrong then, untrue or stale: bool (entries,)."""
        return np.asarray(self.standing(period) & (self.wrong | self.stale(period)))

    def standing(self, period: int, *, shadow: bool = False) -> np.ndarray:
        """Whether each entry stands in the record (or the shadow record) at a period: bool (entries,)."""
        end = self.columns["shadow_end" if shadow else "end"]
        held = self.columns["shadow" if shadow else "real"]
        return np.asarray(held & (self.columns["start"] <= period) & (period < end))

    def counts(self, period: int, size: int, *, shadow: bool = False) -> np.ndarray:
        """Standing entries by person and kind: int32 (size, kinds). People are the ids below `size`."""
        held = self.standing(period, shadow=shadow)
        flat = self.columns["subject"][held] * len(self.kinds) + self.columns["kind"][held]
        return np.bincount(flat, minlength=size * len(self.kinds)).astype(np.int32).reshape(size, len(self.kinds))

    def in_force(self, period: int, *, shadow: bool = False) -> pd.DataFrame:
        """The standing entries as a model may see them: person, kind and age in months.

        Origin, author and parent are left out, because they are truth.
        """
        held = self.where(self.standing(period, shadow=shadow))
        kinds = np.array(self.kinds, object)
        return pd.DataFrame(
            {"person": held.subject, "kind": kinds[held.kind], "age": period - held.start.astype(np.int64)}
        )

    def frame(self) -> pd.DataFrame:
        """The entries as a table with names instead of codes."""
        names = {"kind": self.kinds, "origin": ORIGINS, "end_cause": CAUSES}
        table = pd.DataFrame(dict(self.columns))
        for column, labels in names.items():
            table[column] = [labels[code] for code in table[column]]
        channels = dict(enumerate(self.channels)) | {INJECTED: "injected"}
        table["channel"] = [channels[code] for code in table["channel"]]
        return table
