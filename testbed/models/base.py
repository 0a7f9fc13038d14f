"""The contract of a scoring model, and the registry of built-in ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from synthetic.registry import Registry


@dataclass(frozen=True)
class Scores:
    """What a model says of a set of records, in the order of the records.

    score: float64 (n,), finite. decision: int8 (n,), -1 adverse, 0 none, +1 favored; None where the
    scenario's `[decide]` decides. reasons: what the people would be told, a frame with the columns
    person, rule, contribution (in points of the score); None where nothing is told.
    """

    score: np.ndarray
    decision: np.ndarray | None = None
    reasons: pd.DataFrame | None = None


@runtime_checkable
class ScoringModel(Protocol):
    """Anything with `score`. Optional attributes: higher_is, needs, row_wise, fit(records, outcomes)."""

    def score(self, records: pd.DataFrame, **needs: Any) -> Scores | np.ndarray:
        """The scores of these records."""
        ...


models: Registry[Callable[[], Any]] = Registry("model", "testbed.models")
"""Built-in models by name: each a factory without arguments."""
