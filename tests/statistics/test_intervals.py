"""Limits against their definitions, other people's software, published examples, and their own exact coverage."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from scipy import optimize, stats

from testbed.statistics import intervals, significance
from testbed.statistics.counts import Pairs
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import binary_estimates


def counts(events: list[int], trials: list[int], pairs: Pairs | None = None) -> Estimates:
    x, n = np.array(events), np.array(trials)
    return binary_estimates(tuple(map(str, range(len(x)))), x, n, n, None, pairs, "nobody", n)


def probabilities(n: int, rate: float) -> np.ndarray:
    return stats.binom.pmf(np.arange(n + 1), n, rate)


def test_wilson_covers_0_9568_at_20_people_and_a_rate_of_a_tenth() -> None:
    low, high = intervals.wilson(np.arange(21) / 20, 20, stats.norm.ppf(0.975))
    covered = probabilities(20, 0.1) @ ((low <= 0.1) & (high >= 0.1))
    assert covered == pytest.approx(0.9568, abs=5e-5)


def test_wilson_agrees_with_scipy() -> None:
    for x, n in [(0, 7), (3, 11), (250, 1000), (9, 9)]:
        wanted = stats.binomtest(x, n).proportion_ci(method="wilson")
        low, high = intervals.wilson(x / n, n, intervals.quantile(0.05))
        assert (float(low), float(high)) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_clopper_pearson_agrees_with_scipy() -> None:
    for x, n in [(0, 7), (3, 11), (4, 1000), (9, 9)]:
        wanted = stats.binomtest(x, n).proportion_ci(method="exact")
        low, high = intervals.clopper_pearson(x, n, 0.05)
        assert (float(low), float(high)) == pytest.approx((wanted.low, wanted.high), abs=1e-10)


SIZES = (10, 20, 30, 50, 100, 200, 1000)
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5)


def covered(n: int, rates: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Exact coverage at each rate, by enumeration of the n + 1 counts."""
    weight = stats.binom.pmf(np.arange(n + 1)[:, None], n, rates)
    return (weight * ((low[:, None] <= rates) & (high[:, None] >= rates))).sum(axis=0)


@pytest.mark.parametrize("n", SIZES)
def test_rates_are_covered_at_least_93_percent_where_wilson_alone_dips_to_84(n: int) -> None:
    made = counts(list(range(n + 1)), [n] * (n + 1))
    low, high = made.limits()
    assert covered(n, np.array(RATES), low, high).min() >= 0.93
    # Between the rates of the grid coverage jumps; nowhere does it fall below 0.92.
    assert covered(n, np.linspace(0.0005, 0.5, 1000), low, high).min() >= 0.92
    alone = intervals.wilson(np.arange(n + 1) / n, n, intervals.quantile(0.05))
    assert covered(n, np.linspace(0.16 / n, 0.2 / n, 41), *alone).min() == pytest.approx(0.84, abs=0.01)


def test_newcombe_gives_his_published_example() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table II: 56/70 - 48/80, method 10.
    from testbed.statistics.comparisons import differences

    low, high = differences(counts([56, 48], [70, 80]), np.array([0]), np.array([1]))
    assert (low[0], high[0]) == pytest.approx((0.0524, 0.3339), abs=5e-5)


def exact_coverage(n: int, m: int, p: float, q: float, inside: np.ndarray) -> float:
    return float(probabilities(n, p) @ inside @ probabilities(m, q))


@pytest.mark.parametrize(("n", "m"), [(20, 20), (20, 100), (60, 60)])
def test_newcombe_difference_covers_at_least_93_percent_by_enumeration(n: int, m: int) -> None:
    from testbed.statistics.comparisons import differences

    made = counts([*range(n + 1), *range(m + 1)], [n] * (n + 1) + [m] * (m + 1))
    g, r = (a.ravel() for a in np.meshgrid(np.arange(n + 1), n + 1 + np.arange(m + 1), indexing="ij"))
    low, high = (a.reshape(n + 1, m + 1) for a in differences(made, g, r))
    for p, q in product((0.01, 0.05, 0.1, 0.3, 0.5), repeat=2):
        inside = (low <= p - q) & (high >= p - q)
        assert exact_coverage(n, m, p, q, inside) >= 0.93, (p, q)


@pytest.mark.parametrize(("n", "m"), [(20, 40), (60, 60)])
def test_koopman_ratio_covers_at_least_93_percent_by_enumeration(n: int, m: int) -> None:
    x, y = (a.ravel() for a in np.meshgrid(np.arange(n + 1), np.arange(m + 1), indexing="ij"))
    low, high = (a.reshape(n + 1, m + 1) for a in intervals.koopman(x, n, y, m))
    for p, q in product((0.1, 0.3, 0.5, 0.8), repeat=2):
        # Nothing is claimed of 0/0: no interval counts as no statement, left out of numerator and denominator.
        inside, stated = (low <= p / q) & (high >= p / q), ~np.isnan(low)
        covered = exact_coverage(n, m, p, q, inside) / exact_coverage(n, m, p, q, stated)
        assert covered >= 0.93, (p, q)


def test_simulated_coverage_meets_the_exact_one() -> None:
    from testbed.statistics.comparisons import differences

    n, m, p, q, seeds = 40, 90, 0.08, 0.2, 2000
    draw = np.random.Generator(np.random.Philox(11))
    x, y = draw.binomial(n, p, seeds), draw.binomial(m, q, seeds)
    made = counts([*x, *y], [n] * seeds + [m] * seeds)
    low, high = differences(made, np.arange(seeds), seeds + np.arange(seeds))
    seen = ((low <= p - q) & (high >= p - q)).mean()
    whole = counts([*range(n + 1), *range(m + 1)], [n] * (n + 1) + [m] * (m + 1))
    g, r = (a.ravel() for a in np.meshgrid(np.arange(n + 1), n + 1 + np.arange(m + 1), indexing="ij"))
    low, high = (a.reshape(n + 1, m + 1) for a in differences(whole, g, r))
    exact = exact_coverage(n, m, p, q, (low <= p - q) & (high >= p - q))
    assert abs(seen - exact) <= 4 * np.sqrt(exact * (1 - exact) / seeds)


def score_statistic(x: int, n: int, y: int, m: int, ratio: float) -> float:
    """Koopman's chi-square by brute force: the likelihood maximized under the ratio, numerically."""

    def loss(q: float) -> float:
        p = q * ratio
        return -float(stats.binom.logpmf(x, n, p) + stats.binom.logpmf(y, m, q))

    top = min(1.0, 1 / ratio)
    q = optimize.minimize_scalar(loss, bounds=(1e-12, top * (1 - 1e-12)), method="bounded", options={"xatol": 1e-13}).x
    p = q * ratio
    return float((x - n * p) ** 2 / (n * p * (1 - p)) + (y - m * q) ** 2 / (m * q * (1 - q)))


@pytest.mark.parametrize(
    ("x", "n", "y", "m"), [(36, 40, 16, 80), (7, 34, 1, 34), (3, 50, 40, 60), (120, 4000, 60, 3000)]
)
def test_koopman_ends_are_where_the_score_test_just_rejects(x: int, n: int, y: int, m: int) -> None:
    low, high = intervals.koopman(x, n, y, m)
    limit = stats.chi2.ppf(0.95, 1)
    assert low[0] < (x / n) / (y / m) < high[0]
    assert score_statistic(x, n, y, m, low[0]) == pytest.approx(limit, rel=1e-4)
    assert score_statistic(x, n, y, m, high[0]) == pytest.approx(limit, rel=1e-4)


def test_koopman_gives_his_published_example() -> None:
    # Koopman (1984), Biometrics 40, p. 517: 36 of 40 against 16 of 80.
    low, high = intervals.koopman(36, 40, 16, 80)
    assert (low[0], high[0]) == pytest.approx((2.94, 7.15), abs=5e-3)


def test_ratio_limits_may_end_at_0_and_at_infinity_and_are_nothing_at_0_over_0() -> None:
    low, high = intervals.koopman([0, 5, 0, 10, 10], [10, 10, 10, 10, 10], [5, 0, 0, 10, 5], [10, 10, 10, 10, 10])
    assert low[0] == 0
    assert 0 < high[0] < 1
    assert 1 < low[1] < high[1] == np.inf
    assert np.isnan(low[2])
    assert np.isnan(high[2])
    assert low[3] < 1 < high[3]
    assert 1 < low[4] < 2 < high[4]


def test_mover_ratio_ends_are_where_the_difference_a_minus_r_b_just_reaches_0() -> None:
    a, b, limits_a, limits_b, rho = 0.3, 0.2, (0.22, 0.41), (0.11, 0.33), 0.4
    low, high = intervals.mover_ratio(a, tuple(map(np.array, limits_a)), b, tuple(map(np.array, limits_b)), rho)

    def lower(ratio: float) -> float:
        below, above = a - limits_a[0], ratio * (limits_b[1] - b)
        return a - ratio * b - np.sqrt(below**2 + above**2 - 2 * rho * below * above)

    def upper(ratio: float) -> float:
        above, below = limits_a[1] - a, ratio * (b - limits_b[0])
        return a - ratio * b + np.sqrt(above**2 + below**2 - 2 * rho * above * below)

    assert float(low) == pytest.approx(optimize.brentq(lower, 1e-6, 1.5), rel=1e-9)
    assert float(high) == pytest.approx(optimize.brentq(upper, 1.5, 50), rel=1e-9)


@pytest.mark.parametrize("groups", [3, 10, 48])
def test_the_level_of_a_pair_is_that_of_the_studentized_range(groups: int) -> None:
    q = stats.studentized_range.ppf(0.95, groups, 1e6)
    assert significance.range_level(groups) == pytest.approx(2 * stats.norm.sf(q / np.sqrt(2)), rel=1e-3)


def test_quantiles_agree_with_scipy() -> None:
    found = intervals.quantile(0.05, [9, 99, np.inf, np.nan, 0])
    assert found[:3] == pytest.approx([stats.t.ppf(0.975, 9), stats.t.ppf(0.975, 99), stats.norm.ppf(0.975)])
    assert np.isnan(found[3:]).all()


def test_fisher_p_agrees_with_scipy() -> None:
    draw = np.random.Generator(np.random.Philox(3))
    for _ in range(200):
        n, m = draw.integers(1, 400, 2)
        x, y = draw.integers(0, n + 1), draw.integers(0, m + 1)
        wanted = stats.fisher_exact([[x, n - x], [y, m - y]]).pvalue
        assert significance.p_fisher(x, n, y, m)[0] == pytest.approx(wanted, rel=1e-6, abs=1e-12)
    assert significance.p_fisher(5_100, 50_000, 4_900, 50_000)[0] == pytest.approx(
        stats.fisher_exact([[5_100, 44_900], [4_900, 45_100]]).pvalue, rel=1e-6
    )
    assert np.isnan(significance.p_fisher(0, 0, 1, 2)[0])


def test_fisher_p_of_few_events_among_very_many_people_is_binomial() -> None:
    # Among 2**50 people in all, 30 events fall to one of two equal groups like coins.
    for x in (0, 5, 9, 15):
        wanted = min(1.0, 2 * float(stats.binom.cdf(x, 30, 0.5))) if x < 15 else 1.0
        assert significance.p_fisher(x, 2**49, 30 - x, 2**49)[0] == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize("rate", [0.02, 0.5])
@pytest.mark.parametrize("z", [0.5, 2.0, 4.5])
def test_fisher_p_beyond_a_billion_people_is_within_a_hundredth_of_the_exact_one(
    rate: float, z: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    n = int(2.2 * significance.WIDEST**2 / rate / (1 - rate))
    x, gap = int(n * rate), int(z * significance.WIDEST * 2)
    near = significance.p_fisher(x, n, x - gap, n)[0]
    monkeypatch.setattr(significance, "WIDEST", 1e6)
    significance._p_fisher.cache_clear()
    exact = significance.p_fisher(x, n, x - gap, n)[0]
    assert near == pytest.approx(exact, rel=0.01)
    assert near != exact


def test_fisher_p_that_is_under_the_smallest_float_is_0_without_going_through_the_tables() -> None:
    assert significance.p_fisher(10**8, 10**9, 10**7, 10**9)[0] == 0
    x, n, y, m = 900, 1000, 100, 1000
    assert 0 < significance.p_fisher(x, n, y, m)[0] == pytest.approx(stats.fisher_exact([[x, n - x], [y, m - y]])[1])
    # The bound that says so is one: no chance is above it.
    for x, n, y, m in ((8, 10, 1, 6), (40, 100, 90, 300), (1, 50, 0, 1000)):
        tail = stats.hypergeom.sf(x - 1, n + m, n, x + y) if x * m > y * n else stats.hypergeom.cdf(x, n + m, n, x + y)
        assert tail <= np.exp(-significance._surprise(x, n, y, m))


def test_a_ratio_with_an_empty_group_or_without_any_event_has_no_limits() -> None:
    for table in ((3, 10, 0, 0), (0, 0, 3, 10), (0, 0, 0, 0), (0, 10, 0, 10)):
        assert np.isnan(intervals.koopman(*table)).all(), table


def test_the_limits_of_fieller_cover_a_known_ratio() -> None:
    rng = np.random.Generator(np.random.Philox(3))
    hits = 0
    for _ in range(2000):
        top, bottom = rng.normal([1.0, 2.0], [0.3, 0.3])
        low, high = intervals.fieller(top, bottom, np.diag([0.09, 0.09]), 1.959964)
        hits += low <= 0.5 <= high
    assert abs(hits / 2000 - 0.95) < 4 * math.sqrt(0.95 * 0.05 / 2000)
    assert intervals.fieller(1.0, 0.1, np.diag([0.09, 0.09]), 1.96) == (-math.inf, math.inf)


def test_fiellers_limits_hold_the_ratios_that_the_test_does_not_reject() -> None:
    covariance = np.array([[0.04, 0.01], [0.01, 0.02]])
    for limit in intervals.fieller(3.0, 1.5, covariance, 1.96):
        error = np.sqrt(covariance[0, 0] - 2 * limit * covariance[0, 1] + limit**2 * covariance[1, 1])
        assert abs(3.0 - limit * 1.5) / error == pytest.approx(1.96)
