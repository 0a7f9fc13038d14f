"""All that a measure may see of one model in one world.

Comes in: a scenario at a size, length and seed, and a model; or a table of decisions.
Goes out: people, records, scores, history, twins, and answers of the scheme to new records.
"""

from testbed.case.case import Case, run_case
from testbed.case.causes import caused, causes_said, readers, unread
from testbed.case.conduct import acts_in_window, adverse_kinds, cells, kinds_read, windows
from testbed.case.deciding import decided_by
from testbed.case.decisions import Table
from testbed.case.granting import granted
from testbed.case.other_worlds import Answered, answered, elsewhere, scaled_coverage, scaled_errors
from testbed.case.setting import Setting

__all__ = [
    "Answered",
    "Case",
    "Setting",
    "Table",
    "acts_in_window",
    "adverse_kinds",
    "answered",
    "caused",
    "causes_said",
    "cells",
    "decided_by",
    "elsewhere",
    "granted",
    "kinds_read",
    "readers",
    "run_case",
    "scaled_coverage",
    "scaled_errors",
    "unread",
    "windows",
]
