"""Gradient boosting on the record, from scikit-learn."""

# Any: scikit-learn has no types.
from __future__ import annotations

from typing import Any

from testbed.models.base import models
from testbed.models.learned import Classified


@models.adder("boosting")
class Boosting(Classified):
    """Probability of the positive outcome, from 50 boosted trees of up to 15 leaves on recorded outcomes.

    If all training outcomes are alike, everybody's score is that outcome.
    """

    name = "boosting"
    random_state = 0

    def classifier(self, records: int) -> Any:
        """The unfitted trees."""
        from sklearn.ensemble import HistGradientBoostingClassifier

        return HistGradientBoostingClassifier(
            max_iter=50, max_leaf_nodes=15, early_stopping=False, random_state=self.random_state
        )
