"""Methods of fairlearn in front of, around or behind a logistic regression; `mitigated` is the fourth of them.

Each needs a sensitive feature: the column that its attribute `sensitive` names, or else the only attribute with groups
that the institution holds.
"""

# Any: fairlearn and scikit-learn have no types.
from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.encoding import encoded
from testbed.models.fair import FairLearner, group_column
from testbed.models.learned import Numbers
from testbed.models.logistic import Logistic
from testbed.models.mitigated import part


@models.adder("threshold-optimizer")
class ThresholdOptimizer(FairLearner):
    """Yes or no from a logistic regression, cut and drawn in each group so that groups are told yes equally often.

    Hardt, Price and Srebro 2016, under demographic parity: fairlearn's ThresholdOptimizer. The score is the drawn
    prediction, 0 or 1.
    """

    def __init__(self) -> None:
        from fairlearn.postprocessing import ThresholdOptimizer
        from sklearn.linear_model import LogisticRegression

        optimizer = ThresholdOptimizer(
            estimator=LogisticRegression(max_iter=500),
            constraints="demographic_parity",
            objective="balanced_accuracy_score",
            predict_method="predict_proba",
        )
        super().__init__(encoded(optimizer), "threshold-optimizer")


class Between(Logistic):
    """A logistic regression that knows across which groups it is fair."""

    sensitive: str | None = None

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Find the weights. If everybody is in one group, they are those of the plain regression."""
        self.sensitive = group_column(records, self.sensitive, self.name)
        groups = pd.factorize(records[self.sensitive], sort=True)[0]
        if len(set(groups.tolist())) < 2:
            super().learn(matrix, outcomes, records)
            return
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # fairlearn 0.15 under pandas 3
            self.weights, self.intercept = self.fair(matrix, outcomes, groups)

    def fair(self, matrix: Numbers, outcomes: NDArray[np.int8], groups: NDArray[np.intp]) -> tuple[Numbers, float]:
        """The weights of the columns and the intercept, fair between these groups."""
        raise NotImplementedError


@models.adder("grid-search")
class GridSearch(Between):
    """The logistic regression with the best trade-off of errors and demographic parity, of 31 that are weighted apart.

    Agarwal et al. 2018: fairlearn's GridSearch. As in `mitigated`, both kinds of error count alike.
    """

    name = "grid-search"

    def fair(self, matrix: Numbers, outcomes: NDArray[np.int8], groups: NDArray[np.intp]) -> tuple[Numbers, float]:
        """Those of the best regression of the grid."""
        from fairlearn.reductions import DemographicParity, ErrorRate, GridSearch
        from sklearn.linear_model import LogisticRegression

        good = float(np.mean(outcomes))

        class Parity(DemographicParity):  # type: ignore[misc]
            """Demographic parity, and an objective in which the two kinds of error count alike."""

            def default_objective(self) -> Any:
                return ErrorRate(costs={"fp": 0.5 / (1 - good), "fn": 0.5 / good})

        search = GridSearch(LogisticRegression(max_iter=200), Parity(), grid_size=31, grid_limit=1.0)
        search.fit(matrix, outcomes, sensitive_features=groups)
        _, weights, intercept = part(1.0, search.predictors_[search.best_idx_], matrix.shape[1])
        return weights, intercept


@models.adder("correlation-remover")
class CorrelationRemover(Between):
    """Logistic regression on columns from which what correlates with the group has been taken out.

    fairlearn's CorrelationRemover, whole (alpha 1). It is linear, so the model is one weighted sum of the record.
    """

    name = "correlation-remover"

    def fair(self, matrix: Numbers, outcomes: NDArray[np.int8], groups: NDArray[np.intp]) -> tuple[Numbers, float]:
        """Those of the regression on what is left, as weights of the columns themselves."""
        from fairlearn.preprocessing import CorrelationRemover
        from sklearn.linear_model import LogisticRegression

        assert self.features is not None
        places = self.features.places(str(self.sensitive))
        remover = CorrelationRemover(sensitive_feature_ids=places)
        left = remover.fit_transform(matrix)
        fitted = LogisticRegression(max_iter=500).fit(left, outcomes)
        shift = remover.transform(np.zeros((1, matrix.shape[1])))
        slopes = remover.transform(np.eye(matrix.shape[1])) - shift
        return slopes @ fitted.coef_[0], float(fitted.intercept_[0] + (shift @ fitted.coef_[0])[0])
