"""What a fast lane costs those who are not in it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.regimes import ADULT, asks, mask_of, waits

NO_LANE = "no gate of the regime has a fast lane"


@measure(
    "queue_cost",
    harm="disparate impact",
    unit="minutes",
    better="lower",
    estimand="mean minutes added to a passage of a person without the fast lane, over these person-months",
    interval="influence values by cluster, t(G-1)",
    reference="Larson (1987), Operations Research 35 (priority in a queue is a transfer); MEASURES section 6",
    caveats="Mean waits only. In a coupled regime the minutes of a queue are conserved: what some are spared, the "
    "others wait. In one that is not, a lane costs nobody anything by construction. Everybody passes equally often.",
    qualifiers={"gate": "any"},
)
def queue_cost(case: Case, *, gate: str = "any") -> Iterator[PerPerson | Row]:
    """Minutes that a passage takes longer for people without the fast lane, because others have it.

    gate: one with a lane; any (default) for all of them. `_spared`: minutes saved at a passage by a fast lane, mean
    over everybody who passes; 0 where nobody is in the lane. `_net`: minutes lost less minutes saved, over everybody
    who passes. It is 0 over all in a coupled regime; its gap between groups is what one group waits for the other.
    """
    lanes = [one for one in case.scenario.regime.gates if one.wait is not None]
    names = [one.name for one in lanes]
    if gate not in ("any", *names):
        raise unknown("gate with a fast lane", gate, ("any", *names))
    said = {"gate": gate}
    if not lanes:
        yield from (Row(math.nan, suffix=suffix, qualifiers=said, why=NO_LANE) for suffix in ("", "_spared", "_net"))
        return
    n = len(case.people)
    child = case.people["age"].to_numpy() < ADULT
    lost, saved, without, passes = np.zeros((4, n))
    table = waits(case.history, case.scenario.regime, case.people)
    for one in lanes:
        if gate not in ("any", one.name):
            continue
        able, mask = asks(one, child), mask_of(case.scenario.regime, one, reward=True)
        mine = table[table["gate"] == one.name]
        columns = (mine[name].to_numpy(float) for name in ("wait_favored", "wait_others", "wait_alike"))
        for t, (favored, others, alike) in enumerate(zip(*columns, strict=True)):
            ahead = able & (case.history.sanctions(t) & mask != 0)
            behind = able & ~ahead
            saved += np.where(ahead, alike - favored, 0.0)
            lost += np.where(behind, others - alike, 0.0)
            without += behind
            passes += able
    yield PerPerson(lost, without, qualifiers=said, why="everybody has the fast lane", bounds=(0.0, np.inf))
    yield PerPerson(saved, passes, suffix="_spared", qualifiers=said, bounds=(0.0, np.inf))
    yield PerPerson(lost - saved, passes, suffix="_net", qualifiers=said)
