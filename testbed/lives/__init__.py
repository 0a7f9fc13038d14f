"""One life with and without one wrong entry.

Comes in: a case and a person.
Goes out: what happened in both worlds, month by month.
"""

from testbed.lives.one_life import life, typical
from testbed.lives.way_out import way_out

__all__ = ["life", "typical", "way_out"]
