"""What is known in advance: a faithful record causes no wrong decision, and an oracle bounds every detection."""

from __future__ import annotations

import numpy as np

from testbed.case import Case
from testbed.measure import PerPerson, measures
from testbed.runs.anchors.verdicts import Rows, Verdict, rows_of
from testbed.statistics import around, dense_ids, summed, units_in
from testbed.twins import Switch

ORACLE = "oracle"
ERRORS = "channels.errors"


def faithful(case: Case) -> tuple[Rows, list[Verdict]]:
    """Check that without channel errors every entry equals its shadow and no decision is wrong.

    A case without errors is its own anchor. It adds no rows: they would repeat the scheme's own.
    """
    true = case.twin(Switch(ERRORS, False)) if case.scenario.errors else case
    history, ledger = true.history, true.history.ledger
    entries = int((ledger.real != ledger.shadow).sum() + (ledger.real & (ledger.end != ledger.shadow_end)).sum())
    wrong = int((history.decisions_ != history.deserved_).sum())
    rows: Rows = []
    known = true is not case and not case.scheme.fixed
    for name in ("wrong_adverse_rate", "error_burden") if known else ():
        rows += rows_of(true, name, case.model_name, true.scenario.name)
    if entries == wrong == 0:
        rows = [row if row["why"] else {**row, "low": row["value"], "high": row["value"]} for row in rows]
    detail = (
        f"without channel errors, {entries} of {len(ledger)} entries differ from their shadow and {wrong} of "
        f"{int(case.scored.sum()) * history.periods} decisions are wrong"
    )
    return rows, [Verdict(name="faithful record", holds=entries == wrong == 0, detail=detail)]


def oracle(case: Case) -> tuple[Rows, list[Verdict]]:
    """Check that the scheme finds no more than an oracle that knows all misconduct and decides as many adversely."""
    if "detection_recall" not in measures.names():
        return [], []
    precision, recall = (_shares(case, f"detection_{name}") for name in ("precision", "recall"))
    budget, guilty = int(np.sum(precision.denominator)), int(np.sum(recall.denominator))
    found = int(np.sum(recall.numerator))
    hits = min(budget, guilty)
    rows: Rows = []
    for name, of, top, bottom, nobody in (
        ("precision", budget, recall, precision, "nobody is decided adversely"),
        ("recall", guilty, precision, recall, "nobody truly misbehaved"),
    ):
        made = measures.get(f"detection_{name}")
        value, low, high = at_most_all(case, top.denominator, bottom.denominator) if of else [float("nan")] * 3
        rows.append({
            "scenario": case.scenario.name, "model": ORACLE, "measure": made.name, "harm": made.harm, "split": "all",
            "group": "all", "versus": "", "value": value, "low": low, "high": high, "unit": made.unit, "n": of,
            "why": "" if of else nobody,
        })  # fmt: skip
    detail = (
        f"of {guilty} people who misbehaved the scheme found {found}; an oracle with as many decisions finds {hits}"
    )
    return rows, [Verdict(name="oracle", holds=found <= hits, detail=detail)]


def at_most_all(case: Case, top: np.ndarray, bottom: np.ndarray) -> tuple[float, float, float]:
    """Return the ratio of two sums over people, and its limits by cluster, each cut at 1: more cannot be found."""
    owner, clusters = dense_ids(case.clusters)
    total = float(bottom.sum())
    ratio = float(top.sum()) / total
    moved = summed(owner, clusters, (top - ratio * bottom) / total)
    low, high = around(ratio, moved, units_in(owner[case.scored]))
    return min(ratio, 1.0), max(0.0, min(low, 1.0)) if low == low else low, min(high, 1.0) if high == high else high


def _shares(case: Case, name: str) -> PerPerson:
    part = measures.get(name)(case)[0]
    assert isinstance(part, PerPerson)
    return part
