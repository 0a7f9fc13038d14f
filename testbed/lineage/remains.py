"""What remains of an entry: itself, its copies, and the lists on which its subject would not stand without it.

The record stays as it was but for the entry and its copies; the lists of its subject are then kept once more, month by
month, by the rules of the regime. A list on which another entry has kept the subject since is not counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.ledger import Ledger
from testbed.lineage.trace import Lineage, decisions_on
from testbed.regimes import RegimeState

if TYPE_CHECKING:
    from testbed.case import Case

Ints = NDArray[np.int64]


def remains_until(case: Case, entries: Ledger) -> Ints:
    """The month from which on nothing of each entry remains, for good: int64 (entries,).

    It is the length of the run where something still stands at its end. Only for a case that is `separable`, and for a
    model that does not read single entries.

    >>> from testbed.case import run_case
    >>> case = run_case("rongcheng", people=2048, periods=6)
    >>> ledger = case.history.ledger
    >>> wrong = ledger.where(ledger.wrong & case.scored[ledger.subject])
    >>> bool((remains_until(case, wrong) >= np.minimum(wrong.end, 6)).all())
    True
    """
    history, subject = case.history, entries.subject
    held = history.ledger.where(history.ledger.real & np.isin(history.ledger.subject, subject))
    gone, removed = _with_copies(held, entries)
    until = np.zeros(len(subject), np.int64)
    np.maximum.at(until, gone, np.minimum(held.end[removed], case.periods).astype(np.int64))
    place = history.place(subject)
    state = _lists_of(case, subject)
    for t in range(case.periods):
        state.step(t, _decisions_without(case, held, subject, gone, removed, t))
        more = history.lists(t)[place] & ~state.lists
        until = np.where(more != 0, np.maximum(until, t + 1), until)
    return until


def _with_copies(held: Ledger, entries: Ledger) -> tuple[Ints, Ints]:
    """(place in `entries`, place in `held`) of each entry, and of all that the ledger says was copied from it."""
    named = held.parent >= 0
    copied = pd.DataFrame({"child": held.id[named], "parent": held.parent[named]})
    gone, ids = Lineage(pd.DataFrame(), copied).descendants(entries.id)
    place = pd.Index(held.id).get_indexer(pd.Index(ids))
    return gone[place >= 0], place[place >= 0].astype(np.int64)


def _lists_of(case: Case, subject: Ints) -> RegimeState:
    """The lists of some people (one may be named twice), of whom none reaches another."""
    regime = replace(case.scenario.regime, sanctions=())
    many = len(subject)
    return RegimeState(regime, subject, np.arange(many), np.zeros(many, bool), seed=case.society.seed)


def _decisions_without(case: Case, held: Ledger, subject: Ints, gone: Ints, removed: Ints, t: int) -> NDArray[np.int8]:
    """The decision of a month about the subject of each entry, had neither it nor its copies been made."""
    history = case.history
    decision = np.array(history.decision(t)[history.place(subject)], np.int8)
    standing = held.standing(t)
    gone, removed = gone[standing[removed]], removed[standing[removed]]
    asked = np.unique(gone)
    if len(asked):
        people, row = np.unique(subject[asked], return_inverse=True)
        others = held.where(standing & np.isin(held.subject, people))
        counts = np.zeros((len(people), len(held.kinds)), np.int64)
        np.add.at(counts, (np.searchsorted(people, others.subject), others.kind), 1)
        without = counts[row]
        np.subtract.at(without, (np.searchsorted(asked, gone), held.kind[removed]), 1)
        decision[asked] = decisions_on(case, subject[asked], without, t)
    return decision
