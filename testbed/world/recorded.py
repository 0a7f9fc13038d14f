"""The records that a model sees, and the outcomes that it learns from or is measured against."""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthetic.errors import unknown
from testbed.history import History
from testbed.models import record_frame
from testbed.regimes import LISTED, adverse_bits, tied
from testbed.scenarios import COLUMN, OUTCOME, Scenario
from testbed.world.society import SCHEME, Society, Views


def record_columns(scenario: Scenario) -> dict[str, tuple[str, ...] | None]:
    """The columns of the records: held attributes with their labels, then one count per recorded kind."""
    held = {name: scenario.declared.variables[name].levels for name in scenario.held}
    return {**held, **dict.fromkeys(scenario.recorded)}


def records(
    society: Society, history: History, period: int, people: np.ndarray, views: Views | None = None
) -> pd.DataFrame:
    """The records of people (ids) at a month, as a model sees them."""
    arrays = record_arrays(society, history, period, people, views)
    return record_frame(record_columns(society.scenario), arrays, people)


def record_arrays(
    society: Society, history: History, period: int, people: np.ndarray, views: Views | None = None
) -> dict[str, np.ndarray]:
    """The records of people (ids) at a month, as integer-coded arrays."""
    counts = history.counts(period)[people]
    held = held_arrays(society, history, period, people, views=views)
    return {**held, **{kind: counts[:, history.kinds.index(kind)] for kind in society.scenario.recorded}}


def held_arrays(
    society: Society,
    history: History,
    period: int,
    people: np.ndarray,
    *,
    views: Views | None = None,
    outside: History | None = None,
    shadow: bool = False,
) -> dict[str, np.ndarray]:
    """What the institution knows of people (ids) at a month besides entries, as integer-coded arrays.

    What people are is as the views (default: the society's own) show it to a model; what changes by the month (whom
    they know on a list, the scheme they come under) is that of the history. `outside`: the history of the people
    whom `history` leaves out. `shadow`: as the shadow record has it, so with the lists that would follow from it.
    """
    columns = (views or society.views).direct
    scheme = history.scheme(period)
    made = {}
    for name in society.scenario.held:
        if name == LISTED:
            made[name] = listed_acquaintances(society, history, period, outside, shadow=shadow)[people]
        elif name == SCHEME and scheme is not None:
            made[name] = scheme[history.place(people)]
        else:
            made[name] = columns[name][people]
    return made


def listed_acquaintances(
    society: Society, history: History, period: int, outside: History | None = None, *, shadow: bool = False
) -> np.ndarray:
    """How many acquaintances of each person were on an adverse list in the month before: int32 (n,)."""

    def lists(whose: History) -> np.ndarray:
        return whose.shadow_lists(period - 1) if shadow else whose.lists(period - 1)

    listed = np.zeros(society.size, np.uint16)
    if period:
        if outside is not None:
            listed[outside.people] = lists(outside)
        listed[history.people] = lists(history)
    _, ends = tied(society.ties("acquaintances"), np.flatnonzero(listed & adverse_bits(society.scenario.regime)))
    return np.bincount(ends, minlength=society.size).astype(np.int32)


def window(outcome: str) -> int:
    """Months after the decision that an outcome looks at; 0 for `deserved` and for a column."""
    found = OUTCOME.fullmatch(outcome)
    return int(found[3]) if found else 0


def outcome_positive(scenario: Scenario, outcome: str, history: History, society: Society) -> np.ndarray:
    """The positive side of an outcome: bool (n,).

    D* not adverse; an adverse kind absent, a favorable one present; a column above or below its number.
    """
    if column := COLUMN.fullmatch(outcome):
        values, bound = np.asarray(society.columns[column[1]], np.float64), float(column[3])
        return values > bound if column[2] == "above" else values < bound
    last = history.periods - 1
    found = OUTCOME.fullmatch(outcome)
    if found is None:
        return np.asarray(history.deserved(last) != -1)
    whose, kind, months = found[1], found[2], int(found[3])
    if kind != "any" and kind not in scenario.kinds:
        raise unknown("kind in outcome", kind, scenario.kinds)
    wanted = np.array(
        [
            kind == name or (kind == "any" and one.adverse)
            for name, one in zip(scenario.kinds, scenario.conduct, strict=True)
        ]
    )
    start = max(last - months, 0)
    if whose == "future":
        many = history.true_counts(last) - history.true_counts(start)
        happened = many[:, wanted].any(axis=1)
    else:
        ledger = history.ledger
        new = ledger.real & (ledger.start > start) & (ledger.start <= last) & wanted[ledger.kind]
        happened = np.zeros(society.size, bool)
        happened[ledger.subject[new]] = True
    adverse = kind == "any" or scenario.conduct[scenario.kinds.index(kind)].adverse
    return np.asarray(~happened if adverse else happened)
