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
    """One model in one world: what a measure reads.

    The testbed makes a case and hands it to each measure. Arrays of history, groups and clusters have one element per
    person, in the order of `people`.

    Parameters
    ----------
    setting : Setting
        Scenario, size, months and seed, with the society that they make.
    model : object
        The model, fitted if it learns.
    name : str
        Name of the model in the findings.
    scheme : Scheme
        The model together with the rule that turns scores into decisions.
    history : History
        What happened, month by month.
    base : Case, optional
        The case that this one is a twin of. Default: it is no twin.
    change : Inject, Assign or Switch, optional
        What differs from the base.
    roots : ndarray of int64, optional
        Ids of the people that the change starts from. Default: none.
    touched : callable, optional
        Makes the table of people who differ from the base.
    alone : mapping of int to Replay, optional
        What roots cause alone, for roots whose differences meet those of another root in `history`.
    views : Views, optional
        What each reader is shown, if the change sets an attribute.

    Attributes
    ----------
    scenario : Scenario
        The scenario of this world.
    history : History
        What happened: scores, decisions, lists and sanctions by month, acts and entries with where they come from.
    periods : int
        Months that were run.
    seed : int
        Seed of the world.

    See Also
    --------
    measure : Register a function of a case.

    Examples
    --------
    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> case.scenario.name, case.history.periods, len(case.people)
    ('rongcheng', 3, 1024)
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
        """Truth and attributes of everybody, one row per person.

        Returns
        -------
        DataFrame of shape (n, columns)
            The people, index `person` (ids from 0). Columns that come by ties are among them. The caller may change the
            frame.

        See Also
        --------
        Case.records : What the model sees.

        Examples
        --------
        >>> from testbed.case import run_case
        >>> case = run_case("rongcheng", people=1024, periods=3)
        >>> case.people["sex"].cat.categories.tolist()
        ['male', 'female']
        """
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
        """What the model sees in the last month, one row per person in scope.

        Returns
        -------
        DataFrame of shape (people in scope, columns)
            The records, index `person`: the attributes that the institution holds, and an int32 column per kind of
            conduct with the number of standing entries. The caller may change the frame.

        See Also
        --------
        Case.ask : Ask the model about other records.

        Examples
        --------
        >>> from testbed.case import run_case
        >>> case = run_case("rongcheng", people=1024, periods=3)
        >>> case.records.columns[:3].tolist()
        ['age', 'residence', 'bank_arrears']
        """
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
        """Scores, decisions and reasons of the last month, in the order of `records`.

        Returns
        -------
        Scores
            What the model says about `records`. The arrays cannot be written to.

        Examples
        --------
        >>> from testbed.case import run_case
        >>> case = run_case("rongcheng", people=1024, periods=3)
        >>> len(case.scores.score) == len(case.records)
        True
        """
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
        """Ask what the model says about other records.

        Questions are counted in `questions`, one per row.

        Parameters
        ----------
        records : DataFrame of shape (n, columns)
            Records with the columns of `Case.records`, index `person`.
        coins : int, default 0
            Which draws a model that uses chance gets: 0 for those of the world, k > 0 for the k-th fresh ones.
        period : int, optional
            Month whose draws and entries are used, from 0. Default: the last one.

        Returns
        -------
        Scores
            Scores, decisions and reasons, in the order of the records.

        Raises
        ------
        InputError
            If a column is missing, or a cell holds a label that its column does not have.

        See Also
        --------
        Case.records : The records of this world, to start from.

        Examples
        --------
        >>> from testbed.case import run_case
        >>> case = run_case("rongcheng", people=1024, periods=3)
        >>> records = case.records.head(1)
        >>> worse = records.assign(red_light=records["red_light"] + 1)
        >>> float((case.ask(worse).score - case.ask(records).score)[0])
        -5.0
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
        """Run the same world with one thing changed.

        The twin has the same draws and the same fitted model, so any difference is an effect of the change. It is run
        once, kept, and shared by all measures.

        Parameters
        ----------
        change : Inject, Assign or Switch
            What is changed.

        Returns
        -------
        Case
            The twin. Its `base` is this case, `roots` are the people that the change starts from, if it names or draws
            any, and `touched` is a table of the people who differ.

        Raises
        ------
        InputError
            If the change names a kind, person, attribute, value or dial that does not exist.

        See Also
        --------
        Inject : Add wrong entries.
        Assign : Set an attribute.
        Switch : Set a dial.

        Examples
        --------
        >>> from testbed import Inject
        >>> from testbed.case import run_case
        >>> case = run_case("rongcheng", people=1024, periods=3)
        >>> twin = case.twin(Inject(period=1, per_1000=20))
        >>> len(twin.roots) > 0, twin is case.twin(Inject(period=1, per_1000=20))
        (True, True)
        """
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
