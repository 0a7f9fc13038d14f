"""From acts to entries: what channels record, miss and mistake, entries without an act, and injected entries.

The only messages between households are entries that stray; they arrive a month later at the earliest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from synthetic.channels import Acts, Channel
from synthetic.draws import GRID
from synthetic.ledger import INJECTED, ORIGINS, entry_id
from testbed.history import History, Strays
from testbed.regimes import misuse
from testbed.world.people import People
from testbed.world.recorder import Recorder
from testbed.world.society import Society, Views

WITHIN, COLLISION, DUPLICATE, INJECTION, MISUSE, FALSE_MATCH = map(
    ORIGINS.index, ("faithful", "collision", "duplicate", "injected", "misuse", "false_match")
)


@dataclass(frozen=True)
class Injection:
    """Wrong entries of one kind that enter the record of the roots at a period."""

    roots: np.ndarray
    kind: int
    period: int


class Sensing:
    """Makes the entries of some people from the channels of a scenario. `strays`: one a month and channel, in order.

    `moved` keeps pairs of people between whom an assigned attribute moves an entry that strays in from outside.
    """

    def __init__(self, society: Society, people: People, record: Recorder, views: Views, base: History | None) -> None:
        scenario = society.scenario
        self.society, self.scenario, self.people, self.record = society, scenario, people, record
        self.views, self.base, self._at = views, base, views.at(views.sensing)
        self.channels = tuple(one if scenario.errors else one.faithful() for one in scenario.channels)
        self.reach = np.array([[kind in one.kinds for kind in scenario.kinds] for one in self.channels])
        self.codes = [np.array([scenario.kinds.index(kind) for kind in one.kinds]) for one in self.channels]
        self.who = {"urban": society.code("residence", "urban"), "minority": society.code("community", "minority")}
        self.strays: list[Strays] = []
        self.moved: list[tuple[np.ndarray, np.ndarray]] = []
        self.near = np.zeros(society.size // GRID + 2, bool)
        self.near[people.grids] = True

    def enter(self, t: int, acts: Acts) -> None:
        """Record the entries of a month: those of these acts, and those that no act is behind."""
        for code, channel in enumerate(self.channels):
            self._sense(t, code, channel, acts.take(self.reach[code][acts.kind]))
            self._arise(t, code, channel)
        self._misuse(t)
        if self.base is not None:
            self._hear(t, self.base)

    def _sense(self, t: int, code: int, channel: Channel, acts: Acts) -> None:
        roll = self.views.roll(channel)
        sensed = channel.sense(acts, self._at, seed=self.society.seed, roll=roll, **self.who)
        strays = self._stray(code, channel, sensed.acts.take(sensed.strayed), sensed.delay[sensed.strayed])
        lost = sensed.missed.copy()
        lost[sensed.strayed] |= strays.victim >= 0
        self.strays.append(strays)
        start = t + sensed.delay
        self.record.enter(sensed.acts, sensed.acts.person, start, code, WITHIN, real=~lost, shadow=True)
        self._enter_strays(strays)
        twice = sensed.acts.take(sensed.doubled)
        if len(twice.person):
            parent = entry_id(twice.person, t, twice.kind, twice.k, code)
            start = start[sensed.doubled] + 1
            self.record.enter(twice, twice.person, start, code, DUPLICATE, shadow=False, copy=1, parent=parent)

    def _arise(self, t: int, code: int, channel: Channel) -> None:
        """Record the entries that the channel makes without an act of their subject."""
        if channel.mechanism == "acts":
            return
        where = self.people.grids
        arisen = channel.arise(t, self._at, grids=where, size=self.society.size, seed=self.society.seed, **self.who)
        if not self.people.whole:
            arisen = arisen.take(self.people.at(arisen.acts.person) >= 0)
        acts = replace(arisen.acts, kind=self.codes[code][arisen.acts.kind])
        start = t + arisen.delay
        self.record.enter(acts, acts.person, start, code, arisen.origin, real=arisen.real, shadow=arisen.shadow)

    def _misuse(self, t: int) -> None:
        """Record the entries that an operator makes without cause, by the first channel that records their kind."""
        regime = self.scenario.regime
        clause = regime.misused
        if clause is None or not self.scenario.errors:
            return
        made = misuse(
            regime,
            t,
            self.people.ids,
            self.views.at(self.views.regime),
            kinds=self.scenario.kinds,
            seed=self.society.seed,
            size=self.society.size,
            levels=self.society.levels.get(clause.column) or (),
        )
        code = next((place for place, one in enumerate(self.channels) if clause.kind in one.kinds), 0)
        person = made.acts.person
        start = np.full(len(person), t)
        self.record.enter(made.acts, person, start, code, MISUSE, shadow=False, reversal=made.reversal)

    def _stray(self, code: int, channel: Channel, acts: Acts, delay: np.ndarray) -> Strays:
        roll = self.views.roll(channel)
        victim = channel.mistaken_for(acts, self._at, self.society.size, seed=self.society.seed, roll=roll)
        return Strays(acts, np.full(len(victim), code, np.int8), delay.astype(np.int16), victim)

    def _enter_strays(self, strays: Strays) -> None:
        hit = strays.victim >= 0
        hit[hit] = self.people.at(strays.victim[hit]) >= 0
        if hit.any():
            code = int(strays.channel[0])
            acts = strays.acts.take(hit)
            start = acts.period + np.maximum(strays.delay[hit].astype(np.int64), 1)
            victim = strays.victim[hit]
            origin = np.where(self._namesakes(code, acts.person, victim), COLLISION, FALSE_MATCH)
            self.record.enter(acts, victim, start, code, origin, shadow=False, copy=2)

    def _namesakes(self, code: int, actor: np.ndarray, victim: np.ndarray) -> np.ndarray | bool:
        """Whether each victim bears the actor's name or stands in for who does, where the channel goes by names."""
        if not self.channels[code].by_name:
            return False
        return np.asarray(self._at(actor, "surname") == self._at(victim, "surname"))

    def _hear(self, t: int, base: History) -> None:
        """Record the entries that stray in from households outside this run, from the base run's log."""
        for code, channel in enumerate(self.channels):
            logged = base.strays[t * len(self.channels) + code]
            outside = self.people.at(logged.acts.person) < 0
            if channel.among == "grid":
                outside &= self.near[logged.acts.person // GRID]
            which = np.flatnonzero(outside)
            acts, delay, before = logged.acts.take(which), logged.delay[which], logged.victim[which]
            if not len(before):
                continue
            now = before if self.views is self.society.views else self._stray(code, channel, acts, delay).victim
            self._enter_strays(Strays(acts, np.full(len(now), code, np.int8), delay, now))
            other = now != before
            self.moved.append(
                (np.where(now < 0, acts.person, now)[other], np.where(before < 0, acts.person, before)[other])
            )

    def inject(self, injection: Injection | None, t: int) -> None:
        """Add the wrong entries of the experiment, if this is their month."""
        if injection is None or injection.period != t:
            return
        roots = injection.roots[self.people.at(injection.roots) >= 0]
        acts = Acts(roots, t, np.full(len(roots), injection.kind), np.zeros(len(roots), np.int64))
        self.record.enter(acts, roots, np.full(len(roots), t), INJECTED, INJECTION, shadow=False)
