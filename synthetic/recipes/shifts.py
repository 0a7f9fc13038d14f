"""What columns of a table cause in each other, as its declaration states it: a shift of a number for each level.

A person whose cause is set to another level has the value of the file, plus the shift of the new level, less that of
their own. It stays within the declared range. Where nothing is set, the values are those of the file.
"""

# Any: a table of a TOML file holds values of many kinds.
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from synthetic.errors import InputError, unknown
from synthetic.source import Dial
from synthetic.variables import Column, Numbers, Variable

Declared = Mapping[str, Mapping[str, Any]]
"""The table of each declared column, by name."""

ONE_LAW = "a shift of a number for each level of a category is the one way of causing that a file can state"


@dataclass(frozen=True)
class Shift:
    """What one column causes in another: the key of the number of each of its levels ("": no shift)."""

    cause: str
    keys: tuple[str, ...]

    def by(self, numbers: Numbers) -> Column:
        """The shift of each level."""
        return np.array([float(getattr(numbers, key)) if key else 0.0 for key in self.keys])


def in_file(name: str) -> str:
    """The name of the variable that holds a column as the file has it.

    >>> in_file("income")
    'income_in_file'
    """
    return f"{name}_in_file"


def declared_causes(told: Declared, where: str) -> frozenset[str]:
    """The columns that declare what they cause. Raises InputError where a cause and its effect do not both say so."""
    found = set()
    for name, one in told.items():
        if "causes" in one:
            found.add(name)
            for effect in one["causes"]:
                if effect not in told:
                    raise unknown(f"column in {where}, columns.{name}.causes", effect, told)
                if name not in told[effect]["shift"]:
                    raise InputError(
                        f"{where}, columns.{name}.causes: {effect!r} has no shift.{name}, by which {name} acts on it; "
                        f"{ONE_LAW}."
                    )
    return frozenset(found)


def shifted(variables: Mapping[str, Variable], told: Declared, where: str) -> tuple[dict[str, Variable], list[Dial]]:
    """The variables, those with causes computed from them, and the numbers of the shifts.

    Raises InputError for a shift that is none.
    """
    made, dials = dict(variables), []
    for name, one in told.items():
        held = [
            _shift(variables, told, name, cause, levels, f"{where}, columns.{name}.shift.{cause}")
            for cause, levels in one["shift"].items()
        ]
        if not held:
            continue
        shifts = tuple(shift for shift, _ in held)
        dials += [number for _, numbers in held for number in numbers]
        copied = [name, *(shift.cause for shift in shifts)]
        for column in copied:
            if in_file(column) in told:
                raise InputError(
                    f"{where}: the name {in_file(column)!r} is taken by {column}, which is part of a shift."
                )
            said = f"column {column} as the file has it"
            made[in_file(column)] = replace(variables[column], name=in_file(column), meaning=said, column=False)
        parents = (*(shift.cause for shift in shifts), *map(in_file, copied))
        law = _law(variables[name], shifts)
        made[name] = replace(variables[name], function=law, parents=parents, reserved=("numbers",))
    return made, dials


def columns_in_file(columns: Mapping[str, Column], variables: Mapping[str, Variable]) -> dict[str, Column]:
    """The columns that a file gives: those with causes, and the causes, under the names that they have in the file."""
    kept = {name: values for name, values in columns.items() if variables[name].function is None}
    return kept | {in_file(name): values for name, values in columns.items() if in_file(name) in variables}


def _law(each: Variable, shifts: tuple[Shift, ...]) -> Any:
    """The function of a column with causes: its value in the file, moved by the shifts, within its range."""

    def moved(numbers: Numbers, **held: Column) -> Column:
        own = held[in_file(each.name)]
        by = np.zeros(len(own))
        for shift in shifts:
            steps = shift.by(numbers)
            by += steps[held[shift.cause]] - steps[held[in_file(shift.cause)]]
        assert each.bounds is not None
        made = np.clip(own + by, *each.bounds)
        made = np.rint(made) if each.kind == "integer" else made
        return np.where(by == 0, own, made)

    return moved


def _shift(
    variables: Mapping[str, Variable], told: Declared, name: str, cause: str, levels: Mapping[str, Dial], where: str
) -> tuple[Shift, list[Dial]]:
    """The shift of one column by another, with its numbers."""
    each = variables[name]
    if each.kind not in ("integer", "float"):
        raise InputError(f"{where}: {name} is of the kind {each.kind!r}; {ONE_LAW}.")
    if cause not in variables:
        raise unknown(f"cause in {where}", cause, variables)
    known = variables[cause].levels
    if known is None:
        raise InputError(f"{where}: {cause} is of the kind {variables[cause].kind!r}; {ONE_LAW}.")
    if name not in told[cause].get("causes", ()):
        raise InputError(f"{where}: columns.{cause} does not declare that it causes {name}; add it to its causes.")
    keys = {level: f"{cause}_{re.sub(r'[^A-Za-z0-9]+', '_', level)}" for level in known}
    if len(set(keys.values())) < len(keys):
        keys = {level: f"{cause}_{place}" for place, level in enumerate(known)}
    dials = []
    for level, number in levels.items():
        if level not in known:
            raise unknown(f"level in {where}", level, known)
        if each.kind == "integer" and not float(number.value).is_integer():
            raise InputError(f"{where}.{level}: found {number.value!r}, a whole number is needed.")
        dials.append(number.at(f"recipe.{name}.{keys[level]}"))
    return Shift(cause, tuple(keys[level] if level in levels else "" for level in known)), dials
