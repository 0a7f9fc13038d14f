"""The data card of an exported population: a page for people, after Gebru et al. (2021), Datasheets for Datasets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from synthetic.draws import GRID
from synthetic.population import Population
from synthetic.recipes import Recipe
from synthetic.source import sources
from synthetic.variables import Column, Variable

SHOWN = 64 * GRID
"""Number of people, from id 0 on, whose values the page summarizes."""


def page(population: Population, files: tuple[str, ...] = ()) -> Iterator[str]:
    """The data card, a line at a time in Markdown."""
    recipe = population.recipe
    yield f"# Data card: {recipe.title or recipe.name}"
    yield ""
    yield from _about(population, files)
    yield from _section("How to make it again", _again(population))
    yield from _section("Columns", _columns(population))
    yield from _section("Causes", _causes(recipe))
    yield from _section("Sources", _sources(recipe))
    if recipe.contradictory:
        yield from _section(
            "Sources that contradict each other", [f"- {each.sentence}" for each in recipe.contradictory]
        )
    yield from _section("Not modelled", [f"- {line}" for line in recipe.not_modelled])


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from lines


def _about(population: Population, files: tuple[str, ...]) -> Iterator[str]:
    name, seed = population.recipe.name, population.seed
    yield f"{population.size:,} synthetic people made by the recipe `{name}` with seed {seed}."
    yield "Nobody here exists: each row is drawn from a causal model whose margins follow published figures. The file"
    yield "holds true traits that no institution knows, so it is for research on scoring systems and must not be used"
    yield "to score anybody."
    if files:
        yield ""
        yield "Files: " + ", ".join(f"`{name}`" for name in files) + "."


def _again(population: Population) -> Iterator[str]:
    yield "This command makes the same bytes:"
    yield ""
    yield (
        f"    testbed people {population.recipe.name} --people {population.size} --seed {population.seed} --out FILE"
    )
    yield ""
    yield "The machine, the order and the number of processes make no difference; any range of ids can be made alone."


def _columns(population: Population) -> Iterator[str]:
    shown = min(population.size, SHOWN)
    yield f"The last column summarizes the first {shown:,} people. `person` is the id, from 0."
    yield ""
    yield "| column | meaning | values | set per | held by institutions | found |"
    yield "|---|---|---|---|---|---|"
    found = population.arrays(0, shown)
    for name in population.recipe.columns:
        each = population.recipe.variables[name]
        levels = "; ".join(each.levels or ()) or each.unit or ("yes or no" if each.kind == "flag" else "")
        truth = "never: truth" if each.truth else "may be"
        cells = (name, each.meaning, levels, each.assigned_to, truth, _summary(each, found[name]))
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "/") for cell in cells) + " |"


def _causes(recipe: Recipe) -> Iterator[str]:
    for name, parents in recipe.graph.items():
        if parents:
            yield f"- {name}: from {', '.join(parents)}"


def _sources(recipe: Recipe) -> Iterator[str]:
    assumed = sum(dial.reading == "assumed" for dial in recipe.dials.values())
    yield f"{len(recipe.dials)} dials, {assumed} of them assumed, and {len(recipe.tables)} tables of numbers."
    yield ""
    known = sources()
    for one in sorted({d.source for d in recipe.dials.values()} | {t.source for t in recipe.tables.values()}):
        source = known[one]
        yield f"- {source.id}: {source.title}. {source.publisher}, {source.date}. {source.locator}".rstrip()


def _summary(each: Variable, values: Column) -> str:
    """The values of a column in a few words: shares of its levels, or percentiles."""
    if each.levels is not None and len(each.levels) <= 20:
        shares = np.bincount(values, minlength=len(each.levels)) / len(values)
        return "; ".join(f"{label} {share:.1%}" for label, share in zip(each.levels, shares))
    if each.kind == "flag":
        return f"yes {values.mean():.1%}"
    if each.fixed and each.kind == "integer" and each.bounds is None:
        return f"{len(np.unique(values)):,} distinct"
    low, middle, high = np.percentile(values, [5, 50, 95])
    return f"5 % below {low:.4g}, half below {middle:.4g}, 95 % below {high:.4g}"
