"""How much memory a run takes, from measurements (docs/speed/memory.py), and whether it fits."""

from __future__ import annotations

from synthetic.memory import available, check_room

PERSON = 2000
"""Bytes that each person of an audit takes at the peak, whatever the months."""
MONTH = 80
"""Bytes that each person takes more for each month."""
WORLD = 100_000
"""Bytes that the findings and the task of each further world take."""


def needed(people: int, months: int, worlds: int = 1) -> int:
    """Return about how many bytes an audit takes beyond what the program itself does, one world after the other.

    >>> needed(1_000_000, 24)
    3920100000
    """
    return people * (PERSON + MONTH * months) + worlds * WORLD


def check_size(people: int, months: int, worlds: int = 1) -> None:
    """Raise InputError for a run that takes more memory than is free, with the size that would fit."""
    free = available()
    if free is None:
        return
    fit = max(free - worlds * WORLD, 0) // (PERSON + MONTH * months)
    hint = f"; about {fit:,} people would fit" if fit else ""
    sizes = f"{people:,} people, {months:,} months" + (f", {worlds:,} worlds" if worlds > 1 else "")
    check_room(needed(people, months, worlds), sizes, hint)
