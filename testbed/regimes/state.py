"""The lists, copies and sanctions that people are under, month by month."""

from __future__ import annotations

import numpy as np

from synthetic.draws import pack, sparse, uniform
from testbed.regimes.base import Regime, Sanction


class RegimeState:
    """Who is on which list and copy, and under which sanctions. `lists` and `sanctions` are bit masks (n,).

    `people` are ids, `household` an index of households (0, 1, ...), `child` whether each is under 18.
    """

    def __init__(
        self, regime: Regime, people: np.ndarray, household: np.ndarray, child: np.ndarray, *, seed: int
    ) -> None:
        self.regime = regime
        self.household = household
        self.child = child
        n = len(people)
        self.holders = [*(one.name for one in regime.lists), *(one.name for one in regime.agencies)]
        self.on = {one.name: np.zeros(n, bool) for one in regime.lists}
        self.since = {one.name: np.full(n, -1, np.int16) for one in regime.lists}
        self.last = {one.name: np.full(n, -1, np.int16) for one in regime.lists}
        self.held = {one.name: np.zeros(n, bool) for one in regime.agencies}
        share, reach = regime.value("sharing", "share", 1.0), regime.value("family", "share")
        address = pack(people)
        self.shared = {
            one.name: uniform(sparse(seed, f"regime:share:{one.name}", address)) < share for one in regime.agencies
        }
        self.reaches = uniform(sparse(seed, "regime:family", address)) < reach
        self.lists = np.zeros(n, np.uint16)
        self.sanctions = np.zeros(n, np.uint16)

    def step(self, t: int, decision: np.ndarray) -> None:
        """One month: lists from decisions, copies from lists, sanctions from lists and copies."""
        for clause in self.regime.lists:
            on, since = self.on[clause.name], self.since[clause.name]
            called = decision == clause.enter
            since[called & ~on] = t
            stays = on & (t - since < self.regime.value(clause.name, "stay"))
            on[:] = called | stays
            self.last[clause.name][on] = t
        for agency in self.regime.agencies:
            on, held = self.on[agency.copies], self.held[agency.name]
            delay, forgets = self.regime.value(agency.name, "delay"), self.regime.value(agency.name, "forgets")
            fresh = on & (t - self.since[agency.copies] >= delay) & self.shared[agency.name]
            kept = held & (on | (t - self.last[agency.copies] <= forgets))
            held[:] = fresh | kept
        self.lists[:] = 0
        for bit, name in enumerate(self.holders):
            self.lists[self._holds(name)] |= np.uint16(1 << bit)
        self.sanctions[:] = 0
        if self.regime.follows:
            for bit, sanction in enumerate(self.regime.sanctions):
                self.sanctions[self._under(sanction)] |= np.uint16(1 << bit)

    def _holds(self, name: str) -> np.ndarray:
        return self.on[name] if name in self.on else self.held[name]

    def _under(self, sanction: Sanction) -> np.ndarray:
        listed = self._holds(sanction.by)
        under = listed.copy() if sanction.subject else np.zeros(len(listed), bool)
        if sanction.family != "none" and listed.any():
            source = listed & self.reaches
            touched = np.zeros(int(self.household.max()) + 1, bool)
            touched[self.household[source]] = True
            others = touched[self.household] & ~listed
            under |= others & self.child if sanction.family == "children" else others
        return under

    def factors(self, person: np.ndarray, kind: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
        """By what the sanctions in force multiply the rate of each (person, kind): float64."""
        factor = np.ones(len(person))
        for bit, sanction in enumerate(self.regime.sanctions):
            if not sanction.raises:
                continue
            under = (self.sanctions[person] >> np.uint16(bit)) & 1 == 1
            for name in set(sanction.raises).intersection(kinds):
                factor[under & (kind == kinds.index(name))] *= self.regime.value(sanction.name, name, 1.0)
        return factor
