"""The audit of a model on a table: what it decides, what it does with wrong values, and what people can know of it.

Comes in: a model, and a table whose rows are people.
Goes out: the findings of all three families.
"""

from testbed.tables.modeled.actions import GRAMMAR as ACTIONS
from testbed.tables.modeled.audit import asking_measures, audit_model, model_measures, run_model
from testbed.tables.modeled.mistakes import GRAMMAR as ERRORS

__all__ = ["ACTIONS", "ERRORS", "asking_measures", "audit_model", "model_measures", "run_model"]
