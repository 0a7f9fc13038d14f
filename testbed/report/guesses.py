"""The guesses behind a run in words: how many dials are guessed, which of them own the number that leads."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synthetic.source import CHOICE, READINGS
from testbed.report.finding_row import Finding
from testbed.report.owed import Owed, owners_said
from testbed.report.plaintext import clean, counted
from testbed.report.rows import FAMILIES, Findings
from testbed.report.sentences import headlines, plain_name

MAIN = ("decide.worst_share", "regime.appeal.noticed", "regime.sharing.share")
"""Dials that are named first: who gets an adverse decision, who learns of it, how far it spreads."""


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
    known = {str(dial.get("path")): listed([dial]) for dial in manifest.get("assumed") or []}
    about = "" if row.split == "all" else f" ({clean(row.who)})"
    return owners_said(owed, f"{plain_name(row)}{about}", known, most)


def assumed_said(manifest: Mapping[str, Any], most: int, led: tuple[Finding, Owed] | None) -> str:
    """How many dials are guesses, how well the others are known, those that own the headline, and wrong matches.

    most: how many dials are written with their values; below 0, none is named. led: the headline and what guesses do
    to it; if None, some guesses are named instead.
    """
    dials = [dial for dial in manifest.get("assumed") or [] if _guessed(dial) and dial.get("measures", [""])]
    if not dials:
        return "Assumed: no dial." if "assumed" in manifest else "Assumed: not recorded."
    known = dict((manifest.get("readings") or {}).get("all dials") or {})
    others = ", ".join(f"{known[one]:,} {one}" for one in READINGS if known.get(one) and one != "assumed")
    said = f"Assumed: {len(dials):,} of {sum(known.values()):,} dials" if known else ""
    said = said or f"Assumed: {counted(len(dials), 'dial')}"
    said += f" ({others})" if others and most >= 0 and (most or led is None) else ""
    if most < 0:
        owned = f", {100 * led[1].headline['share']:.0f} % of the {plain_name(led[0])}" if led else ""
        return f"{said}{owned}."
    matches = [dial for dial in dials if guessed_match(dial)]
    read = [dial for dial in dials if not guessed_match(dial) and dial.get("measures", [""])]
    rest = sorted(read, key=_main)
    shown = rest[: max(0, most - 1)] if matches else rest[:most]
    if led is not None:
        said += f". {owners_of(manifest, led, most)}"
    elif shown:
        said += f", such as {listed(shown)}" if len(rest) > len(shown) else f": {listed(shown)}"
    if matches:
        said += ". No rate of wrong matches is published; this run uses the middle of a range"
        said += f": {listed(matches[:1])}" if most else ""
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


def listed(dials: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{clean(dial.get('path'))} = {dial_value(dial.get('value'))}{_range(dial)}" for dial in dials)


def _range(dial: Mapping[str, Any]) -> str:
    bounds = dial.get("range")
    return f" ({dial_value(bounds[0])} to {dial_value(bounds[1])})" if bounds else ""


def dial_value(value: object) -> str:
    """A dial's value in its shortest form, as it is typed after --set."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.6g}" if isinstance(value, float) else clean(value)
