"""From scores to decisions: cut-offs that are fixed, or found once on a training society from shares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from synthetic.errors import InputError, check_keys


@dataclass(frozen=True)
class Decide:
    """Fixed cut-offs, in points of the score. A decision depends on the person's own score and tie draw alone.

    Adverse: scores strictly worse than `adverse`, and scores exactly at it if the tie draw is under `adverse_ties` (a
    share of ties). Favored: scores strictly better than `favored`, and scores exactly at it if the tie draw is at least
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

    def decide(self, score: ArrayLike, tie_uniform: ArrayLike) -> np.ndarray:
        """Decisions: int8 (n,), -1 adverse, 0 none, +1 favored; 0 where the score is NaN.

        `tie_uniform` is a uniform in [0, 1) per person, used only exactly at a cut-off.
        """
        sign = 1.0 if self.higher_is == "better" else -1.0
        good = sign * np.asarray(score, np.float64)
        tie = np.asarray(tie_uniform, np.float64)
        made = np.zeros(good.shape, np.int8)
        if self.favored is not None:
            cut = sign * self.favored
            made[(good > cut) | ((good == cut) & (tie >= 1 - self.favored_ties))] = 1
        if self.adverse is not None:
            cut = sign * self.adverse
            made[(good < cut) | ((good == cut) & (tie < self.adverse_ties))] = -1
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
