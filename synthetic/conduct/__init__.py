"""What people do: one kind of conduct is one TOML file.

Comes in: rates with sources, and what they depend on.
Goes out: the chance of each person to act in a month.
"""

from synthetic.conduct.base import FOLDER, MOST_BESIDE, Conduct, names

__all__ = ["FOLDER", "MOST_BESIDE", "Conduct", "names"]
