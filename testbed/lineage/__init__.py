"""Which decision rests on which entry.

Comes in: a case.
Goes out: for each entry its copies, the decisions that it turned, and the acts that sanctions brought about.
"""

from testbed.lineage.trace import COPY, LISTING, RECORD, Lineage, decisions_on, lineage

__all__ = ["COPY", "LISTING", "RECORD", "Lineage", "decisions_on", "lineage"]
