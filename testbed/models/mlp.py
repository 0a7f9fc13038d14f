"""A small neural network on the record, from scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import models
from testbed.models.features import probability, weighted
from testbed.models.learned import Learned, Numbers


@models.adder("mlp")
class Network(Learned):
    """Probability of the positive outcome, from a network with one hidden layer of 16 rectified units.

    Adam, 20 passes over the training records in batches of 256, weight decay 0.001.
    """

    name = "mlp"
    random_state = 0

    def __init__(self) -> None:
        super().__init__()
        self.hidden: list[tuple[Numbers, float]] = []
        self.out: tuple[Numbers, float] = (np.empty(0), 0.0)

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Find the weights of both layers."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.neural_network import MLPClassifier

        network = MLPClassifier(
            (16,),
            alpha=0.001,
            batch_size=min(256, len(matrix)),
            learning_rate_init=0.01,
            max_iter=20,
            random_state=self.random_state,
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # a fixed number of passes is meant
            network.fit(matrix, outcomes)
        (first, second), (at, end) = network.coefs_, network.intercepts_
        self.hidden = [(first[:, unit].copy(), float(at[unit])) for unit in range(first.shape[1])]
        self.out = (second[:, 0].copy(), float(end[0]))

    def probability(self, matrix: Numbers) -> Numbers:
        """The logistic function of the weighted sum of the units."""
        units = [np.maximum(weighted(matrix, weights, at), 0) for weights, at in self.hidden]
        return probability(np.column_stack(units), *self.out)
