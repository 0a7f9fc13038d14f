"""How long one wrong entry makes a difference, and what is left of it after its correction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from synthetic.ledger import MENDED, ORIGINS
from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.error_propagation.error_effects import FAMILY, MEAN
from testbed.measures.error_propagation.error_roots import HORIZON, INJECTED, Effects, effects

AFTER = (1, 3, 6)
"""Months after a correction at which its residue is reported by default."""


@measure(
    "error_lifetime",
    harm=FAMILY,
    unit="months",
    better="lower",
    needs=("twin",),
    estimand="restricted mean of the months until both worlds are equal again for everybody the entry touched",
    interval=MEAN,
    reference="Royston and Parmar (2013), BMC Medical Research Methodology 13 (restricted mean)",
    caveats=f"{INJECTED} {HORIZON} Worlds that still differ at the end count as the months followed: read the _left "
    "row.",
)
def error_lifetime(case: Case) -> Iterator[PerPerson | Row]:
    """Months from a wrong entry until everything that some rule reads is equal in both worlds (restricted mean).

    Compares standing counts of the record, scores, decisions, lists and sanctions of the root and of everybody it
    touched. All roots enter in one month and are followed to one horizon, so the restricted mean is the mean of
    min(life, horizon). `_corrected`, `_expired`: share of roots whose worlds are equal again after the entry was
    corrected, or expired. `_left`: share whose worlds still differ at the end of the run. `_horizon`: months followed.
    """
    found = effects(case)
    shares = ("_corrected", "_expired", "_left")
    if found.why:
        yield found.part(np.empty(0))
        yield from (found.part(np.empty(0), suffix, unit="rate") for suffix in shares)
        yield Row(float("nan"), suffix="_horizon", why=found.why)
        return
    last = _last(found)
    life = last + 1 - found.since
    left = life >= found.months
    yield found.part(life, bounds=(0.0, float(found.months)))
    corrected, _ = _entries(found)
    ends = (corrected & ~left, ~corrected & ~left, left)
    yield from (found.part(share, suffix, unit="rate") for suffix, share in zip(shares, ends, strict=True))
    yield Row(found.months, found.months, found.months, len(life), suffix="_horizon")


@measure(
    "residue",
    harm=FAMILY,
    unit="rate",
    better="lower",
    needs=("twin",),
    estimand="P(worlds still differ k months after the correction | corrected, and followed for k months)",
    interval="Wilson over corrected roots, Clopper-Pearson under 5 events",
    reference="MEASURES section 3",
    caveats=f"{INJECTED} {HORIZON} Only corrected entries count. They are few if few are noticed, contested and "
    "struck.",
    qualifiers={"k": None},
    gap="residue_gap",
)
def residue(case: Case, k: int | None = None) -> Iterator[PerPerson]:
    """Share of corrected wrong entries that still make a difference k months after their correction.

    Copies that agencies delete late, and acts that followed from a sanction, outlive the entry. Only roots followed for
    k months after the correction count. k=None gives 1, 3 and 6.
    """
    found = effects(case)
    for months in AFTER if k is None else (k,):
        if found.why:
            yield found.part(np.empty(0), "", {"k": months})
            continue
        corrected, end = _entries(found)
        followed = corrected & (end + months < case.periods)
        made = found.part(_last(found) >= end + months, "", {"k": months})
        counted = np.zeros(len(case.people))
        counted[found.roots[followed]] = 1.0
        why = f"no wrong entry was corrected {months} months before the end of the run"
        yield replace(made, numerator=made.numerator * counted, denominator=counted, why=why)


def _last(found: Effects) -> NDArray[np.int64]:
    """For each root, the last month in which anybody it touched differs: int (R,)."""
    last = np.full(len(found.roots), found.since - 1, np.int64)
    np.maximum.at(last, found.rows["at"].to_numpy(np.int64), found.rows["last"].to_numpy(np.int64))
    return last


def _entries(found: Effects) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """For each root, whether its entry is found wrong before it expires, and the month it ends: (R,) each."""
    mended, end = np.zeros(len(found.roots), bool), np.zeros(len(found.roots), np.int64)
    for history, roots in found.runs():
        held = history.ledger
        mine = held.where((held.origin == ORIGINS.index("injected")) & np.isin(held.subject, roots))
        at = np.searchsorted(found.roots, mine.subject)
        mended[at], end[at] = np.isin(mine.end_cause, MENDED), mine.end
    return mended, end
