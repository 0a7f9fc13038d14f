"""Recourse: the plans by which people can leave an adverse decision, and whether they work.

Comes in: a case and a month. The scenario's actions say what can be done.
Goes out: for each person who is decided adversely, the cheapest plan that works often enough, and what became of plans
that were walked in the world.
"""

from testbed.recourse.answers import Answers, SchemeAnswers, spared
from testbed.recourse.beam import Beam
from testbed.recourse.options import Step
from testbed.recourse.planning import Found, Plan, Planner
from testbed.recourse.situations import (
    Entry,
    Rules,
    Situation,
    adverse_people,
    entries_of,
    gathered,
    rules_of,
    situations,
)
from testbed.recourse.walking import apart, walked

__all__ = [
    "Answers",
    "Beam",
    "Entry",
    "Found",
    "Plan",
    "Planner",
    "Rules",
    "SchemeAnswers",
    "Situation",
    "Step",
    "adverse_people",
    "apart",
    "entries_of",
    "gathered",
    "rules_of",
    "situations",
    "spared",
    "walked",
]
