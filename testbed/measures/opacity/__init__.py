"""What scored people can know, predict and contest.

Comes in: a case that can be asked.
Goes out: per-person parts, or rows.
"""

from testbed.measures.opacity.changes import changed
from testbed.measures.opacity.disclosed_forecast import ASKS, at_base_rate
from testbed.measures.opacity.discretion import discretion_share, widest_discretion
from testbed.measures.opacity.foresight import Question, Share, share
from testbed.measures.opacity.points_sheet import ITEMS, items, surrogate_items
from testbed.measures.opacity.predictability import Asked, mostly_chance
from testbed.measures.opacity.reason_truth import reason_fidelity, reason_sufficiency
from testbed.measures.opacity.reasons import clarity_gap, reason_coverage, reason_specificity
from testbed.measures.opacity.reconstruction import cases_needed, reconstruction_cost
from testbed.measures.opacity.recourse_findable import believed_plans
from testbed.measures.opacity.recourse_plans import planned
from testbed.measures.opacity.surrogate_size import (
    LEAVES,
    Decided,
    leaves,
    of_each_decision,
    smallest,
    surrogate_leaves,
)

OF_SCHEMES = (
    reason_coverage,
    clarity_gap,
    reason_specificity,
    reason_fidelity,
    reason_sufficiency,
    discretion_share,
    widest_discretion,
)
"""Measures that read the scheme and what people are told, and nothing else of a world."""

__all__ = [
    "ASKS",
    "ITEMS",
    "LEAVES",
    "OF_SCHEMES",
    "Asked",
    "Decided",
    "Question",
    "Share",
    "at_base_rate",
    "believed_plans",
    "cases_needed",
    "changed",
    "items",
    "leaves",
    "mostly_chance",
    "of_each_decision",
    "planned",
    "reconstruction_cost",
    "share",
    "smallest",
    "surrogate_items",
    "surrogate_leaves",
]
