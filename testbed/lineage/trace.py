"""Lineage: which entry caused which listing, copy and later entry, read from a run after it is over.

A parent is *locally pivotal*: without it, all else as recorded, the child would not have arisen in that month.
A listing whose decision rests on two entries that would each have sufficed therefore has no parent, and one that
needs two entries together has both. What an entry takes away (a place on a list of the favored) leaves no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import dense, uniform
from testbed.history import History
from testbed.lineage.inducement import Inducement
from testbed.models import lots
from testbed.regimes import LISTED
from testbed.world import held_arrays

if TYPE_CHECKING:
    from testbed.case import Case

RECORD = "record"
"""The holder of plain entries: the record itself."""

LISTING, COPY = "listing", "copy"
NOBODY = -1
"""The parent of a row that has none."""

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Lineage:
    """Entries, listings and agencies' copies as rows, and from which row to which a parent leads.

    `rows`: one row per entry, listing or copy: id, kind (of conduct, `listing` or `copy`), holder (`record`, or the
    name of a list or agency), person, start, end (the first month without it; the length of the run where it still
    stood at the end of it), wrong (an entry untrue of its subject). `edges`: child, parent, one row per pair.
    `why` says why there are none.
    """

    rows: pd.DataFrame
    edges: pd.DataFrame
    why: str = ""

    @property
    def frame(self) -> pd.DataFrame:
        """The ledger with parents: id, parent, kind, holder, person, start, end; a row per parent, -1 where none."""
        joined = self.rows.merge(self.edges, how="left", left_on="id", right_on="child")
        joined["parent"] = joined["parent"].fillna(NOBODY).astype(np.int64)
        return joined[["id", "parent", "kind", "holder", "person", "start", "end"]]

    @cached_property
    def _children(self) -> tuple[Ints, Ints]:
        order = np.lexsort((self.edges["child"], self.edges["parent"]))
        return self.edges["parent"].to_numpy(np.int64)[order], self.edges["child"].to_numpy(np.int64)[order]

    def descendants(self, roots: Ints) -> tuple[Ints, Ints]:
        """(place in `roots`, id) of each root and of everything that goes back to it, each once per root."""
        parents, children = self._children
        at, ids = np.arange(len(roots)), np.asarray(roots, np.int64)
        known = pd.MultiIndex.from_arrays([at, ids])
        while len(ids):
            first, last = np.searchsorted(parents, ids, "left"), np.searchsorted(parents, ids, "right")
            many = last - first
            within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
            found = pd.MultiIndex.from_arrays([np.repeat(at, many), children[np.repeat(first, many) + within]])
            fresh = found.unique().difference(known, sort=False)
            known = known.append(fresh)
            at, ids = (fresh.get_level_values(level).to_numpy(np.int64) for level in (0, 1))
        return known.get_level_values(0).to_numpy(np.int64), known.get_level_values(1).to_numpy(np.int64)


def lineage(case: Case, history: History | None = None, people: Ints | None = None) -> Lineage:
    """The lineage of a case, or of another history of its society (a twin's), for everybody or some people.

    `people`: ids, whole households, in ascending order; None: all of the history. Without an answer (`why`) where
    the model scores people together or reads single entries: what one entry did to a decision cannot then be asked
    about one person.

    >>> from testbed.case import run_case
    >>> made = lineage(run_case("rongcheng", people=2048, periods=6))
    >>> sorted(made.frame.columns)
    ['end', 'holder', 'id', 'kind', 'parent', 'person', 'start']
    """
    history = case.history if history is None else history
    people = history.people if people is None else np.asarray(people, np.int64)
    reader = _Reader(case, history, people)
    entries, spells = reader.entries(), reader.spells()
    rows = pd.concat([entries, spells], ignore_index=True)
    if why := unasked(case):
        none = pd.DataFrame({"child": np.empty(0, np.int64), "parent": np.empty(0, np.int64)})
        return Lineage(rows, none, why)
    pairs = [reader.recorded(), reader.triggers(spells), reader.copied(spells), reader.induced(spells)]
    child, parent = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    return Lineage(rows, pd.DataFrame({"child": child, "parent": parent}))


def unasked(case: Case) -> str:
    """Why no decision can be asked about one person without one entry; "" if it can.

    >>> from testbed.case import run_case
    >>> unasked(run_case("rongcheng", people=1024, periods=2))
    ''
    """
    alone = case.scheme.alone and "entries" not in case.scheme.needs
    return "" if alone else "the model scores people together: no decision can be asked without one entry"


def decisions_on(
    case: Case,
    people: Ints,
    counts: NDArray[np.integer],
    period: int,
    history: History | None = None,
    *,
    shadow: Flags | None = None,
) -> NDArray[np.int8]:
    """What the scheme decides in a month about people whose record holds these counts of entries (rows, kinds).

    The world's own coins and ties of that month; a person may be asked about several times. `history`: the world they
    live in (default: the case's own), where the scheme reads whom they know. `shadow`: the rows in which it reads whom
    they know on the lists that would follow from the shadow record. Nothing is counted as a question: the operator's
    own records are reread, nobody is asked.
    """
    scenario, society = case.scenario, case.society
    history = case.history if history is None else history
    arrays = held_arrays(society, history, period, people, views=case.views, outside=case.history)
    if shadow is not None and LISTED in arrays:
        own = held_arrays(society, history, period, people, views=case.views, outside=case.history, shadow=True)
        arrays[LISTED] = np.where(shadow, own[LISTED], arrays[LISTED])
    arrays |= {kind: counts[:, scenario.kinds.index(kind)] for kind in scenario.recorded}
    scheme = case.scheme
    draws = uniform(dense(case.seed, "model", 0, society.size, period))[people] if "draws" in scheme.needs else None
    made = scheme.scorer.score(arrays, people, draws=draws)
    if made.decision is not None:
        return np.asarray(made.decision, np.int8)
    if scheme.decide is None:
        return np.zeros(len(people), np.int8)
    return np.asarray(scheme.decide.decide(made.score, lots(case.seed, people, period)), np.int8)


class _Reader:
    """Reads rows and parents out of a history, for some people."""

    def __init__(self, case: Case, history: History, people: Ints) -> None:
        self.case, self.history, self.people = case, history, people
        self.regime = case.scenario.regime
        self.ledger = history.ledger.where(np.isin(history.ledger.subject, people) & history.ledger.real)
        self.place = history.place(people)

    def entries(self) -> pd.DataFrame:
        held = self.ledger
        return pd.DataFrame({
            "id": held.id, "kind": np.array(held.kinds, object)[held.kind], "holder": RECORD, "person": held.subject,
            "start": held.start.astype(np.int64), "end": np.minimum(held.end, self.history.periods).astype(np.int64),
            "wrong": held.wrong,
        })  # fmt: skip

    def spells(self) -> pd.DataFrame:
        """Stays on each list and copy: a row per unbroken stay. Ids lie under -1 and do not depend on other stays."""
        names, n, periods = self.history.list_names, len(self.people), self.history.periods
        began = np.full((len(names), n), -1, np.int64)
        parts: list[Ints] = []
        before = np.zeros(n, np.uint64)
        for t in range(periods + 1):
            now = self.history.lists(t)[self.place].astype(np.uint64) if t < periods else np.zeros(n, np.uint64)
            for bit in range(len(names)):
                changed = ((before ^ now) >> np.uint64(bit)) & np.uint64(1) == 1
                on = (now >> np.uint64(bit)) & np.uint64(1) == 1
                over = np.flatnonzero(changed & ~on)
                if len(over):
                    parts.append(np.stack([np.full(len(over), bit), over, began[bit, over], np.full(len(over), t)]))
                began[bit, changed & on] = t
            before = now
        bit, at, start, end = np.concatenate([np.empty((4, 0), np.int64), *parts], axis=1)
        lists = {one.name for one in self.regime.lists}
        person = self.people[at]
        return pd.DataFrame({
            "id": -2 - ((person << 20) | (start << 8) | bit),
            "kind": np.array([LISTING if name in lists else COPY for name in names], object)[bit],
            "holder": np.array(names, object)[bit], "person": person, "start": start, "end": end, "wrong": False,
        })  # fmt: skip

    def recorded(self) -> tuple[Ints, Ints]:
        """Parents that the ledger itself names: duplicates, and what one holder took over from another."""
        named = self.ledger.parent >= 0
        return self.ledger.id[named], self.ledger.parent[named]

    def triggers(self, spells: pd.DataFrame) -> tuple[Ints, Ints]:
        """Listings and the standing entries without which the decision that opened them would not have been taken."""
        opens = {one.name: one.enter for one in self.regime.lists if not one.source}
        listed = spells[spells["holder"].isin(opens)]
        found: list[tuple[Ints, Ints]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        start = listed["start"].to_numpy(np.int64)
        for t in np.unique(start).tolist():
            month = listed[start == t]
            spell, person = month["id"].to_numpy(np.int64), month["person"].to_numpy(np.int64)
            wanted = month["holder"].map(opens).to_numpy(np.int64)
            called = self.history.decision(t)[self.history.place(person)] == wanted
            found += self._pivotal(t, spell[called], person[called], wanted[called])
        return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])

    def _pivotal(self, t: int, spell: Ints, person: Ints, wanted: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Yield the entries without which the decision changes: each kind in a record is reduced by one in turn."""
        standing = self.ledger.where(self.ledger.standing(t))
        standing = standing.where(np.isin(standing.subject, person))
        order = np.argsort(person, kind="stable")
        at = order[np.searchsorted(person, standing.subject, sorter=order)] if len(person) else person
        counts = np.zeros((len(person), len(standing.kinds)), np.int32)
        np.add.at(counts, (at, standing.kind), 1)
        who, kind = np.nonzero(counts)
        if not len(who):
            return
        without = counts[who]
        without[np.arange(len(who)), kind] -= 1
        turns = decisions_on(self.case, person[who], without, t, self.history) != wanted[who]
        decisive = np.zeros(counts.shape, bool)
        decisive[who[turns], kind[turns]] = True
        mine = decisive[at, standing.kind]
        yield spell[at[mine]], standing.id[mine]

    def copied(self, spells: pd.DataFrame) -> tuple[Ints, Ints]:
        """Copies, and lists that follow another list, each with the stay on its source when it began."""
        source = {one.name: one.copies for one in self.regime.agencies}
        source |= {one.name: one.source for one in self.regime.lists if one.source}
        copies = spells[spells["holder"].isin(source)]
        child, person = copies["id"].to_numpy(np.int64), copies["person"].to_numpy(np.int64)
        parent = self._standing(
            spells, person, copies["holder"].map(source).to_numpy(object), copies["start"].to_numpy(np.int64)
        )
        return child[parent != NOBODY], parent[parent != NOBODY]

    def _standing(self, spells: pd.DataFrame, person: Ints, holder: NDArray[np.object_], month: Ints) -> Ints:
        """The stay of each person on a holder's list in a month; -1 if there is none."""
        ordered = spells.sort_values(["holder", "person", "start"], ignore_index=True)
        codes = {name: code for code, name in enumerate(self.history.list_names)}

        def key(names: NDArray[np.object_], who: Ints, when: Ints) -> Ints:
            code = np.array([codes.get(name, -1) for name in names], np.int64)
            return (code << 50) | (who << 12) | when

        held = key(ordered["holder"].to_numpy(object), ordered["person"].to_numpy(), ordered["start"].to_numpy())
        order = np.argsort(held, kind="stable")
        asked = key(holder, person, month)
        place = np.searchsorted(held[order], asked, side="right") - 1
        found = order[np.maximum(place, 0)] if len(order) else np.empty(0, np.int64)
        if not len(found):
            return np.full(len(person), NOBODY)
        same = (place >= 0) & (held[found] >> 12 == asked >> 12)
        inside = same & (ordered["end"].to_numpy(np.int64)[found] > month)
        return np.where(inside, ordered["id"].to_numpy(np.int64)[found], NOBODY)

    def induced(self, spells: pd.DataFrame) -> tuple[Ints, Ints]:
        """Entries of acts that were done only because of a sanction, and the listings and copies that brought it."""
        found = Inducement(self.case, self.history, self.people)
        acts = found.acts()
        if acts.empty:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        links = found.stays(acts)
        links["parent"] = self._standing(
            spells, links["carrier"].to_numpy(np.int64), links["holder"].to_numpy(object),
            links["month"].to_numpy(np.int64),
        )  # fmt: skip
        links = links[links["parent"] != NOBODY].merge(acts, left_on="act", right_index=True)
        held = self.ledger
        made = pd.DataFrame({
            "child": held.id, "person": held.author, "period": held.period.astype(np.int64),
            "kind": held.kind.astype(np.int64), "k": act_number(held.id),
        })[held.parent < 0]  # fmt: skip
        both = links.merge(made, on=["person", "period", "kind", "k"])
        return both["child"].to_numpy(np.int64), both["parent"].to_numpy(np.int64)


def act_number(ids: Ints) -> Ints:
    """The number of the act in an entry's packed id (see `synthetic.ledger.entry_id`).

    >>> from synthetic.ledger import entry_id
    >>> act_number(entry_id(np.array([7]), 3, np.array([2]), np.array([41]), 15, 1)).tolist()
    [41]
    """
    return (np.asarray(ids, np.int64) >> 8) & 1023
