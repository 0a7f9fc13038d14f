"""Addressable draws: every random word is a pure function of its address.

An address is (seed, stream name, person id, period, kind, k). Two generators:

* `dense`: one word per person over a contiguous range of ids, from numpy's Philox4x64-10. The key is
  (seed, stream); the counter is (id // 4, period, k, 0); `halves` gives words of 32 bits, eight ids to a counter,
  which is (id // 8, period, k, 1). A range of ids gives the same words as the same range cut out of a larger one.
  NumPy steps the counter before the first word, so the block of ids 0 to 3 comes from counter 1; a test checks this
  against a known answer.
* `sparse`: words at scattered addresses, from a mixing hash of the packed address (two rounds of the
  splitmix64 finalizer, Steele, Lea and Flood 2014, keyed by the stream).

Nothing else in the project draws random numbers. Distributions come from uniforms.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.errors import InputError

Words = NDArray[np.uint64]

GRID = 1024
"""Number of people in a grid, the administrative unit of about a thousand residents."""

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


_kept = threading.local()


@lru_cache(maxsize=4096)
def stream_key(seed: int, stream: str) -> tuple[int, int]:
    """The 128-bit key of a stream, as two 64-bit words: a BLAKE2b digest of seed and name."""
    digest = hashlib.blake2b(f"{seed}\0{stream}".encode(), digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def derive(seed: int, name: str) -> int:
    """A new seed for a separate society (training, pool), derived from a name and never by addition."""
    return stream_key(seed, f"derive\0{name}")[0] >> 1


def dense(seed: int, stream: str, start: int, stop: int, period: int = 0, k: int = 0) -> Words:
    """One 64-bit word per id in start..stop-1.

    >>> whole = dense(1, "age", 0, 100)
    >>> bool((dense(1, "age", 37, 60) == whole[37:60]).all())
    True
    """
    if stop <= start:
        return np.empty(0, np.uint64)
    block = start // 4
    words = _philox(seed, stream, (block, period, k, 0), (stop + 3) // 4 - block)
    return words[start - 4 * block : stop - 4 * block]


def halves(seed: int, stream: str, start: int, stop: int, period: int = 0, k: int = 0) -> NDArray[np.uint32]:
    """One 32-bit word per id in start..stop-1, at half the cost of `dense`: for chances and look-ups, not for values.

    >>> whole = halves(1, "age", 0, 100)
    >>> bool((halves(1, "age", 37, 60) == whole[37:60]).all())
    True
    """
    if stop <= start:
        return np.empty(0, np.uint32)
    block = start // 8
    words = _philox(seed, stream, (block, period, k, 1), (stop + 7) // 8 - block)
    # The lower half of a word comes first on every machine.
    parts = words.astype("<u8", copy=False).view("<u4").astype(np.uint32, copy=False)
    return parts[start - 8 * block : stop - 8 * block]


def _philox(seed: int, stream: str, counter: tuple[int, int, int, int], blocks: int) -> Words:
    """`blocks` blocks of four words, from a counter on.

    Each thread keeps one generator and sets it to the address, because a new one costs as much as 4,000 words.
    """
    if not hasattr(_kept, "philox"):
        _kept.philox = np.random.Philox(0)
        _kept.state = {**_kept.philox.state, "buffer_pos": 4, "has_uint32": 0, "uinteger": 0}
    key = np.array(stream_key(seed, stream), np.uint64)
    _kept.state["state"] = {"counter": np.array(counter, np.uint64), "key": key}
    _kept.philox.state = _kept.state
    return np.asarray(_kept.philox.random_raw(4 * blocks), np.uint64)


def _mix(words: Words) -> Words:
    """Two rounds of the finalizer, in place after the first step."""
    made = words >> np.uint64(30)
    made ^= words
    made *= _MIX_1
    past = made >> np.uint64(27)
    made ^= past
    made *= _MIX_2
    np.right_shift(made, np.uint64(31), out=past)
    made ^= past
    return made


def pack(person: ArrayLike, period: ArrayLike = 0, kind: ArrayLike = 0, k: ArrayLike = 0) -> Words:
    """A packed address: person 34 bits, period 10, kind 8, k 12. Raises InputError for a part that does not fit."""
    word = _part("person", person, 34) << np.uint64(30)
    word = word | (_part("period", period, 10) << np.uint64(20))
    word = word | (_part("kind", kind, 8) << np.uint64(12))
    return np.asarray(word | _part("k", k, 12))


def _part(name: str, values: ArrayLike, bits: int) -> Words:
    if isinstance(values, int) and 0 <= values < 1 << bits:
        return np.asarray(values, np.uint64)
    found = np.asarray(values)
    if found.size and not (found.min() >= 0 and int(found.max()) >> bits == 0):
        worst = found.min() if found.min() < 0 else found.max()
        raise InputError(f"address: {name} {worst} is outside 0 to {(1 << bits) - 1}.")
    return found.astype(np.uint64)


def sparse(seed: int, stream: str, address: ArrayLike) -> Words:
    """One 64-bit word per packed address (see `pack`); order and other addresses make no difference."""
    low, high = stream_key(seed, stream)
    words = np.atleast_1d(np.asarray(address, np.uint64)) + np.uint64(low)
    words *= _GAMMA
    words = _mix(words)
    words ^= np.uint64(high)
    return _mix(words)


def sparse_streams(seed: int, streams: Sequence[str], address: ArrayLike) -> Words:
    """The words of several streams at each packed address, as `sparse` gives them one by one: (streams, n).

    >>> both = sparse_streams(1, ["age", "sex"], pack([3, 5]))
    >>> bool((both[1] == sparse(1, "sex", pack([3, 5]))).all())
    True
    """
    low, high = np.array([stream_key(seed, stream) for stream in streams], np.uint64).T
    words = np.atleast_1d(np.asarray(address, np.uint64)) + low[:, None]
    words *= _GAMMA
    words = _mix(words)
    words ^= high[:, None]
    return _mix(words)


def sparse_rows(seed: int, stream: str, address: ArrayLike, count: int) -> Words:
    """`count` 64-bit words at each packed address: (n, count). The first words do not depend on `count`."""
    return nth(sparse(seed, stream, address)[:, None], np.arange(count))


def nth(word: Words, place: ArrayLike) -> Words:
    """The word at a place (0, 1, ...) of the sequence that starts from each word, as in a row of `sparse_rows`.

    >>> rows = sparse_rows(1, "age", pack([3, 5]), 4)
    >>> bool((nth(sparse(1, "age", pack([3, 5])), 2) == rows[:, 2]).all())
    True
    """
    return _mix(word + (np.atleast_1d(np.asarray(place, np.uint64)) + np.uint64(1)) * _GAMMA)


def uniform(words: Words) -> NDArray[np.float64]:
    """Uniforms in [0, 1) from the upper 53 bits of each word."""
    # The upper 53 bits fit a signed integer, which numpy turns into a float several times faster.
    return np.multiply((words >> np.uint64(11)).view(np.int64), 2.0**-53)


def candidates(
    seed: int, stream: str, grids: ArrayLike, period: int, rate: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidate events of a period, to be accepted or rejected: (person id, k).

    A grid has a Poisson number of candidates with mean 1,024 times `rate` (the *largest* rate of any
    person); each falls on one of its people, uniformly. Accepting each with probability
    rate(person)/rate gives independent Poisson events, and a raised rate(person) only adds events
    (thinning, Lewis and Shedler 1979). `k` numbers the candidates of a grid.
    """
    grids = np.atleast_1d(np.asarray(grids, np.int64))
    if rate <= 0 or not len(grids):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    coins = uniform(sparse(seed, stream, pack(grids, period)))
    count = np.searchsorted(_poisson_steps(rate * GRID), coins, side="right")
    owner = np.repeat(grids, count)
    k = within(count)
    place = sparse(seed, f"{stream}:place", pack(owner, period, 0, k)) >> np.uint64(54)
    return owner * GRID + place.astype(np.int64), k.astype(np.int64)


def within(count: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers 0, 1, ... within each group, for groups of these sizes that follow each other.

    >>> within(np.array([2, 0, 3]))
    array([0, 1, 0, 1, 2])
    """
    return np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)


@lru_cache(maxsize=256)
def _poisson_steps(mean: float) -> NDArray[np.float64]:
    """Cumulative probabilities of a Poisson count, up to the last one that differs from 1."""
    from scipy.special import pdtr

    top = int(mean + 12 * np.sqrt(mean) + 20)
    return np.asarray(pdtr(np.arange(top), mean))
