"""Unpredictability, randomness and hidden on worlds whose answer is known by construction."""

import numpy as np
import pytest

from synthetic import draws
from testbed.measures.opacity.foresight import Question, foresee, share

N, GRID = 8_000, 200


def coin(seed, name, n=N, p=0.5):
    return (draws.uniform(draws.dense(seed, name, 0, n)) < p).astype(np.int8)


def question(decision, view=None, told=None, *, seed=1, notified=True):
    views = () if view is None else (np.column_stack(view).astype(np.float32),)
    return Question(
        np.asarray(decision, np.int8), np.arange(len(decision)) // GRID, views, told, notified=notified, seed=seed
    )


def unpredictability(asked, k):
    loss = foresee(asked, k)
    return share(loss.person, asked.guess, asked.clusters, spread=loss.spread, why=loss.why)


def certain(decision):
    return np.eye(3)[np.asarray(decision, int) + 1]


def test_published_rules_and_own_record_leave_nothing_unforeseen_before_any_case():
    decision = coin(1, "record")
    found = unpredictability(question(decision, told=certain(decision)), 0)
    assert (found.value, found.low, found.high, found.n) == (0, 0, 0, N)


@pytest.mark.parametrize("k", [0, 10, 100, 1000])
def test_without_notice_nothing_is_learned_at_any_k(k):
    record = coin(1, "record")
    found = unpredictability(question(record, [record], notified=False), k)
    assert found.value == pytest.approx(1, abs=1e-12)


def both(seed, combine):
    """A published rule over a visible and a hidden fair bit: decision, V and the forecast of the rules."""
    visible, hidden = coin(seed, "visible"), coin(seed, "hidden")
    chance = (combine(visible, 0) + combine(visible, 1)) / 2
    return combine(visible, hidden), [visible], np.column_stack([np.zeros(N), 1 - chance, chance])


@pytest.mark.parametrize(("combine", "truth"), [(np.bitwise_and, 2 / 3), (np.bitwise_xor, 1.0)])
@pytest.mark.parametrize(("k", "published"), [(0, True), (1000, True), (1000, False)])
def test_visible_and_hidden_fair_bit_leaves_two_thirds_and_xor_all(combine, truth, k, published):
    decision, view, told = both(3, combine)
    found = unpredictability(question(decision, view, told if published else None, seed=3), k)
    assert found.low <= truth <= found.high + 0.01
    assert found.high - found.low < 0.15


def test_a_published_lottery_is_all_randomness_and_hides_nothing():
    decision, first, second = (coin(seed, "lottery", p=0.1) - coin(seed, "other", p=0.05) for seed in (1, 2, 3))
    rates = np.tile(np.bincount(decision + 1, minlength=3) / N, (N, 1))
    asked = question(decision, [coin(5, "noise")], rates)
    differ = (first != second).astype(float)
    randomness = share(differ, asked.guess, asked.clusters)
    assert randomness.low <= 1 <= randomness.high
    for k in (0, 1000):
        loss = foresee(asked, k)
        hidden = share(loss.person - differ, asked.guess, asked.clusters, spread=loss.spread)
        assert hidden.low <= 0 <= hidden.high


def test_a_secret_rule_keyed_on_ids_is_all_hidden_however_many_cases_are_pooled():
    decision = coin(7, "secret", p=0.2)
    asked = question(decision, [coin(8, "visible"), coin(9, "also visible")])
    for k in (10, 100, 1000):
        found = unpredictability(asked, k)
        assert found.value == pytest.approx(1, abs=0.05)
        assert found.value > 0.97


def test_a_secret_rule_over_visible_things_is_learned_from_cases():
    record = sum(coin(2, f"item {one}", p=0.15) for one in range(4))
    noise = [coin(2, f"noise {one}") for one in range(6)]
    decision = -(record >= 2).astype(np.int8)
    asked = question(decision, [record, *noise])
    found = [unpredictability(asked, k).value for k in (0, 10, 100, 1000)]
    assert found[0] == pytest.approx(1, abs=1e-12)
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.02


def test_a_coarser_view_helps_where_the_finer_one_drowns_the_signal():
    record = coin(4, "record", p=0.4)
    noise = np.column_stack([draws.uniform(draws.dense(4, f"n{one}", 0, N)) for one in range(60)]).astype(np.float32)
    coarse = record[:, None].astype(np.float32)
    clusters = np.arange(N) // GRID
    fine = Question(record, clusters, (np.hstack([noise, coarse]),), seed=1)
    both_views = Question(record, clusters, (coarse, np.hstack([noise, coarse])), seed=1)
    assert foresee(both_views, 10).person.mean() < foresee(fine, 10).person.mean()


def test_a_decision_alike_for_everybody_is_undefined_and_says_so():
    found = unpredictability(question(np.zeros(N), [coin(1, "a")]), 10)
    assert np.isnan(found.value)
    assert found.why == "everybody is decided alike"


def test_too_few_people_or_clusters_are_undefined_and_say_so():
    few = Question(coin(1, "a", 600), np.arange(600) // 60, (np.ones((600, 1), np.float32),))
    found = unpredictability(few, 1000)
    assert np.isnan(found.value)
    assert "only 300 people to draw 1000 cases from" in found.why
    one = Question(coin(1, "a", 600), np.zeros(600, int), (np.ones((600, 1), np.float32),))
    assert "one cluster" in unpredictability(one, 10).why
    assert np.isnan(unpredictability(one, 0).low)


def test_the_same_seed_gives_the_same_bytes_and_another_other_pools():
    record = coin(2, "record", p=0.3)
    decision = record & coin(2, "other")
    first, again, other = (foresee(question(decision, [record], seed=seed), 10).person for seed in (1, 1, 2))
    assert first.tobytes() == again.tobytes() != other.tobytes()


def test_the_interval_covers_the_planted_two_thirds_as_often_as_it_says():
    """Clusters share the hidden bit in part, so that people alone would give too short an interval."""
    people, cluster, covered, runs = 2_000, 50, 0, 400
    grid = np.arange(people) // cluster
    for seed in range(runs):
        visible = coin(seed, "visible", people)
        shared = coin(seed, "shared", people // cluster)[grid]
        hidden = np.where(coin(seed, "own", people, 0.7) == 1, coin(seed, "hidden", people), shared)
        told = np.column_stack([np.zeros(people), 1 - visible / 2, visible / 2])
        asked = Question(visible & hidden, grid, told=told, base=np.array([0, 0.75, 0.25]))
        found = share(foresee(asked, 0).person, asked.guess, grid)
        covered += found.low <= 2 / 3 <= found.high
    assert 0.95 - 4 * (0.95 * 0.05 / runs) ** 0.5 <= covered / runs <= 1


def test_the_interval_covers_what_pools_give_on_average():
    """The value after 30 cases, learning error included; the truth is the mean of all the runs."""
    found = []
    for seed in range(20):
        visible, hidden = coin(seed, "visible", 1_000), coin(seed, "hidden", 1_000)
        asked = Question(visible & hidden, np.arange(1_000) // 50, (visible[:, None].astype(np.float32),), seed=seed)
        found.append(unpredictability(asked, 30))
    truth = np.mean([one.value for one in found])
    assert truth > 2 / 3
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert covered >= 0.95 - 4 * (0.95 * 0.05 / 20) ** 0.5


def test_losses_over_lots_leave_nothing_hidden_in_a_lottery_as_often_as_the_interval_says():
    people, asks, runs, hidden, chance = 1_000, 8, 300, 0, 0
    rates = np.array([0.1, 0.9, 0.0])
    for seed in range(runs):
        drawn = np.stack([1 - coin(seed, f"lot {one}", people, 0.1) for one in range(asks + 1)])
        said = np.stack([(drawn[1:] == code).sum(axis=0) for code in range(3)], axis=1)
        differ = 1 - (said * (said - 1)).sum(axis=1) / (asks * (asks - 1))
        told = np.tile(rates, (people, 1))
        asked = Question(drawn[0] - 1, np.arange(people) // 50, told=told, base=rates, chances=said / asks)
        left = share(foresee(asked, 0).person - differ, asked.guess, asked.clusters)
        hidden += left.low <= 0 <= left.high
        found = share(differ, asked.guess, asked.clusters)
        chance += found.low <= 1 <= found.high
        assert found.high - found.low < 0.1
    floor = 0.95 - 4 * (0.95 * 0.05 / runs) ** 0.5
    assert hidden / runs >= floor
    assert chance / runs >= floor


def test_what_holds_in_ones_own_cluster_only_is_not_learned():
    cluster = np.arange(N) // GRID
    decision = coin(6, "by cluster", N // GRID)[cluster]
    view = np.eye(N // GRID, dtype=np.float32)[cluster]
    found = unpredictability(Question(decision, cluster, (view,), seed=2), 1000)
    assert found.value > 0.95


def test_the_variance_over_pools_widens_the_interval():
    part, whole, clusters = coin(1, "part").astype(float), np.ones(N), np.arange(N) // GRID
    plain, wide = share(part, whole, clusters), share(part, whole, clusters, spread=0.01)
    assert wide.value == plain.value
    assert (wide.high - wide.value) ** 2 == pytest.approx(
        (2.0930240544) ** 2 * (((plain.high - plain.value) / 2.0226909117) ** 2 + 0.01), rel=1e-6
    )


def test_pools_that_say_different_things_have_a_variance():
    visible, hidden = coin(3, "visible"), coin(3, "hidden")
    loss = foresee(question(visible & hidden, [visible], seed=3), 30)
    assert 0 < loss.spread**0.5 < 0.1
    assert loss.chosen.total() == 20
