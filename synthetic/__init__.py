"""Makes people and records; knows nothing of scoring."""

from synthetic.population.population import Population
from synthetic.recipes.base import Recipe

__all__ = ["Population", "Recipe"]
