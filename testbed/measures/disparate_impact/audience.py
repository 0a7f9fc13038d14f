"""Publicity: how many parties, other than person and operator, see a person's score, status or reasons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.case import Case
from testbed.disclosures import SEES
from testbed.measure import PerPerson, measure
from testbed.regimes import parties


@measure(
    "audience",
    harm="disparate impact",
    unit="parties",
    better="lower",
    estimand="mean number of other parties who see it, over the months of people in scope",
    interval="influence values by cluster, t(G-1); few who are seen: at least the gamma limits of Fay and Feuer",
    reference="Solove (2006), University of Pennsylvania Law Review 154 (disclosure and exposure as harms of their "
    "own); MEASURES sections 2 and 6",
    caveats="A party is a kind of reader, such as neighbors or the public, not a number of readers. Whether anybody "
    "looks is not modeled. The subject and the operator do not count.",
    qualifiers={"what": "status"},
)
def audience(case: Case, *, what: str = "status") -> Iterator[PerPerson]:
    """Number of parties, other than the subject and the operator, who see something about a person, mean over months.

    what: status (default: the decision, or a sanction that is shown), score, or reasons. A status or a reason is
    there to be seen in the months in which the decision is adverse or favored, or a sanction is shown; a party that
    sees it in two ways counts once.
    `_publicity`: months in which any party sees it, in 1,000 person-months.
    """
    if what not in SEES:
        raise unknown("thing that an audience sees", what, SEES)
    many, months = np.zeros((2, len(case.people)))
    for t in range(case.periods):
        found = _seen(case, what, t)
        many += found
        months += found > 0
    said = {"what": what}
    yield PerPerson(many * case.scored, case.periods * case.scored, qualifiers=said, bounds=(0.0, np.inf))
    yield PerPerson(
        months * case.scored, case.scored * (case.periods / 1000), suffix="_publicity", qualifiers=said,
        unit="per 1,000 person-months", bounds=(0.0, np.inf),
    )  # fmt: skip


def _seen(case: Case, what: str, t: int) -> NDArray[np.int64]:
    """The number of parties who see it in a month, per person: int64 (n,)."""
    regime, rights = case.scenario.regime, case.disclosure
    shown = rights.audience if what in rights.audience_sees else ()
    there = np.ones(len(case.people), bool) if what == "score" else case.history.decision(t) != 0
    made: NDArray[np.int64] = np.where(there, len(shown), 0).astype(np.int64)
    if what != "status":
        return made
    bits = case.history.sanctions(t)
    under = np.flatnonzero(bits)
    for party in parties(regime):
        mask = sum(1 << bit for bit, one in enumerate(regime.sanctions) if party in one.audience)
        also = under[bits[under] & np.uint16(mask) != 0]
        made[also if party not in shown else also[~there[also]]] += 1
    return made
