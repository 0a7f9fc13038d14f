"""Which decision rests on which entry.

Comes in: a case.
Goes out: for each entry its copies, the decisions that it turned, the acts that sanctions brought about, and how long
anything of it remains.
"""

from testbed.lineage.remains import remains_until
from testbed.lineage.trace import COPY, LISTING, RECORD, Lineage, decisions_on, lineage, unasked

__all__ = ["COPY", "LISTING", "RECORD", "Lineage", "decisions_on", "lineage", "remains_until", "unasked"]
