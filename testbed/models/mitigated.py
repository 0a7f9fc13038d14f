"""Logistic regression held to demographic parity, from fairlearn."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd

from testbed.models.base import Scores, models
from testbed.models.features import Features, one_thread, probability


@models.adder("mitigated")
class Mitigated:
    """Mean probability of the positive outcome over logistic regressions that jointly meet a parity constraint.

    Exponentiated gradient (Agarwal et al. 2018) on recorded outcomes. The two errors are weighted so that
    "bad" and "good" people count alike in the objective; with rare bad outcomes nobody would be told
    apart otherwise. The constraint binds the randomized yes-or-no classifier, within `slack`; a score
    that is cut at another place meets it only roughly: measure, do not assume.

    It needs a group in training, and reads it from the records: `group` must be an attribute that the
    institution holds, by default `residence`, because the shipped scenarios hold no protected one.
    A proxy is what it then equalizes. The group itself is also a feature.

    Where the training outcomes, or the group, are all alike, it is the plain logistic regression.
    """

    name = "mitigated"
    higher_is = "better"
    needs = ()
    row_wise = True

    def __init__(
        self, group: str = "residence", constraint: str = "demographic_parity", *, slack: float = 0.01
    ) -> None:
        self.group = group
        self.constraint = constraint
        self.slack = slack
        self.features: Features | None = None
        self.parts: list[tuple[float, np.ndarray, float]] = []

    def fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> Mitigated:
        """Fit on records and outcomes (1: the positive side). Raises ValueError where the records lack the group."""
        from fairlearn.reductions import DemographicParity, EqualizedOdds, ErrorRate, ExponentiatedGradient
        from sklearn.linear_model import LogisticRegression

        if self.group not in records.columns:
            raise ValueError(f"the records hold no attribute {self.group!r} to be fair across")
        kinds = {"demographic_parity": DemographicParity, "equalized_odds": EqualizedOdds}
        if self.constraint not in kinds:
            raise ValueError(f"constraint is {self.constraint!r}, allowed: {', '.join(kinds)}")
        outcomes = np.asarray(outcomes)
        self.features = Features.of(records)
        good = float(np.mean(outcomes))
        if good in (0.0, 1.0):
            self.parts = [(1.0, np.zeros(self.features.width), np.inf if good else -np.inf)]
            return self
        matrix = self.features.matrix(records)
        groups = pd.factorize(records[self.group], sort=True)[0]
        with one_thread():
            if len(set(groups.tolist())) == 1:
                found = [(1.0, LogisticRegression(max_iter=500).fit(matrix, outcomes))]
            else:
                reduction = ExponentiatedGradient(
                    LogisticRegression(max_iter=200),
                    kinds[self.constraint](difference_bound=self.slack),
                    objective=ErrorRate(costs={"fp": good, "fn": 1 - good}),
                    max_iter=12,
                )
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", DeprecationWarning)  # fairlearn 0.15 under pandas 3
                    reduction.fit(matrix, outcomes, sensitive_features=groups)
                found = list(zip(reduction.weights_, reduction.predictors_, strict=True))
        self.parts = [_part(weight, predictor, self.features.width) for weight, predictor in found if weight > 0]
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """The weighted mean probability, to 9 decimals. Raises ValueError before `fit`."""
        if self.features is None:
            raise ValueError("it has not been fitted")
        matrix = self.features.matrix(records)
        made = np.zeros(len(records))
        for weight, weights, intercept in self.parts:
            made += weight * probability(matrix, weights, intercept)
        return Scores(np.round(made, 9))


def _part(weight: float, predictor: Any, width: int) -> tuple[float, np.ndarray, float]:
    """(weight, coefficients, intercept) of a fitted predictor; fairlearn's constant one has no coefficients."""
    if hasattr(predictor, "coef_"):
        return float(weight), predictor.coef_[0].copy(), float(predictor.intercept_[0])
    said = predictor.predict(np.zeros((1, width)))[0]
    return float(weight), np.zeros(width), np.inf if said else -np.inf
