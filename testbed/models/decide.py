"""From scores to decisions: cut-offs that are fixed, or found once on a training society from shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic.draws import Words, nth, pack, sparse, uniform
from synthetic.errors import InputError, check_keys


def lots(seed: int, people: ArrayLike, period: int, *, stream: str = "") -> NDArray[np.float64]:
    """The lot of each person (id) in a month, a uniform in [0, 1), which decides a tie at a cut-off.

    Each month has lots of its own, and every twin has the same. `stream`: names fresh lots, which no world draws.

    >>> bool((lots(1, [7, 8], 3) == lots(1, [8, 7], 3)[::-1]).all()), bool((lots(1, [7], 3) == lots(1, [7], 4)).any())
    (True, False)
    """
    return lots_of(drums(seed, people, stream=stream), period)


def drums(seed: int, people: ArrayLike, *, stream: str = "") -> Words:
    """The word of each person (id) from which the lots of all months come, see `lots_of`."""
    return sparse(seed, f"decide:tie{stream}", pack(people))


def lots_of(drum: Words, period: int) -> NDArray[np.float64]:
    """The lots of a month from people's words (see `drums`), at a fraction of the time that `lots` takes."""
    return uniform(nth(drum, period))


@dataclass(frozen=True)
class Decide:
    """Fixed cut-offs, in points of the score. A decision depends on the person's own score and lot alone.

    Adverse: scores strictly worse than `adverse`, and scores exactly at it if the lot is under `adverse_ties` (a share
    of ties). Favored: scores strictly better than `favored`, and scores exactly at it if the lot is at least
    1 - `favored_ties`. A cut-off of None decides on nobody.
    """

    adverse: float | None = None
    adverse_ties: float = 0.0
    favored: float | None = None
    favored_ties: float = 1.0
    higher_is: str = "better"

    @classmethod
    def fit(
        cls,
        scores: ArrayLike,
        *,
        adverse: Mapping[str, object] | None = None,
        favored: Mapping[str, object] | None = None,
        higher_is: str = "better",
    ) -> Decide:
        """Cut-offs from the scores of a training society (NaN: not scored, left out).

        adverse: `{"worst_share": 0.03}` or `{"cutoff": 600}`; favored: `{"best_share": 0.05}` or
        `{"cutoff": 1050}`. The cut-off of a share is the score at that rank; ties at it are shared out so
        that the expected share in the training society is exact. Raises InputError for a share outside
        0 to 1, shares that sum to more than 1, cut-offs that cross, or no scores.

        >>> rule = Decide.fit([1, 2, 2, 3], adverse={"worst_share": 0.5}, favored={"best_share": 0.25})
        >>> rule.decide([1, 2, 2, 3], [0.9, 0.4, 0.6, 0.1]).tolist()
        [-1, -1, 0, 1]
        """
        if higher_is not in ("better", "worse"):
            raise InputError(f"decide: higher_is is {higher_is!r}, allowed: better, worse.")
        sign = 1.0 if higher_is == "better" else -1.0
        good = np.asarray(scores, np.float64)
        good = np.sort(sign * good[~np.isnan(good)])
        worst, low = _spec(adverse, "adverse", "worst_share")
        best, high = _spec(favored, "favored", "best_share")
        if worst is not None and best is not None and worst + best > 1:
            raise InputError(f"decide: worst_share {worst:g} and best_share {best:g} sum to more than 1.")
        adverse_ties, favored_ties = 0.0, 1.0
        if worst is not None:
            low, adverse_ties = _share(good, worst, "worst_share")
        elif low is not None:
            low *= sign
        if best is not None:
            negative, favored_ties = _share(-good[::-1], best, "best_share")
            high = -negative
        elif high is not None:
            high *= sign
        if low is not None and high is not None and low > high and worst is not None and best is not None:
            high, favored_ties = low, 1.0  # the shares sum to 1: whoever is not adverse is favored
        if low is not None and high is not None and low > high:
            raise InputError(
                f"decide: the adverse cut-off {sign * low:g} is better than the favored one {sign * high:g}."
            )
        return cls(
            None if low is None else sign * low,
            adverse_ties,
            None if high is None else sign * high,
            favored_ties,
            higher_is,
        )

    def torn(self, score: ArrayLike) -> NDArray[np.bool_]:
        """Whether a lot decides on each score: it lies exactly at a cut-off whose ties are shared out."""
        score = np.asarray(score, np.float64)
        found = np.zeros(score.shape, bool)
        for cut, share in ((self.adverse, self.adverse_ties), (self.favored, self.favored_ties)):
            if cut is not None and 0 < share < 1:
                found |= score == cut
        return found

    def decide(self, score: ArrayLike, lot: ArrayLike) -> np.ndarray:
        """Decisions: int8 (n,), -1 adverse, 0 none, +1 favored; 0 where the score is NaN.

        `lot` is a uniform in [0, 1) per person (see `lots`), read only where a score is `torn`.
        """
        sign = 1.0 if self.higher_is == "better" else -1.0
        good = sign * np.asarray(score, np.float64)
        tie = np.asarray(lot, np.float64)
        made = np.zeros(good.shape, np.int8)
        if self.favored is not None:
            cut = sign * self.favored
            made += np.where(tie >= 1 - self.favored_ties, good >= cut, good > cut)
        if self.adverse is not None:
            cut = sign * self.adverse
            made[np.where(tie < self.adverse_ties, good <= cut, good < cut)] = -1
        return made


def _spec(table: Mapping[str, object] | None, side: str, share: str) -> tuple[float | None, float | None]:
    """(share, cut-off) of one side: one of the two, or neither."""
    if not table:
        return None, None
    where = f"[decide] {side}"
    table = check_keys(dict(table), (share, "cutoff"), where)
    if len(table) != 1:
        raise InputError(f"{where} needs one of {share}, cutoff; found {', '.join(table)}.")
    ((key, value),) = table.items()
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float | np.integer | np.floating)
        or not np.isfinite(value)
    ):
        raise InputError(f"{where}: {key} needs a finite number, found {value!r}.")
    if key == share and not 0 <= value <= 1:
        raise InputError(f"{where}: {share} is {value!r}, allowed: 0 to 1.")
    return (float(value), None) if key == share else (None, float(value))


def _share(ascending: np.ndarray, share: float, name: str) -> tuple[float, float]:
    """The cut-off below which a share of the scores lies, and the share of ties at it that is added."""
    n = len(ascending)
    if n == 0:
        raise InputError(f"decide: {name} needs the scores of a training society, found none.")
    if share <= 0:
        return -np.inf, 0.0
    if share >= 1:
        return np.inf, 0.0
    wanted = share * n
    cut = ascending[min(int(wanted), n - 1)]
    under = int(np.searchsorted(ascending, cut, side="left"))
    ties = int(np.searchsorted(ascending, cut, side="right")) - under
    return float(cut), max(0.0, (wanted - under) / ties)
