"""A recipe is a causal model of people as a TOML file with a source for every number.

Comes in: the file, and values of dials.
Goes out: variables in causal order, blocks of people, the causal graph, and published margins.
"""

from synthetic.recipes.base import Recipe
from synthetic.recipes.block import Block, Setting
from synthetic.recipes.china_2020 import REACH
from synthetic.recipes.file import FOLDER, GRAMMAR
from synthetic.recipes.graph import svg
from synthetic.recipes.margins import Margin

__all__ = ["FOLDER", "GRAMMAR", "REACH", "Block", "Margin", "Recipe", "Setting", "svg"]
