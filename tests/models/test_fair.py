"""Estimators of fairlearn as models: whose groups they get, and whose coins."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
from fairlearn.postprocessing import ThresholdOptimizer
from fairlearn.preprocessing import CorrelationRemover
from fairlearn.reductions import (
    BoundedGroupLoss,
    DemographicParity,
    EqualizedOdds,
    ExponentiatedGradient,
    GridSearch,
    SquareLoss,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline

from synthetic.draws import sparse, uniform
from testbed import audit, encoded
from testbed.checks import check_model
from testbed.models import ModelError, ask, fitted, load_model
from testbed.models.fair import Coins

N = 4000
DRAWS, SEEN, DONE = (uniform(sparse(seed, "test:fair", np.arange(N))) for seed in range(3))
FARM = np.arange(N) % 2 == 0
LATE = np.floor(SEEN * 4 + 2 * FARM).astype(np.int32)
RECORDS = pd.DataFrame(
    {"late": LATE, "place": pd.Categorical(np.where(FARM, "farm", "town"))}, index=pd.Index(np.arange(N), name="person")
)
GOOD = (1 / (1 + np.exp(LATE - 2.5)) > DONE).astype(np.int8)
"""Farms have two more late bills each, and late bills make outcomes bad: unequal by construction."""


def optimizer(**given):
    return ThresholdOptimizer(estimator=LogisticRegression(max_iter=300), predict_method="predict_proba", **given)


METHODS = {
    "optimizer": encoded(optimizer(constraints="demographic_parity")),
    "inner": ThresholdOptimizer(estimator=encoded(LogisticRegression(max_iter=300)), constraints="demographic_parity"),
    "gradient": encoded(
        ExponentiatedGradient(LogisticRegression(max_iter=300), DemographicParity(difference_bound=0.01), max_iter=6)
    ),
    "grid": encoded(
        GridSearch(LogisticRegression(max_iter=300), DemographicParity(), grid_size=21, constraint_weight=0.9)
    ),
    "remover": encoded(
        make_pipeline(CorrelationRemover(sensitive_feature_ids=["place_farm"]), LogisticRegression(max_iter=300))
    ),
}


def gap(score):
    return abs(score[FARM].mean() - score[~FARM].mean())


def scores(estimator, outcomes=GOOD, records=RECORDS):
    made = fitted(load_model(estimator), records, outcomes)
    return ask(pickle.loads(pickle.dumps(made)), records, {"draws": DRAWS}).score


@pytest.mark.parametrize("name", METHODS)
def test_what_a_method_makes_equal_is_equal_in_its_scores(name):
    plain = scores(encoded(LogisticRegression(max_iter=300)))
    assert gap(plain) > 0.3
    said = scores(METHODS[name])
    # A grid is coarse, and chooses by predictions, not by probabilities.
    assert gap(said) < (gap(plain) / 2 if name == "grid" else 0.05)
    assert said[GOOD == 1].mean() > said[GOOD == 0].mean() + 0.05


@pytest.mark.parametrize("name", ["optimizer", "gradient"])
def test_a_randomized_prediction_is_a_coin_of_the_month_and_nothing_else(name):
    made = fitted(load_model(METHODS[name]), RECORDS, GOOD)
    assert made.needs == ("draws",)
    said, again = (ask(made, RECORDS, {"draws": DRAWS}).score for _ in range(2))
    assert np.array_equal(said, again)
    assert set(said) == {0.0, 1.0}
    lower = ask(made, RECORDS, {"draws": DRAWS / 2}).score
    assert (lower >= said).all()
    assert (lower > said).any()
    alone = ask(made, RECORDS.iloc[5:6], {"draws": DRAWS[5:6]}).score
    assert alone.tolist() == [said[5]]


@pytest.mark.parametrize("name", ["optimizer", "grid"])
def test_methods_of_fairlearn_keep_the_contract_of_a_model(name):
    check_model(METHODS[name])


def test_the_groups_are_those_of_a_column_that_the_institution_holds():
    both = RECORDS.assign(sort=pd.Categorical(np.where(np.arange(N) % 3, "a", "b")))
    with pytest.raises(ModelError, match=r"institution holds several \(place, sort\); name a column"):
        fitted(load_model(encoded(optimizer())), both, GOOD)
    with pytest.raises(ModelError, match=r"of attributes with groups the institution holds none; name a column"):
        fitted(load_model(optimizer()), RECORDS[["late"]], GOOD)
    named = optimizer()
    named.sensitive = "faith"
    with pytest.raises(
        ModelError, match=r"needs 'faith' as its sensitive feature, which the institution does not hold"
    ):
        fitted(load_model(encoded(named)), both, GOOD)
    named.sensitive = "place"
    assert gap(scores(encoded(named), records=both)) < 0.05


def test_a_method_that_is_fitted_already_is_used_as_it_is():
    X = RECORDS[["late"]].reset_index(drop=True)
    made = optimizer().fit(X, GOOD, sensitive_features=RECORDS["place"].astype(str).tolist())
    made.sensitive = "place"
    one = GridSearch(LogisticRegression(max_iter=300), EqualizedOdds(), grid_size=5)
    one.fit(X, GOOD, sensitive_features=RECORDS["place"].astype(str).tolist())
    assert not hasattr(load_model(one), "fit")
    # Only its inner estimator knows the columns.
    assert gap(ask(load_model(made), RECORDS, {"draws": DRAWS}).score) < 0.05


def test_a_randomized_regression_picks_a_predictor_by_the_same_coin():
    reduction = ExponentiatedGradient(
        LinearRegression(), BoundedGroupLoss(SquareLoss(0, 1), upper_bound=0.1), max_iter=5
    )
    said = scores(encoded(reduction))
    assert said[GOOD == 1].mean() > said[GOOD == 0].mean()


def test_coins_are_the_draws_in_their_order():
    coins = Coins(np.array([0.1, 0.9, 0.45, 0.75]))
    assert coins.rand(2).tolist() == [0.1, 0.9]
    assert [coins.choice(["a", "b", "c"], p=[0.4, 0.2, 0.4]) for _ in range(2)] == ["b", "c"]
    with pytest.raises(ValueError, match="0 draws are left"):
        coins.rand(1)


@pytest.mark.usefixtures("small_training")
def test_a_randomized_model_is_audited_in_all_three_families():
    wanted = ["adverse_rate", "unpredictability", "flip_rate"]
    found = audit("rongcheng", METHODS["optimizer"], people=1024, periods=7, measures=wanted)
    rows = found[(found["split"] == "all") & found["value"].notna()]
    assert {"disparate impact", "opacity", "error propagation"} <= set(rows["harm"])
