"""One column of people: what it means and how it is drawn.

Comes in: sourced numbers and uniform draws.
Goes out: variables that a recipe lists, and the laws that turn draws into values.
"""

from synthetic.variables.columns import Chances, Column, Numbers, Variable, chances, variable
from synthetic.variables.laws import Ranks, normal, shifted

__all__ = ["Chances", "Column", "Numbers", "Ranks", "Variable", "chances", "normal", "shifted", "variable"]
