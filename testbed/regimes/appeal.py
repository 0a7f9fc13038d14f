"""What becomes of an entry: it expires, or its subject learns of it, contests it, and it is struck.

The fate of an entry is fixed by its own addressed coins when it is made: no state enters, so
that the same entry has the same fate in every twin that leaves the rights and numbers alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from synthetic.channels.base import waiting
from synthetic.draws import sparse, uniform
from testbed.regimes.base import EXPIRY, Regime

NEVER = 32_000


@dataclass(frozen=True)
class Fate:
    """End in the record, end in the shadow record, cause (see `ledger.CAUSES`), month of notice (-1: never), filed."""

    end: np.ndarray
    shadow_end: np.ndarray
    end_cause: np.ndarray
    noticed: np.ndarray
    filed: np.ndarray


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
) -> Fate:
    """The fate of each entry.

    `severity` holds codes into minor, moderate, serious. `can_know`: whether any right lets people learn of
    their entries. `errors` off: no true entry is struck. An entry undone also cancels its own later expiry.
    """
    life = np.array([regime.value("expiry", key) for key in EXPIRY])[severity].astype(np.int64)
    shadow_end = start + np.maximum(life, 1)
    coin = lambda what: uniform(sparse(seed, f"appeal:{what}", ids.astype(np.uint64)))  # noqa: E731
    noticed = adverse & (coin("noticed") < (regime.value("appeal", "noticed") if can_know else 0.0))
    when = start + waiting(coin("notice delay"), regime.value("appeal", "notice_delay"))
    noticed &= when < shadow_end
    file = np.where(wrong, regime.value("appeal", "filed"), regime.value("appeal", "filed_true"))
    filed = noticed & (coin("filed") < file)
    strike = np.where(wrong, regime.value("appeal", "upheld"), regime.value("appeal", "upheld_true") if errors else 0.0)
    decided = when + 1 + waiting(coin("decision delay"), regime.value("appeal", "decision_delay"))
    struck = filed & (coin("upheld") < strike) & (decided < shadow_end)
    return Fate(
        np.where(struck, decided, shadow_end),
        shadow_end,
        np.where(struck, np.where(wrong, 1, 2), 0).astype(np.int8),
        np.where(noticed, when, -1),
        filed,
    )
