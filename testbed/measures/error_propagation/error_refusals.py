"""What one wrong entry leads to at gates: attempts that are refused in one world and not in the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.error_propagation.error_effects import FAMILY, MEAN, TWINS
from testbed.measures.error_propagation.error_roots import HORIZON, INJECTED, Effects, effects
from testbed.regimes import ADULT, asks, attempts, doors

NO_DOOR = "no sanction of the regime closes a gate"


@dataclass(frozen=True)
class Refused:
    """Per row of the effects: `base` and `error`, refused attempts in each world from the entry on; `differs`, whether
    some attempt is refused in one world alone; `more_often`, refused at all in the error world less in the base world.
    """

    base: NDArray[np.int64]
    error: NDArray[np.int64]
    differs: NDArray[np.bool_]

    @property
    def more_often(self) -> NDArray[np.float64]:
        """1 for people who are refused something in the error world alone, -1 in the base world alone, 0 else."""
        return (self.error > 0).astype(float) - (self.base > 0)


def refused_rows(found: Effects) -> Refused:
    """What the person of each row is refused in both worlds. An attempt is the same attempt in both."""
    case, regime = found.case, found.case.scenario.regime
    person = found.rows["person"].to_numpy(np.int64)
    base, error = (lives.sanctions for lives in found.lives(person, found.rows["root"].to_numpy(np.int64)))
    child = case.people["age"].to_numpy()[person] < ADULT
    many = np.zeros((3, len(person)), np.int64)
    for gate, mask in doors(regime):
        shut = [(bits & mask != 0) & asks(gate, child) for bits in (base, error)]
        month, row = np.nonzero(shut[0] | shut[1])
        tries = attempts(gate, regime, person[row], month + found.since, case.seed)
        one, other = (closed[month, row] for closed in shut)
        for held, which in zip(many, (one, other, one != other), strict=True):
            np.add.at(held, row[which], tries[which])
    return Refused(many[0], many[1], many[2] > 0)


@measure(
    "error_refusals",
    harm=FAMILY,
    unit="attempts",
    better="lower",
    needs=("twin",),
    estimand="mean over roots of refused attempts from the entry to the end of the run, error world minus base world",
    interval=MEAN,
    reference=TWINS,
    caveats=f"{INJECTED} {HORIZON} How often a barred person tries is a dial, the same for everybody.",
    qualifiers={"who": "touched"},
    default=False,
)
def error_refusals(case: Case, who: str = "touched") -> Iterator[PerPerson]:
    """Attempts at gates that are refused because of one wrong entry, per root: error world minus base world (net).

    who=touched: attempts of the root and of everybody else it touches. who=self: of the root alone.
    """
    found = effects(case)
    shut = bool(doors(case.scenario.regime))
    why = found.why or ("" if shut else NO_DOOR)
    refused = None if why else refused_rows(found)
    for one in ("touched", "self") if who == "touched" else (who,):
        if refused is None:
            yield found.part(np.empty(0), "", {"who": one}, why=why)
            continue
        which = np.array(found.rows["hop"] == "self", bool) if one == "self" else np.ones(len(found.rows), bool)
        more = found.summed(refused.error - refused.base, which)
        yield found.part(more, "", {"who": one}, exact=found.blind)
