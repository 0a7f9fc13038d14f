"""The columns of somebody's table, checked and coded: labels, groups, scores, weights.

Nothing is guessed that changes an answer. What is missing, misaligned or of two meanings is an
InputError that names the column, the value found and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown

LARGEST_RANGE = 1 << 12
LONG = 1 << 19
"""Rows from which on text columns are coded side by side: the library lets go of the interpreter meanwhile."""
HEAD = 1 << 16
"""First rows of long text in which its values are sought."""

Coded = tuple[NDArray[np.integer], list[Any]]


@dataclass(frozen=True)
class Column:
    """Values of a column by row, its name, and what it is for ("outcome", "groups", ...). coded: if known already."""

    name: str
    values: pd.Series
    role: str
    coded: Coded | None = None

    def __str__(self) -> str:
        return f"{self.role} column {self.name!r}"


def encoded(frame: pd.DataFrame, names: Iterable[Any]) -> dict[str, Coded]:
    """Text columns of a long table that are asked for by name, coded side by side."""
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


def column(
    frame: pd.DataFrame, given: Any, role: str, default: str = "", ready: Mapping[str, Coded] | None = None
) -> Column:
    """A column by name, a Series that shares the frame's index, or an array taken by position.

    ready: codes of columns of the frame by name.

    Raises InputError for an unknown name, an index that differs, a length that differs, or missing values.
    """
    if isinstance(given, pd.Series):
        if not given.index.equals(frame.index):
            raise InputError(
                f"the {role} Series does not share the frame's index: give series.reindex(frame.index), "
                "or series.to_numpy() to go by position."
            )
        found = Column(str(given.name) if given.name is not None else default or role, given, role)
    elif isinstance(given, str) or (not hasattr(given, "__len__") and given in frame.columns):
        if given not in frame.columns:
            raise unknown(f"{role} column", given, map(str, frame.columns))
        values = frame[given]
        if isinstance(values, pd.DataFrame):
            raise InputError(f"{role} column {given!r} stands {values.shape[1]} times in the table; once is allowed.")
        found = Column(str(given), values, role, (ready or {}).get(given) if isinstance(given, str) else None)
    else:
        if not hasattr(given, "__len__"):
            raise unknown(f"{role} column", given, map(str, frame.columns))
        values = pd.Series(given)
        if np.ndim(given) != 1 or len(values) != len(frame):
            raise InputError(f"{role} has shape {np.shape(given)}, but the table has {len(frame)} rows.")
        found = Column(default or role, values.set_axis(frame.index), role)
    if found.coded is None and found.values.dtype.kind not in "iub":
        missing = found.values.isna().to_numpy()
        if missing.any():
            first = frame.index[int(np.argmax(missing))]
            count = f"{int(missing.sum())} missing value{'' if missing.sum() == 1 else 's'}"
            raise InputError(
                f"{found} has {count}, the first in row {first!r}; leave such rows out or give the missing a name."
            )
    return found


def label(value: object) -> str:
    """How a value is written in a findings table; numbers in their shortest form."""
    if isinstance(value, float | np.floating):
        return f"{float(value):.15g}"
    return str(value)


def factorized(found: Column) -> Coded:
    """Codes per row and the distinct values: a categorical's declared ones, otherwise those present, sorted."""
    if found.coded is not None:
        return found.coded
    values = found.values
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values.cat.codes.to_numpy(), list(values.cat.categories)
    # Text of pandas would become a Python object a row.
    plain = None if isinstance(values.dtype, pd.StringDtype) else values.to_numpy()
    if plain is not None and plain.dtype.kind in "iub":
        whole = plain.view(np.int8) if plain.dtype.kind == "b" else plain
        low, high = int(whole.min()), int(whole.max())
        if high - low < LARGEST_RANGE:
            codes, numbers = _in_range(whole, low, high)
            return codes, [bool(name) for name in numbers] if plain.dtype.kind == "b" else numbers
    codes, names = _codes(values)
    try:
        order = sorted(range(len(names)), key=lambda at: names[at])
    except TypeError:
        order = sorted(range(len(names)), key=lambda at: label(names[at]))
    small: Any = np.int8 if len(names) < 1 << 7 else np.int64
    rank = np.empty(len(names), small)
    rank[order] = np.arange(len(names))
    return rank[codes], [names[at] for at in order]


def _codes(values: pd.Series) -> Coded:
    """Codes per row and the distinct values in any order. Most often the first rows of long text hold all of them."""
    if isinstance(values.dtype, pd.StringDtype) and values.dtype.storage == "pyarrow" and len(values) >= LONG:
        import pyarrow.compute as pc

        text = values.array.__arrow_array__()  # type: ignore[attr-defined]
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


def _in_range(plain: NDArray, low: int, high: int) -> tuple[NDArray[np.integer], list[int]]:
    """Codes of integers in a small range; a value that does not occur is no level."""
    if low and plain.dtype.itemsize < 8:
        plain = plain.astype(np.int64)
    codes = plain - low if low else plain
    names = list(range(low, high + 1))
    if len(names) <= 2:
        return codes, names
    # Most often the first rows hold every value already.
    for some in (codes[:4096], codes):
        present = np.bincount(some, minlength=high - low + 1) > 0
        if present.all():
            return codes, names
    renamed = np.cumsum(present) - 1
    return renamed[codes], [name for name, here in zip(names, present) if here]


def groups(found: Column) -> tuple[NDArray[np.integer], tuple[str, ...]]:
    """Codes of a group column and its levels as text. Raises InputError where two values are written alike."""
    codes, names = factorized(found)
    levels = tuple(map(label, names))
    if len(set(levels)) < len(levels):
        twice = next(level for level in levels if levels.count(level) > 1)
        raise InputError(
            f"{found} has different values that are all written {twice!r}; make them one or tell them apart."
        )
    return codes, levels


def positives(columns: Sequence[Column], positive: object) -> tuple[list[NDArray[np.bool_]], list[str]]:
    """Whether each row carries the positive label, per column, and what was decided, in words.

    Without `positive`, only labels among 0 and 1, or booleans, are understood: 1 (true) is positive.
    Three or more labels: the positive one against the rest. Raises InputError otherwise.
    """
    coded = [factorized(found) for found in columns]
    notes = []
    made = []
    everywhere = {label(name) for _, names in coded for name in names}
    for found, (codes, names) in zip(columns, coded):
        texts = [label(name) for name in names]
        if positive is None:
            if not all(
                isinstance(name, bool | np.bool_ | int | float | np.number) and name in (0, 1) for name in names
            ):
                raise InputError(
                    f"{found} has {_labels(texts)}: say which is positive (positive=LABEL); "
                    "it is compared with all the others. For scores give score= and threshold=."
                )
            notes.append(f"positive label of {found}: 1, as none was named.")
            truth = np.array([bool(name) for name in names], bool)
        else:
            wanted = _same(positive, names)
            if wanted is None and not (label(positive) in everywhere and set(texts) <= everywhere - {label(positive)}):
                raise unknown(f"positive label of {found}", label(positive), texts)
            if wanted is None and not any(set(texts) < set(map(label, others)) for _, others in coded):
                raise unknown(f"positive label of {found}", label(positive), texts)
            truth = np.arange(len(names)) == (-1 if wanted is None else wanted)
        if list(truth) == [False, True] and codes.dtype.itemsize == 1:
            made.append(codes.view(np.bool_))
        else:
            made.append(truth[codes])
    return made, notes


def _same(positive: object, names: list[Any]) -> int | None:
    for at, name in enumerate(names):
        if type(name) is type(positive) and name == positive:
            return at
    texts = [label(name) for name in names]
    return texts.index(label(positive)) if label(positive) in texts else None


def _labels(texts: list[str]) -> str:
    shown = ", ".join(repr(text) for text in texts[:5])
    return f"{len(texts)} label{'s' * (len(texts) != 1)} ({shown}{', ...' * (len(texts) > 5)})"


def scores(found: Column) -> NDArray[np.float64]:
    """The column as scores: finite numbers, or the places of grades in an ordered categorical, the last the best."""
    if isinstance(found.values.dtype, pd.CategoricalDtype) and found.values.dtype.ordered:
        return found.values.cat.codes.to_numpy().astype(float)
    return finite(found)


def features(frame: pd.DataFrame, named: Sequence[str]) -> pd.DataFrame:
    """The columns by which people are alike. Raises InputError for an unknown one, missing or infinite values."""
    given = [named] if isinstance(named, str) else list(named)
    held = {}
    for name in given:
        found = column(frame, name, "features")
        if found.name in held:
            raise InputError(f"features names {found.name!r} twice.")
        if pd.api.types.is_float_dtype(found.values.dtype):
            finite(found)
        held[found.name] = found.values
    return pd.DataFrame(held, index=frame.index)


def finite(found: Column) -> NDArray[np.float64]:
    """The column as finite floats. Raises InputError for text and for infinite values."""
    if isinstance(found.values.dtype, pd.CategoricalDtype) or not pd.api.types.is_numeric_dtype(found.values.dtype):
        raise InputError(f"{found} must hold numbers, found {found.values.iloc[0]!r} in its first row.")
    made = found.values.to_numpy(dtype=float)
    if not np.isfinite(made).all():
        at = int(np.argmax(~np.isfinite(made)))
        raise InputError(f"{found} has {made[at]} in row {found.values.index[at]!r}; finite numbers are allowed.")
    return made


def weights(found: Column) -> tuple[NDArray[np.float64], bool]:
    """Weights, and whether they are numbers of people: whole, and in sum below 2**53.

    Raises InputError for negative weights and where all are 0.
    """
    made = finite(found)
    if (made < 0).any():
        at = int(np.argmax(made < 0))
        raise InputError(f"{found} has {made[at]:g} in row {found.values.index[at]!r}; weights are 0 or more.")
    if not made.any():
        raise InputError(f"{found} is 0 in every row; some weight must be above 0.")
    return made, bool((made == np.floor(made)).all() and made.sum() < 2**53)
