"""Actions: what a person can do about a decision, and what it costs.

Comes in: the name of a set of actions, one TOML file each.
Goes out: the actions and their numbers, from which plans are made.
"""

from testbed.actions.base import ADDS, CONTESTS, DEFAULT, ENDS, FOLDER, GRAMMAR, MOVES, Action, Actions, names

__all__ = ["ADDS", "CONTESTS", "DEFAULT", "ENDS", "FOLDER", "GRAMMAR", "MOVES", "Action", "Actions", "names"]
