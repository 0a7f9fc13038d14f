"""An explainable boosting machine on the record, from the package interpret."""

# Any: interpret has no types.
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.learned import Additive, Classified, Numbers


@models.adder("ebm")
class Explainable(Additive, Classified):
    """Probability of the positive outcome, from a sum of boosted steps of one column each (Nori et al. 2019).

    A generalized additive model: no interactions. It needs the package `interpret`.
    """

    name = "ebm"
    random_state = 0

    extra = ("interpret", "explain")

    def classifier(self, records: int) -> Any:
        """The unfitted machine."""
        from interpret.glassbox import ExplainableBoostingClassifier

        return ExplainableBoostingClassifier(interactions=0, outer_bags=4, n_jobs=1, random_state=self.random_state)

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Boost, and note what each column adds on average."""
        super().learn(matrix, outcomes, records)
        self.average = np.asarray(self.fitted.eval_terms(matrix), np.float64).mean(axis=0)

    def terms(self, matrix: Numbers) -> Numbers:
        """What each column adds, less what it adds on average."""
        return np.asarray(self.fitted.eval_terms(matrix) - self.average, np.float64)

    @property
    def base(self) -> float:
        """The mean log-odds of the training records."""
        if self.constant is not None:
            return super().base
        return float(self.fitted.intercept_[0] + self.average.sum())
