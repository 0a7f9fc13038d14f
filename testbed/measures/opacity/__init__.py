"""What scored people can know, predict and contest.

Comes in: a case that can be asked.
Goes out: per-person parts, or rows.
"""

from testbed.measures.opacity.changes import changed
from testbed.measures.opacity.recourse_findable import believed_plans
from testbed.measures.opacity.recourse_plans import planned

__all__ = ["believed_plans", "changed", "planned"]
