"""People who are mistaken for others by their looks, or because they live near."""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Acts, At, Declared
from synthetic.draws import GRID, nth, sparse, sparse_rows

LOOKALIKES = 8
"""Number of people who are drawn before a whole grid is searched."""

TOGETHER = 256
"""Acts whose grids are searched together, so that memory stays small."""
Array = np.ndarray


def mistaken_for(channel: Declared, acts: Acts, at: At, size: int, *, seed: int) -> Array:
    """The person on whom a strayed act is entered: int64 (n,), -1 only if there is no other person to be had.

    Somebody can be mistaken for the actor who is an adult of another household, is one of the people the channel is
    about (`whose`), and equals the actor in the column `mistakes`. The search widens until it finds such a person:

    1. the first who fits of 8 people drawn by the address of the act from the grid (or from the whole society);
    2. anybody who fits in the grid (or in that of the first person drawn), each with the same chance;
    3. the same two steps without `mistakes`: somebody of another community.

    So the chance that an entry falls on another person is that of the dial `false_match`, whoever lives near.
    The person depends on ids and attributes only, never on state.
    """
    n = len(acts.person)
    if not n:
        return np.empty(0, np.int64)
    stream = f"channel:{channel.name}:lookalike"
    words = sparse_rows(seed, stream, acts.address, LOOKALIKES)
    if channel.among == "society":
        drawn = ((words >> np.uint64(32)) * np.uint64(size) >> np.uint64(32)).astype(np.int64)
    else:
        drawn = (acts.person // GRID * GRID)[:, None] + (words >> np.uint64(54)).astype(np.int64)
    exists = drawn < size
    drawn = np.where(exists, drawn, acts.person[:, None])
    may = exists & _another(channel, at, acts.person[:, None], drawn)
    victim = np.full(n, -1)
    for column in dict.fromkeys((channel.mistakes, "")):
        fits = may & _alike(at, column, acts.person[:, None], drawn)
        victim = np.where(victim < 0, _first(drawn, fits), victim)
        left = np.flatnonzero(victim < 0)
        for start in range(0, len(left), TOGETHER):
            some = left[start : start + TOGETHER]
            coins = sparse(seed, f"{stream}:grid", acts.address[some])
            victim[some] = _in_grid(channel, at, column, acts.person[some], drawn[some, 0] // GRID, coins, size)
        if not len(left):
            break
    return victim


def _another(channel: Declared, at: At, actor: Array, other: Array) -> Array:
    """Whether each other person is an adult of another household whom the channel is about."""
    fits: Array = (at(other, "age") >= 18) & (at(other, "household") != at(actor, "household"))
    if channel.whose:
        fits &= at(other, channel.whose).astype(bool)
    return fits


def _alike(at: At, column: str, actor: Array, other: Array) -> Array | bool:
    """Whether each other person equals the actor in a column; True if none is named."""
    return at(other, column) == at(actor, column) if column else True


def _first(people: Array, fits: Array) -> Array:
    """The first person of each row who fits; -1 if nobody does."""
    first = people[np.arange(len(people)), fits.argmax(axis=1)]
    return np.where(fits.any(axis=1), first, -1)


def _in_grid(channel: Declared, at: At, column: str, actor: Array, grid: Array, coins: Array, size: int) -> Array:
    """One of all the people of a grid who fit, by a coin of each pair of actor and person; -1 if nobody does."""
    other = grid[:, None] * GRID + np.arange(GRID)
    if other[:, -1].max() >= size:
        np.minimum(other, size - 1, out=other)  # who is met twice has one coin and is no likelier to be taken
    alike = np.broadcast_to(_alike(at, column, actor[:, None], other), other.shape)
    flat = np.flatnonzero(alike)
    row, found = flat // GRID, other.ravel()[flat]
    kept = _another(channel, at, actor[row], found)
    row, found = row[kept], found[kept]
    order = np.lexsort((nth(coins[row], found), row))
    first = order[np.diff(row, prepend=-1) > 0]
    victim = np.full(len(actor), -1)
    victim[row[first]] = found[first]
    return victim
