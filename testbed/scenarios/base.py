"""Scenarios: recipe, conduct, channels, model, regime, disclosure and dials, declared in one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from synthetic.channels import Channel, check_columns, check_kinds, check_numbers
from synthetic.conduct import Conduct
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes import Recipe
from synthetic.registry import find_toml, toml_names
from synthetic.source import Dial, check_source, load_toml
from testbed.disclosures import Disclosure
from testbed.models import Condition, RuleBook, condition, load_rulebook
from testbed.regimes import ACQUAINTED, LISTED, Declared, Regime, check_ties, declared, load_regime

FOLDER = Path(__file__).parent
KEYS = (
    "schema",
    "title",
    "as_of",
    "recipe",
    "channels",
    "conduct",
    "model",
    "regime",
    "disclosure",
    "not_modelled",
    "run",
    "who",
    "decide",
    "error",
    "dials",
    "ties",
)
TRAINING_PERIODS = 24
OUTCOME = re.compile(r"(future|recorded):([a-z_]+):([1-9][0-9]*)")


@dataclass(frozen=True)
class Followed:
    """The wrong entry that is followed: its kind, the period it enters, and how many people in 1,000 it befalls."""

    kind: str
    period: int
    per_1000: float


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
    outcome : str
        What decisions are measured against: "deserved", "future:KIND:WINDOW" or "recorded:KIND:WINDOW", with the window
        in months.
    learn : str
        What models that learn are fitted on, such as "recorded:any:12".
    own : mapping of str to Dial
        Dials that belong to no part of the scenario, such as "channels.errors".
    not_modelled : tuple of str, default ()
        What the scenario leaves out, in sentences.
    folder : Path, optional
        Folder of the file, in which parts are sought first.
    ties : tuple of str, default ()
        Ties between people that are laid down.
    changed : mapping of str to object, default {}
        Dials that were set after loading, by path.

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
    people: int
    periods: int
    scored: Condition
    held: tuple[str, ...]
    compared: tuple[str, ...]
    reference: Mapping[str, str]
    decide: Mapping[str, Mapping[str, float]]
    outcome: str
    learn: str
    own: Mapping[str, Dial]
    not_modelled: tuple[str, ...] = ()
    folder: Path | None = None
    ties: tuple[str, ...] = ()
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
        folder = path.parent
        beside = None if folder == FOLDER else folder
        where = f"scenario {path.stem}"
        table = check_keys(load_toml(path), KEYS, where)
        for key in ("schema", "title", "recipe", "channels", "model", "regime", "disclosure"):
            if key not in table:
                raise InputError(f"{where} must have {key!r}.")
        if table["schema"] != 1:
            raise InputError(f"{where}: schema is {table['schema']!r}, allowed: 1.")
        recipe = Recipe.load(_part(table["recipe"], folder))
        channels = tuple(Channel.load(one, beside=beside) for one in _words(table["channels"], f"{where}, channels"))
        kinds = table.get("conduct", sorted({kind for channel in channels for kind in channel.kinds}))
        conduct = tuple(Conduct.load(kind, beside=beside) for kind in _words(kinds, f"{where}, conduct"))
        check_kinds(channels, tuple(kind.name for kind in conduct))
        check_numbers(channels, conduct)
        run = check_keys(table.get("run", {}), ("people", "periods"), f"{where}, run")
        who = check_keys(table.get("who", {}), ("scored", "held", "compared", "reference"), f"{where}, who")
        decide = check_keys(table.get("decide", {}), ("adverse", "favored", "outcome", "learn"), f"{where}, decide")
        error = check_keys(table.get("error", {}), ("kind", "period", "per_1000"), f"{where}, error")
        scored = condition(who.get("scored"), f"{where}, who.scored")
        ties = check_ties(table.get("ties", []), recipe, f"{where}, ties")
        columns = declared(recipe, ties)
        levels = columns.levels
        check_columns(channels, levels)
        scored.check(levels, f"{where}, who.scored")
        for key, known in (("held", {**levels, LISTED: None}), ("compared", levels)):
            for column in _words(who.get(key, []), f"{where}, who.{key}"):
                if column not in known:
                    raise unknown(f"column in {where}, who.{key}", column, known)
                if key == "held" and column != LISTED and columns.variables[column].truth:
                    raise InputError(f"{where}, who.held: {column!r} is truth, which no institution holds.")
        model = str(table["model"])
        rulebook = _rulebook(model, folder)
        held = _words(who.get("held", []), f"{where}, who.held")
        if rulebook is not None:
            recorded = {kind: None for channel in channels for kind in channel.kinds}
            rulebook.check_columns({**{name: levels.get(name) for name in held}, **recorded})
        outcome, learn = str(decide.get("outcome", "deserved")), str(decide.get("learn", "recorded:any:12"))
        if outcome != "deserved" and not OUTCOME.fullmatch(outcome):
            raise InputError(
                f"{where}: outcome is {outcome!r}, allowed: deserved, future:KIND:WINDOW, recorded:KIND:WINDOW."
            )
        followed = str(error.get("kind", next(kind.name for kind in conduct if kind.adverse)))
        against = [kind.name for kind in conduct if not kind.favorable]
        if followed not in against:
            raise unknown(f"kind in {where}, error", followed, against)
        made = cls(
            base=str(name_or_path) if str(name_or_path).endswith(".toml") else path.stem,
            title=str(table["title"]),
            as_of=str(table.get("as_of", "")),
            recipe=recipe,
            conduct=conduct,
            channels=channels,
            model=model,
            rulebook=rulebook,
            regime=load_regime(_part(table["regime"], folder), beside=beside),
            disclosure=Disclosure.load(_part(table["disclosure"], folder), beside=beside),
            people=_whole(run.get("people", 100_000), f"{where}, run.people", 1),
            periods=_whole(run.get("periods", 24), f"{where}, run.periods", 1),
            scored=scored,
            held=held,
            compared=_words(who.get("compared", []), f"{where}, who.compared"),
            reference={
                str(k): str(v)
                for k, v in check_keys(who.get("reference", {}), levels, f"{where}, who.reference").items()
            },
            decide={key: _cut(decide.get(key), f"{where}, decide.{key}") for key in ("adverse", "favored")},
            outcome=outcome,
            learn=learn,
            own=_own(followed, error, decide, where),
            not_modelled=_words(table.get("not_modelled", []), f"{where}, not_modelled"),
            folder=folder,
            ties=ties,
        )
        made._check_groups(where)
        return made._overridden(table.get("dials", {}), where)

    @property
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
    def by_tie(self) -> tuple[str, ...]:
        """The columns that people have by ties alone."""
        return tuple(name for name in self.declared.variables if name not in self.recipe.variables)

    @property
    def error(self) -> Followed:
        """The wrong entry that is followed."""
        return Followed(
            str(self.own["error.kind"].value),
            int(self.own["error.period"].value),
            float(self.own["error.per_1000"].value),
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
            Each dial has a value, a unit, a source, a reading ("stated", "inferred", "assumed" or "claimed") and a
            range.

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
        for part in (self.recipe, *self.conduct, *self.channels, self.rulebook, self.regime, self.disclosure):
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
        now = made.dials
        changed = {**self.changed, **{path: now[path].value for path in dials if now[path].value != known[path].value}}
        return replace(made, changed=changed)

    def _check_groups(self, where: str) -> None:
        """Raise InputError where a reference, or those at whom misuse is aimed, are no group of a column."""
        levels = self.declared.levels
        for column, level in self.reference.items():
            groups = levels[column]
            if groups is None:
                raise InputError(f"{where}, who.reference: {column!r} has no groups to compare with.")
            if level not in groups:
                raise unknown(f"group of {column} in {where}, who.reference", level, groups)
        aim, at = self.regime.misused, f"regime {self.regime.name}, misuse"
        if aim is not None and aim.column:
            if aim.column not in levels:
                raise unknown(f"column in {at}", aim.column, levels)
            groups = levels[aim.column]
            if groups is not None and aim.level not in groups:
                raise unknown(f"level of {aim.column} in {at}", aim.level, groups)

    def _turned(self, values: Mapping[str, Any]) -> Scenario:
        def turn(part: Any, prefix: str) -> Any:
            mine = {path: value for path, value in values.items() if path in part.dials} if part is not None else {}
            return part.set(mine) if mine else part

        own = {path: d.set(values[path]) if path in values else d for path, d in self.own.items()}
        decide = {
            side: {
                key: float(own[f"decide.{key}" if key != "cutoff" else f"decide.{side}_cutoff"].value) for key in spec
            }
            for side, spec in self.decide.items()
        }
        return replace(
            self,
            recipe=turn(self.recipe, "recipe"),
            conduct=tuple(turn(kind, "conduct") for kind in self.conduct),
            channels=tuple(turn(channel, "channels") for channel in self.channels),
            rulebook=turn(self.rulebook, "model"),
            regime=turn(self.regime, "regime"),
            disclosure=turn(self.disclosure, "disclosure"),
            own=own,
            decide=decide,
        )

    def _overridden(self, table: object, where: str) -> Scenario:
        given = check_keys(table, self.dials, f"{where}, dials")
        values = {}
        for path, value in given.items():
            part = check_keys(value, ("value", "range", "source", "reading"), f"{where}, dials.{path}")
            source, reading = check_source(part, f"{where}, dials.{path}")
            bounds = part.get("range")
            limits = (float(bounds[0]), float(bounds[1])) if isinstance(bounds, list) and len(bounds) == 2 else None
            held = replace(self.dials[path], source=source, reading=reading, range=limits)
            values[path] = held.set(part.get("value"))
        return self._turned(values)


def _own(followed: str, error: Mapping[str, object], decide: Mapping[str, object], where: str) -> dict[str, Dial]:
    design = "a choice of the experiment, not of the scheme"

    def assumed(path: str, value: Any, unit: str, low: float, high: float) -> Dial:
        bounded = Dial(path, value, unit, "assumed", "assumed", (low, high), design)
        return bounded.set(value)

    found = [
        Dial("channels.errors", True, "switch", "assumed", "assumed", None, design),
        Dial("error.kind", followed, "kind of conduct", "assumed", "assumed", None, design),
        assumed("error.period", error.get("period", 6), "month", 0, 1_000),
        assumed("error.per_1000", error.get("per_1000", 2), "people in 1,000", 0, 1_000),
    ]
    for side in ("adverse", "favored"):
        for key, value in _cut(decide.get(side), f"{where}, decide.{side}").items():
            if key == "cutoff":
                found.append(assumed(f"decide.{side}_cutoff", value, "points", -1e9, 1e9))
            else:
                found.append(assumed(f"decide.{key}", value, "share of the training society", 0, 1))
    return {one.path: one for one in found}


def _cut(value: object, where: str) -> dict[str, float]:
    share = "worst_share" if where.endswith("adverse") else "best_share"
    table = check_keys(value if value is not None else {}, (share, "cutoff"), where)
    if len(table) > 1:
        raise InputError(f"{where} must have one of {share}, cutoff, found both.")
    for key, number in table.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InputError(f"{where}.{key} must be a number, found {number!r}.")
    return {key: float(number) for key, number in table.items()}  # type: ignore[arg-type]


def _rulebook(model: str, folder: Path) -> RuleBook | None:
    if model.endswith(".toml"):
        return load_rulebook(str(find_toml("rule book", model, FOLDER, folder)))
    if (folder / f"{model}.toml").is_file() and folder != FOLDER:
        return load_rulebook(str(folder / f"{model}.toml"))
    from testbed.models import rulebook_names

    return load_rulebook(model) if model in rulebook_names() else None


def _part(value: object, folder: Path) -> str:
    """A part as its file names it; a file beside the scenario's comes first, as a path."""
    text = str(value)
    beside = folder / (text if text.endswith(".toml") else f"{text}.toml")
    return str(beside) if folder != FOLDER and beside.is_file() else text


def _words(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{where} must be a list of names, found {value!r}.")
    return tuple(value)


def _whole(value: object, where: str, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise InputError(f"{where} must be a whole number of at least {least}, found {value!r}.")
    return value


def _short(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def names() -> list[str]:
    """Every registered scenario."""
    return toml_names(FOLDER)
