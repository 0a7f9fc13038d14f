"""The base of the models that learn: they are fitted on recorded outcomes and score by a probability."""

# Any: scikit-learn has no types.
from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import Scores
from testbed.models.features import Features, log_odds, one_thread
from testbed.models.reasons import APPROXIMATE, EXACT, one_at_a_time, told, typical

Numbers = NDArray[np.float64]

DECIMALS = 9
"""Probabilities are rounded to this many decimals."""


class Learned(ABC):
    """A model that is fitted on records and outcomes and scores by the probability of the positive outcome.

    A subclass learns from a matrix of numbers and predicts from one. If all training outcomes are alike, nothing is
    learned and everybody's score is that outcome.
    """

    name: ClassVar[str]
    higher_is = "better"
    needs: tuple[str, ...] = ()
    row_wise = True
    random_state: int | None = None
    """The seed of the fit; None if it draws nothing at random."""

    reasons_are = APPROXIMATE

    def __init__(self) -> None:
        self.features: Features | None = None
        self.constant: float | None = None
        self.usual: dict[str, Any] = {}
        self.mean: Numbers = np.empty(0)

    @abstractmethod
    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Fit on a matrix of numbers, one row per record, and the outcomes (1: the positive side)."""

    @abstractmethod
    def probability(self, matrix: Numbers) -> Numbers:
        """The probability of the positive outcome, one per row of the matrix."""

    def fit(self, records: pd.DataFrame, outcomes: NDArray[np.int8]) -> Self:
        """Fit on records and outcomes (1: the positive side)."""
        outcomes = np.asarray(outcomes)
        self.features, self.usual = Features.of(records), typical(records)
        self.constant = float(outcomes[0]) if len(set(outcomes.tolist())) == 1 else None
        if self.constant is None:
            matrix = self.features.matrix(records)
            self.mean = matrix.mean(axis=0)
            with one_thread():
                self.learn(matrix, outcomes, records)
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """The probability of the positive outcome, to 9 decimals. Raises ValueError before `fit`."""
        if self.features is None:
            raise ValueError("it has not been fitted")
        if self.constant is not None or not len(records):
            return Scores(np.full(len(records), self.constant or 0.0))
        return Scores(np.round(self.probability(self.features.matrix(records)), DECIMALS))

    def reasons(self, records: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to the score, with the others as they are. Raises ValueError before `fit`."""
        return one_at_a_time(lambda frame: self.score(frame).score, records, self.usual)


class Additive(Learned):
    """A model whose log-odds are a base and what each column adds to it, against the average training record."""

    additive = True
    reasons_are = EXACT

    @abstractmethod
    def terms(self, matrix: Numbers) -> Numbers:
        """What each column of the matrix adds to the log-odds, against the average row: (n, width)."""

    @property
    def base(self) -> float:
        """The log-odds of the average training record."""
        score = self.constant if self.constant is not None else float(self.probability(self.mean[None])[0])
        return log_odds(score)

    def reasons(self, records: pd.DataFrame) -> pd.DataFrame:
        """What each column adds to the log-odds; base and sum give those of the score. Raises ValueError before
        `fit`."""
        if self.features is None:
            raise ValueError("it has not been fitted")
        parts = np.zeros((len(records), len(self.features.columns)))
        if self.constant is None and len(records):
            for owner, term in zip(self.features.owners, self.terms(self.features.matrix(records)).T, strict=True):
                parts[:, owner] += term
        return told(records.index.to_numpy(), [column.name for column in self.features.columns], parts)


class Classified(Learned):
    """A model that learns by a classifier of scikit-learn."""

    def __init__(self) -> None:
        super().__init__()
        self.fitted: Any = None

    @abstractmethod
    def classifier(self, records: int) -> Any:
        """The unfitted classifier, for so many training records."""

    def learn(self, matrix: Numbers, outcomes: NDArray[np.int8], records: pd.DataFrame) -> None:
        """Fit the classifier."""
        self.fitted = self.classifier(len(matrix)).fit(matrix, outcomes)

    def probability(self, matrix: Numbers) -> Numbers:
        """The share of the positive outcome that the classifier predicts for each row."""
        with one_thread():  # a question is small: waking threads for it costs more than it saves
            return np.asarray(self.fitted.predict_proba(matrix)[:, 1], np.float64)
