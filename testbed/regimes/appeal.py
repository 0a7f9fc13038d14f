"""How an entry ends: it expires, is repaired, or is found wrong and struck, on appeal or by an audit.

The fate of an entry is drawn when the entry is made, from random numbers that depend on the entry alone. So the same
entry has the same fate in every twin that changes neither rights nor numbers.

* Expiry: after `expiry.SEVERITY` months.
* Restoration: if the subject can know of an adverse entry, the share `restoration.requested` of such entries is put
  forward after `restoration.SEVERITY` months, and the share `granted` of those ends then. They end in the record and
  in the shadow record alike, because this is the scheme's own rule. Agencies drop their copies later.
* Appeal: the subject notices the entry after a delay and contests it; the decision follows after another delay. A fee
  of `appeal.cost` deters people: of those who would file, the share 1 / (1 + cost / (bearable x monthly income))
  does. Half of them file if the fee is the bearable share of a month's income.
* Audit: the operator finds a wrong entry without an appeal, with the chance `audit.found` in each month.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import waiting
from synthetic.draws import sparse, sparse_streams, uniform
from synthetic.errors import InputError
from synthetic.ledger import CAUSES
from testbed.regimes.base import EXPIRY, Regime

if TYPE_CHECKING:
    from testbed.disclosures import Disclosure

Coins = NDArray[np.float64]
Coin = Callable[[str], Coins]
NEVER = 32_000
EXPIRED, CORRECTED, STRUCK, REPAIRED, AUDITED = map(
    CAUSES.index, ("expired", "corrected", "struck", "repaired", "audited")
)
DRAWN = ("appeal:noticed", "appeal:notice delay", "appeal:filed", "appeal:decision delay", "appeal:upheld")
"""The draws that every entry has, made at once."""


@dataclass(frozen=True)
class Fate:
    """How entries end: month in the record and in the shadow record, cause (see `ledger.CAUSES`), notice, appeal.

    `noticed` is the month in which the subject notices the entry, -1 never; `filed`: whether an appeal is filed.
    """

    end: np.ndarray
    shadow_end: np.ndarray
    end_cause: np.ndarray
    noticed: np.ndarray
    filed: np.ndarray


def can_know(rights: Disclosure) -> bool:
    """Whether any right lets people learn of the entries about them."""
    return rights.own_record or rights.notice_of_entry or rights.reasons_adverse


def fates(
    ids: np.ndarray,
    start: np.ndarray,
    wrong: np.ndarray,
    adverse: np.ndarray,
    severity: np.ndarray,
    *,
    regime: Regime,
    seed: int,
    can_know: bool,
    errors: bool,
    income: np.ndarray | None = None,
    stale: np.ndarray | None = None,
    reversal: np.ndarray | None = None,
) -> Fate:
    """The fate of each entry.

    `severity` holds codes into minor, moderate, serious. `can_know`: whether any right lets people learn of
    their entries. `errors` off: no true entry is struck. `income`: yuan a month of each subject, needed if an
    appeal has a cost. `stale`: months by which each entry stays in the record after its term. `reversal`: month
    in which an operator takes its own entry back, -1 never. An entry that is undone does not expire later.
    Raises InputError if an appeal has a cost and no income is given.
    """

    def coin(what: str) -> Coins:
        return uniform(sparse(seed, what, addresses))

    addresses = ids.astype(np.uint64)
    notices, notice_waits, filings, decision_waits, upholdings = uniform(sparse_streams(seed, DRAWN, addresses))
    life = np.array([regime.value("expiry", key) for key in EXPIRY])[severity].astype(np.int64)
    term = start + np.maximum(life, 1)
    repaired = _repaired(regime, start, severity, adverse & can_know, coin)
    shadow_end = np.minimum(term, repaired)
    noticed = adverse & (notices < (regime.value("appeal", "noticed") if can_know else 0.0))
    when = start + waiting(notice_waits, regime.value("appeal", "notice_delay"))
    noticed &= when < shadow_end
    file = np.where(wrong, regime.value("appeal", "filed"), regime.value("appeal", "filed_true"))
    filed = noticed & (filings < file * _affords(regime, income))
    strike = np.where(wrong, regime.value("appeal", "upheld"), regime.value("appeal", "upheld_true") if errors else 0.0)
    decided = when + 1 + waiting(decision_waits, regime.value("appeal", "decision_delay"))
    struck = filed & (upholdings < strike) & (decided < shadow_end)
    end = np.where(struck, decided, shadow_end)
    cause = np.where(struck, np.where(wrong, CORRECTED, STRUCK), np.where(repaired < term, REPAIRED, EXPIRED))
    found = _audited(regime, start, wrong, coin)
    if reversal is not None:
        found = np.where(reversal >= 0, np.minimum(found, np.maximum(reversal, start + 1)), found)
    audited = found < end
    end, cause = np.where(audited, found, end), np.where(audited, AUDITED, cause)
    if stale is not None:
        end = np.where((cause == EXPIRED) | (cause == REPAIRED), np.minimum(end + stale, NEVER), end)
    return Fate(end, shadow_end, cause.astype(np.int8), np.where(noticed, when, -1), filed)


def _repaired(regime: Regime, start: np.ndarray, severity: np.ndarray, may: np.ndarray, coin: Coin) -> np.ndarray:
    """The month in which each entry is repaired; NEVER if it is not."""
    requested, granted = (regime.value("restoration", key) for key in ("requested", "granted"))
    if requested * granted <= 0:
        return np.full(len(start), NEVER)
    waits = np.array([regime.value("restoration", key, NEVER) for key in EXPIRY])[severity].astype(np.int64)
    done = may & (coin("restoration:requested") < requested) & (coin("restoration:granted") < granted)
    return np.where(done, np.minimum(start + np.maximum(waits, 1), NEVER), NEVER)


def _affords(regime: Regime, income: np.ndarray | None) -> np.ndarray | float:
    """The share of those who would file an appeal that can bear its cost."""
    cost, bearable = regime.value("appeal", "cost"), regime.value("appeal", "bearable", 0.1)
    if cost <= 0:
        return 1.0
    if income is None:
        raise InputError(f"regime {regime.name}: an appeal costs {cost:g}, but no income is given for its subjects.")
    room = bearable * np.maximum(income, 0.0)
    return np.asarray(room / (room + cost))


def _audited(regime: Regime, start: np.ndarray, wrong: np.ndarray, coin: Coin) -> np.ndarray:
    """The month in which an audit finds each entry wrong, geometric; NEVER if none does."""
    found = regime.value("audit", "found")
    if found <= 0:
        return np.full(len(start), NEVER)
    if found >= 1:
        return np.where(wrong, start + 1, NEVER)
    months = 1 + np.floor(np.log1p(-coin("audit:found")) / np.log1p(-found))
    return np.where(wrong, start + np.minimum(months, NEVER).astype(np.int64), NEVER)
