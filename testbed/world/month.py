"""The months of a run: conduct, entries, scores, decisions and consequences, month after month.

`World` runs a society, or some of its households against the log of a base run. Everything that happens is a pure
function of addressed draws and of the state of one household; households meet through entries that stray and through
ties, a month later. If nothing leaves the grid, grids are run in blocks that fit the cache, in any process.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np

from synthetic import Population
from synthetic.channels import Acts
from synthetic.draws import GRID
from synthetic.errors import unknown
from testbed.history import Changes, History, joined
from testbed.regimes import LISTED, Reach, RegimeState, adverse_bits, only, tied
from testbed.world.candidates import BLOCK
from testbed.world.deserved import regime_state
from testbed.world.migration import movers, moves
from testbed.world.people import People
from testbed.world.recorder import Recorder
from testbed.world.scoring import Scheme, Scoring
from testbed.world.sensing import Injection, Sensing
from testbed.world.society import SCHEME, Society, Views
from testbed.world.walk import Walk

__all__ = ["Injection", "Scheme", "World", "apart", "borders"]

TOGETHER = 4 * BLOCK
"""People who are run together if grids do not depend on each other: whole blocks of candidates."""


def apart(society: Society, scheme: Scheme) -> str:
    """The smallest unit that nothing leaves, "grid" or "city"; "" if people of different cities depend on each other.

    Whatever a quota, ties, moves or a joint model couple is coupled everywhere. Namesakes are sought in the city or in
    the society.
    """
    scenario = society.scenario
    coupled = (
        (scheme.scorer is not None and not scheme.alone)
        or scenario.regime.coupled
        or scenario.regime.reaches_ties
        or LISTED in scenario.held
        or moves(society)
    )
    reach = {channel.among for channel in scenario.channels}
    if coupled or "society" in reach:
        return ""
    return "city" if "city" in reach else "grid"


def borders(population: Population, ids: range, unit: str) -> np.ndarray:
    """The ids at which a part of these people may begin, if it consists of whole grids or cities, ascending."""
    grids = np.arange(ids[0] // GRID, ids[-1] // GRID + 1)
    cities = population.cities if unit == "city" else None
    return np.asarray((grids if cities is None else np.unique(cities.bounds(grids)[0])) * GRID)


class World:
    """One run of a society. `people`: the ids that are simulated, everybody or some whole households."""

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
        walk: Walk | None = None,
    ) -> None:
        self.society, self.scheme, self.periods = society, scheme, periods
        self.views = views or society.views
        self.people, self.base, self.injection, self.walk = people, base, injection, walk
        self.moved: list[tuple[np.ndarray, np.ndarray]] = []

    def run(self, progress: Callable[[int], None] | None = None) -> History:
        """Run all months and return what happened. `progress` is told of each month."""
        unit = "" if self.people is not None else apart(self.society, self.scheme)
        if not unit:
            people = self.society.ids if self.people is None else self.people
            months = self._months(people)
            self.moved = months.sensing.moved
            return months.run(progress)
        ids = self.society.ids
        starts = borders(self.society.population, range(int(ids[0]), int(ids[-1]) + 1), unit)
        steps = np.arange(int(ids[0]) // BLOCK * BLOCK, int(ids[-1]) + 1, TOGETHER)[1:]
        edges = np.unique(starts[np.searchsorted(starts, steps, side="right") - 1])
        low = np.concatenate([[0], np.searchsorted(ids, edges[edges > ids[0]]), [len(ids)]])
        return joined([self._months(ids[a:b]).run(progress) for a, b in pairwise(low)])

    def _months(self, people: np.ndarray) -> Months:
        return Months(self.society, self.scheme, self.periods, people, self.views, self.base, self.injection, self.walk)


class Months:
    """Runs the months of some people, one after the other."""

    def __init__(
        self,
        society: Society,
        scheme: Scheme,
        periods: int,
        ids: np.ndarray,
        views: Views,
        base: History | None,
        injection: Injection | None,
        walk: Walk | None = None,
    ) -> None:
        scenario = society.scenario
        for column in scenario.regime.reads:
            if column not in views.regime:
                raise unknown(f"column in regime {scenario.regime.name}", column, views.regime)
        self.society, self.scheme, self.periods, self.views = society, scheme, periods, views
        self.base, self.injection, self.walk = base, injection, walk or Walk()
        self.people = People(society, ids)
        self.scoring = Scoring(society, scheme, self.people, views)
        self.record = Recorder(society, self.people, periods, self.scoring.width, views)
        self.sensing = Sensing(society, self.people, self.record, views, base)
        self.child = self.people.of(np.asarray(views.regime["age"])) < 18
        self.state = self._regime()
        meets = LISTED in scenario.held and scheme.scorer is not None
        self.known = self._ties("acquaintances") if meets else None
        self.looks = self.known is not None or bool(scheme.scorer is not None and scenario.regime.reaches_ties)
        self.around = np.zeros(society.size, np.uint16) if self.looks else None
        # The lists that would have followed from the shadow record, where its decisions read them.
        self.shadow = self._regime() if meets and LISTED in scheme.scorer.columns else None
        self.shadow_around = np.zeros(society.size, np.uint16)
        self.moving = moves(society)
        self.home = self.people.of(np.asarray(views.direct[SCHEME])).copy() if self.moving else np.empty(0, np.int8)
        self.acts: list[Acts] = []
        n = self.people.n
        self.scores = Changes(periods, n, np.float64, np.nan)
        self.decisions, self.deserved, self.schemes = (Changes(periods, n, np.int8) for _ in range(3))
        self.lists, self.sanctions, self.shadow_lists = (Changes(periods, n, np.uint16) for _ in range(3))

    def _regime(self) -> RegimeState:
        """Nobody on any list."""
        reach = {name: self._ties(name) for name in self.society.scenario.regime.ties if self.scheme.scorer is not None}
        people, scored = self.people.ids, self.scoring.scored
        return regime_state(self.society, people, self._households(), self.child, scored, reach)

    def _households(self) -> np.ndarray:
        home = self.people.of(self.society.household)
        return home - home[0] if self.people.run else np.unique(home, return_inverse=True)[1]

    def _ties(self, name: str) -> Reach:
        everybody = self.society.ties(name)
        return everybody if self.people.whole else only(everybody, self.people.ids)

    def run(self, progress: Callable[[int], None] | None = None) -> History:
        """Run all months and return what happened."""
        for t in range(self.periods):
            self.sensing.enter(t, self._act(t))
            self.sensing.inject(self.injection, t)
            self.record.write(t)
            self.record.settle(*self.walk.ended(t, self.people), t)
            changed = self.record.post(t)
            if self.scheme.scorer is None:
                for one in (self.scores, self.decisions, self.deserved, self.lists, self.sanctions):
                    one.rest()
            else:
                self._consequences(t, changed)
            if progress is not None:
                progress(t)
        return self._history()

    def _act(self, t: int) -> Acts:
        """Return the acts of the month that channels can see: those whose candidate needs less than the rate of now."""
        scenario = self.society.scenario
        people = self.people
        found = self.society.possible(t, self.views, people.ids, people.among, until=self.periods)
        place = people.at(found.person)
        done = np.flatnonzero(found.need < self.state.factors(place, found.kind, scenario.kinds, t))
        acts = Acts(found.person[done], t, found.kind[done], found.k[done])
        hidden = self.state.evades(place[done], acts.kind, acts.k, scenario.kinds, t)
        self.acts.append(self.walk.added(acts, people))
        return self.walk.added(acts.take(~hidden), people) if hidden.any() else self.acts[-1]

    def _consequences(self, t: int, changed: np.ndarray) -> None:
        """Update scores and decisions of the month, and the lists and sanctions that follow from them."""
        scoring, state = self.scoring, self.state
        before: Sequence[np.ndarray]
        around = self._look_around(t)
        if self.moving:
            changed = np.union1d(changed, self._move(t))
        if self.known is not None:
            changed = np.union1d(changed, self._meet(t, around))
        rows = scoring.rows(t, changed)
        undecided = scoring.undecided(rows)
        watched = (
            (self.scores, scoring.score, rows),
            (self.decisions, scoring.decision, undecided),
            (self.deserved, scoring.deserved, undecided),
        )
        before = [now[which] for _, now, which in watched]
        scoring.update(t, self.record, rows, undecided)
        for (kept, now, which), old in zip(watched, before, strict=True):
            differs = which[old != now[which]]
            kept.add(differs, now[differs])
        before = [state.lists.copy(), state.sanctions.copy()]
        state.step(t, scoring.decision, around)
        self.lists.add_whole(before[0], state.lists)
        self.sanctions.add_whole(before[1], state.sanctions)
        if self.shadow is not None:
            listed = self.shadow.lists.copy()
            self.shadow.enlist(t, scoring.deserved)
            self.shadow_lists.add_whole(listed, self.shadow.lists)

    def _look_around(self, t: int) -> np.ndarray | None:
        """Everybody's lists in the month before; None if no rule reads ties."""
        if self.around is None:
            return None
        if t and self.base is not None:
            self.around[:] = self.base.lists(t - 1)
        if t:
            self.around[self.people.ids] = self.state.lists
        return self.around

    def _meet(self, t: int, around: np.ndarray | None) -> np.ndarray:
        """Put into the records how many acquaintances each person has on adverse lists. Returns whose record changed.

        In the shadow record: on the lists that would have followed from it.
        """
        shadow = None
        if self.shadow is not None:
            if t and self.base is not None:
                self.shadow_around[:] = self.base.shadow_lists(t - 1)
            self.shadow_around[self.people.ids] = self.shadow.lists
            shadow = self._listed(self.shadow_around)
        return self.record.put(self.scoring.columns[LISTED], self._listed(around), shadow)

    def _listed(self, around: np.ndarray | None) -> np.ndarray:
        """How many acquaintances of each person are on adverse lists: int64 (n,)."""
        assert self.known is not None
        assert around is not None
        if self.people.whole:
            ends = tied(self.known, np.flatnonzero(around & self._adverse))[1]
        else:
            place = np.repeat(np.arange(self.people.n), np.diff(self.known.indptr))
            ends = place[around[self.known.others] & self._adverse > 0]
        return np.bincount(ends, minlength=self.people.n)

    @cached_property
    def _adverse(self) -> np.uint16:
        return adverse_bits(self.society.scenario.regime)

    def _move(self, t: int) -> np.ndarray:
        """Put the people who move this month under another city's scheme. Returns whose record changed."""
        listed = self.state.lists & self._adverse > 0
        before = self.home.copy()
        goes = movers(self.society, self.views, t, self.people, listed)
        follows = self.society.scenario.regime.value("moving", "record_follows", 1.0)
        who, scheme, stays = self.walk.moved(t, self.people, goes, seed=self.society.seed, follows=follows)
        self.home[who] = scheme
        self.schemes.add_whole(before, self.home) if t else self.schemes.add(np.arange(len(before)), self.home.copy())
        self.record.leave(who[stays], t)
        return np.union1d(who, self.record.put(self.scoring.columns[SCHEME], self.home))

    def _history(self) -> History:
        scenario = self.society.scenario
        return History(
            people=self.people.ids,
            kinds=scenario.kinds,
            list_names=tuple(self.state.holders),
            sanction_names=tuple(one.name for one in scenario.regime.sanctions),
            scores=self.scores,
            decisions_=self.decisions,
            deserved_=self.deserved,
            lists_=self.lists,
            sanctions_=self.sanctions,
            ledger=self.record.ledger(),
            acts_=tuple(self.acts),
            strays=tuple(self.sensing.strays),
            roots=np.empty(0, np.int64) if self.injection is None else self.injection.roots,
            since=0 if self.injection is None else self.injection.period,
            schemes=self.schemes if self.moving and self.scheme.scorer is not None else None,
            shadow_lists_=None if self.shadow is None else self.shadow_lists,
            fixed=self.scheme.fixed,
        )
