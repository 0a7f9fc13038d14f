"""The figures of each harm family: only those for which the run has rows, each with the rows behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from testbed.report.drawing import SHAPES
from testbed.report.figures import Curve, Mark, curve, dots
from testbed.report.finding_row import Finding
from testbed.report.numbers import scale
from testbed.report.plaintext import clean
from testbed.report.rows import Findings
from testbed.report.sentences import no_difference, plain_name

LONGEST = 24
"""The most marks in one figure; the table has the rest."""
OF_TABLES = ("selection_rate", "true_positive_rate", "false_positive_rate", "precision")
"""Rates drawn by group for a table, in which true conduct is unknown."""
SHOWN = {
    "adverse_rate": "share decided adversely",
    "wrong_adverse_rate": "share decided adversely although the true record deserves it not",
    "selection_rate": "share decided positively",
    "true_positive_rate": "share decided positively of those with a positive outcome",
    "false_positive_rate": "share decided positively of those with a negative outcome",
    "precision": "share with a positive outcome of those decided positively",
    "flip_rate": "share of errors that turn a decision adverse",
    "error_burden": "wrong adverse decisions",
}
"""What a figure of a measure shows, in words."""
REACHED = {
    ("hop", "none"): "without a known tie",
    ("hop", "household"): "in the household",
    ("what", "score"): "by the score",
    ("what", "decision"): "by the decision",
    ("what", "list"): "by a list",
    ("what", "sanction"): "by a sanction",
}


@dataclass(frozen=True)
class Figure:
    """A drawing with its title, a reading note, and its data: rows of findings, or a table with its head."""

    title: str
    note: str
    svg: Markup
    rows: Sequence[Finding]
    table: tuple[Sequence[str], Sequence[Sequence[str]]] | None = None

    @property
    def several(self) -> bool:
        """Whether the rows belong to more than one model or scenario."""
        return len({row.column for row in self.rows}) > 1

    def of(self, row: Finding) -> str:
        """The model of a row, and its scenario if there are several."""
        alone = len({row.scenario for row in self.rows}) == 1
        return row.model if alone else f"{row.scenario}, {row.model}"


def figures(findings: Findings, harm: str) -> list[Figure]:
    """The figures of one family, in the order of the page."""
    makers: dict[str, Callable[[Findings], Iterable[Figure | None]]] = {
        "disparate impact": _impact,
        "opacity": _opacity,
        "error propagation": _errors,
        "benefit": _benefit,
        "accountability": _operator,
    }
    made = makers[harm](findings) if harm in makers else ()
    return [figure for figure in made if figure is not None]


def _impact(findings: Findings) -> Iterable[Figure | None]:
    for split in _splits(findings):
        if findings.scenario != "table":
            yield from _gaps(findings, split)
        names = OF_TABLES if findings.scenario == "table" else ("adverse_rate", "wrong_adverse_rate")
        for name in names:
            title = shown_by(name, split)
            yield _dots(findings, title, _by_group(findings, name, split), lambda row: row.group)


def _gaps(findings: Findings, split: str) -> Iterable[Figure | None]:
    names = (
        "adverse_gap",
        "wrong_adverse_gap",
        "adverse_gap_at_equal_conduct",
        "counterfactual_effect",
        "spurious_gap",
    )
    rows = [row for row in _all(findings, *names) if row.split == split and row.versus]
    for group, versus in list(dict.fromkeys((row.group, row.versus) for row in rows))[:3]:
        title = f"How much more often {group} than {versus} people are decided adversely"
        yield _dots(findings, title, [row for row in rows if (row.group, row.versus) == (group, versus)], plain_name)


def _opacity(findings: Findings) -> Iterable[Figure | None]:
    for column in findings.heads[:SHAPES]:
        curves, rows = [], []
        for name, words in (
            ("unpredictability", "cannot be foreseen"),
            ("hidden", "hidden: neither foreseen nor chance"),
        ):
            found = [row for row in _all(findings, name) if row.column == column and row.split == "all"]
            found = sorted((row for row in found if row.qualifiers.get("k", "").isdigit()), key=_k)
            if len(found) > 1:
                rows += found
                curves.append(Curve(words, [marked(findings, row, f"{_k(row):,}") for row in found]))
        if curves:
            title = f"{_of(findings, column)}What stays uncertain after k known cases"
            note = "Across: the number of known cases. Up: share of the uncertainty that base rates leave, in percent."
            yield Figure(title, note, curve(title, curves, scale("rate")), rows)
    rows = [row for row in _all(findings, "reason_coverage", "record_access", "randomness") if row.split == "all"]
    yield _dots(findings, "What people are told", rows, plain_name)


def _errors(findings: Findings) -> Iterable[Figure | None]:
    reach = [row for row in _all(findings, "error_reach") if row.split == "all"]
    yield _dots(findings, "Other people reached by one wrong entry", reach, _hop)
    sources = [
        row for row in _all(findings, "error_burden") if row.split == "all" and row.qualifiers.keys() == {"source"}
    ]
    if findings.scenario == "table":
        worst = sorted((row for row in sources if row.known), key=lambda row: -row.value)[: LONGEST // 2]
        yield _dots(findings, "Wrong adverse decisions by source of error, the most first", worst, _source)
    for name in ("flip_rate", "error_burden"):
        for split in _splits(findings)[:1]:
            rows = _by_group(findings, name, split)
            yield _dots(findings, shown_by(name, split), rows, lambda row: row.group)


def _benefit(findings: Findings) -> Iterable[Figure | None]:
    names = ("detection_precision", "detection_recall", "targeting_precision", "targeting_recall")
    rows = [row for row in _all(findings, *names) if row.split == "all"]
    keys = {row.key for row in rows}
    best = [row for row in findings.anchors if row.model.startswith("oracle") and row.key in keys]
    ordered = [row for found in rows for row in (found, *(one for one in best if one.key == found.key))]
    yield _dots(findings, "How much is found, and how much of it is right", ordered, _with_oracle)


def _operator(findings: Findings) -> Iterable[Figure | None]:
    rows = [row for row in findings.main(harm="accountability") if row.split == "all" and row.unit == "rate"]
    yield _dots(findings, "The operator's rates", rows, plain_name)


def _dots(findings: Findings, title: str, rows: Sequence[Finding], label: Callable[[Finding], str]) -> Figure | None:
    """A dot-and-whisker figure of rows that share a unit; None if there is no value to draw."""
    rows = [row for row in rows if row.unit == rows[0].unit][:LONGEST]
    if not any(row.known for row in rows):
        return None
    by = scale(rows[0].unit, comparison=rows[0].comparison)
    marks = [marked(findings, row, said) for row, said in zip(rows, _labels(findings, rows, label), strict=True)]
    nothing = no_difference(rows[0])
    note = f"Unit: {by.unit or rows[0].unit or 'number'}. Whiskers: 95 % intervals."
    if any(mark.lottery == mark.lottery for mark in marks):
        note += " Hollow diamond: a lottery instead of the scheme."
    title = clean(title)
    return Figure(title, note, dots(title, marks, by, zero=0.0 if nothing != nothing else nothing), rows)


def _labels(findings: Findings, rows: Sequence[Finding], label: Callable[[Finding], str]) -> list[str]:
    """The label of each mark, with the qualifiers in which rows differ if two labels would be equal."""
    said = [_of(findings, row.column) + label(row) for row in rows]
    if len(set(said)) == len(said):
        return said
    keys = sorted({key for row in rows for key in row.qualifiers})
    differ = [key for key in keys if len({row.settings.get(key) for row in rows}) > 1]
    return [
        ", ".join([text, *(f"{key} {row.settings[key]}" if key in row.settings else f"any {key}" for key in differ)])
        for text, row in zip(said, rows, strict=True)
    ]


def marked(findings: Findings, row: Finding, label: str) -> Mark:
    mine = row.column in findings.columns
    lottery = findings.beside(row) if mine else None
    series = findings.columns.index(row.column) if mine else len(findings.columns)
    beside = lottery.value if lottery is not None else float("nan")
    return Mark(label, row.value, row.low, row.high, row.n, series, beside, row.why)


def _all(findings: Findings, *names: str) -> list[Finding]:
    """Audited rows of these measures, grouped by measure in the order of the names."""
    rows = findings.main()
    return [row for name in names for row in rows if row.name == name]


def _by_group(findings: Findings, name: str, split: str) -> list[Finding]:
    rows = (row for row in _all(findings, name) if row.split == split and row.group and not row.versus)
    return sorted(rows, key=lambda row: (not row.known, row.number))


def _splits(findings: Findings) -> list[str]:
    """The single attributes that the run compares by, those of the manifest first."""
    found = dict.fromkeys(row.split for row in findings.main() if row.split != "all" and not set("*|") & set(row.split))
    first = [name for name in findings.compared if name in found]
    return [*first, *(name for name in found if name not in first)][:3]


def _of(findings: Findings, column: tuple[str, str]) -> str:
    label = findings.short(column) if column in findings.columns else ""
    return f"{label}: " if label else ""


def _with_oracle(row: Finding) -> str:
    return f"{plain_name(row)}{', oracle' if row.model.startswith('oracle') else ''}"


def _source(row: Finding) -> str:
    return row.qualifiers["source"]


def shown_by(name: str, split: str, of: str = "") -> str:
    """The title of a figure of a measure by group: the name, the attribute, and what is shown.

    >>> shown_by("flip_rate", "age_group")
    'Flip rate by age group: share of errors that turn a decision adverse'
    """
    by = " and ".join(split.replace("_", " ").split("*"))
    what = f": {SHOWN[name]}" if name in SHOWN else ""
    return f"{name.replace('_', ' ').capitalize()} by {by}{of}{what}"


def _hop(row: Finding) -> str:
    said = [REACHED.get((key, value), f"{key} {value}") for key, value in sorted(row.qualifiers.items())]
    return ", ".join(said) or "anybody, in any way"


def _k(row: Finding) -> int:
    return int(row.qualifiers["k"])
