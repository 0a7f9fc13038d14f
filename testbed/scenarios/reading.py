"""Reading a scenario's file: its parts, loaded and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.channels import Channel, check_columns, check_kinds, check_numbers
from synthetic.conduct import Conduct
from synthetic.declaration import Grammar, load_declaration
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes import TABLES, Recipe
from synthetic.registry import find_toml
from testbed.actions import DEFAULT, Actions
from testbed.disclosures import Disclosure
from testbed.models import Condition, RuleBook, condition, load_rulebook, rulebook_names
from testbed.regimes import LISTED, TIES, Regime, check_reach, check_ties, declared, load_regime
from testbed.scenarios.outcomes import FORMS, check_outcome

FOLDER = Path(__file__).parent
REQUIRED = {
    "title": "what the scenario is",
    "recipe": "how people are made: a name, or a path from this file; a .csv or .parquet holds real people",
    "channels": "what is recorded and how it goes wrong, a list of names or paths",
    "model": "the scheme: a rule book or another model",
    "regime": "what follows from decisions: a name or path",
    "disclosure": "what people can see: a name or path",
}
SECTIONS = {
    "run": {
        "people": "how many people, unless a command says otherwise; default 100,000",
        "periods": "how many months; default 24",
    },
    "who": {
        "scored": "who is in scope, a condition; default all",
        "held": "columns of people that the institution holds, so that models can read them",
        "compared": "columns by which groups are compared",
        "reference": "the group that others are compared with, by column",
    },
    "decide": {
        "adverse": "{ worst_share = 0.03 }, { cutoff = POINTS, worst_share = 0.03 }: worse than these points, or "
        "{ grade = NAME, worst_share = 0.03 }: from this grade of the rule book down. The share beside is for models "
        "that count in other points than the scheme; a lone cut-off is for every model without decisions of its own",
        "favored": "{ best_share = 0.05 }, { cutoff = POINTS, best_share = 0.05 }: this or better, or "
        "{ grade = NAME, best_share = 0.05 }",
        "outcome": f"what decisions are judged by: {FORMS}; default deserved. The positive "
        "side: no adverse decision is deserved, no adverse act or entry in the window (or a favorable one), a number "
        "on that side of X",
        "learn": "what a model that learns is fitted on, in the same forms (recorded: by the record, future: by true "
        "conduct, column: by what people are); default recorded:any:12",
    },
    "error": {
        "kind": "the kind of the wrong entry that is followed; default the first adverse kind",
        "period": "the month of its making; default 6",
        "per_1000": "how many people in 1,000 get one; default 2",
        "sample": "where people compete or are scored together: how many are followed, each alone; default 50",
    },
}
OPTIONAL = {
    "as_of": "the date for which the scenario holds",
    "conduct": "the kinds of conduct, a list of names or paths; default those that the channels record",
    "beside": "models that are audited beside the scheme, a list of names or paths",
    "actions": "what people can do about a decision: a name or path; default everyday",
    "ties": "ties between people that are laid down, a list of names",
    "not_modelled": "what is left out, a list of sentences",
    "dials": "other values for numbers of the parts, by path: value, source, reading, range, where",
}
KEYS = (*REQUIRED, *SECTIONS, *OPTIONAL)
GRAMMAR: Grammar = {"": {**REQUIRED, **OPTIONAL}, **SECTIONS}


@dataclass(frozen=True)
class Parts:
    """The parts that a scenario names, loaded."""

    recipe: Recipe
    channels: tuple[Channel, ...]
    conduct: tuple[Conduct, ...]
    ties: tuple[str, ...]
    model: str
    rulebook: RuleBook | None
    regime: Regime
    disclosure: Disclosure
    actions: Actions


@dataclass(frozen=True)
class Who:
    """Who is scored, which columns the institution holds, and which groups are compared with which."""

    scored: Condition
    held: tuple[str, ...]
    compared: tuple[str, ...]
    reference: Mapping[str, str]


class ScenarioFile:
    """One scenario file as it is read. Every method raises InputError for what is not allowed."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.beside = None if self.folder == FOLDER else self.folder
        self.where = f"scenario {path.stem}"
        self.table = check_keys(load_declaration(path, self.where), KEYS, self.where)
        for key in REQUIRED:
            if key not in self.table:
                raise InputError(f"{self.where} must have {key!r}.")

    def section(self, name: str) -> dict[str, object]:
        """One of the tables in `SECTIONS`; empty if the file has none."""
        return check_keys(self.table.get(name, {}), SECTIONS[name], f"{self.where}, {name}")

    def words(self, key: str) -> tuple[str, ...]:
        """A list of names at the top of the file; empty if the file has none."""
        return _words(self.table.get(key, []), f"{self.where}, {key}")

    def parts(self) -> Parts:
        """The parts, loaded. Parts beside the file come before registered ones of the same name."""
        recipe = Recipe.load(self._part("recipe"))
        channels = tuple(Channel.load(one, beside=self.beside) for one in self.words("channels"))
        kinds = self.table.get("conduct", sorted({kind for channel in channels for kind in channel.kinds}))
        conduct = tuple(Conduct.load(one, beside=self.beside) for one in _words(kinds, f"{self.where}, conduct"))
        check_kinds(channels, tuple(kind.name for kind in conduct))
        check_numbers(channels, conduct)
        model = str(self.table["model"])
        regime = load_regime(self._part("regime"), beside=self.beside)
        reached = [name for name in TIES if name in {one.reach for one in regime.sanctions}]
        check_reach(reached, recipe, f"{self.where}, regime {regime.name}")
        return Parts(
            recipe,
            channels,
            conduct,
            check_ties(self.table.get("ties", []), recipe, f"{self.where}, ties"),
            model,
            self._rulebook(model),
            regime,
            Disclosure.load(self._part("disclosure"), beside=self.beside),
            self._actions([kind.name for kind in conduct]),
        )

    def who(self, parts: Parts) -> Who:
        """The section `[who]`, checked against the columns that the parts declare."""
        who, at = self.section("who"), f"{self.where}, who"
        columns = declared(parts.recipe, parts.ties)
        levels = columns.levels
        check_columns(parts.channels, levels)
        scored = condition(who.get("scored"), f"{at}.scored")
        scored.check(levels, f"{at}.scored")
        for action in parts.actions.actions:
            action.who.check(levels, f"action {action.name} of {self.where}")
        held, compared = (_words(who.get(key, []), f"{at}.{key}") for key in ("held", "compared"))
        for key, named, known in (("held", held, {**levels, LISTED: None}), ("compared", compared, levels)):
            for column in named:
                if column not in known:
                    raise unknown(f"column in {at}.{key}", column, known)
        check_reach(["acquaintances"] if LISTED in held else [], parts.recipe, f"{at}.held, {LISTED}")
        for column in held:
            if column != LISTED and columns.variables[column].truth:
                raise InputError(f"{at}.held: {column!r} is truth, which no institution holds.")
        if parts.rulebook is not None:
            recorded = {kind: None for channel in parts.channels for kind in channel.kinds}
            parts.rulebook.check_columns({**{name: levels.get(name) for name in held}, **recorded})
        reference = check_keys(who.get("reference", {}), levels, f"{at}.reference")
        return Who(scored, held, compared, {column: str(level) for column, level in reference.items()})

    def _actions(self, kinds: list[str]) -> Actions:
        """What people can do, as far as it means something here."""
        held = Actions.load(str(self.table.get("actions", DEFAULT)), beside=self.beside)
        cities = "scheme" in _words(self.section("who").get("held", []), f"{self.where}, who.held")
        return held.among(kinds, cities=cities, where=self.where)

    def outcomes(self, parts: Parts) -> tuple[str, str]:
        """(outcome, learn): what people are judged by, and what a model learns from."""
        decide, kinds = self.section("decide"), [kind.name for kind in parts.conduct]
        columns = declared(parts.recipe, parts.ties).levels
        given = {"outcome": "deserved", "learn": "recorded:any:12", **decide}
        outcome, learn = (
            check_outcome(str(given[key]), kinds, columns, f"{self.where}: {key}") for key in ("outcome", "learn")
        )
        return outcome, learn

    def followed(self, conduct: tuple[Conduct, ...]) -> str:
        """The kind of the wrong entry that is followed; by default the first adverse kind, or the first lawful one."""
        against = sorted((kind for kind in conduct if not kind.favorable), key=lambda kind: not kind.adverse)
        names = [kind.name for kind in against]
        if not names:
            raise InputError(
                f"{self.where} must have a kind of conduct that is not favorable, to follow a wrong entry of."
            )
        kind = str(self.section("error").get("kind", names[0]))
        if kind not in names:
            raise unknown(f"kind in {self.where}, error", kind, names)
        return kind

    def whole(self, key: str, default: int) -> int:
        """A whole number of at least 1 from the section `[run]`."""
        value = self.section("run").get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise InputError(f"{self.where}, run.{key} must be a whole number of at least 1, found {value!r}.")
        return value

    def _part(self, key: str) -> str:
        """A part as the file names it; if a file of that name is beside the scenario's, the path of that file."""
        return self._near(str(self.table[key]))

    def beside_it(self) -> tuple[str, ...]:
        """The models that are audited beside the scheme."""
        return tuple(self._near(one) if ":" not in one else one for one in self.words("beside"))

    def _near(self, text: str) -> str:
        """A name or path; if a file of that name is beside the scenario's, the path of that file."""
        beside = self.folder / (text if text.endswith((".toml", *TABLES)) else f"{text}.toml")
        return str(beside) if self.folder != FOLDER and beside.is_file() else text

    def _rulebook(self, model: str) -> RuleBook | None:
        """The rule book that the model's name stands for; None for a model of another kind."""
        if model.endswith(".toml"):
            return load_rulebook(str(find_toml("rule book", model, FOLDER, self.folder)))
        if (self.folder / f"{model}.toml").is_file() and self.folder != FOLDER:
            return load_rulebook(str(self.folder / f"{model}.toml"))
        return load_rulebook(model) if model in rulebook_names() else None


def _words(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{where} must be a list of names, found {value!r}.")
    return tuple(value)
