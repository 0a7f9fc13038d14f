"""Findings as sentences for a document, and texts made safe for Markdown."""

from __future__ import annotations

import re

from testbed.report import FAMILIES, Findings, Sentence, clean, headlines

LIMITS = (
    "The people are synthetic: no number is about a real person, city or company.",
    "A number holds in this scenario, at these dials and seeds. Many dials are assumptions with a range.",
    "An interval is a 95 % interval of one number. Numbers that were not computed are left out, and are not 0.",
    "No number says that a model is fair, and none is a grade or a seal.",
)
"""What findings of a synthetic society do not say."""
OF_TABLE = (
    "The numbers are about the rows of one table, and about nobody else.",
    *LIMITS[2:],
)
"""The same for findings of a table of decisions."""
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def markdown(text: object) -> str:
    r"""A text on one line that Markdown shows as it is, with no markup of its own.

    >>> markdown("<b>x*\ny")
    '\\<b\\>x\\* y'
    """
    return _SPECIAL.sub(r"\\\1", clean(text))


def told(findings: Findings, column: tuple[str, str]) -> dict[str, list[Sentence]]:
    """The headline sentences of one model by family of harms, of those that have a value."""
    found = {harm: headlines(findings, harm, column) for harm in (*FAMILIES, "accountability")}
    return {harm: some for harm, every in found.items() if (some := [one for one in every if one.row.known])}


def limits(findings: Findings) -> tuple[str, ...]:
    """What the findings do not say."""
    return OF_TABLE if findings.scenario == "table" else LIMITS
