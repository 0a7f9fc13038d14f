"""How a value goes wrong: from the true table, the rows that are struck and one random word for each, the wrong values.

Every kind of error is a function of the same arguments. A value that cannot go wrong in this way stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import Words, uniform
from testbed.tables.modeled.mistakes import Mistake

Rows = NDArray[np.int64]
DIGITS = 18
"""The most digits of a number in which two can change places."""


def wrong(one: Mistake, whole: pd.DataFrame, rows: Rows, words: Words, held: pd.DataFrame) -> pd.DataFrame:
    """The columns that an error strikes, as they are after it: one row for each of `rows`.

    whole: the true values of everybody. held: what the records of `rows` hold before, in the same order.
    """
    if one.kind in DONORS:
        made = whole[list(one.columns)].iloc[DONORS[one.kind](one, whole, rows, words)]
    elif one.kind == "stale" and one.older:
        made = whole[[one.older]].iloc[rows].set_axis(list(one.columns), axis=1)
    else:
        made = pd.DataFrame({name: VALUES[one.kind](one, held[name], words, whole[name]) for name in one.columns})
    return made.set_axis(held.index)


def differs(one: pd.DataFrame, other: pd.DataFrame) -> NDArray[np.bool_]:
    """Which rows differ in any column of the first; a missing value equals a missing value.

    >>> differs(pd.DataFrame({"a": [1.0, np.nan]}), pd.DataFrame({"a": [2, np.nan]})).tolist()
    [True, False]
    """
    found = np.zeros(len(one), bool)
    for name in one.columns:
        both = [frame[name] for frame in (one, other)]
        plain = [side.astype(object) if isinstance(side.dtype, pd.CategoricalDtype) else side for side in both]
        codes, _ = pd.factorize(pd.concat(plain))
        found |= codes[: len(one)] != codes[len(one) :]
    return found


def put(held: pd.Series, at: NDArray[np.integer], values: pd.Series) -> pd.Series:
    """A column with new values at some places; its type gives way only where it must.

    >>> put(pd.Series([1, 2]), np.array([0]), pd.Series([np.nan])).tolist()
    [nan, 2.0]
    """
    made = held
    if values.dtype != held.dtype:
        both = pd.concat([held.iloc[:0], values])
        made = held.astype(both.dtype)
    made = made.copy()
    made.iloc[at] = values.astype(made.dtype).array
    return made


def _anybody(one: Mistake, whole: pd.DataFrame, rows: Rows, words: Words) -> Rows:
    """Another row: any, one of the same `within`, or one at most `near` away; the row itself if there is none."""
    n, share = len(whole), uniform(words)
    if n < 2:
        return rows
    if one.within:
        return _among(pd.factorize(whole[one.within])[0], rows, share)
    if one.near:
        step = 1 + (share * 2 * one.near).astype(np.int64)
        away = np.where(step > one.near, one.near - step, step)
        there = rows + away
        return np.where((there < 0) | (there >= n), np.clip(rows - away, 0, n - 1), there)
    return (rows + 1 + (share * (n - 1)).astype(np.int64)) % n


def _among(codes: NDArray[np.integer], rows: Rows, share: NDArray[np.float64]) -> Rows:
    """Another row with the same code; the row itself if it is alone, or its code is missing (below 0)."""
    order = np.argsort(codes, kind="stable")
    place = np.empty(len(codes), np.int64)
    place[order] = np.arange(len(codes))
    size = np.bincount(codes[codes >= 0], minlength=int(codes.max(initial=0)) + 1)
    first = np.concatenate([[0], np.cumsum(size)])[:-1] + int((codes < 0).sum())
    mine = codes[rows]
    own, many = place[rows] - first[mine], size[mine]
    other = (own + 1 + (share * np.maximum(many - 1, 0)).astype(np.int64)) % np.maximum(many, 1)
    return np.where((mine < 0) | (many < 2), rows, order[np.minimum(first[mine] + other, len(codes) - 1)])


def batch_of(one: Mistake, rows: Rows) -> Rows:
    """The batch of each row."""
    return rows // one.batch


def _before(one: Mistake, whole: pd.DataFrame, rows: Rows, words: Words) -> Rows:
    """The row before, in the same batch; of the first row, the last one of the batch."""
    first = batch_of(one, rows) * one.batch
    last = np.minimum(first + one.batch, len(whole)) - 1
    return np.where(rows > first, rows - 1, last)


DONORS: dict[str, Callable[[Mistake, pd.DataFrame, Rows, Words], Rows]] = {
    "somebody_else": _anybody,
    "shifted": _before,
}
"""Kinds in which all columns come from another row."""


def _missing(one: Mistake, held: pd.Series, words: Words, known: pd.Series) -> pd.Series:
    if one.fill is not None:
        return pd.Series([one.fill] * len(held), index=held.index)
    if not isinstance(held.dtype, np.dtype) or held.dtype.kind in "mM":  # types with a missing value of their own
        return held.iloc[:0].reindex(held.index)
    gone = pd.Series(np.full(len(held), np.nan), index=held.index)
    return gone if held.dtype.kind in "iuf" else gone.astype(object)


def _stale(one: Mistake, held: pd.Series, words: Words, known: pd.Series) -> pd.Series:
    """A draw from the column."""
    return known.iloc[(uniform(words) * len(known)).astype(np.int64)].set_axis(held.index)


def _off(one: Mistake, held: pd.Series, words: Words, known: pd.Series) -> pd.Series:
    by = int(one.by) if pd.api.types.is_integer_dtype(held.dtype) and one.by.is_integer() else one.by
    made: pd.Series = held + by
    return made


def _another(one: Mistake, held: pd.Series, words: Words, known: pd.Series) -> pd.Series:
    """Another of the column's values, each as likely. A missing value stays missing."""
    codes, levels = pd.factorize(known, sort=not isinstance(known.dtype, pd.CategoricalDtype))
    del codes
    mine = levels.get_indexer(pd.Index(held))
    step = 1 + (uniform(words) * (len(levels) - 1)).astype(np.int64)
    made = pd.Series(levels[(np.maximum(mine, 0) + step) % len(levels)], index=held.index)
    return made.astype(held.dtype).where(mine >= 0, held)


def _transposed(one: Mistake, held: pd.Series, words: Words, known: pd.Series) -> pd.Series:
    """Two neighboring digits before the decimal point change places; a number without two that differ stays."""
    values = held.to_numpy(dtype=float, na_value=np.nan)
    usable = np.isfinite(values) & (np.abs(values) < 10.0**DIGITS)
    whole = np.trunc(np.where(usable, np.abs(values), 0.0)).astype(np.int64)
    powers = 10 ** np.arange(DIGITS, dtype=np.int64)
    digits = whole[:, None] // powers % 10
    able = (digits[:, 1:] != digits[:, :-1]) & (whole[:, None] >= powers[1:])
    many = able.sum(axis=1)
    wanted = (uniform(words) * many).astype(np.int64)
    place = np.argmax(able & (np.cumsum(able, axis=1) == (wanted + 1)[:, None]), axis=1)
    at = np.arange(len(values))
    low, high = digits[at, place], digits[at, place + 1]
    moved = np.where(many > 0, (low - high) * (powers[place + 1] - powers[place]), 0)
    plain = isinstance(held.dtype, np.dtype)
    made = held.to_numpy(copy=True) if plain else values
    signed = np.where(values < 0, -moved, moved)
    return pd.Series(made + signed.astype(made.dtype), held.index).astype(held.dtype)


VALUES: dict[str, Callable[[Mistake, pd.Series, Words, pd.Series], pd.Series]] = {
    "missing": _missing,
    "stale": _stale,
    "off_by_unit": _off,
    "wrong_category": _another,
    "transposed": _transposed,
}
"""Kinds in which each value goes wrong by itself."""
