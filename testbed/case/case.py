"""The case: all that a measure may see of one model in one world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from synthetic.draws import dense, pack, sparse, uniform
from synthetic.errors import InputError, unknown
from testbed.case.setting import Setting
from testbed.disclosures import Disclosure
from testbed.history import History, overlay
from testbed.models import Scorer, Scores, higher_is, name_of
from testbed.scenarios import Scenario
from testbed.twins import (
    TOUCHED,
    Assign,
    Change,
    Inject,
    Replay,
    Switch,
    apart,
    by_root,
    replay,
    strayed_between,
    touched,
)
from testbed.world import Injection, Scheme, Views, World, outcome_positive, record_columns, records, window


class Case:
    """One model in one world. Arrays of history, groups and clusters are aligned with `people`: everybody.

    A twin has `base`, `change`, `roots`, `touched`, and in `alone` the replays of roots whose differences
    met another root's in the batch: what those roots cause is read there, not in `history`. `views`: what
    readers are shown, where the change assigns an attribute.
    """

    def __init__(
        self,
        setting: Setting,
        model: Any,
        name: str,
        scheme: Scheme,
        history: History,
        *,
        base: Case | None = None,
        change: Change | None = None,
        roots: np.ndarray | None = None,
        touched: Callable[[], pd.DataFrame] | None = None,
        alone: Mapping[int, Replay] | None = None,
        views: Views | None = None,
    ) -> None:
        self.setting, self.scenario, self.seed = setting, setting.scenario, setting.seed
        self.model, self.model_name, self.scheme = model, name, scheme
        self.history, self.periods = history, history.periods
        self.society = setting.society
        self.base, self.change, self.views = base, change, views
        self.roots = np.empty(0, np.int64) if roots is None else roots
        self._touched = touched
        self.alone: Mapping[int, Replay] = alone or {}
        self.questions = 0
        self._twins: dict[Change, Case] = {}

    @classmethod
    def of(cls, setting: Setting, model: Any = None, *, name: str | None = None) -> Case:
        """Run a model (default: the scenario's own) in a setting."""
        if model is None:
            model, name = setting.own_model(), name or setting.scenario.model
        scheme = setting.scheme(model)
        setting.say(f"running {name or name_of(model)} for {setting.periods} months")
        history = World(setting.society, scheme, setting.periods).run()
        return cls(setting, model, name or name_of(model), scheme, history)

    @property
    def people(self) -> pd.DataFrame:
        """Truth and attributes of everybody, those by ties included, index person. It is the asker's own to change."""
        return self._people.copy(deep=False)

    @cached_property
    def _people(self) -> pd.DataFrame:
        return self.society.people()

    @property
    def scored(self) -> np.ndarray:
        """Who is in scope of the scheme: bool (n,)."""
        return self.society.scored

    @property
    def clusters(self) -> np.ndarray:
        """The coarsest unit in which recipe or channels share draws, per person: the grid."""
        return self.society.grids

    @property
    def disclosure(self) -> Disclosure:
        """What the scored may see."""
        return self.scenario.disclosure

    @property
    def decided(self) -> int:
        """The month whose decision is measured: the last that leaves the window of the outcome."""
        return max(self.periods - 1 - window(self.scenario.outcome), 0)

    @property
    def touched(self) -> pd.DataFrame:
        """Who differs from the base, one row a person and root (see `testbed.twins`); no rows without roots."""
        return self._touched_rows.copy(deep=False)

    @cached_property
    def _touched_rows(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(TOUCHED)) if self._touched is None else self._touched()

    @property
    def records(self) -> pd.DataFrame:
        """What the model sees at the last month, people in scope only. The frame is the asker's own to change."""
        return self._records.copy(deep=False)

    @cached_property
    def _records(self) -> pd.DataFrame:
        return self.records_at(self.periods - 1)

    def records_at(self, period: int) -> pd.DataFrame:
        """What the model sees at a month, people in scope only."""
        return self.records_of(self.society.ids[self.scored], period)

    def records_of(self, people: np.ndarray, period: int) -> pd.DataFrame:
        """What the model sees of people (ids) at a month."""
        return records(self.society, self.history, period, people, self.views)

    @property
    def scores(self) -> Scores:
        """Scores, decisions and reasons of `records`."""
        made = self._scores
        return replace(made, reasons=None if made.reasons is None else made.reasons.copy(deep=False))

    @cached_property
    def _scores(self) -> Scores:
        asked = self.questions
        made = self.ask(self._records)
        self.questions = asked
        for array in (made.score, made.decision):
            if array is not None:
                array.flags.writeable = False
        return made

    def ask(self, records: pd.DataFrame, *, coins: int = 0, period: int | None = None) -> Scores:
        """What the scheme says of these records: score, decision, reasons. Questions are counted.

        coins=0 uses the world's own draws of the month (default: the last), k > 0 fresh ones.
        Raises InputError where a column is missing.
        """
        self.questions += len(records)
        period = self.periods - 1 if period is None else period
        people = records.index.to_numpy(np.int64)
        arrays: dict[str, np.ndarray] = {}
        for name, levels in record_columns(self.scenario).items():
            if name not in records:
                raise unknown("column of the records (missing)", name, records.columns)
            column = records[name]
            arrays[name] = _codes(column, levels) if levels is not None else column.to_numpy()
        fresh = f":ask:{coins}" if coins else ""
        draws = None
        if "draws" in self.scheme.needs:
            draws = uniform(sparse(self.seed, f"model{fresh}", pack(people, period)))
            if not coins:
                draws = uniform(dense(self.seed, "model", 0, self.society.size, period))[people]
        entries = self.history.ledger.in_force(period) if "entries" in self.scheme.needs else None
        made = self.scheme.scorer.score(arrays, people, draws=draws, entries=entries, reasons=True)
        decision = made.decision
        if decision is None and self.scheme.decide is not None:
            tie = uniform(sparse(self.seed, f"decide:tie{fresh}", pack(people)))
            decision = self.scheme.decide.decide(made.score, tie)
        return Scores(made.score, decision, made.reasons)

    # The table view: what a measure of predictions and outcomes reads, aligned with people.

    @property
    def prediction(self) -> np.ndarray:
        """Whether the decision is positive, "not adverse": bool (n,)."""
        return self.history.decision(self.decided) != -1

    @cached_property
    def outcome(self) -> np.ndarray:
        """The positive side of the scenario's outcome: bool (n,)."""
        return outcome_positive(self.scenario, self.scenario.outcome, self.history, self.society)

    @property
    def score(self) -> np.ndarray:
        """Score at the decision, NaN out of scope: float64 (n,). Higher is better, whatever the model says."""
        score = self.history.score(self.decided)
        return -score if higher_is(self.model) == "worse" else score

    weights = None

    def coded(self, split: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Codes and labels of an attribute, or of a crossing `a*b` (values `x*y`). Raises InputError for another."""
        labels: tuple[str, ...] = ()
        codes = np.zeros(self.society.size, np.int64)
        for place, name in enumerate(split.split("*")):
            levels = self.society.levels.get(name)
            if levels is None:
                able = [key for key, value in self.society.levels.items() if value is not None]
                raise unknown("attribute to split by", name, able)
            codes = codes * len(levels) + self.society.columns[name]
            labels = tuple(levels) if place == 0 else tuple(f"{a}*{b}" for a in labels for b in levels)
        return codes, labels

    # Twins.

    def twin(self, change: Change) -> Case:
        """The same world with one thing changed: same draws, same fitted model. Run once and kept."""
        if change not in self._twins:
            makers: Mapping[type, Callable[[Any], Case]] = {
                Inject: self._inject,
                Assign: self._assign,
                Switch: self._switch,
            }
            self._twins[change] = makers[type(change)](change)
        return self._twins[change]

    @property
    def separable(self) -> bool:
        """Whether households meet only in strayed entries and along ties, a month later: no quota, no joint model."""
        alone = self.scheme.row_wise or self.scheme.needs == ("draws",)
        return alone and not self.scenario.regime.coupled

    def roots_of(self, change: Inject) -> Injection:
        """Who is befallen: people in scope of whom the entry is false, at most one in a household."""
        error = self.scenario.error
        kind = error.kind if change.kind is None else change.kind
        period = error.period if change.period is None else change.period
        share = (error.per_1000 if change.per_1000 is None else change.per_1000) / 1000
        if kind not in self.scenario.kinds:
            raise unknown("kind to inject", kind, self.scenario.kinds)
        code = self.scenario.kinds.index(kind)
        named = None if change.people is None else self._named(change.people)
        if period >= self.periods:
            return Injection(np.empty(0, np.int64), code, self.periods)
        if named is not None:
            return Injection(named, code, period)
        coin = uniform(sparse(self.seed, "inject", pack(self.society.ids, period, code)))
        innocent = ~self.history.acted(code, period)
        could = np.flatnonzero(self.scored & innocent & (coin < share))
        order = could[np.argsort(coin[could], kind="stable")]
        _, first = np.unique(self.society.household[order], return_index=True)
        return Injection(np.sort(order[first]), code, period)

    def _named(self, people: tuple[int, ...]) -> np.ndarray:
        """Roots that were named. Raises InputError unless they exist, are in scope, and share no household."""
        roots = np.unique(np.array(people, np.int64))
        for person in roots.tolist():
            if not 0 <= person < self.society.size:
                raise InputError(f"person {person} does not exist: allowed are 0 to {self.society.size - 1}.")
            if not self.scored[person]:
                raise InputError(f"person {person} is not scored in {self.scenario.name}: no entry about them is read.")
        if len(np.unique(self.society.household[roots])) < len(roots):
            raise InputError("two of the people named for a wrong entry share a household; name one of them.")
        return roots

    def _inject(self, change: Inject) -> Case:
        injection = self.roots_of(change)
        if not len(injection.roots):
            return self._made(self.history, change, injection.roots, None)
        if not self.separable:
            history = World(self.society, self.scheme, self.periods, injection=injection).run()
            return self._made(history, change, injection.roots, lambda: self._whole(history, injection))
        return self._batched(change, injection.roots, injection=injection)

    def _assign(self, change: Assign) -> Case:
        if change.attribute in self.scenario.by_tie:
            raise InputError(
                f"attribute to assign: {change.attribute!r} comes by ties, which stay as they are in every twin."
            )
        if change.attribute not in self.scenario.recipe.variables:
            raise unknown("attribute to assign", change.attribute, self.scenario.recipe.variables)
        people = None if change.people is None else np.array(change.people, np.int64)
        views = self.society.shown(change.attribute, change.value, people, change.readers)
        if people is None or not self.separable:
            history = World(self.society, self.scheme, self.periods, views=views).run()
            return self._made(history, change, np.empty(0, np.int64), None, views=views)
        if not len(people):
            return self._made(self.history, change, people, None)
        _, first = np.unique(self.society.household[people], return_index=True)
        return self._batched(change, people[np.sort(first)], views=views)

    def _switch(self, change: Switch) -> Case:
        other = Setting(
            self.scenario.set({change.dial: change.value}),
            people=self.setting.size,
            periods=self.periods,
            seed=self.seed,
        )
        other.society.share(self.society)
        scheme = self.scheme
        if change.dial.startswith("model.") and other.scenario.rulebook is not None:
            scheme = Scheme(
                Scorer(other.scenario.rulebook, record_columns(other.scenario)),
                scheme.decide,
                scheme.row_wise,
                scheme.needs,
            )
        history = World(other.society, scheme, self.periods).run()
        return Case(other, self.model, self.model_name, scheme, history, base=self, change=change)

    def _batched(
        self, change: Change, roots: np.ndarray, *, views: Views | None = None, injection: Injection | None = None
    ) -> Case:
        """All roots in one replay. Roots whose differences meet are run again in batches in which none do."""
        since = 0 if injection is None else injection.period
        part = replay(self.society, self.scheme, self.history, roots, views=views, injection=injection)
        history = overlay(self.history, part.history)
        found: list[tuple[History, dict[int, int], np.ndarray]] = []
        again = [(roots, part)]
        alone: dict[int, Replay] = {}
        while again:
            batch, part = again.pop(0)
            homes, component = by_root(self.society, part, batch)
            smaller = apart(batch, component)
            crowded = np.concatenate([*smaller, np.empty(0, np.int64)])
            found.append((part.history, homes, crowded))
            if len(batch) < len(roots):
                alone |= dict.fromkeys(np.setdiff1d(batch, crowded).tolist(), part)
            again += [(one, self._again(one, views, injection)) for one in smaller]

        def rows() -> pd.DataFrame:
            made = [(touched(self.society, self.history, run, homes, since), crowded) for run, homes, crowded in found]
            kept = [table[~table["root"].isin(crowded)] for table, crowded in made]
            return pd.concat(kept).sort_values(["root", "person"], ignore_index=True)

        return self._made(history, change, roots, rows, alone, views)

    def _again(self, roots: np.ndarray, views: Views | None, injection: Injection | None) -> Replay:
        if injection is not None:
            injection = Injection(roots, injection.kind, injection.period)
        if views is not None:
            homes = np.isin(self.society.household, self.society.household[roots])
            views = views.only(homes, self.society.views)
        return replay(self.society, self.scheme, self.history, roots, views=views, injection=injection)

    def _whole(self, history: History, injection: Injection) -> pd.DataFrame:
        links = strayed_between(self.society, self.history, history, np.ones(self.society.size, bool))
        part = Replay(self.society.ids, history, links)
        homes = by_root(self.society, part, injection.roots)[0]
        return touched(self.society, self.history, history, homes, injection.period)

    def _made(
        self,
        history: History,
        change: Change,
        roots: np.ndarray,
        rows: Callable[[], pd.DataFrame] | None,
        alone: Mapping[int, Replay] | None = None,
        views: Views | None = None,
    ) -> Case:
        return Case(
            self.setting,
            self.model,
            self.model_name,
            self.scheme,
            history,
            base=self,
            change=change,
            roots=roots,
            touched=rows,
            alone=alone,
            views=views,
        )


def _codes(column: pd.Series, levels: tuple[str, ...]) -> np.ndarray:
    values = pd.Categorical(column.astype(object), categories=list(levels))
    if (values.codes < 0).any():
        bad = column.to_numpy(object)[values.codes < 0][0]
        raise unknown(f"value of {column.name}", bad, levels)
    return values.codes.astype(np.int64)


def run_case(
    scenario: Scenario | str,
    model: Any = None,
    *,
    name: str | None = None,
    people: int | None = None,
    periods: int | None = None,
    seed: int = 0,
) -> Case:
    """One model in one world of a scenario, ready to be measured.

    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> case.history.periods
    3
    """
    scenario = Scenario.load(scenario) if isinstance(scenario, str) else scenario
    return Case.of(Setting(scenario, people=people, periods=periods, seed=seed), model, name=name)
