"""The audit of a table of real predictions."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from functools import cache
from itertools import combinations, product
from numbers import Integral, Real
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from testbed.case import Table as Table
from testbed.findings import finding, judged
from testbed.statistics import correct, effective
from testbed.tables import columns
from testbed.tables.frames import held
from testbed.tables.held import WEIGHTS, Held
from testbed.tables.reading import read_table as read_table

HOMES = ("rates", "individual", "ranking", "calibration", "score_distance")
"""The modules of `testbed.measures.disparate_impact` that measure a table: an audit of a table imports no others."""
MOST_GROUPS = 1000
MOST_STRATA = 200
TAKEN = {"*": "crosses two columns", "|": "stands before a stratum"}
"""Signs with a meaning in the names of splits."""
ORDERED = (
    "auc",
    "auc_difference",
    "calibration_error",
    "calibration_gap",
    "cross_auc",
    "exposure_ratio",
    "grade_superiority",
    "mean_score",
    "score_ks_distance",
)
"""Measures of a table that need scores."""


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
    if prediction is None and score is None:
        raise InputError("give a prediction or a score to audit.")
    if threshold is not None and (score is None or prediction is not None):
        raise InputError("a threshold goes with a score and without a prediction.")
    _checked(groups, threshold, positive, reference, features, stream, seed)
    if weights is not None and counts is not None:
        raise InputError("give weights (sampling weights) or counts (people per row), not both.")
    features = [features] if isinstance(features, str) else list(features)
    roles = {
        "outcome": outcome, "prediction": prediction, "score": score, "weights": weights, "counts": counts,
        "clusters": clusters,
    }  # fmt: skip
    source = held(
        frame, {**roles, "groups": groups, "control": control, "features": features}, threshold=threshold, stream=stream
    )
    if not len(source.frame):
        raise InputError("the table has no rows.")
    named = [*_listed(groups), *_listed(control), outcome, prediction, clusters]
    parts = [part for one in named if isinstance(one, str) for part in (one, *one.split("*"))]
    ready = columns.encoded(source.frame, parts)
    table, splits, strata = _grouped(source.frame, groups, control, ready)
    notes = list(source.notes)
    model = _labelled(table, source, roles, threshold, positive, notes, ready)
    table.seed = seed
    if features:
        table.features = columns.features(source.frame, features, texts=source.texts)
    if clusters is not None:
        table.clusters = columns.factorized(columns.column(source.frame, clusters, "clusters", ready=ready))[0]
    table.splits = splits
    table.reference = _reference(table, reference or {}, splits, notes)
    rows = _measured(table, strata, measures, source.lost)
    findings = judged(correct(finding.frame(rows, scenario="table", model=model, seed=seed)), equivalence)
    findings.attrs["notes"] = notes
    if measures is None:
        from testbed.report import curve_text, curves

        findings.attrs["curves"] = curve_text(curves(table, model))
    return findings


def _checked(groups: Any, threshold: Any, positive: Any, reference: Any, features: Any, stream: Any, seed: Any) -> None:
    """Raise InputError for an argument of the wrong kind, with the right form."""
    if threshold is not None and (isinstance(threshold, bool) or not isinstance(threshold, Real)):
        raise InputError(f"threshold is {threshold!r}; a finite number is allowed.")
    if threshold is not None and not np.isfinite(float(threshold)):
        raise InputError(f"threshold is {threshold}; a finite number is allowed.")
    if isinstance(positive, Collection) and not isinstance(positive, str | bytes):
        raise InputError(f"positive is {positive!r}; one label is allowed.")
    if reference is not None and not isinstance(reference, Mapping):
        name = next((one for one in _listed(groups) if isinstance(one, str)), "COLUMN")
        raise InputError(f"reference is {reference!r}; needed is the group by column: reference={{{name!r}: GROUP}}.")
    if not isinstance(features, Collection) or any(not isinstance(one, Hashable) for one in features):
        raise InputError(f"features is {features!r}; names of columns are needed, such as ['age', 'income'].")
    if stream is not None and not isinstance(stream, bool):
        raise InputError(f"stream is {stream!r}; allowed are True, False and None.")
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise InputError(f"seed is {seed!r}; a whole number from 0 is allowed.")


def _labelled(
    table: Table,
    source: Held,
    roles: Mapping[str, Any],
    threshold: float | None,
    positive: object,
    notes: list[str],
    ready: Mapping[str, columns.Coded],
) -> str:
    """Fill in outcomes, predictions, scores and weights; the name of what is audited."""
    frame = source.frame
    found = {
        role: columns.column(frame, given, role, ready=ready)
        for role, given in roles.items()
        if given is not None
        and not (role == "score" and source.lost)
        and not (role in WEIGHTS and source.sums is not None)
    }
    if source.sums is not None:
        found |= {role: columns.Column(str(roles[role]), source.sums, role) for role in WEIGHTS if roles[role]}
    labelled = [found[role] for role in ("outcome", "prediction") if role in found]
    truths, said = columns.positives(labelled, positive)
    notes += said
    for one, truth in zip(labelled, truths):
        setattr(table, one.role, truth)
    if "score" in found:
        table.score = columns.scores(found["score"])
    if threshold is not None:
        table.prediction = source.above if table.score is None else table.score > threshold
        name = found["score"].name if "score" in found else roles["score"]
        notes.append(f"positive prediction: {name} above {columns.label(float(threshold))}.")
    _weigh(table, source, next((found[role] for role in WEIGHTS if role in found), None), notes)
    role = "score" if roles["prediction"] is None else "prediction"
    return found[role].name if role in found else str(roles[role])


def _weigh(table: Table, source: Held, found: columns.Column | None, notes: list[str]) -> None:
    """Fill in sampling weights or people per row, and say which they are."""
    if source.rows is not None:
        table.weights = source.rows.astype(float)
    if found is None:
        return
    weight = table.weights = columns.weights(found)
    table.weights_are_people = found.role == "counts"
    people = (weight > 0).astype(np.int64) if source.weighing is None else source.weighing
    rows = int(people.sum())
    if table.weights_are_people:
        notes.append(f"{found} holds people per row: {int(weight.sum()):,} people in {rows:,} rows.")
        return
    squares = weight * weight if source.squares is None else source.squares
    kish = float(effective(weight.sum(), squares.sum()))
    whole = bool((weight == np.floor(weight)).all())
    notes.append(
        f"{found} holds sampling weights: {rows:,} rows tell as much as {kish:,.0f} of equal weight, and n counts rows"
        f"{'; if it holds people per row, name it as counts' if whole else ''}."
    )
    if kish == rows:  # all alike: no weights
        table.weights, table.weights_are_people = people.astype(float), True
    elif source.weighing is not None:
        table.repeats, table.squares = people, squares


def _measured(table: Table, strata: str, measures: Any, lost: str) -> list[dict[str, Any]]:
    """The rows of every measure of a table that is asked for, in the order of the registry."""
    from testbed.findings import chosen, only_asked, patterns, rows_asked
    from testbed.statistics import Pooling

    wanted = patterns(measures)
    asked = chosen(wanted, table_measures()) if wanted else table_measures()
    parts = _strata(table, strata) if strata else {}
    pooling = Pooling(table, strata) if strata else None
    rows: list[dict[str, Any]] = []
    for one in asked:
        if lost and one.name in ORDERED:
            rows.append({
                "measure": one.name, "harm": one.harm, "split": "all", "group": "all", "value": np.nan,
                "unit": one.unit, "why": lost,
            })  # fmt: skip
            continue
        rows += rows_asked(one, table, wanted, splits=table.splits, reference=table.reference)
        for level, part in parts.items():
            for row in rows_asked(one, part, wanted, splits=table.splits, reference=table.reference):
                within = {"split": f"{row['split']}|{strata}", "group": f"{row['group']}|{level}"}
                rows.append({**row, **within, "versus": row["versus"] and f"{row['versus']}|{level}"})
        if pooling is not None:
            pooled = pooling.rows(one, one(table), table.splits, table.reference)
            rows += only_asked(pooled, one, wanted)
    return rows


def table_measures() -> list[Any]:
    """The registered measures of a table, in the order of the registry."""
    from importlib import import_module

    from testbed.measure import measures

    for name in HOMES:
        import_module(f"testbed.measures.disparate_impact.{name}")
    if _others():
        measures.discover()
    return [one for name in measures.known() if (one := measures.get(name)).needs == ("table",)]


@cache
def _others() -> bool:
    """Whether another package has measures."""
    from importlib.metadata import entry_points

    return bool(entry_points(group="scoring_testbed.measures"))


def _strata(table: Table, control: str) -> dict[str, Table]:
    """The part of the table in each stratum that has people."""
    from testbed.measures.disparate_impact import by_group

    codes, levels = table.coded(control)
    return {level: table.only(rows) for level, rows in zip(levels, by_group(codes, len(levels))) if len(rows)}


def _grouped(
    frame: pd.DataFrame, groups: Any, control: Any, ready: Mapping[str, columns.Coded]
) -> tuple[Table, list[str], str]:
    """The table with its groups, what findings are split by, and the name of its strata ("" without control)."""
    given = _listed(groups)
    if not given:
        raise InputError("groups is empty; name at least one column.")
    table = Table(frame.copy(deep=False), {})  # a measure may do with it what it likes
    splits: list[str] = []
    single: list[str] = []
    for at, one in enumerate(given):
        crossing = isinstance(one, str) and one not in frame.columns and "*" in one
        parts: list[Any] = one.split("*") if crossing else [one]
        names = []
        for part in parts:
            found = columns.column(frame, part, "groups", "group" if len(given) == 1 else f"group_{at + 1}", ready)
            _nameable(found)
            if found.name in names:
                raise InputError(f"groups crosses {found.name!r} with itself in {one!r}.")
            if found.name not in table.attributes:
                table.attributes[found.name] = columns.groups(found)
            elif not crossing:
                raise InputError(f"groups names {found.name!r} twice.")
            names.append(found.name)
        splits.append("*".join(names))
        if splits[-1] in splits[:-1]:
            raise InputError(f"groups names {splits[-1]!r} twice.")
        single += [] if crossing else names
    splits += [both for pair in combinations(single, 2) if (both := "*".join(pair)) not in splits]
    strata = _stratified(table, control, ready)
    for split in splits:
        _few_enough(table, split, MOST_GROUPS, "groups {} has {} groups; at most {} are compared.")
    if strata:
        _few_enough(table, "*".join(strata), MOST_STRATA, "control {} has {} strata; at most {} are made.")
    _told_apart(table, splits, strata)
    return table, splits, "*".join(strata)


def _stratified(table: Table, control: Any, ready: Mapping[str, columns.Coded]) -> list[str]:
    """Give the table its strata; the names of their columns."""
    strata: list[str] = []
    for at, one in enumerate(_listed(control)):
        found = columns.column(table.people, one, "control", "control" if at == 0 else f"control_{at + 1}", ready)
        _nameable(found)
        if found.name in table.attributes:
            raise InputError(f"control names {found.name!r}, which is a column of groups or named twice.")
        table.attributes[found.name] = columns.groups(found)
        strata.append(found.name)
    return strata


def _listed(control: Any) -> list[Any]:
    return [] if control is None else list(control) if isinstance(control, list | tuple) else [control]


def _nameable(found: columns.Column) -> None:
    """Raise InputError for a column whose name would be read as something else among the splits of the findings."""
    sign = next((sign for sign in TAKEN if sign in found.name), found.name)
    if sign in TAKEN:
        raise InputError(f"{found}: {sign!r} in a name {TAKEN[sign]} in the findings; rename the column.")
    if found.name in ("", "all"):
        raise InputError(f"{found}: findings over everybody are named 'all', and none is without a name; rename it.")


def _told_apart(table: Table, splits: Sequence[str], strata: Sequence[str]) -> None:
    """Raise InputError where two groups of a crossing, or of the strata, would be written alike."""
    levels = {name: names for name, (_, names) in table.attributes.items()}
    for split in [*splits, *(["*".join(strata)] if strata else [])]:
        every = ["*".join(parts) for parts in product(*(levels[name] for name in split.split("*")))]
        if len(set(every)) < len(every):
            twice = next(one for one in every if every.count(one) > 1)
            raise InputError(f"two groups of {split!r} are both written {twice!r}; use values without '*'.")
    for name in strata:
        wrong = next((level for level in levels[name] if "|" in level), None)
        if wrong is not None:
            raise InputError(
                f"control column {name!r} has the value {wrong!r}; '|' stands before a stratum in findings."
            )
    for split in splits if strata else ():
        if "" in levels.get(split, ()):
            raise InputError(f"groups column {split!r} has a group without a name, which control needs.")


def _few_enough(table: Table, split: str, most: int, said: str) -> None:
    parts = [split] if split in table.attributes else split.split("*")
    size = int(np.prod([len(table.attributes[name][1]) for name in parts]))
    if size > most:
        raise InputError(said.format(repr(split), size, most))


def _reference(
    table: Table, reference: Mapping[str, object], splits: Sequence[str], notes: list[str]
) -> dict[str, str]:
    """The reference group of each split as text; the largest group, and a note, where none is named."""
    made: dict[str, str] = {}
    for name, group in reference.items():
        if name not in splits and name not in table.attributes:
            raise unknown("reference column", name, {*table.attributes, *splits})
        levels = table.coded(name)[1]
        at = columns.place(columns.label(group), levels)
        if at is None:
            raise unknown(f"reference group of {name}", columns.label(group), levels)
        made[name] = levels[at]
    for split in splits:
        parts = [split] if split in table.attributes else split.split("*")
        if split in made:
            continue
        if len(parts) > 1 and all(part in made for part in parts):
            made[split] = "*".join(made[part] for part in parts)
            continue
        counts = table.cells(split)
        made[split] = counts.levels[int(np.argmax(counts.cells.sum(axis=1)))]
        notes.append(f"reference of {split}: {made[split]}, the largest group.")
    return made
