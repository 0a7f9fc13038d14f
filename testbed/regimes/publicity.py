"""Who sees that a person is sanctioned: the audience of each sanction in force, as a count of parties."""

from __future__ import annotations

import numpy as np

from testbed.regimes.base import Regime


def parties(regime: Regime) -> tuple[str, ...]:
    """Every party that some sanction or reward is shown to, in the order of the file."""
    return tuple(dict.fromkeys(party for sanction in regime.sanctions for party in sanction.audience))


def seen_by(sanctions: np.ndarray, regime: Regime) -> np.ndarray:
    """How many parties other than person and operator see each person's status: int64, shape of `sanctions`.

    sanctions: bits as in `History.sanctions`, of any shape. A party that sees two sanctions counts once.
    """
    count = np.zeros(np.shape(sanctions), np.int64)
    for party in parties(regime):
        mask = sum(1 << bit for bit, one in enumerate(regime.sanctions) if party in one.audience)
        count += (np.asarray(sanctions) & np.uint16(mask)) != 0
    return count
