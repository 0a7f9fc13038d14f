"""The same world with one thing changed.

Comes in: a base history and a change: Inject, Assign or Switch.
Goes out: the changed history, and who differs from the base.
"""

from testbed.twins.changes import Assign, Change, Inject, Switch
from testbed.twins.differences import TOUCHED
from testbed.twins.replaying import Replay, replay
from testbed.twins.roots import apart, by_root
from testbed.twins.twin import Twin, changed, injected, separable, switched

__all__ = [
    "TOUCHED",
    "Assign",
    "Change",
    "Inject",
    "Replay",
    "Switch",
    "Twin",
    "apart",
    "by_root",
    "changed",
    "injected",
    "replay",
    "separable",
    "switched",
]
