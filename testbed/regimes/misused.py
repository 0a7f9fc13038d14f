"""What operators do without cause, what their log says of it, and what becomes of them.

An entry made by hand enters the record of somebody who gave no cause. It may be logged, a logged one audited, an
audited one is taken back after a delay, and for a share of those somebody answers. Everything is a pure function of
the seed and the entry's address, so that the log can be read from a history after the run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.channels import Acts, waiting
from synthetic.draws import GRID, candidates, pack, sparse, uniform
from synthetic.errors import unknown
from synthetic.ledger import ORIGINS, Ledger
from testbed.regimes.base import Regime

FIRST_K, LAST_K = 768, 1023
LOG = ("entry", "person", "month", "kind", "logged", "audited", "reversed", "answered")


@dataclass(frozen=True)
class Misused:
    """Entries without cause of one month, aligned: subject (as author too), kind and k in `acts`, and their fate.

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
    """Entries that operators make without cause in a month, about these people (ids, ascending).

    At `regime.misuse.rate` in 1,000 person-months, `ratio` times that for those at whom it is aimed: people whose
    `column`, as `at(people, column)` gives it, has the code of `level` in `levels`, or is 1 where there are no levels.
    Drawn by grid and thinned, so that any part of a society has the same entries and a raised rate only adds some.
    Raises InputError where the kind is not among the scenario's.
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
    coin = lambda what: uniform(sparse(seed, f"regime:misuse:{what}", address))  # noqa: E731
    logged = coin("logged") < regime.value("misuse", "logged")
    audited = logged & (coin("audited") < regime.value("misuse", "audited"))
    answered = audited & (coin("answered") < regime.value("misuse", "answered"))
    taken_back = period + 1 + waiting(coin("reversal"), regime.value("misuse", "reversal"))
    return logged, audited, answered, np.where(audited, taken_back, -1)


def operator_log(ledger: Ledger, regime: Regime, seed: int) -> pd.DataFrame:
    """What operators made by hand, one row an entry, columns `LOG`: whether it was logged, audited, answered for.

    `reversed`: the month in which it is taken back, -1 never. Rows that are not logged stand here too: this is what
    happened, of which the operator's own log is the part that is logged.
    """
    mine = ledger.where(ledger.real & (ledger.origin == ORIGINS.index("misuse")))
    k = mine.id >> 8 & 1023
    address = pack(mine.subject, mine.period, mine.kind, k)
    logged, audited, answered, reversal = _fate(regime, address, mine.period.astype(np.int64), seed)
    kinds = np.array(ledger.kinds, object)
    columns = (mine.id, mine.subject, mine.period, kinds[mine.kind], logged, audited, reversal, answered)
    return pd.DataFrame(dict(zip(LOG, columns, strict=True)))
