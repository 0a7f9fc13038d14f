"""The report as one self-contained `report.html`, from findings and manifest."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from synthetic.writing import replace_file
from testbed.report.case_page import case_view
from testbed.report.curve_figures import crossings, curve_figures, doses, frontiers
from testbed.report.family_figures import Figure, figures
from testbed.report.finding_row import Finding, owner
from testbed.report.glossary import TERMS
from testbed.report.guesses import dial_value, guessed_match, led_by, owners_of
from testbed.report.ladder import NOTE, ladders
from testbed.report.opening import anchors_verdict, claimed_note, first_line, is_void, of_model, of_table
from testbed.report.operator_card import report_card
from testbed.report.owed import NAMED
from testbed.report.owed_figures import owed_figures, screening_table
from testbed.report.plaintext import clean, counted
from testbed.report.rerun import command_for, granting_command
from testbed.report.rows import FAMILIES, Findings
from testbed.report.sentences import Sentence, headlines
from testbed.report.side_by_side import drawn, headlines_of, verdict
from testbed.report.sweeps import swept
from testbed.report.templating import page

NAME = "report.html"
QUESTIONS = {
    "accountability": "How often is the operator wrong, and does it explain and correct?",
    "disparate impact": "Which groups get adverse decisions more often, also at equal conduct?",
    "opacity": "What can people know, predict and contest?",
    "error propagation": "What does one wrong entry change, for whom, and for how long?",
    "chilling": "Which lawful acts do people give up because they believe they are watched?",
    "benefit": "What does the scheme achieve, compared with a lottery and an oracle?",
}
ABOVE = ("measures", "life", "decided_by", "assumed", "readings", "screening", "sources", "not_modelled", "anchors")
"""Keys of the manifest that the page prints in full."""
OF_TABLE = {
    "disparate impact": "Which groups get the decisions, and which get the errors?",
    "opacity": "What can people foresee, and what could they change?",
    "error propagation": "What does one wrong value change, and for whom?",
}
FACTS = ("unit", "better", "estimand", "interval", "reference", "caveats")


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
    text = str(findings.attrs.get("curves") or "")
    life = manifest.get("life")
    return page(
        "report.html.j2",
        title=f"Report: {clean(manifest.get('title') or rows.scenario or 'a scoring scheme')}",
        void=is_void(manifest),
        opening=first_line(manifest),
        claimed=claimed_note(manifest),
        decided=_decided(manifest),
        owed=_owed(rows, manifest),
        screening=screening_table(manifest),
        rows_of=clean(manifest.get("rows") or ""),
        table=of_table(manifest),
        asked=of_model(manifest),
        notes=[_sentence(note) for note in manifest.get("notes") or []],
        verdict="" if of_table(manifest) else anchors_verdict(manifest),
        families=[_family(rows, harm, manifest, info, text) for harm in ("accountability", *FAMILIES)],
        beside=_side_by_side(rows),
        several={
            "models": len({model for _, model in rows.columns}) > 1,
            "scenarios": len(rows.scenarios) > 1,
            "seeds": len(rows.seeds) > 1 and -1 not in rows.seeds,
        },
        pooled=-1 in rows.seeds and len(rows.seeds) > 1,
        ladders=ladders(rows, manifest),
        ladder_note=NOTE,
        ladder_command=granting_command(manifest),
        case=case_view(life) if life else None,
        middle=any(guessed_match(dial) for dial in manifest.get("assumed") or []),
        rooms=_rooms([_dial(dial, info) for dial in manifest.get("assumed") or []]),
        readings=_readings(manifest.get("readings") or {}),
        sources=[
            _texts(source, "id", "title", "publisher", "date", "locator") for source in manifest.get("sources") or []
        ],
        not_modelled=[clean(text) for text in manifest.get("not_modelled") or []],
        anchors=[_anchor(anchor) for anchor in manifest.get("anchors") or []],
        failures=[clean(said) for said in manifest.get("failures") or []],
        anchor_rows=_blocks(rows, _alone(rows), manifest, info),
        terms=TERMS,
        command=clean(manifest.get("command") or ""),
        made=_made(manifest),
        manifest_json=_plain_json(manifest),
        given=any(row.given for row in rows.audited if rows.on_page(row)),
        references=[f"{clean(split)}: {clean(group)}" for split, group in (manifest.get("reference") or {}).items()],
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


def _drawn(rows: Findings, harm: str, text: str) -> list[Figure]:
    """Figures with two numbers per point: curves, crossings, frontiers and doses."""
    if not rows.heads:
        return []
    if harm == "disparate impact":
        return [*crossings(rows), *curve_figures(rows, text)]
    return list({"benefit": frontiers, "error propagation": doses}.get(harm, lambda rows: ())(rows))


def _family(
    rows: Findings, harm: str, manifest: Mapping[str, Any], info: Mapping[str, Any], text: str
) -> dict[str, Any]:
    """One harm family: its headline sentences by model, figures, and every finding by measure."""
    found = [row for row in rows.audited if row.harm == harm and rows.on_page(row)]
    said = [(rows.label(column), headlines(rows, harm, column)) for column in rows.heads]
    return {
        "id": harm.replace(" ", "-"),
        "title": harm.capitalize(),
        "question": (OF_TABLE if of_table(manifest) else QUESTIONS).get(harm, QUESTIONS[harm]),
        "said": [
            {"name": name, "sentences": [_headline(sentence, info) for sentence in sentences]}
            for name, sentences in said
            if sentences
        ],
        "card": report_card(rows, info) if harm == "accountability" else [],
        "figures": [
            *owed_figures(rows, manifest, harm),
            *swept(rows, harm, _asked(manifest)),
            *figures(rows, harm),
            *_drawn(rows, harm, text),
        ],
        "blocks": _blocks(rows, found, manifest, info),
        "count": counted(len(found), "row"),
    }


def _decided(manifest: Mapping[str, Any]) -> str:
    """How decisions come about, in a sentence for each model; empty if the run does not say."""
    told = {clean(name): clean(said) for name, said in (manifest.get("decided_by") or {}).items()}
    names = [clean(name) for name in manifest.get("models") or [] if clean(name) in told]
    if len(names) == 1:
        return f"Decisions: {told[names[0]]}."
    return " ".join(f"Decisions of {name}: {told[name]}." for name in names)


def _owed(rows: Findings, manifest: Mapping[str, Any]) -> str:
    """The guesses that own most of the first headline; empty if the scenario was not screened."""
    led = led_by(rows, rows.heads[0]) if rows.heads else None
    return owners_of(manifest, led, NAMED) if led is not None else ""


def _asked(manifest: Mapping[str, Any]) -> list[str]:
    """The patterns of measures that the user asked for; empty if they asked for all."""
    return [str(pattern) for pattern in (manifest.get("arguments") or {}).get("measures") or []]


def _alone(rows: Findings) -> list[Finding]:
    """Rows of anchors that no row of the scheme is shown with."""
    beside = {lottery.number for row in rows.audited if (lottery := rows.beside(row)) is not None}
    return [row for row in rows.anchors if rows.on_page(row) and row.number not in beside]


def _headline(sentence: Sentence, info: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    facts = info.get(owner(sentence.row.name, info), {})
    return {"sentence": sentence, "caveats": _sentence(facts.get("caveats") or ""), "row": sentence.row}


def _sentence(text: object) -> str:
    """The text with a capital in front and no full stop."""
    said = clean(text).rstrip(".")
    return said[:1].upper() + said[1:]


def _blocks(
    rows: Findings, found: list[Finding], manifest: Mapping[str, Any], info: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Rows by registered measure, with the measure's facts and the command that makes them again."""
    blocks: dict[str, list[Finding]] = {}
    for row in found:
        blocks.setdefault(owner(row.name, info), []).append(row)
    return [
        {
            "name": name,
            "id": f"m-{found[0].anchor}-{name}",
            "facts": [
                (fact, clean(info.get(name, {}).get(fact) or "")) for fact in FACTS if info.get(name, {}).get(fact)
            ],
            "command": command_for(manifest, name),
            "rows": [{"row": row, "lottery": rows.beside(row), "about": _about(row)} for row in members],
            "lottery": any(rows.beside(row) is not None for row in members),
        }
        for name, members in blocks.items()
    ]


def _about(row: Finding) -> str:
    return "everybody" if row.split == "all" else f"{row.split}: {row.who}" if row.group else row.who


def _anchor(anchor: Mapping[str, Any]) -> dict[str, Any]:
    """An anchor's verdict, with its model and seed if it names them."""
    about = ", ".join(f"{name} {clean(anchor[name])}" for name in ("model", "seed") if anchor.get(name) is not None)
    return {"holds": bool(anchor.get("holds")), "about": about, **_texts(anchor, "name", "detail")}


def _rooms(dials: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Dials by the part of the scenario they belong to."""
    rooms: dict[str, list[dict[str, Any]]] = {}
    for dial in dials:
        rooms.setdefault(dial["path"].partition(".")[0], []).append(dial)
    return [{"name": name, "dials": found, "count": counted(len(found), "dial")} for name, found in rooms.items()]


def _readings(parts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """How many dials have each reading: the readings as heads, and a row of counts for each part."""
    heads = list(next(iter(parts.values()), {}))
    rows = [(clean(part), [f"{counts[head]:,}" for head in heads]) for part, counts in parts.items()]
    return {"heads": [clean(head) for head in heads], "rows": rows}


def _dial(dial: Mapping[str, Any], info: Mapping[str, Any]) -> dict[str, Any]:
    bounds = dial.get("range")
    return {
        **_texts(dial, "path", "unit", "source", "reading"),
        "value": dial_value(dial.get("value")),
        "range": f"{dial_value(bounds[0])} to {dial_value(bounds[1])}" if bounds else "",
        "as_in": clean(dial.get("as_in") or ""),
        "middle": guessed_match(dial),
        "measures": _behind(dial.get("measures") or [], info),
    }


def _behind(names: Iterable[str], info: Mapping[str, Any]) -> str:
    """The measures that depend on a dial; a whole family by its name."""
    left = {clean(name): None for name in names}
    if info and set(info) <= set(left):
        return "all"
    families: dict[str, list[str]] = {}
    for name, facts in info.items():
        families.setdefault(clean(facts.get("harm") or ""), []).append(name)
    whole = [harm for harm, members in families.items() if harm and len(members) > 1 and set(members) <= set(left)]
    covered = {name for harm in whole for name in families[harm]}
    return ", ".join([*(f"all of {harm}" for harm in whole), *(name for name in left if name not in covered)])


def _texts(table: Mapping[str, Any], *names: str) -> dict[str, str]:
    return {name: clean(table.get(name) if table.get(name) is not None else "") for name in names}


def _made(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Versions, arguments, seeds and digests as lines of a table."""
    lines: list[tuple[str, str]] = []
    for key in (
        "schema",
        "people",
        "periods",
        "seeds",
        "models",
        "outcome",
        "as_of",
        "arguments",
        "versions",
        "digests",
        "findings",
    ):
        value = manifest.get(key)
        if isinstance(value, Mapping):
            lines += [
                (f"{key}: {clean(name)}", clean(dial_value(inner))) for name, inner in sorted(value.items(), key=str)
            ]
        elif isinstance(value, list | tuple):
            lines.append((key, ", ".join(clean(dial_value(inner)) for inner in value)))
        elif value is not None:
            lines.append((key, clean(dial_value(value))))
    return lines


def _plain_json(manifest: Mapping[str, Any]) -> Any:
    """The manifest as indented, escaped JSON, without what the page shows in full."""
    from markupsafe import escape

    shown = {key: value for key, value in manifest.items() if key not in ABOVE}
    return escape(json.dumps(shown, indent=1, sort_keys=True, default=str, ensure_ascii=True))
