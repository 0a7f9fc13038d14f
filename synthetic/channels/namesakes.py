"""Whom an entry falls on that misses its subject: somebody who can be mistaken for the actor."""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Acts, At, Declared
from synthetic.draws import GRID, sparse_rows

LOOKALIKES = 32
"""People who are looked through for one that can be mistaken for the actor."""

AMONG = ("grid", "society")


def mistaken_for(channel: Declared, acts: Acts, at: At, size: int, *, seed: int) -> np.ndarray:
    """Whom the entry of a strayed act falls on: int64 (n,), -1 where nobody can be mistaken.

    The first of 32 people of the grid (or of the whole society), drawn by the address of the act, who exists, is an
    adult of another household, is whom the channel is about (`whose`), and equals the actor in the column `mistakes`.
    A function of ids and attributes only, never of state. Whoever bears a rare surname is seldom mistaken: of two
    people drawn at random as many share one as the squares of the shares of surnames add up to.
    """
    n = len(acts.person)
    if not n:
        return np.empty(0, np.int64)
    words = sparse_rows(seed, f"channel:{channel.name}:lookalike", acts.address, LOOKALIKES)
    if channel.among == "society":
        other = ((words >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)
    else:
        other = (acts.person // GRID * GRID)[:, None] + (words >> np.uint64(54)).astype(np.int64)
    fits = other < size
    other = np.where(fits, other, acts.person[:, None])
    fits &= (at(other, "age") >= 18) & (at(other, "household") != at(acts.person, "household")[:, None])
    if channel.mistakes:
        fits &= at(other, channel.mistakes) == at(acts.person, channel.mistakes)[:, None]
    if channel.whose:
        fits &= at(other, channel.whose).astype(bool)
    first = fits.argmax(axis=1)
    return np.where(fits.any(axis=1), other[np.arange(n), first], -1)
