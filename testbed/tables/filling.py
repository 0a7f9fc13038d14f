"""What a table holds of each row: outcome, prediction, score, weights or people per row."""

# Any: a user gives a column by name, as a Series or as any array.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from testbed.case import Table
from testbed.statistics import effective
from testbed.tables.coding import label
from testbed.tables.columns import Coded, Column, column
from testbed.tables.held import WEIGHTS, Held
from testbed.tables.labels import positives
from testbed.tables.numeric import scores, weights


def filled(
    table: Table,
    source: Held,
    roles: Mapping[str, Any],
    threshold: float | None,
    positive: object,
    notes: list[str],
    ready: Mapping[str, Coded],
) -> str:
    """Fill in outcomes, predictions, scores and weights. Returns the name of what is audited."""
    frame = source.frame
    found = {
        role: column(frame, given, role, ready=ready)
        for role, given in roles.items()
        if given is not None
        and not (role == "score" and source.lost)
        and not (role in WEIGHTS and source.sums is not None)
    }
    if source.sums is not None:
        found |= {role: Column(str(roles[role]), source.sums, role) for role in WEIGHTS if roles[role]}
    labelled = [found[role] for role in ("outcome", "prediction") if role in found]
    truths, said = positives(labelled, positive)
    notes += said
    for one, truth in zip(labelled, truths):
        setattr(table, one.role, truth)
    if "score" in found:
        table.score = scores(found["score"])
    if threshold is not None:
        table.prediction = source.above if table.score is None else table.score > threshold
        name = found["score"].name if "score" in found else roles["score"]
        notes.append(f"positive prediction: {name} above {label(float(threshold))}.")
    _weigh(table, source, next((found[role] for role in WEIGHTS if role in found), None), notes)
    role = "score" if roles["prediction"] is None else "prediction"
    return found[role].name if role in found else str(roles[role])


def _weigh(table: Table, source: Held, found: Column | None, notes: list[str]) -> None:
    """Fill in sampling weights or people per row, and add a note that says which they are."""
    if source.rows is not None:
        table.weights = source.rows.astype(float)
    if found is None:
        return
    weight = table.weights = weights(found)
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
    if kish == rows:  # equal weights are none
        table.weights, table.weights_are_people = people.astype(float), True
    elif source.weighing is not None:
        table.repeats, table.squares = people, squares
