"""Mistaken people: on whom an entry is made if it does not reach its subject."""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Acts, At, Declared
from synthetic.draws import GRID, sparse_rows

LOOKALIKES = 32
"""Number of people among whom somebody who can be mistaken for the actor is looked for."""

AMONG = ("grid", "society")


def mistaken_for(channel: Declared, acts: Acts, at: At, size: int, *, seed: int) -> np.ndarray:
    """The person on whom a strayed act is entered: int64 (n,), -1 if nobody can be mistaken for the actor.

    32 people of the grid (or of the whole society) are drawn by the address of the act. The person is the first of them
    who exists, is an adult of another household, is one of the people the channel is about (`whose`), and equals the
    actor in the column `mistakes`. This depends on ids and attributes only, never on state. People with a rare surname
    are seldom mistaken: two people drawn at random share a surname with a probability that is the sum of the squared
    shares of the surnames.
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
