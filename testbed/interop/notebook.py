"""Findings as a notebook shows them: the numbers that people read, with intervals and units in words."""

# Any: a user may give anything as findings.
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from textwrap import shorten
from typing import Any

from synthetic.errors import InputError, unknown
from testbed.findings import patterns, split_name
from testbed.report import Finding, clean, decimals, findings_of, interval, plain_name, scale

HEAD = ("measure", "about", "value", "interval", "n")
WHY = 72
"""Letters of a reason that are shown; the column `why` of the findings has it whole."""


@dataclass(frozen=True)
class Shown:
    """Findings for reading: cells of text, a head, and how many rows were left out.

    A notebook shows it as a table; printed, it is lines of text.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    left: int = 0

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(cell)}</th>" for cell in self.head)
        body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in self.rows)
        more = f"<p>{escape(self._more)}</p>" if self.left else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def __repr__(self) -> str:
        table = [self.head, *self.rows]
        wide = [max(len(row[place]) for row in table) for place in range(len(self.head))]
        lines = ["  ".join(cell.ljust(most) for cell, most in zip(row, wide, strict=True)).rstrip() for row in table]
        return "\n".join([*lines, *([self._more] if self.left else [])])

    @property
    def _more(self) -> str:
        return f"{self.left:,} more rows: shown(findings, most=None) shows all."


def shown(
    findings: Any, *, measures: str | Sequence[str] | None = None, split: str | None = None, most: int | None = 40
) -> Shown:
    """Show findings for reading, in a notebook or at a prompt.

    `audit` returns a plain DataFrame with all its numbers; this is a view of it. Rows that only judge another row (p
    values, detectable differences) are left out, as are crossings unless asked for.

    Parameters
    ----------
    findings : DataFrame
        Findings, as `audit` or `audit_table` returns them.
    measures : str or sequence of str, optional
        Names of measures, or the beginning of names with a star: "error_*". Default: all.
    split : str, optional
        An attribute, a crossing `a*b`, or "all" for everybody. Default: everybody and all single attributes.
    most : int or None, default 40
        The most rows that are shown; None for all.

    Returns
    -------
    Shown
        A table in a notebook, lines of text elsewhere.

    Raises
    ------
    InputError
        If the findings are no findings, or have no such measure or split.

    See Also
    --------
    audit : Make findings.

    Examples
    --------
    >>> from testbed import audit, shown
    >>> findings = audit("rongcheng", people=1024, periods=3, measures="adverse_rate")
    >>> shown(findings, split="all")  # doctest: +ELLIPSIS
    measure       about      value ...
    adverse rate  everybody  ...
    """
    held = findings_of(findings)
    rows = held.main()
    if measures is not None:
        names = patterns(measures)
        for name in names:
            if not any(_asks(name, row) for row in rows):
                raise unknown("measure", name, {row.name for row in rows})
        rows = [row for row in rows if any(_asks(name, row) for name in names)]
    splits = dict.fromkeys(row.split for row in rows)
    if split is not None and split not in splits:
        raise unknown("split", split, splits)
    rows = [row for row in rows if row.split == split or (split is None and not set("*|") & set(row.split))]
    if not rows:
        raise InputError("the findings have no row to show.")
    many = len({row.column for row in rows}) > 1
    cells = tuple((*((held.short(row.column),) if many else ()), *_cells(row)) for row in rows[:most])
    return Shown((*(("model",) if many else ()), *HEAD), cells, max(0, len(rows) - len(cells)))


def _asks(pattern: str, row: Finding) -> bool:
    """Whether a name, or its beginning with a star, asks for a row; a bracket must be the row's own."""
    name, inside = split_name(pattern)
    fits = row.name.startswith(name[:-1]) if name.endswith("*") else row.name == name
    return fits and all(row.settings.get(key) == value for key, value in inside.items())


def _cells(row: Finding) -> tuple[str, ...]:
    by = scale(row.unit, comparison=row.comparison)
    name = clean(plain_name(row))
    if not row.known:
        return name, clean(row.who), "not computed", shorten(clean(row.why), WHY, placeholder="..."), f"{row.n:,}"
    places = decimals(row.value, row.low, row.high, by.factor)
    limits = interval(row.low, row.high, row.value, places, by).removeprefix("95 % interval ")
    return name, clean(row.who), by.write(row.value, places), limits, f"{row.n:,}"
