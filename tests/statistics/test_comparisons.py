"""Comparisons of two and of many groups: planted truths, coverage, and the cases that must be NaN."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from testbed.statistics import comparisons, intervals, significance, spreads
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import binary_estimates


def counts(events: list[int] | np.ndarray, trials: list[int] | np.ndarray) -> Estimates:
    x, n = np.array(events), np.array(trials)
    return binary_estimates(tuple(f"g{k}" for k in range(len(x))), x, n, n, None, None, "no positive outcomes", n)


def covered(value: float, found: spreads.Spread | None) -> bool:
    return found is not None and found.low <= value <= found.high


@pytest.mark.parametrize(("groups", "n", "rate"), [(2, 200, 0.3), (4, 100, 0.1), (12, 400, 0.3)])
def test_largest_difference_covers_0_where_all_groups_are_equal(groups: int, n: int, rate: float) -> None:
    draw = np.random.Generator(np.random.Philox(groups))
    seeds = 300
    hits = sum(
        covered(0.0, spreads.across([counts(draw.binomial(n, rate, groups), [n] * groups)], "difference")[0])
        for _ in range(seeds)
    )
    assert hits / seeds >= 0.93


@pytest.mark.parametrize("rates", [(0.2, 0.3), (0.1, 0.1, 0.25, 0.4), (0.3, 0.3, 0.3, 0.35)])
def test_largest_difference_and_smallest_ratio_cover_a_planted_one(rates: tuple[float, ...]) -> None:
    draw = np.random.Generator(np.random.Philox(5))
    seeds, n = 300, 300
    difference, ratio = max(rates) - min(rates), min(rates) / max(rates)
    hits = np.zeros(2)
    for _ in range(seeds):
        made = [counts(draw.binomial(n, rates), [n] * len(rates))]
        hits += (
            covered(difference, spreads.across(made, "difference")[0]),
            covered(ratio, spreads.across(made, "ratio")[0]),
        )
    # 0.95 less four standard errors of 300 seeds; docs/coverage.txt has the long run.
    assert (hits / seeds >= 0.90).all()


def test_equalized_odds_takes_the_worse_rate_and_wider_limits() -> None:
    first, second = counts([30, 60], [100, 100]), counts([10, 20], [100, 100])
    alone, _ = spreads.across([first], "difference")
    both, _ = spreads.across([first, second], "difference")
    assert both.value == alone.value == pytest.approx(0.3)
    assert both.low < alone.low
    assert both.high > alone.high


def test_one_group_alone_differs_by_0_and_has_the_ratio_1() -> None:
    one = counts([3], [10])
    assert spreads.across([one], "difference")[0].value == 0
    assert spreads.across([one], "ratio")[0].value == 1


def test_a_group_without_a_value_makes_the_comparison_nan_names_it_and_leaves_the_rest_observed() -> None:
    found, rest = spreads.across([counts([3, 0, 5], [10, 0, 10])], "difference")
    assert np.isnan(found.value)
    assert "g1" in found.why
    assert rest is not None
    assert rest.value == pytest.approx(0.2)


def test_two_groups_of_which_one_has_no_value_leave_nothing_to_observe() -> None:
    found, rest = spreads.across([counts([3, 0], [10, 0])], "ratio")
    assert np.isnan(found.value)
    assert rest is not None
    assert np.isnan(rest.value)
    assert rest.why == "fewer than two groups have a value"


def test_no_events_anywhere_make_the_ratio_nan_and_the_difference_0() -> None:
    none = [counts([0, 0], [50, 60])]
    assert np.isnan(spreads.across(none, "ratio")[0].value)
    difference = spreads.across(none, "difference")[0]
    assert difference.value == difference.low == 0
    assert difference.high > 0.05


def test_a_group_with_no_events_has_ratio_0_with_an_upper_limit() -> None:
    found, _ = spreads.across([counts([0, 30], [50, 60])], "ratio")
    assert found.value == found.low == 0
    assert 0 < found.high < 0.3


def test_average_odds_covers_a_planted_difference() -> None:
    draw = np.random.Generator(np.random.Philox(8))
    seeds, n = 2000, 80
    first = counts(draw.binomial(n, np.repeat([0.7, 0.6], seeds)), [n] * (2 * seeds))
    second = counts(draw.binomial(n, np.repeat([0.2, 0.3], seeds)), [n] * (2 * seeds))
    g, r = np.arange(seeds), seeds + np.arange(seeds)
    low, high = comparisons.mean_differences([first, second], g, r)
    assert 0.93 <= ((low <= 0) & (high >= 0)).mean() <= 0.975


@pytest.mark.parametrize(("n", "rate"), [(100, 0.4), (60, 0.5), (400, 0.1), (2000, 0.3)])
def test_a_planted_difference_of_the_printed_size_is_found_in_80_percent_of_samples(n: int, rate: float) -> None:
    seeds = 2000
    zero, one = np.array([0]), np.array([1])
    printed = comparisons.detectable(counts([round(n * rate)] * 2, [n, n]), zero, one)[0]
    draw = np.random.Generator(np.random.Philox(n))
    events = [draw.binomial(n, rate + sign * printed / 2, seeds) for sign in (1, -1)]
    found = comparisons.p_values(
        counts(np.concatenate(events), [n] * (2 * seeds)), np.arange(seeds), seeds + np.arange(seeds)
    )
    # Four standard errors of 2,000 samples are 0.036.
    assert (found < intervals.ALPHA).mean() == pytest.approx(0.8, abs=0.036)


def test_detectable_does_not_depend_on_the_difference_seen_but_on_numbers_and_pooled_rate() -> None:
    zero, one = np.array([0]), np.array([1])
    alike = comparisons.detectable(counts([40, 40], [100, 100]), zero, one)
    apart = comparisons.detectable(counts([20, 60], [100, 100]), zero, one)
    assert alike == pytest.approx(apart)
    assert np.isnan(comparisons.detectable(counts([0, 0], [100, 100]), zero, one)).all()


def test_p_values_of_plain_counts_are_fisher_exact() -> None:
    found = comparisons.p_values(counts([8, 1], [10, 6]), np.array([0]), np.array([1]))
    assert found[0] == pytest.approx(stats.fisher_exact([[8, 2], [1, 5]]).pvalue)


def test_unequal_values_without_any_spread_have_no_p_value() -> None:
    n = np.array([20, 20])
    made = Estimates(("a", "b"), np.array([1.0, 2.0]), n, ("", ""), n.astype(float), np.zeros(2))
    assert np.isnan(comparisons.p_values(made, np.array([0]), np.array([1]))).all()


def test_the_p_of_a_largest_difference_is_that_of_the_pair_for_two_and_tukeys_for_more() -> None:
    two = counts([8, 1], [10, 6])
    assert spreads.across([two], "difference")[0].p == pytest.approx(stats.fisher_exact([[8, 2], [1, 5]]).pvalue)
    events = [600, 690, 650, 640, 665]
    people = [np.repeat([1.0, 0.0], [one, 3000 - one]) for one in events]
    tukey = stats.tukey_hsd(*people).pvalue[0, 1]  # type: ignore[attr-defined]
    assert 0.01 < tukey < 0.1
    # Tukey's takes the variance within the groups, the test of rates that of the pooled rate: alike to 1 %.
    assert spreads.across([counts(events, [3000] * 5)], "difference")[0].p == pytest.approx(tukey, rel=0.03)


def test_few_events_keep_the_exact_tests_of_the_pairs_and_two_quantities_double_p() -> None:
    sparse = counts([0, 1, 6], [40, 40, 40])
    least = comparisons.p_values(sparse, np.array([2]), np.array([0]))[0]
    found = spreads.across([sparse], "difference")[0].p
    assert least < found <= 3 * least
    other = counts([10, 11, 12], [40, 40, 40])
    assert spreads.across([sparse, other], "difference")[0].p == pytest.approx(2 * found)


def test_the_p_of_a_far_pair_stays_above_the_pairs_own_and_a_pair_without_p_leaves_none() -> None:
    far = counts([100, 500, 300], [1000, 1000, 1000])
    assert 0 < spreads.across([far], "difference")[0].p < 1e-60
    alone = counts([3], [10])
    assert np.isnan(spreads.across([alone], "difference")[0].p)


@pytest.mark.parametrize(("groups", "n", "rate"), [(3, 2000, 0.3), (12, 400, 0.2)])
def test_p_values_of_largest_differences_are_uniform_where_all_groups_are_equal(
    groups: int, n: int, rate: float
) -> None:
    draw = np.random.Generator(np.random.Philox(groups * n))
    found = [
        spreads.across([counts(draw.binomial(n, rate, groups), [n] * groups)], "difference")[0].p for _ in range(500)
    ]
    assert stats.kstest(found, "uniform").pvalue > 0.001


def test_fishers_p_is_never_under_its_level_exactly() -> None:
    # All tables of 12 and 9 people at one rate: P(p <= a) <= a for every a that occurs.
    x, y = (a.ravel() for a in np.meshgrid(np.arange(13), np.arange(10), indexing="ij"))
    made = counts(np.concatenate([x, y]), np.repeat([12, 9], [len(x), len(y)]))
    p = comparisons.p_values(made, np.arange(len(x)), np.arange(len(x)) + len(x))
    for rate in (0.1, 0.5):
        weight = stats.binom.pmf(x, 12, rate) * stats.binom.pmf(y, 9, rate)
        assert all(weight[p <= a + 1e-12].sum() <= a + 1e-9 for a in np.unique(p))


def test_of_many_sparse_groups_the_furthest_pairs_hold_the_smallest_exact_p() -> None:
    draw = np.random.Generator(np.random.Philox(12))
    n, rate = draw.integers(5, 60, 20), draw.uniform(0.0, 0.3, 20)
    # Two large groups of which nearly all have the event hold it among small ones that differ by more.
    mixed = np.append(draw.integers(3, 9, 36), [4000, 4000]), np.append(np.full(36, 0.5), [0.985, 0.995])
    for size, chance in ((n, rate), mixed, (mixed[0], 1 - mixed[1])):
        made = counts(draw.binomial(size, chance), size)
        g, r = np.triu_indices(len(size), 1)
        assert len(g) > spreads.CANDIDATES
        least = float(comparisons.p_values(made, g, r).min())
        assert spreads.across([made], "difference")[0].p == pytest.approx(significance.p_range(least, len(size)))


def test_ratios_of_plain_counts_are_koopmans_and_no_others() -> None:
    # Koopman (1984), Biometrics 40, p. 517: 36 of 40 against 16 of 80.
    found = comparisons.ratios(counts([36, 16], [40, 80]), np.array([0]), np.array([1]))
    assert np.ravel(found) == pytest.approx([2.94, 7.15], abs=5e-3)
