"""Estimators of scikit-learn as models: a fitted one scores by what it predicts, any other learns first.

An estimator has a method `score` of its own, for features and labels. It is never called.
"""

# Any: an estimator can be of any library that follows scikit-learn's conventions.
from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import ModelError, Scores, declared
from testbed.models.features import one_thread
from testbed.models.guard import first_line
from testbed.models.reasons import APPROXIMATE, EXACT, one_at_a_time, usual_record

ASKED = ("predict_proba", "decision_function", "predict")
"""What an estimator is asked, the best first."""

SEED = 0
"""The seed of every part of an unfitted estimator whose `random_state` is None."""

CHOKES = ("to float", "dtypes", "numeric")
"""What the errors of scikit-learn, xgboost and lightgbm about a column of text say."""

DIGITS = 9
"""Significant digits of a score: the last bits of a matrix product depend on how many rows are asked at once."""


class Predictor:
    """A fitted estimator as a model. Its score is the probability of the second class of `classes_`.

    Without `predict_proba`, `decision_function` is asked, else `predict`; labels that are not numbers count 1 for the
    second class. The columns that it was fitted on are asked by name. Scores have nine significant digits.

    The estimator may declare `higher_is` ("worse" if its second class is the bad one), `row_wise` (False if it looks at
    several rows at once) and `name`.
    """

    needs: tuple[str, ...] = ()

    def __init__(self, estimator: Any, name: str, columns: Sequence[str] | None = None) -> None:
        self.estimator, self.name = estimator, name
        self.higher_is = declared(estimator, "higher_is", "better")
        self.row_wise = declared(estimator, "row_wise", True)
        names = _columns(estimator) if columns is None else columns
        self.reads = None if names is None else tuple(str(one) for one in names)
        self.usual: pd.DataFrame | None = None

    def score(self, records: pd.DataFrame) -> Scores:
        """The score of each record, to nine significant digits."""
        return Scores(significant(self.said(records, ASKED)))

    @property
    def classes(self) -> NDArray[Any] | None:
        """The classes that the estimator tells apart; None if it tells none."""
        found = declared(self.estimator, "classes_")
        return np.asarray(found) if np.ndim(found) == 1 else None

    @property
    def labels(self) -> bool:
        """Whether the estimator predicts one of its classes."""
        return self.classes is not None and callable(declared(self.estimator, "predict"))

    @property
    def reasons(self) -> Callable[[pd.DataFrame], pd.DataFrame] | None:
        """What gives reasons; None if no usual record is known to compare with, or other rows or draws have a say."""
        return self._reasons if self.usual is not None and self.row_wise and not self.needs else None

    @property
    def additive(self) -> bool:
        """Whether reasons add up to the log-odds: a logistic regression, alone or behind `testbed.encoded`."""
        from sklearn.linear_model import LogisticRegression

        behind = getattr(self.estimator, "steps", None) or [("estimator", self.estimator)]
        plain = [name for name, _ in behind] in (["estimator"], ["encoder", "estimator"])
        return self.usual is not None and plain and isinstance(behind[-1][1], LogisticRegression)

    @property
    def reasons_are(self) -> str:
        """Whether reasons are exact or approximate."""
        return EXACT if self.additive else APPROXIMATE

    @property
    def base(self) -> float:
        """The log-odds of the record that most people have, if reasons add up."""
        assert self.usual is not None
        return float(self.said(self.usual, ("decision_function",))[0])

    def _reasons(self, records: pd.DataFrame) -> pd.DataFrame:
        assert self.usual is not None
        asked = ("decision_function",) if self.additive else ASKED
        known = [name for name in records.columns if name in self.usual.columns]
        usual = {str(name): self.usual[name].iloc[0] for name in known}
        return one_at_a_time(lambda frame: self.said(frame, asked), records[known], usual)

    def said(self, records: pd.DataFrame, methods: Sequence[str], **given: Any) -> NDArray[np.float64]:
        """What the first of these methods that the estimator has says about each record."""
        if not len(records):
            return np.empty(0)
        method = next(method for method in methods if callable(declared(self.estimator, method)))
        frame = self.frame(records)
        with _quiet(self.name, frame):
            answer = np.asarray(getattr(self.estimator, method)(frame, **given))
        if method == "predict_proba" and answer.ndim == 2 and answer.shape[1] <= 2:
            answer = answer[:, -1]
        if method == "predict" and answer.dtype.kind not in "biuf":
            answer = answer == self.estimator.classes_[-1]
        answer = answer.reshape(1) if answer.ndim == 0 else answer
        if answer.ndim == 2 and answer.shape[1] == 1:
            answer = answer[:, 0]
        if answer.ndim != 1:
            raise ModelError(
                f"model {self.name}: {method} gives {answer.shape[-1]} numbers per record; one score, or two classes, "
                "are needed."
            )
        return answer.astype(np.float64)

    def frame(self, records: pd.DataFrame) -> Any:
        """The columns that the estimator was fitted on, as it was given them: named, or as an array."""
        if self.reads is not None:
            absent = [name for name in self.reads if name not in records.columns]
            if absent:
                raise ModelError(
                    f"model {self.name} was fitted on {', '.join(map(repr, absent[:3]))}, which the records do not "
                    f"hold; they hold {', '.join(map(str, records.columns))}."
                )
            return records[list(self.reads)].reset_index(drop=True)
        width = declared(self.estimator, "n_features_in_")
        if width is None:
            return records.reset_index(drop=True)
        if width != records.shape[1]:
            raise ModelError(
                f"model {self.name} was fitted on {width} columns without names, and the records have "
                f"{records.shape[1]}; fit it on a DataFrame, so that columns are asked by name."
            )
        return records.to_numpy()


class Learner:
    """An unfitted estimator as a model that learns from the recorded outcomes of the training society.

    Every `random_state` of None becomes 0, so that the same outcomes always give the same model. If all training
    outcomes are alike, nothing is learned and everybody's score is that outcome.
    """

    predictor: type[Predictor] = Predictor

    def __init__(self, estimator: Any, name: str) -> None:
        self.estimator, self.name = estimator, name
        self.higher_is, self.row_wise, self.needs = "better", declared(estimator, "row_wise", True), ()

    def fit(self, records: pd.DataFrame, outcomes: NDArray[np.int8]) -> Any:
        """The fitted model. outcomes: 1 for the positive side, which is then the second class."""
        if len(set(outcomes.tolist())) == 1:
            return Same(self.name, float(outcomes[0]))
        _settle(self.estimator)
        frame = records.reset_index(drop=True)
        with _quiet(self.name, frame):
            made = self.estimator.fit(frame, outcomes.astype(np.int64), **self.beside(frame))
        made = self.estimator if made is None else made
        model = self.predictor(made, self.name, [str(one) for one in frame.columns])
        model.usual = usual_record(frame)
        return model

    def beside(self, frame: pd.DataFrame) -> dict[str, Any]:
        """What `fit` is given beside the records and outcomes."""
        return {}

    def score(self, records: pd.DataFrame) -> Scores:
        """Nothing before `fit`: raises ValueError."""
        raise ValueError("it has not been fitted")


class Same:
    """A model that gives everybody the same score."""

    higher_is, row_wise, needs, reads = "better", True, (), ()

    def __init__(self, name: str, value: float) -> None:
        self.name, self.value = name, value

    def score(self, records: pd.DataFrame) -> Scores:
        """The one score, for each record."""
        return Scores(np.full(len(records), self.value))


def significant(values: NDArray[np.float64], digits: int = DIGITS) -> NDArray[np.float64]:
    """Numbers to so many significant digits.

    >>> significant(np.array([0.1 + 0.2, -123456789012.0, 0.0])).tolist()
    [0.3, -123456789000.0, 0.0]
    """
    sizes = np.abs(values)
    use = np.isfinite(sizes) & (sizes > 1e-290)
    whole = np.floor(np.log10(sizes, where=use, out=np.zeros_like(sizes))).astype(int)
    return np.array([round(one, digits - 1 - size) for one, size in zip(values.tolist(), whole.tolist())], np.float64)


def _columns(estimator: Any) -> Any:
    """The names of the columns that an estimator, or else the one inside it, was fitted on; None if they had none."""
    inner = [declared(estimator, "estimator_"), *(declared(estimator, "predictors_") or ())[:1]]
    found = (declared(one, "feature_names_in_") for one in [estimator, *inner])
    return next((names for names in found if names is not None), None)


def text_columns(frame: Any) -> list[str]:
    """The columns of a frame that are not numbers."""
    if not isinstance(frame, pd.DataFrame):
        return []
    return [str(name) for name in frame.columns if not pd.api.types.is_numeric_dtype(frame[name])]


def _settle(estimator: Any) -> None:
    """Give a seed to every part of an estimator that would draw at random."""
    if not callable(declared(estimator, "get_params")):
        return
    loose = {
        name: SEED
        for name, value in estimator.get_params(deep=True).items()
        if value is None and name.rpartition("__")[2] == "random_state"
    }
    if loose:
        estimator.set_params(**loose)


@contextmanager
def _quiet(name: str, frame: Any) -> Iterator[None]:
    """Run an estimator on one thread, without news for its developers; one that chokes on text is a ModelError."""
    try:
        with one_thread(), warnings.catch_warnings():
            for kind in (DeprecationWarning, FutureWarning):
                warnings.simplefilter("ignore", kind)
            yield
    except (TypeError, ValueError) as problem:
        text = text_columns(frame)
        if not text or not any(word in str(problem).lower() for word in CHOKES):
            raise
        raise ModelError(
            f"model {name} takes no text, and the records hold text in {', '.join(text)}; testbed.encoded(estimator) "
            f"makes such columns numbers ({first_line(problem)[:200]})."
        ) from problem
