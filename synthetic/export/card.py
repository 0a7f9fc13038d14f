"""What goes with an exported population: a page for people (data card) and Croissant metadata for machines.

The page follows Gebru et al. (2021), Datasheets for Datasets; the metadata Croissant 1.0 (MLCommons 2024), JSON-LD.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import GRID
from synthetic.population import Population
from synthetic.source import sources
from synthetic.variables import Variable

LICENSE = "https://spdx.org/licenses/MIT.html"
FORMATS = {".csv": "text/csv", ".parquet": "application/x-parquet"}
SHOWN = 64 * GRID
"""People whose values the page sums up: the first so many."""


def page(population: Population, files: tuple[str, ...] = ()) -> Iterator[str]:
    """The data card, a line at a time in Markdown."""
    recipe = population.recipe
    yield f"# Data card: {recipe.title or recipe.name}"
    yield ""
    yield f"{population.size:,} synthetic people made by the recipe `{recipe.name}` with seed {population.seed}."
    yield "Nobody here exists: each row is drawn from a causal model whose margins follow published figures. Truth"
    yield "stands beside attributes, so the file is for research on scoring systems and must not be used to score"
    yield "anybody."
    if files:
        yield ""
        yield "Files: " + ", ".join(f"`{name}`" for name in files) + "."
    yield ""
    yield "## Made again"
    yield ""
    yield "The same bytes come from"
    yield ""
    yield f"    testbed people {recipe.name} --people {population.size} --seed {population.seed} --out FILE"
    yield ""
    yield "whatever machine, order or number of processes; any range of ids can be made alone."
    yield ""
    yield "## Columns"
    yield ""
    shown = min(population.size, SHOWN)
    yield f"The last column is of the first {shown:,} people. `person` is the id, from 0."
    yield ""
    yield "| column | meaning | values | set per | held by institutions | found |"
    yield "|---|---|---|---|---|---|"
    found = population.arrays(0, shown)
    for name in recipe.columns:
        each = recipe.variables[name]
        levels = _one_of(each) or each.unit or ("yes or no" if each.kind == "flag" else "")
        truth = "never: truth" if each.truth else "may be"
        cells = (name, each.meaning, levels, each.assigned_to, truth, _summed_up(each, found[name]))
        yield "| " + " | ".join(" ".join(cell.split()).replace("|", "/") for cell in cells) + " |"
    yield ""
    yield "## Causes"
    yield ""
    for name, parents in recipe.graph.items():
        if parents:
            yield f"- {name}: from {', '.join(parents)}"
    yield ""
    yield "## Sources"
    yield ""
    assumed = sum(dial.reading == "assumed" for dial in recipe.dials.values())
    yield f"{len(recipe.dials)} dials, {assumed} of them assumed, and {len(recipe.tables)} tables of numbers."
    yield ""
    known = sources()
    for one in sorted({d.source for d in recipe.dials.values()} | {t.source for t in recipe.tables.values()}):
        source = known[one]
        yield f"- {source.id}: {source.title}. {source.publisher}, {source.date}. {source.locator}".rstrip()
    if recipe.contradictory:
        yield ""
        yield "## Where sources contradict each other"
        yield ""
        yield from (f"- {each.sentence}" for each in recipe.contradictory)
    yield ""
    yield "## Not modelled"
    yield ""
    yield from (f"- {line}" for line in recipe.not_modelled)


def _one_of(each: Variable) -> str:
    return "; ".join(each.levels or ())


def _summed_up(each: Variable, values: NDArray) -> str:
    if each.levels is not None and len(each.levels) <= 20:
        shares = np.bincount(values, minlength=len(each.levels)) / len(values)
        return "; ".join(f"{label} {share:.1%}" for label, share in zip(each.levels, shares))
    if each.kind == "flag":
        return f"yes {values.mean():.1%}"
    if each.fixed and each.kind == "integer" and each.bounds is None:
        return f"{len(np.unique(values)):,} distinct"
    low, middle, high = np.percentile(values, [5, 50, 95])
    return f"5 % below {low:.4g}, half below {middle:.4g}, 95 % below {high:.4g}"


def croissant(
    population: Population, file: Path, *, written: Path | None = None, version: str = "0.1.0"
) -> dict[str, Any]:
    """Croissant 1.0 metadata of a population written to a CSV or Parquet file: fields, types, digest.

    `written` is where the bytes stand while the file is not yet in place.
    """
    recipe, written = population.recipe, written or file
    kinds = {"category": "sc:Text", "integer": "sc:Integer", "float": "sc:Float", "flag": "sc:Boolean"}

    def field(name: str, kind: str, meaning: str) -> dict[str, Any]:
        return {
            "@type": "cr:Field",
            "@id": f"people/{name}",
            "name": name,
            "description": meaning,
            "dataType": kind,
            "source": {"fileObject": {"@id": file.name}, "extract": {"column": name}},
        }

    fields = [field("person", "sc:Integer", "id of the person, from 0")]
    for name in recipe.columns:
        each = recipe.variables[name]
        levels = f"; one of: {_one_of(each)}" if each.levels else ""
        unit = f", in {each.unit}" if each.unit else ""
        truth = "; truth, which no institution holds" if each.truth else ""
        fields.append(field(name, kinds[each.kind], f"{each.meaning}{unit}{levels}{truth}"))
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{recipe.name}-{population.size}-seed-{population.seed}",
        "description": f"{recipe.title or recipe.name}. Synthetic: nobody in it exists. Not for scoring anybody.",
        "license": LICENSE,
        "url": f"urn:scoring-testbed:{recipe.name}:{population.size}:{population.seed}",
        "version": version,
        "datePublished": recipe.as_of or "2026-01-01",
        "creator": {"@type": "sc:Organization", "name": "scoring-testbed", "url": "urn:scoring-testbed"},
        "citeAs": f"scoring-testbed {version}, recipe {recipe.name}, {population.size} people, seed {population.seed}",
        "isLiveDataset": False,
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": file.name,
                "name": file.name,
                "description": "one row for each person",
                "contentUrl": file.name,
                "contentSize": f"{written.stat().st_size} B",
                "encodingFormat": FORMATS[file.suffix],
                "sha256": _digest(written),
            }
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "people",
                "name": "people",
                "description": "one record for each person",
                "key": {"@id": "people/person"},
                "field": fields,
            }
        ],
    }


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context that the Croissant 1.0 specification prescribes."""
