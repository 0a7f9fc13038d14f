"""The figure of a headline's range over the guesses, beside the interval of the run; and the table of a screening."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from testbed.report.family_figures import Figure
from testbed.report.figures import Mark, dots
from testbed.report.finding_row import Finding
from testbed.report.numbers import scale
from testbed.report.owed import named
from testbed.report.plaintext import clean, counted
from testbed.report.rows import Findings
from testbed.report.sentences import no_difference, plain_name

UNTOLD = "not told from the chance of seeds"
"""Instead of a range over guesses, where guesses may own nothing of a number."""


def owed_figures(findings: Findings, manifest: Mapping[str, Any], harm: str) -> Iterator[Figure]:
    """A figure for each headline of a family that the screening speaks about."""
    held = manifest.get("screening") or {}
    for one in held.get("headlines") or []:
        if one["harm"] != harm or one["share"] is None or one["low"] <= 0:
            continue  # if guesses may own nothing of it, its range over guesses is not known
        place = (one["measure"], one["split"], one["group"], one["versus"])
        row = findings.at((held["scenario"], held["model"]), place)
        if row is not None and row.known:
            yield _figure(row, one, held)


def _figure(row: Finding, one: Mapping[str, Any], held: Mapping[str, Any]) -> Figure:
    guesses = counted(held["dials"], "guessed dial")
    by = scale(row.unit, comparison=row.comparison)
    marks = [
        Mark(
            "All seeds of this run" if row.seed == -1 else f"This run, seed {row.seed}",
            row.value,
            row.low,
            row.high,
            row.n,
        ),
        Mark(f"Over {guesses}", one["middle"], one["least"], one["most"], one["n"], series=1),
    ]
    nothing = no_difference(row)
    about = "" if row.split == "all" else f", {row.who}"
    what = "interval over seeds" if row.seed == -1 else f"interval of seed {row.seed}"
    title = clean(f"{plain_name(row)}{about}: its {what}, and its range over guesses")
    title = title[:1].upper() + title[1:]
    note = (
        f"Unit: {by.unit or row.unit or 'number'}. First: the 95 % interval, with the guesses as they are. Second:"
        f" 95 % of the values if all of {guesses} vary at once, without the noise of seeds; from"
        f" {held['worlds']:,} worlds of {held['people']:,} people over {held['periods']} months, dot at the median."
    )
    body = [[mark.label, *(f"{end:.4g}" for end in (mark.value, mark.low, mark.high)), f"{mark.n:,}"] for mark in marks]
    table = (("What", "Value", "Low", "High", "n"), body)
    drawn = dots(title, marks, by, zero=None if math.isnan(nothing) else nothing, whole=True)
    return Figure(title, note, drawn, [], table)


def screening_table(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What a screening found, as a table: each headline, its range, and what the guesses own of its variance."""
    held = manifest.get("screening") or {}
    rows = []
    for one in held.get("headlines") or []:
        who = (
            ""
            if one["split"] == "all"
            else f", {one['group']}" + (f" against {one['versus']}" if one["versus"] else "")
        )
        name = clean(one["measure"].replace("_", " ") + who)
        if one["share"] is None:
            rows.append([name, "not computed", clean(one["why"]), ""])
            continue
        share = f"{100 * one['share']:.0f} % ({100 * one['low']:.0f} to {100 * one['high']:.0f})"
        owners = [f"{clean(owner['dial'])} ({owner['reading']}) {100 * owner['share']:.0f} %" for owner in named(one)]
        reach = f"{one['least']:.3g} to {one['most']:.3g}" if one["low"] > 0 else UNTOLD
        rows.append([name, reach, share, "; ".join(owners) or "none stands out"])
    cut = [clean(text) for text in held.get("left_out") or []]
    size = f"{held['worlds']:,} worlds of {held['people']:,} people over {held['periods']} months" if held else ""
    return {"rows": rows, "size": size, "dials": held.get("dials"), "cut": cut}
