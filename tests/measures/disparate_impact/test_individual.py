"""Entropies of benefit and consistency: closed forms, worked tables, relations, coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.neighbors import NearestNeighbors

from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.case.decisions import Table
from testbed.measures.disparate_impact.entropy import (
    Entropy,
    between_and_within,
    entropy_of_shares,
    generalized_entropy,
    slopes,
)
from testbed.measures.disparate_impact.individual import consistency, generalized_entropy_index, theil_index
from testbed.measures.disparate_impact.neighbors import nearest, scaled
from testbed.statistics import comparisons, expand


def drawn(seed: int, n: int = 400, lost: float = 0.1, won: float = 0.15, **more: object) -> Table:
    """A table whose shares of wrong refusals and wrong favors are planted, the same in groups a and b."""
    draw = np.random.Generator(np.random.Philox(seed))
    outcome, coin = draw.random(n) < 0.5, draw.random(n)
    wrong = np.where(outcome, coin < 2 * lost, coin < 2 * won)
    group = draw.integers(0, 2, n)
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b"))}, outcome ^ wrong, outcome, **more)  # type: ignore[arg-type]


def repeated(case: Table, times: np.ndarray) -> Table:
    at = np.repeat(np.arange(len(case.people)), times)
    codes, levels = case.attributes["g"]
    return Table(pd.DataFrame(index=range(len(at))), {"g": (codes[at], levels)}, case.prediction[at], case.outcome[at])


def benefits(case: Table) -> np.ndarray:
    return 1.0 + case.prediction - case.outcome


@pytest.mark.parametrize("spread", [0.3, 0.8])
def test_lognormal_benefits_have_the_closed_form(spread: float) -> None:
    from scipy.special import ndtri

    benefit = np.exp(spread * ndtri((np.arange(400_000) + 0.5) / 400_000))
    assert generalized_entropy(benefit, 1) == pytest.approx(spread**2 / 2, rel=1e-3)
    assert generalized_entropy(benefit, 0) == pytest.approx(spread**2 / 2, rel=1e-3)
    assert generalized_entropy(benefit, 2) == pytest.approx(math.expm1(spread**2) / 2, rel=5e-3)


@pytest.mark.parametrize("alpha", [-1, 0, 0.5, 1, 2, 3])
def test_the_total_is_the_part_between_groups_plus_the_part_within(alpha: float) -> None:
    draw = np.random.Generator(np.random.Philox(1))
    benefit, group, weight = draw.random(200) + 0.1, draw.integers(0, 4, 200), draw.random(200)
    parts = between_and_within(benefit, group, alpha, weight)
    assert sum(parts) == pytest.approx(generalized_entropy(benefit, alpha, weight), rel=1e-12)
    assert between_and_within(np.full(200, 3.0), group, alpha) == pytest.approx((0, 0), abs=1e-12)


def test_worked_benefits_by_hand() -> None:
    # Benefits 0, 1, 1, 2: mean 1; alpha 2: (0 + 1 + 1 + 4 - 4) / (4 * 2) = 1/4; Theil: 2 log 2 / 4.
    assert generalized_entropy([0, 1, 1, 2], 2) == 0.25
    assert generalized_entropy([0, 1, 1, 2], 1) == pytest.approx(math.log(2) / 2)
    # Alpha 0 of 1, 1, 2, where aif360 0.6.1 divides by the mean once more: log(4/3) - log(2)/3.
    assert generalized_entropy([1, 1, 2], 0) == pytest.approx(math.log(4 / 3) - math.log(2) / 3)


def test_what_is_not_defined_is_nan() -> None:
    assert math.isnan(generalized_entropy([0, 0], 1))
    assert math.isnan(generalized_entropy([0, 1], 0))
    assert math.isnan(generalized_entropy([0, 1], -1))
    assert math.isnan(generalized_entropy([], 2))
    groups = {"g": (np.zeros(3, int), ("a",))}
    refused = Table(pd.DataFrame(index=range(3)), groups, np.zeros(3, bool), np.ones(3, bool))
    (row,) = expand(theil_index, theil_index(refused), refused)
    assert (math.isnan(row["value"]), row["why"]) == (True, "nobody has a benefit")
    (row,) = expand(generalized_entropy_index, generalized_entropy_index(drawn(1), alpha=0), drawn(1))
    assert math.isnan(row["value"])
    assert "infinite" in row["why"]


@pytest.mark.parametrize("alpha", [0.5, 1, 2, 3])
def test_the_measure_is_the_entropy_of_the_benefits_by_group_and_weighted(alpha: float) -> None:
    weights = np.random.Generator(np.random.Philox(3)).random(400)
    case = drawn(2, weights=weights, weights_are_people=False)
    rows = expand(generalized_entropy_index, generalized_entropy_index(case, alpha=alpha), case, splits=["g"])
    for row in rows[:3]:
        name = f"generalized_entropy_index[alpha={alpha:g}]"
        mine = np.ones(400, bool) if row["split"] == "all" else case.attributes["g"][0] == "ab".index(row["group"])
        assert row["measure"] == name
        assert row["value"] == pytest.approx(generalized_entropy(benefits(case)[mine], alpha, weights[mine]))
        assert row["n"] == mine.sum()
        assert row["low"] < row["value"] < row["high"]


@pytest.mark.parametrize("alpha", [-1, 0, 0.5, 1, 2])
def test_slopes_are_derivatives(alpha: float) -> None:
    lost, won, step = (0.0, 0.2, 1e-6) if alpha <= 0 else (0.15, 0.2, 1e-6)
    made = slopes(np.array([lost]), np.array([won]), alpha)
    by_won = (entropy_of_shares(lost, won + step, alpha) - entropy_of_shares(lost, won - step, alpha)) / (2 * step)
    assert made[1][0] == pytest.approx(float(by_won), rel=1e-6)
    if alpha > 0:
        by_lost = (entropy_of_shares(lost + step, won, alpha) - entropy_of_shares(lost - step, won, alpha)) / (2 * step)
        assert made[0][0] == pytest.approx(float(by_lost), rel=1e-6)


def test_whole_weights_are_repetition_and_order_is_nothing() -> None:
    times = np.random.Generator(np.random.Philox(4)).integers(0, 4, 400)
    one = Entropy(1.0).estimates(drawn(5, weights=times.astype(float)), "g")
    two = Entropy(1.0).estimates(repeated(drawn(5), times), "g")
    three = Entropy(1.0).estimates(repeated(drawn(5), times * 2), "g")
    assert one.value == pytest.approx(two.value, rel=1e-12)
    assert np.array(one.limits()) == pytest.approx(np.array(two.limits()), rel=1e-12)
    assert one.value == pytest.approx(three.value, rel=1e-12)
    scaled_up = drawn(5, weights=times * 0.37, weights_are_people=False)
    assert Entropy(1.0).estimates(scaled_up, "g").value == pytest.approx(one.value, rel=1e-12)


def test_perfect_decisions_have_entropy_0_but_not_for_sure() -> None:
    case = drawn(6, n=50, lost=0, won=0)
    (row,) = expand(theil_index, theil_index(case), case)
    assert row["value"] == row["low"] == 0
    # As with 0 events in 50: the upper limit of either share is 0.071.
    assert 0.05 < row["high"] < 0.15


def test_the_interval_agrees_with_a_bootstrap_of_clusters() -> None:
    draw = np.random.Generator(np.random.Philox(7))
    clusters = np.arange(3000) // 30
    case = drawn(8, n=3000, clusters=clusters)
    # A bad office: in a tenth of the clusters half of the decisions are turned around.
    bad = (clusters % 10 == 0) & (draw.random(3000) < 0.5)
    case.prediction = case.prediction ^ bad
    made = Entropy(1.0).estimates(case, "all")
    low, high = (float(end[0]) for end in made.limits())
    by_cluster = benefits(case).reshape(100, 30)
    again = [generalized_entropy(by_cluster[draw.integers(0, 100, 100)].ravel(), 1) for _ in range(1000)]
    assert [low, high] == pytest.approx(np.quantile(again, [0.025, 0.975]), rel=0.06)
    plain = Entropy(1.0).estimates(drawn(8, n=3000), "all")
    assert made.error[0] > 1.15 * plain.error[0]


def test_the_clustered_error_of_an_entropy_is_that_of_the_jackknife_where_refusals_and_favors_differ() -> None:
    draw = np.random.Generator(np.random.Philox(9))
    owner = np.arange(2000) // 20
    case = drawn(9, n=2000, lost=0.02, won=0.02, clusters=owner)
    # Offices differ in whom they refuse, up to 40 % of those entitled; favors are by chance, alike in all.
    refused = case.outcome & (draw.random(2000) < draw.uniform(0, 0.4, 100)[owner])
    case.prediction = case.prediction & ~refused
    made = Entropy(2.0).estimates(case, "all")
    rest = [generalized_entropy(benefits(case)[owner != one], 2) for one in range(100)]
    jackknife = math.sqrt(99 / 100 * np.sum((np.array(rest) - np.mean(rest)) ** 2))
    assert made.error[0] == pytest.approx(jackknife, rel=0.02)


@pytest.mark.parametrize(
    ("n", "lost", "won"), [(100, 0.1, 0.15), (300, 0.01, 0.02), (60, 0.02, 0.3), (1000, 0.2, 0.05)]
)
def test_planted_entropy_is_covered_and_equal_groups_have_no_gap(n: int, lost: float, won: float) -> None:
    seeds, hits, equal = 400, 0, 0
    truth = float(entropy_of_shares(lost, won, 1.0))
    for seed in range(seeds):
        case = drawn(seed + 100, n=n, lost=lost, won=won)
        low, high = Entropy(1.0).estimates(case, "all").limits()
        hits += bool(low[0] <= truth <= high[0])
        made = Entropy(1.0).estimates(case, "g")
        ends = comparisons.differences(made, np.array([1]), np.array([0]))
        equal += bool(ends[0][0] <= 0 <= ends[1][0])
    floor = 0.93 - 4 * math.sqrt(0.93 * 0.07 / seeds)
    assert hits / seeds >= floor
    assert equal / seeds >= floor


# Consistency.


def similar(seed: int, n: int = 300, noise: float = 0.0, **more: object) -> Table:
    """People decided by whether a column is above 0, a share of decisions replaced by fair coins."""
    draw = np.random.Generator(np.random.Philox(seed))
    features = pd.DataFrame({"x": draw.normal(size=n), "u": draw.normal(size=n) * 50})
    decision = np.where(draw.random(n) < noise, draw.random(n) < 0.5, features["x"] > 0)
    case = Table(pd.DataFrame(index=range(n)), {}, decision.astype(bool), **more)  # type: ignore[arg-type]
    case.features = features  # type: ignore[attr-defined]
    return case


def test_consistency_agrees_with_scikit_learn_on_standardized_columns() -> None:
    case = similar(1, noise=0.3)
    x = case.features.to_numpy()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    near = NearestNeighbors(n_neighbors=6).fit(x).kneighbors(x, return_distance=False)
    y = case.prediction.astype(float)
    rows = {row.qualifiers["own"]: row for row in consistency(case)}
    assert rows["out"].value == pytest.approx(1 - np.abs(y - y[near[:, 1:]].mean(axis=1)).mean(), abs=1e-12)
    assert rows["in"].value == pytest.approx(1 - np.abs(y - y[near[:, :5]].mean(axis=1)).mean(), abs=1e-12)


def test_ties_go_by_id_and_the_own_point_comes_first() -> None:
    # Four people who are alike, decided 1, 1, 0, 0: neighbors of the first are 1 and 2, of the last 0 and 1.
    assert nearest(np.zeros((4, 1)), 2).tolist() == [[1, 2], [0, 2], [0, 1], [0, 1]]
    frame = pd.DataFrame({"x": np.repeat([0.0, 1.0], 2)})
    case = Table(pd.DataFrame(index=range(4)), {}, np.array([True, False, True, True]))
    case.features = frame  # type: ignore[attr-defined]
    rows = {row.qualifiers["own"]: row.value for row in consistency(case, k=1)}
    assert rows == {"out": 0.5, "in": 1.0}


def test_the_order_of_rows_is_nothing_where_rows_have_labels() -> None:
    case = similar(2, noise=0.2)
    case.features = case.features.round(0)
    order = np.random.Generator(np.random.Philox(3)).permutation(300)
    turned = Table(case.people.iloc[order], {}, case.prediction[order])
    turned.features = case.features.iloc[order]  # type: ignore[attr-defined]
    assert [row.value for row in consistency(turned)] == [row.value for row in consistency(case)]


def test_columns_count_alike_whatever_their_unit() -> None:
    frame = pd.DataFrame({"x": [1.0, 2, 3, 4], "c": list("aabb"), "same": 1})
    made = scaled(frame)
    apart = ((made[:, None] - made[None]) ** 2).sum(axis=2)
    assert apart.mean() == pytest.approx(2 + 2)
    assert scaled(frame.assign(x=frame["x"] * 1000)) == pytest.approx(made)


def test_alike_people_decided_alike_are_consistent_and_coins_are_not() -> None:
    coins = next(iter(consistency(similar(4, n=2000, noise=1.0))))
    # |y - mean of 5 fair coins| is 1/2 on average.
    assert coins.low < 0.5 < coins.high
    rule = next(iter(consistency(similar(4, n=2000))))
    assert rule.value > 0.95
    alike = similar(5)
    alike.prediction[:] = True
    row = next(iter(consistency(alike)))
    assert (row.value, row.high) == (1, 1)
    assert 0.98 < row.low < 1


def test_whole_weights_are_repetition_for_neighbors_too() -> None:
    case = similar(6, n=100, noise=0.4)
    times = np.arange(100) % 3
    case.weights = times.astype(float)
    at = np.repeat(np.arange(100), times)
    other = Table(pd.DataFrame(index=range(len(at))), {}, case.prediction[at])
    other.features = case.features.iloc[at].reset_index(drop=True)  # type: ignore[attr-defined]
    assert [(row.value, row.n) for row in consistency(case)] == [(row.value, row.n) for row in consistency(other)]


def test_planted_disagreement_is_covered_with_and_without_clusters() -> None:
    # Fair coins: |y - mean of 5 fair coins| is 1/2 on average, whoever the neighbors are.
    seeds, hits = 100, np.zeros(2)
    for seed in range(seeds):
        case = similar(seed + 20, n=300, noise=1.0)
        plain, clustered = case, similar(seed + 20, n=300, noise=1.0, clusters=np.arange(300) // 6)
        for place, one in enumerate((plain, clustered)):
            row = next(iter(consistency(one)))
            hits[place] += row.low <= 0.5 <= row.high
    assert (hits / seeds >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / seeds)).all(), hits


def test_consistency_needs_columns_and_a_sensible_k() -> None:
    bare = Table(pd.DataFrame(index=range(5)), {}, np.ones(5, bool))
    assert not list(consistency(bare))
    with pytest.raises(InputError, match="k is 0"):
        list(consistency(similar(1), k=0))
    few = list(consistency(similar(1, n=4)))
    assert all(math.isnan(row.value) and "too few" in row.why for row in few)


def test_in_a_world_records_are_compared_without_the_groups() -> None:
    case = run_case("rongcheng", people=4096, periods=6)
    rows = list(consistency(case))
    assert {row.qualifiers["own"] for row in rows} == {"in", "out"}
    assert all(row.n == 2000 and 0.8 < row.value <= 1 for row in rows)
    assert [row.value for row in rows] == [row.value for row in consistency(case)]
