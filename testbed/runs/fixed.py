"""Numbers that scores from a table cannot have."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testbed.case import Case
    from testbed.measure import Measure

FIXED = (
    "the scores of a table stay as they are, whatever a record says: to see what a change does, bring the model itself"
)


def fixed(case: Case, measure: Measure) -> str:
    """Why a measure cannot be had of scores that cannot change, if that is what the case has; else ""."""
    return FIXED if case.scheme.fixed and {"twin", "asking"} & set(measure.needs) else ""
