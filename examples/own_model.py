"""Your own model, twice: as a class that learns, and as a bare function.

    testbed check examples.own_model:ShareOfBadEntries
    testbed audit rongcheng --model examples.own_model:late_bills

A model gets a DataFrame, one row per person (index `person`), with the attributes that the institution
holds and one column per kind of conduct on record, and gives one number per row, in the same order.
A higher number is better, unless the model says `higher_is = "worse"`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from testbed import Scores


def late_bills(records: pd.DataFrame) -> np.ndarray:
    """Minus the number of bills paid late: the shortest model there is."""
    return -records["utility_late"].to_numpy(float)


class ShareOfBadEntries:
    """Scores by how often people with as many adverse entries went on without a new one."""

    adverse = ("utility_late", "bank_arrears", "loan_breach", "judgment_default", "debt_sued", "red_light")
    row_wise = True  # a score depends on its own row alone, so it is asked once per distinct record

    def fit(self, records: pd.DataFrame, outcomes: np.ndarray) -> ShareOfBadEntries:
        """outcomes: 1 for people without an adverse entry in the months that followed, else 0."""
        entries = self._entries(records)
        good = np.bincount(entries, weights=outcomes, minlength=1)
        people = np.bincount(entries, minlength=1)
        self.share = (good + 1) / (people + 2)  # one good and one bad person more: no share of nobody
        return self

    def score(self, records: pd.DataFrame) -> Scores:
        """The share, and as reason the number of entries that it was looked up for."""
        entries = self._entries(records)
        score = self.share[np.minimum(entries, len(self.share) - 1)]
        told = pd.DataFrame(
            {"person": records.index, "rule": "adverse entries", "contribution": -entries.astype(float)}
        )
        return Scores(score, reasons=told[entries > 0])

    def _entries(self, records: pd.DataFrame) -> np.ndarray:
        return records[list(self.adverse)].to_numpy().sum(axis=1)


if __name__ == "__main__":
    from testbed import check_model

    for model in (late_bills, ShareOfBadEntries()):
        check_model(model)
    print("Both models keep the contract.")
