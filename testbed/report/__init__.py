"""Findings as a person reads them.

Comes in: a findings table and its manifest.
Goes out: the short answer, the page, the figures.
"""

from testbed.report.case_page import case_sentence, case_text, case_view, render_case
from testbed.report.curve_points import curve_text, curves
from testbed.report.drawing import inside
from testbed.report.finding_row import Finding
from testbed.report.from_frames import findings_of
from testbed.report.ladder import ladder_lines
from testbed.report.leaderboard import families_of, render_leaderboard
from testbed.report.numbers import Scale, decimals, interval, scale
from testbed.report.opening import failures_said, is_void
from testbed.report.owed import named
from testbed.report.page import NAME, write_page
from testbed.report.plaintext import clean, counted
from testbed.report.plaintext import clean as cleaned
from testbed.report.rows import FAMILIES, Findings
from testbed.report.sentences import Sentence, headlines, no_difference, plain_name
from testbed.report.sweeps import side_by_side
from testbed.report.terminal import answer

__all__ = [
    "FAMILIES",
    "NAME",
    "Finding",
    "Findings",
    "Scale",
    "Sentence",
    "answer",
    "case_sentence",
    "case_text",
    "case_view",
    "clean",
    "cleaned",
    "counted",
    "curve_text",
    "curves",
    "decimals",
    "failures_said",
    "families_of",
    "findings_of",
    "headlines",
    "inside",
    "interval",
    "is_void",
    "ladder_lines",
    "named",
    "no_difference",
    "plain_name",
    "render_case",
    "render_leaderboard",
    "scale",
    "side_by_side",
    "write_page",
]
