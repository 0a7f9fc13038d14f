"""The built-in models that learn."""

from __future__ import annotations

import warnings
from functools import cache

import numpy as np
import pandas as pd
import pytest

from synthetic.draws import sparse, uniform
from testbed.models.asking import ask, fitted
from testbed.models.base import ModelError, models, needs
from testbed.models.features import probability
from testbed.models.mitigated import Mitigated

N = 4000
PROBABLE = ("boosting", "forest", "k-nn", "logistic", "mlp", "tree", "correlation-remover")
FAIR = ("grid-search", "mitigated")
LEARNERS = (*PROBABLE, *FAIR)


def coin(name, n=N):
    return uniform(sparse(0, f"test:{name}", np.arange(n)))


def training(n=N):
    """Late bills and debts make a bad outcome likelier; rural people have more of both."""
    rural = coin("rural", n) < 0.4
    late = np.floor(coin("late", n) ** 2 * (2 + 2 * rural)).astype(np.int32)
    debts = (coin("debts", n) < 0.1 + 0.1 * rural).astype(np.int32)
    records = pd.DataFrame(
        {
            "age": (18 + np.floor(coin("age", n) * 70)).astype(np.int32),
            "residence": pd.Categorical.from_codes(rural.astype(np.int8), ["urban", "rural"]),
            "utility_late": late,
            "debt_sued": debts,
        },
        index=pd.Index(np.arange(n) + 100, name="person"),
    )
    good = 1 / (1 + np.exp(-(3 - 0.8 * late - 1.5 * debts)))
    return records, (coin("outcome", n) < good).astype(np.int8), good


@cache
def trained(name):
    """A learner fitted on 800 people, once for all tests."""
    records, outcomes, _ = training(800)
    return fitted(models.get(name)(), records, outcomes)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_finds_what_makes_outcomes_likely(name):
    records, outcomes, good = training()
    score = ask(fitted(models.get(name)(), records, outcomes), records).score
    alike = (records["residence"] == "urban").to_numpy() | (name != "grid-search")  # it gives up on groups, not people
    assert pd.Series(score[alike]).corr(pd.Series(good[alike]), method="spearman") > 0.8
    assert ((score >= 0) & (score <= 1)).all()


@pytest.mark.parametrize("name", PROBABLE)
def test_the_score_is_a_probability_of_the_positive_outcome(name):
    records, outcomes, _ = training()
    score = ask(fitted(models.get(name)(), records, outcomes), records).score
    assert abs(score.mean() - outcomes.mean()) < 0.005


@pytest.mark.parametrize("name", LEARNERS)
@pytest.mark.parametrize("outcome", [0, 1])
def test_where_all_outcomes_are_alike_everybody_scores_that_outcome(name, outcome):
    records, _, _ = training(200)
    model = fitted(models.get(name)(), records, np.full(200, outcome, np.int8))
    assert (ask(model, records).score == outcome).all()


@pytest.mark.parametrize("name", LEARNERS)
def test_a_fit_is_the_same_whatever_the_global_random_state_and_does_not_warn(name):
    records, outcomes, _ = training(800)
    first = ask(trained(name), records).score
    np.random.seed(2)  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = ask(fitted(models.get(name)(), records, outcomes), records).score
    assert np.array_equal(first, again)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_level_not_seen_in_training_still_scores(name):
    records, _, _ = training(800)
    other = records.assign(residence=pd.Categorical(["island"] * 800, categories=["urban", "rural", "island"]))
    assert np.isfinite(ask(trained(name), other).score).all()


@pytest.mark.parametrize("name", LEARNERS)
def test_unfitted_or_short_of_a_column_it_fails_in_one_sentence(name):
    records, _, _ = training(800)
    with pytest.raises(ModelError, match="has not been fitted"):
        ask(models.get(name)(), records)
    with pytest.raises(ModelError, match="no column 'age'"):
        ask(trained(name), records.drop(columns="age"))


def test_the_mitigator_meets_parity_on_its_own_yes_or_no_within_its_slack():
    records, outcomes, _ = training()
    rural = (records["residence"] == "rural").to_numpy()

    def gap(said):
        return said[rural].mean() - said[~rural].mean()

    plain = ask(fitted(models.get("logistic")(), records, outcomes), records).score
    model = fitted(Mitigated("residence", slack=0.01), records, outcomes)
    matrix = model.features.matrix(records)
    yes = sum(weight * (probability(matrix, weights, at) >= 0.5) for weight, weights, at in model.parts)
    assert gap(plain >= outcomes.mean()) < -0.3
    assert abs(gap(yes)) < 0.02  # the slack, and the tolerance at which fairlearn stops
    assert abs(gap(ask(model, records).score)) < abs(gap(plain)) / 2


def test_what_correlates_with_the_group_is_removed_from_the_weighted_sum():
    records, outcomes, _ = training()
    rural = (records["residence"] == "rural").to_numpy(float)

    def found(name):
        score = ask(fitted(models.get(name)(), records, outcomes), records).score
        return np.corrcoef(np.log(score / (1 - score)), rural)[0, 1]

    assert found("logistic") < -0.3
    assert abs(found("correlation-remover")) < 1e-6


@pytest.mark.parametrize("name", ["grid-search", "threshold-optimizer"])
def test_yes_is_said_to_both_groups_more_alike_than_by_the_plain_regression(name):
    records, outcomes, _ = training()
    rural = (records["residence"] == "rural").to_numpy()
    model = fitted(models.get(name)(), records, outcomes)
    given = {"draws": coin("draws")} if needs(model) else {}

    def gap(said):
        return abs(said[rural].mean() - said[~rural].mean())

    plain = gap(ask(fitted(models.get("logistic")(), records, outcomes), records).score >= outcomes.mean())
    fair = gap(ask(model, records, given).score >= 0.5)
    assert plain > 0.3
    assert fair < (plain / 2 if name == "grid-search" else 0.05)  # two groups of 1,600 and 2,400 drawn alike


def test_of_several_groups_the_fair_models_want_one_named():
    records, outcomes, _ = training(400)
    both = records.assign(sex=records["residence"].to_numpy().astype(object))
    for name in ("grid-search", "correlation-remover", "threshold-optimizer"):
        with pytest.raises(ModelError, match="several \\(residence, sex\\)"):
            fitted(models.get(name)(), both, outcomes)


def test_the_mitigator_takes_equalized_odds_too_and_refuses_another_constraint():
    records, outcomes, _ = training(800)
    assert np.isfinite(ask(fitted(Mitigated(constraint="equalized_odds"), records, outcomes), records).score).all()
    with pytest.raises(ModelError, match="allowed: demographic_parity, equalized_odds"):
        fitted(Mitigated(constraint="fairness"), records, outcomes)


def test_the_mitigator_needs_a_group_that_the_institution_holds():
    records, outcomes, _ = training(400)
    with pytest.raises(ModelError, match="hold no attribute 'community'"):
        fitted(Mitigated("community"), records, outcomes)


def test_with_one_group_only_the_mitigator_is_the_logistic_regression():
    records, outcomes, _ = training(800)
    alike = records.assign(residence=pd.Categorical(["urban"] * 800, categories=["urban", "rural"]))
    fair = ask(fitted(Mitigated(), alike, outcomes), alike).score
    assert np.array_equal(fair, ask(fitted(models.get("logistic")(), alike, outcomes), alike).score)
