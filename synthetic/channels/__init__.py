"""How an act becomes an entry, is missed, or falls on the wrong person: one channel is one TOML file.

Comes in: acts of a month, and what the channel sees of people.
Goes out: entries with their delay and origin, and the errors among them.
"""

from synthetic.channels.base import (
    FOLDER,
    MAX_DELAY,
    Acts,
    Channel,
    Columns,
    check_columns,
    check_kinds,
    check_numbers,
    names,
    waiting,
)

__all__ = [
    "FOLDER",
    "MAX_DELAY",
    "Acts",
    "Channel",
    "Columns",
    "check_columns",
    "check_kinds",
    "check_numbers",
    "names",
    "waiting",
]
