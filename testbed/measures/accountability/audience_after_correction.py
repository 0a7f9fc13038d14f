"""What still follows from a wrong entry after the operator itself has found that it is wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synthetic.ledger import MENDED
from testbed.case import Case
from testbed.measure import PerPerson, measure

NOBODY = "no wrong adverse entry was taken back during the run"


@measure(
    "audience_after_correction",
    harm="accountability",
    unit="months",
    better="lower",
    needs=("history",),
    estimand="mean months in which others are shown a status that rests on an entry already found wrong, per person "
    "with such an entry",
    interval="influence values by cluster, t(G-1); few who are seen: at least the gamma limits of Fay and Feuer",
    reference="Lageson (2020), Digital Punishment (records that stay public after they are sealed); MEASURES section 6",
    caveats="Found wrong means corrected on appeal or by the operator's own audit. Entries that are wrong and never "
    "found out do not count here. Months after the end of the run are not seen.",
)
def audience_after_correction(case: Case) -> Iterator[PerPerson]:
    """Months in which a party is shown a person's status because of an entry that the operator has found wrong.

    Counts people in scope with a wrong adverse entry that was corrected during the run, in the months from the
    correction on in which no other wrong entry about them stands. A month counts if a sanction that others are shown
    holds which deserved decisions would not have brought: a stay on a list, or a copy that forgets late.
    `_barred`: the same for sanctions that close a gate.
    """
    regime = case.scenario.regime
    shown = sum(1 << bit for bit, one in enumerate(regime.sanctions) if one.audience and not one.reward)
    closing = sum(1 << bit for bit, one in enumerate(regime.sanctions) if one.gate and not one.reward)
    found, clear = _found_wrong(case)
    for suffix, mask in (("", shown), ("_barred", closing)):
        months = np.zeros(len(case.people))
        for t in range(case.periods) if found.any() and mask else ():
            left = case.history.sanctions(t) & ~case.deserved_sanctions[t] & np.uint16(mask)
            months += clear[t] & (left != 0)
        yield PerPerson(months * found, found, suffix=suffix, why=NOBODY, bounds=(0.0, np.inf))


def _found_wrong(case: Case) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who has a wrong adverse entry that was found wrong in time: bool (n,); and in which months all theirs have ended.

    The months: bool (months, n), from the first correction on in which no wrong adverse entry about the person stands.
    """
    ledger, n, periods = case.history.ledger, len(case.people), case.periods
    adverse = np.array([kind.adverse for kind in case.scenario.conduct], bool)
    wrong = ledger.where(ledger.real & ledger.wrong & adverse[ledger.kind] & case.scored[ledger.subject])
    ends = np.where(np.isin(wrong.end_cause, MENDED), wrong.end, periods)
    first = np.full(n, periods, np.int64)
    np.minimum.at(first, wrong.subject, ends)
    clear = np.zeros((periods, n), bool)
    for t in range(periods):
        stands = np.bincount(wrong.subject[wrong.standing(t)], minlength=n) > 0
        clear[t] = (t >= first) & ~stands
    return first < periods, clear
