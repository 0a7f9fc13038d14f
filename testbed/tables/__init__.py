"""The audit of a real table of predictions, and of a model on a table of people.

Comes in: a frame or a file, what its columns are for, and perhaps a model.
Goes out: findings.
"""

from testbed.tables.foreign import from_callable
from testbed.tables.measuring import table_measures
from testbed.tables.modeled import ACTIONS, ERRORS, asking_measures, audit_model, run_model
from testbed.tables.reading import kind
from testbed.tables.table import audit_table

__all__ = [
    "ACTIONS",
    "ERRORS",
    "asking_measures",
    "audit_model",
    "audit_table",
    "from_callable",
    "kind",
    "run_model",
    "table_measures",
]
