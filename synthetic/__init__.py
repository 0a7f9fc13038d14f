"""Makes people and records; knows nothing of scoring.

What comes in: a recipe with sourced numbers, a size and a seed. What goes out: people, what they do, and what is
recorded of them. The names are imported when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synthetic.population import Population as Population
    from synthetic.recipes import Recipe as Recipe

_HOME = {"Population": "synthetic.population.population", "Recipe": "synthetic.recipes.base"}

__all__ = ["Population", "Recipe"]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'synthetic' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
