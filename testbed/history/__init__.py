"""What a world leaves behind, kept as changes.

Comes in: the acts, entries, scores, decisions and lists of each month.
Goes out: the state of anybody in any month, and histories merged or laid over each other.
"""

from testbed.history.base import History, Strays
from testbed.history.changes import Changes, unequal
from testbed.history.merging import differs, joined, overlay, part_of

__all__ = ["Changes", "History", "Strays", "differs", "joined", "overlay", "part_of", "unequal"]
