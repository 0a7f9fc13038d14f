"""People by id: the same recipe, size and seed give the same bytes, in any order.

Comes in: a recipe, or a table of real people.
Goes out: columns of people, and their kin, firms and acquaintances.
"""

from synthetic.population.firms import Firms
from synthetic.population.kin import NAMES, Kin
from synthetic.population.population import Population
from synthetic.population.ties import Acquaintances, dials

__all__ = ["NAMES", "Acquaintances", "Firms", "Kin", "Population", "dials"]
