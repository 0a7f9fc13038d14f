"""What wrong values do to scores and decisions: one error at a time, or all of them at their rates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.models import ModelError
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.mistakes import Mistake
from testbed.tables.modeled.scheme import Answer, Scheme
from testbed.tables.modeled.values import batch_of, differs, put, wrong

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]

BLOCK = 50_000
"""Rows from which on no more errors are put into one question."""
FAILS = "the model fails on rows with this error"
FAILS_TOGETHER = "the model fails on rows with several errors"


@dataclass(frozen=True)
class Change:
    """How one scheme answers about each row with an error: score change (worse negative), decisions turned."""

    gain: Floats
    flip: Bools
    back: Bools

    @classmethod
    def none(cls, n: int) -> Change:
        """Nothing changes."""
        return cls(np.zeros(n), np.zeros(n, bool), np.zeros(n, bool))


@dataclass(frozen=True)
class Effect:
    """What one error does to each row. possible: where it changes a value. why: the first model refuses such records.

    second: what the second scheme then does; why_second: why it does nothing that is known.
    """

    possible: Bools
    first: Change
    second: Change | None = None
    why: str = ""
    why_second: str = ""


def effects(case: Modeled) -> list[tuple[Mistake, Effect]]:
    """What each error that a record can have does to each row, one error at a time; worked out once."""
    if "effects" not in case.kept:
        case.kept["effects"] = list(_effects(case, [one for one in case.mistakes if not one.refits_only]))
    found: list[tuple[Mistake, Effect]] = case.kept["effects"]
    return found


@dataclass(frozen=True)
class _Wrong:
    """The rows that an error changes, by place, and their records with it."""

    one: Mistake
    possible: Bools
    at: Places
    records: pd.DataFrame


def _wrong(case: Modeled, one: Mistake) -> _Wrong:
    words = draws.sparse(case.seed, f"table:value:{one.name}", draws.pack(case.rows))
    values = wrong(one, case.whole, case.rows, words, case.records)
    possible = differs(values, case.records)
    at = np.flatnonzero(possible)
    records = case.records.iloc[at].copy()
    for name in one.columns:
        records[name] = put(records[name], np.arange(len(at)), values[name].iloc[at])
    return _Wrong(one, possible, at, records)


def _effects(case: Modeled, mistakes: Sequence[Mistake]) -> Iterator[tuple[Mistake, Effect]]:
    """The effects, asked about in blocks of several errors. A missing value, which may fail, is asked about alone."""
    waiting: list[_Wrong] = []
    for one in mistakes:
        alone = one.kind == "missing" and one.fill is None
        if alone or sum(len(each.at) for each in waiting) >= BLOCK:
            yield from _answered(case, waiting)
            waiting = []
        waiting.append(_wrong(case, one))
        if alone:
            yield from _answered(case, waiting)
            waiting = []
    yield from _answered(case, waiting)


def _answered(case: Modeled, waiting: list[_Wrong]) -> Iterator[tuple[Mistake, Effect]]:
    """The effects of some errors, from one question; if the model fails, each is asked about by itself."""
    try:
        yield from list(_asked(case, waiting))
    except ModelError:
        if len(waiting) > 1:
            for each in waiting:
                yield from _answered(case, [each])
            return
        n = len(case.rows)
        # What the model said may hold somebody's value.
        none = None if case.second is None else Change.none(n)
        yield waiting[0].one, Effect(waiting[0].possible, Change.none(n), none, FAILS, FAILS)


def _asked(case: Modeled, waiting: list[_Wrong]) -> Iterator[tuple[Mistake, Effect]]:
    """The effects of some errors, from one question to each scheme. Both read the same wrong record."""
    n = len(case.rows)
    at = np.concatenate([each.at for each in waiting]) if waiting else np.empty(0, np.int64)
    none = None if case.second is None else Change.none(n)
    answer = then = None
    why = ""
    if len(at):
        records = pd.concat([each.records for each in waiting])
        answer = case.scheme.answer(records, case.rows[at])
        try:
            then = _then(case, records, answer, at)
        except ModelError:
            if len(waiting) > 1:
                raise
            why = FAILS
    start = 0
    for each in waiting:
        mine = np.arange(start, start + len(each.at))
        start += len(each.at)
        first = Change.none(n) if answer is None else _change(n, each.at, case.scheme, case.answer, answer.at(mine))
        second = none
        if then is not None and case.second is not None and case.after is not None:
            second = _change(n, each.at, case.second, case.after, then.at(mine))
        yield each.one, Effect(each.possible, first, second, why_second=why)


def _then(case: Modeled, records: pd.DataFrame, answer: Answer, at: Places) -> Answer | None:
    """What the second scheme says of these records after the first one's answer; None if there is no second."""
    return None if case.second is None else case.second.answer(case.handed_on(records, answer), case.rows[at])


def _change(n: int, at: Places, scheme: Scheme, base: Answer, after: Answer) -> Change:
    made, before = Change.none(n), base.at(at)
    made.gain[at] = scheme.sign * (after.score - before.score) + 0.0
    made.flip[at] = after.adverse & ~before.adverse
    made.back[at] = before.adverse & ~after.adverse
    return made


@dataclass(frozen=True)
class Wronged:
    """How often each row is decided adversely with all errors at their rates, and is not without them.

    why: the model fails on such rows.
    """

    first: Floats
    second: Floats | None
    why: str = ""


def together(case: Modeled, times: float, repeats: int) -> Wronged:
    """Shares of `repeats` draws of all errors at `times` their rates; worked out once."""
    if (times, repeats) not in case.kept:
        try:
            case.kept[times, repeats] = _wronged(case, times, repeats)
        except ModelError:
            case.kept[times, repeats] = Wronged(np.empty(0), None, FAILS_TOGETHER)
    found: Wronged = case.kept[times, repeats]
    return found


def _wronged(case: Modeled, times: float, repeats: int) -> Wronged:
    """The shares without the errors that a scheme refuses; those that the second one alone refuses reach the first."""
    refused = {one.name for one, effect in effects(case) if effect.why}
    who, records = _with_all(case, times, repeats, refused)
    answer = _said(case.scheme, records, case.rows[who])
    first = _turned(case.answer, answer, who, repeats)
    if case.second is None or case.after is None:
        return Wronged(first, None)
    both = refused | {one.name for one, effect in effects(case) if effect.why_second}
    if both != refused:
        who, records = _with_all(case, times, repeats, both)
        answer = _said(case.scheme, records, case.rows[who])
    then = _said(case.second, case.handed_on(records, answer), case.rows[who])
    return Wronged(first, _turned(case.after, then, who, repeats))


def _said(scheme: Scheme, records: pd.DataFrame, rows: Places) -> Answer:
    """What a scheme says of some records; nobody is asked about none."""
    return scheme.answer(records, rows) if len(rows) else Answer(np.empty(0), np.empty(0, np.int8))


def _turned(base: Answer, after: Answer, who: Places, repeats: int) -> Floats:
    """In what share of the draws each row is decided adversely, and is not without errors."""
    return np.bincount(who, after.adverse & ~base.adverse[who], minlength=len(base.adverse)) / repeats


def _with_all(case: Modeled, times: float, repeats: int, refused: set[str]) -> tuple[Places, pd.DataFrame]:
    """The rows that errors strike in `repeats` copies of the table, and their records: every error is made in its turn.

    Each is made at `times` its rate, in the order of the file. An error that is made at a low rate is also made at
    every higher one, with the same wrong value.
    """
    n = len(case.rows)
    place, draw = np.tile(np.arange(n), repeats), np.repeat(np.arange(repeats), n)
    records = case.records.iloc[place].reset_index(drop=True)
    touched = np.zeros(len(place), bool)
    for one in case.mistakes:
        if one.refits_only or one.name in refused:
            continue
        at = np.flatnonzero(struck(case, one, times, place, draw))
        if not len(at):
            continue
        rows = case.rows[place[at]]
        words = draws.sparse(case.seed, f"table:value:{one.name}", draws.pack(rows, k=draw[at]))
        values = wrong(one, case.whole, rows, words, records.iloc[at])
        for name in one.columns:
            records[name] = put(records[name], at, values[name])
        touched[at] = True
    at = np.flatnonzero(touched)
    return place[at], records.iloc[at]


def struck(case: Modeled, one: Mistake, times: float, place: Places, draw: Places) -> Bools:
    """Which rows (by place) an error strikes at `times` its rate in each draw. A batch is struck whole."""
    rows = case.rows[place]
    who = batch_of(one, rows) if one.kind == "shifted" else rows
    coins = draws.uniform(draws.sparse(case.seed, f"table:rate:{one.name}", draws.pack(who, k=draw)))
    return np.asarray(coins < np.minimum(1.0, times * case.chances[one.name][place]))


def with_values(records: pd.DataFrame, name: str, value: object) -> pd.DataFrame:
    """The records with one value in a column for everybody, of the column's own type.

    >>> with_values(pd.DataFrame({"sex": ["f", "m"]}), "sex", "m")["sex"].tolist()
    ['m', 'm']
    """
    held = records[name]
    return records.assign(**{name: pd.Series([value] * len(records), index=records.index, dtype=held.dtype)})
