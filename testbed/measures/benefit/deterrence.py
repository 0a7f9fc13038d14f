"""What the regime keeps people from, and what its operator would say of that from the record."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import Acts
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


def without_regime(case: Any) -> Any:
    """The twin in which there is no regime: no list, no sanction, no response to them; None where it has no switch."""
    return case.twin(Switch(ACTIVE, False)) if ACTIVE in case.scenario.dials else None


def _acts_on_conduct(case: Any) -> bool:
    """Whether the regime changes what anybody does: a sanction on some rate, or rules that people know and heed."""
    regime = case.scenario.regime
    heeded = regime.value("response", "heeded") * regime.value("response", "adaptation")
    return any(one.raises for one in regime.sanctions) or bool(heeded and case.scenario.disclosure.rules)


def _misconduct(case: Any, history: History, t: int) -> Acts:
    """True adverse acts of a month by people in scope, of kinds watched or not."""
    acts = history.acts[t]
    adverse = np.array([kind.adverse for kind in case.scenario.conduct])
    return acts.take(adverse[acts.kind] & case.scored[acts.person])


def _counts(n: int, people: NDArray, sign: float = 1.0) -> NDArray[np.float64]:
    return sign * np.bincount(people, minlength=n).astype(np.float64)


@deterred(
    "deterrence",
    estimand="true misconduct per 1,000 person-months, without the regime minus with it",
    caveats="Conduct does what the scenario says: where no response of people is declared, nobody is deterred and bars "
    "only raise or lower the rates of those under them. Every adverse kind counts alike.",
    gap="deterrence_gap",
)
def deterrence(case: Any) -> Iterator[PerPerson]:
    """True misconduct per 1,000 person-months of people in scope, without the regime minus with it: positive deters.

    All adverse kinds, watched or not. The two worlds share their coins, so that acts can be matched one by one and the
    difference taken apart, without a rest: `_sanctioned`, acts left undone under a sanction; `_rest`, acts left
    undone by others, who know of it; `_induced` (negative), acts of watched kinds that are done because of it;
    `_moved` (negative), acts of kinds that no channel records. The four sum to the whole.
    """
    other = without_regime(case)
    n = len(case.people)
    months = np.where(case.scored, case.periods / 1000, 0.0)
    if other is None:
        yield from (PerPerson(np.zeros(n), np.zeros(n), suffix=suffix, why=NO_TWIN) for suffix in ("", *PARTS))
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
    caveats="What an operator would claim from its record: acts that are done out of its sight are not in it, and "
    "wrong entries are. Read beside deterrence.",
    gap="apparent_deterrence_gap",
)
def apparent_deterrence(case: Any) -> Iterator[PerPerson]:
    """Adverse entries made per 1,000 person-months of people in scope, without the regime minus with it.

    Entries about a person, by the month in which they enter the record, true or not. Above `deterrence` where
    misconduct has moved out of sight.
    """
    other = without_regime(case)
    n = len(case.people)
    if other is None:
        yield PerPerson(np.zeros(n), np.zeros(n), why=NO_TWIN)
        return
    adverse = np.array([kind.adverse for kind in case.scenario.conduct])
    change = np.zeros(n)
    idle = not _acts_on_conduct(case) and case.scenario.regime.value("response", "avoidance") == 0
    for one, sign in ((other, 1.0), (case, -1.0)):
        ledger = one.history.ledger
        mine = ledger.real & adverse[ledger.kind] & (ledger.start < case.periods) & case.scored[ledger.subject]
        change += _counts(n, ledger.subject[mine], sign)
    yield PerPerson(change, np.where(case.scored, case.periods / 1000, 0.0), exact=idle)
