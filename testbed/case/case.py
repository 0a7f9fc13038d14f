"""The case: all that a measure may see of one model in one world."""

# Any: a user's model is any object that `testbed.models` can ask.
from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthetic.draws import dense, pack, sparse, uniform
from synthetic.errors import check_whole, unknown
from testbed.case.setting import Setting
from testbed.disclosures import Disclosure
from testbed.history import Changes, History
from testbed.models import Scores, higher_is, lots, name_of
from testbed.scenarios import Scenario, model_of, unit_of
from testbed.twins import (
    TOUCHED,
    Assign,
    Change,
    Inject,
    Switch,
    Twin,
    changed,
    injected,
    separable,
    switched,
)
from testbed.world import (
    Injection,
    Scheme,
    World,
    deserved_sanctions,
    given,
    outcome_positive,
    record_columns,
    records,
    window,
)

MANY_BY_LOT = 0.1
"""The share of adverse decisions made by lot from which on findings say so."""


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
    twin : Twin, optional
        What the change left: its roots, who differs, and replays of roots alone. Default: nothing changed.

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
    roots : ndarray of int64
        Ids of the people that the change starts from; empty in a base world.

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
        twin: Twin | None = None,
    ) -> None:
        self.setting, self.scenario, self.seed = setting, setting.scenario, setting.seed
        self.model, self.model_name, self.scheme = model, name, scheme
        self.history, self.periods = history, history.periods
        self.society = setting.society
        self.base, self.change = base, change
        twin = twin or Twin(history)
        self.roots, self.alone, self.views, self._rows = twin.roots, twin.alone, twin.views, twin.rows
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

    @cached_property
    def unit(self) -> str:
        """The coarsest unit whose people share a draw of what something here reads (see `testbed.scenarios.units`)."""
        scorer = self.scheme.scorer
        return unit_of(self.scenario, None if scorer is None else scorer.columns)

    @cached_property
    def clusters(self) -> np.ndarray:
        """The number of that unit in which each person lives: int64 (n,)."""
        return self.society.clusters(self.unit)

    def clustered_by(self, unit: str) -> Case:
        """The same case with intervals that take another unit to be independent."""
        if unit == self.unit:
            return self
        made = copy(self)
        made.__dict__.pop("clusters", None)
        made.unit = unit
        return made

    @property
    def given(self) -> str:
        """What a training society fixed, and intervals of one world hold fixed: "fitted cut-off"; "" if nothing.

        Where equal scores leave more than a tenth of the adverse to a lot, it says how many.
        """
        lots = f", with {self.by_lot:.0%} of the adverse picked by lot among equal scores".replace("%", " %")
        return given(self.scheme) + (lots if self.by_lot > MANY_BY_LOT else "")

    @cached_property
    def by_lot(self) -> float:
        """The share of adverse decisions in the last month that a lot made among people with equal scores."""
        cuts = self.scheme.decide
        if cuts is None or not 0 < cuts.adverse_ties < 1:
            return 0.0
        adverse = np.asarray(self.history.decision(self.periods - 1)) == -1
        tied = adverse & (np.asarray(self.history.score(self.periods - 1)) == cuts.adverse)
        return float(tied.sum() / max(adverse.sum(), 1))

    def under(self, scheme: Scheme) -> Case:
        """The same world and records, asked under another scheme. What happened in the world stays as it was."""
        made = copy(self)
        for found in ("_scores", "_reasons"):
            made.__dict__.pop(found, None)
        made.scheme = scheme
        return made

    @property
    def disclosure(self) -> Disclosure:
        """What the scored may see."""
        return self.scenario.disclosure

    @property
    def decided(self) -> int:
        """The month whose decision is measured: the last that leaves the window of the outcome."""
        return max(self.periods - 1 - window(self.scenario.outcome), 0)

    @cached_property
    def deserved_sanctions(self) -> Changes:
        """The sanctions of each month if every decision had been the deserved one: uint16 (months, n)."""
        return deserved_sanctions(self.society, self.history, self.views)

    @property
    def touched(self) -> pd.DataFrame:
        """Who differs from the base, one row a person and root (see `testbed.twins`); no rows without roots."""
        return self._touched_rows.copy(deep=False)

    @cached_property
    def _touched_rows(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(TOUCHED)) if self._rows is None else self._rows()

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

    @property
    def reasons(self) -> pd.DataFrame | None:
        """The reasons that the scheme can give for the scores of the last month; None if it gives none.

        Returns
        -------
        DataFrame or None
            One row per person and reason, with the columns `person`, `rule` and `contribution`. Whether people are told
            is up to the disclosure.

        See Also
        --------
        Case.scores : The scores.

        Examples
        --------
        >>> from testbed.case import run_case
        >>> case = run_case("rongcheng", people=1024, periods=3)
        >>> case.reasons.columns.tolist()
        ['person', 'rule', 'contribution']
        """
        made = self._reasons
        return None if made is None else made.copy(deep=False)

    @cached_property
    def _reasons(self) -> pd.DataFrame | None:
        if self._scores.reasons is not None:
            return self._scores.reasons
        asked = self.questions
        made = self.ask(self._records, reasons=True).reasons
        self.questions = asked
        return made

    def ask(
        self,
        records: pd.DataFrame,
        *,
        coins: int = 0,
        period: int | None = None,
        reasons: bool = False,
        entries: pd.DataFrame | None = None,
    ) -> Scores:
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
        reasons : bool, default False
            Whether to ask for reasons that do not come with the scores.
        entries : DataFrame, optional
            Standing entries for a model that needs them. Default: those of the month.

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
        if "entries" in self.scheme.needs:
            entries = self.history.ledger.in_force(period) if entries is None else entries
        made = self.scheme.scorer.score(arrays, people, draws=draws, entries=entries, reasons=True)
        decision = made.decision
        if decision is None and self.scheme.decide is not None:
            decision = self.scheme.decide.decide(made.score, lots(self.seed, people, period, stream=fresh))
        told = made.reasons
        if reasons and told is None:
            told = self.scheme.scorer.reasons(arrays, people, draws=draws, entries=entries)
        return Scores(made.score, decision, told)

    # The table view: what a measure of predictions and outcomes reads, aligned with people.

    @property
    def prediction(self) -> np.ndarray:
        """Whether the decision is positive, "not adverse": bool (n,)."""
        return np.asarray(self.history.decision(self.decided) != -1)

    @cached_property
    def outcome(self) -> np.ndarray | None:
        """The positive side of the scenario's outcome: bool (n,); None if a scheme that is elsewhere decides it."""
        if self.scheme.fixed and self.scenario.outcome == "deserved":
            return None
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
            made = self._switched(change) if isinstance(change, Switch) else self._changed(change)
            self._twins[change] = made
        return self._twins[change]

    @property
    def separable(self) -> bool:
        """Whether households meet only in strayed entries and along ties, a month later: no quota, no joint model."""
        return separable(self.society, self.scheme)

    def roots_of(self, change: Inject) -> Injection:
        """The wrong entry to inject, and on whom: people in scope who did not act so, at most one per household."""
        return injected(self.society, self.scheme, self.history, change)

    def _changed(self, change: Inject | Assign) -> Case:
        if isinstance(change, Inject) and not self.separable:
            self.setting.say("following wrong entries, each in a world of its own")
        twin = changed(self.society, self.scheme, self.history, change)
        return Case(
            self.setting, self.model, self.model_name, self.scheme, twin.history, base=self, change=change, twin=twin
        )

    def _switched(self, change: Switch) -> Case:
        setting = self.setting.elsewhere(self.scenario.set({change.dial: change.value}))
        scheme, history = switched(setting.society, self.scheme, self.periods, change)
        return Case(setting, self.model, self.model_name, scheme, history, base=self, change=change)


def _codes(column: pd.Series, levels: tuple[str, ...]) -> np.ndarray:
    dtype = column.dtype
    same = isinstance(dtype, pd.CategoricalDtype) and tuple(dtype.categories) == levels
    values = column.array if same else pd.Categorical(column.astype(object), categories=list(levels))
    if (values.codes < 0).any():
        bad = column.to_numpy(object)[values.codes < 0][0]
        raise unknown(f"value of {column.name}", bad, levels)
    return np.asarray(values.codes, np.int64)


def run_case(
    scenario: Scenario | str | Path,
    model: Any = None,
    *,
    name: str | None = None,
    people: int | None = None,
    periods: int | None = None,
    seed: int = 0,
) -> Case:
    """One model in one world of a scenario, ready to be measured; `Scenario.run` says what the arguments are.

    name: what findings call the model; default its name or path as given.

    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> case.history.periods
    3
    """
    scenario = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    spec = scenario.model if model is None else model
    name = (str(spec) if isinstance(spec, str | Path) else name_of(spec)) if name is None else name
    model = model_of(scenario, spec)
    people = scenario.people if people is None else check_whole("people", people, 1)
    if scenario.recipe.rows is not None:
        scenario.recipe.rows.check_size(people)
    months = None if periods is None else check_whole("periods", periods, 1)
    setting = Setting(scenario, people=people, periods=months, seed=check_whole("seed", seed, 0))
    return Case.of(setting, model, name=name)
