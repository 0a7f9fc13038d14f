"""A decision tree and a random forest on the record, from scikit-learn."""

# Any: scikit-learn has no types.
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.learned import Classified, Numbers


@models.adder("tree")
class Tree(Classified):
    """Share of the positive outcome in a leaf of one decision tree of depth 6, with 50 training records a leaf."""

    name = "tree"
    random_state = 0

    def classifier(self, records: int) -> Any:
        """The unfitted tree."""
        from sklearn.tree import DecisionTreeClassifier

        return DecisionTreeClassifier(max_depth=6, min_samples_leaf=50, random_state=self.random_state)


@models.adder("forest")
class Forest(Classified):
    """Mean of 30 decision trees of depth 10 on drawn records and columns (Breiman 2001), 50 training records a leaf.

    The probability comes from the trees directly: scikit-learn starts a pool of workers for every question.
    """

    name = "forest"
    random_state = 0

    def classifier(self, records: int) -> Any:
        """The unfitted forest."""
        from sklearn.ensemble import RandomForestClassifier

        return RandomForestClassifier(30, max_depth=10, min_samples_leaf=50, random_state=self.random_state)

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Grow the trees."""
        super().learn(matrix.astype(np.float32), outcomes, records)

    def probability(self, matrix: Numbers) -> Numbers:
        """The mean of the shares of the positive outcome in the leaves of the trees."""
        narrow = matrix.astype(np.float32)
        made = np.zeros(len(matrix))
        for one in self.fitted.estimators_:
            made += one.tree_.predict(narrow)[:, 1]
        return made / len(self.fitted.estimators_)
