"""The columns of somebody's table, checked and coded: labels, groups, scores, weights.

What a column is for decides what its text means: a group or an id is the text itself; a score, a weight, a label
is the number that the text is. Nothing is guessed that changes an answer. What is missing, misaligned or of two
meanings is an InputError that names the column, the value found and what is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.cells import complete, numeric
from synthetic.errors import InputError, unknown
from testbed.tables.reading import number, typed

LARGEST_RANGE = 1 << 12
MOST_PEOPLE = 1 << 53
"""Numbers from here on are not exact as floats."""
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
        found = Column(default or role, _by_position(frame, given, role), role)
    return found if found.coded is not None else replace(found, values=complete(found.values, str(found)))


def _by_position(frame: pd.DataFrame, given: Any, role: str) -> pd.Series:
    if not hasattr(given, "__len__"):
        raise unknown(f"{role} column", given, map(str, frame.columns))
    if isinstance(given, pd.DataFrame | Mapping | Set):
        raise InputError(f"{role} is a {type(given).__name__}; give the name of a column, a Series or an array.")
    if str(getattr(given, "dtype", "")) in ("Int128", "UInt128"):
        given = given.to_list()  # numpy has no integers of 128 bits
    if np.ndim(given) != 1 or len(given) != len(frame):
        raise InputError(f"{role} has shape {np.shape(given)}, but the table has {len(frame)} rows.")
    return pd.Series(given).set_axis(frame.index)


def label(value: object) -> str:
    """How a value is written in a findings table; numbers in their shortest form, a midnight as its day."""
    if isinstance(value, float | np.floating):
        return f"{float(value):.15g}"
    if isinstance(value, pd.Timestamp) and value.tz is None and value == value.normalize():
        return str(value.date())
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
    try:
        codes, names = _codes(values)
    except TypeError:
        kind = type(values.iloc[0]).__name__
        raise InputError(f"{found} holds a {kind} in its first row; texts and numbers are allowed.") from None
    order = _in_order(names)
    small: Any = np.int8 if len(names) < 1 << 7 else np.int64
    rank = np.empty(len(names), small)
    rank[order] = np.arange(len(names))
    return rank[codes], [names[at] for at in order]


def _in_order(names: Sequence[Any]) -> list[int]:
    """Places of the names as they are sorted: numbers, and texts that all are numbers, by what they are worth."""
    worth = [number(name) if isinstance(name, str) else None for name in names]
    keys: Sequence[Any] = names
    if None not in worth:
        keys = list(zip(worth, names))
    try:
        return sorted(range(len(names)), key=lambda at: keys[at])
    except TypeError:
        return sorted(range(len(names)), key=lambda at: label(names[at]))


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

    Without `positive`, only labels among 0 and 1, or booleans, are understood, as text too: 1 (true) is positive.
    Three or more labels: the positive one against the rest. Raises InputError otherwise.
    """
    coded = [factorized(found) for found in columns]
    meant = [[meaning(name) for name in names] for _, names in coded]
    wanted = [None if positive is None else place(positive, names) for _, names in coded]
    understood = [set(each) for each, at in zip(meant, wanted) if at is not None]
    notes = []
    made = []
    for found, (codes, names), each, at in zip(columns, coded, meant, wanted):
        texts = [label(name) for name in names]
        if positive is None:
            if not all(isinstance(one, float) and one in (0, 1) for one in each):
                raise InputError(
                    f"{found} has {_labels(texts)}: say which is positive (positive=LABEL); "
                    "it is compared with all the others. For scores give score= and threshold=."
                )
            notes.append(f"positive label of {found}: 1, as none was named.")
            truth = np.array([bool(one) for one in each], bool)
        else:
            # A column that lacks the label is never positive, where another has that label and all of its own.
            if at is None and not any(set(each) < others for others in understood):
                raise unknown(f"positive label of {found}", label(positive), texts)
            truth = np.arange(len(names)) == (-1 if at is None else at)
        if list(truth) == [False, True] and codes.dtype.itemsize == 1:
            made.append(codes.view(np.bool_))
        else:
            made.append(truth[codes])
    return made, notes


def meaning(value: object) -> float | str:
    """What a label says: 1 for true in any writing, 0 for false, the number that it is; any other text itself.

    >>> meaning("TRUE"), meaning("1.0"), meaning("01")
    (1.0, 1.0, '01')
    """
    text = str(value)
    if text.lower() in ("true", "false"):
        return float(text.lower() == "true")
    known = number(text)
    return label(value) if known is None else known


def place(wanted: object, names: Sequence[Any]) -> int | None:
    """Where a value stands among the names: the same, else written the same, else the only one that means the same."""
    for at, name in enumerate(names):
        if type(name) is type(wanted) and name == wanted:
            return at
    texts, meant = [label(name) for name in names], [meaning(name) for name in names]
    if label(wanted) in texts:
        return texts.index(label(wanted))
    return meant.index(meaning(wanted)) if meant.count(meaning(wanted)) == 1 else None


def _labels(texts: list[str]) -> str:
    shown = ", ".join(repr(text) for text in texts[:5])
    return f"{len(texts)} label{'s' * (len(texts) != 1)} ({shown}{', ...' * (len(texts) > 5)})"


def scores(found: Column) -> NDArray[np.float64]:
    """The column as scores: finite numbers, or the places of grades in an ordered categorical, the last the best."""
    if isinstance(found.values.dtype, pd.CategoricalDtype) and found.values.dtype.ordered:
        return found.values.cat.codes.to_numpy().astype(float)
    return finite(found)


def features(frame: pd.DataFrame, named: Sequence[str], *, texts: bool = False) -> pd.DataFrame:
    """The columns by which people are alike. Raises InputError for an unknown one, missing or infinite values.

    texts: the cells are those of a CSV file, where numbers are texts too; elsewhere a text is a category.
    """
    given = [named] if isinstance(named, str) else list(named)
    held = {}
    for name in given:
        found = column(frame, name, "features")
        if found.name in held:
            raise InputError(f"features names {found.name!r} twice.")
        read = typed(found.values) if texts else numeric(found.values)
        values = found.values if read is None else read
        if values.dtype.kind in "fc":
            finite(replace(found, values=values))
        held[found.name] = values
    return pd.DataFrame(held, index=frame.index)


def finite(found: Column) -> NDArray[np.float64]:
    """The column as finite floats, texts as the numbers that they are. Raises InputError for all others."""
    values = numeric(found.values)
    if values is None and not isinstance(found.values.dtype, pd.CategoricalDtype):
        values = numeric(typed(found.values))
    if values is None:
        given = found.values.tolist()
        wrong = next((one for one in given if isinstance(one, str) and number(one) is None), given[0])
        raise InputError(f"{found} must hold numbers, found {wrong!r}.")
    made = values.to_numpy(dtype=float)
    if not np.isfinite(made).all():
        at = int(np.argmax(~np.isfinite(made)))
        row = found.values.index[[at]].tolist()[0]
        raise InputError(f"{found} has {made[at]} in row {row!r}; finite numbers are allowed.")
    return made


def weights(found: Column) -> NDArray[np.float64]:
    """Sampling weights, or people per row where the column is for `counts`.

    Raises InputError where they are not allowed (`each_weight`), where all are 0, and for 2**53 people or more.
    """
    made = each_weight(found)
    if not made.any():
        one = "count" if found.role == "counts" else "weight"
        raise InputError(f"{found} is 0 in every row; some {one} must be above 0.")
    if found.role == "counts" and made.sum() >= MOST_PEOPLE:
        raise InputError(f"{found} adds up to {made.sum():g} people; fewer than 2**53 ({MOST_PEOPLE:,}) are allowed.")
    return made


def each_weight(found: Column) -> NDArray[np.float64]:
    """Weights that are allowed one by one, of a whole column or of a part: 0 or more, counts whole. Else InputError."""
    made = finite(found)
    allowed = made >= 0
    if found.role == "counts":
        allowed &= made == np.floor(made)
    if not allowed.all():
        at = int(np.argmin(allowed))
        said = "counts are whole numbers, 0 or more" if found.role == "counts" else "weights are 0 or more"
        raise InputError(f"{found} has {made[at]:.15g} in row {found.values.index[at]!r}; {said}.")
    return made
