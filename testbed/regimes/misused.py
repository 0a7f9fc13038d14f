"""Misuse: entries that operators make without cause, what the operator's log holds, and whether anyone answers for it.

An operator enters something by hand about a person who gave no cause. The entry may be logged. A logged entry may be
audited; an audited entry is taken back after a delay, and in a share of these cases somebody is held to account.
Everything is a pure function of the seed and the entry's address, so the log can be read from a history after the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.channels import Acts, waiting
from synthetic.draws import GRID, candidates, pack, sparse, uniform
from synthetic.errors import unknown
from synthetic.ledger import ORIGINS, Ledger
from testbed.regimes.base import Regime

FIRST_K, LAST_K = 768, 1023
LOG = ("entry", "person", "month", "kind", "logged", "audited", "reversed", "answered")


@dataclass(frozen=True)
class Misused:
    """The entries without cause of one month, and what follows from each; all arrays are aligned with `acts`.

    In `acts` the author of an entry is its subject.

    `reversal`: the month in which the operator takes the entry back, -1 never.
    """

    acts: Acts
    logged: np.ndarray
    audited: np.ndarray
    answered: np.ndarray
    reversal: np.ndarray


def misuse(
    regime: Regime,
    period: int,
    people: np.ndarray,
    at: Callable[[np.ndarray, str], np.ndarray],
    *,
    kinds: tuple[str, ...],
    seed: int,
    size: int,
    levels: tuple[str, ...] = (),
) -> Misused:
    """The entries that operators make without cause in a month about these people (ids, ascending).

    The rate is `regime.misuse.rate` in 1,000 person-months, and `ratio` times that for the people at whom misuse is
    aimed: those whose `column`, as `at(people, column)` gives it, has the code of `level` in `levels`, or is 1 if there
    are no levels. Entries are drawn by grid and thinned, so that any part of a society has the same entries and a
    higher rate only adds some. Raises InputError if the kind is not one of the scenario's.
    """
    clause, rate = regime.misused, regime.value("misuse", "rate") / 1000
    if clause is None or not regime.active or rate <= 0:
        nobody, no = np.empty(0, np.int64), np.empty(0, bool)
        return Misused(Acts(nobody, period, nobody, nobody), no, no, no, nobody)
    if clause.kind not in kinds:
        raise unknown(f"kind in regime {regime.name}, misuse", clause.kind, kinds)
    ratio = regime.value("misuse", "ratio", 1.0)
    most = rate * max(ratio, 1.0)
    person, k = candidates(seed, "regime:misuse", np.unique(people // GRID), period, most)
    here = person < size
    place = np.searchsorted(people, person[here])
    here[here] = people[np.minimum(place, len(people) - 1)] == person[here]
    person, k = person[here], k[here]
    aimed = np.zeros(len(person), bool)
    if clause.column and len(person):
        code = levels.index(clause.level) if clause.level in levels else 1
        aimed = at(person, clause.column) == code
    coin = uniform(sparse(seed, "regime:misuse:accept", pack(person, period, 0, k)))
    done = coin * most < rate * np.where(aimed, ratio, 1.0)
    person, k = person[done], FIRST_K + k[done] % (LAST_K - FIRST_K + 1)
    acts = Acts(person, period, np.full(len(person), kinds.index(clause.kind)), k)
    return Misused(acts, *_fate(regime, acts.address, period, seed))


def _fate(regime: Regime, address: np.ndarray, period: np.ndarray | int, seed: int) -> tuple[np.ndarray, ...]:
    def coin(what: str) -> NDArray[np.float64]:
        return uniform(sparse(seed, f"regime:misuse:{what}", address))

    logged = coin("logged") < regime.value("misuse", "logged")
    audited = logged & (coin("audited") < regime.value("misuse", "audited"))
    answered = audited & (coin("answered") < regime.value("misuse", "answered"))
    taken_back = period + 1 + waiting(coin("reversal"), regime.value("misuse", "reversal"))
    return logged, audited, answered, np.where(audited, taken_back, -1)


def operator_log(ledger: Ledger, regime: Regime, seed: int) -> pd.DataFrame:
    """The entries that operators made by hand, one row each, columns `LOG`: whether logged, audited, answered for.

    `reversed`: the month in which the entry is taken back, -1 never. The rows are what happened, logged or not; the
    operator's own log holds only those that are logged.
    """
    mine = ledger.where(ledger.real & (ledger.origin == ORIGINS.index("misuse")))
    k = mine.id >> 8 & 1023
    address = pack(mine.subject, mine.period, mine.kind, k)
    logged, audited, answered, reversal = _fate(regime, address, mine.period.astype(np.int64), seed)
    kinds = np.array(ledger.kinds, object)
    columns = (mine.id, mine.subject, mine.period, kinds[mine.kind], logged, audited, reversal, answered)
    return pd.DataFrame(dict(zip(LOG, columns, strict=True)))
