"""Compares a society with its published margins."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.channels import Channel
from synthetic.conduct import Conduct
from synthetic.draws import GRID
from synthetic.errors import check_keys
from synthetic.export.employers import EMPLOYERS, employers
from synthetic.population import Population
from synthetic.recipes import Margin
from synthetic.variables import Column, Variable

Floats = NDArray[np.float64]


def holds(condition: object, values: Column, each: Variable) -> NDArray[np.bool_]:
    """Whether a condition holds, for each value."""
    if isinstance(condition, dict):
        check_keys(condition, ("at_least", "below"), f"a condition on {each.name}")
        at_least, below = condition.get("at_least", -np.inf), condition.get("below", np.inf)
        return np.asarray((values >= at_least) & (values < below))
    wanted = condition if isinstance(condition, list | tuple) else [condition]
    codes = [_level(each, value) if each.fixed else each.code(value) for value in wanted]
    return np.isin(values, np.asarray(codes))


def _level(each: Variable, value: object) -> object:
    return each.levels.index(str(value)) if each.levels is not None else value


def compare(population: Population, margins: list[Margin] | None = None) -> pd.DataFrame:
    """Each margin beside what the population shows: found value, clustered standard error, and whether it holds.

    `errors` is the difference in standard errors; `holds` is true if it is at most `within` plus four of them. A ratio
    estimate over G clusters has variance G/(G-1) sum((y - r x)^2) / (sum x)^2 (Cochran 1977, section 6.4). Clusters
    are the grids, or the cities if the margin reads a column that depends on the city, as employers do.
    """
    margins = population.recipe.margins if margins is None else margins
    over, under = _sums(population, margins)
    cities = _cities(population)
    of_city = population.recipe.effects(["city"]) | EMPLOYERS.keys() if len(cities) < over.shape[1] else frozenset()
    rows = []
    for margin, y, x in zip(margins, over, under):
        if of_city.intersection(margin.columns):
            y, x = np.add.reduceat(y, cities), np.add.reduceat(x, cities)
        rows.append(_row(margin, y, x))
    return pd.DataFrame(rows)


def _sums(population: Population, margins: list[Margin]) -> tuple[Floats, Floats]:
    """Numerator and denominator of each margin (rows) in each grid (columns)."""
    grids = (population.size - 1) // GRID + 1
    over, under = np.zeros((len(margins), grids)), np.zeros((len(margins), grids))
    rates = [_Recorded(margin, population) if margin.recorded else None for margin in margins]
    read = (margin.columns if rate is None else [*rate.reads, *margin.among] for margin, rate in zip(margins, rates))
    pairs = {k: np.zeros((6, grids)) for k, margin in enumerate(margins) if margin.with_head}
    named = {column for columns in read for column in columns} | ({"household"} if pairs else set())
    outside = employers(population) if named & EMPLOYERS.keys() else {}
    names = sorted(named - EMPLOYERS.keys())
    population.recipe.needed(names)
    for start in range(0, population.size, 64 * GRID):
        stop = min(start + 64 * GRID, population.size)
        columns = population.arrays(start, stop, names=names)
        columns |= {name: values[start:stop] for name, values in outside.items()}
        part = _Part(columns, {**population.recipe.variables, **EMPLOYERS})
        block = slice(start // GRID, (stop - 1) // GRID + 1)
        for k, (margin, rate) in enumerate(zip(margins, rates)):
            counted = part.all_of(margin.among)
            if k in pairs:
                own = np.take(margin.worth, part.columns[margin.mean]) if margin.worth else part.columns[margin.mean]
                head = own[part.columns["household"] - start]
                products = (np.ones(len(own)), head, own, head * head, own * own, head * own)
                pairs[k][:, block] = [_by_grid(counted * each) for each in products]
                continue
            top: Column = counted & part.all_of(margin.where)
            if margin.mean:
                values = part.columns[margin.mean]
                top = top * (np.take(margin.worth, values) if margin.worth else values)
            if rate is not None:
                top = top * rate.expected(start, part.columns)
            over[k, block], under[k, block] = _by_grid(top), _by_grid(counted)
    for k, sums in pairs.items():
        over[k], under[k] = _related(sums, margins[k].with_head)
    return over, under


def _related(sums: Floats, how: str) -> tuple[Floats, Floats]:
    """Numerator and denominator, in each grid, of a slope or correlation of y on x, from n, x, y, xx, yy and xy.

    Both are ratios of sums around the means. In a correlation r the denominator is half of zx^2 + zy^2, which adds up
    to n, so that the residual of the ratio is the influence of a grid on r (Hampel 1974). Where nobody differs, both
    are 0 and the ratio is undefined.
    """
    n, x, y, xx, yy, xy = sums
    if not n.sum():
        return n, n
    mean_x, mean_y = x.sum() / n.sum(), y.sum() / n.sum()
    across = xy - mean_x * y - mean_y * x + mean_x * mean_y * n
    of_x, of_y = xx - 2 * mean_x * x + mean_x**2 * n, yy - 2 * mean_y * y + mean_y**2 * n
    var_x, var_y = of_x.sum() / n.sum(), of_y.sum() / n.sum()
    if not var_x or (how == "correlation" and not var_y):
        return n * 0, n * 0
    if how == "slope":
        return across / var_x, of_x / var_x
    return across / np.sqrt(var_x * var_y), (of_x / var_x + of_y / var_y) / 2


class _Recorded:
    """The acts of a kind that a channel is expected to enter: a rate of every person, without a draw."""

    def __init__(self, margin: Margin, population: Population) -> None:
        self.conduct, self.channel = Conduct.load(margin.recorded), Channel.load(margin.channel)
        self.population = population
        self.reads = [column for column in self.channel.reads if column != "household"]
        self.reads += ["age", *(part.on for part in self.conduct.depends)]

    def expected(self, start: int, columns: Mapping[str, Column]) -> Floats:
        """Entries a year of each person from `start` on, times 100,000: the mean is the number per 100,000 people."""
        recipe, seed = self.population.recipe, self.population.seed
        acts = self.conduct.rates(columns, recipe)
        urban, minority = (
            (recipe.variables[name].levels or ()).index(level)
            for name, level in (("residence", "urban"), ("community", "minority"))
        )
        people = np.arange(start, start + len(acts))
        entered = self.channel.entered(
            people, lambda who, name: columns[name][who - start], seed=seed, urban=urban, minority=minority
        )
        return np.asarray(acts * entered * 12 * 100_000)


class _Part:
    """Columns of a range of people, and which of them meet conditions; each condition is evaluated once."""

    def __init__(self, columns: Mapping[str, Column], variables: Mapping[str, Variable]) -> None:
        self.columns, self.variables = columns, variables
        self._seen: dict[str, NDArray[np.bool_]] = {}

    def all_of(self, conditions: Mapping[str, object]) -> NDArray[np.bool_]:
        """Which people meet every condition."""
        kept = np.ones(len(next(iter(self.columns.values()))), np.bool_)
        for column, condition in conditions.items():
            key = f"{column} {condition}"
            if key not in self._seen:
                self._seen[key] = holds(condition, self.columns[column], self.variables[column])
            kept &= self._seen[key]
        return kept


def _row(margin: Margin, y: Floats, x: Floats) -> dict[str, object]:
    """One margin of the answer, from its numerator and denominator in each cluster."""
    n, count = x.sum(), len(x)
    found = y.sum() / n if n else np.nan
    error = np.sqrt(count / (count - 1) * ((y - found * x) ** 2).sum()) / n if n and count > 1 else np.nan
    gap = found - margin.value
    return {
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
        "n": round(float(n)),
        "source": margin.source,
        "reading": margin.reading,
    }


def _cities(population: Population) -> NDArray[np.int64]:
    """The first grid of every city, or every grid if the recipe draws no cities."""
    grids = np.arange((population.size - 1) // GRID + 1)
    cities = population.cities
    return grids if cities is None else np.unique(cities.bounds(grids)[0])


def _by_grid(values: Column) -> Floats:
    whole = np.zeros(-(-len(values) // GRID) * GRID, values.dtype)
    whole[: len(values)] = values
    return np.asarray(whole.reshape(-1, GRID).sum(axis=1, dtype=np.float64))
