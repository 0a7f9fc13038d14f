"""The results of a sweep: the requested numbers side by side, and each as a curve over its dial."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from testbed.findings import DERIVED, split_name
from testbed.report.drawing import SHAPES
from testbed.report.family_figures import Figure
from testbed.report.figures import Curve, Mark, curve
from testbed.report.finding_row import Finding, Place, owner
from testbed.report.numbers import Scale, scale
from testbed.report.plaintext import clean, columns
from testbed.report.plane import Line, Point, plane
from testbed.report.rows import Findings, said_point
from testbed.report.sentences import plain_name

HEADLINES = (
    "adverse_rate",
    "wrong_adverse_rate",
    "flip_rate",
    "error_gain",
    "error_reach[hop=household]",
    "detection_precision",
)
"""The measures that are shown if the user asked for none."""

WIDTH = 80


def shown(findings: Findings, wanted: Sequence[str]) -> list[Place]:
    """The places that a sweep shows, in the order of the findings: those of each pattern, or else the headlines."""
    heads = set(findings.heads)
    rows = [row for row in findings.audited if row.seed == findings.seed and row.column in heads]
    kept: set[Place] = set()
    for pattern in wanted or HEADLINES:
        kept.update(row.place for row in _asked(rows, pattern, findings))
    places = [row.place for row in rows if row.place in kept]
    if not places and not wanted:
        places = [row.place for row in rows if row.split == "all" and not row.suffix][: len(HEADLINES)]
    return list(dict.fromkeys(places))


def _asked(rows: Sequence[Finding], pattern: str, findings: Findings) -> list[Finding]:
    """The rows that a pattern names: over everybody, else by single attributes, else any; else those of its measure.

    A name without a bracket means the row without qualifiers, if there is one. Verdicts (`_p`, ...) need their name.
    """
    stem, qualifiers = split_name(pattern)
    some = [row for row in rows if qualifiers.items() <= row.settings.items()]
    some = [row for row in some if not (row.name + row.suffix).endswith(DERIVED) or row.name + row.suffix == stem]
    named = [row for row in some if fnmatchcase(row.name + row.suffix, stem)]
    plain = {row.name + row.suffix for row in named if not row.qualifiers}
    if not qualifiers:
        named = [row for row in named if not row.qualifiers or row.name + row.suffix not in plain]
    given = [row for row in some if fnmatchcase(owner(row.name, findings.info), stem)]
    choices = (
        [row for row in named if row.split == "all"],
        [row for row in named if not set("*|") & set(row.split)],
        named,
        [row for row in given if row.split == "all"],
        given,
    )
    return next((found for found in choices if found), [])


def side_by_side(findings: Findings, wanted: Sequence[str]) -> list[str]:
    """A line per step and model, a column per number, in as many tables as 80 columns of text require.

    Then why numbers are missing; a model that failed is told elsewhere.
    """
    places = shown(findings, wanted)
    several = len(findings.models) > 1
    heads = [", ".join(next(iter(findings.points.values()), {})), *(["model"] if several else [])]
    begin = [
        [", ".join(findings.points.get(name, {}).values()), *([clean(model)] if several else [])]
        for name, model in findings.heads
    ]
    body = [(_title(place), [_cell(findings.at(column, place)) for column in findings.heads]) for place in places]
    lines: list[str] = []
    while body:
        fits = 1
        while fits < len(body) and max(map(columns, _table(heads, begin, body[: fits + 1]))) <= WIDTH:
            fits += 1
        lines += ([""] if lines else []) + _table(heads, begin, body[:fits])
        body = body[fits:]
    held = [row for place in places for column in findings.heads if (row := findings.at(column, place)) is not None]
    whys = dict.fromkeys(clean(row.why) for row in held if not row.known and not findings.failed(row.model))
    return [*lines, *(f"undefined: {why}" for why in whys)]


def _table(heads: list[str], begin: list[list[str]], body: Sequence[tuple[str, list[str]]]) -> list[str]:
    cells = [[*heads, *(title for title, _ in body)]]
    cells += [[*first, *(column[place] for _, column in body)] for place, first in enumerate(begin)]
    widths = [max(columns(row[place]) for row in cells) for place in range(len(cells[0]))]
    return [
        "  ".join(cell + " " * (width - columns(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _title(place: Place) -> str:
    measure, split, group, versus = place
    if split == "all":
        return clean(measure)
    return clean(f"{measure} ({split}: {group or 'all groups'}{f' versus {versus}' if versus else ''})")


def _cell(row: Finding | None) -> str:
    if row is None:
        return "-"
    if not row.known:
        return "undefined"
    limits = "no interval" if math.isnan(row.low) else f"{row.low:.3g} to {row.high:.3g}"
    return f"{row.value:.4g} ({limits}, n {row.n:,})"


def swept(findings: Findings, harm: str, wanted: Sequence[str]) -> Iterator[Figure]:
    """The curves of one family: a figure per number over the dial, a line per model and value of the other dials."""
    if len(findings.points) < 2:
        return
    dial = _across(findings)
    for place in shown(findings, wanted):
        rows = [row for column in findings.heads if (row := findings.at(column, place)) is not None]
        if not any(row.known for row in rows) or rows[0].harm != harm:
            continue
        lines: dict[str, list[Finding]] = {}
        for row in rows:
            lines.setdefault(_line(findings, row, dial), []).append(row)
        names = list(lines)
        parts = [names[start : start + SHAPES] for start in range(0, len(names), SHAPES)]
        for number, part in enumerate(parts, start=1):
            of = f" ({number} of {len(parts)})" if len(parts) > 1 else ""
            yield _drawn(findings, dial, {name: lines[name] for name in part}, of)


def _across(findings: Findings) -> str:
    """The dial on the axis across: the first with several numbers as values, else the first with several values."""
    held = {path: {point[path] for point in findings.points.values()} for path in next(iter(findings.points.values()))}
    several = [path for path, values in held.items() if len(values) > 1]
    return next((path for path in several if all(map(_is_number, held[path]))), several[0])


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _line(findings: Findings, row: Finding, dial: str) -> str:
    rest = {path: value for path, value in findings.points[row.scenario].items() if path != dial}
    told = [said_point(rest)] if rest else []
    return ", ".join([*told, row.model] if len(findings.models) > 1 or not told else told)


def _drawn(findings: Findings, dial: str, lines: dict[str, list[Finding]], of: str) -> Figure:
    """One number over one dial: on a number axis if the values are numbers, else with a place for each value."""
    rows = [row for held in lines.values() for row in held]
    first = rows[0]
    by = scale(first.unit, comparison=first.comparison)
    unit = by.unit or first.unit or "number"
    about = "" if first.split == "all" else f", {first.who}"
    title = clean(f"{plain_name(first)}{about}, over {dial}{of}")
    title = title[:1].upper() + title[1:]
    note = f"Across: {dial}. Up: {unit}. Whiskers: 95 % intervals."
    missing = [f"{findings.points[row.scenario][dial]}: {clean(row.why)}" for row in rows if not row.known]
    note += f" Not computed at {'; '.join(missing)}." if missing else ""
    if all(_is_number(findings.points[row.scenario][dial]) for row in rows):
        made = [Line(name, _points(findings, dial, held), joined=True) for name, held in lines.items()]
        made = [line for line in made if line.points]
        return Figure(title, note, plane(title, made, Scale(), by, named=(dial, unit)), rows)
    marks = [
        Curve(name, [Mark(findings.points[row.scenario][dial], row.value, row.low, row.high, row.n) for row in held])
        for name, held in lines.items()
    ]
    return Figure(title, note, curve(title, marks, by, joined=False), rows)


def _points(findings: Findings, dial: str, rows: Sequence[Finding]) -> list[Point]:
    held = [(float(findings.points[row.scenario][dial]), row) for row in rows if math.isfinite(row.value)]
    is_drawn = {id(row): math.isfinite(row.low) and math.isfinite(row.high) for _, row in held}
    return [
        Point(at, row.value, *((row.low, row.high) if is_drawn[id(row)] else (math.nan, math.nan)))
        for at, row in sorted(held, key=lambda one: one[0])
    ]
