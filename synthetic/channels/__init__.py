"""Channels: how an act becomes an entry, is missed, or is entered on the wrong person; each channel is a TOML file.

Comes in: the acts of a month and the columns of people that the channel sees.
Goes out: entries with their delay and origin, some of them errors.
"""

from synthetic.channels.base import (
    FOLDER,
    GRAMMAR,
    MAX_DELAY,
    Acts,
    At,
    Channel,
    Columns,
    Roll,
    check_columns,
    check_kinds,
    check_numbers,
    names,
    waiting,
)

__all__ = [
    "FOLDER",
    "GRAMMAR",
    "MAX_DELAY",
    "Acts",
    "At",
    "Channel",
    "Columns",
    "Roll",
    "check_columns",
    "check_kinds",
    "check_numbers",
    "names",
    "waiting",
]
