"""Models of the user's run in a process of their own, so that nothing a model does can hurt the run.

Comes in: the name of a model, or an object that can be sent, and records.
Goes out: its checked answers, or one sentence on how it failed; then it is not asked again, and nothing of it is left.
"""

from testbed.models.apart.kept import Kept, manner, start
from testbed.models.apart.model import Apart
from testbed.models.apart.running import UnsentError

__all__ = ["Apart", "Kept", "UnsentError", "manner", "start"]
