"""What the first screen of a page says: who is hit, what can they know, what does one mistake do, and the benefit.

Each question has a picture and one sentence. The sentence of a family stands here and is not said again below.
"""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from testbed.report.bars import Bar, bars
from testbed.report.finding_row import Finding
from testbed.report.numbers import decimals, scale
from testbed.report.opening import of_table
from testbed.report.plaintext import clean
from testbed.report.rows import Findings
from testbed.report.sentences import Sentence, headlines

MOST = 4
"""The most bars of a picture."""
SHARES = {
    "hidden[k=100]": ("Still hidden after 100 known cases", 1),
    "reason_coverage[decision=adverse]": ("Adverse decisions with a reason", 0),
    "record_access": ("Entries that people can see", 0),
    "hidden[k=0]": ("Hidden without a known case", 1),
    "recourse_rate": ("Can turn an adverse decision", 0),
    "randomness": ("Pure chance", 2),
}
"""What people can know: rates, each with its words and its color; three are drawn."""
MISTAKE = {
    "flip_rate": ("Wrong entries that turn a decision adverse", "Wrong values that turn a decision adverse"),
    "error_lifetime": ("Months it makes a difference", ""),
    "error_reach": ("Other people it reaches", ""),
    "flip_back_rate": ("", "Wrong values that spare an adverse decision"),
    "label_error_effect": ("", "Decided otherwise after wrong outcomes"),
}
"""What one mistake does, in worlds and on tables."""
ERRORS = {"false_positive_rate": "false positives", "false_negative_rate": "false negatives"}
QUESTIONS = (
    ("who", "disparate impact", "Who is hit?"),
    ("know", "opacity", "What can they know?"),
    ("mistake", "error propagation", "What does one mistake do?"),
)
UNTOLD = {
    "who": "This run compares no groups.",
    "know": "This run measured nothing that people can know.",
    "mistake": "This run followed no mistake.",
}
OF_TABLE = {
    "know": "A table of decisions does not tell what people could know: that needs the model (--model).",
    "mistake": "A table of decisions does not tell what a wrong value changes: that needs the model (--model).",
}


@dataclass(frozen=True)
class Panel:
    """One question: its picture with a title, and the sentence that answers it; `untold` says why there is none."""

    id: str
    question: str
    title: str
    picture: Markup | None
    sentence: Sentence | None
    untold: str = ""
    of: str = ""


def panels(findings: Findings, manifest: Mapping[str, Any]) -> list[Panel]:
    """The three questions in their order, about the first model; pictures have a bar for each model."""
    plain = of_table(manifest) and not any(row.harm == "error propagation" for row in findings.audited)
    makers = {"who": _groups, "know": _known, "mistake": _errors if plain else _mistake}
    untold = {**UNTOLD, **(OF_TABLE if plain else {})}
    made = []
    for name, harm, question in QUESTIONS:
        said = answering(findings, harm)
        hit = answering(findings, "disparate impact") if plain else said
        title, held = makers[name](findings, hit)
        asked = "Who gets which mistake?" if plain and name == "mistake" and held else question
        why = "" if said is not None else untold[name]
        picture = bars(title, held) if held else None
        of = findings.short(findings.heads[0]) if findings.heads else ""
        made.append(Panel(name, asked, title, picture, said, why, of))
    return made


def answering(findings: Findings, harm: str) -> Sentence | None:
    """The sentence that answers for a family: the first about the first model that could be computed."""
    if not findings.heads:
        return None
    said = headlines(findings, harm, findings.heads[0])
    return next((one for one in said if one.state != "not computed"), None)


def benefit(findings: Findings, manifest: Mapping[str, Any]) -> tuple[Sentence | None, str]:
    """The sentence about the benefit; without one, what stands instead."""
    said = answering(findings, "benefit")
    if said is not None or not findings.heads:
        return said, "" if said is not None else "This run measured no benefit."
    right = findings.at(findings.heads[0], ("accuracy", "all", "all", "")) if of_table(manifest) else None
    if right is None or not right.known:
        return None, "This run measured no benefit."
    return None, f"The decisions agree with the recorded outcome for {_written(right)} of {right.n:,} people."


def _groups(findings: Findings, said: Sentence | None) -> tuple[str, list[Bar]]:
    """The rates of the two groups that the sentence compares, and then of others, by model."""
    of_world = findings.scenario != "table"
    name = "adverse_rate" if of_world else "selection_rate"
    split = said.row.split if said is not None else next(iter(findings.compared), "")
    rows = [row for row in findings.main() if row.measure == name and row.split == split and row.group]
    rows = [row for row in rows if not row.versus and row.known and row.column in findings.heads]
    first = [said.row.group, said.row.versus] if said is not None else []
    places = {group: place for place, group in enumerate(first)}
    if len(findings.heads) > MOST // 2 and first and first[0]:
        rows = [row for row in rows if row.group == first[0]]
    rows.sort(key=lambda row: (findings.heads.index(row.column), places.get(row.group, len(first)), -row.value))
    kept = _few(findings, rows)
    top = max((end for row in kept for end in (row.value, row.high) if math.isfinite(end)), default=1.0)
    labels = [_of(findings, row) + row.group for row in kept]
    what = "decided adversely" if of_world else "decided positively"
    held = [_rate(findings, row, label, top, 0) for row, label in zip(kept, labels, strict=True)]
    return f"Share {what}, by {clean(split).replace('_', ' ')}", held


def _few(findings: Findings, rows: Sequence[Finding]) -> list[Finding]:
    """At most so many rows as a picture has bars, as many of each model."""
    models = list(dict.fromkeys(row.column for row in rows))[:MOST]
    each = max(1, MOST // max(1, len(models)))
    return [row for model in models for row in [one for one in rows if one.column == model][:each]]


def _known(findings: Findings, said: Sentence | None) -> tuple[str, list[Bar]]:
    """What is hidden, and what people are told, as shares of 100 %; of several models one of them."""
    picked = list(_picked(findings, SHARES, said))
    most = max([1.0, *(row.value for row, _ in picked)])
    held = [_rate(findings, row, findings.short(row.column) or label, most, shade) for row, (label, shade) in picked]
    alone = picked[0][1][0] if picked and findings.short(picked[0][0].column) else ""
    return alone or "What stays hidden, and what people are told", held


def _mistake(findings: Findings, said: Sentence | None) -> tuple[str, list[Bar]]:
    """How often, how long and how far a mistake acts, each along its own range; of several models one of them."""
    of_world = findings.scenario != "table"
    held, alone = [], ""
    for row, words in _picked(findings, {name: words for name, words in MISTAKE.items() if words[not of_world]}, said):
        label = words[not of_world]
        model = findings.short(row.column)
        alone = label if model else ""
        if scale(row.unit).unit == "%":
            held.append(_rate(findings, row, model or label, 1.0, 1))
            continue
        horizon = findings.together(row).get(f"{row.name}_horizon")
        ends = [end for end in (row.value, row.high, 4.0) if math.isfinite(end)]
        most = horizon.value if horizon is not None else math.ceil(max(ends))
        written = _written(row) + (f" of {horizon.value:.0f}" if horizon is not None else "")
        counted = scale(row.unit).unit == "people"
        held.append(Bar(model or label, written, row.value, most, row.low, row.high, counted=counted))
    return alone or f"What one wrong {'entry' if of_world else 'value'} changes", held


def _errors(findings: Findings, said: Sentence | None) -> tuple[str, list[Bar]]:
    """The errors of a table of decisions, for the groups that the sentence compares."""
    rows = {row.place: row for row in findings.main(column=findings.heads[0])} if findings.heads else {}
    held = []
    if said is not None:
        split = said.row.split
        named = [said.row.group, said.row.versus] if said.row.versus else []
        groups = named or list(dict.fromkeys(place[2] for place in rows if place[1] == split and place[2]))[:2]
        found = [
            (row, f"{group}: {words}", series)
            for series, (name, words) in enumerate(ERRORS.items())
            for group in groups
            if (row := rows.get((name, split, group, ""))) is not None and row.known
        ]
        ends = [end for row, _, _ in found for end in (row.value, row.high) if math.isfinite(end)]
        held = [_rate(findings, row, label, max(ends), series) for row, label, series in found]
    return "Errors against the recorded outcome, as shares of those with that outcome", held


def _picked(
    findings: Findings, wanted: Mapping[str, Any], said: Sentence | None
) -> Iterator[tuple[Finding, tuple[Any, ...]]]:
    """The rows about everybody of the wanted measures: three of one model, or one of each of several models."""
    models = findings.heads[:MOST]
    if len(models) > 1:
        names = [said.row.measure] if said is not None and said.row.measure in wanted else list(wanted)
        name = next((name for name in names if _everybody(findings, models[0], name) is not None), "")
        found = [(row, wanted[name]) for model in models if (row := _everybody(findings, model, name)) is not None]
        yield from found
        return
    known = ((_everybody(findings, model, name), words) for model in models for name, words in wanted.items())
    for _, pair in zip(range(3), ((row, words) for row, words in known if row is not None), strict=False):
        yield pair


def _everybody(findings: Findings, column: tuple[str, str], name: str) -> Finding | None:
    row = findings.at(column, (name, "all", "all", ""))
    return row if row is not None and row.known and math.isfinite(row.value) else None


def _rate(findings: Findings, row: Finding, label: str, most: float, series: int) -> Bar:
    lottery = findings.beside(row)
    luck = lottery.value if lottery is not None else math.nan
    shade = findings.columns.index(row.column) if len(findings.heads) > 1 else series
    return Bar(label, _written(row), row.value, most, row.low, row.high, luck, shade)


def _written(row: Finding) -> str:
    by = scale(row.unit)
    return by.write(row.value, decimals(row.value, row.low, row.high, by.factor))


def _of(findings: Findings, row: Finding) -> str:
    label = findings.short(row.column)
    return f"{label}: " if label else ""
