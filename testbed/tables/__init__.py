"""The audit of a real table of predictions, and of a model on a table of people.

Comes in: a frame or a file, what its columns are for, and perhaps a model.
Goes out: findings.

What needs a model is imported when it is first used: an audit of predictions starts without it.
"""

# Any: a name of the room can be anything.
from typing import TYPE_CHECKING, Any

from testbed.tables.describing import describe
from testbed.tables.foreign import from_callable
from testbed.tables.measuring import table_measures
from testbed.tables.reading import kind
from testbed.tables.table import audit_table

if TYPE_CHECKING:
    from testbed.tables.modeled import ACTIONS, ERRORS, asking_measures, audit_model, run_model

__all__ = [
    "ACTIONS",
    "ERRORS",
    "asking_measures",
    "audit_model",
    "audit_table",
    "describe",
    "from_callable",
    "kind",
    "run_model",
    "table_measures",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'testbed.tables' has no attribute {name!r}")
    from testbed.tables import modeled

    return getattr(modeled, name)
