"""A user's table laid out for measures: groups, references, outcomes, decisions, scores, weights."""

# Any: a user gives a table of any library, and its columns by name, as Series or as arrays.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthetic.errors import InputError
from testbed.case import Table
from testbed.tables.arguments import check_arguments, check_missing, check_roles, listed
from testbed.tables.coding import encoded, factorized
from testbed.tables.columns import column
from testbed.tables.dropping import without_missing
from testbed.tables.filling import filled
from testbed.tables.frames import held
from testbed.tables.grouping import grouped, references
from testbed.tables.numeric import features as features_of


@dataclass(frozen=True)
class Laid:
    """A table ready for measures. strata: the columns controlled for, "" for none. lost: why there is no score."""

    table: Table
    strata: str
    model: str
    notes: list[str]
    lost: str


def laid_out(
    frame: Any,
    *,
    groups: Any,
    outcome: Any,
    prediction: Any,
    score: Any,
    threshold: float | None,
    weights: Any,
    counts: Any,
    positive: object,
    reference: Mapping[str, object] | None,
    clusters: Any,
    control: Any,
    features: Sequence[str],
    missing: str,
    stream: bool | None,
    seed: int,
) -> Laid:
    """The table of these columns (see `audit_table`). Raises InputError if one is missing, misaligned or ambiguous."""
    roles = {
        "outcome": outcome, "prediction": prediction, "score": score, "weights": weights, "counts": counts,
        "clusters": clusters,
    }  # fmt: skip
    check_roles(roles, threshold)
    check_arguments(groups, threshold, positive, reference, features, stream, seed)
    check_missing(missing, stream)
    features = [features] if isinstance(features, str) else list(features)
    asked = {**roles, "groups": groups, "control": control, "features": features}
    source = held(frame, asked, threshold=threshold, stream=stream, counted=missing == "refuse")
    if not len(source.frame):
        raise InputError("the table has no rows.")
    if missing == "drop":
        source, asked = without_missing(source, asked)
        roles = {role: asked[role] for role in roles}
        groups, control, features, clusters = (asked[one] for one in ("groups", "control", "features", "clusters"))
    named = [*listed(groups), *listed(control), outcome, prediction, clusters]
    parts = [part for one in named if isinstance(one, str) for part in (one, *one.split("*"))]
    ready = encoded(source.frame, parts)
    table, splits, strata = grouped(source.frame, groups, control, ready)
    notes = list(source.notes)
    model = filled(table, source, roles, threshold, positive, notes, ready)
    table.seed = seed
    if features:
        table.features = features_of(source.frame, features, texts=source.texts)
    if clusters is not None:
        table.clusters = factorized(column(source.frame, clusters, "clusters", ready=ready))[0]
    table.splits = splits
    table.reference = references(table, reference or {}, splits, notes)
    return Laid(table, strata, model, notes, source.lost)
