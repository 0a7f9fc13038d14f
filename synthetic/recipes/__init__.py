"""A recipe is a causal model of people as a TOML file with a source for every number.

Or the people are the rows of a table, declared by a TOML file beside it.

Comes in: the file, and values of dials.
Goes out: variables in causal order, blocks of people, the causal graph, and published margins.
"""

from synthetic.recipes.base import Recipe
from synthetic.recipes.block import Block, Setting
from synthetic.recipes.china_2020 import REACH
from synthetic.recipes.file import FOLDER, GRAMMAR
from synthetic.recipes.graph import svg
from synthetic.recipes.margins import Margin
from synthetic.recipes.people_file import TABLES, TAKEN, is_table

__all__ = ["FOLDER", "GRAMMAR", "REACH", "TABLES", "TAKEN", "Block", "Margin", "Recipe", "Setting", "is_table", "svg"]
