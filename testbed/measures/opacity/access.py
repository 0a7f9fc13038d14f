"""Opacity: whether people can see the record held about them, and how late they learn of an entry."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.opacity.waits import noticed

HORIZON = 12
"""Months over which the delay of notice is averaged."""
NONE = "no adverse entry that a rule reads was made"


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
    estimand="E min(months until the subject of an adverse entry learns of it, horizon); never counts as the horizon",
    interval="Aalen-Johansen, area above the curve; influence values by grid, t(G-1); 0: Clopper-Pearson over entries",
    reference="Aalen and Johansen (1978), Scandinavian Journal of Statistics 5",
    caveats="Adverse entries only. An entry that ends before its subject learns of it is never noticed: it counts as "
    f"{HORIZON} months, like one that stands for so long unnoticed.",
    qualifiers={"horizon": HORIZON},
    gap="",
    splits=False,
)
def notice_delay(case: Case, *, horizon: int = HORIZON) -> Row:
    """Mean months until the subject of an adverse entry learns of it, cut at a horizon (restricted mean).

    The end of an entry competes with notice: whoever has not learned of it by then never does, and the entry counts as
    the horizon. The value is the area above the cumulative incidence of notice, the sum over m < horizon of
    1 - P(noticed within m months). Only the end of the run censors. NaN if the run makes no such entry, or follows none
    to the horizon.
    """
    held = case.history.ledger
    adverse = np.array([kind.adverse for kind in case.scenario.conduct], bool)
    which = held.real & adverse[held.kind] & read_kinds(case)[held.kind] & (held.start < case.periods)
    waits = noticed(held.where(which & np.asarray(case.scored, bool)[held.subject]), NONE)
    if waits.why:
        return Row(float("nan"), why=waits.why)
    n = len(np.unique(waits.subject))
    every, clusters = np.ones(len(waits.subject), bool), np.asarray(case.clusters)[waits.subject]
    found = waits.asked(case.periods, every, clusters, horizon, delay=True)
    if np.isnan(found.value):
        return Row(float("nan"), n=n, why=f"no such entry is followed for {horizon} months")
    return Row(found.value, found.low, found.high, n)
