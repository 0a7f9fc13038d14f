"""Opacity: whether people can see the record held about them, and how late they learn of an entry."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.opacity.foresight import jackknife

HORIZON = 12
"""Months over which the delay of notice is averaged."""


def read_kinds(case: Case) -> NDArray[np.bool_]:
    """Which kinds of entries some rule reads; every recorded kind if the model does not say."""
    reads = getattr(case.model, "reads", None)
    read = case.records.columns if reads is None else reads
    return np.array([kind in read and kind in case.records.columns for kind in case.history.kinds], bool)


@measure(
    "record_access",
    harm="opacity",
    unit="rate",
    better="higher",
    needs=("history",),
    interval="influence values by cluster, t(G-1)",
    reference="MEASURES section 2",
    caveats="Having the right to look counts as looking. Cost, form and language are not modeled.",
)
def record_access(case: Case) -> PerPerson:
    """Share of the standing entries read by some rule that their subject can see.

    If people may see their own record, every entry is visible. Otherwise an entry is visible if its subject has learned
    of it by the last month. People without entries are not counted.
    """
    held, t = case.history.ledger, case.periods - 1
    stands = held.real & (held.start <= t) & (t < held.end) & read_kinds(case)[held.kind]
    seen = stands & (case.disclosure.own_record | ((held.noticed >= 0) & (held.noticed <= t)))
    scored = np.asarray(case.scored, bool)
    part, whole = (_per_person(case, held.subject[which]) * scored for which in (seen, stands))
    return PerPerson(part, whole, why="no entry that a rule reads stands", bounds=(0.0, 1.0))


def _per_person(case: Case, subject: NDArray[np.int64]) -> NDArray[np.float64]:
    place = case.people.index.get_indexer(pd.Index(subject))
    return np.bincount(place[place >= 0], minlength=len(case.people)).astype(np.float64)


@measure(
    "notice_delay",
    harm="opacity",
    unit="months",
    better="lower",
    needs=("history",),
    interval="delete-one-cluster jackknife, t(G-1)",
    reference="Kaplan and Meier 1958; restricted mean, Royston and Parmar 2013",
    caveats=f"Adverse entries only. Covers the first {HORIZON} months: {HORIZON} means that nobody learned of any "
    "entry.",
    qualifiers={"horizon": HORIZON},
    gap="",
    splits=False,
)
def notice_delay(case: Case, *, horizon: int = HORIZON) -> Row:
    """Mean months until the subject of an adverse entry learns of it, cut at a horizon (restricted mean).

    Kaplan-Meier. An entry that ends, or outlasts the run, before its subject learns of it is censored then. NaN if the
    run makes no such entry, or follows none to the horizon.
    """
    held, last = case.history.ledger, case.periods
    adverse = np.array([kind.adverse for kind in case.scenario.conduct], bool)
    which = held.real & adverse[held.kind] & read_kinds(case)[held.kind] & (held.start < last)
    place = case.people.index.get_indexer(pd.Index(held.subject[which]))
    inside = (place >= 0) & np.asarray(case.scored, bool)[place]
    start, end, noticed = (
        np.asarray(column[which], np.int64)[inside] for column in (held.start, held.end, held.noticed)
    )
    if not len(start):
        return Row(float("nan"), why="no adverse entry that a rule reads was made")
    known = (noticed >= 0) & (noticed < last)
    months = np.where(known, noticed, np.minimum(end, last)) - start
    found = restricted_mean(months, known, np.asarray(case.clusters)[place[inside]], horizon)
    return replace(found, n=len(np.unique(place[inside])))


def restricted_mean(
    months: NDArray[np.int64], happened: NDArray[np.bool_], clusters: NDArray[np.int64], horizon: int
) -> Row:
    """Restricted mean of a duration in whole months, by Kaplan-Meier, with a jackknife over clusters.

    months: (n,) months until the event, or until censoring. happened: which of the two it is. Whoever is censored in a
    month is no longer at risk in it. NaN if nobody is at risk in some month before the horizon.

    >>> restricted_mean(np.array([1, 3]), np.array([True, True]), np.array([0, 1]), 12).value
    2.0
    """
    held, cluster = np.unique(clusters, return_inverse=True)
    last = np.where(happened, months, months - 1)
    cut = np.minimum(last, horizon)
    ended, events = np.zeros((len(held), horizon + 1)), np.zeros((len(held), horizon + 1))
    np.add.at(ended, (cluster[last >= 0], cut[last >= 0]), 1)
    np.add.at(events, (cluster[happened], cut[happened]), 1)

    def value(gone: NDArray[np.float64], known: NDArray[np.float64]) -> float:
        risk = gone[::-1].cumsum()[::-1][:horizon]
        left = np.cumprod(1 - np.divide(known[:horizon], risk, out=np.zeros(horizon), where=risk > 0))
        followed = (risk > 0) | (left == 0)
        return float(left.sum()) if followed.all() else float("nan")

    total, known = ended.sum(axis=0), events.sum(axis=0)
    made = value(total, known)
    if not np.isfinite(made):
        return Row(float("nan"), n=len(months), why=f"nobody is followed for {horizon} months")
    low, high = jackknife(made, [value(total - ended[g], known - events[g]) for g in range(len(held))])
    return Row(made, low, high, len(months))
