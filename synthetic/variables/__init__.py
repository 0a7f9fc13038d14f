"""Variables: what a column of people means and how it is drawn.

Comes in: numbers with sources, and uniform draws.
Goes out: the variables that a recipe lists, and the laws that turn draws into values.
"""

from synthetic.variables.columns import DRAWN_BY, Chances, Column, Numbers, Variable, chances, variable
from synthetic.variables.laws import Ranks, normal, shifted

__all__ = ["DRAWN_BY", "Chances", "Column", "Numbers", "Ranks", "Variable", "chances", "normal", "shifted", "variable"]
