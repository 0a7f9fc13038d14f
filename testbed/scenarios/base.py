"""A scenario: recipe, conduct, channels, model, regime, disclosure and dials, declared in one file."""

# Any: a model is a user's object, a scheme can be any model, and the case that `run` returns is of a room above.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from synthetic.channels import Channel
from synthetic.conduct import Conduct
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes import Recipe
from synthetic.registry import find_toml, toml_names
from synthetic.source import Dial, check_ranged, check_source
from testbed.actions import Actions
from testbed.disclosures import Disclosure
from testbed.models import Apart, Condition, RuleBook, is_yardstick, load_apart, load_model
from testbed.regimes import ACQUAINTED, LISTED, Declared, Regime, declared
from testbed.scenarios.outcomes import check_outcome
from testbed.scenarios.own import (
    SHARES,
    Cuts,
    alike,
    cuts_at,
    cuts_of,
    given_points,
    idle_of,
    keys_of,
    own_dials,
)
from testbed.scenarios.reading import FOLDER, ScenarioFile

TRAINING_PERIODS = 24
"""Periods that a training society is run for."""


@dataclass(frozen=True)
class Followed:
    """The wrong entry that is followed: its kind, the period of its making, and how many people in 1,000 get it.

    `sample`: how many people get it, each in a world of their own, where people compete or are scored together.
    """

    kind: str
    period: int
    per_1000: float
    sample: int


@dataclass(frozen=True)
class Scenario:
    """A declaration of everything that a world is made of.

    Load one with `Scenario.load`, and change it with `Scenario.set`. A scenario is never changed in place.

    Parameters
    ----------
    base : str
        Registered name or path of the file, without departures from it.
    title : str
        What the scenario is, in a few words.
    as_of : str
        Date for which the scenario holds, as YYYY-MM-DD.
    recipe : Recipe
        How people are made.
    conduct : tuple of Conduct
        Kinds of conduct, with their rates.
    channels : tuple of Channel
        How conduct becomes entries in the record, with their errors.
    model : str
        Name or path of the scenario's own scheme.
    rulebook : RuleBook or None
        That scheme, if it is a rule book.
    regime : Regime
        What follows from scores: decisions, lists, sanctions, appeals.
    disclosure : Disclosure
        What people can see of the scheme.
    actions : Actions
        What people can do about a decision.
    people : int
        Size of the society, unless a run says otherwise.
    periods : int
        Months of a run, unless it says otherwise.
    scored : Condition
        Who is in scope of the scheme.
    held : tuple of str
        Attributes that the institution holds, so that models can read them.
    compared : tuple of str
        Attributes that findings are split by, with their crossings.
    reference : mapping of str to str
        The group that others are compared with, by attribute.
    decide : mapping of str to mapping
        How scores become decisions, for models without decisions of their own.
    own : mapping of str to Dial
        Dials that belong to no part of the scenario, such as "channels.errors".
    not_modelled : tuple of str, default ()
        What the scenario leaves out, in sentences.
    folder : Path, optional
        Folder of the file, in which parts are sought first.
    ties : tuple of str, default ()
        Ties between people that are laid down.
    beside : tuple of str, default ()
        Models that are audited beside the scheme, unless a run names its models.
    changed : mapping of str to object, default {}
        Dials that were set after loading, by path.

    Attributes
    ----------
    outcome : str
        What decisions are measured against, the dial `decide.outcome`: "deserved", "future:KIND:WINDOW" or
        "recorded:KIND:WINDOW", with the window in months, "column:NAME:above:X" or "column:NAME:below:X".
    learn : str
        What models that learn are fitted on, the dial `decide.learn`, in the same forms.

    See Also
    --------
    audit : Run a scenario and measure it.

    Examples
    --------
    >>> from testbed import Scenario
    >>> scenario = Scenario.load("rongcheng")
    >>> scenario.compared, scenario.periods
    (('community', 'sex'), 24)
    """

    base: str
    title: str
    as_of: str
    recipe: Recipe
    conduct: tuple[Conduct, ...]
    channels: tuple[Channel, ...]
    model: str
    rulebook: RuleBook | None
    regime: Regime
    disclosure: Disclosure
    actions: Actions
    people: int
    periods: int
    scored: Condition
    held: tuple[str, ...]
    compared: tuple[str, ...]
    reference: Mapping[str, str]
    decide: Cuts
    own: Mapping[str, Dial]
    not_modelled: tuple[str, ...] = ()
    folder: Path | None = None
    ties: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    changed: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def load(cls, name_or_path: str | Path) -> Scenario:
        """Load a scenario by its name or from its file.

        Parameters
        ----------
        name_or_path : str or Path
            A registered name, or a path that ends in `.toml`. Parts that a file names are sought beside it first.

        Returns
        -------
        Scenario
            The scenario as the file declares it.

        Raises
        ------
        InputError
            If the name cannot be found, a key is unknown, a value is not allowed, or a part does not fit the others.

        Examples
        --------
        >>> from testbed import Scenario
        >>> Scenario.load("rongcheng").recipe.name
        'china-2020'
        """
        path = find_toml("scenario", name_or_path, FOLDER)
        file = ScenarioFile(path)
        parts = file.parts()
        who = file.who(parts)
        outcome, learn = file.outcomes(parts)
        table = file.table
        run, decide = table["run"], {side: table["decide"][side] for side in SHARES}
        made = cls(
            base=str(name_or_path) if str(name_or_path).endswith(".toml") else path.stem,
            title=table["title"],
            as_of=table.get("as_of", ""),
            recipe=parts.recipe,
            conduct=parts.conduct,
            channels=parts.channels,
            model=parts.model,
            rulebook=parts.rulebook,
            regime=parts.regime,
            disclosure=parts.disclosure,
            actions=parts.actions,
            people=run.get("people", 100_000 if parts.recipe.rows is None else len(parts.recipe.rows)),
            periods=run["periods"],
            scored=who.scored,
            held=who.held,
            compared=who.compared,
            reference=who.reference,
            decide=decide,
            own=own_dials(file.followed(parts.conduct), table["error"], decide, outcome, learn),
            not_modelled=table["not_modelled"],
            folder=file.folder,
            ties=parts.ties,
            beside=file.beside_it(),
        )
        made._check_conduct()
        made._check_groups(file.where)
        made._check_grades(file.where)
        return made._overridden(table["dials"], file.where)

    @cached_property
    def name(self) -> str:
        """The scenario's name with every departure from it: `rongcheng{channels.errors=off}`."""
        if not self.changed:
            return self.base
        said = ",".join(f"{path}={_short(value)}" for path, value in sorted(self.changed.items()))
        return f"{self.base}{{{said}}}"

    @cached_property
    def kinds(self) -> tuple[str, ...]:
        """Names of the kinds of conduct, in order: the codes in acts and entries."""
        return tuple(kind.name for kind in self.conduct)

    @cached_property
    def recorded(self) -> tuple[str, ...]:
        """The kinds of conduct that some channel records: the count columns of the records."""
        seen = {kind for channel in self.channels for kind in channel.kinds}
        return tuple(kind for kind in self.kinds if kind in seen)

    @cached_property
    def declared(self) -> Declared:
        """The columns of its society: the recipe's, those of ties, and those that change by the month."""
        made = declared(self.recipe, self.ties)
        return Declared({**made.variables, LISTED: ACQUAINTED}) if LISTED in self.held else made

    @property
    def lasting(self) -> dict[str, tuple[str, ...] | None]:
        """The columns that people have for good, with their labels: what an outcome may be made of."""
        return {name: labels for name, labels in self.declared.levels.items() if name != LISTED}

    @property
    def by_tie(self) -> tuple[str, ...]:
        """The columns that people have by ties alone."""
        return tuple(name for name in self.declared.variables if name not in self.recipe.variables)

    @property
    def outcome(self) -> str:
        """What decisions are measured against."""
        return str(self.own["decide.outcome"].value)

    @property
    def learn(self) -> str:
        """What models that learn are fitted on."""
        return str(self.own["decide.learn"].value)

    def own_model(self) -> Any:
        """The scheme that the scenario names, with the scenario's dials."""
        if self.rulebook is not None:
            return self.rulebook
        return load_model(self.model) if self.outside is None else self.outside

    @cached_property
    def outside(self) -> Apart | None:
        """The scheme, if it is a model of the user's that runs in a process of its own; None for any other."""
        found = load_apart(self.model) if self.rulebook is None and ":" in self.model else None
        return found if isinstance(found, Apart) else None

    def cuts(self, model: object) -> dict[str, dict[str, float]]:
        """What each side of a decision is cut at for a model, by key: a share or a `cutoff`.

        A grade becomes the points at which the model's own grades begin, if it is a rule book with grades. Where a
        share stands beside a cut-off, it is for models that do not count in the points of the scenario's own scheme,
        unless the dial of the cut-off was set.
        """
        return cuts_of(self.decide, self.keys(model), model if isinstance(model, RuleBook) else None)

    def idle(self, model: object) -> set[str]:
        """The cut-offs, grades and shares that the decisions of a model do not depend on, as paths of dials.

        A yardstick depends on those of the scenario's own scheme: it decides on as many people.
        """
        return idle_of(self.decide, self.keys(self.own_model() if is_yardstick(model) else model))

    def keys(self, model: object) -> dict[str, str]:
        """The key of `[decide]` that cuts each side of a decision for a model: "grade", "cutoff" or a share."""
        book = model if isinstance(model, RuleBook) else None
        in_points = set(self.decide) if alike(model, self.own_model()) else given_points(self.decide, self.changed)
        return keys_of(self.decide, book, in_points)

    @property
    def error(self) -> Followed:
        """The wrong entry that is followed."""
        return Followed(
            str(self.own["error.kind"].value),
            int(self.own["error.period"].value),
            float(self.own["error.per_1000"].value),
            int(self.own["error.sample"].value),
        )

    @property
    def errors(self) -> bool:
        """Whether channels and appeals make errors; off, the record is its own shadow."""
        return bool(self.own["channels.errors"].value)

    @property
    def dials(self) -> dict[str, Dial]:
        """Every number and switch of the scenario that can be set, by path.

        Returns
        -------
        dict of str to Dial
            Each dial has a value, a unit, a source, a reading ("stated", "inferred", "analog", "assumed" or
            "claimed") and a range.

        See Also
        --------
        Scenario.set : Set dials.

        Examples
        --------
        >>> from testbed import Scenario
        >>> dial = Scenario.load("rongcheng").dials["regime.family.share"]
        >>> dial.value, dial.range
        (1.0, (0.0, 1.0))
        """
        found: dict[str, Dial] = dict(self.own)
        for part in (
            self.recipe,
            *self.conduct,
            *self.channels,
            self.rulebook,
            self.regime,
            self.disclosure,
            self.actions,
        ):
            if part is not None:
                found.update(part.dials)
        return found

    def set(self, dials: Mapping[str, object]) -> Scenario:
        """Return a new scenario with some dials at other values.

        Parameters
        ----------
        dials : mapping of str to object
            New values by path: a number in the range of the dial, or "on" or "off" for a switch.

        Returns
        -------
        Scenario
            The new scenario. Its name says what changed.

        Raises
        ------
        InputError
            If a dial is unknown, or a value is out of its range.

        See Also
        --------
        Scenario.dials : All dials with their ranges.
        Switch : Set a dial in a twin, with the model as it was fitted.

        Examples
        --------
        >>> from testbed import Scenario
        >>> Scenario.load("rongcheng").set({"regime.family.share": 0.5}).name
        'rongcheng{regime.family.share=0.5}'
        """
        known = self.dials
        for path in dials:
            if path not in known:
                raise unknown("dial", path, known)
        made = self._turned(dials)
        for path in ("decide.outcome", "decide.learn"):
            check_outcome(str(made.own[path].value), self.kinds, self.lasting, f"dial {path}")
        made._check_grades("dials")
        now = made.dials
        changed = {**self.changed, **{path: now[path].value for path in dials if now[path].value != known[path].value}}
        return replace(made, changed=changed)

    def run(self, model: Any = None, people: int | None = None, periods: int | None = None, seed: int = 0) -> Any:
        """Run a world of the scenario under one model.

        Parameters
        ----------
        model : object, optional
            A model in any form that `audit` takes: a name, the path of a rule book, `package.module:object`, an object
            with `score`, a function of the records, or an estimator. Default: the scenario's own scheme.
        people : int, optional
            Size of the society. Default: that of the scenario.
        periods : int, optional
            Months to run. Default: those of the scenario.
        seed : int, default 0
            Seed of the world, from 0 on.

        Returns
        -------
        Case
            The world and what the model did in it: people, records, scores, the history month by month, and twins.

        Raises
        ------
        InputError
            If an argument is wrong, or a model cannot be found.

        See Also
        --------
        Case : What is returned.
        audit : Run and measure.

        Examples
        --------
        >>> from testbed import Scenario
        >>> case = Scenario.load("rongcheng").run(people=1024, periods=3)
        >>> case.history.decisions().columns.tolist()
        ['person', 'period', 'score', 'decision', 'truth_deserved']
        """
        # Cases are made above scenarios. The room is found by its name, as measures and models are, so that nothing
        # here depends on it.
        return import_module("testbed.case").run_case(self, model, people=people, periods=periods, seed=seed)

    def _check_conduct(self) -> None:
        """Raise InputError if a kind of conduct depends on a column or level that the society does not have."""
        levels = self.declared.levels
        for kind in self.conduct:
            for column in kind.reads:
                if column not in levels:
                    raise unknown(f"column in conduct {kind.name}", column, levels)
            for part in kind.depends:
                known, where = levels[part.on], f"conduct {kind.name}, depends on {part.on}"
                if known is None and part.level:
                    raise InputError(f"{where}: found the level {part.level!r}, and {part.on} has none.")
                if known is not None and part.level not in known:
                    raise unknown(f"level in {where}", part.level, known)

    def _check_groups(self, where: str) -> None:
        """Raise InputError if a reference group, or the group at which misuse is aimed, is no group of its column."""
        levels = self.declared.levels
        for column, level in self.reference.items():
            groups = levels[column]
            if groups is None:
                raise InputError(f"{where}, who.reference: {column!r} has no groups to compare with.")
            if level not in groups:
                raise unknown(f"group of {column} in {where}, who.reference", level, groups)
        aim, at = self.regime.misused, f"regime {self.regime.name}, misuse"
        if aim is not None and aim.kind not in self.kinds:
            raise unknown(f"kind in {at}", aim.kind, self.kinds)
        if aim is not None and aim.column:
            if aim.column not in levels:
                raise unknown(f"column in {at}", aim.column, levels)
            groups = levels[aim.column]
            if groups is not None and aim.level not in groups:
                raise unknown(f"level of {aim.column} in {at}", aim.level, groups)

    def _check_grades(self, where: str) -> None:
        """Raise InputError if a side of the decision begins at a grade that the scheme does not have."""
        for side, spec in self.decide.items():
            if "grade" not in spec:
                continue
            if self.rulebook is None or not self.rulebook.grades:
                raise InputError(f"{where}, decide.{side} names a grade, and the model {self.model} has none.")
            self.rulebook.cut_at(side, str(spec["grade"]))

    def _turned(self, values: Mapping[str, object]) -> Scenario:
        """The same scenario with these dials at other values, under the same name."""
        own = {path: d.set(values[path]) if path in values else d for path, d in self.own.items()}
        return replace(
            self,
            recipe=_turned(self.recipe, values),
            conduct=tuple(_turned(kind, values) for kind in self.conduct),
            channels=tuple(_turned(channel, values) for channel in self.channels),
            rulebook=None if self.rulebook is None else _turned(self.rulebook, values),
            regime=_turned(self.regime, values),
            disclosure=_turned(self.disclosure, values),
            actions=_turned(self.actions, values),
            own=own,
            decide=cuts_at(self.decide, own),
        )

    def _overridden(self, given: Mapping[str, Any], where: str) -> Scenario:
        """The scenario with the values, sources and ranges of the file's table `[dials]`."""
        values = {}
        check_keys(given, self.dials, f"{where}, dials")
        for path, part in given.items():
            at = f"{where}, dials.{path}"
            source, reading = check_source(part, at)
            limits = part.get("range")
            if limits is None and not isinstance(self.dials[path].value, bool | str):
                check_ranged(reading, at)
            held = replace(self.dials[path], source=source, reading=reading, range=limits, where=part.get("where", ""))
            values[path] = held.set(part["value"])
        return self._turned(values)


class _HasDials(Protocol):
    """A part of a scenario: it has dials by path, and gives itself with some of them at other values."""

    @property
    def dials(self) -> Mapping[str, Dial]: ...

    def set(self, values: Mapping[str, object], /) -> Self: ...


P = TypeVar("P", bound=_HasDials)


def _turned(part: P, values: Mapping[str, object]) -> P:
    """The part with those of the values that are dials of its own; the part itself if there are none."""
    mine = {path: value for path, value in values.items() if path in part.dials}
    return part.set(mine) if mine else part


def _short(value: object) -> str:
    """A dial's value in the short form of a scenario's name."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def names() -> list[str]:
    """The names of the registered scenarios, sorted."""
    return toml_names(FOLDER)
