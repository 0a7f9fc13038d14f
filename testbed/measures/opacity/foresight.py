"""How well people can foresee a decision: the losses behind unpredictability, computed on plain arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from synthetic import draws
from testbed.measures.opacity.surrogates import Floats, brier, learn
from testbed.statistics import effective_number, enough

POOLS = 20
FEWEST_CLUSTERS = 10
"""Fewer give no interval."""


@dataclass(frozen=True)
class Question:
    """The decision on each person, and what that person can know about it.

    decision: int8 (n,), -1, 0, +1. clusters: (n,) integers. views: matrices (n, columns), what is known
    of each case, the coarsest first and one's own V last. told: (n, 3) forecast of adverse, none,
    favored that the disclosed rules give; None if they give none. base: (3,) base rates; None takes
    those of `decision`. notified: whether people are told decisions, so that there are cases to learn from.
    ids: (n,) address of each person in the draws. halves: (n,) units that are halved into those who give cases and
    those who are evaluated; None: the clusters. chances: (n, 3) share of fresh lots that decide each way.
    If chances are given, losses are means over these lots, which is the same on average and less noisy.
    """

    decision: NDArray[np.int8]
    clusters: NDArray[np.integer]
    views: Sequence[NDArray[np.float32]] = ()
    told: Floats | None = None
    base: Floats | None = None
    notified: bool = True
    seed: int = 0
    ids: NDArray[np.int64] | None = None
    halves: NDArray[np.integer] | None = None
    chances: Floats | None = None

    @property
    def judged(self) -> NDArray[np.int64] | Floats:
        """What forecasts are compared with: the decisions, or the chances of each decision."""
        return self.happened if self.chances is None else self.chances

    @property
    def happened(self) -> NDArray[np.int64]:
        """Decisions as codes 0, 1, 2."""
        return np.asarray(self.decision, np.int64) + 1

    @property
    def rates(self) -> Floats:
        """Base rates of adverse, none, favored. Everybody knows them."""
        if self.base is not None:
            return np.asarray(self.base, np.float64)
        return np.bincount(self.happened, minlength=3) / max(1, len(self.decision))

    @property
    def guess(self) -> Floats:
        """Loss of each person if only the base rates are known. Its mean is T = 1 - sum of squared rates."""
        return brier(np.tile(self.rates, (len(self.decision), 1)), self.judged)


@dataclass(frozen=True)
class Loss:
    """Brier loss of each person, averaged over pools (NaN: never evaluated), and how much pools vary.

    spread: variance of the mean over pools, for the loss relative to `Question.guess`. Two pools share a part k / n of
    their cases, so this is the variance over pools times (1 / pools + k / n), after Nadeau and Bengio (2003).
    chosen: how often each forecast was chosen. why: the reason if nothing could be computed.
    """

    person: Floats
    spread: float = 0.0
    chosen: Counter[str] = field(default_factory=Counter)
    why: str = ""


def foresee(question: Question, k: int, *, pools: int = POOLS) -> Loss:
    """The loss of the best honest forecast after k pooled cases.

    If k = 0, or nobody is told decisions: the forecast of the disclosed rules, or else the base rate.
    If k > 0, an addressed draw halves the units `halves`, `pools` times. k people of one half are the cases: the first
    k in an addressed order, so that pools of several sizes are nested. The people of the other half are evaluated.
    """
    n, rates = len(question.decision), question.rates
    if k <= 0 or not question.notified or not question.views:
        known = np.tile(rates, (n, 1)) if question.told is None else question.told
        name = "base rate" if question.told is None else "rules"
        return Loss(brier(known, question.judged), chosen=Counter({name: 1}))
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(1):
        return _learned(question, k, pools)


def half(seed: int, units: NDArray[np.integer], pool: int) -> NDArray[np.bool_]:
    """Which half of the units gives cases in this pool, by an addressed draw. Of an odd one, pools take turns."""
    order = np.argsort(draws.sparse(seed, "opacity:half", draws.pack(units, pool)), kind="stable")
    learners = np.zeros(len(units), bool)
    learners[order[: len(units) // 2 + (len(units) % 2) * (pool % 2)]] = True
    return learners


def _learned(question: Question, k: int, pools: int) -> Loss:
    n, rates = len(question.decision), question.rates
    held, place = np.unique(question.clusters if question.halves is None else question.halves, return_inverse=True)
    if len(held) < 2:
        return Loss(np.full(n, np.nan), why="all people are in one cluster: no one is left for evaluation")
    ids = np.arange(n) if question.ids is None else question.ids
    guess, total, seen = question.guess, np.zeros(n), np.zeros(n)
    shares, chosen = [], Counter[str]()
    for pool in range(pools):
        learners = half(question.seed, held, pool)
        inside = np.flatnonzero(learners[place])
        if len(inside) < k:
            return Loss(np.full(n, np.nan), why=f"only {len(inside)} people to draw {k} cases from")
        words = draws.sparse(question.seed, "opacity:pool", draws.pack(ids[inside], pool))
        cases = inside[np.argsort(words, kind="stable")[:k]]
        others = np.flatnonzero(~learners[place])
        state = draws.derive(question.seed, f"opacity:state:{pool}") % 2**32
        forecast, name = learn(question.views, question.happened, cases, others, rates, told=question.told, state=state)
        loss = brier(forecast, question.judged[others])
        total[others] += loss
        seen[others] += 1
        shares.append(loss.sum() / guess[others].sum() if guess[others].sum() > 0 else np.nan)
        chosen[name] += 1
    spread = float(np.var(shares, ddof=1) * (1 / pools + k / n)) if pools > 1 else float("nan")
    return Loss(np.divide(total, seen, out=np.full(n, np.nan), where=seen > 0), spread, chosen)


@dataclass(frozen=True)
class Share:
    """A ratio of sums over people with its 95 % interval. If the value is NaN, `why` gives the reason."""

    value: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    why: str = ""


def jackknife(value: float, left_out: ArrayLike) -> tuple[float, float]:
    """95 % limits of a value from the values with each cluster left out; NaN with fewer than 10 clusters.

    The variance is (G-1)/G times the sum of squares around their mean (Efron and Stein 1981). Quantiles of t(G-1).
    """
    from scipy.special import stdtrit

    parts = np.asarray(left_out, np.float64)
    freedom = len(parts) - 1
    if len(parts) < FEWEST_CLUSTERS or not np.isfinite(value):
        return float("nan"), float("nan")
    error = np.sqrt(freedom / len(parts) * ((parts - parts.mean()) ** 2).sum())
    half = float(stdtrit(freedom, 0.975) * error)
    return value - half, value + half


def share(part: ArrayLike, whole: ArrayLike, clusters: ArrayLike, *, spread: float = 0.0, why: str = "") -> Share:
    """Sum of `part` over sum of `whole`, over the people for whom both are known.

    Interval: influence values (part - value * whole) / sum of whole, summed by cluster. The variance is G/(G-1) times
    their sum of squares, plus `spread` (the variance over pools), G the effective clusters. The t quantile has G - 1
    degrees of freedom, and at most POOLS - 1 if pools vary. No interval with fewer than 10 effective clusters. The
    value is NaN if the sum of `whole` is 0 (everybody is decided alike) or if `why` is given.
    """
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    known = np.isfinite(part) & np.isfinite(whole)
    n, below = int(known.sum()), float(whole[known].sum())
    if why or n == 0 or below <= 1e-12:
        return Share(float("nan"), n=n, why=why or ("nobody to evaluate" if n == 0 else "everybody is decided alike"))
    value = float(part[known].sum()) / below
    influence = (part[known] - value * whole[known]) / below
    return Share(value, *limits(value, influence, np.asarray(clusters)[known], spread), n)


def limits(value: float, influence: Floats, clusters: NDArray[np.integer], spread: float = 0.0) -> tuple[float, float]:
    """95 % limits of a value from the influence of each person and the variance over pools (see `share`)."""
    from scipy.special import stdtrit

    _, place, many = np.unique(clusters, return_inverse=True, return_counts=True)
    units = effective_number(many)
    if not enough(units):
        return float("nan"), float("nan")
    freedom = units - 1
    variance = units / freedom * float((np.bincount(place, influence) ** 2).sum()) + spread
    if spread > 0:
        freedom = min(freedom, POOLS - 1)
    half = float(stdtrit(freedom, 0.975)) * variance**0.5
    return value - half, value + half


def share_change(one: Share, other: Share, moved: ArrayLike, clusters: ArrayLike, *, spread: float = 0.0) -> Share:
    """One share less another of the same people, from the influence of each person on the difference (`influence_of`).

    What both share cancels; where nobody moves, the difference is exact. `spread`: the variance of both over pools.
    """
    value, n = one.value - other.value, min(one.n, other.n)
    why = "; ".join(dict.fromkeys(filter(None, (one.why, other.why))))
    moved = np.nan_to_num(np.asarray(moved, np.float64))
    if why:
        return Share(float("nan"), n=n, why=why)
    if not moved.any():
        return Share(0.0, 0.0, 0.0, n)
    return Share(value, *limits(value, moved, np.asarray(clusters), spread), n)


def influence_of(part: ArrayLike, whole: ArrayLike, value: float) -> Floats:
    """The influence of each person on a share, (part - value * whole) / sum of whole; 0 for people not known."""
    part, whole = np.asarray(part, np.float64), np.asarray(whole, np.float64)
    known = np.isfinite(part) & np.isfinite(whole)
    below = float(whole[known].sum())
    return np.where(known, part - value * whole, 0.0) / below if below > 0 else np.zeros(len(part))
