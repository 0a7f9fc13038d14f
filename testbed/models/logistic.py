"""Logistic regression on the record, from scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from testbed.models.base import Scores, models
from testbed.models.features import Features, one_thread, probability


@models.adder("logistic")
class Logistic:
    """Probability of the positive outcome, from a logistic regression (L2, C = 1) on recorded outcomes.

    Where the training outcomes are all alike, everybody's score is that outcome.
    """

    name = "logistic"
    higher_is = "better"
    needs = ()
    row_wise = True

    def __init__(self) -> None:
        self.features: Features | None = None
        self.weights = np.empty(0)
        self.intercept = 0.0
        self.constant: float | None = None

    def fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> Logistic:
        """Fit on records and outcomes (1: the positive side)."""
        from sklearn.linear_model import LogisticRegression

        outcomes = np.asarray(outcomes)
        self.features = Features.of(records)
        self.constant = float(outcomes[0]) if len(set(outcomes.tolist())) == 1 else None
        if self.constant is None:
            with one_thread():
                fitted = LogisticRegression(max_iter=500).fit(self.features.matrix(records), outcomes)
            self.weights, self.intercept = fitted.coef_[0], float(fitted.intercept_[0])
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """The probability of the positive outcome, to 9 decimals. Raises ValueError before `fit`."""
        if self.features is None:
            raise ValueError("it has not been fitted")
        if self.constant is not None:
            return Scores(np.full(len(records), self.constant))
        return Scores(np.round(probability(self.features.matrix(records), self.weights, self.intercept), 9))
