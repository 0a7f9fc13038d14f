"""What one wrong entry causes, for whom, and for how long.

Comes in: a case and its twin with wrong entries.
Goes out: per-person parts, or rows.
"""

from testbed.measures.error_propagation.error_reach import WHAT
from testbed.measures.error_propagation.error_roots import adverse_sanctions, effects

__all__ = ["WHAT", "adverse_sanctions", "effects"]
