"""A scenario is one TOML file that names all parts of an audit.

Comes in: a registered name or a path, and dials to set.
Goes out: the parts, checked against each other, and what findings are split by.
"""

from testbed.scenarios.base import TRAINING_PERIODS, Scenario, names
from testbed.scenarios.reading import FOLDER, OUTCOME
from testbed.scenarios.splits import splits_of

__all__ = ["FOLDER", "OUTCOME", "TRAINING_PERIODS", "Scenario", "names", "splits_of"]
