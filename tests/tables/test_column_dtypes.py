"""Columns of every kind that pandas, Arrow and polars offer, in every role of a table.

Without missing values the findings are those of numpy; with them the table is refused, with their number and first row.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthetic.errors import InputError
from synthetic.population.population import Population
from testbed import audit_table
from testbed.commands.cli import main
from testbed.models.features import Features

N = 24
WORDS = np.random.Generator(np.random.Philox(3)).integers(0, 2, (4, N))
BASE = pd.DataFrame({"g": WORDS[0], "y": WORDS[1], "p": WORDS[2], "s": np.arange(N) % 7 / 8})
BITS = WORDS[3].tolist()
MANY = (np.arange(N) // 2).tolist()
"""Twelve values: with ten clusters there are intervals."""
GONE = (5, 9, 20)
"""Rows whose value is missing where some are."""

MEASURES = "selection_rate,true_positive_rate,mean_score"
ROLES: dict[str, dict[str, Any]] = {
    "groups": {"groups": "x"},
    "control": {"control": "x"},
    "clusters": {"clusters": "x"},
    "features": {"features": ["x"], "measures": "consistency[k=3]"},
    "outcome": {"outcome": "x"},
    "prediction": {"prediction": "x"},
    "score": {"score": "x"},
    "weights": {"weights": "x"},
}
NAMES_ONLY = ("groups", "control", "clusters", "features")
"""Roles in which any value will do."""


@dataclass(frozen=True)
class Kind:
    """How a column is made from whole numbers. numbers: whether they may be labels, scores and weights.

    only_bits: it has no third value. full: it cannot hold a missing value.
    """

    make: Callable[[list[Any]], Any]
    numbers: bool = True
    only_bits: bool = False
    full: bool = False

    def roles(self) -> list[str]:
        return list(ROLES) if self.numbers else list(NAMES_ONLY)


DAY = dt.date(2020, 1, 1)


def each(change: Callable[[int], Any]) -> Callable[[list[Any]], list[Any]]:
    return lambda values: [None if value is None else change(value) for value in values]


as_bool, as_text, as_float = each(bool), each(str), each(float)
as_decimal, as_bytes = each(lambda at: Decimal(at).quantize(Decimal("1.00"))), each(lambda at: f"{at:02}".encode())
as_day, as_time = each(lambda at: DAY + dt.timedelta(at)), each(lambda at: dt.time(at))
as_moment = each(lambda at: dt.datetime(2020, 1, 1, 5) + dt.timedelta(at))
as_span = each(lambda at: dt.timedelta(at))
padded = each(lambda at: f"v{at:02}")


def pandas(dtype: Any, change: Callable[[list[Any]], Any] = list, **more: Any) -> Kind:
    return Kind(lambda values: pd.Series(change(values), dtype=dtype), **more)


def arrow(kind: pa.DataType, change: Callable[[list[Any]], Any] = list, **more: Any) -> Kind:
    def make(values: list[Any]) -> pd.Series:
        return pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(change(values), kind)])))  # type: ignore[attr-defined]

    return Kind(make, **more)


def polars(dtype: Any, change: Callable[[list[Any]], Any] = list, **more: Any) -> Kind:
    return Kind(lambda values: pl.Series("x", change(values), dtype=dtype), **more)


def halves(values: list[Any]) -> list[Any]:
    return [None if value is None else np.float16(value) for value in values]


def nan_for_none(values: list[Any]) -> list[float]:
    return [np.nan if value is None else float(value) for value in values]


WHOLE = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
NO_NUMBERS: dict[str, Any] = {"numbers": False}
PANDAS = {
    "bool": pandas("bool", as_bool, only_bits=True, full=True),
    **{name: pandas(name, full=True) for name in WHOLE},
    **{name: pandas(name, nan_for_none) for name in ("float16", "float32", "float64")},
    "boolean": pandas("boolean", as_bool, only_bits=True),
    **{name: pandas(name) for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")},
    "Float32": pandas("Float32", as_float),
    "Float64": pandas("Float64", as_float),
    "object of ints": pandas(object),
    "object of bools": pandas(object, as_bool, only_bits=True),
    "object of text": pandas(object, as_text),
    "object of decimals": pandas(object, as_decimal),
    "str": pandas("str", as_text),
    "string[python]": pandas(pd.StringDtype("python"), as_text),
    "string[pyarrow]": pandas(pd.StringDtype("pyarrow"), as_text),
    "category": Kind(lambda values: pd.Series(pd.Categorical(padded(values))), numbers=False),
    "category of ints": Kind(lambda values: pd.Series(pd.Categorical(values)), numbers=False),
    "datetime64": pandas("datetime64[ns]", as_day, **NO_NUMBERS),
    "datetime64 with zone": pandas("datetime64[us, Europe/Berlin]", as_moment, **NO_NUMBERS),
    "timedelta64": pandas("timedelta64[ns]", as_span, **NO_NUMBERS),
    "period": pandas("period[D]", as_day, **NO_NUMBERS),
    "interval": Kind(
        lambda values: pd.Series(
            pd.arrays.IntervalArray([None if at is None else pd.Interval(at, at + 1) for at in values])  # type: ignore[arg-type,list-item]
        ),
        numbers=False,
    ),
    "Sparse[int]": Kind(lambda values: pd.Series(pd.arrays.SparseArray(values, fill_value=0)), full=True),
    "Sparse[bool]": Kind(
        lambda values: pd.Series(pd.arrays.SparseArray(as_bool(values), fill_value=False)), full=True, only_bits=True
    ),
    "Sparse[float]": Kind(lambda values: pd.Series(pd.arrays.SparseArray(nan_for_none(values)))),
}
ARROW = {
    "bool": arrow(pa.bool_(), as_bool, only_bits=True),
    **{name: arrow(getattr(pa, name)()) for name in WHOLE},
    "float16": arrow(pa.float16(), halves),
    "float32": arrow(pa.float32()),
    "float64": arrow(pa.float64()),
    "float64 with NaN": arrow(pa.float64(), nan_for_none),
    "decimal128": arrow(pa.decimal128(5, 2), as_decimal),
    "decimal256": arrow(pa.decimal256(5, 2), as_decimal),
    "string": arrow(pa.string(), as_text),
    "large_string": arrow(pa.large_string(), as_text),
    "dictionary": arrow(pa.dictionary(pa.int32(), pa.string()), as_text),
    "binary": arrow(pa.binary(), as_bytes, **NO_NUMBERS),
    "date32": arrow(pa.date32(), as_day, **NO_NUMBERS),
    "date64": arrow(pa.date64(), as_day, **NO_NUMBERS),
    "timestamp": arrow(pa.timestamp("us"), as_moment, **NO_NUMBERS),
    "timestamp with zone": arrow(pa.timestamp("us", "Europe/Berlin"), as_moment, **NO_NUMBERS),
    "duration": arrow(pa.duration("us"), as_span, **NO_NUMBERS),
    "time32": arrow(pa.time32("s"), as_time, **NO_NUMBERS),
    "time64": arrow(pa.time64("us"), as_time, **NO_NUMBERS),
}
WIDER = ["Int8", "Int16", "Int32", "Int64", "Int128", "UInt8", "UInt16", "UInt32", "UInt64", "UInt128"]
POLARS = {
    "Boolean": polars(pl.Boolean, as_bool, only_bits=True),
    **{name: polars(getattr(pl, name)) for name in WIDER},
    **{name: polars(getattr(pl, name), as_float) for name in ("Float16", "Float32", "Float64")},
    "Float64 with NaN": polars(pl.Float64, nan_for_none),
    "Decimal": polars(pl.Decimal(5, 2), as_decimal),
    "String": polars(pl.String, as_text),
    "Categorical": polars(pl.Categorical, as_text),
    "Enum": polars(pl.Enum(list(map(str, range(12)))), as_text, **NO_NUMBERS),
    "Binary": polars(pl.Binary, as_bytes, **NO_NUMBERS),
    "Date": polars(pl.Date, as_day, **NO_NUMBERS),
    "Datetime": polars(pl.Datetime("us"), as_moment, **NO_NUMBERS),
    "Duration": polars(pl.Duration("us"), as_span, **NO_NUMBERS),
    "Time": polars(pl.Time, as_time, **NO_NUMBERS),
}
KINDS = {
    f"{library} {name}": kind
    for library, kinds in (("pandas", PANDAS), ("arrow", ARROW), ("polars", POLARS))
    for name, kind in kinds.items()
}
CASES = [(name, role) for name, kind in KINDS.items() for role in kind.roles()]
LACKING = [(name, role) for name, role in CASES if not KINDS[name].full]


def values_of(kind: Kind, role: str) -> list[Any]:
    return list(MANY if role == "clusters" and not kind.only_bits else BITS)


def table(name: str, values: list[Any]) -> Any:
    made = KINDS[name].make(values)
    if isinstance(made, pl.Series):
        return pl.from_pandas(BASE).with_columns(x=made)
    return BASE.assign(x=made)


def audited(frame: Any, role: str) -> pd.DataFrame:
    asked: dict[str, Any] = {"groups": "g", "outcome": "y", "prediction": "p", "score": "s", "measures": MEASURES}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return audit_table(frame, **{**asked, **ROLES[role]})


@cache
def plainly(role: str, many: bool) -> pd.DataFrame:
    """The findings with the column as whole numbers of numpy."""
    return audited(BASE.assign(x=MANY if many else BITS), role)


def same_numbers(found: pd.DataFrame, role: str, kind: Kind, extra_levels: bool = False) -> None:
    expected = plainly(role, many=values_of(kind, role) == MANY)
    # Groups are named by their values; an unused group that is declared adds rows without people.
    found = found[~found["group"].isin([""]) & ((found["n"] > 0) | (not extra_levels))] if extra_levels else found
    expected = expected[~expected["group"].isin([""])] if extra_levels else expected
    of = ["measure", "value", "low", "high", "n"]
    pd.testing.assert_frame_equal(
        found[of].reset_index(drop=True), expected[of].reset_index(drop=True), check_exact=False, rtol=1e-6
    )


@pytest.mark.parametrize(("name", "role"), CASES)
def test_a_column_without_missing_values_gives_the_findings_of_numpy(name: str, role: str) -> None:
    kind = KINDS[name]
    found = audited(table(name, values_of(kind, role)), role)
    same_numbers(found, role, kind, extra_levels="Enum" in name and role in ("groups", "control"))


@pytest.mark.parametrize(("name", "role"), LACKING)
def test_missing_values_are_refused_with_their_number_and_first_row(name: str, role: str) -> None:
    values = values_of(KINDS[name], role)
    for at in GONE:
        values[at] = None
    with pytest.raises(InputError, match=f"{role} column 'x' has 3 missing values, the first in row 5;"):
        audited(table(name, values), role)


def parquet(folder: Path, name: str, values: list[Any]) -> Path:
    """A table with a column of this kind as a Parquet file in row groups of 7, with no word of pandas in it."""
    made = pa.Table.from_pandas(table(name, values)).replace_schema_metadata(None)
    pq.write_table(made, folder / "t.parquet", row_group_size=7)
    return folder / "t.parquet"


# A dictionary in a Parquet file is what pandas writes a categorical as, so it declares its groups.
@pytest.mark.parametrize("name", [f"arrow {name}" for name in ARROW if name != "dictionary"])
def test_a_parquet_file_read_whole_and_in_blocks_gives_the_findings_of_numpy(name: str, tmp_path: Path) -> None:
    kind, lacking = KINDS[name], list(BITS)
    for at in GONE:
        lacking[at] = None
    for role in [role for role in ("groups", "control", "outcome", "score") if role in kind.roles()]:
        for stream in (False, True):
            found = audited_file(parquet(tmp_path, name, BITS), role, stream)
            same_numbers(found, role, kind)
            with pytest.raises(InputError, match=f"{role} column 'x' has 3 missing values, the first in row 5;"):
                audited_file(parquet(tmp_path, name, lacking), role, stream)


def audited_file(path: Path, role: str, stream: bool) -> pd.DataFrame:
    asked: dict[str, Any] = {"groups": "g", "outcome": "y", "prediction": "p", "score": "s", "measures": MEASURES}
    return audit_table(path, **{**asked, **ROLES[role]}, stream=stream)


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("size", ["--whole", "--stream"])
@pytest.mark.parametrize("role", [role for role in ROLES if role != "features"])
def test_a_file_with_missing_values_ends_with_status_2_and_one_sentence(
    role: str, size: str, ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = pd.Series(BITS, dtype="boolean").mask(pd.Series(range(N)).isin(GONE))
    file = tmp_path / f"t.{ending}"
    BASE.assign(x=gone.astype("Int64")).to_csv(file, index=False) if ending == "csv" else BASE.assign(
        x=gone
    ).to_parquet(file)
    options = {"groups": "g", "outcome": "y", "prediction": "p", "score": "s", role: "x"}
    words = [word for key, value in options.items() for word in (f"--{key}", value)]
    assert main(["table", str(file), *words, size, "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr()
    assert f"{role} column 'x' has 3 missing values, the first in row 5; leave such rows out" in told.err
    assert told.out == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.full])
def test_an_array_by_position_is_held_to_the_same(name: str) -> None:
    kind, role = KINDS[name], "prediction" if KINDS[name].numbers else "groups"
    lacking = [None if at in GONE else value for at, value in enumerate(BITS)]
    found = audit_table(BASE, **{"groups": "g", "prediction": "p", "measures": MEASURES, role: kind.make(BITS)})
    expected = audit_table(BASE, **{"groups": "g", "prediction": "p", "measures": MEASURES, role: np.array(BITS)})
    assert found["n"].tolist() == expected["n"].tolist() or "Enum" in name
    with pytest.raises(InputError, match=f"^{role} column .* has 3 missing values, the first in row 5;"):
        audit_table(BASE, **{"groups": "g", "prediction": "p", role: kind.make(lacking)})


@pytest.mark.parametrize("name", [name for name in KINDS if "polars" not in name])
def test_a_population_and_a_model_read_the_same_column_as_numpy_would(name: str) -> None:
    kind, whole = KINDS[name], Population.from_frame(pd.DataFrame({"x": BITS}))
    frame = pd.DataFrame({"x": kind.make(BITS)})
    made = Population.from_frame(frame)
    assert made.arrays()["x"].tolist() == whole.arrays()["x"].tolist()
    matrix = Features.of(frame).matrix(frame)
    # A number is one column, anything else a column per level, the last of them as the number.
    last = matrix[:, -1] > 0
    assert last.tolist() == [bit == 1 for bit in BITS]
    if not kind.full:
        lacking = pd.DataFrame({"x": kind.make([None if at in GONE else value for at, value in enumerate(BITS)])})
        for asked in (Population.from_frame, Features.of, Features.of(frame).matrix):
            with pytest.raises(InputError, match="column 'x' has 3 missing values, the first in row 5;"):
                asked(lacking)


def test_a_masked_array_and_complex_numbers_and_lists_are_refused() -> None:
    masked = np.ma.array(BITS, mask=[at in GONE for at in range(N)])
    with pytest.raises(InputError, match="outcome column 'outcome' has 3 missing values, the first in row 5"):
        audit_table(BASE, groups="g", prediction="p", outcome=masked)
    rotated = BASE.assign(x=np.array(BITS) * 1j)
    for role in ("score", "features", "weights"):
        with pytest.raises(InputError, match=f"{role} column 'x' must hold numbers"):
            audited(rotated, role)
    lists = [[bit] for bit in BITS]
    for frame in (BASE.assign(x=lists), pl.from_pandas(BASE).with_columns(x=pl.Series(lists))):
        for role in ("groups", "outcome", "clusters"):
            with pytest.raises(InputError, match=f"{role} column 'x' has an? (list|ndarray) in its first row"):
                audited(frame, role)
