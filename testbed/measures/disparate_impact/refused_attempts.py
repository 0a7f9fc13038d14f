"""Attempts that are refused at gates which sanctions close, and the people who are refused."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.regimes import ADULT, asks, doors, refusals

NO_DOOR = "no sanction of the regime closes a gate"
NOBODY = "nobody is refused anything"
FIXED = "the scores of a table are fixed, so the decision on a record without errors is not known"


@measure(
    "refused_attempts",
    harm="disparate impact",
    unit="per 1,000 person-months",
    better="lower",
    estimand="mean refused attempts in 1,000 months of a person who has business at the gate, in scope or not",
    interval="influence values by cluster, t(G-1); few who are refused: at least the gamma limits of Fay and Feuer",
    reference="SPC (2019), cumulative refusals of flights and trains, and of people (sources); MEASURES section 6",
    caveats="How often a barred person tries is a dial, the same for everybody; who has learned not to try, and who "
    "never could pay, is not modeled. Attempts and people are different numbers: one person is refused many times.",
    qualifiers={"gate": "any"},
)
def refused_attempts(case: Case, *, gate: str = "any") -> Iterator[PerPerson]:
    """Refused attempts in 1,000 person-months, at all gates that sanctions close, or at one.

    Counts everybody who has business at such a gate: sanctions reach households and children, who are not in scope.
    `_people`: the share of them who are refused at least once in the run. `_per_listed`: refused attempts of people
    who are ever on an adverse list, over their months on one: the unit of published figures. `_undeserved`: the share
    of refused attempts at gates that would have been open to this person in this month if every decision had been the
    deserved one, with all lists, copies, stays and reach that follow. gate: any (default) for all gates, or one.
    """
    closed = doors(case.scenario.regime)
    names = [one.name for one, _ in closed]
    if gate not in ("any", *names):
        raise unknown("gate that a sanction closes", gate, ("any", *names))
    child = case.people["age"].to_numpy() < ADULT
    able = np.zeros(len(child), bool)
    for one, _ in closed:
        able |= asks(one, child) & (gate in ("any", one.name))
    rows = refusals(case.history, case.scenario.regime, case.people, case.seed)
    rows = rows if gate == "any" else rows[rows["gate"] == gate]
    who, times = rows["person"].to_numpy(np.int64), rows["attempts"].to_numpy(float)
    tries, wrong = (np.bincount(who, many, len(child)) for many in (times, times * _undeserved(case, rows)))
    said, why, fixed = {"gate": gate}, "" if closed else NO_DOOR, case.history.fixed
    yield PerPerson(tries, able * (case.periods / 1000), qualifiers=said, why=why, bounds=(0.0, np.inf))
    yield PerPerson(tries > 0, able, suffix="_people", qualifiers=said, why=why, unit="rate")
    listed, unit = _months_listed(case), "attempts per listed person-month"
    yield PerPerson(
        tries * (listed > 0), listed, suffix="_per_listed", qualifiers=said, unit=unit, bounds=(0.0, np.inf),
        why=why or "nobody is listed",
    )  # fmt: skip
    yield PerPerson(
        wrong, tries * (not fixed), suffix="_undeserved", qualifiers=said, why=why or (FIXED if fixed else NOBODY),
        unit="rate", bounds=(0.0, 1.0), exact=not case.scenario.errors,
    )  # fmt: skip


def _months_listed(case: Case) -> NDArray[np.float64]:
    """The months of each person on an adverse list, copies not counted."""
    history, lists = case.history, {one.name for one in case.scenario.regime.lists}
    names = lists & set(case.scenario.regime.adverse_holders)
    mask = np.uint16(sum(1 << bit for bit, name in enumerate(history.list_names) if name in names))
    months = np.zeros(len(history.people))
    for t in range(case.periods):
        months += history.lists(t) & mask != 0
    return months


def _undeserved(case: Case, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the gate of each row would have been open that month if every decision had been the deserved one."""
    made = np.zeros(len(rows), bool)
    if case.history.fixed or not len(rows):
        return made
    masks = {gate.name: mask for gate, mask in doors(case.scenario.regime)}
    mask = rows["gate"].map(masks).to_numpy(np.uint16)
    month, person = rows["month"].to_numpy(), rows["person"].to_numpy(np.int64)
    for t in range(case.periods):
        at = np.flatnonzero(month == t)
        made[at] = case.deserved_sanctions[t][person[at]] & mask[at] == 0
    return made
