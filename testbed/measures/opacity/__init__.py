"""What scored people can know, predict and contest.

Comes in: a case that can be asked.
Goes out: per-person parts, or rows.
"""

from testbed.measures.opacity.changes import changed
from testbed.measures.opacity.disclosed_forecast import ASKS, at_base_rate
from testbed.measures.opacity.discretion import discretion_share, widest_discretion
from testbed.measures.opacity.foresight import Loss, Question, Share, foresee, share
from testbed.measures.opacity.reasons import clarity_gap, reason_coverage, reason_specificity
from testbed.measures.opacity.recourse_findable import believed_plans
from testbed.measures.opacity.recourse_plans import planned

OF_SCHEMES = (reason_coverage, clarity_gap, reason_specificity, discretion_share, widest_discretion)
"""Measures that read the scheme and what people are told, and nothing else of a world."""

__all__ = [
    "ASKS",
    "OF_SCHEMES",
    "Loss",
    "Question",
    "Share",
    "at_base_rate",
    "believed_plans",
    "changed",
    "foresee",
    "planned",
    "share",
]
