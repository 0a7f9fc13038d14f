"""Writes a population to a file, block by block: memory does not grow with size, and the bytes are always the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from synthetic.errors import InputError
from synthetic.population import Population
from synthetic.variables import Column, Variable
from synthetic.writing import csv_text

CHUNK = 65_536
"""Number of people written at once."""


def write_csv(population: Population, path: Path) -> None:
    """Write everybody as CSV, one row each, `person` first; the bytes are those of `people().to_csv()`.

    Each distinct label or number is formatted once, not once per person, which is several times faster.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(",".join(["person", *map(_quoted, population.recipe.columns)]) + "\n")
        for start in range(0, population.size, CHUNK):
            file.writelines(_lines(population, start, min(start + CHUNK, population.size)))


def write_parquet(population: Population, path: Path) -> None:
    """Write everybody as Parquet, one row group per block. Raises InputError if pyarrow is not installed."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            "Parquet needs the package pyarrow; install scoring-testbed[parquet], or write .csv."
        ) from None
    writer = None
    try:
        for start in range(0, population.size, CHUNK):
            table = pa.Table.from_pandas(population.people(start, min(start + CHUNK, population.size)))
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()


def _lines(population: Population, start: int, stop: int) -> Iterator[str]:
    arrays = population.arrays(start, stop)
    columns = [_spelled(arrays[name], population.recipe.variables[name]) for name in population.recipe.columns]
    people = map(str, range(start, stop))
    return (",".join(row) + "\n" for row in zip(people, *columns))


def _spelled(values: Column, each: Variable) -> list[str]:
    """The text of each value; runs of equal numbers (of a household or a grid) are formatted once."""
    if each.levels is not None:
        return _each([_quoted(label) for label in each.levels], values)
    if each.kind == "flag":
        return _each(["False", "True"], values.view(np.int8))
    begins = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    distinct, which = values[begins], np.diff(begins, append=len(values))
    texts = ["" if text == "nan" else text for text in map(repr, distinct.tolist())]
    return np.repeat(np.array(texts, object), which).tolist()


def _each(texts: list[str], codes: Column) -> list[str]:
    """The text of each code."""
    found: list[str] = np.array(texts, object).take(codes).tolist()
    return found


def _quoted(text: str) -> str:
    """A text as a CSV cell, quoted if needed. Formulas are not escaped, because any program may read the data."""
    return csv_text([[text, ""]])[: -len(",\n")]
