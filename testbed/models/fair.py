"""Estimators of fairlearn: they learn with the groups that the institution holds, and some of them predict by chance.

A randomized prediction uses the addressed draws of the month. fairlearn takes them as its `random_state`.
"""

# Any: fairlearn and scikit-learn have no types.
from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.models.base import ModelError, Scores, declared
from testbed.models.estimators import Learner, Predictor

GROUPS = "sensitive_features"


def steps(estimator: Any) -> list[str]:
    """The names of the last steps of nested pipelines; empty for an estimator that is none."""
    inner = getattr(estimator, "steps", None)
    return [inner[-1][0], *steps(inner[-1][1])] if isinstance(inner, list) and inner else []


def last(estimator: Any) -> Any:
    """The estimator at the end of a pipeline, or the estimator itself."""
    inner = getattr(estimator, "steps", None)
    return last(inner[-1][1]) if isinstance(inner, list) and inner else estimator


def wants_groups(estimator: Any) -> bool:
    """Whether an estimator is fitted with sensitive features."""
    end = last(estimator)
    taken = _parameters(end, "fit")
    reduces = hasattr(end, "constraints") and any(one.kind is one.VAR_KEYWORD for one in taken.values())
    return GROUPS in taken or reduces


def is_randomized(estimator: Any) -> bool:
    """Whether the predictions of an estimator are drawn: its `predict` takes a `random_state`."""
    return "random_state" in _parameters(last(estimator), "predict")


def _parameters(estimator: Any, method: str) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(getattr(estimator, method)).parameters
    except (AttributeError, TypeError, ValueError):
        return {}


def group_column(records: pd.DataFrame, named: str | None, name: str) -> str:
    """The column of the sensitive feature: the named one, or the only one with levels.

    Raises ModelError unless the institution holds that column, or if several could be meant.
    """
    held = [str(column) for column in records.columns if not pd.api.types.is_numeric_dtype(records[column])]
    if named is None and len(held) == 1:
        return held[0]
    if named is None:
        which = f"several ({', '.join(held)})" if held else "none"
        raise ModelError(
            f"model {name} needs a sensitive feature, and of attributes with groups the institution holds {which}; "
            "name a column that it holds: estimator.sensitive = 'COLUMN'."
        )
    if named not in records.columns:
        raise ModelError(
            f"model {name} needs {named!r} as its sensitive feature, which the institution does not hold; it holds "
            f"{', '.join(map(str, records.columns))}."
        )
    return named


def groups(records: pd.DataFrame, column: str) -> list[str]:
    """The group of each record."""
    return [str(one) for one in records[column].tolist()]


def named_group(estimator: Any) -> str | None:
    """The column that an estimator names by its attribute `sensitive`; None if it names none."""
    named = declared(estimator, "sensitive") or declared(last(estimator), "sensitive")
    return None if named is None else str(named)


class Randomized(Predictor):
    """A fitted estimator whose predictions are drawn. Its score is this month's prediction, 0 or 1, by its own coin.

    What fairlearn promises holds for the drawn predictions. People with one prediction tie, so any share of them is
    taken by an addressed draw, and groups that are predicted alike are decided on alike.
    """

    needs = ("draws",)

    def __init__(self, estimator: Any, name: str, columns: Sequence[str] | None = None) -> None:
        super().__init__(estimator, name, columns)
        self.sensitive = named_group(estimator)

    def score(self, records: pd.DataFrame, *, draws: NDArray[np.float64]) -> Scores:  # type: ignore[override]
        """The prediction for each record, with these draws as coins."""
        given: dict[str, Any] = {"random_state": Coins(draws)}
        if GROUPS in _parameters(last(self.estimator), "predict"):
            given[GROUPS] = groups(records, group_column(records, self.sensitive, self.name))
        return Scores(self.said(records, ("predict",), **given))


class FairLearner(Learner):
    """An unfitted estimator of fairlearn, fitted with the groups that the institution holds."""

    def __init__(self, estimator: Any, name: str) -> None:
        super().__init__(estimator, name)
        self.sensitive = named_group(estimator)
        if is_randomized(estimator):
            self.predictor = Randomized

    def fit(self, records: pd.DataFrame, outcomes: NDArray[np.int8]) -> Any:
        """The fitted model; its attribute `sensitive` is the column of the groups."""
        self.sensitive = group_column(records, self.sensitive, self.name)
        made = super().fit(records, outcomes)
        made.sensitive = self.sensitive
        return made

    def beside(self, frame: pd.DataFrame) -> dict[str, Any]:
        """The groups, addressed to the last step."""
        return {"__".join([*steps(self.estimator), GROUPS]): groups(frame, str(self.sensitive))}


class Coins(np.random.RandomState):
    """A random state of numpy whose numbers are given: the addressed draws, in their order."""

    def __init__(self, draws: NDArray[np.float64]) -> None:
        super().__init__(0)
        self.draws, self.taken = np.asarray(draws, np.float64), 0

    def rand(self, *shape: int) -> NDArray[np.float64]:  # type: ignore[override]
        """The next draws, as a uniform sample."""
        size = int(np.prod(shape, dtype=np.int64))
        if self.taken + size > len(self.draws):
            raise ValueError(f"{size} random numbers are asked for, {len(self.draws) - self.taken} draws are left")
        self.taken += size
        return self.draws[self.taken - size : self.taken].reshape(shape)

    def choice(self, a: Any, *_: Any, p: Any) -> Any:  # type: ignore[override]
        """One of these values by their probabilities, with the next draw."""
        reached = np.cumsum(np.asarray(p, np.float64))
        place = int(np.searchsorted(reached / reached[-1], self.rand(1)[0], side="right"))
        return np.asarray(a)[min(place, len(reached) - 1)]
