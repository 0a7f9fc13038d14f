"""Codes per row and the distinct values of a column."""

# Any: a cell of a user's table can hold any value.
from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed.tables.columns import Coded, Column
from testbed.tables.reading import number

LARGEST_RANGE = 1 << 12
LONG = 1 << 19
"""From this many rows on, text columns are coded in parallel: the library releases the interpreter meanwhile."""
HEAD = 1 << 16
"""How many first rows of a long text column are searched for its distinct values."""


def label(value: object) -> str:
    """Return how findings write a value: a number in its shortest form, a midnight as its day."""
    if isinstance(value, float | np.floating):
        return f"{float(value):.15g}"
    if isinstance(value, pd.Timestamp) and value.tz is None and value == value.normalize():
        return str(value.date())
    return str(value)


def encoded(frame: pd.DataFrame, names: Iterable[Any]) -> dict[str, Coded]:
    """Return the codes of the named text columns of a long table, made in parallel."""
    from concurrent.futures import ThreadPoolExecutor

    if len(frame) < LONG:
        return {}
    asked = [name for name in dict.fromkeys(one for one in names if isinstance(one, str)) if name in frame.columns]
    texts: dict[str, pd.Series] = {}
    for name in asked:
        values: Any = frame[name]
        if isinstance(values, pd.Series) and isinstance(values.dtype, pd.StringDtype) and not values.hasnans:
            texts[name] = values
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(texts, pool.map(lambda name: factorized(Column(name, texts[name], "")), texts)))


def factorized(found: Column) -> Coded:
    """Return codes per row and the distinct values: those a categorical declares, or those present, sorted."""
    if found.coded is not None:
        return found.coded
    values = found.values
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), list(values.cat.categories)
    # As numpy, a text column of pandas would become one Python object per row.
    plain = None if isinstance(values.dtype, pd.StringDtype) else values.to_numpy()
    if plain is not None and plain.dtype.kind in "iub":
        whole = plain.view(np.int8) if plain.dtype.kind == "b" else plain
        low, high = int(whole.min()), int(whole.max())
        if high - low < LARGEST_RANGE:
            codes, numbers = _in_range(whole, low, high)
            return codes, [bool(name) for name in numbers] if plain.dtype.kind == "b" else numbers
    try:
        codes, names = _codes(values)
    except TypeError:
        kind = type(values.iloc[0]).__name__
        raise InputError(f"{found} has a {kind} in its first row; texts and numbers are allowed.") from None
    order = _in_order(names)
    small: Any = np.int8 if len(names) < 1 << 7 else np.int64
    rank = np.empty(len(names), small)
    rank[order] = np.arange(len(names))
    return rank[codes], [names[at] for at in order]


def _in_order(names: Sequence[Any]) -> list[int]:
    """Return the places of the names in sorted order: numbers, and texts that are all numbers, by value."""
    worth = [number(name) if isinstance(name, str) else None for name in names]
    keys: Sequence[Any] = names
    if None not in worth:
        keys = list(zip(worth, names))
    try:
        return sorted(range(len(names)), key=lambda at: keys[at])
    except TypeError:
        return sorted(range(len(names)), key=lambda at: label(names[at]))


def _codes(values: pd.Series) -> Coded:
    """Return codes per row and the distinct values in any order; the first rows of long text often have them all."""
    if isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow" and len(values) >= LONG:
        import pyarrow.compute as pc

        text = values.array.__arrow_array__()
        known = pc.unique(text.slice(0, HEAD))
        if len(known) <= 2:
            same = [pc.equal(text, name) for name in known]
            if sum(pc.sum(one).as_py() or 0 for one in same) == len(values):
                return same[-1].to_numpy().view(np.int8) * np.int8(len(known) - 1), known.to_pylist()
        else:
            found = pc.index_in(text, value_set=known)
            if not found.null_count:
                return found.to_numpy(), known.to_pylist()
    codes, uniques = pd.factorize(values)
    return codes, list(uniques)


def _in_range(plain: NDArray[np.integer], low: int, high: int) -> tuple[NDArray[np.integer], list[int]]:
    """Return the codes and values of integers in a small range, without values that do not occur."""
    if low and plain.dtype.itemsize < 8:
        plain = plain.astype(np.int64)
    codes = plain - low if low else plain
    names = list(range(low, high + 1))
    if len(names) <= 2:
        return codes, names
    # The first rows often have every value.
    for some in (codes[:4096], codes):
        present = np.bincount(some, minlength=high - low + 1) > 0
        if present.all():
            return codes, names
    renamed = np.cumsum(present) - 1
    return renamed[codes], [name for name, here in zip(names, present) if here]


def groups(found: Column) -> tuple[NDArray[np.integer], tuple[str, ...]]:
    """Return codes and levels as text. Raises InputError if two values are written alike."""
    codes, names = factorized(found)
    levels = tuple(map(label, names))
    if len(set(levels)) < len(levels):
        twice = next(level for level in levels if levels.count(level) > 1)
        raise InputError(
            f"{found} has different values that are all written {twice!r}; give them one value, or names that differ."
        )
    return codes, levels
