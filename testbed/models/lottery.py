"""The lottery: scores that depend on nothing but chance, the yardstick for every other model."""

from __future__ import annotations

import numpy as np
import pandas as pd

from testbed.models.base import Scores, models


@models.adder("lottery")
class Lottery:
    """Scores drawn anew each period: the period's addressed uniform of each person.

    It reads no record, so an error in a record changes nothing it says. A yardstick: it decides as many
    people adversely, and favorably, as the scenario's own scheme does in the training society.
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
