"""`assumption_share` in a run: what the stored screening of a scenario says about the run's headlines."""

# Any: a screening is JSON, and a row of findings holds texts and numbers.
from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import nan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs.plan import Plan

MEASURE = "assumption_share"
FIRST = ("adverse_gap", "wrong_adverse_gap", "flip_rate", "detection_precision", "operator_error_rate")
"""The headlines that one row without a value stands for, if no screening speaks about the run."""


def share_facts(estimand: str, interval: str, reference: str, caveats: str) -> dict[str, Any]:
    """Return what a manifest says about `assumption_share`, which no world alone can tell."""
    return {
        "harm": "disparate impact", "unit": "share of variance", "better": "none", "needs": ["history"], "gap": "",
        "estimand": estimand, "interval": interval, "reference": reference, "caveats": caveats,
    }  # fmt: skip


def facts_of(held: Mapping[str, Any] | None, people: int, periods: int) -> dict[str, Any]:
    """Return the facts of the rows of a screening in a run of so many people and months."""
    size = ""
    if held is not None:
        size = f" From {held['worlds']} worlds of {held['people']:,} people over {held['periods']} months"
        same = (held["people"], held["periods"]) == (people, periods)
        size += "." if same else f"; this run has {people:,} people over {periods}, so its seeds own another share."
    return share_facts(
        "share of the variance over seeds and guesses that the guesses own, and each dial alone (first order)",
        "all dials: jackknife over draws of the dials; one dial: noncentral F",
        "Sobol (2001); Plischke, Borgonovo and Smith (2013); Smithson (2001)",
        "Each guess varies with its value as the median, half of the draws to each end of its range. "
        f"Ranges are assumptions themselves.{size}",
    )


def share_rows(held: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a screening: of all dials together and of the dials that own most, for each headline."""
    from testbed.report import named

    rows = []
    for one in held["headlines"]:
        place = {key: one[key] for key in ("harm", "split", "group", "versus")}
        told = [("dials", one), *((owner["dial"], owner) for owner in named(one))]
        for by, found in told:
            number = {key: nan if found[key] is None else found[key] for key in ("low", "high")}
            value = nan if found["share"] is None else found["share"]
            rows.append(
                {
                    **place, **number, "measure": spelled(by, one["measure"]), "value": value, "n": one["n"],
                    "unit": "share of variance", "why": one["why"] if value != value else "",
                }
            )  # fmt: skip
    return rows


def spelled(by: str, of: str) -> str:
    """Return the name of the row for a dial (or all `dials`) and a measure."""
    return f"{MEASURE}[by={by},of={of.replace(',', ';')},order=first]"


def rows_owed(plan: Plan, own: pd.DataFrame, seeds: Iterable[int]) -> list[dict[str, Any]]:
    """Return the rows of `assumption_share` for a run that asked for no measure by name.

    They are those of the stored screening for headlines that the run has; else one row says why there are none.
    """
    from testbed.scenarios import screening_of

    if plan.wanted or own.empty:
        return []
    ran = set(seeds)
    seed = -1 if len(ran) > 1 else min(ran)
    models = {str(spec): name for spec, name in zip(plan.specs, plan.names, strict=True)}
    held, why = screening_of(plan.scenario, tuple(models))
    key = ["measure", "split", "group", "versus"]
    if held is not None:
        has = set(own[key].itertuples(index=False, name=None))
        kept = {**held, "headlines": [one for one in held["headlines"] if tuple(one[part] for part in key) in has]}
        rows, model = share_rows(kept), models[str(plan.scenario.model)]
    else:
        plain = own[own["measure"].isin(FIRST) & ~own["split"].str.contains(r"[*|]")]
        plain = plain[(plain["split"] == "all") | (plain["versus"] != "")]
        first = plain.sort_values("measure", key=lambda name: name.map(FIRST.index), kind="stable").head(1)
        rows, model = [], plan.names[0]
        for row in first.to_dict("records"):
            place = {part: row[part] for part in ("harm", "split", "group", "versus")}
            of = spelled("dials", str(row["measure"]))
            numbers = {"value": nan, "low": nan, "high": nan, "n": 0, "unit": "share of variance"}
            rows.append({**place, **numbers, "measure": of, "why": why})
    return [{**row, "scenario": plan.scenario.name, "model": model, "seed": seed} for row in rows]
