"""How many doors are closed to people at once, for how long, and to children because of somebody else's listing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.disparate_impact.refused_attempts import NO_DOOR
from testbed.regimes import ADULT, asks, doors

BARRED = "MEASURES section 6; Pager (2003), American Journal of Sociology 108 (closed doors add up)"
SANCTIONS = (
    "Only sanctions that close a gate count; publicity, checks and lost rewards do not. A gate that a person has no "
    "business at is no door to them. Counts people out of scope too, whom a sanction reaches."
)


@measure(
    "doors_closed",
    harm="disparate impact",
    unit="doors",
    better="lower",
    estimand="mean number of gates closed at once, over the months of people to whom at least one is closed",
    interval="influence values by cluster, t(G-1)",
    reference=BARRED,
    caveats=f"{SANCTIONS} Read it with months_barred: it says how much is closed, not to how many.",
)
def doors_closed(case: Case) -> PerPerson:
    """Number of gates that are closed at once to a person to whom any is closed, mean over these person-months."""
    closed, months = np.zeros((2, len(case.people)))
    for t in range(case.periods):
        many = _closed(case, t)
        closed += many
        months += many > 0
    return PerPerson(closed, months, why=_why(case) or "no door is closed to anybody", bounds=(0.0, np.inf))


@measure(
    "months_barred",
    harm="disparate impact",
    unit="months",
    better="lower",
    estimand="mean number of months of the run in which at least one gate is closed to a person",
    interval="influence values by cluster, t(G-1); few who are barred: at least the gamma limits of Fay and Feuer",
    reference=BARRED,
    caveats=f"{SANCTIONS} A longer run has more months.",
)
def months_barred(case: Case) -> Iterator[PerPerson]:
    """Months of the run in which at least one gate is closed, mean over everybody who has business at some gate.

    `_given_barred`: mean over people to whom a gate is closed in some month.
    """
    months = np.zeros(len(case.people))
    for t in range(case.periods):
        months += _closed(case, t) > 0
    most = (0.0, np.inf)
    yield PerPerson(months, _able(case), why=_why(case), bounds=most)
    why = _why(case) or "no door is closed to anybody"
    yield PerPerson(months, months > 0, suffix="_given_barred", why=why, bounds=most)


@measure(
    "doors_closed_by_family",
    harm="disparate impact",
    unit="per 1,000 child-months",
    better="lower",
    estimand="mean number of gates closed to a child in 1,000 months, by a listing of somebody else in the household",
    interval="influence values by cluster, t(G-1); few children: at least the gamma limits of Fay and Feuer",
    reference="Reports on schools that turn away children of listed parents (ecns-2018-07, sources)",
    caveats=f"{SANCTIONS} Children are people under 18. In a household with several listed people, each gate counts "
    "once. A child who is on the list itself does not count at the gates that its own listing closes.",
)
def doors_closed_by_family(case: Case) -> PerPerson:
    """Gates closed to children by a listing of a parent or other member of the household, in 1,000 child-months."""
    child = case.people["age"].to_numpy() < ADULT
    closed = np.zeros(len(child))
    for t in range(case.periods):
        closed += _closed(case, t, by_others=True)
    why = _why(case)
    months = child * (0 if why else case.periods / 1000)
    return PerPerson(closed * child, months, why=why or "there is no child", bounds=(0.0, np.inf))


def _why(case: Case) -> str:
    return "" if doors(case.scenario.regime) else NO_DOOR


def _able(case: Case) -> NDArray[np.bool_]:
    """Who has business at some gate that a sanction closes."""
    child = case.people["age"].to_numpy() < ADULT
    able = np.zeros(len(child), bool)
    for gate, _ in doors(case.scenario.regime):
        able |= asks(gate, child)
    return able


def _closed(case: Case, t: int, *, by_others: bool = False) -> NDArray[np.float64]:
    """The number of gates closed to each person in a month. by_others: by listings of others in the household alone."""
    bits = case.history.sanctions(t)
    under = np.flatnonzero(bits)
    held = _from_home(case, t, under) if by_others else bits[under]
    child = case.people["age"].to_numpy()[under] < ADULT
    made = np.zeros(len(bits))
    for gate, mask in doors(case.scenario.regime):
        shut = (held & mask != 0) & asks(gate, child)
        if by_others:
            shut &= bits[under] & mask == held & mask
        made[under] += shut
    return made


def _from_home(case: Case, t: int, under: NDArray[np.int64]) -> NDArray[np.uint16]:
    """The sanctions of some people that reach them through the household: bits as in the history, uint16."""
    history = case.history
    held, lists = history.sanctions(t)[under], history.lists(t)[under]
    for bit, one in enumerate(case.scenario.regime.sanctions):
        own = lists >> np.uint16(history.list_names.index(one.by)) & 1 == 1
        keep = ~own if one.reach in ("children", "household") else np.zeros(len(under), bool)
        held = np.where(keep, held, held & ~np.uint16(1 << bit))
    return held
