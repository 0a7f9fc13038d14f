"""Figures of findings as matplotlib axes, for a paper, a talk or a notebook.

Comes in: findings, or a case, which is then measured.
Goes out: axes with a title that says what they show, and files of every figure.
"""

from testbed.plot.cascades import cascade
from testbed.plot.files import FORMATS, figure_files
from testbed.plot.frontiers import frontier
from testbed.plot.gaps import gap
from testbed.plot.one_life import life
from testbed.plot.unforeseen import hidden

__all__ = ["FORMATS", "cascade", "figure_files", "frontier", "gap", "hidden", "life"]
