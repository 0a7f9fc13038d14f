"""Publicity: which parties see that a person is under a sanction."""

from __future__ import annotations

import numpy as np

from testbed.regimes.base import Regime


def parties(regime: Regime) -> tuple[str, ...]:
    """The parties who are shown some sanction or reward, in the order of the file."""
    return tuple(dict.fromkeys(party for sanction in regime.sanctions for party in sanction.audience))


def seen_by(sanctions: np.ndarray, regime: Regime) -> np.ndarray:
    """The number of parties, other than person and operator, who see each person's status: int64, shape of `sanctions`.

    sanctions: bits as in `History.sanctions`, of any shape. A party that sees two sanctions counts once.
    """
    count = np.zeros(np.shape(sanctions), np.int64)
    for party in parties(regime):
        mask = sum(1 << bit for bit, one in enumerate(regime.sanctions) if party in one.audience)
        count += (np.asarray(sanctions) & np.uint16(mask)) != 0
    return count
