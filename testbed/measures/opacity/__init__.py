"""What scored people can know, predict and contest.

Comes in: a case that can be asked.
Goes out: per-person parts, or rows.
"""

from testbed.measures.opacity.changes import changed

__all__ = ["changed"]
