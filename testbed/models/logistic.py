"""Logistic regression on the record, from scikit-learn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.features import probability
from testbed.models.learned import Additive, Numbers


@models.adder("logistic")
class Logistic(Additive):
    """Probability of the positive outcome, from a logistic regression (L2, C = 1) on recorded outcomes.

    If all training outcomes are alike, everybody's score is that outcome.
    """

    name = "logistic"

    def __init__(self) -> None:
        super().__init__()
        self.weights: Numbers = np.empty(0)
        self.intercept = 0.0

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Find the weights of the columns and the intercept."""
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(max_iter=500).fit(matrix, outcomes)
        self.weights, self.intercept = fitted.coef_[0], float(fitted.intercept_[0])

    def probability(self, matrix: Numbers) -> Numbers:
        """The logistic function of the weighted sum of each row."""
        return probability(matrix, self.weights, self.intercept)

    def terms(self, matrix: Numbers) -> Numbers:
        """The weight of each column times its distance from the mean."""
        return (matrix - self.mean) * self.weights
