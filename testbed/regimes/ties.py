"""Ties between households, and the columns that people have because of them.

A scenario asks for these columns: `ties = ["firms"]` gives those of owners, and `listed_acquaintances` is computed if
`[who] held` names it. Ties are the same in every twin.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from synthetic.errors import InputError, unknown
from synthetic.recipes import Recipe
from synthetic.variables import Variable
from testbed.regimes.base import TIES, Regime
from testbed.regimes.state import Reach, rows_of

if TYPE_CHECKING:
    from synthetic import Population

LISTED = "listed_acquaintances"
BLOCK = 1 << 16


def adverse_bits(regime: Regime) -> np.uint16:
    """The mask of the lists that follow from an adverse decision, and of all copies of them."""
    held = regime.adverse_holders
    return np.uint16(sum(1 << place for place, name in enumerate(regime.holders) if name in held))


def tied(ties: Reach, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(place in `rows`, id at the other end) of every tie of these rows."""
    others, place = rows_of(ties.indptr, ties.others, rows)
    return place, others


def only(ties: Reach, rows: np.ndarray) -> Reach:
    """The ties of some rows only; these become rows 0, 1, ..."""
    place, others = tied(ties, rows)
    return Reach(np.concatenate([[0], np.cumsum(np.bincount(place, minlength=len(rows)))]), others)


def ties_of(population: Population, columns: Mapping[str, np.ndarray], name: str) -> Reach:
    """The ties of everybody, by name (see `TIES`). Raises InputError for another name or a recipe without them."""
    if name not in TIES:
        raise unknown("tie", name, TIES)
    check_reach((name,), population.recipe, f"ties to {name}")
    from synthetic.population import Acquaintances, Firms, Kin

    if name == "kin":
        of = Kin(population, columns).of
    elif name == "colleagues":
        of = Firms(population, columns).colleagues
    else:
        of = Acquaintances(population, columns).of
    many, others = [np.zeros(1, np.int64)], [np.empty(0, np.int64)]
    for start in range(0, population.size, BLOCK):
        people = np.arange(start, min(start + BLOCK, population.size))
        who, whom = of(people)
        many.append(np.bincount(who, minlength=len(people)))
        others.append(whom)
    return Reach(np.cumsum(np.concatenate(many)), np.concatenate(others))


class Outside:
    """The ties of a society between households, by kind; made once, then read for some people at a time."""

    def __init__(self, population: Population, columns: Mapping[str, np.ndarray]) -> None:
        from synthetic.population import NAMES, Acquaintances, Firms, Kin

        drawn = population.recipe.rows is None  # a table of people holds no ties
        self.kin = Kin(population, columns) if drawn and all(name in columns for name in NAMES) else None
        self.firms = Firms(population, columns) if drawn and "sector" in columns else None
        self.known = Acquaintances(population, columns) if drawn else None

    def of(self, people: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """(person, id at the other end) of these people's ties by kind, nearest first; only kinds that the recipe has.

        Kinds: kin, employer (the head of the firm that one works for, or who works for one's own, in one building),
        colleague, acquaintance.
        """
        found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        if self.kin is not None:
            who, whom = self.kin.of(people)
            found["kin"] = (people[who], whom)
        if self.firms is not None:
            firm = self.firms.employer(people)
            works = np.flatnonzero(firm >= 0)
            unique, which = np.unique(firm[works], return_inverse=True)
            owner = self.firms.table(unique)["owner"][which] if len(unique) else np.empty(0, np.int64)
            who, whom = self.firms.colleagues(people)
            boss = np.full(len(people), -1)
            boss[works] = owner
            mine = (whom == boss[who]) | (people[who] == boss[who])
            found["employer"] = (people[who[mine]], whom[mine])
            found["colleague"] = (people[who], whom)
        if self.known is not None:
            who, whom = self.known.of(people)
            found["acquaintance"] = (people[who], whom)
        return found


# --- Columns ---


def _owned(name: str, kind: str, meaning: str, **more: object) -> Variable:
    return Variable(name, None, (), "firm", kind, meaning, **more)  # type: ignore[arg-type]


FIRMS = (
    _owned("owns_firm", "category", "whether the person owns a firm", levels=("no", "yes"), dtype=np.int8),
    _owned("restaurant_owner", "category", "whether that firm is a restaurant", levels=("no", "yes"), dtype=np.int8),
    _owned("firm_young", "category", "whether it is younger than three years", levels=("no", "yes"), dtype=np.int8),
    _owned("firm_audited", "category", "whether the year has an audit of it", levels=("no", "yes"), dtype=np.int8),
    _owned(
        "firm_idle",
        "category",
        "whether it had no tax to declare for months, or has no books in order",
        levels=("no", "yes"),
        dtype=np.int8,
    ),
    _owned(
        "firm_pays",
        "float",
        "how punctually that firm pays, as a rank; 0.5 for people without a firm",
        bounds=(0.0, 1.0),
    ),
    _owned(
        "firm_hygiene",
        "float",
        "how clean its kitchen is, as a rank; 0.5 for people without a restaurant",
        bounds=(0.0, 1.0),
    ),
    _owned("workers", "integer", "people who work for that firm; 0 without a firm", bounds=(0, 16_384), dtype=np.int16),
)
ACQUAINTED = replace(
    _owned(LISTED, "integer", "acquaintances on an adverse list in the month before", bounds=(0, 200), dtype=np.int32),
    assigned_to="person",
)


@dataclass(frozen=True)
class Declared:
    """The columns of a society: those of its recipe, those of ties, and those that change by the month."""

    variables: Mapping[str, Variable]

    @property
    def levels(self) -> dict[str, tuple[str, ...] | None]:
        """Labels of each integer-coded column; None for numbers."""
        return {name: one.levels for name, one in self.variables.items()}


def declared(recipe: Recipe, ties: tuple[str, ...]) -> Declared:
    """The columns of a society of this recipe, by name."""
    found = {name: replace(recipe.variables[name], function=None) for name in recipe.columns}
    if "firms" in ties:
        found |= {one.name: one for one in FIRMS}
    return Declared(found)


def check_ties(value: tuple[str, ...], recipe: Recipe, where: str) -> tuple[str, ...]:
    """The ties whose columns a scenario asks for. Raises InputError for an unknown tie or a recipe without firms."""
    check_reach(value, recipe, where)
    for one in value:
        if one != "firms":
            raise unknown(f"tie in {where}", one, ("firms",))
        if "sector" not in recipe.variables:
            raise InputError(f"{where}: recipe {recipe.name} has no firms: a column sector is missing.")
    return value


def check_reach(names: Collection[str], recipe: Recipe, where: str) -> None:
    """Raise InputError if any of these ties is needed and the people are the rows of a table, which holds no ties."""
    if names and recipe.rows is not None:
        raise InputError(f"{where}: ties to {', '.join(names)} are needed, and {recipe.name} holds none.")


def firm_columns(population: Population, columns: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns in `FIRMS`, each an array over everybody; for an owner of several firms, those of the largest. Nobody
    owns a unit of the state."""
    from synthetic.population import Firms

    n = population.size
    made = {
        "owns_firm": np.zeros(n, np.int8),
        "restaurant_owner": np.zeros(n, np.int8),
        "firm_young": np.zeros(n, np.int8),
        "firm_audited": np.zeros(n, np.int8),
        "firm_idle": np.zeros(n, np.int8),
        "firm_pays": np.full(n, 0.5),
        "firm_hygiene": np.full(n, 0.5),
        "workers": np.zeros(n, np.int16),
    }
    firms = Firms(population, columns)
    for start in range(0, n, BLOCK):
        table = firms.table(firms.existing(start, min(start + BLOCK, n)))
        larger = ~table["state"] & (table["workers"] > made["workers"][table["owner"]])
        owner, restaurant = table["owner"][larger], table["restaurant"][larger]
        made["owns_firm"][owner] = 1
        made["restaurant_owner"][owner] = restaurant
        for name in ("young", "audited", "idle"):
            made[f"firm_{name}"][owner] = table[name][larger]
        made["firm_pays"][owner] = table["pays_on_time"][larger]
        made["firm_hygiene"][owner] = np.where(restaurant, table["kitchen_hygiene"][larger], 0.5)
        made["workers"][owner] = np.minimum(table["workers"][larger], np.iinfo(np.int16).max)
    return made
