"""The file of actions: which features a person can change, which way, how far and at what cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from synthetic.declaration import load_tables
from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml
from synthetic.source import Dial, dial

KEYS = {
    "title": "what the file describes",
    "budget": "a number: the most that a plan may cost",
}
ACTION = {
    "direction": "of a number (features without a table of their own never change): up, down or either",
    "step": "of a number: the smallest change; default 1",
    "most": "of a number: the largest change",
    "to": "of a category: a list of the values that people can change to",
    "cost": "a number: the cost of a change by 1 (of a category: of the change)",
}
GRAMMAR: Mapping[str, Mapping[str, str]] = {"": KEYS, "actions.FEATURE": ACTION}
DIRECTIONS = {"up": (1,), "down": (-1,), "either": (1, -1)}
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
    table = check_keys(load_tables(found, where), ("title", "budget", "actions"), where)
    given = table.get("actions")
    if not isinstance(given, dict) or not given:
        raise InputError(f"{where} must have a table [actions.FEATURE] for each feature that people can change.")
    if "budget" not in table:
        raise InputError(f"{where} must have 'budget'.")
    return Moves(
        tuple(_action(name, part, records, f"{where}, {name}") for name, part in given.items()),
        _cost(table["budget"], "actions.budget", where),
    )


def _action(name: str, given: object, records: pd.DataFrame, where: str) -> Action:
    part = check_keys(given, ACTION, where)
    if name not in records.columns:
        raise unknown("feature in the file of actions", name, map(str, records.columns))
    if "cost" not in part:
        raise InputError(f"{where} must have 'cost'.")
    cost = _cost(part["cost"], f"actions.{name}.cost", where)
    each = float(cost.value)
    held = records[name]
    if "to" in part:
        values, levels = part["to"], set(held.dropna().unique().tolist())
        if not isinstance(values, list) or not values:
            raise InputError(f"{where}: to is {values!r}; a list of values is needed.")
        for value in values:
            if value not in levels:
                raise unknown(f"value of {name} in the file of actions", value, map(str, levels))
        return Action(name, tuple((value, each) for value in values), False, cost)
    if not pd.api.types.is_numeric_dtype(held) or pd.api.types.is_bool_dtype(held):
        raise InputError(f"{where}: {name!r} holds no numbers; say to which values it can change (to).")
    if part.get("direction") not in DIRECTIONS:
        raise InputError(f"{where}: direction is {part.get('direction')!r}, allowed: {', '.join(DIRECTIONS)}.")
    step, most = _size(part.get("step", 1), "step", where), _size(part.get("most"), "most", where)
    count = int(most / step + 1e-9)
    if not 1 <= count <= MOST_STEPS:
        raise InputError(f"{where}: most is {most:g} and step {step:g}; 1 to {MOST_STEPS} steps are allowed.")
    signs = DIRECTIONS[str(part["direction"])]
    changes = tuple((sign * step * k, each * step * k) for k in range(1, count + 1) for sign in signs)
    return Action(name, changes, True, cost)


def _size(found: object, key: str, where: str) -> float:
    if isinstance(found, bool) or not isinstance(found, int | float) or not np.isfinite(found) or found <= 0:
        raise InputError(f"{where}: {key} is {found!r}; a number above 0 is needed.")
    return float(found)


def _cost(given: object, path: str, where: str) -> Dial:
    made = dial({"unit": "cost", **given} if isinstance(given, dict) else given, path)
    if isinstance(made.value, bool | str) or made.value < 0:
        raise InputError(f"{where}: {path} is {made.value!r}, allowed: 0 or more.")
    return made
