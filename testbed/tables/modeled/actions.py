"""The file of actions: which features a person can change, which way, how far and at what cost."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml
from synthetic.schema import AMOUNT, FLAG, TEXT, Either, Fields, Key, Listed, Named, Number, OneOf, grammar
from synthetic.source import Dial, Sourced

DIRECTIONS = {"up": (1,), "down": (-1,), "either": (1, -1)}
COST = Sourced(AMOUNT, unit="cost")
ACTION = Fields(
    {
        "direction": Key("of a number (features without a table of their own never change)", OneOf(DIRECTIONS)),
        "step": Key("of a number: the smallest change", Number(above=0), default=1),
        "most": Key("of a number: the largest change", Number(above=0)),
        "to": Key(
            "of a category: what people can change to", Listed(Either((TEXT, Number(), FLAG)), "values", least=1)
        ),
        "cost": Key("the cost of a change by 1 (of a category: of the change)", COST, needed=True),
    }
)
KEYS = Fields(
    {
        "title": Key("what the file describes", TEXT),
        "budget": Key("the most that a plan may cost", COST, needed=True),
        "actions": Key("what people can change", Named(ACTION, "feature", least=1), needed=True),
    }
)
GRAMMAR = grammar(KEYS)
MOST_STEPS = 50


@dataclass(frozen=True)
class Action:
    """What a person can do about one feature: changes of a number, or values of a category, each with its cost."""

    feature: str
    changes: tuple[tuple[object, float], ...]
    number: bool
    cost: Dial

    def ends(self) -> Action:
        """The same with the furthest changes alone."""
        if not self.number:
            return self
        values = [float(change) for change, _ in self.changes]  # type: ignore[arg-type]
        kept = tuple(one for one, at in zip(self.changes, values) if at in (max(values), min(values)))
        return Action(self.feature, kept if min(values) < 0 < max(values) else kept[-1:], True, self.cost)

    def taken(self, held: pd.Series, change: object) -> pd.Series:
        """The column after a change."""
        if self.number:
            by = float(change)  # type: ignore[arg-type]
            return held + (int(by) if pd.api.types.is_integer_dtype(held.dtype) and by.is_integer() else by)
        return pd.Series([change] * len(held), index=held.index, dtype=held.dtype)


@dataclass(frozen=True)
class Moves:
    """The actions of a file, and the most that a plan may cost."""

    actions: tuple[Action, ...]
    budget: Dial

    @property
    def dials(self) -> dict[str, Dial]:
        """Its numbers by path."""
        return {one.path: one for one in (self.budget, *(action.cost for action in self.actions))}


def load_actions(path: str | Path, records: pd.DataFrame) -> Moves:
    """The actions of a file on these features. Raises InputError for another column, or for a change that is none."""
    found = find_toml("file of actions", path, Path(__file__).parent / "none")
    where = f"actions {found.stem}"
    table = load_declaration(found, where, KEYS)
    return Moves(
        tuple(_action(name, part, records, f"{where}, actions.{name}") for name, part in table["actions"].items()),
        table["budget"].at("actions.budget"),
    )


def _action(name: str, part: Mapping[str, Any], records: pd.DataFrame, where: str) -> Action:
    if name not in records.columns:
        raise unknown("feature in the file of actions", name, map(str, records.columns))
    cost = part["cost"].at(f"actions.{name}.cost")
    each = float(cost.value)
    held = records[name]
    if "to" in part:
        values, levels = part["to"], set(held.dropna().unique().tolist())
        for value in values:
            if value not in levels:
                raise unknown(f"value of {name} in the file of actions", value, map(str, levels))
        return Action(name, tuple((value, each) for value in values), False, cost)
    if not pd.api.types.is_numeric_dtype(held) or pd.api.types.is_bool_dtype(held):
        raise InputError(f"{where}: {name!r} holds no numbers; say to which values it can change (to).")
    for key in ("direction", "most"):
        if key not in part:
            raise InputError(f"{where} must have {key!r}.")
    step, most = float(part["step"]), float(part["most"])
    count = int(most / step + 1e-9)
    if not 1 <= count <= MOST_STEPS:
        raise InputError(f"{where}: most is {most:g} and step {step:g}; 1 to {MOST_STEPS} steps are allowed.")
    signs = DIRECTIONS[part["direction"]]
    changes = tuple((sign * step * k, each * step * k) for k in range(1, count + 1) for sign in signs)
    return Action(name, changes, True, cost)
