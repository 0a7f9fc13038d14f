"""How much misconduct the regime deters, and how much its operator would claim from the record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import Acts
from testbed.case import Case
from testbed.history import History
from testbed.measure import PerPerson, measure
from testbed.measures.error_propagation import adverse_sanctions
from testbed.twins import Switch

ACTIVE = "regime.active"
PARTS = ("_sanctioned", "_rest", "_induced", "_moved")

deterred = partial(
    measure,
    harm="benefit",
    unit="per 1,000 person-months",
    better="higher",
    needs=("history", "twin"),
    reference="MEASURES section 4",
    interval="influence values by grid, t(G-1)",
    default=False,
)
NO_TWIN = "the regime has no switch regime.active: there is no world without it"


def without_regime(case: Case) -> Case | None:
    """The twin without a regime: no list, no sanction, no response to them. None if the regime has no switch."""
    return case.twin(Switch(ACTIVE, False)) if ACTIVE in case.scenario.dials else None


def _acts_on_conduct(case: Case) -> bool:
    """Whether the regime changes conduct: a sanction changes some rate, or people know and heed the rules."""
    regime = case.scenario.regime
    heeded = regime.value("response", "heeded") * regime.value("response", "adaptation")
    return any(one.raises for one in regime.sanctions) or bool(heeded and case.scenario.disclosure.rules)


def _misconduct(case: Case, history: History, t: int) -> Acts:
    """True adverse acts of a month by people in scope, whether or not a channel records their kind."""
    acts = history.acts_[t]
    adverse = np.array([kind.adverse for kind in case.scenario.conduct])
    return acts.take(adverse[acts.kind] & case.scored[acts.person])


def _counts(n: int, people: NDArray[np.int64], sign: float = 1.0) -> NDArray[np.float64]:
    return sign * np.bincount(people, minlength=n).astype(np.float64)


@deterred(
    "deterrence",
    estimand="true misconduct per 1,000 person-months, without the regime minus with it",
    caveats="Conduct follows the scenario. If the scenario declares no response to the regime, nobody is deterred, "
    "and bars only raise or lower the rates of the people under them. Every adverse kind counts alike.",
    gap="deterrence_gap",
)
def deterrence(case: Case) -> Iterator[PerPerson]:
    """True misconduct per 1,000 person-months of people in scope, without the regime minus with it.

    A positive value means that the regime deters. All adverse kinds count, recorded or not. The two worlds share their
    random draws, so acts are matched one by one and the difference splits into four parts that sum to it:
    `_sanctioned`, acts not done by people under a sanction; `_rest`, acts not done by other people; `_induced`
    (negative), acts of recorded kinds that are done because of the regime; `_moved` (negative), acts that are done
    because of it and whose kinds no channel records.
    """
    other = without_regime(case)
    n = len(case.people)
    months = np.where(case.scored, case.periods / 1000, 0.0)
    if other is None:
        yield from (
            PerPerson(np.zeros(n), np.zeros(n), suffix=suffix, why=NO_TWIN, refused=True) for suffix in ("", *PARTS)
        )
        return
    made = {suffix: np.zeros(n) for suffix in PARTS}
    recorded = np.isin(np.array(case.scenario.kinds, object), case.scenario.recorded)
    barred = adverse_sanctions(case)
    for t in range(case.periods):
        ours, theirs = _misconduct(case, case.history, t), _misconduct(other, other.history, t)
        undone = theirs.take(~np.isin(theirs.address, ours.address)).person
        added = ours.take(~np.isin(ours.address, theirs.address))
        under = np.zeros(len(undone), bool) if t == 0 else (case.history.sanctions(t - 1)[undone] & barred) > 0
        made["_sanctioned"] += _counts(n, undone[under])
        made["_rest"] += _counts(n, undone[~under])
        made["_induced"] += _counts(n, added.person[recorded[added.kind]], -1.0)
        made["_moved"] += _counts(n, added.person[~recorded[added.kind]], -1.0)
    exact = not _acts_on_conduct(case)
    yield PerPerson(sum(made.values(), np.zeros(n)), months, exact=exact)
    for suffix in PARTS:
        yield PerPerson(made[suffix] + 0.0, months, suffix=suffix, exact=exact)


@deterred(
    "apparent_deterrence",
    better="none",
    estimand="adverse entries per 1,000 person-months, without the regime minus with it",
    caveats="This is what an operator would claim from its record. The record lacks acts that no channel sees and "
    "holds wrong entries. Read it beside deterrence.",
    gap="apparent_deterrence_gap",
)
def apparent_deterrence(case: Case) -> Iterator[PerPerson]:
    """Adverse entries made per 1,000 person-months of people in scope, without the regime minus with it.

    Counts entries about a person, true or not, in the month in which they enter the record. The value is above
    `deterrence` if misconduct has moved to where no channel sees it.
    """
    other = without_regime(case)
    n = len(case.people)
    if other is None:
        yield PerPerson(np.zeros(n), np.zeros(n), why=NO_TWIN, refused=True)
        return
    adverse = np.array([kind.adverse for kind in case.scenario.conduct])
    change = np.zeros(n)
    idle = not _acts_on_conduct(case) and case.scenario.regime.value("response", "avoidance") == 0
    for one, sign in ((other, 1.0), (case, -1.0)):
        ledger = one.history.ledger
        mine = ledger.real & adverse[ledger.kind] & (ledger.start < case.periods) & case.scored[ledger.subject]
        change += _counts(n, ledger.subject[mine], sign)
    yield PerPerson(change, np.where(case.scored, case.periods / 1000, 0.0), exact=idle)
