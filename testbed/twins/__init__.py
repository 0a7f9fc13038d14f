"""The same world with one thing changed.

Comes in: a base history and a change: Inject, Assign or Switch.
Goes out: the changed history, and who differs from the base.
"""

from testbed.twins.differences import TOUCHED, touched
from testbed.twins.twin import Assign, Change, Inject, Replay, Switch, apart, by_root, replay, strayed_between

__all__ = [
    "TOUCHED",
    "Assign",
    "Change",
    "Inject",
    "Replay",
    "Switch",
    "apart",
    "by_root",
    "replay",
    "strayed_between",
    "touched",
]
