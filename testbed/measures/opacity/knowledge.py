"""What people know about their own case.

V, a person's knowledge, has three parts. Own attributes: those that the institution holds and those that findings are
split by. Own true conduct: acts that would still stand if each had been recorded when it was done. What is disclosed:
the record, entries the person was told of, the decision of the month before if decisions are notified, and the score,
or else the points that the published rules give on the best known record. V is what can be known before the lots of the
month are drawn. So if a scheme draws lots, the score shown comes from other lots, and V leaves out the lists of the
month, which follow from the decision itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case
from testbed.disclosures import Disclosure
from testbed.measures.opacity.surrogates import Floats

PEOPLE = 8_192
"""Size of the addressed sample of people in scope."""

BLOCKS = {
    "record": "own_record", "noticed": "notice_of_entry", "score": "own_score", "points": "rules",
    "before": "notice_of_decision",
}  # fmt: skip
"""Parts of V beyond attributes and conduct, and the right that shows each."""


@dataclass(frozen=True)
class Sample:
    """The sampled people: places in `case.people`, places in `case.records`, ids; the period; everybody's acts."""

    place: NDArray[np.int64]
    row: NDArray[np.int64]
    ids: NDArray[np.int64]
    period: int
    acts: NDArray[np.int64]


def sample(case: Case, size: int = PEOPLE) -> Sample:
    """An addressed sample of the people in scope, in order of id."""
    scored = np.flatnonzero(case.scored)
    ids = np.asarray(case.people.index, np.int64)[scored]
    words = draws.sparse(case.seed, "opacity:people", draws.pack(ids))
    chosen = np.sort(np.argsort(words, kind="stable")[:size])
    return Sample(
        scored[chosen],
        case.records.index.get_indexer(pd.Index(ids[chosen])),
        ids[chosen],
        case.periods - 1,
        conduct(case, case.periods - 1),
    )


def views(case: Case, who: Sample, points: Floats | None) -> tuple[NDArray[np.float32], ...]:
    """The matrices of V for this disclosure and every coarser preset, each set of columns once; the own V is last."""
    made = {name: block for name, block in _blocks(case, who, points).items() if block.shape[1]}
    base = np.column_stack([_attributes(case, who), who.acts[who.place]])
    wanted = {
        frozenset(one for one in made if _shown(one, seen)) for seen in (*case.disclosure.coarser(), case.disclosure)
    }
    order = sorted(wanted, key=lambda blocks: (len(blocks), sorted(blocks)))
    own = frozenset(made)
    found = []
    for blocks in [*(one for one in order if one < own), own]:
        matrix = np.column_stack([base, *(made[one] for one in sorted(blocks))])
        matrix = matrix[:, (matrix != matrix[:1]).any(axis=0)]
        if matrix.shape[1]:
            found.append(np.ascontiguousarray(matrix, np.float32))
    return tuple(found)


def _shown(block: str, disclosure: Disclosure) -> bool:
    return bool(getattr(disclosure, BLOCKS[block]))


def _blocks(case: Case, who: Sample, points: Floats | None) -> dict[str, NDArray[np.number]]:
    seen = case.disclosure
    made: dict[str, NDArray[np.number]] = {}
    if seen.own_record:
        made["record"] = case.records[counted_kinds(case)].to_numpy()[who.row]
    elif seen.notice_of_entry:
        made["noticed"] = noticed(case, who.period)[who.place]
    if seen.notice_of_decision and who.period > 0:
        before = np.asarray(case.history.decision(who.period - 1))[who.place]
        made["before"] = np.column_stack([before == -1, before == 1])
    if points is not None:
        made["score" if seen.own_score else "points"] = points[:, None]
    return made


def _attributes(case: Case, who: Sample) -> Floats:
    """Attributes as numbers."""
    names = dict.fromkeys([*case.scenario.held, *case.scenario.compared])
    columns = [part for name in names for part in as_numbers(_column(case, who, name))]
    return np.column_stack(columns) if columns else np.empty((len(who.place), 0))


def as_numbers(column: pd.Series) -> list[Floats]:
    """A column as numbers: itself, or of a category one column of 0 and 1 for each level but the first.

    >>> as_numbers(pd.Series(pd.Categorical(["b", "a"])))[0].tolist()
    [1.0, 0.0]
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        return [(codes == level).astype(np.float64) for level in range(1, len(column.cat.categories))]
    return [column.to_numpy().astype(np.float64)]


def _column(case: Case, who: Sample, name: str) -> pd.Series:
    """What people know of an attribute: its value of the month if the institution holds it, else the true value."""
    return case.records[name].iloc[who.row] if name in case.records else case.people[name].iloc[who.place]


def counted_kinds(case: Case) -> list[str]:
    """The counted columns of the record."""
    return [name for name in case.records.columns if name in case.history.kinds]


def conduct(case: Case, period: int) -> NDArray[np.int64]:
    """True acts that would stand at a period if each had been entered when done: (n, kinds).

    The window is how long entries stand under the regime. Without a regime, all acts count.
    """
    total = np.asarray(case.history.true_counts(period), np.int64)
    standing = _months(case)
    if standing is None:
        return total
    for months in sorted(set(standing)):
        if 0 < months <= period:
            gone = np.asarray(case.history.true_counts(period - months))
            total[:, standing == months] -= gone[:, standing == months]
    return total


def _months(case: Case) -> NDArray[np.int64] | None:
    """How long an entry of each kind stands, in months; None if the scenario does not say."""
    regime, kinds = getattr(case.scenario, "regime", None), getattr(case.scenario, "conduct", None)
    if regime is None or kinds is None:
        return None
    severity = {kind.name: kind.severity for kind in kinds}
    return np.array([int(regime.value("expiry", severity[name])) for name in case.history.kinds])


def noticed(case: Case, period: int) -> NDArray[np.int64]:
    """Entries of each kind that stand at a period and of which their subject has been told by then: (n, kinds)."""
    held = case.history.ledger
    told = held.real & (held.start <= period) & (period < held.end) & (held.noticed >= 0) & (held.noticed <= period)
    place = case.people.index.get_indexer(pd.Index(held.subject[told]))
    kinds = len(case.history.kinds)
    flat = place[place >= 0] * kinds + held.kind[told][place >= 0].astype(np.int64)
    return np.bincount(flat, minlength=len(case.people) * kinds).reshape(-1, kinds)
