"""Gradient boosting on the record, from scikit-learn."""

# Any: scikit-learn has no types.
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.features import one_thread
from testbed.models.learned import Learned, Numbers


@models.adder("boosting")
class Boosting(Learned):
    """Probability of the positive outcome, from 50 boosted trees of up to 15 leaves on recorded outcomes.

    If all training outcomes are alike, everybody's score is that outcome.
    """

    name = "boosting"

    def __init__(self) -> None:
        super().__init__()
        self.trees: Any = None

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Grow the trees."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        trees = HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15, early_stopping=False, random_state=0)
        self.trees = trees.fit(matrix, outcomes)

    def probability(self, matrix: Numbers) -> Numbers:
        """The share of the positive outcome that the trees predict for each row."""
        with one_thread():  # 50 small trees: waking threads for each costs more than it saves
            return np.asarray(self.trees.predict_proba(matrix)[:, 1], np.float64)
