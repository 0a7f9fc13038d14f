"""Logistic regression held to demographic parity, from fairlearn."""

# Any: fairlearn and scikit-learn have no types.
from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.features import logistic, probability, weighted
from testbed.models.learned import Additive, Numbers

CONSTRAINTS = ("demographic_parity", "equalized_odds")


@models.adder("mitigated")
class Mitigated(Additive):
    """Mean probability of the positive outcome over logistic regressions that jointly meet a parity constraint.

    Exponentiated gradient (Agarwal et al. 2018) on recorded outcomes. The two kinds of error are weighted so that
    "bad" and "good" people count alike in the objective: bad outcomes are rare, and without the weights the model
    would tell nobody apart. The constraint holds for the randomized yes-or-no classifier, within `slack`. A score
    that is cut at another place meets it only roughly: measure it, do not assume it.

    The model reads the group from the training records: `group` must be an attribute that the institution holds. The
    default is `residence`, because the shipped scenarios hold no protected attribute. The model then equalizes a
    proxy. The group itself is also a feature.

    If all training outcomes are alike, everybody's score is that outcome. If everybody is in one group, this is the
    plain logistic regression.
    """

    name = "mitigated"

    def __init__(
        self, group: str = "residence", constraint: str = "demographic_parity", *, slack: float = 0.01
    ) -> None:
        super().__init__()
        self.group = group
        self.constraint = constraint
        self.slack = slack
        self.parts: list[tuple[float, Numbers, float]] = []

    def fit(self, records: pd.DataFrame, outcomes: NDArray[np.int8]) -> Self:
        """Fit on records and outcomes (1: the positive side). Raises ValueError if the records lack the group."""
        if self.group not in records.columns:
            raise ValueError(f"the records hold no attribute {self.group!r} to be fair across")
        if self.constraint not in CONSTRAINTS:
            raise ValueError(f"constraint is {self.constraint!r}, allowed: {', '.join(CONSTRAINTS)}")
        return super().fit(records, outcomes)

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Fit the regressions and their weights."""
        groups = pd.factorize(records[self.group], sort=True)[0]
        found = self._reduced(matrix, outcomes, groups) if len(set(groups.tolist())) > 1 else _plain(matrix, outcomes)
        self.parts = [part(weight, predictor, matrix.shape[1]) for weight, predictor in found if weight > 0]

    def probability(self, matrix: Numbers) -> Numbers:
        """The weighted mean of the probabilities of the regressions."""
        made = np.zeros(len(matrix))
        for weight, weights, intercept in self.parts:
            made += weight * probability(matrix, weights, intercept)
        return made

    def terms(self, matrix: Numbers) -> Numbers:
        """What each column adds on the straight path from the mean to the row (Aumann and Shapley 1974).

        Also called integrated gradients (Sundararajan, Taly and Yan 2017). With one regression they are its weights
        times the distances from the mean. The integral is a Gauss-Legendre sum over 40 points of the path.
        """
        distance = matrix - self.mean
        starts = [at + float(self.mean @ weights) for _, weights, at in self.parts]
        slopes = [weighted(distance, weights, 0.0) for _, weights, _ in self.parts]
        made = np.zeros(matrix.shape)
        for point, length in zip(*np.polynomial.legendre.leggauss(40), strict=True):
            means = [logistic(start + (point + 1) / 2 * slope) for start, slope in zip(starts, slopes, strict=True)]
            shares = [part[0] for part in self.parts]
            yes, no = (
                sum(s * m for s, m in zip(shares, side, strict=True)) for side in (means, [1 - m for m in means])
            )
            for share, mean, (_, weights, _) in zip(shares, means, self.parts, strict=True):
                made += (length / 2 * share * mean * (1 - mean) / (yes * no))[:, None] * distance * weights
        return made

    def _reduced(
        self, matrix: Numbers, outcomes: NDArray[np.int8], groups: NDArray[np.intp]
    ) -> list[tuple[float, Any]]:
        """(weight, predictor) of every regression that the exponentiated gradient keeps."""
        from fairlearn.reductions import DemographicParity, EqualizedOdds, ErrorRate, ExponentiatedGradient
        from sklearn.linear_model import LogisticRegression

        constraint = dict(zip(CONSTRAINTS, (DemographicParity, EqualizedOdds), strict=True))[self.constraint]
        good = float(np.mean(outcomes))
        reduction = ExponentiatedGradient(
            LogisticRegression(max_iter=200),
            constraint(difference_bound=self.slack),
            objective=ErrorRate(costs={"fp": good, "fn": 1 - good}),
            max_iter=12,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # fairlearn 0.15 under pandas 3
            reduction.fit(matrix, outcomes, sensitive_features=groups)
        return list(zip(reduction.weights_, reduction.predictors_, strict=True))


def _plain(matrix: Numbers, outcomes: NDArray[np.int8]) -> list[tuple[float, Any]]:
    from sklearn.linear_model import LogisticRegression

    return [(1.0, LogisticRegression(max_iter=500).fit(matrix, outcomes))]


def part(weight: float, predictor: Any, width: int) -> tuple[float, Numbers, float]:
    """(weight, coefficients, intercept) of a fitted predictor; fairlearn's constant one has no coefficients."""
    if hasattr(predictor, "coef_"):
        return float(weight), predictor.coef_[0].copy(), float(predictor.intercept_[0])
    said = predictor.predict(np.zeros((1, width)))[0]
    return float(weight), np.zeros(width), np.inf if said else -np.inf
