"""What the acts of a plan become: the chance that so many entries of theirs stand, or are gone, in a later month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import MAX_DELAY

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-12
"""Outcomes less likely than this are left out."""


@dataclass(frozen=True)
class Way:
    """One way from an act to the record of the actor: a channel, for one person and kind.

    enters: chance that the act is entered on the actor. delay: mean months until then. double: chance that it is
    entered twice, a month apart.
    """

    enters: float
    delay: float
    double: float


CERTAIN = (Way(1.0, 0.0, 0.0),)
"""Every act is entered at once and once: what a scheme's rules promise."""


@lru_cache(maxsize=1024)
def delays(mean: float) -> Floats:
    """The chance of each delay, 0 to 12 months, as `synthetic.channels.waiting` draws it.

    >>> delays(1.0)[:3].tolist(), float(delays(1.0).sum())
    ([0.5, 0.25, 0.125], 1.0)
    """
    ratio = mean / (1 + mean) if mean > 0 else 0.0
    more = ratio ** np.arange(MAX_DELAY + 2.0)
    more[-1] = 0.0
    return np.asarray(more[:-1] - more[1:])


@lru_cache(maxsize=8192)
def lands(ways: tuple[Way, ...], after: int, life: int) -> Floats:
    """The chance of 0, 1, 2, ... entries of an act that stand so many months after it. They stand `life` months.

    >>> lands((Way(0.5, 0.0, 0.0),), 3, 6).tolist(), lands(CERTAIN, 6, 6).tolist()
    ([0.5, 0.5], [1.0])
    """
    made = np.ones(1)
    for way in ways:
        one = np.zeros(3)
        for delay, chance in enumerate(delays(way.delay)):
            stands = delay <= after < delay + life
            again = delay + 1 <= after < delay + 1 + life
            one[int(stands)] += way.enters * chance * (1 - way.double)
            one[int(stands) + int(again)] += way.enters * chance * way.double
        one[0] += 1 - way.enters
        made = np.convolve(made, one)
    return trimmed(made)


def trimmed(chances: Floats) -> Floats:
    """The chances without the negligible ones at the end."""
    held = np.flatnonzero(chances > NEGLIGIBLE)
    return chances[: held[-1] + 1] if len(held) else chances[:1]


def together(parts: Iterable[Floats]) -> Floats:
    """The chance of each total of independent counts.

    >>> together([np.array([0.5, 0.5]), np.array([0.5, 0.5])]).tolist()
    [0.25, 0.5, 0.25]
    """
    made = np.ones(1)
    for part in parts:
        made = trimmed(np.convolve(made, part))
    return made


def decided_by(mean: float, after: int) -> float:
    """The chance that an appeal is decided so many months after it is filed; a decision takes a month at least.

    >>> decided_by(0.0, 0), decided_by(0.0, 1), decided_by(1.0, 2)
    (0.0, 1.0, 0.75)
    """
    return float(delays(mean)[: max(after, 0)].sum())
