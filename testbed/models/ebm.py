"""An explainable boosting machine on the record, from the package interpret."""

# Any: interpret has no types.
from __future__ import annotations

from typing import Any

from testbed.models.base import models
from testbed.models.learned import Classified


@models.adder("ebm")
class Explainable(Classified):
    """Probability of the positive outcome, from a sum of boosted steps of one column each (Nori et al. 2019).

    A generalized additive model: no interactions. It needs the package `interpret`.
    """

    name = "ebm"

    extra = ("interpret", "explain")

    def classifier(self, records: int) -> Any:
        """The unfitted machine."""
        from interpret.glassbox import ExplainableBoostingClassifier

        return ExplainableBoostingClassifier(interactions=0, outer_bags=4, n_jobs=1, random_state=0)
