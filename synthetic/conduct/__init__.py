"""What people do; each kind of conduct is a TOML file.

Comes in: rates with sources, and the columns that they depend on.
Goes out: the rate at which each person acts in a month.
"""

from synthetic.conduct.base import FOLDER, GRAMMAR, MOST_BESIDE, Conduct, names

__all__ = ["FOLDER", "GRAMMAR", "MOST_BESIDE", "Conduct", "names"]
