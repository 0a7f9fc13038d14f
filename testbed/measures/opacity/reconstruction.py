"""How many known cases people must pool before hardly anything of a scheme is hidden from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.opacity.foresight import Share, share
from testbed.measures.opacity.predictability import SIZES, Asked, asked, mostly_chance

MOST = 10_000
"""Cases beyond which nothing is asked."""
LEFT = 0.1
"""Share of what is not chance that may still be hidden."""


def reached(sizes: Sequence[int], excess: Sequence[float]) -> float:
    """The smallest k at which a falling curve is at or below 0; infinite if it is not by the last size.

    The values are made to fall (isotonic regression), and lie on straight lines in log k between the sizes. Without any
    case nothing is learned from the first, so the value at 0 also holds at 1.

    >>> round(reached([0, 10, 100], [0.5, 0.2, -0.2]), 6), reached([0, 10], [0.5, 0.1]), reached([0, 10], [0.0, 0.0])
    (31.622777, inf, 0.0)
    """
    from scipy.optimize import isotonic_regression

    curve = np.round(isotonic_regression(np.asarray(excess, float), increasing=False).x, 12)
    below = np.flatnonzero(curve <= 0)
    if not len(below):
        return math.inf
    at = int(below[0])
    if at == 0:
        return float(sizes[0])
    first, last = np.log(max(sizes[at - 1], 1)), np.log(sizes[at])
    way = curve[at - 1] / (curve[at - 1] - curve[at])
    return float(np.exp(first + (last - first) * way))


def excess(made: Asked, k: int) -> Share:
    """What is hidden after k cases, beyond the tenth of what is not chance that may be: a share of the base loss."""
    loss, guess = made.loss(k), made.question.guess
    part = loss.person - made.differ - LEFT * (guess - made.differ)
    return share(part, guess, made.question.clusters, spread=loss.spread, why=loss.why)


def cost(sizes: Sequence[int], found: Sequence[Share]) -> Row:
    """The row of `reconstruction_cost` from the excess at each size; limits where the limits of the excess reach 0."""
    value, low, high = (
        reached(sizes, side) for side in zip(*((one.value, one.low, one.high) for one in found), strict=True)
    )
    n = found[-1].n
    if math.isinf(value):
        last = sizes[-1]
        few = "" if last == MOST else f": there are too few people to pool {MOST} cases"
        return Row(math.nan, float(last), math.inf, n, why=f"above {last}{few}")
    if any(math.isnan(one.low) for one in found):
        return Row(value, n=n)
    return Row(value, low, high, n)


def cases_needed(ask: Callable[[int], Asked]) -> Row:
    """The row of `reconstruction_cost` of a scheme. ask: from a number of cases to a question that is large enough."""
    if why := mostly_chance(ask(0)):
        return Row(math.nan, why=why)
    sizes: list[int] = []
    found: list[Share] = []
    for k in (*SIZES, MOST):
        one = excess(ask(k), k)
        if math.isnan(one.value):
            if not sizes:
                return Row(math.nan, n=one.n, why=one.why)
            break
        sizes.append(k)
        found.append(one)
        if one.value <= 0 and not one.high > 0:
            break
    return cost(sizes, found)


@measure(
    "reconstruction_cost",
    harm="opacity",
    unit="cases",
    better="none",
    needs=("history", "asking"),
    estimand="smallest k with hidden[k] <= 0.1 (1 - randomness), isotonic, linear in log k",
    interval="where the limits of hidden[k] - 0.1 (1 - randomness) reach 0: clusters, plus the variance over 20 pools",
    reference="MEASURES section 2; Tramer et al. 2016 (USENIX Security): extraction by queries",
    caveats="An upper bound: better learners than the stated surrogates need fewer cases. Fewer cases mean less "
    "secrecy and easier gaming. 10,000 cases need 20,000 people; with fewer, the search ends at 1,000.",
    gap="",
    splits=False,
    default=False,
)
def reconstruction_cost(case: Case) -> Row:
    """How many known cases must be pooled until at most a tenth of what is not chance is hidden.

    0: the disclosed rules tell it. NaN, "above 10000", with 10,000 as the lower limit, if pooling does not tell it. NaN
    where hardly anything but chance decides (randomness above 0.9).
    """
    return cases_needed(partial(asked, case))
