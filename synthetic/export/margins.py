"""A society beside its published margins: what it shows, and how far that is from each figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import GRID
from synthetic.errors import check_keys
from synthetic.population import Population
from synthetic.recipes import Margin
from synthetic.variables import Variable


def holds(condition: object, values: NDArray, each: Variable) -> NDArray[np.bool_]:
    """For which values a condition holds."""
    if isinstance(condition, dict):
        check_keys(condition, ("at_least", "below"), f"a condition on {each.name}")
        at_least, below = condition.get("at_least", -np.inf), condition.get("below", np.inf)
        return (values >= at_least) & (values < below)
    wanted = condition if isinstance(condition, list) else [condition]
    codes: list[Any] = [_level(each, value) if each.fixed else each.code(value) for value in wanted]
    return np.isin(values, codes)


def _level(each: Variable, value: Any) -> Any:
    return each.levels.index(str(value)) if each.levels is not None else value


def compare(population: Population, margins: list[Margin] | None = None) -> pd.DataFrame:
    """Each margin with what the population shows: found, its clustered standard error, and the verdict.

    `errors` is the difference in standard errors; `holds` whether it is at most `within` plus four of them. A ratio
    estimate over G clusters has variance G/(G-1) sum((y - r x)^2) / (sum x)^2 (Cochran 1977, section 6.4). Clusters
    are the grids, and the cities where the margin reads what depends on the city.
    """
    margins = population.recipe.margins if margins is None else margins
    grids = (population.size - 1) // GRID + 1
    over, under = np.zeros((len(margins), grids)), np.zeros((len(margins), grids))
    names = sorted({column for margin in margins for column in margin.columns})
    population.recipe.needed(names)
    variables = population.recipe.variables
    for start in range(0, population.size, 64 * GRID):
        stop = min(start + 64 * GRID, population.size)
        arrays = population.arrays(start, stop, names=names)
        seen: dict[str, NDArray[np.bool_]] = {}

        def all_of(conditions: Mapping[str, Any], arrays: dict[str, NDArray] = arrays, seen: dict = seen) -> NDArray:
            kept = np.ones(len(arrays[names[0]]), np.bool_)
            for column, condition in conditions.items():
                key = f"{column} {condition}"
                if key not in seen:
                    seen[key] = holds(condition, arrays[column], variables[column])
                kept &= seen[key]
            return kept

        block = slice(start // GRID, (stop - 1) // GRID + 1)
        for k, margin in enumerate(margins):
            counted = all_of(margin.among)
            top = counted & all_of(margin.where)
            if margin.mean:
                top = top * (np.take(margin.worth, arrays[margin.mean]) if margin.worth else arrays[margin.mean])
            over[k, block], under[k, block] = _by_grid(top), _by_grid(counted)
    rows, cities = [], _cities(population)
    of_city = population.recipe.effects(["city"]) if len(cities) < grids else frozenset()
    for margin, y, x in zip(margins, over, under):
        n = x.sum()
        if of_city.intersection(margin.columns):
            y, x = np.add.reduceat(y, cities), np.add.reduceat(x, cities)
        count = len(x)
        found = y.sum() / n if n else np.nan
        error = np.sqrt(count / (count - 1) * ((y - found * x) ** 2).sum()) / n if n and count > 1 else np.nan
        gap = found - margin.value
        rows.append(
            {
                "margin": margin.name,
                "columns": " x ".join(margin.columns),
                "unit": margin.unit,
                "target": margin.value,
                "found": found,
                "difference": gap,
                "standard_error": error,
                "errors": gap / error if error > 0 else np.nan,
                "within": margin.within,
                "holds": bool(abs(gap) <= margin.within + 4 * error),
                "n": int(n),
                "source": margin.source,
                "reading": margin.reading,
            }
        )
    return pd.DataFrame(rows)


def _cities(population: Population) -> NDArray[np.int64]:
    """The first grid of every city; every grid where the recipe draws no cities."""
    grids = np.arange((population.size - 1) // GRID + 1)
    cities = population.cities
    return grids if cities is None else np.unique(cities.bounds(grids)[0])


def _by_grid(values: NDArray) -> NDArray[np.float64]:
    whole = np.zeros(-(-len(values) // GRID) * GRID, values.dtype)
    whole[: len(values)] = values
    return whole.reshape(-1, GRID).sum(axis=1, dtype=np.float64)
