"""What a world leaves: scores, decisions, lists and sanctions by month, acts and entries with their lineage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from synthetic.channels.base import Acts
from synthetic.errors import unknown
from synthetic.ledger import Ledger
from testbed.monthly import Monthly, Months

BY_MONTH = ("scores", "decisions", "deserved_", "lists_", "sanctions_", "schemes")
"""What a history keeps by month."""


@dataclass(frozen=True)
class Strays:
    """Acts whose entry strayed to another person: the only way from one household to another here.

    `victim` is whom it fell on, -1 where nobody could be mistaken; `channel` and `delay` as drawn.
    """

    acts: Acts
    channel: np.ndarray
    delay: np.ndarray
    victim: np.ndarray


@dataclass(frozen=True)
class History:
    """Arrays are over `people` (ids, ascending). Months are numbered from 0. What changes is in `Monthly` arrays."""

    people: np.ndarray
    kinds: tuple[str, ...]
    list_names: tuple[str, ...]
    sanction_names: tuple[str, ...]
    scores: Months
    decisions: Months
    deserved_: Months
    lists_: Months
    sanctions_: Months
    ledger: Ledger
    acts: tuple[Acts, ...]
    strays: tuple[Strays, ...]
    roots: np.ndarray = field(default_factory=lambda: np.empty(0, np.int64))
    since: int = 0
    schemes: Months | None = None

    @property
    def periods(self) -> int:
        """Months that were run."""
        return len(self.decisions)

    def score(self, t: int) -> np.ndarray:
        """Scores at a month: float64 (n,), NaN for people out of scope."""
        return self.scores[t]

    def decision(self, t: int) -> np.ndarray:
        """Decisions at a month: int8 (n,), -1 adverse, 0 none, +1 favored; 0 out of scope."""
        return self.decisions[t]

    def deserved(self, t: int) -> np.ndarray:
        """The decision that the same scheme makes on the shadow record: int8 (n,)."""
        return self.deserved_[t]

    def lists(self, t: int) -> np.ndarray:
        """Lists and agencies' copies at a month, bits in the order of `list_names`: uint16 (n,)."""
        return self.lists_[t]

    def sanctions(self, t: int) -> np.ndarray:
        """Sanctions and rewards at a month, bits in the order of `sanction_names`: uint16 (n,)."""
        return self.sanctions_[t]

    def scheme(self, t: int) -> np.ndarray | None:
        """The scheme that each person came under at a month, as codes: int8 (n,); None where nobody moves."""
        return None if self.schemes is None else self.schemes[t]

    def listed(self, name: str, t: int) -> np.ndarray:
        """Who is on a list or an agency's copy of it: bool (n,). Raises InputError for an unknown name."""
        if name not in self.list_names:
            raise unknown("list", name, self.list_names)
        return (self.lists_[t] >> np.uint16(self.list_names.index(name))) & 1 == 1

    def sanctioned(self, name: str, t: int) -> np.ndarray:
        """Who is under a sanction: bool (n,). Raises InputError for an unknown name."""
        if name not in self.sanction_names:
            raise unknown("sanction", name, self.sanction_names)
        return (self.sanctions_[t] >> np.uint16(self.sanction_names.index(name))) & 1 == 1

    def place(self, people: np.ndarray) -> np.ndarray:
        """Positions of these ids in `people`."""
        return np.searchsorted(self.people, people)

    def counts(self, t: int, *, shadow: bool = False) -> np.ndarray:
        """Standing entries in the record (or the shadow record) at a month: int32 (n, kinds)."""
        size = int(self.people[-1]) + 1 if len(self.people) else 0
        return self.ledger.counts(t, size, shadow=shadow)[self.people]

    def shadow_counts(self, t: int) -> np.ndarray:
        """Standing entries in the shadow record at a month: int32 (n, kinds)."""
        return self.counts(t, shadow=True)

    def true_counts(self, t: int) -> np.ndarray:
        """True acts up to and including a month, recorded or not: int32 (n, kinds)."""
        made = np.zeros((len(self.people), len(self.kinds)), np.int32)
        for acts in self.acts[: t + 1]:
            np.add.at(made, (self.place(acts.person), acts.kind), 1)
        return made

    def injected(self, index: pd.Index | np.ndarray) -> np.ndarray:
        """1 for people on whom a wrong entry was injected: int8, aligned with `index`."""
        return np.isin(np.asarray(index), self.roots).astype(np.int8)

    def newly_adverse_against(self, base: History) -> np.ndarray:
        """1 where at some month from the change on the decision is adverse here and not in the base: int8 (n,)."""
        found = np.zeros(len(self.people), bool)
        for t in range(self.since, self.periods):
            found |= (self.decision(t) == -1) & (base.decision(t) != -1)
        return found.astype(np.int8)

    def by_month(self) -> dict[str, Months]:
        """What is kept by month, by name."""
        held = {name: getattr(self, name) for name in BY_MONTH}
        return {name: one for name, one in held.items() if one is not None}

    @classmethod
    def joined(cls, parts: Sequence[History]) -> History:
        """Histories of neighboring people, in order, as one."""
        first = parts[0]
        if len(parts) == 1:
            return first
        months: dict[str, Any] = {
            name: Monthly.joined([getattr(part, name) for part in parts]) for name in first.by_month()
        }
        return replace(
            first,
            people=np.concatenate([part.people for part in parts]),
            ledger=_in_one([part.ledger for part in parts]),
            acts=tuple(_acts([part.acts[t] for part in parts]) for t in range(len(first.acts))),
            strays=tuple(_strays([part.strays[t] for part in parts]) for t in range(len(first.strays))),
            **months,
        )


def _in_one(ledgers: Sequence[Ledger]) -> Ledger:
    """Ledgers in order of (start, id), of neighboring people, as one: an id begins with its subject."""
    first = ledgers[0]
    start = np.concatenate([one.columns["start"] for one in ledgers])
    order = np.argsort(start, kind="stable")
    columns = {
        name: np.concatenate([one.columns[name] for one in ledgers])[order] if name != "start" else start[order]
        for name in first.columns
    }
    return Ledger(columns, first.kinds, first.channels)


def _acts(parts: Sequence[Acts]) -> Acts:
    person, kind, k = (np.concatenate([getattr(part, name) for part in parts]) for name in ("person", "kind", "k"))
    return Acts(person, parts[0].period, kind, k)


def _strays(parts: Sequence[Strays]) -> Strays:
    names = ("channel", "delay", "victim")
    return Strays(
        _acts([part.acts for part in parts]),
        *(np.concatenate([getattr(part, name) for part in parts]) for name in names),
    )
