"""Scenarios: one TOML file each that names all parts of an audit.

Comes in: a registered name or a path, and dials to set.
Goes out: the parts, checked against each other, and the groups by which findings are split.
"""

from testbed.scenarios.base import TRAINING_PERIODS, Scenario, names
from testbed.scenarios.grants import ALL, GRANTS, Grant, rights_asked, rungs
from testbed.scenarios.outcomes import COLUMN, OUTCOME
from testbed.scenarios.own import SHARES
from testbed.scenarios.reading import FOLDER, GRAMMAR
from testbed.scenarios.readings import readings
from testbed.scenarios.schemes import model_of, opened_of
from testbed.scenarios.screening import STORED, declaration_digest, screening_of, screening_text, stored
from testbed.scenarios.splits import splits_of
from testbed.scenarios.units import unit_of

__all__ = [
    "ALL",
    "COLUMN",
    "FOLDER",
    "GRAMMAR",
    "GRANTS",
    "OUTCOME",
    "SHARES",
    "STORED",
    "TRAINING_PERIODS",
    "Grant",
    "Scenario",
    "declaration_digest",
    "model_of",
    "names",
    "opened_of",
    "readings",
    "rights_asked",
    "rungs",
    "screening_of",
    "screening_text",
    "splits_of",
    "stored",
    "unit_of",
]
