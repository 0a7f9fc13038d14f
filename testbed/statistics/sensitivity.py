"""How much of the variance of a number comes from each assumption: Sobol indices, by SALib."""

# Any: SALib has no types.
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError

Array = NDArray[np.float64]

SEED = "seed"
"""The factor that stands for all that chance decides in a world."""
RESAMPLES = 200
STREAM = 20100
"""The seed of the design and of the resamples: the same worlds for the same question."""


@dataclass(frozen=True)
class Factor:
    """One number that varies, evenly over a range. Factors of one `group` share an index."""

    name: str
    low: float
    high: float
    group: str


@dataclass(frozen=True)
class Share:
    """A share of variance: of a group, first order or total, with its 95 % interval."""

    by: str
    order: str
    value: float
    low: float
    high: float


def salib() -> Any:
    """SALib's sampler and analysis. Raises InputError where the package is not installed."""
    try:
        from SALib.analyze import sobol as analysis
        from SALib.sample import sobol as sampling
    except ImportError:
        raise InputError("sobol: the package SALib is not installed; install scoring-testbed[sensitivity].") from None
    return sampling, analysis


def design(factors: Sequence[Factor], points: int) -> Array:
    """Where the model is asked: points x (groups, the seed among them, + 2) rows, a column per factor, the seed's last.

    Saltelli's (2010) design on a scrambled Sobol sequence; `points` is a power of two. Raises InputError otherwise.
    """
    if points < 8 or points & (points - 1):
        raise InputError(f"sobol: found {points} points, a power of two from 8 on is needed.")
    sampling, _ = salib()
    made = sampling.sample(_problem(factors), points, calc_second_order=False, scramble=True, seed=STREAM)
    return np.asarray(made, float)


def shares(factors: Sequence[Factor], values: Array) -> list[Share]:
    """The shares of the variance of the values on the rows of `design`: of all factors together, and of each group.

    `dials`, first: the variance that the factors alone leave, Var E[Y | factors] / Var Y, which is one less the total
    index of the seed; total: what would be gone if they were known, one less the first index of the seed. Groups have
    their own two indices (Sobol 2001; Saltelli et al. 2010). Intervals: SALib's resamples of the points. Sampling error
    may carry a share below 0 or above 1; it is not cut.

    Raises InputError where the values do not vary, or one is not finite.
    """
    values = np.asarray(values, float)
    if not np.isfinite(values).all():
        raise InputError(f"undefined in {int((~np.isfinite(values)).sum())} of {len(values)} worlds")
    if not len(values):
        raise InputError("undefined in every world")
    if np.ptp(values) == 0:
        raise InputError("it is the same in every world")
    _, analysis = salib()
    found = analysis.analyze(
        _problem(factors), values, calc_second_order=False, num_resamples=RESAMPLES, seed=STREAM
    )  # fmt: skip
    names = _groups(factors)
    at = names.index(SEED)
    made: list[Share] = []
    for order, key, other in (("first", "S1", "ST"), ("total", "ST", "S1")):
        joint, half = 1 - float(found[other][at]), float(found[f"{other}_conf"][at])
        made.append(Share("dials", order, joint, joint - half, joint + half))
        for place, name in enumerate(names):
            if name != SEED:
                value, half = float(found[key][place]), float(found[f"{key}_conf"][place])
                made.append(Share(name, order, value, value - half, value + half))
    return [one for one in made if not math.isnan(one.value)]


def _groups(factors: Sequence[Factor]) -> list[str]:
    return [*dict.fromkeys(factor.group for factor in factors), SEED]


def _problem(factors: Sequence[Factor]) -> dict[str, Any]:
    if not factors:
        raise InputError("sobol: there is no dial to vary.")
    return {
        "num_vars": len(factors) + 1,
        "names": [*(factor.name for factor in factors), SEED],
        "bounds": [*([factor.low, factor.high] for factor in factors), [0.0, 1.0]],
        "groups": [*(factor.group for factor in factors), SEED],
    }
