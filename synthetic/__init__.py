"""Synthetic people and records, without any scoring.

Takes a recipe whose numbers have sources, a size and a seed. Gives people, what they do, and what is recorded about
them. Names are imported on first use.
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
