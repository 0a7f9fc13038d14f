"""Who is on which list and copy, and under which sanction, month by month.

Each month handles only the people who are listed, newly decided or reached, not everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError
from testbed.regimes.base import TIES, Agency, ListClause, Regime, Sanction
from testbed.regimes.response import Response

if TYPE_CHECKING:
    from synthetic.conduct import Conduct
    from testbed.disclosures import Disclosure

Places = NDArray[np.int64]
NOBODY = np.empty(0, np.int64)


class Reach(NamedTuple):
    """Ties of some people in rows: those of the i-th are `others[indptr[i]:indptr[i + 1]]`, ids of the society.

    Ties over everybody are symmetric: each stands in the rows of both people.
    """

    indptr: NDArray[np.int64]
    others: NDArray[np.int64]


class RegimeState:
    """Who is on which list and copy, and under which sanctions. `lists` and `sanctions` are bit masks (n,).

    `people` are ids, `household` an index of households (0, 1, ...), `child` whether each is under 18. `reach` holds
    their ties by name, if the regime reaches along ties. `scored`: who is in scope (a quota is a share of them). The
    responses of people depend on `rights`, `kinds` and `counted`, the names of the kinds that the scheme counts
    against a person (see `response.counted_against`; default: every adverse kind).
    """

    def __init__(
        self,
        regime: Regime,
        people: np.ndarray,
        household: np.ndarray,
        child: np.ndarray,
        *,
        seed: int,
        reach: Mapping[str, Reach] | None = None,
        columns: Mapping[str, np.ndarray] | None = None,
        scored: np.ndarray | None = None,
        rights: Disclosure | None = None,
        kinds: tuple[Conduct, ...] = (),
        counted: frozenset[str] | None = None,
    ) -> None:
        self.regime, self.people, self.seed = regime, people, seed
        self.household, self.child = household, child
        self.reach, self.columns = reach or {}, columns or {}
        n = len(people)
        self.holders = list(regime.holders)
        self.on = {name: np.zeros(n, bool) for name in self.holders}
        self.members = dict.fromkeys(self.holders, NOBODY)
        dated = {one.name for one in regime.lists} | {one.copies for one in regime.agencies}
        self.since = {name: np.full(n, -1, np.int16) for name in dated}
        self.last = {name: np.full(n, -1, np.int16) for name in dated}
        followed = [one for one in regime.lists if one.after is not None and not one.source]
        self.called = {one.name: (np.full(n, -1, np.int16), np.full(n, -2, np.int16)) for one in followed}
        repeated = {one.source for one in regime.lists if one.times is not None}
        self.begun = {name: np.zeros(n, np.int16) for name in repeated}
        in_scope = n if scored is None else int(np.count_nonzero(scored))
        self.places = {
            one.name: int(regime.value(one.name, "quota") * in_scope + 1e-9)
            for one in regime.lists
            if one.quota is not None
        }
        self.response = Response(regime, people, seed=seed, rights=rights, kinds=kinds, counted=counted)
        self.lists = np.zeros(n, np.uint16)
        self.sanctions = np.zeros(n, np.uint16)
        self._listed = self._bound = NOBODY

    def step(self, t: int, decision: np.ndarray, around: np.ndarray | None = None) -> None:
        """One month: lists from decisions, copies from lists, sanctions from lists and copies.

        around: everybody's `lists` of the month before, uint16 (society,); read if the regime reaches along ties.
        """
        self.enlist(t, decision)
        self.sanctions[self._bound] = 0
        if not self.regime.active:
            return
        bound = [NOBODY]
        for bit, sanction in enumerate(self.regime.sanctions):
            if self.regime.in_force(sanction):
                under = self._under(sanction, t, around)
                self.sanctions[under] |= np.uint16(1 << bit)
                bound.append(under)
        self._bound = np.concatenate(bound)

    def enlist(self, t: int, decision: np.ndarray) -> None:
        """One month of lists and copies alone: lists from decisions, copies from lists."""
        self.lists[self._listed] = 0
        if not self.regime.active:
            return
        decided = np.flatnonzero(decision != 0)
        called = {sign: decided[decision[decided] == sign] for sign in {one.enter for one in self.regime.lists}}
        for clause in self.regime.lists:
            self._enter(clause, t, called[clause.enter])
        for agency in self.regime.agencies:
            self._copy(agency, t)
        for bit, name in enumerate(self.holders):
            self.lists[self.members[name]] |= np.uint16(1 << bit)
        self._listed = np.concatenate([NOBODY, *self.members.values()])

    def _enter(self, clause: ListClause, t: int, called: Places) -> None:
        """Set the members of a list: people who qualify for it, and members who must still stay."""
        name, on, since = clause.name, self.on[clause.name], self.since[clause.name]
        before = self.members[name]
        ripe = self._follows(clause, t) if clause.source else self._ripe(clause, t, called)
        staying = before[t - since[before] < self.regime.value(name, "stay")]
        if name in self.places:
            ripe = self._placed(clause, ripe, staying)
        fresh = ripe[~on[ripe]]
        since[fresh] = t
        if name in self.begun:
            self.begun[name][fresh] += 1
        self._hold(name, ripe, staying)
        self.last[name][self.members[name]] = t

    def _hold(self, name: str, some: Places, more: Places) -> None:
        """Set the members, each once and in no order (numpy's union hashes and is many times slower)."""
        on = self.on[name]
        on[self.members[name]] = False
        on[some] = True
        more = more[~on[more]]
        on[more] = True
        self.members[name] = np.concatenate([some, more]) if len(more) else some

    def _ripe(self, clause: ListClause, t: int, called: Places) -> Places:
        """The people with the decision this month who have had it for as many months in a row as the list needs."""
        if clause.name not in self.called:
            return called
        first, last = self.called[clause.name]
        fresh = called[last[called] != t - 1]
        first[fresh] = t
        last[called] = t
        return called[t - first[called] + 1 >= self.regime.value(clause.name, "after")]

    def _follows(self, clause: ListClause, t: int) -> Places:
        """The members of an earlier list who have been on it for long enough, or often enough."""
        source = self.members[clause.source]
        follows = np.ones(len(source), bool)
        if clause.after is not None:
            follows &= t - self.since[clause.source][source] >= self.regime.value(clause.name, "after")
        if clause.times is not None:
            follows &= self.begun[clause.source][source] >= self.regime.value(clause.name, "times")
        return source[follows]

    def _placed(self, clause: ListClause, ripe: Places, staying: Places) -> Places:
        """The people who get a place that is free, in an order that is the same in every month."""
        waiting = ripe[~np.isin(ripe, staying)]
        free = max(self.places[clause.name] - len(staying), 0)
        order = np.argsort(self._coin(f"regime:quota:{clause.name}", waiting), kind="stable")
        return waiting[order[:free]]

    def _copy(self, agency: Agency, t: int) -> None:
        """Set an agency's copy: members of the list after the delay, and people who left it a short time ago."""
        name, source = agency.name, agency.copies
        delay, forgets = self.regime.value(name, "delay"), self.regime.value(name, "forgets")
        members, held = self.members[source], self.members[name]
        fresh = members[t - self.since[source][members] >= delay]
        share = self.regime.value("sharing", "share", 1.0)
        if share < 1:
            fresh = fresh[self._coin(f"regime:share:{name}", fresh) < share]
        kept = held[self.on[source][held] | (t - self.last[source][held] <= forgets)]
        if name in self.since:
            self.since[name][fresh[~self.on[name][fresh]]] = t
        self._hold(name, fresh, kept)
        if name in self.last:
            self.last[name][self.members[name]] = t

    def _coin(self, stream: str, places: Places) -> NDArray[np.float64]:
        return uniform(sparse(self.seed, stream, pack(self.people[places])))

    def _under(self, sanction: Sanction, t: int, around: np.ndarray | None) -> Places:
        """The people who are under a sanction; some may be named twice."""
        reached = self._reached(sanction, t, around)
        return reached[~self.child[reached]] if sanction.adults else reached

    def _reached(self, sanction: Sanction, t: int, around: np.ndarray | None) -> Places:
        """The members of the list, and the others whom the sanction reaches, of any age."""
        own = self.members[sanction.by]
        if sanction.reach == "none":
            return own if sanction.subject else NOBODY
        others = self._tied(sanction, t, around) if sanction.reach in TIES else self._at_home(sanction, own)
        others = others[~self.on[sanction.by][others]]
        return np.concatenate([own, others]) if sanction.subject else others

    def _at_home(self, sanction: Sanction, own: Places) -> Places:
        """The people in reached households of members: everybody, or the children."""
        share = self.regime.value("family", "share")
        source = own if share >= 1 else own[self._coin("regime:family", own) < share]
        others, _ = rows_of(*self._homes, self.household[source])
        return others[self.child[others]] if sanction.reach == "children" else others

    @cached_property
    def _homes(self) -> tuple[Places, Places]:
        """The people of each household, in rows."""
        sizes = np.bincount(self.household)
        ordered = bool((np.diff(self.household) >= 0).all())
        people = np.arange(len(self.household)) if ordered else np.argsort(self.household, kind="stable")
        return np.concatenate([[0], np.cumsum(sizes)]), people

    def _tied(self, sanction: Sanction, t: int, around: np.ndarray | None) -> Places:
        """The people with a tie to somebody who was on the list in the month before."""
        if sanction.reach not in self.reach or (around is None and t > 0):
            raise InputError(
                f"regime {self.regime.name}: {sanction.name} reaches {sanction.reach}, but these ties are not given."
            )
        if around is None:
            return NOBODY
        indptr, others = self.reach[sanction.reach]
        bit = np.uint16(1 << self.holders.index(sanction.by))
        if len(self.people) == len(around):
            source = np.flatnonzero(around & bit)
            found, row = rows_of(indptr, others, source)
            source = source[row]
        else:
            hit = np.flatnonzero(around[others] & bit)
            found, source = np.searchsorted(indptr, hit, side="right") - 1, others[hit]
        if sanction.reach == "kin":
            reached = uniform(sparse(self.seed, "regime:family", pack(source))) < self.regime.value("family", "share")
            found, source = found[reached], source[reached]
        share = self.regime.value(sanction.name, "reach_share", 1.0)
        if share < 1:
            pair = source.astype(np.uint64) << np.uint64(32) | self.people[found].astype(np.uint64)
            found = found[uniform(sparse(self.seed, f"regime:reach:{sanction.name}", pair)) < share]
        return np.asarray(found)

    def factors(self, person: np.ndarray, kind: np.ndarray, kinds: tuple[str, ...], t: int = 0) -> np.ndarray:
        """The factor of the rate of each (person, kind), from sanctions and responses: float64."""
        factor = np.ones(len(person))
        bound = np.flatnonzero(self.sanctions[person])
        mask, code = self.sanctions[person[bound]], kind[bound]
        for bit, sanction in enumerate(self.regime.sanctions):
            if not sanction.raises:
                continue
            under = mask & np.uint16(1 << bit) != 0
            for name in set(sanction.raises).intersection(kinds):
                factor[bound[under & (code == kinds.index(name))]] *= self.regime.value(sanction.name, name, 1.0)
        self.response.thin(factor, person, kind, kinds, t)
        return factor

    def evades(self, person: np.ndarray, kind: np.ndarray, k: np.ndarray, kinds: tuple[str, ...], t: int) -> np.ndarray:
        """Whether each act is done out of reach of every channel: bool (acts,)."""
        return self.response.evades(person, kind, k, kinds, t)


def rows_of(indptr: np.ndarray, values: np.ndarray, which: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The values of some rows, row after row, and for each value the place of its row in `which`."""
    start, size = indptr[which], indptr[which + 1] - indptr[which]
    row = np.repeat(np.arange(len(which)), size)
    place = np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size) + start[row]
    return values[place], row
