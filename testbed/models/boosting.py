"""Gradient boosting on the record, from scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from testbed.models.base import Scores, models
from testbed.models.features import Features, one_thread


@models.adder("boosting")
class Boosting:
    """Probability of the positive outcome, from 50 boosted trees of up to 15 leaves on recorded outcomes.

    Where the training outcomes are all alike, everybody's score is that outcome.
    """

    name = "boosting"
    higher_is = "better"
    needs = ()
    row_wise = True

    def __init__(self) -> None:
        self.features: Features | None = None
        self.trees: Any = None
        self.constant: float | None = None

    def fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> Boosting:
        """Fit on records and outcomes (1: the positive side)."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        outcomes = np.asarray(outcomes)
        self.features = Features.of(records)
        self.constant = float(outcomes[0]) if len(set(outcomes.tolist())) == 1 else None
        if self.constant is None:
            trees = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15, early_stopping=False, random_state=0)
            with one_thread():
                self.trees = trees.fit(self.features.matrix(records), outcomes)
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """The probability of the positive outcome, to 9 decimals. Raises ValueError before `fit`."""
        if self.features is None:
            raise ValueError("it has not been fitted")
        if self.constant is not None or not len(records):
            return Scores(np.full(len(records), self.constant or 0.0))
        with one_thread():  # 50 small trees: waking threads for each costs more than it saves
            good = self.trees.predict_proba(self.features.matrix(records))[:, 1]
        return Scores(np.round(good, 9))
