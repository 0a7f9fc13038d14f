"""Files larger than memory: read block by block, of each only counts of distinct rows are kept.

Counting gives the same numbers as reading the whole table: a distinct row that occurs k times is a row that stands
for k people.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed import reading
from testbed.counting import MOST, Tally
from testbed.frames import Held, names_asked, refuse_missing

BLOCK = 1 << 20
"""Rows of a block; not left to the file, for sums of weights depend on it in the last digit."""
LARGE = 1 << 30
"""Bytes that a table may take before it is counted in blocks: rows times columns times 8, or a CSV file's length."""

Block = tuple[dict[str, tuple[NDArray[np.integer], Sequence[Any]]], NDArray[np.float64] | None]


def from_file(path: Path, roles: Mapping[str, Any], *, threshold: float | None, stream: bool | None) -> Held:
    """The table of a file: read whole, or counted in blocks where it is large or that is asked for (`stream`)."""
    reading.kind(path)
    known = reading.column_names(path)
    asked = names_asked(roles, known)
    if stream is None:
        stream = reading.size(path, len(asked)) > LARGE
    if not stream:
        return Held(reading.read_table(path, list(asked)))
    if any(not isinstance(one, str) and one is not None for one in _each(roles)):
        raise InputError("a file that is counted in blocks is asked for its columns by name.")
    if roles.get("features"):
        raise InputError("features need the whole table: it cannot be counted in blocks (stream=False, --whole).")
    weights, score = roles.get("weights"), roles.get("score") or ""
    if weights is not None and asked[weights] != "weights":
        raise InputError(f"weights column {weights!r} is also asked for as {asked[weights]}.")
    names = [name for name in asked if name != weights]
    tally = Tally(names, score if asked.get(score) == "score" else "", threshold, MOST)
    blocks = _csv_blocks if reading.kind(path) == "csv" else _parquet_blocks
    for block, weight in blocks(path, names, weights):
        tally.add(block, weight)
    return _held(tally, asked, reading.kind(path) == "csv", weights)


def _each(roles: Mapping[str, Any]) -> Iterator[Any]:
    for given in roles.values():
        yield from given if isinstance(given, list | tuple) else [given]


def _held(tally: Tally, asked: Mapping[str, str], texts: bool, weights: str | None) -> Held:
    found, sums = tally.rows()
    rows = np.rint(sums[:, 0]).astype(np.int64)
    above, lost = None, ""
    if tally.given_up:
        codes, values = found.pop(tally.score)
        if tally.threshold is not None:
            above = np.array([bool(value) for value in values])[codes]
        lost = (
            f"the scores were not kept: counted in blocks the table has more than {tally.most:,} different rows; "
            "read it whole (stream=False, --whole)"
        )
    made = {}
    for name, (codes, values) in found.items():
        column = pd.Series(values, dtype=object)
        column = reading.typed(column) if texts else column.infer_objects()
        made[name] = column.iloc[codes].reset_index(drop=True)
    frame = pd.DataFrame(made)
    refuse_missing(frame, asked, rows)
    note = f"counted in blocks: {tally.total:,} rows, {len(frame):,} of them different."
    total, squares = None, None
    if weights is not None:
        total, squares = pd.Series(sums[:, 1]), sums[:, 2]
    return Held(frame, rows, total, squares, above, lost, [note])


def _parquet_blocks(path: Path, names: list[str], weights: str | None) -> Iterator[Block]:
    """Blocks of a Parquet file; text is read as codes where the file holds it so."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as plain:
        schema = plain.schema_arrow
    text = [
        name
        for name in names
        if pa.types.is_string(schema.field(name).type) or pa.types.is_large_string(schema.field(name).type)
    ]
    wanted = [*names, *([] if weights is None else [weights])]
    with pq.ParquetFile(path, read_dictionary=text, pre_buffer=False) as file:
        for batch in file.iter_batches(batch_size=BLOCK, columns=wanted):
            block = {}
            for name in names:
                column = batch.column(name)
                if not pa.types.is_dictionary(column.type):
                    column = column.dictionary_encode()
                codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
                block[name] = (codes, column.dictionary.to_pylist())
            weight = None
            if weights is not None:
                weight = _numbers(batch.column(weights).to_pandas(), weights)
            yield block, weight


def _csv_blocks(path: Path, names: list[str], weights: str | None) -> Iterator[Block]:
    """Blocks of a CSV file: texts, which become numbers when all of them are known."""
    wanted = [*names, *([] if weights is None else [weights])]
    for frame in reading.csv_blocks(path, wanted, BLOCK):
        block: dict[str, tuple[NDArray[np.integer], Sequence[Any]]] = {}
        for name in names:
            codes, texts = pd.factorize(frame[name])
            block[name] = (codes, list(texts))
        yield block, None if weights is None else _numbers(reading.typed(frame[weights]), weights)


def _numbers(column: pd.Series, name: str) -> NDArray[np.float64]:
    """The weights of a block. Raises InputError for missing values, text, and what is no weight."""
    from testbed.columns import Column, finite

    if column.isna().any():
        raise InputError(f"weights column {name!r} has missing values; leave such rows out or weigh them 0.")
    made = finite(Column(name, column, "weights"))
    if (made < 0).any():
        raise InputError(f"weights column {name!r} has {made.min():g}; weights are 0 or more.")
    return made
