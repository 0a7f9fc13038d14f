"""How often the 95 % intervals hold the truth: the long runs behind the quick tests.

Exact by enumeration where people are independent, by 2,000 seeds where they are not. What stays below
0.93 is marked: these are the exceptions. They are rates between the jumps of small samples, never under
0.92, and rare events that come in few strong clusters: most samples then hold too few of them to show
how much they vary, and no interval from the sample alone can know.

    python docs/coverage.py > docs/coverage.txt
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
from scipy import stats

from testbed.statistics import comparisons
from testbed.statistics.counts import Pairs
from testbed.statistics.estimates import Estimates, binary_estimates

SEEDS = 2000
LEAST = 0.93
G, R = np.array([0]), np.array([1])


def counts(events: np.ndarray, trials: np.ndarray) -> Estimates:
    """Estimates of independent groups, one per count."""
    return binary_estimates(("",) * len(events), events, trials, trials, None, None, "nobody", trials)


def told(what: str, *shares: float) -> None:
    """One line; the shares that are too low are marked."""
    print(f"{what:64}" + "".join(f"{share:8.4f}{'*' if share < LEAST else ' '}" for share in shares))


def rates() -> None:
    """A rate of independent people, worst and mean over a dense grid of rates, exactly."""
    print("\nRate, independent people, exact: worst and mean over 2,000 rates from 0.0005 to 0.5")
    grid = np.linspace(0.0005, 0.5, 2000)
    for n in (10, 20, 30, 50, 100, 200, 1000):
        low, high = counts(np.arange(n + 1), np.full(n + 1, n)).limits()
        weight = stats.binom.pmf(np.arange(n + 1)[:, None], n, grid)
        found = (weight * ((low[:, None] <= grid) & (high[:, None] >= grid))).sum(axis=0)
        told(f"n {n}", found.min(), found.mean())


def two_groups() -> None:
    """Difference and ratio of two independent groups, exactly; of the ratio where it is stated at all."""
    print("\nTwo independent groups, exact: difference (Newcombe), ratio (Koopman)")
    for (n, m), (p, q) in product(
        [(20, 20), (30, 200), (100, 100)], [(0.02, 0.02), (0.1, 0.1), (0.1, 0.3), (0.5, 0.6)]
    ):
        made = counts(np.concatenate([np.arange(n + 1), np.arange(m + 1)]), np.repeat([n, m], [n + 1, m + 1]))
        g, r = (a.ravel() for a in np.meshgrid(np.arange(n + 1), n + 1 + np.arange(m + 1), indexing="ij"))
        weight = np.outer(stats.binom.pmf(np.arange(n + 1), n, p), stats.binom.pmf(np.arange(m + 1), m, q)).ravel()
        low, high = comparisons.differences(made, g, r)
        under, over = comparisons.ratios(made, g, r)
        stated = ~np.isnan(under)
        told(
            f"n {n}, {m}; rates {p}, {q}",
            weight[(low <= p - q) & (high >= p - q)].sum(),
            weight[(under <= p / q) & (over >= p / q)].sum() / weight[stated].sum(),
        )


def many_groups() -> None:
    """Largest difference and smallest ratio over many groups."""
    print("\nMany groups of independent people, 2,000 seeds: largest difference, smallest ratio")
    designs: list[tuple[int, np.ndarray]] = [(n, np.full(k, p)) for k, n, p in
        [(2, 200, 0.3), (4, 100, 0.1), (4, 1000, 0.02), (12, 300, 0.3), (48, 300, 0.3)]]  # fmt: skip
    designs += [(300, np.array([0.2, 0.3])), (300, np.array([0.1, 0.1, 0.25, 0.4])), (300, np.linspace(0.2, 0.4, 12))]
    for n, planted in designs:
        draw = np.random.Generator(np.random.Philox(len(planted)))
        truth = planted.max() - planted.min(), planted.min() / planted.max()
        hits = np.zeros(2)
        for _ in range(SEEDS if len(planted) < 40 else SEEDS // 4):
            made = [counts(draw.binomial(n, planted), np.full(len(planted), n))]
            for at, kind in enumerate(("difference", "ratio")):
                found = comparisons.across(made, kind)[0]
                hits[at] += found.low <= truth[at] <= found.high
        told(
            f"{len(planted)} groups of {n}, rates {planted.min():g} to {planted.max():g}",
            *hits / (SEEDS if len(planted) < 40 else SEEDS // 4),
        )


def clustered(clusters: int, size: int, rate: float, rho: float) -> Iterator[Estimates]:
    """Beta-binomial clusters that both groups share, a third of the people in the first."""
    draw = np.random.Generator(np.random.Philox(clusters * size))
    owner, group = np.repeat(np.arange(clusters), 2), np.tile([0, 1], clusters)
    for _ in range(SEEDS):
        own = (
            draw.beta(rate * (1 - rho) / rho, (1 - rate) * (1 - rho) / rho, clusters)
            if rho
            else np.full(clusters, rate)
        )
        first = draw.binomial(size, 1 / 3, clusters)
        trials = np.stack([first, size - first], axis=1)
        events = draw.binomial(trials, own[:, None])
        pairs = Pairs(owner, group, np.stack([events.ravel(), trials.ravel()], axis=1).astype(float))
        n = trials.sum(axis=0)
        yield binary_estimates(("g", "r"), events.sum(axis=0), n, n, None, pairs, "nobody", n)


def in_clusters() -> None:
    """Rates of both groups and their gap where groups share clusters."""
    print("\nTwo groups in shared clusters, 2,000 seeds: rate of the smaller, of the larger, their difference")
    for number, size, rate, rho in product((10, 30, 100), (20, 1000), (0.002, 0.02, 0.1, 0.5), (0, 0.01, 0.1)):
        if number * size * rate / 3 < 1:
            continue
        hits = np.zeros(3)
        for made in clustered(number, size, rate, rho):
            low, high = made.limits()
            below, above = comparisons.differences(made, G, R)
            hits += [*((low <= rate) & (high >= rate)), below[0] <= 0 <= above[0]]
        told(f"{number} clusters of {size}, rate {rate}, intracluster correlation {rho}", *hits / SEEDS)


if __name__ == "__main__":
    print("Share of 95 % intervals that hold the truth; * below 0.93. Standard error of 2,000 seeds: 0.005.")
    rates()
    two_groups()
    many_groups()
    in_clusters()
