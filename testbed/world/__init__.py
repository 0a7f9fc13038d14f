"""One society under one scheme, month after month.

Comes in: a scenario, a scheme and a seed.
Goes out: a history, and the records that the institution holds.
"""

from testbed.world.alike import same_world
from testbed.world.deserved import deserved_sanctions
from testbed.world.month import Injection, World, apart, borders
from testbed.world.recorded import held_arrays, outcome_positive, record_arrays, record_columns, records, window
from testbed.world.scoring import Scheme, given
from testbed.world.society import READERS, SCHEME, Society, Views
from testbed.world.walk import Walk

__all__ = [
    "READERS",
    "SCHEME",
    "Injection",
    "Scheme",
    "Society",
    "Views",
    "Walk",
    "World",
    "apart",
    "borders",
    "deserved_sanctions",
    "given",
    "held_arrays",
    "outcome_positive",
    "record_arrays",
    "record_columns",
    "records",
    "same_world",
    "window",
]
