"""A page that compares a society with its published margins.

`python -m synthetic.export.fidelity RECIPE --out FILE.md`
"""

from __future__ import annotations

import argparse

from synthetic.errors import InputError
from synthetic.export.margins import compare
from synthetic.population import Population
from synthetic.source import sources
from synthetic.writing import reserve_file


def table(population: Population) -> str:
    """The page, in Markdown: target, found value, difference, standard errors and source of every margin."""
    recipe, found = population.recipe, compare(population)
    options = f"--people {population.size} --seed {population.seed} --out FILE"
    command = f"python -m synthetic.export.fidelity {recipe.name} {options}"
    held = int(found["holds"].sum())
    joint = sum(len(margin.columns) > 1 for margin in recipe.margins)
    lines = [
        f"# Fidelity of {recipe.name}",
        "",
        f"Made by `{command}`; not edited by hand.",
        "",
        f"{population.size:,} people, seed {population.seed}.",
        f"{len(found)} margins, {joint} of them joint (of two columns or more); {held} hold: the difference is",
        "at most what is allowed (`within`, declared with the margin) plus four standard errors, which are clustered",
        "by grid (by city for what depends on the city). A difference of many standard errors inside `within` is a",
        "known misfit of the model, not chance.",
        "Readings: stated, the source says it; inferred, it follows from the source; assumed, recalled.",
        "",
        "| margin | columns | unit | target | found | difference | standard errors | within | holds | source "
        "| reading |",
        "|---|---|---|---:|---:|---:|---:|---:|---|---|---|",
    ]
    for _, row in found.iterrows():
        numbers = [f"{value:.5g}" for value in (row.target, row.found, row.difference)]
        rest = (str(row.unit), *numbers, f"{row.errors:+.1f}", f"{row.within:g}", "yes" if row.holds else "NO")
        lines.append(f"| {row.margin} | {row['columns']} | " + " | ".join(rest) + f" | {row.source} | {row.reading} |")
    lines += ["", "Sources:", ""]
    known = sources()
    for one in sorted({margin.source for margin in recipe.margins}):
        lines.append(f"- {one}: {known[one].title}. {known[one].publisher}, {known[one].date}.")
    if recipe.contradictory:
        lines += ["", "Where sources contradict each other:", ""]
        lines += [f"- {each.sentence}" for each in recipe.contradictory]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the page, and write it to a file if `--out` is given."""
    parser = argparse.ArgumentParser(
        prog="python -m synthetic.export.fidelity", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("recipe", nargs="?", default="china-2020", metavar="RECIPE")
    parser.add_argument("--people", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument("--out", metavar="FILE.md")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    asked = parser.parse_args()
    try:
        out = reserve_file("--out", asked.out, overwrite=asked.overwrite) if asked.out is not None else None
        text = table(Population(asked.recipe, asked.people, seed=asked.seed))
    except InputError as problem:
        parser.exit(2, f"{parser.prog}: {problem}\n")
    print(text, end="")
    if out is not None:
        out.write(text)


if __name__ == "__main__":
    main()
