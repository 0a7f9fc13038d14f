"""Reading a scenario's file: its parts, loaded and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from synthetic.channels import Channel, check_columns, check_kinds, check_numbers
from synthetic.conduct import Conduct
from synthetic.declaration import load_declaration
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes import TABLES, Recipe
from synthetic.registry import find_toml, is_file
from synthetic.schema import (
    DAY,
    FLAG,
    NAME,
    NAMES,
    SENTENCES,
    TEXT,
    Either,
    Fields,
    Key,
    Named,
    Number,
    Range,
    Whole,
    grammar,
)
from synthetic.source import CITED
from testbed.actions import DEFAULT, Actions
from testbed.disclosures import Disclosure
from testbed.models import ALWAYS, CONDITION, Condition, RuleBook, load_rulebook, rulebook_names
from testbed.regimes import LISTED, TIES, Regime, check_reach, check_ties, declared, load_regime
from testbed.scenarios.outcomes import FORMS, check_outcome
from testbed.scenarios.own import SIDES

FOLDER = Path(__file__).parent
OUTCOME = f"{FORMS}. The positive side: no adverse decision is deserved, no adverse act or entry in the window (or a \
favorable one), a number on that side of X"
KEYS = Fields(
    {
        "title": Key("what the scenario is", TEXT, needed=True),
        "recipe": Key(
            "how people are made: a name, or a path from this file; a .csv or .parquet holds real people",
            NAME,
            needed=True,
        ),
        "channels": Key("what is recorded and how it goes wrong, by name or path", NAMES, needed=True),
        "model": Key("the scheme: a rule book or another model", NAME, needed=True),
        "regime": Key("what follows from decisions: a name or path", NAME, needed=True),
        "disclosure": Key("what people can see: a name or path", NAME, needed=True),
        "as_of": Key("the date for which the scenario holds", DAY),
        "conduct": Key("the kinds of conduct, by name or path; default those that the channels record", NAMES),
        "beside": Key("models that are audited beside the scheme, by name or path", NAMES, default=[]),
        "actions": Key("what people can do about a decision: a name or path", NAME, default=DEFAULT),
        "ties": Key("ties between people that are laid down", NAMES, default=[]),
        "not_modelled": Key("what is left out", SENTENCES, default=[]),
        "run": Key(
            "the size of a run, unless a command says otherwise",
            Fields(
                {
                    "people": Key("how many people; default 100,000, or all people of a table", Whole(1)),
                    "periods": Key("how many months", Whole(1), default=24),
                }
            ),
            default={},
        ),
        "who": Key(
            "who is scored and compared",
            Fields(
                {
                    "scored": Key("who is in scope; default all", CONDITION),
                    "held": Key("columns of people that the institution holds, so that models can read them", NAMES,
                                default=[]),
                    "compared": Key("columns by which groups are compared", NAMES, default=[]),
                    "reference": Key("the group that others are compared with", Named(TEXT, "column"), default={}),
                }
            ),
            default={},
        ),
        "decide": Key(
            "from scores to decisions",
            Fields(
                {
                    **SIDES,
                    "outcome": Key(f"what decisions are judged by: {OUTCOME}", TEXT, default="deserved"),
                    "learn": Key(
                        "what a model that learns is fitted on, in the same forms (recorded: by the record, future: by "
                        "true conduct, column: by what people are)",
                        TEXT,
                        default="recorded:any:12",
                    ),
                }
            ),
            default={},
        ),
        "error": Key(
            "the wrong entry that is followed",
            Fields(
                {
                    "kind": Key("its kind of conduct; default the first adverse kind", NAME),
                    "period": Key("the month of its making", Whole(0, 1_000), default=6),
                    "per_1000": Key("how many people in 1,000 get one", Number(0, 1_000), default=2),
                    "sample": Key(
                        "where people compete or are scored together: how many are followed, each alone",
                        Whole(1, 10_000),
                        default=50,
                    ),
                }
            ),
            default={},
        ),
        "dials": Key(
            "other values for numbers of the parts, by path",
            Named(
                Fields(
                    {
                        "value": Key("the value", Either((Number(), FLAG, TEXT)), needed=True),
                        "range": Key("what is allowed; needed if the number is assumed or an analog", Range()),
                        **CITED,
                    }
                ),
                "path",
            ),
            default={},
        ),
    }
)  # fmt: skip
GRAMMAR = grammar(KEYS)


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
        self.table = load_declaration(path, self.where, KEYS)

    def parts(self) -> Parts:
        """The parts, loaded. Parts beside the file come before registered ones of the same name."""
        recipe = Recipe.load(self._part("recipe"))
        channels = tuple(Channel.load(one, beside=self.beside) for one in self.table["channels"])
        kinds = self.table.get("conduct", sorted({kind for channel in channels for kind in channel.kinds}))
        conduct = tuple(Conduct.load(one, beside=self.beside) for one in kinds)
        check_kinds(channels, tuple(kind.name for kind in conduct))
        check_numbers(channels, conduct)
        model = self.table["model"]
        regime = load_regime(self._part("regime"), beside=self.beside)
        reached = [name for name in TIES if name in {one.reach for one in regime.sanctions}]
        check_reach(reached, recipe, f"{self.where}, regime {regime.name}")
        return Parts(
            recipe,
            channels,
            conduct,
            check_ties(self.table["ties"], recipe, f"{self.where}, ties"),
            model,
            self._rulebook(model),
            regime,
            Disclosure.load(self._part("disclosure"), beside=self.beside),
            self._actions([kind.name for kind in conduct]),
        )

    def who(self, parts: Parts) -> Who:
        """The section `[who]`, checked against the columns that the parts declare."""
        who, at = self.table["who"], f"{self.where}, who"
        columns = declared(parts.recipe, parts.ties)
        levels = columns.levels
        check_columns(parts.channels, levels)
        scored = who.get("scored", ALWAYS)
        scored.check(levels, f"{at}.scored")
        for action in parts.actions.actions:
            action.who.check(levels, f"action {action.name} of {self.where}")
        held, compared = who["held"], who["compared"]
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
            parts.rulebook.check_scope({**levels, **recorded})
            parts.rulebook.check_columns({**{name: levels.get(name) for name in held}, **recorded})
        check_keys(who["reference"], levels, f"{at}.reference")
        return Who(scored, held, compared, who["reference"])

    def _actions(self, kinds: list[str]) -> Actions:
        """What people can do, as far as it means something here."""
        held = Actions.load(self.table["actions"], beside=self.beside)
        return held.among(kinds, cities="scheme" in self.table["who"]["held"], where=self.where)

    def outcomes(self, parts: Parts) -> tuple[str, str]:
        """(outcome, learn): what people are judged by, and what a model learns from."""
        decide, kinds = self.table["decide"], [kind.name for kind in parts.conduct]
        columns = declared(parts.recipe, parts.ties).levels
        outcome, learn = (
            check_outcome(decide[key], kinds, columns, f"{self.where}: {key}") for key in ("outcome", "learn")
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
        kind = self.table["error"].get("kind", names[0])
        assert isinstance(kind, str)
        if kind not in names:
            raise unknown(f"kind in {self.where}, error", kind, names)
        return kind

    def _part(self, key: str) -> str:
        """A part as the file names it; if a file of that name is beside the scenario's, the path of that file."""
        return self._near(self.table[key])

    def beside_it(self) -> tuple[str, ...]:
        """The models that are audited beside the scheme."""
        return tuple(self._near(one) if ":" not in one else one for one in self.table["beside"])

    def _near(self, text: str) -> str:
        """A name or path; if a file of that name is beside the scenario's, the path of that file."""
        beside = self.folder / (text if text.endswith((".toml", *TABLES)) else f"{text}.toml")
        return str(beside) if self.folder != FOLDER and is_file(beside) else text

    def _rulebook(self, model: str) -> RuleBook | None:
        """The rule book that the model's name stands for; None for a model of another kind."""
        if model.endswith(".toml"):
            return load_rulebook(str(find_toml("rule book", model, FOLDER, self.folder)))
        if is_file(self.folder / f"{model}.toml") and self.folder != FOLDER:
            return load_rulebook(str(self.folder / f"{model}.toml"))
        return load_rulebook(model) if model in rulebook_names() else None
