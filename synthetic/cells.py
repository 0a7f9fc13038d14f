"""Missing cells and plain values of a column of a user's table, whichever library holds it.

Every table passes through here: pandas has NumPy, nullable, sparse and Arrow columns, and each marks missing values in
its own way. Afterwards no value is missing, and a column is a NumPy, a text or a categorical column.
"""

# Any: pandas gives columns of every library's dtype, and pyarrow has no types.
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError

NUMBERS = ("decimal", "integer", "floating", "mixed-integer-float")
"""Types that pandas infers for objects that are all real numbers."""


def complete(values: pd.Series, what: str) -> pd.Series:
    """The plain values of a column, which `what` names in messages. Raises InputError if a cell is missing.

    >>> complete(pd.Series([1, 0], dtype="Int64"), "column 'age'").dtype
    dtype('int64')
    """
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "iub":
        return values
    absent = missing(values)
    if absent.any():
        raise incomplete(what, int(absent.sum()), values.index[[int(absent.argmax())]].tolist()[0])
    return plain(values)


def missing(values: pd.Series) -> NDArray[np.bool_]:
    """Which cells are missing: None, NA, NaT or NaN (nullable and Arrow columns of floats can hold both NA and NaN)."""
    absent = values.isna().to_numpy(bool)
    if values.dtype.kind == "f" and not isinstance(values.dtype, np.dtype):
        absent = absent | np.isnan(values.to_numpy(float, na_value=np.nan))
    return absent


def incomplete(what: str, count: int, first: object) -> InputError:
    """The error for a column with missing cells: how many there are, and the first row that has one."""
    cells = f"{count:,} missing value{'' if count == 1 else 's'}"
    return InputError(
        f"{what} has {cells}, the first in row {first!r}; leave such rows out or give the missing values a label."
    )


def plain(values: pd.Series) -> pd.Series:
    """The same values as a NumPy, text or categorical column; no cell may be missing.

    An Arrow dictionary only stores text compactly; only a pandas categorical declares its categories.
    """
    dtype: Any = values.dtype
    if isinstance(dtype, np.dtype | pd.CategoricalDtype | pd.StringDtype):
        return values
    made: Any = values.to_numpy()
    if isinstance(dtype, pd.ArrowDtype):
        made = _decoded(values.array.__arrow_array__()).to_pandas()
    elif isinstance(dtype, pd.SparseDtype):
        made = np.asarray(values.array)
    elif not hasattr(dtype, "numpy_dtype"):
        return values
    return pd.Series(made, copy=False, name=values.name).set_axis(values.index)


def _decoded(array: Any) -> Any:
    import pyarrow as pa

    return array.cast(array.type.value_type) if pa.types.is_dictionary(array.type) else array


def numeric(values: pd.Series) -> pd.Series | None:
    """A plain column as real numbers, or None if it holds anything else; decimals and Python numbers become floats."""
    dtype: Any = values.dtype
    if pd.api.types.is_object_dtype(dtype) and pd.api.types.infer_dtype(values) in NUMBERS:
        return values.astype(float)
    real = isinstance(dtype, np.dtype) and dtype.kind in "biuf"
    return values if real else None
