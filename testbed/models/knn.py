"""The nearest people of the training society, from scikit-learn."""

# Any: scikit-learn has no types.
from __future__ import annotations

from typing import Any

from testbed.models.base import models
from testbed.models.learned import Classified


@models.adder("k-nn")
class Nearest(Classified):
    """Share of the positive outcome among the 50 training records that are nearest.

    Columns of numbers are centered and scaled, a level is 0 or 1, and the distance is Euclidean. Of training records
    at the same distance, the search tree decides which count: the same ones for the same record.
    """

    name = "k-nn"

    def classifier(self, records: int) -> Any:
        """The unfitted search tree. Distances from a matrix product would depend on how many records are asked."""
        from sklearn.neighbors import KNeighborsClassifier

        return KNeighborsClassifier(min(50, records), algorithm="kd_tree")
