"""The audit of a table of real predictions.

Comes in: a frame or a file, and what its columns are for.
Goes out: findings.
"""

from testbed.tables.foreign import from_callable
from testbed.tables.measuring import table_measures
from testbed.tables.reading import kind
from testbed.tables.table import audit_table

__all__ = ["audit_table", "from_callable", "kind", "table_measures"]
