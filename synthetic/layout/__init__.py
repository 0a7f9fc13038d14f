"""Who lives where and with whom, computed from ids alone.

Comes in: a seed, numbers and ranges of ids.
Goes out: households, ages of kin, cities, and invertible permutations of ids.
"""

from synthetic.layout.cities import Cities, cities_by_seed
from synthetic.layout.households import Layout, Members
from synthetic.layout.kinship import LETTERS, OLDEST, ROLES, Kinship, KinshipByPlace, band_of, quantiles
from synthetic.layout.shuffle import Ints, Shuffle

__all__ = [
    "LETTERS",
    "OLDEST",
    "ROLES",
    "Cities",
    "Ints",
    "Kinship",
    "KinshipByPlace",
    "Layout",
    "Members",
    "Shuffle",
    "band_of",
    "cities_by_seed",
    "quantiles",
]
