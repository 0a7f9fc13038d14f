"""The sections of a page about harm families: sentences, figures, and the measures behind them."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from testbed.report.curve_figures import crossings, curve_figures, doses, frontiers
from testbed.report.family_figures import Figure, figures
from testbed.report.finding_row import Finding, owner
from testbed.report.opening import of_table
from testbed.report.operator_card import report_card
from testbed.report.owed_figures import owed_figures
from testbed.report.plaintext import clean, counted
from testbed.report.rerun import command_for
from testbed.report.rows import FAMILIES, Findings
from testbed.report.sentences import ORDER, Sentence, headlines
from testbed.report.sweeps import swept

QUESTIONS = {
    "accountability": "How often is the operator wrong, and does it explain and correct?",
    "disparate impact": "Which groups get adverse decisions more often, also at equal conduct?",
    "opacity": "What can people know, predict and contest?",
    "error propagation": "What does one wrong entry change, for whom, and for how long?",
    "chilling": "Which lawful acts do people give up because they believe they are watched?",
    "benefit": "What does the scheme achieve, compared with a lottery and an oracle?",
}
OF_TABLE = {
    "disparate impact": "Which groups get the decisions, and which get the errors?",
    "opacity": "What can people foresee, and what could they change?",
    "error propagation": "What does one wrong value change, and for whom?",
}
FACTS = ("unit", "better", "estimand", "interval", "reference", "caveats")
OPEN = 3
"""How many sentences of a family are not folded."""
DRAWN = 2
"""How many figures of a family are not folded."""


def families(
    rows: Findings, manifest: Mapping[str, Any], info: Mapping[str, Mapping[str, Any]], curves: str
) -> list[dict[str, Any]]:
    """The families in the order of the page, the operator's first; those without a finding are left out."""
    made = [_family(rows, harm, manifest, info, curves) for harm in ("accountability", *FAMILIES)]
    return [family for family in made if family["blocks"]]


def _family(
    rows: Findings, harm: str, manifest: Mapping[str, Any], info: Mapping[str, Mapping[str, Any]], curves: str
) -> dict[str, Any]:
    """One harm family: its headline sentences by model, figures, and every measure with its rows."""
    found = [row for row in rows.audited if row.harm == harm and rows.on_page(row)]
    said = [(rows.label(column), headlines(rows, harm, column)) for column in rows.heads]
    drawn = [
        *swept(rows, harm, _asked(manifest)),
        *figures(rows, harm),
        *_curves(rows, harm, curves),
        *owed_figures(rows, manifest, harm),
    ]
    return {
        "id": harm.replace(" ", "-"),
        "title": harm.capitalize(),
        "question": (OF_TABLE if of_table(manifest) else QUESTIONS).get(harm, QUESTIONS[harm]),
        "said": [
            {"name": name, "sentences": [_headline(one, info) for one in sorted(sentences, key=_decided)]}
            for name, sentences in said
            if sentences
        ],
        "card": report_card(rows, info) if harm == "accountability" else [],
        "figures": drawn,
        "blocks": blocks_of(rows, found, manifest, info),
        "count": counted(len(found), "row"),
    }


def _decided(sentence: Sentence) -> int:
    return ORDER.index(sentence.state)


def _curves(rows: Findings, harm: str, text: str) -> list[Figure]:
    """Figures with two numbers per point: curves, crossings, frontiers and doses."""
    if not rows.heads:
        return []
    if harm == "disparate impact":
        return [*crossings(rows), *curve_figures(rows, text)]
    return list({"benefit": frontiers, "error propagation": doses}.get(harm, lambda rows: ())(rows))


def _asked(manifest: Mapping[str, Any]) -> list[str]:
    """The patterns of measures that the user asked for; empty if they asked for all."""
    return [str(pattern) for pattern in (manifest.get("arguments") or {}).get("measures") or []]


def _headline(sentence: Sentence, info: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    facts = info.get(owner(sentence.row.name, info), {})
    return {"sentence": sentence, "caveats": as_sentence(facts.get("caveats") or ""), "row": sentence.row}


def as_sentence(text: object) -> str:
    """The text with a capital in front and no full stop."""
    said = clean(text).rstrip(".")
    return said[:1].upper() + said[1:]


def alone(rows: Findings) -> list[Finding]:
    """Rows of anchors that no row of the scheme is shown with."""
    beside = {lottery.number for row in rows.audited if (lottery := rows.beside(row)) is not None}
    return [row for row in rows.anchors if rows.on_page(row) and row.number not in beside]


def blocks_of(
    rows: Findings, found: list[Finding], manifest: Mapping[str, Any], info: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Rows by registered measure, with the measure's facts and the command that makes them again."""
    held: dict[str, list[Finding]] = {}
    for row in found:
        held.setdefault(owner(row.name, info), []).append(row)
    return [
        {
            "name": name,
            "id": f"m-{found[0].anchor}-{name}",
            "facts": [
                (fact, clean(info.get(name, {}).get(fact) or "")) for fact in FACTS if info.get(name, {}).get(fact)
            ],
            "command": command_for(manifest, name),
            "rows": members,
        }
        for name, members in held.items()
    ]
