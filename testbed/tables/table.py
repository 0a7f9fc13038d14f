"""The audit of a table of real predictions."""

# Any: a user gives a table of any library, and its columns by name, as Series or as arrays.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.findings import checked_minimum, finding, judged, small_groups, without_small
from testbed.measure import same_rows
from testbed.statistics import correct
from testbed.tables.laying import Laid, laid_out
from testbed.tables.measuring import measured


def audit_table(
    frame: Any,
    *,
    groups: Any,
    outcome: Any = None,
    prediction: Any = None,
    score: Any = None,
    threshold: float | None = None,
    weights: Any = None,
    counts: Any = None,
    positive: object = None,
    reference: Mapping[str, object] | None = None,
    clusters: Any = None,
    control: Any = None,
    features: Sequence[str] = (),
    measures: str | Sequence[str] | None = None,
    equivalence: Mapping[str, float] | None = None,
    missing: str = "refuse",
    minimum: int = 0,
    stream: bool | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Audit a table of predictions and return rates, comparisons and intervals by group.

    Parameters
    ----------
    frame : DataFrame, str or Path
        One row per person (or per `counts` people): a DataFrame of pandas, of polars or of any library that narwhals
        knows, or the path of a CSV or Parquet file. Columns are named below; for a pandas frame they may also be Series
        that share its index, or arrays, which go by position.
    groups : str, array_like or list of these
        What findings are split by: each column, and each crossing of two. A text `a*b` asks for one crossing alone. A
        categorical column declares its groups, and unused ones are listed with n 0. In a CSV file a group is the text
        that the file holds ("0.10" is not "0.1"); the same goes for strata and clusters.
    outcome : str or array_like, optional
        Labels of what really happened. Of 0 and 1, or of booleans, as text too, 1 is positive. Other labels need
        `positive`.
    prediction : str or array_like, optional
        Labels of what was predicted, as for `outcome`. Give a prediction, a score, or both.
    score : str or array_like, optional
        A score, or an ordered categorical column of grades, the last one the best.
    threshold : float, optional
        A prediction is positive if the score is strictly above it ("decile > 4" is `threshold=4`). Needs a score, and
        no prediction.
    weights : str or array_like, optional
        Sampling weights: how many people each row stands for in the population it was drawn from. Values are weighted,
        `n` counts rows, and intervals use the effective number of rows. Not with `counts`.
    counts : str or array_like of int, optional
        People per row. The answer is that of each row repeated so often. Not with `weights`.
    positive : object, optional
        The positive label. Three or more labels become this one against the rest.
    reference : mapping of str to object, optional
        The group that others are compared with, by column. Default: the largest group.
    clusters : str or array_like, optional
        What people were drawn by. Intervals rest on clusters, and need at least ten. Default: each row by itself.
    control : str, array_like or list of these, optional
        Findings are also made within each stratum (split `a|c`, groups `x|z`), and once pooled (`conditional_...`):
        each stratum has the weight of its people, over the strata that all who are compared share. Default: no strata.
    features : sequence of str, default ()
        Columns by which people count as alike, for `consistency`. Columns of groups among them are left out.
    measures : str or sequence of str, optional
        Patterns that select measures or rows, as in `testbed audit --measures`. Default: all.
    equivalence : mapping of str to float, optional
        Bounds by measure, declared beforehand. Each row of such a measure gets an `_equivalent` row: 1 if its interval
        lies within the bound, 0 if not. Default: none.
    missing : {"refuse", "drop"}, default "refuse"
        What happens to rows that lack a value in a column that is asked for. "drop" leaves them out, and a note says
        how many, and how many lack a value in each column.
    minimum : int, default 0
        Numbers about fewer people than this are left blank, with the reason, and so are the names of such groups. What
        is left may still give them away by subtraction.
    stream : bool, optional
        Whether a file is counted in blocks instead of read whole. What cannot be had from counts is then NaN and says
        why. Default: True if the file would take over a gigabyte.
    seed : int, default 0
        Seed of the draws (the sample of `consistency`, permutations), from 0 on. It is written into the findings.

    Returns
    -------
    DataFrame
        The findings, one row per number. The scenario is `table`, the model is the prediction or score column.
        `attrs["notes"]` holds sentences on what was not named and had to be chosen: positive labels, references.

    Raises
    ------
    InputError
        If input is missing, misaligned or ambiguous.

    See Also
    --------
    audit : Audit a scheme in a synthetic society.
    claim : Claim something about a finding.
    metric_frame : Reshape findings like a fairlearn MetricFrame.

    Notes
    -----
    With sampling weights w the effective number of rows is (sum w)^2 / sum w^2 (Kish 1965), so a table is never more
    certain than its rows. Rates have Wilson limits (Wilson 1927), with clusters as in Korn and Graubard (1998); see
    `PerPerson`.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import audit_table
    >>> table = pd.DataFrame({"g": list("aaabbb"), "y": [1, 0, 1, 1, 0, 1], "p": [1, 0, 1, 0, 0, 1]})
    >>> findings = audit_table(table, groups="g", outcome="y", prediction="p")
    >>> findings.query("measure == 'selection_rate' and split == 'g'")["value"].round(2).tolist()
    [0.67, 0.33]
    """
    laid = laid_out(
        frame, groups=groups, outcome=outcome, prediction=prediction, score=score, threshold=threshold, weights=weights,
        counts=counts, positive=positive, reference=reference, clusters=clusters, control=control, features=features,
        missing=missing, stream=stream, seed=seed,
    )  # fmt: skip
    checked_minimum(minimum)
    rows = measured(laid.table, laid.strata, measures, laid.lost)
    made = correct(finding.frame(rows, scenario="table", model=laid.model, seed=seed), same_rows())
    findings = without_small(judged(made, equivalence), minimum, _small(laid, minimum))
    findings.attrs["notes"] = laid.notes
    if measures is None and minimum <= 1:  # the points of a curve lie at scores that few people have
        from testbed.report import curve_text, curves

        findings.attrs["curves"] = curve_text(curves(laid.table, laid.model))
    return findings


def _small(laid: Laid, minimum: int) -> list[tuple[str, str]]:
    """The groups, strata and groups within strata with fewer people than the minimum."""
    if not minimum:
        return []
    table, strata = laid.table, laid.strata
    people = table.weights if table.weights is not None and table.weights_are_people else table.repeats

    def within(split: str) -> tuple[NDArray[np.integer], list[str]]:
        (one, names), (other, levels) = table.coded(split.partition("|")[0]), table.coded(strata)
        codes = np.asarray(one, np.int64) * len(levels) + np.asarray(other, np.int64)
        return codes, [f"{name}|{level}" for name in names for level in levels]

    found = small_groups(table.coded, [*table.splits, *([strata] if strata else [])], minimum, people)
    return found + small_groups(within, [f"{one}|{strata}" for one in table.splits if strata], minimum, people)
