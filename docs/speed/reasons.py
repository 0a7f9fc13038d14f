"""Reasons against the permutation explainer of shap, on one scheme and the same people: what they say, and how fast.

The scheme is a table of points, whose reasons have a right answer. The explainer asks the model about each person's
record with columns set to those of the empty record, from which points are counted. Compared are the largest difference
between what both say that a rule adds, and processor time for a person. Times depend on the machine, ratios less.

shap is no dependency of the testbed: `pip install shap` in an environment of its own, beside the testbed.

    python docs/speed/reasons.py
"""

from __future__ import annotations

import warnings
from time import process_time

import numpy as np
import pandas as pd

from testbed.case import Case, run_case

SIZE, MONTHS = 50_000, 24
MANY, FEW = 2_000, 50
"""People whose reasons are read, and people about whom the explainer is asked: it takes milliseconds for each."""


def compared(case: Case, name: str) -> None:
    """Print what both say of the same people decided adversely, and how long they take."""
    import shap

    adverse = case.records[np.asarray(case.scores.decision) == -1].iloc[:MANY]
    began = process_time()
    told = case.ask(adverse, reasons=True).reasons
    ours = (process_time() - began) / len(adverse)
    columns = [kind for kind in case.scenario.recorded if kind in adverse]
    held = adverse.drop(columns=columns)
    few = adverse.iloc[:FEW]

    def score(rows: np.ndarray) -> np.ndarray:
        place = np.zeros(len(rows), int)
        frame = pd.DataFrame(rows, columns=columns).round().astype(np.int32)
        record = pd.concat([held.iloc[place].reset_index(drop=True), frame], axis=1)[list(adverse)]
        return np.asarray(case.scheme.scorer.model.score(record).score, float)

    background = np.zeros((1, len(columns)))
    explain = shap.PermutationExplainer(score, background, seed=0)
    began = process_time()
    theirs = explain(few[columns].to_numpy(float), silent=True).values
    taken = (process_time() - began) / len(few)
    said = told[told["person"].isin(few.index)].pivot_table(
        index="person", columns="rule", values="contribution", aggfunc="sum", fill_value=0.0
    )
    said = said.reindex(index=few.index, fill_value=0.0).reindex(columns=columns, fill_value=0.0)
    apart = float(np.abs(said.to_numpy() - theirs).max())
    print(f"{name}: {len(adverse):,} people decided adversely, {len(few)} are compared, {len(columns)} columns")
    print(f"  testbed       {1000 * ours:9.3f} ms a person")
    print(f"  permutation   {1000 * taken:9.3f} ms a person, {taken / ours:,.0f} times as long")
    print(f"  largest difference between what a rule adds: {apart:.2g} points")


def main() -> None:
    """Compare on the table of points, whose reasons have a right answer."""
    warnings.simplefilter("ignore")
    compared(run_case("rongcheng", people=SIZE, periods=MONTHS), "a table of points")
    print("(the explainer needs no rules: it asks the model alone)")


if __name__ == "__main__":
    main()
