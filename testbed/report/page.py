"""The report as one self-contained `report.html`, from findings and manifest."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from synthetic.writing import replace_file
from testbed.report.case_page import case_view
from testbed.report.embedded import embedded
from testbed.report.explained import Explained
from testbed.report.families import DRAWN, OPEN, alone, as_sentence, blocks_of, families
from testbed.report.first_screen import benefit, panels
from testbed.report.glossary import TERMS
from testbed.report.guesses import guessed_match, led_by, owners_of
from testbed.report.how_made import anchor_line, dial_line, made_lines, plain_json, readings_table, rooms, texts
from testbed.report.ladder import NOTE, ladders
from testbed.report.opening import anchors_verdict, claimed_note, decided_said, first_line, is_void, of_model, of_table
from testbed.report.owed import NAMED
from testbed.report.owed_figures import screening_table
from testbed.report.plaintext import clean
from testbed.report.rerun import granting_command
from testbed.report.rows import Findings
from testbed.report.side_by_side import drawn, headlines_of, verdict
from testbed.report.templating import page

NAME = "report.html"


def render(
    findings: pd.DataFrame, manifest: Mapping[str, Any], *, measures_info: Mapping[str, Mapping[str, Any]] | None = None
) -> str:
    """The report as one page of HTML: the same bytes for the same findings and manifest.

    findings: the findings table, in the order of findings.csv (a row's number in the page is its line there); its
    `attrs["curves"]` is the text of curves.csv, if there is one.
    manifest: the content of `manifest.json`. measures_info: facts per registered measure; the manifest's if None.
    """
    info = measures_info if measures_info is not None else manifest.get("measures") or {}
    rows = Findings(findings, manifest, info)
    life = manifest.get("life")
    return page(
        "report.html.j2",
        title=f"Report: {clean(manifest.get('title') or rows.scenario or 'a scoring scheme')}",
        explain=Explained(),
        **_opening(rows, manifest),
        **_found(rows, manifest, info, str(findings.attrs.get("curves") or "")),
        ladders=ladders(rows, manifest),
        ladder_note=NOTE,
        ladder_command=granting_command(manifest),
        case=case_view(life) if life else None,
        **_made(manifest, info),
    )


def write_page(
    findings: pd.DataFrame,
    manifest: Mapping[str, Any],
    out: Path,
    *,
    measures_info: Mapping[str, Mapping[str, Any]] | None = None,
) -> Path:
    """Write the report into a folder (or to a path that ends in `.html`) as a whole or not at all; its path."""
    text = render(findings, manifest, measures_info=measures_info)
    path = out if out.suffix == ".html" else out / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, text)
    return path


def _opening(rows: Findings, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the first screen says and draws, and the warnings above it."""
    led = led_by(rows, rows.heads[0]) if rows.heads else None
    good, instead = benefit(rows, manifest)
    return {
        "void": is_void(manifest),
        "opening": first_line(manifest),
        "claimed": claimed_note(manifest),
        "decided": decided_said(manifest),
        "owed": owners_of(manifest, led, NAMED) if led is not None else "",
        "rows_of": clean(manifest.get("rows") or ""),
        "table": of_table(manifest),
        "asked": of_model(manifest),
        "notes": [as_sentence(note) for note in manifest.get("notes") or []],
        "verdict": "" if of_table(manifest) else anchors_verdict(manifest),
        "failures": [clean(said) for said in manifest.get("failures") or []],
        "references": [f"{clean(split)}: {clean(group)}" for split, group in (manifest.get("reference") or {}).items()],
        "panels": panels(rows, manifest),
        "benefit": good,
        "no_benefit": instead,
    }


def _found(
    rows: Findings, manifest: Mapping[str, Any], info: Mapping[str, Mapping[str, Any]], curves: str
) -> dict[str, Any]:
    """The families, the comparison of models, and every row as data."""
    held = families(rows, manifest, info, curves)
    beside = _side_by_side(rows)
    anchors = blocks_of(rows, alone(rows), manifest, info)
    blocks = [block for family in held for block in family["blocks"]] + anchors
    pictures = [figure for family in held for figure in family["figures"]] + (beside["figures"] if beside else [])
    told = [item["row"].number for family in held for one in family["said"] for item in one["sentences"]]
    data, kept, many = embedded(rows, blocks, pictures, told)
    for place, block in enumerate(blocks):
        block["place"] = place
    return {
        "families": held,
        "open": OPEN,
        "drawn": DRAWN,
        "beside": beside,
        "several": len(rows.columns) > 1,
        "pooled": -1 in rows.seeds and len(rows.seeds) > 1,
        "given": any(row.given for row in rows.audited if rows.on_page(row)),
        "anchor_rows": anchors,
        "tables": [figure for figure in pictures if figure.table],
        "block_of": {row.number: block["id"] for block in reversed(blocks) for row in block["rows"]},
        "data": data,
        "kept": kept,
        "many": many,
    }


def _side_by_side(rows: Findings) -> dict[str, Any] | None:
    """Several models as rows and the headline of each family as columns; None if there is one model."""
    found = headlines_of(rows)
    if not found:
        return None
    return {
        "heads": [(one.family.capitalize(), one.title, one.unit) for one in found],
        "rows": [(rows.label(column), [one.cell(column) for one in found]) for column in rows.heads],
        "verdict": verdict(found),
        "figures": drawn(rows),
    }


def _made(manifest: Mapping[str, Any], info: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What was assumed, from which sources, with which anchors, and how it was made."""
    dials = manifest.get("assumed") or []
    sources = manifest.get("sources") or []
    return {
        "screening": screening_table(manifest),
        "middle": any(guessed_match(dial) for dial in dials),
        "rooms": rooms([dial_line(dial, info) for dial in dials]),
        "readings": readings_table(manifest.get("readings") or {}),
        "sources": [texts(source, "id", "title", "publisher", "date", "locator") for source in sources],
        "not_modelled": [clean(text) for text in manifest.get("not_modelled") or []],
        "anchors": [anchor_line(anchor) for anchor in manifest.get("anchors") or []],
        "terms": TERMS,
        "command": clean(manifest.get("command") or ""),
        "made": made_lines(manifest),
        "manifest_json": plain_json(manifest),
    }
