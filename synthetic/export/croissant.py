"""Croissant 1.0 metadata of an exported population, for machines (MLCommons 2024, JSON-LD)."""

# Any: JSON-LD is nested dictionaries, lists and texts.
from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from synthetic.population import Population
from synthetic.recipes import Recipe

LICENSE = "https://spdx.org/licenses/MIT.html"
FORMATS = {".csv": "text/csv", ".parquet": "application/x-parquet"}
KINDS = {"category": "sc:Text", "integer": "sc:Integer", "float": "sc:Float", "flag": "sc:Boolean"}
"""The data type of each kind of variable."""


def croissant(
    population: Population, file: Path, *, written: Path | None = None, version: str = "0.1.0"
) -> dict[str, Any]:
    """Croissant 1.0 metadata of a population written to a CSV or Parquet file: fields, types, digest.

    `written` is where the bytes are while the file is not yet in place.
    """
    recipe = population.recipe
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
        "distribution": [_file(file, written or file)],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "people",
                "name": "people",
                "description": "one record for each person",
                "key": {"@id": "people/person"},
                "field": _fields(recipe, file.name),
            }
        ],
    }


def _file(file: Path, written: Path) -> dict[str, Any]:
    """The file object: size, format and digest of the bytes at `written`."""
    with written.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": "one row for each person",
        "contentUrl": file.name,
        "contentSize": f"{written.stat().st_size} B",
        "encodingFormat": FORMATS[file.suffix],
        "sha256": digest,
    }


def _fields(recipe: Recipe, file: str) -> list[dict[str, Any]]:
    """A field for the id of the person and for each column of a recipe."""
    fields = [_field("person", "sc:Integer", "id of the person, from 0", file)]
    for name in recipe.columns:
        each = recipe.variables[name]
        levels = f"; one of: {'; '.join(each.levels)}" if each.levels else ""
        unit = f", in {each.unit}" if each.unit else ""
        truth = "; truth, which no institution holds" if each.truth else ""
        fields.append(_field(name, KINDS[each.kind], f"{each.meaning}{unit}{levels}{truth}", file))
    return fields


def _field(name: str, kind: str, meaning: str, file: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"people/{name}",
        "name": name,
        "description": meaning,
        "dataType": kind,
        "source": {"fileObject": {"@id": file}, "extract": {"column": name}},
    }


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
