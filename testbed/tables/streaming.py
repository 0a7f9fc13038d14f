"""Files larger than memory: they are read block by block, and only counts of distinct rows are kept.

Counting gives the same numbers as reading the whole table: a distinct row that occurs k times stands for k people.
"""

# Any: a user gives columns in any form, and pyarrow has no types.
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import incomplete, missing, plain
from synthetic.csv_file import csv_blocks
from synthetic.errors import InputError
from testbed.tables import reading
from testbed.tables.counting import MOST, Tally
from testbed.tables.held import WEIGHTS, Held, names_asked

BLOCK = 1 << 20
"""Rows of a block. The file does not decide it, since the last digit of sums of weights depends on it."""
LARGE = 1 << 30
"""The most bytes of a table that is read whole by default: rows times columns times 8, or a CSV file's length."""

Codes = dict[str, tuple[NDArray[np.integer], Sequence[Any]]]
Block = tuple[Codes, pd.Series | None]


def from_file(path: Path, roles: Mapping[str, Any], *, threshold: float | None, stream: bool | None) -> Held:
    """Return the table of a file: read whole, or counted in blocks if it is large or `stream` asks for it."""
    reading.kind(path)
    known = reading.column_names(path)
    asked = names_asked(roles, known)
    if stream is None:
        stream = reading.size(path, len(asked)) > LARGE
    csv = reading.kind(path) == "csv"
    if not stream:
        return Held(reading.read_table(path, list(asked), text=True), texts=csv)
    if any(not isinstance(one, str) and one is not None for one in _each(roles)):
        raise InputError(
            "found an array or a Series; for a file that is counted in blocks, names of columns are allowed."
        )
    if roles.get("features"):
        raise InputError("features need the whole table, not counts in blocks; read it whole (stream=False, --whole).")
    role = next((one for one in WEIGHTS if roles.get(one) is not None), "")
    weights, score = roles.get(role), roles.get("score") or ""
    if weights is not None and asked[weights] != role:
        raise InputError(f"{role} column {weights!r} is also named as {asked[weights]}; one of the two is allowed.")
    names = [name for name in asked if name != weights]
    tally = Tally(names, score if asked.get(score) == "score" else "", threshold, MOST, number=partial(_number, score))
    absent: dict[str, tuple[int, int]] = {}
    for block, weight in (_csv_blocks if csv else _parquet_blocks)(path, names, weights):
        lacking = {name: codes < 0 for name, (codes, _) in block.items() if len(codes) and codes.min() < 0}
        if weights is not None and weight is not None and missing(weight).any():
            lacking[weights] = missing(weight)
        for name, here in lacking.items():
            count, first = absent.get(name, (0, tally.total + int(here.argmax())))
            absent[name] = (count + int(here.sum()), first)
        tally.add(block, None if weight is None else _numbers(weight, str(weights), role))
    for name, what in asked.items():
        if name in absent:
            raise incomplete(f"{what} column {name!r}", *absent[name])
    return _held(tally, weights, {} if csv else reading.declared(path))


def _each(roles: Mapping[str, Any]) -> Iterator[Any]:
    """Give every column that is asked for."""
    for given in roles.values():
        yield from given if isinstance(given, list | tuple) else [given]


def _held(tally: Tally, weights: str | None, declared: Mapping[str, bool]) -> Held:
    """Return the distinct rows as a table, with how many rows each stands for."""
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
        column = pd.Series(values, dtype=object).infer_objects()
        if name in declared:
            column = pd.Series(pd.Categorical(values, categories=values, ordered=declared[name]))
        made[name] = column.iloc[codes].reset_index(drop=True)
    frame = pd.DataFrame(made)
    note = f"counted in blocks: {tally.total:,} rows, {len(frame):,} of them different."
    if weights is None:
        return Held(frame, rows, above=above, lost=lost, notes=[note])
    weighing = np.rint(sums[:, 3]).astype(np.int64)
    return Held(frame, rows, pd.Series(sums[:, 1], name=weights), sums[:, 2], weighing, above, lost, [note])


def _parquet_blocks(path: Path, names: list[str], weights: str | None) -> Iterator[Block]:
    """Give the blocks of a Parquet file; text is read as codes if the file has it so."""
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
            block: Codes = {name: _coded(batch.column(name), name) for name in names}
            weight = None
            if weights is not None:
                weight = batch.column(weights).to_pandas()
            yield block, weight


def _coded(column: Any, name: str) -> tuple[NDArray[np.integer], list[Any]]:
    """Return codes per row, below 0 for a missing value, and the values of the codes."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        try:
            column = column.dictionary_encode()
        except pa.ArrowNotImplementedError:
            raise InputError(
                f"column {name!r} has values of type {column.type}; texts and numbers are allowed."
            ) from None
    codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    values = column.dictionary.to_pylist()
    nothing = [at for at, value in enumerate(values) if value is None or value != value]
    return np.where(np.isin(codes, nothing), -1, codes) if nothing else codes, values


def _csv_blocks(path: Path, names: list[str], weights: str | None) -> Iterator[Block]:
    """Give the blocks of a CSV file as texts, which become numbers once all of them are known."""
    wanted = [*names, *([] if weights is None else [weights])]
    for frame in csv_blocks(path, wanted, BLOCK):
        block: Codes = {}
        for name in names:
            codes, texts = pd.factorize(frame[name])
            block[name] = (codes, list(texts))
        yield block, None if weights is None else frame[weights]


def _numbers(column: pd.Series, name: str, role: str) -> NDArray[np.float64]:
    """Return the weights or counts of a block, NaN if one is missing. Raises InputError for anything else."""
    from testbed.tables.columns import Column
    from testbed.tables.numeric import each_weight

    made = np.full(len(column), np.nan)
    present = ~missing(column)
    if present.any():
        made[present] = each_weight(Column(name, plain(column[present]), role))
    return made


def _number(name: str, value: Any) -> float:
    """Return a score as a number; in a CSV file it is a text."""
    known = reading.number(value) if isinstance(value, str) else value
    if not isinstance(known, Real | Decimal):
        raise InputError(f"score column {name!r} must hold numbers, found {value!r}.")
    return float(known)
