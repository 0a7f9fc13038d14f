"""Which errors of the record cause wrong decisions: Shapley values over their sources, person by person.

Conduct is held fixed. The errors of a run are divided by source, and the scheme is asked again about records that hold
only the errors of some sources. If one source alone disturbs a person's record, it accounts for all wrong decisions
about them. If several do, the scheme is asked about every set of them, so the values are exact for any number of
sources (Shapley 1953). Errors about other people are one source more where the scheme reads whom one knows on a list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
from numpy.typing import NDArray

from synthetic.ledger import CAUSES, ORIGINS, Ledger
from testbed.case import Case
from testbed.lineage import decisions_on
from testbed.measure import PerPerson
from testbed.regimes import LISTED
from testbed.world import held_arrays

APPEAL, OPERATOR, OTHERS, MISSED, STALE = "appeal", "operator", "others", "missed", "stale"
"""Sources beside channels and origins: true entries struck; entries made without cause; errors about other people."""

SIDES = ("adverse", "favorable")
MOST = 12
"""Most sources that may disturb one record in one month: 4,096 sets of them."""

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Disturbances:
    """How much each error changes a count of its subject's record, and in which months: one row per error.

    `source` indexes `names`, of which the last is `others`: no error of one's own record. The record holds `sign`
    entries of `kind` more than the shadow record from `start` until before `end`.
    """

    names: tuple[str, ...]
    source: Ints
    subject: Ints
    kind: Ints
    start: Ints
    end: Ints
    sign: Ints

    @classmethod
    def of(cls, ledger: Ledger, by: str) -> Disturbances:
        """Build from a ledger; `by` is channel or origin."""
        true = ledger.real & ledger.shadow
        struck = ledger.end_cause == CAUSES.index("struck")
        misuse = ledger.origin == ORIGINS.index("misuse")
        channels = np.array([*ledger.channels, *(f"channel {k}" for k in range(len(ledger.channels), 16))], object)
        made = np.where(misuse, OPERATOR, channels[ledger.channel])
        if by == "origin":
            made = np.where(misuse, OPERATOR, np.array(ORIGINS, object)[ledger.origin])
        of_miss, of_stale = (MISSED, STALE) if by == "origin" else (made, made)
        parts = (
            (ledger.real & ~ledger.shadow, made, ledger.start, ledger.end, 1),
            (ledger.shadow & ~ledger.real, of_miss, ledger.start, ledger.shadow_end, -1),
            (true & (ledger.end > ledger.shadow_end), of_stale, ledger.shadow_end, ledger.end, 1),
            (true & struck, APPEAL, ledger.end, ledger.shadow_end, -1),
        )
        columns: dict[str, list[NDArray[np.generic]]] = {
            name: [] for name in ("source", "subject", "kind", "start", "end", "sign")
        }
        for which, source, start, end, sign in parts:
            columns["source"].append(np.broadcast_to(np.asarray(source, object), which.shape)[which])
            columns["subject"].append(ledger.subject[which])
            columns["kind"].append(ledger.kind[which].astype(np.int64))
            columns["start"].append(start[which].astype(np.int64))
            columns["end"].append(end[which].astype(np.int64))
            columns["sign"].append(np.full(int(which.sum()), sign))
        whole = {name: np.concatenate(column) for name, column in columns.items()}
        names, code = np.unique(whole.pop("source").astype(str), return_inverse=True)
        return cls((*names.tolist(), OTHERS), code.astype(np.int64), **whole)


@dataclass(frozen=True)
class Contributions:
    """Wrong decisions per person due to each source, summed over months: `of[side][source]` float64 (n,).

    `total[side]`: the wrong decisions themselves. `why` says why there are none.
    """

    of: Mapping[str, Mapping[str, NDArray[np.float64]]]
    total: Mapping[str, NDArray[np.float64]]
    why: str = ""


def contributions(case: Case, by: str) -> Contributions:
    """Shapley values of the sources of error over all months of a run, by channel or by origin.

    Sides: adverse, decided adversely without deserving it; favorable, decided better than deserved. `others`: errors
    about others, by which a person has other acquaintances on lists than the shadow record would have led to.
    """
    history, n = case.history, len(case.people)
    if not case.scheme.alone or "entries" in case.scheme.needs:
        return Contributions({}, {}, "the model scores people together: it cannot be asked about one record")
    found = Disturbances.of(history.ledger, by)
    of = {side: {name: np.zeros(n) for name in found.names} for side in SIDES}
    total = {side: np.zeros(n) for side in SIDES}
    known = [_known_otherwise(case, t) for t in range(history.periods)]
    people = np.union1d(found.subject, np.flatnonzero(np.logical_or.reduce(known)))
    ledger = history.ledger.where(np.isin(history.ledger.subject, people))
    at = np.searchsorted(people, ledger.subject)
    shape = (len(people), len(history.kinds))
    for t in range(history.periods):
        wrong = _wrong(history.decision(t), history.deserved(t))
        standing = ledger.standing(t, shadow=True)
        shadow = np.zeros(shape, np.int64)
        np.add.at(shadow, (at[standing], ledger.kind[standing]), 1)
        now = (found.start <= t) & (t < found.end)
        moved = np.zeros((len(found.names), *shape), np.int64)
        np.add.at(
            moved, (found.source[now], np.searchsorted(people, found.subject[now]), found.kind[now]), found.sign[now]
        )
        active = (moved != 0).any(axis=2)
        active[-1] = known[t][people]
        owed = _owed(case, t, people, shadow, moved, active)
        if isinstance(owed, str):
            return Contributions({}, {}, owed)
        for side in SIDES:
            total[side] += wrong[side]
            for place, name in enumerate(found.names):
                of[side][name][people] += owed[side][place]
    return Contributions(of, total)


def _known_otherwise(case: Case, t: int) -> NDArray[np.bool_]:
    """Who has other acquaintances on lists in the record than in the shadow record, if the scheme reads any."""
    if case.history.shadow_lists_ is None:
        return np.zeros(len(case.people), bool)
    record, shadow = (
        held_arrays(case.society, case.history, t, case.society.ids, shadow=which)[LISTED] for which in (False, True)
    )
    return np.asarray(record != shadow)


def owed_part(
    case: Case, found: Contributions, owed: NDArray[np.float64], qualifiers: Mapping[str, object]
) -> PerPerson:
    """Wrong decisions of one source as a part of a measure: per 1,000 months of the people in scope."""
    return PerPerson(
        np.where(case.scored, owed, 0.0),
        thousands_of_months(case) * (not found.why),
        exact=errorless(case),
        qualifiers=qualifiers,
        why=found.why,
        refused=bool(found.why),
    )


def thousands_of_months(case: Case) -> NDArray[np.float64]:
    """Thousands of months that each person in scope is followed; 0 for other people."""
    return np.where(case.scored, case.history.periods / 1000, 0.0)


def errorless(case: Case) -> bool:
    """Whether no error can change a decision: the model reads no record, or the channels make no errors."""
    return case.scheme.blind or not case.scenario.errors


def _wrong(decision: NDArray[np.int8], deserved: NDArray[np.int8]) -> dict[str, NDArray[np.bool_]]:
    return {"adverse": (decision == -1) & (deserved != -1), "favorable": decision > deserved}


def _owed(
    case: Case, t: int, people: Ints, shadow: Ints, moved: Ints, active: NDArray[np.bool_]
) -> dict[str, NDArray[np.float64]] | str:
    """Shapley values of one month, (sources, people) by side, or why there are none."""
    made = {side: np.zeros(active.shape) for side in SIDES}
    scored = case.scored[people]
    many = active.sum(axis=0) * scored
    if many.max(initial=0) > MOST:
        return f"more than {MOST} sources of error disturb one record in one month"
    deserved = case.history.deserved(t)[people]
    for size in np.unique(many[many > 0]).tolist():
        who = np.flatnonzero(many == size)
        players = np.nonzero(active[:, who].T)[1].reshape(len(who), size)
        values = dict(_values(case, t, people, shadow, moved, deserved, who, players))
        for side in SIDES:
            for place in range(size):
                rest = [one for one in range(size) if one != place]
                for taken in range(size):
                    weight = factorial(taken) * factorial(size - taken - 1) / factorial(size)
                    for some in combinations(rest, taken):
                        gain = values[_bits((*some, place))][side] - values[_bits(some)][side]
                        made[side][players[:, place], who] += weight * gain
    return made


def _values(
    case: Case, t: int, people: Ints, shadow: Ints, moved: Ints, deserved: NDArray[np.int8], who: Ints, players: Ints
) -> Iterator[tuple[int, dict[str, NDArray[np.float64]]]]:
    """For every set of sources, the wrong decisions about each of `who` if only the errors of that set remain."""
    size = players.shape[1]
    sets = range(1, 1 << size)
    counts, as_deserved = [], []
    for some in sets:
        left, others = shadow[who].copy(), np.zeros(len(who), bool)
        for place in range(size):
            if some >> place & 1:
                left += moved[players[:, place], who]
                others |= players[:, place] == len(moved) - 1
        counts.append(left)
        as_deserved.append(~others)
    decided = decisions_on(
        case, np.tile(people[who], len(sets)), np.concatenate(counts), t, shadow=np.concatenate(as_deserved)
    ).reshape(len(sets), -1)
    yield 0, {side: np.zeros(len(who)) for side in SIDES}
    for some, decision in zip(sets, decided, strict=True):
        yield some, {side: flags.astype(float) for side, flags in _wrong(decision, deserved[who]).items()}


def _bits(places: tuple[int, ...]) -> int:
    return sum(1 << place for place in places)
