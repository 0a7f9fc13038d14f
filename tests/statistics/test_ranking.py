"""AUC and DeLong's components against scikit-learn and against their definition by pairs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from testbed.case.decisions import Table
from testbed.statistics import comparisons
from testbed.statistics.ranking import Auc


def table(seed: int, n: int = 400, **more: object) -> Table:
    draw = np.random.Generator(np.random.Philox(seed))
    outcome = draw.random(n) < 0.4
    score = np.round(draw.normal(size=n) + outcome, 1)
    group = draw.integers(0, 3, n)
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b", "c"))}, None, outcome, score, **more)  # type: ignore[arg-type]


def test_auc_by_group_agrees_with_scikit_learn() -> None:
    case = table(1)
    found = Auc().estimates(case, "g")
    for k in range(3):
        mine = case.attributes["g"][0] == k
        assert found.value[k] == pytest.approx(roc_auc_score(case.outcome[mine], case.score[mine]), abs=1e-12)


def test_standard_error_is_that_of_delong_by_pairs() -> None:
    case = table(2, 150)
    found = Auc().estimates(case, "all")
    x, y = case.score[case.outcome], case.score[~case.outcome]
    wins = (x[:, None] > y) + 0.5 * (x[:, None] == y)
    variance = wins.mean(axis=1).var(ddof=1) / len(x) + wins.mean(axis=0).var(ddof=1) / len(y)
    assert found.error[0] == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_weights_that_are_people_are_repetition() -> None:
    case = table(3, 120)
    weights = np.random.Generator(np.random.Philox(9)).integers(0, 4, 120)
    weighted = table(3, 120, weights=weights.astype(float))
    at = np.repeat(np.arange(120), weights)
    repeated = Table(
        pd.DataFrame(index=range(len(at))),
        {"g": (case.attributes["g"][0][at], ("a", "b", "c"))},
        None,
        case.outcome[at],
        case.score[at],
    )
    one, two = Auc().estimates(weighted, "g"), Auc().estimates(repeated, "g")
    assert one.value == pytest.approx(two.value)
    assert one.error == pytest.approx(two.error)
    assert (one.n == two.n).all()


def test_a_group_of_one_outcome_has_no_auc_and_says_which_is_missing() -> None:
    case = table(4)
    case.outcome = case.outcome | (case.attributes["g"][0] == 1)
    found = Auc().estimates(case, "g")
    assert np.isnan(found.value[1])
    assert found.why[1] == "no negative outcomes"


def test_perfect_order_of_few_people_is_not_certain() -> None:
    case = Table(pd.DataFrame(index=range(20)), {}, None, np.arange(20) >= 15, np.arange(20.0))
    found = Auc().estimates(case, "all")
    low, high = found.limits()
    assert found.value[0] == high[0] == 1
    assert 0.4 < low[0] < 0.6


def test_perfect_order_in_clusters_is_judged_by_the_clusters_that_hold_both_outcomes() -> None:
    outcome = np.arange(60) % 4 == 0
    case = Table(
        pd.DataFrame(index=range(60)),
        {"g": (np.arange(60) // 4 % 2, ("a", "b"))},
        None,
        outcome,
        outcome + 0.0,
        clusters=np.arange(60) // 3,
    )
    found = Auc().estimates(case, "all")
    assert found.value[0] == 1
    assert 0.7 < found.limits()[0][0] < 0.85
    low, high = comparisons.differences(Auc().estimates(case, "g"), np.array([0]), np.array([1]))
    assert low[0] < 0 < high[0]


def test_auc_and_its_gap_are_covered_with_and_without_clusters() -> None:
    from scipy.stats import norm

    truth, seeds, hits = norm.cdf(1 / np.sqrt(2)), 300, np.zeros(3)
    for seed in range(seeds):
        plain, clustered = table(seed + 10), table(seed + 10, clusters=np.arange(400) // 10)
        low, high = Auc().estimates(plain, "all").limits()
        below, above = Auc().estimates(clustered, "all").limits()
        apart = comparisons.differences(Auc().estimates(clustered, "g"), np.array([0]), np.array([1]))
        hits += (low[0] <= truth <= high[0], below[0] <= truth <= above[0], apart[0][0] <= 0 <= apart[1][0])
    assert (hits / seeds >= 0.92).all(), hits / seeds
