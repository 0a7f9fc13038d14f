"""A set of actions: what people can do on purpose, how it becomes conduct, who can, and what it costs, as data.

The sets are `testbed/actions/*.toml`. Waiting is always possible and costs nothing, so no file names it. What no action
changes is immutable: what people are, and entries that no action ends before their term.
"""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from synthetic import conduct
from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.schema import AMOUNT, NAMES, SHARE, TEXT, Fields, Key, Named, Number, OneOf, grammar
from synthetic.source import Dial, Sourced
from testbed.models import ALWAYS, CONDITION, Condition

FOLDER = Path(__file__).parent
DEFAULT = "everyday"
"""The set that a scenario has if it names none."""

ADDS, ENDS, CONTESTS, MOVES = "adds", "ends", "contests", "moves"
DOES: Mapping[str, str] = {
    ADDS: "an act of one of the kinds, which channels record or miss like any other",
    ENDS: "takes one entry of one of the kinds off the record",
    CONTESTS: "asks the operator to strike one entry; chance and delay are those of the regime's appeal",
    MOVES: "brings the person under another city's scheme, where cities have schemes",
}
NUMBERS = {
    "per_month": Key("how often it can be done in a month for each kind", Sourced(AMOUNT)),
    "hours": Key("hours that it takes once", Sourced(AMOUNT), needed=True),
    "money": Key("what it costs once, in hours of the median pay", Sourced(AMOUNT), needed=True),
    "works": Key("ends: chance that the entry is taken off; default 1", Sourced(SHARE)),
    "delay": Key("ends: months until it is taken off; default 0", Sourced(AMOUNT)),
}
ACTION = Fields(
    {
        "title": Key("what the person does, in a few words", TEXT, needed=True),
        "does": Key("; ".join(f"{key}: {said}" for key, said in DOES.items()), OneOf(DOES), needed=True),
        "kinds": Key("the kinds of conduct that it is about; contests: default every adverse kind", NAMES, default=[]),
        "who": Key("who can do it; default everybody", CONDITION),
        **NUMBERS,
    }
)
PLAN = {
    "horizon": Key("months within which a plan must work", Sourced(Number(1, 1e9)), needed=True),
    "budget": Key("hours that a plan may take, with money as hours of pay", Sourced(AMOUNT), needed=True),
    "success": Key("least chance with which a plan counts", Sourced(SHARE), needed=True),
}
KEYS = Fields(
    {
        "title": Key("what the actions are, in a sentence", TEXT, needed=True),
        "plan": Key("numbers that bound a plan", Fields(PLAN), needed=True),
        "actions": Key("what people can do", Named(ACTION), default={}),
    }
)
"""What the file of a set of actions says."""

GRAMMAR = grammar(KEYS)
NEEDED = {ADDS: ("kinds", "per_month"), ENDS: ("kinds", "per_month"), CONTESTS: ("per_month",), MOVES: ()}
"""What an action needs beside its title and cost, by what it does."""


@dataclass(frozen=True)
class Action:
    """One action. `does` is one of adds, ends, contests, moves; `who` the people who can do it."""

    name: str
    title: str
    does: str
    kinds: tuple[str, ...]
    who: Condition
    numbers: Mapping[str, Dial]

    def value(self, key: str, default: float = 0.0) -> float:
        """One number of the action; the default if the file does not give it."""
        return float(self.numbers[key].value) if key in self.numbers else default

    @property
    def cost(self) -> float:
        """Hours that the action costs once, with money as hours of the median pay."""
        return self.value("hours") + self.value("money")


@dataclass(frozen=True)
class Actions:
    """What people can do, and the bounds of a plan.

    >>> everyday = Actions.load("everyday")
    >>> everyday.horizon, everyday.success
    (12, 0.8)
    >>> everyday.set({"actions.plan.horizon": 6}).horizon
    6
    """

    name: str
    title: str
    plan: Mapping[str, Dial]
    actions: tuple[Action, ...]

    @classmethod
    def load(cls, name: str | Path, *, beside: Path | None = None) -> Actions:
        """A set of actions by name, or by a path that ends in `.toml`. Raises InputError if the file is wrong."""
        path = find_toml("set of actions", name, FOLDER, beside)
        where = f"actions {path.stem}"
        table = load_declaration(path, where, KEYS)
        return cls(
            path.stem,
            table["title"],
            {key: table["plan"][key].at(f"actions.plan.{key}") for key in PLAN},
            tuple(_action(key, part, f"{where}, actions.{key}") for key, part in table["actions"].items()),
        )

    @property
    def horizon(self) -> int:
        """Months within which a plan must work."""
        return int(self.plan["horizon"].value)

    @property
    def budget(self) -> float:
        """Hours that a plan may cost."""
        return float(self.plan["budget"].value)

    @property
    def success(self) -> float:
        """The least chance with which a plan counts."""
        return float(self.plan["success"].value)

    @property
    def dials(self) -> dict[str, Dial]:
        """The numbers by path: actions.plan.KEY, actions.NAME.KEY."""
        every = [*self.plan.values(), *(one for action in self.actions for one in action.numbers.values())]
        return {one.path: one for one in every}

    def set(self, values: Mapping[str, object]) -> Actions:
        """The same actions with some dials at other values."""
        return replace(
            self,
            plan={key: one.turned(values) for key, one in self.plan.items()},
            actions=tuple(
                replace(action, numbers={key: one.turned(values) for key, one in action.numbers.items()})
                for action in self.actions
            ),
        )

    def among(self, kinds: Collection[str], *, cities: bool, where: str) -> Actions:
        """The actions that mean something where people do these kinds of things.

        cities: whether people come under the schemes of cities. Raises InputError if an action names a kind that is
        neither among these nor registered.
        """
        found = []
        for action in self.actions:
            for kind in action.kinds:
                if kind not in kinds and kind not in conduct.names():
                    raise unknown(f"kind in action {action.name} of {where}", kind, kinds)
            here = tuple(kind for kind in action.kinds if kind in kinds)
            if here or (action.does == CONTESTS and not action.kinds) or (action.does == MOVES and cities):
                found.append(replace(action, kinds=here))
        return replace(self, actions=tuple(found))


def names() -> list[str]:
    """The names of the registered sets of actions, sorted."""
    return toml_names(FOLDER)


def _action(name: str, part: Mapping[str, Any], where: str) -> Action:
    """One action from its table."""
    if name == "plan":
        raise InputError(f"{where}: 'plan' is the head of the bounds of a plan; give the action another name.")
    for key in NEEDED[part["does"]]:
        if not part.get(key):
            raise InputError(f"{where} must have {key!r}.")
    numbers = {key: part[key].at(f"actions.{name}.{key}") for key in NUMBERS if key in part}
    return Action(name, part["title"], part["does"], part["kinds"], part.get("who", ALWAYS), numbers)
