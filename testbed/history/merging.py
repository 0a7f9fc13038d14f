"""Histories put together and taken apart: of neighboring people, or a base run with the lives of a replay."""

# Any: the fields of a history that are kept by month, by name.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synthetic.channels import Acts
from synthetic.ledger import Ledger
from testbed.history.base import History, Strays
from testbed.history.changes import ByMonth, Changes, Overlay, unequal


def joined(parts: Sequence[History]) -> History:
    """Histories of neighboring people, in order, as one."""
    first = parts[0]
    if len(parts) == 1:
        return first
    months: dict[str, Any] = {
        name: Changes.joined([getattr(part, name) for part in parts]) for name in first.by_month()
    }
    return replace(
        first,
        people=np.concatenate([part.people for part in parts]),
        ledger=_in_one([part.ledger for part in parts]),
        acts_=tuple(_acts([part.acts_[t] for part in parts]) for t in range(len(first.acts_))),
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


def overlay(base: History, run: History) -> History:
    """The base run with the lives of some people from a replay. What changes by the month is a view."""
    people = run.people
    inside = np.zeros(len(base.people), bool)
    inside[people] = True

    def laid(old: ByMonth, new: ByMonth) -> Overlay:
        return Overlay(old, people, new)

    def laid_if(old: ByMonth | None, new: ByMonth | None) -> Overlay | None:
        return None if old is None or new is None else laid(old, new)

    return History(
        people=base.people,
        kinds=base.kinds,
        list_names=base.list_names,
        sanction_names=base.sanction_names,
        scores=laid(base.scores, run.scores),
        decisions_=laid(base.decisions_, run.decisions_),
        deserved_=laid(base.deserved_, run.deserved_),
        lists_=laid(base.lists_, run.lists_),
        sanctions_=laid(base.sanctions_, run.sanctions_),
        ledger=_exchanged(base.ledger, inside, run.ledger),
        acts_=tuple(_joined(old, new, inside) for old, new in zip(base.acts_, run.acts_, strict=True)),
        strays=tuple(
            Strays(
                _joined(old.acts, new.acts, inside),
                *(
                    np.concatenate([getattr(old, name)[~inside[old.acts.person]], getattr(new, name)])
                    for name in ("channel", "delay", "victim")
                ),
            )
            for old, new in zip(base.strays, run.strays, strict=True)
        ),
        roots=run.roots,
        since=run.since,
        schemes=laid_if(base.schemes, run.schemes),
        shadow_lists_=laid_if(base.shadow_lists_, run.shadow_lists_),
        fixed=base.fixed,
    )


def part_of(run: History, people: np.ndarray) -> History:
    """The lives of some people (ids, ascending) out of a run of everybody, with nothing of the rest kept."""
    inside = np.zeros(len(run.people), bool)
    inside[people] = True
    names = ("channel", "delay", "victim")
    months: dict[str, Any] = {name: Changes.of(one, people) for name, one in run.by_month().items()}
    return replace(
        run,
        people=people,
        ledger=run.ledger.where(inside[run.ledger.subject]),
        acts_=tuple(acts.take(inside[acts.person]) for acts in run.acts_),
        strays=tuple(
            Strays(one.acts.take(mine), *(getattr(one, name)[mine] for name in names))
            for one, mine in ((one, inside[one.acts.person]) for one in run.strays)
        ),
        **months,
    )


def differs(one: History, other: History) -> np.ndarray:
    """Whose lives differ between two runs of everybody, in what is kept by month or in their entries: bool (n,)."""
    found = np.zeros(len(one.people), bool)
    for name, mine in one.by_month().items():
        theirs = getattr(other, name)
        for t in range(one.periods):
            found |= unequal(mine.month(t), theirs.month(t))
    a, b = one.ledger, other.ledger
    _, at, there = np.intersect1d(a.id, b.id, assume_unique=True, return_indices=True)
    for ledger, both in ((a, at), (b, there)):
        found[np.delete(ledger.subject, both)] = True
    for name in ("end", "shadow_end"):
        found[a.subject[at[getattr(a, name)[at] != getattr(b, name)[there]]]] = True
    return found


def _joined(old: Acts, new: Acts, inside: np.ndarray) -> Acts:
    kept = old.take(~inside[old.person])
    person, kind, k = (np.concatenate([getattr(kept, name), getattr(new, name)]) for name in ("person", "kind", "k"))
    return Acts(person, old.period, kind, k)


def _exchanged(old: Ledger, gone: np.ndarray, new: Ledger) -> Ledger:
    """A ledger without the entries about some people (bool, by id), and with other entries in their order."""
    stays = np.flatnonzero(~gone[old.columns["subject"]])
    start, ids = old.columns["start"][stays], old.columns["id"][stays]
    first = np.searchsorted(start, new.columns["start"], side="left")
    last = np.searchsorted(start, new.columns["start"], side="right")
    at = first.copy()
    for month in np.unique(new.columns["start"]).tolist():
        mine = np.flatnonzero(new.columns["start"] == month)
        low, high = first[mine[0]], last[mine[0]]
        at[mine] = low + np.searchsorted(ids[low:high], new.columns["id"][mine])
    where = at + np.arange(len(at))
    held = np.ones(len(stays) + len(at), bool)
    held[where] = False
    columns = {}
    for name, column in old.columns.items():
        made = np.empty(len(held), column.dtype)
        made[held], made[where] = column[stays], new.columns[name]
        columns[name] = made
    return Ledger(columns, old.kinds, old.channels)
