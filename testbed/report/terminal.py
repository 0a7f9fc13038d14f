"""The short answer of an audit, in plain text: at most 20 lines of 80 columns."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from testbed.report.case_page import case_sentence
from testbed.report.guesses import assumed_said, led_by
from testbed.report.opening import (
    anchors_verdict,
    claimed_note,
    failures_said,
    first_line,
    is_void,
    of_model,
    of_table,
)
from testbed.report.plaintext import clean, wrap, wrap_command
from testbed.report.rerun import next_commands
from testbed.report.rows import FAMILIES, Findings
from testbed.report.sentences import ORDER, Sentence, headlines
from testbed.report.side_by_side import in_lines
from testbed.report.table_lines import pooled_lines, rate_lines

WIDTH = 80
LINES = 20
INDENT = "  "
TITLES = {**{harm: harm.capitalize() for harm in FAMILIES}, "accountability": "The operator"}


@dataclass(frozen=True)
class Room:
    """How much an answer says.

    blank: blank lines between blocks. long: details, and the claimed note, in full. dials: how many dials are named.
    missing: families without any number are named too. operator: the operator has a sentence. switch: how to run
    without what is claimed, and every loss of the one life. more: how many sentences a family of a table has. groups:
    how many lines the rates of groups have.
    """

    blank: bool = True
    long: bool = True
    dials: int = 3
    missing: bool = True
    operator: bool = True
    switch: bool = True
    more: int = 3
    groups: int = 8


ROOMS = (
    Room(),
    Room(blank=False),
    Room(blank=False, dials=2),
    Room(blank=False, dials=1),
    Room(blank=False, dials=0),
    Room(blank=False, dials=0, long=False),
    Room(blank=False, dials=-1, long=False),
    Room(blank=False, dials=-1, long=False, operator=False, groups=6),
    Room(blank=False, dials=-1, long=False, operator=False, missing=False, groups=4, more=2),
    Room(blank=False, dials=-1, long=False, operator=False, missing=False, switch=False, groups=2),
    Room(blank=False, dials=-1, long=False, operator=False, missing=False, switch=False, groups=0, more=1),
)
"""From the most to the least: the first that fits is printed."""


def answer(
    findings: pd.DataFrame,
    manifest: Mapping[str, Any],
    life: Mapping[str, Any] | None = None,
    *,
    pages: Sequence[str] = (),
) -> list[str]:
    """The lines that `testbed audit` and `testbed table` print.

    findings: the findings table. manifest: the content of `manifest.json`; a missing key is left out or reported as
    missing. life: the case file of one person, or None. pages: the files that were written.

    First what was done. Then a sentence for each harm family, the most decided first: the first headline that could be
    computed, whatever its size; if there is none, the reason. Several models stand side by side in a table instead, if
    there is room. Then one life, what it all rests on, and what to do next. Where lines are short, `ROOMS` says what
    goes first; the page has it. The last two are never cut, so that a command can be typed as it stands.
    """
    rows = Findings(findings, manifest)
    models = [line for text in in_lines(rows, WIDTH) for line in wrapped_row(text)]
    lines: list[str] = []
    blocks: list[list[str]] = []
    for beside in (models, []) if models else ([],):
        for room in ROOMS:
            blocks = _blocks(rows, manifest, life, pages, beside, room)
            gap = [""] if room.blank else []
            lines = [line for number, block in enumerate(blocks) for line in ([*gap, *block] if number else block)]
            if len(lines) <= LINES:
                return lines
    last = [line for block in blocks[-2:] for line in block]
    return [*lines[: max(1, LINES - 1 - len(last))], "(cut: the report page and findings.csv have the rest)", *last]


def wrapped_row(text: str) -> list[str]:
    """A row of a table as it is, and a sentence in lines."""
    return [text] if len(text) <= WIDTH else wrap(text, WIDTH, rest=INDENT)


def _blocks(
    rows: Findings,
    manifest: Mapping[str, Any],
    life: Mapping[str, Any] | None,
    pages: Sequence[str],
    models: list[str],
    room: Room,
) -> list[list[str]]:
    """The answer in blocks of lines: what was done, what was found, one life, what it rests on, what to run next.

    models: models side by side, in place of the sentences; empty for sentences.
    """
    column = told_of(rows)
    found = models or [
        line
        for title, said in _families(rows, column, room)
        for line in wrap(f"{title}: {said.text if room.long else said.brief}", WIDTH, rest=INDENT)
    ]
    if of_table(manifest):
        found = [*found, *rate_lines(rows, column, room.groups), *pooled_lines(rows, column)]
    lived = case_sentence(life, most=3 if room.switch else 1) if life else ""
    told = wrap(f"One life: {lived}.", WIDTH, rest=INDENT) if life else []
    blocks = [_head(rows, manifest, column, models), found, told, _rests(rows, manifest, column, room)]
    return [block for block in (*blocks, _next(manifest, life, pages)) if block]


def _head(rows: Findings, manifest: Mapping[str, Any], column: tuple[str, str], models: list[str]) -> list[str]:
    """What was done; before it that the numbers are void, after it what failed and what was decided on the way."""
    head = wrap(anchors_verdict(manifest), WIDTH) if is_void(manifest) else []
    head += wrap(first_line(manifest), WIDTH)
    if len(rows.heads) > 1 and not models:
        which = f"the first of {len(rows.heads)}{'' if column == rows.heads[0] else ' that was computed'}"
        head += wrap(
            f"The sentences are about {rows.label(column)}, {which}; the page has all.",
            WIDTH,
        )
    head += [line for said in failures_said(manifest) for line in wrap(said, WIDTH)]
    notes = " ".join(f"{clean(note).rstrip('.')}." for note in manifest.get("notes") or [])
    return head + (wrap(f"Note: {notes}", WIDTH, rest=INDENT) if notes and of_table(manifest) else [])


def told_of(rows: Findings) -> tuple[str, str]:
    """The column that the sentences are about: the first that has numbers, best one whose model did not fail."""
    known = {row.column for row in rows.main() if row.known}
    heads = sorted(rows.heads, key=lambda head: (head not in known, rows.failed(head[1])))
    return heads[0] if heads else ("", "")


def _families(rows: Findings, column: tuple[str, str], room: Room) -> list[tuple[str, Sentence]]:
    """The sentences with their families, the most decided first; the one family of a plain table has several.

    Where the model failed, which is told once, nothing is said of what could not be computed.
    """
    found = []
    missing = room.missing and not rows.failed(column[1])
    for harm in (*FAMILIES, *(["accountability"] if room.operator else [])):
        said = headlines(rows, harm, column)
        known = [one for one in said if one.state != "not computed"]
        found += [(TITLES[harm], one) for one in (known[:1] or (said[:1] if missing else []))]
        if rows.scenario == "table" and known and not any(row.harm == "error propagation" for row in rows.audited):
            found += [(TITLES[harm], one) for one in known[1 : room.more]]
    return sorted(found, key=lambda one: ORDER.index(one[1].state))


def _rests(rows: Findings, manifest: Mapping[str, Any], column: tuple[str, str], room: Room) -> list[str]:
    """What the numbers rest on: what is only claimed, the anchors, the guesses."""
    anchored = not of_table(manifest) and not is_void(manifest)
    said = [anchors_verdict(manifest, brief=not room.long)] if anchored else []
    if not of_table(manifest) or of_model(manifest):
        said.append(assumed_said(manifest, room.dials, led_by(rows, column)))
    if claimed_note(manifest):
        note = claimed_note(manifest, brief=not room.long)
        said.append(note if room.switch else f"{note.partition(' (without')[0].rstrip('.')}.")
    told = said if room.long else [" ".join(said)] if said else []
    return [line for text in told for line in wrap(text, WIDTH, rest=INDENT)]


def _next(manifest: Mapping[str, Any], life: Mapping[str, Any] | None, pages: Sequence[str]) -> list[str]:
    """What was written, and what to run next."""
    written = ", ".join(clean(page) for page in pages)
    told = f"Written: {written}." if written else "Nothing was written: add --out DIR for report.html and findings.csv."
    lines = wrap(told, WIDTH, rest=INDENT, cut=False)  # a path can be copied as it stands
    for number, command in enumerate(next_commands(manifest, life)):
        lines += wrap_command(command, WIDTH, first="     " if number else "Try: ", rest="       ")
    return lines
