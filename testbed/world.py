"""The month: conduct, entries, scores, decisions, consequences; and again.

`simulate` runs a society, or some of its households against the log of a base run. Everything that
happens is a pure function of addressed draws and of the state of one household; the only messages
between households are strayed entries, which arrive a month later at the earliest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from synthetic.channels.base import Acts, Channel
from synthetic.draws import GRID, dense, pack, sparse, uniform
from synthetic.ledger import INJECTED, ORIGINS, entry_id
from testbed.history import History, Strays
from testbed.models.decide import Decide
from testbed.moving import SCHEME, movers, moves
from testbed.recorder import Recorder
from testbed.regimes.state import Reach, RegimeState
from testbed.society import Society, Views
from testbed.tied import LISTED, adverse_bits, only, tied

WITHIN, COLLISION, DUPLICATE, INJECTION = (
    0,
    ORIGINS.index("collision"),
    ORIGINS.index("duplicate"),
    ORIGINS.index("injected"),
)
MISUSE = ORIGINS.index("misuse")
FALSE_MATCH = ORIGINS.index("false_match")


@dataclass(frozen=True)
class Scheme:
    """A model as fitted, its cut-offs, and how it is asked. None as scorer: nobody is scored (a training society)."""

    scorer: Any
    decide: Decide | None
    row_wise: bool = True
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Injection:
    """Wrong entries of one kind that enter the record of the roots at a period."""

    roots: np.ndarray
    kind: int
    period: int


class World:
    """One run: `people` are the ids that are simulated, everybody or some whole households."""

    def __init__(
        self,
        society: Society,
        scheme: Scheme,
        periods: int,
        *,
        views: Views | None = None,
        people: np.ndarray | None = None,
        base: History | None = None,
        injection: Injection | None = None,
    ) -> None:
        scenario = society.scenario
        self.society, self.scheme, self.periods = society, scheme, periods
        self.views = views or society.views
        self.whole = people is None
        self.people = society.ids if people is None else people
        self.base, self.injection = base, injection
        n = len(self.people)
        self.place = np.full(society.size, -1, np.int64)
        self.place[self.people] = np.arange(n)
        self.near = np.zeros(society.size // GRID + 1, bool)
        self.near[self.people // GRID] = True
        self.grids = np.flatnonzero(self.near)
        _, household = np.unique(society.household[self.people], return_inverse=True)
        self.state = RegimeState(
            scenario.regime,
            self.people,
            household,
            society.child[self.people],
            seed=society.seed,
            reach={name: self._ties(name) for name in scenario.regime.ties if scheme.scorer is not None},
            columns={name: column[self.people] for name, column in society.columns.items()},
            scored=society.scored[self.people],
            rights=scenario.disclosure,
            kinds=scenario.conduct,
        )
        self.channels = tuple(one if scenario.errors else one.faithful() for one in scenario.channels)
        self.reach = np.array([[kind in one.kinds for kind in scenario.kinds] for one in self.channels])
        self.recorded = [scenario.kinds.index(kind) for kind in scenario.recorded]
        self.record = Recorder(society, self.place, n, periods)
        self.scored = society.scored[self.people]
        self.score = np.full(n, np.nan)
        self.shadow_score = np.full(n, np.nan)
        self.own = np.zeros((2, n), np.int8)
        self.tie = uniform(sparse(society.seed, "decide:tie", pack(self.people)))
        self.direct = {
            name: np.asarray(self.views.direct[name])[self.people] for name in scenario.held if name != LISTED
        }
        if LISTED in scenario.held:
            self.direct[LISTED] = np.zeros(n, np.int32)
        self.moving = moves(society)
        self.schemes = np.zeros((periods, n), np.int8) if self.moving else None
        self.known = self._ties("acquaintances") if LISTED in scenario.held else None
        self.around = np.zeros(society.size, np.uint16)
        self.acts: list[Acts] = []
        self.strays: list[Strays] = []
        self.moved: list[tuple[np.ndarray, np.ndarray]] = []
        shape = (periods, n)
        self.scores = np.full(shape, np.nan)
        self.decisions, self.deserved = np.zeros(shape, np.int8), np.zeros(shape, np.int8)
        self.lists, self.sanctions = np.zeros(shape, np.uint16), np.zeros(shape, np.uint16)

    def run(self, progress: Callable[[int], None] | None = None) -> History:
        """Run all months and return what happened."""
        for t in range(self.periods):
            self._record(t, self._act(t))
            self._misuse(t)
            if self.injection is not None and self.injection.period == t:
                self._inject(t)
            self.record.write(t)
            changed = np.union1d(self._post(t), self._move(t)) if self.moving else self._post(t)
            if self.scheme.scorer is not None:
                around = self._look_around(t)
                changed = np.union1d(changed, self._meet(around))
                self._score(t, changed)
                self._decide(t)
                self.state.step(t, self.decisions[t], around)
            self.lists[t], self.sanctions[t] = self.state.lists, self.state.sanctions
            if progress is not None:
                progress(t)
        scenario = self.society.scenario
        return History(
            people=self.people,
            kinds=scenario.kinds,
            list_names=tuple(self.state.holders),
            sanction_names=tuple(one.name for one in scenario.regime.sanctions),
            scores=self.scores,
            decisions=self.decisions,
            deserved_=self.deserved,
            lists_=self.lists,
            sanctions_=self.sanctions,
            ledger=self.record.ledger(),
            acts=tuple(self.acts),
            strays=tuple(self.strays),
            roots=np.empty(0, np.int64) if self.injection is None else self.injection.roots,
            since=0 if self.injection is None else self.injection.period,
            schemes=self.schemes,
        )

    def _ties(self, name: str) -> Reach:
        everybody = self.society.ties(name)
        return everybody if self.whole else only(everybody, self.people)

    def _look_around(self, t: int) -> np.ndarray | None:
        """Everybody's lists in the month before, where anybody's ties matter."""
        if not self.coupled_by_ties:
            return None
        if t and self.base is not None:
            self.around[:] = self.base.lists(t - 1)
        if t:
            self.around[self.people] = self.lists[t - 1]
        return self.around

    def _meet(self, around: np.ndarray | None) -> np.ndarray:
        """Count the acquaintances on adverse lists, where the scheme reads it. Returns whose count changed."""
        if self.known is None or around is None:
            return np.empty(0, np.int64)
        if self.whole:
            ends = tied(self.known, np.flatnonzero(around & self.adverse))[1]
            many = np.bincount(ends, minlength=len(self.people))
        else:
            place = np.repeat(np.arange(len(self.people)), np.diff(self.known.indptr))
            many = np.bincount(place[around[self.known.others] & self.adverse > 0], minlength=len(self.people))
        changed = np.flatnonzero((many != self.direct[LISTED]) & self.scored)
        self.direct[LISTED] = many.astype(np.int32)
        return changed

    @property
    def coupled_by_ties(self) -> bool:
        """Whether what happens to people depends on lists that people of other households are on."""
        return self.known is not None or self.society.scenario.regime.reaches_ties

    @cached_property
    def adverse(self) -> np.uint16:
        """The mask of lists that an adverse decision opens, and of their copies."""
        return adverse_bits(self.society.scenario.regime)

    def _at(self, people: np.ndarray, column: str) -> np.ndarray:
        return self.views.sensing[column][people]

    def _act(self, t: int) -> Acts:
        """Thin the candidates of the month: an act happens where its coin lies under the person's rate now."""
        found = self.society.possible(t, self.views, None if self.whole else self.place >= 0)
        rate = self.views.rates[found.kind, found.person]
        rate = rate * self.state.factors(self.place[found.person], found.kind, self.society.scenario.kinds, t)
        done = found.coin < rate
        acts = Acts(found.person[done], t, found.kind[done], found.k[done])
        self.acts.append(acts)
        return acts

    def _record(self, t: int, acts: Acts) -> None:
        society = self.society
        urban, minority = society.code("residence", "urban"), society.code("community", "minority")
        hidden = self.state.evades(self.place[acts.person], acts.kind, acts.k, society.scenario.kinds, t)
        if hidden.any():
            acts = acts.take(~hidden)
        for code, channel in enumerate(self.channels):
            sensed = channel.sense(
                acts.take(self.reach[code][acts.kind]), self._at, seed=society.seed, urban=urban, minority=minority
            )
            strays = self._stray(code, channel, sensed.acts.take(sensed.strayed), sensed.delay[sensed.strayed])
            victim = np.full(len(sensed.delay), -1, np.int64)
            victim[sensed.strayed] = strays.victim
            self.strays.append(strays)
            start = t + sensed.delay
            lost = sensed.missed | (victim >= 0)
            self.record.enter(sensed.acts, sensed.acts.person, start, code, WITHIN, real=~lost, shadow=True)
            self._enter_strays(strays)
            if sensed.doubled.any():
                twice = sensed.acts.take(sensed.doubled)
                parent = entry_id(twice.person, t, twice.kind, twice.k, code)
                self.record.enter(
                    twice, twice.person, start[sensed.doubled] + 1, code, DUPLICATE, shadow=False, copy=1, parent=parent
                )
            self._arise(t, code, channel, urban, minority)
        if self.base is not None:
            self._hear(t)

    def _arise(self, t: int, code: int, channel: Channel, urban: int, minority: int) -> None:
        """Entries that the channel makes without an act of their subject."""
        society = self.society
        arisen = channel.arise(
            t, self._at, grids=self.grids, size=society.size, seed=society.seed, urban=urban, minority=minority
        )
        if not self.whole:
            arisen = arisen.take(self.place[arisen.acts.person] >= 0)
        if len(arisen.delay):
            kinds = np.array([society.scenario.kinds.index(kind) for kind in channel.kinds])
            acts = replace(arisen.acts, kind=kinds[arisen.acts.kind])
            start = t + arisen.delay
            self.record.enter(acts, acts.person, start, code, arisen.origin, real=arisen.real, shadow=arisen.shadow)

    def _misuse(self, t: int) -> None:
        """Entries that an operator makes without cause, by the first channel that records their kind."""
        scenario = self.society.scenario
        clause = scenario.regime.misused
        if clause is None or not scenario.errors:
            return
        made = scenario.regime.misuse(
            t,
            self.people,
            self._at,
            kinds=scenario.kinds,
            seed=self.society.seed,
            size=self.society.size,
            levels=self.society.levels.get(clause.column) or (),
        )
        code = next((place for place, one in enumerate(self.channels) if clause.kind in one.kinds), 0)
        person = made.acts.person
        start = np.full(len(person), t)
        self.record.enter(made.acts, person, start, code, MISUSE, shadow=False, reversal=made.reversal)

    def _stray(self, code: int, channel: Channel, acts: Acts, delay: np.ndarray) -> Strays:
        victim = channel.mistaken_for(acts, self._at, self.society.size, seed=self.society.seed)
        return Strays(acts, np.full(len(victim), code), delay, victim)

    def _enter_strays(self, strays: Strays) -> None:
        hit = strays.victim >= 0
        hit[hit] = self.place[strays.victim[hit]] >= 0
        if hit.any():
            code = int(strays.channel[0])
            acts = strays.acts.take(hit)
            start = acts.period + np.maximum(strays.delay[hit], 1)
            origin = COLLISION if self.channels[code].mistakes == "surname" else FALSE_MATCH
            self.record.enter(acts, strays.victim[hit], start, code, origin, shadow=False, copy=2)

    def _hear(self, t: int) -> None:
        """Entries that stray in from households outside this run, from the base run's log.

        `moved` keeps pairs of people between whom an assigned attribute moves such an entry.
        """
        assert self.base is not None
        for code, channel in enumerate(self.channels):
            logged = self.base.strays[t * len(self.channels) + code]
            outside = self.place[logged.acts.person] < 0
            if channel.among == "grid":
                outside &= self.near[logged.acts.person // GRID]
            acts, delay, before = logged.acts.take(outside), logged.delay[outside], logged.victim[outside]
            if not len(before):
                continue
            now = before if self.views is self.society.views else self._stray(code, channel, acts, delay).victim
            self._enter_strays(Strays(acts, np.full(len(now), code), delay, now))
            other = now != before
            self.moved.append(
                (np.where(now < 0, acts.person, now)[other], np.where(before < 0, acts.person, before)[other])
            )

    def _inject(self, t: int) -> None:
        assert self.injection is not None
        roots = self.injection.roots[self.place[self.injection.roots] >= 0]
        kind = np.full(len(roots), self.injection.kind)
        acts = Acts(roots, t, kind, np.zeros(len(roots), np.int64))
        self.record.enter(acts, roots, np.full(len(roots), t), INJECTED, INJECTION, shadow=False)

    def _post(self, t: int) -> np.ndarray:
        """Apply what falls due: who is changed, as positions (everybody in scope in month 0)."""
        touched = self.record.post(t)
        if t == 0:
            touched[:] = True
        return np.flatnonzero(touched & self.scored)

    def _move(self, t: int) -> np.ndarray:
        """Let those who move this month come under another city's scheme. Returns their positions."""
        listed = self.lists[t - 1] & self.adverse > 0 if t else np.zeros(len(self.people), bool)
        who, scheme, stays = movers(self.society, t, self.grids, self.place, listed)
        self.direct[SCHEME][who] = scheme
        self.record.leave(who[stays], t)
        if self.schemes is not None:
            self.schemes[t] = self.direct[SCHEME]
        return who[self.scored[who]]

    def _score(self, t: int, changed: np.ndarray) -> None:
        fresh = "draws" in self.scheme.needs
        alone = self.scheme.row_wise and "entries" not in self.scheme.needs
        rows = changed if alone and not fresh else np.flatnonzero(self.scored)
        if not len(rows):
            return
        draws = self.draws(t)[rows] if fresh else None
        both = np.concatenate([rows, rows])
        counts = np.concatenate([self.record.counts[rows], self.record.shadow[rows]])
        halves = [slice(0, len(both))] if alone else [slice(0, len(rows)), slice(len(rows), None)]
        score, own = np.empty(len(both)), None
        for shadow, half in enumerate(halves):
            entries = self.record.ledger().in_force(t, shadow=bool(shadow)) if "entries" in self.scheme.needs else None
            made = self._ask(
                both[half], counts[half], None if draws is None else np.concatenate([draws, draws])[half], entries
            )
            score[half] = made.score
            if made.decision is not None:
                own = np.zeros(len(both), np.int8) if own is None else own
                own[half] = made.decision
        self.score[rows], self.shadow_score[rows] = score[: len(rows)], score[len(rows) :]
        if own is not None:
            self.own[0][rows], self.own[1][rows] = own[: len(rows)], own[len(rows) :]
            self.decides = True

    decides = False

    def _ask(self, rows: np.ndarray, counts: np.ndarray, draws: np.ndarray | None, entries: Any) -> Any:
        arrays = {name: column[rows] for name, column in self.direct.items()}
        arrays |= {self.society.scenario.kinds[code]: counts[:, code] for code in self.recorded}
        return self.scheme.scorer.score(arrays, self.people[rows], draws=draws, entries=entries)

    def draws(self, t: int) -> np.ndarray:
        """The period's addressed uniform of each person, for models that need draws."""
        if self.whole:
            return uniform(dense(self.society.seed, "model", 0, self.society.size, t))
        return uniform(dense(self.society.seed, "model", 0, self.society.size, t))[self.people]

    def _decide(self, t: int) -> None:
        self.scores[t] = self.score
        if self.decides:
            self.decisions[t], self.deserved[t] = self.own
        elif self.scheme.decide is not None:
            self.decisions[t] = self.scheme.decide.decide(self.score, self.tie)
            self.deserved[t] = self.scheme.decide.decide(self.shadow_score, self.tie)
