"""The short answer of an audit, in plain text: at most 30 lines of 80 columns."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

import pandas as pd

from synthetic.source import CHOICE, READINGS
from testbed.report.case_page import case_sentence
from testbed.report.finding_row import Finding
from testbed.report.owed import Owed, owners_said
from testbed.report.plaintext import clean, counted, wrap, wrap_command
from testbed.report.rerun import next_commands
from testbed.report.rows import FAMILIES, Findings
from testbed.report.sentences import headlines, plain_name, sentence
from testbed.report.side_by_side import in_lines

WIDTH = 80
LINES = 30
INDENT = "  "
CLAIMED = "The consequences of a low grade are reported by the press (claimed); no rule text states them."
MAIN = ("decide.worst_share", "regime.appeal.noticed", "regime.sharing.share")
"""Dials that are named first: who gets an adverse decision, who learns of it, how far it spreads."""
TITLES = {**{harm: harm.capitalize() for harm in FAMILIES}, "accountability": "The operator"}


def answer(
    findings: pd.DataFrame,
    manifest: Mapping[str, Any],
    life: Mapping[str, Any] | None = None,
    *,
    pages: Sequence[str] = (),
) -> list[str]:
    """The lines that `testbed audit` prints.

    findings: the findings table. manifest: the content of `manifest.json`; a missing key is left out or reported as
    missing. life: the case file of one person, or None. pages: the files that were written.

    For each harm family the first headline that could be computed is printed, whatever its size; if there is none, the
    reason. Several models stand side by side in a table instead, if there is room. Where lines are short, blank lines
    go first, then names of dials, then families without a number, then the operator, with whom the page begins.
    """
    rows = Findings(findings, manifest)
    table = [line for text in in_lines(rows, WIDTH) for line in wrapped_row(text)]
    fewer = ((True, True), (True, False), (False, False))
    for beside, (operator, missing), gap, dials in product(
        (table, []) if table else ([],), fewer, ([""], []), (3, 2, 1, 0)
    ):
        blocks = _blocks(rows, manifest, life, pages, beside, dials=dials, missing=missing, operator=operator)
        lines = [line for number, block in enumerate(blocks) for line in ([*gap, *block] if number else block)]
        if len(lines) <= LINES:
            return lines
    return [*lines[: LINES - 1], "(cut: the report page and findings.csv have the rest)"]


def wrapped_row(text: str) -> list[str]:
    """A row of a table as it is, and a sentence in lines."""
    return [text] if len(text) <= WIDTH else wrap(text, WIDTH, rest=INDENT)


def gap_lines(findings: pd.DataFrame, manifest: Mapping[str, Any], measure: str, *, most: int = 5) -> list[str]:
    """The first rows of one contrast as sentences in lines: single attributes, group by group."""
    rows = Findings(findings, manifest)
    found = [row for row in rows.main() if row.measure == measure and row.versus and not set("*|") & set(row.split)]
    said = [sentence(row, rows.beside(row), rows.together(row), rows.owed(row)).text for row in found[:most]]
    return [line for text in said for line in wrap(text, WIDTH, first=INDENT, rest=2 * INDENT)]


def anchors_verdict(manifest: Mapping[str, Any]) -> str:
    """Whether the anchors hold, in one sentence; if one failed, which and why.

    An anchor that ran for several models or seeds holds if it held in all of them.
    """
    verdicts = manifest.get("anchors") or []
    if not verdicts:
        return "Anchors: none were run, so these numbers are unchecked."
    names = list(dict.fromkeys(clean(verdict.get("name", "unnamed")) for verdict in verdicts))
    failed = {clean(one.get("name", "unnamed")): one for one in reversed(verdicts) if not one.get("holds")}
    if not failed:
        each = "" if len(verdicts) == len(names) else f", in all of {len(verdicts)} checks"
        return f"Anchors (checks with a known answer): {len(names)} of {len(names)} hold{each}."
    said = "; ".join(
        f"{name} ({clean(failed[name]['detail'])})" if failed[name].get("detail") else name
        for name in names
        if name in failed
    )
    return f"VOID: {len(failed)} of {counted(len(names), 'anchor')} failed: {said}. Do not use these numbers."


def is_void(manifest: Mapping[str, Any]) -> bool:
    """Whether an anchor of the run failed."""
    return any(not anchor.get("holds") for anchor in manifest.get("anchors") or [])


def of_table(manifest: Mapping[str, Any]) -> bool:
    """Whether the findings are about a user's table: no world was run, so there are no anchors."""
    return manifest.get("scenario") == "table"


def of_model(manifest: Mapping[str, Any]) -> bool:
    """Whether a model was asked about the rows of the table."""
    return manifest.get("kind") == "table model"


def first_line(manifest: Mapping[str, Any]) -> str:
    """What was audited, and whether the consequences of a decision are only claimed."""
    if of_table(manifest):
        columns = ", ".join(clean(model) for model in manifest.get("models") or [])
        title = clean(manifest.get("title") or "A table")
        what = "model" if of_model(manifest) else "column"
        return f"{title}, {what} {columns}." if columns else f"{title}."
    name = clean(manifest.get("scenario") or "table")
    sizes = []
    if manifest.get("people") is not None:
        sizes.append(counted(int(manifest["people"]), "person"))
    if manifest.get("periods") is not None:
        sizes.append(counted(int(manifest["periods"]), "month"))
    seeds = list(manifest.get("seeds_run") or manifest.get("seeds") or [])
    if seeds == [-1]:
        sizes.append("a different seed in each world")
    elif len(seeds) == 1:
        sizes.append(f"seed {seeds[0]}")
    elif seeds:
        sizes.append(f"seeds {seeds[0]} to {seeds[-1]}")
    models = [clean(model) for model in manifest.get("models") or []]
    if models and models != [name]:
        sizes.append(f"{'model' if len(models) == 1 else 'models'} {', '.join(models)}")
    said = f"{name}: {', '.join(sizes)}." if sizes else f"{name}."
    return f"{said} {claimed_note(manifest)}".strip()


def claimed_note(manifest: Mapping[str, Any]) -> str:
    """The note that consequences are only claimed, and how to turn them off; empty if they are not."""
    if not manifest.get("claimed"):
        return ""
    note = clean(manifest.get("claimed_note") or CLAIMED)
    note = note if note.endswith((".", "!", "?")) else f"{note}."
    if "claimed" not in note:
        note = f"Claimed, not in the rules: {note[:1].lower()}{note[1:]}"
    switch = next((dial for dial in manifest.get("assumed") or [] if _turns_off(dial)), None)
    off = f" Run without it: --set {clean(switch['path'])}=off." if switch and "--set" not in note else ""
    return note + off


def _turns_off(dial: Mapping[str, Any]) -> bool:
    """Whether a dial is the switch of a claimed part of the regime."""
    return (
        dial.get("reading") == "claimed" and dial.get("value") is True and str(dial.get("path")).startswith("regime.")
    )


def failures_said(manifest: Mapping[str, Any]) -> str:
    """What failed during the run, in one sentence; empty if nothing did."""
    failures = [clean(said).rstrip(".") for said in manifest.get("failures") or []]
    if not failures:
        return ""
    more = f" and {len(failures) - 1} more" if len(failures) > 1 else ""
    return f"FAILED: {failures[0]}{more}. Numbers that depend on it are not computed."


def _blocks(
    rows: Findings,
    manifest: Mapping[str, Any],
    life: Mapping[str, Any] | None,
    pages: Sequence[str],
    table: list[str],
    *,
    dials: int,
    missing: bool,
    operator: bool,
) -> list[list[str]]:
    """The answer in blocks of lines: what was audited, what was found, what it rests on, what to run next.

    table: models side by side, in place of the sentences; empty for sentences. missing: whether families without any
    number are named too. operator: whether the operator has a sentence.
    """
    head = (
        wrap("VOID: an anchor (a check with a known answer) failed. Do not use the numbers below.", WIDTH)
        if is_void(manifest)
        else []
    )
    head += wrap(first_line(manifest), WIDTH)
    column = rows.heads[0] if rows.heads else ("", "")
    if len(rows.heads) > 1 and not table:
        head += wrap(
            f"The sentences are about {rows.label(column)}, the first of {len(rows.heads)}; the page has all.", WIDTH
        )
    if failures_said(manifest):
        head += wrap(failures_said(manifest), WIDTH)
    found: list[str] = []
    for harm in () if table else (*FAMILIES, *(["accountability"] if operator else [])):
        said = headlines(rows, harm, column)
        first = next((one for one in said if one.state != "not computed"), next(iter(said), None))
        if first is not None and (missing or first.state != "not computed"):
            found += wrap(f"{TITLES[harm]}: {first.text}", WIDTH, rest=INDENT)
    if life:
        found += wrap(f"One life: {case_sentence(life)}.", WIDTH, rest=INDENT)
    rests: list[str] = []
    if not of_table(manifest):
        rests = wrap(anchors_verdict(manifest), WIDTH, rest=INDENT) + wrap(
            _assumed(manifest, dials, led_by(rows, column)), WIDTH, rest=INDENT
        )
    elif of_model(manifest):
        rests = wrap(_assumed(manifest, dials, None), WIDTH, rest=INDENT)
    written = ", ".join(clean(page) for page in pages)
    told = f"Written: {written}." if written else "Nothing was written: add --out DIR for report.html and findings.csv."
    on = wrap(told, WIDTH, rest=INDENT)
    for number, command in enumerate(next_commands(manifest, life)):
        on += wrap_command(command, WIDTH, first="     " if number else "Try: ", rest="       ")
    return [block for block in (head, table, found, rests, on) if block]


def led_by(rows: Findings, column: tuple[str, str]) -> tuple[Finding, Owed] | None:
    """The first number that the short answer leads with and that was screened, and what guesses do to it."""
    for harm in (*FAMILIES, "accountability"):
        first = next((one.row for one in headlines(rows, harm, column) if one.state != "not computed"), None)
        owed = rows.owed(first) if first is not None else None
        if first is not None and owed is not None:
            return first, owed
    return None


def owners_of(manifest: Mapping[str, Any], led: tuple[Finding, Owed], most: int) -> str:
    """The dials that own most of a number, with their values and ranges."""
    row, owed = led
    known = {str(dial.get("path")): _list([dial]) for dial in manifest.get("assumed") or []}
    about = "" if row.split == "all" else f" ({clean(row.who)})"
    return owners_said(owed, f"{plain_name(row)}{about}", known, most)


def _assumed(manifest: Mapping[str, Any], most: int, led: tuple[Finding, Owed] | None) -> str:
    """How many dials are guesses that a measure rests on, how others are known, what owns the headline, wrong matches.

    led: the headline and what guesses do to it; if None, some guesses are named instead.
    """
    dials = [dial for dial in manifest.get("assumed") or [] if _guessed(dial) and dial.get("measures", [""])]
    if not dials:
        return "Assumed: no dial." if "assumed" in manifest else "Assumed: not recorded."
    known = dict((manifest.get("readings") or {}).get("all dials") or {})
    others = ", ".join(f"{known[one]:,} {one}" for one in READINGS if known.get(one) and one != "assumed")
    said = f"Assumed: {len(dials):,} of {sum(known.values()):,} dials" if known else ""
    said = said or f"Assumed: {counted(len(dials), 'dial')}"
    said += f" ({others})" if others and (most or led is None) else ""
    matches = [dial for dial in dials if guessed_match(dial)]
    rest = sorted((dial for dial in dials if not guessed_match(dial)), key=_main)
    shown = rest[: max(0, most - 1)] if matches else rest[:most]
    if led is not None:
        said += f". {owners_of(manifest, led, most)}"
    elif shown:
        said += f", such as {_list(shown)}" if len(rest) > len(shown) else f": {_list(shown)}"
    if matches:
        said += ". No rate of wrong matches is published; this run uses the middle of a range"
        said += f": {_list(matches[:1])}" if most else ""
    return f"{said}."


def _guessed(dial: Mapping[str, Any]) -> bool:
    """Whether a dial is our guess: not an analog or a claim, and not a choice of the experiment."""
    chosen = not dial.get("range") and str(dial.get("where") or "").startswith(CHOICE)
    return dial.get("reading", "assumed") == "assumed" and not chosen


def guessed_match(dial: Mapping[str, Any]) -> bool:
    """Whether a dial is a guessed rate of mistaking one person for another, set to the middle of its range."""
    last = str(dial.get("path")).rpartition(".")[2]
    value, bounds = dial.get("value"), dial.get("range")
    if not _guessed(dial) or not last.startswith(("false_match", "collision")) or last.endswith("_ratio") or not bounds:
        return False
    return isinstance(value, int | float) and abs(value - (bounds[0] + bounds[1]) / 2) <= 1e-9 * (bounds[1] - bounds[0])


def _main(dial: Mapping[str, Any]) -> int:
    path = str(dial.get("path"))
    return next((place for place, main in enumerate(MAIN) if path == main), len(MAIN) + path.startswith("actions."))


def _list(dials: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{clean(dial.get('path'))} = {dial_value(dial.get('value'))}{_range(dial)}" for dial in dials)


def _range(dial: Mapping[str, Any]) -> str:
    bounds = dial.get("range")
    return f" ({dial_value(bounds[0])} to {dial_value(bounds[1])})" if bounds else ""


def dial_value(value: object) -> str:
    """A dial's value in its shortest form, as it is typed after --set."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.6g}" if isinstance(value, float) else clean(value)
