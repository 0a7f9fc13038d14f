"""The lottery: scores by chance alone, as a baseline for every other model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from testbed.models.base import Scores, models


@models.adder("lottery")
class Lottery:
    """Scores that are drawn anew in each period: a uniform random number for each person and period.

    The lottery reads no record, so an error in a record changes no score. As a baseline it gives as many adverse and
    favorable decisions as the scenario's own scheme does in the training society.
    """

    name = "lottery"
    higher_is = "better"
    needs = ("draws",)
    row_wise = False
    reads = ()
    yardstick = True

    def score(self, records: pd.DataFrame, *, draws: np.ndarray) -> Scores:
        """The draws themselves. Raises ValueError unless there is one per record."""
        draws = np.array(draws, np.float64)
        if draws.shape != (len(records),):
            raise ValueError(f"{len(records)} draws are needed, found shape {draws.shape}")
        return Scores(draws)
