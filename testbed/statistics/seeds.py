"""Several seeds: ratios of sums over seeds, and sums and differences of such ratios, with a jackknife over seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from testbed.statistics.intervals import ALPHA, FEW_EVENTS, FEWEST_CLUSTERS, few_clusters, quantile

Array = NDArray[np.float64]
Terms = Sequence[tuple[float, float, float]]
"""What a row of one seed is made of: sum of w a / b over its terms (w, a, b)."""


@dataclass(frozen=True)
class OverSeeds:
    """What the first K seeds say of one quantity, for several K. Arrays are one per K.

    value: NaN where a denominator is 0 in all of them. error, freedom: of the jackknife; NaN under two seeds. skewness:
    of the influences of seeds. seeds: those in which every denominator is above 0.
    """

    value: Array
    low: Array
    high: Array
    error: Array
    freedom: Array
    skewness: Array
    seeds: Array


def over_seeds(terms: Sequence[Terms], upto: ArrayLike | None = None, alpha: float = ALPHA) -> OverSeeds:
    """Ratios of sums over seeds, sum of w A / B with A and B the sums over seeds, and their limits.

    A seed whose denominator is 0 adds nothing to it, and nothing is left out; a mean of the defined seeds' ratios would
    be biased. Error: delete-one jackknife, t with the seeds that have the rarest denominator less one. Where fewer than
    five seeds hold an event (or a non-event) of a rate, the limits are as wide at least as those of that many events
    (`few_clusters`), joined by MOVER where there are several terms.

    upto: the numbers K of first seeds; None for all seeds.

    >>> made = over_seeds([[(1.0, 1.0, 4.0)], [(1.0, 0.0, 0.0)], [(1.0, 3.0, 4.0)]])
    >>> float(made.value[0]), float(made.seeds[0])
    (0.5, 2.0)
    """
    weight, a, b = np.moveaxis(np.asarray(terms, float), -1, 0)
    every = np.atleast_1d(np.asarray(len(a) if upto is None else upto))
    inside = np.arange(len(a))[None, :] < every[:, None]
    one = [_ratio(a[:, j], b[:, j], inside) for j in range(a.shape[1])]
    signs = weight[0]
    value = sum(sign * term.value for sign, term in zip(signs, one))
    moved = sum(sign * term.influence for sign, term in zip(signs, one))
    units = np.min([term.units for term in one], axis=0)
    error, freedom, skewness = _spread(np.asarray(moved), inside, units)
    half = quantile(alpha, freedom) * error
    low, high = value - half, value + half
    ends = [term.limits(alpha) for term in one]
    sparse = np.any([term.sparse for term in one], axis=0)
    if sparse.any():
        below, above = (
            [
                np.abs(sign) * np.abs(term.value - end[side if sign > 0 else 1 - side])
                for sign, term, end in zip(signs, one, ends)
            ]
            for side in (0, 1)
        )
        low = np.where(sparse, np.fmin(low, value - np.sqrt(np.sum(np.square(below), axis=0))), low)
        high = np.where(sparse, np.fmax(high, value + np.sqrt(np.sum(np.square(above), axis=0))), high)
    if all(term.rate for term in one):
        most, least = signs[signs > 0].sum(), signs[signs < 0].sum()
        low, high = np.maximum(low, least), np.minimum(high, most)
    return OverSeeds(np.asarray(value), low, high, error, freedom, skewness, units)


@dataclass(frozen=True)
class _Ratio:
    """One ratio of sums over the first K seeds. influence: (K, seeds). holding: (K, 2) seeds with (non-)events."""

    value: Array
    influence: Array
    inside: NDArray[np.bool_]
    units: Array
    total: Array
    holding: Array
    rate: bool

    @property
    def few(self) -> NDArray[np.bool_]:
        """Whether too few seeds hold an event, or a non-event, to show how it spreads over seeds: (K, 2).

        Under five; of under ten seeds, where one of them holds none.
        """
        many = (self.units >= FEWEST_CLUSTERS)[:, None]
        return np.asarray(self.rate & (self.holding < FEW_EVENTS) & (many | (self.holding < self.units[:, None])))

    @property
    def sparse(self) -> NDArray[np.bool_]:
        """Whether that is so of one of the two."""
        return np.asarray(self.few.any(axis=1))

    def limits(self, alpha: float) -> tuple[Array, Array]:
        error, freedom, _ = _spread(self.influence, self.inside, self.units)
        half = quantile(alpha, freedom) * error
        low, high = self.value - half, self.value + half
        if not self.rate:
            return low, high
        low, high = np.maximum(low, 0.0), np.minimum(high, 1.0)
        low, high = np.where(np.isnan(low), self.value, low), np.where(np.isnan(high), self.value, high)
        holding, units = np.where(self.few, self.holding, np.inf), np.maximum(self.units, FEWEST_CLUSTERS)
        return few_clusters(self.value, holding, units, self.total, (low, high), alpha)


def _ratio(a: Array, b: Array, inside: NDArray[np.bool_]) -> _Ratio:
    sum_a, sum_b, units = inside @ a, inside @ b, (inside & (b != 0)).sum(axis=1).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = sum_a / sum_b
        left = (sum_a[:, None] - a) / (sum_b[:, None] - b)
        # As far as leaving a seed out moves the ratio, the seeds that have a denominator being the sample.
        moved = np.where(inside & (b != 0), value[:, None] - left, 0.0) * ((units - 1) / units)[:, None]
    holding = np.stack([(inside & (a > 0)).sum(axis=1), (inside & (a < b)).sum(axis=1)], axis=1).astype(float)
    return _Ratio(value, moved, inside, units, sum_b, holding, bool(((a >= 0) & (a <= b)).all()))


def _spread(moved: Array, inside: NDArray[np.bool_], units: Array) -> tuple[Array, Array, Array]:
    """Standard error, degrees of freedom and skewness from influences of seeds; NaN under two seeds."""
    number = inside.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        center = np.where(inside, moved - (moved.sum(axis=1) / number)[:, None], 0.0)
        second, third = ((center**power).sum(axis=1) for power in (2, 3))
        error = np.where(units > 1, np.sqrt(second * units / (units - 1)), np.nan)
        skewness = third / number / (second / number) ** 1.5
    return error, np.where(units > 1, units - 1, np.nan), skewness
