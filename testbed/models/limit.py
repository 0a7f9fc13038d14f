"""Limits on models: how long one call may take, and how much memory a process of a model may use."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from numbers import Real
from types import FrameType

from synthetic.errors import InputError

SECONDS = 60.0
"""Seconds that a model may take to answer one call, unless told otherwise."""

FITTING = 10.0
"""How many times as long a model may take to fit."""

SHARE = 0.75
"""The share of the machine's memory that the process of a model may use, unless told otherwise."""


class TooSlowError(Exception):
    """The time limit is over."""


@dataclass(frozen=True)
class Limits:
    """What models may take. seconds: for one call. memory: bytes of the process of a model. None: the usual ones."""

    seconds: float | None = None
    memory: int | None = None

    @property
    def asking(self) -> float:
        """Seconds that one call may take."""
        return SECONDS if self.seconds is None else self.seconds

    @property
    def fitting(self) -> float:
        """Seconds that fitting may take."""
        return FITTING * self.asking

    @property
    def loading(self) -> float:
        """Seconds that it may take to import and make a model: what it imports is not its own doing."""
        return max(SECONDS, self.asking)

    @property
    def room(self) -> int:
        """Bytes that the process of a model may use; 0 if the system does not say how many there are."""
        if self.memory is not None:
            return self.memory
        try:
            return int(SHARE * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
        except (AttributeError, ValueError, OSError):
            return 0


def checked_limits(seconds: object = None, gib: object = None) -> Limits:
    """The limits that a user names, or those that hold here. Raises InputError unless they are numbers above 0."""
    if seconds is None and gib is None:
        return limits()
    for name, value in (("model_timeout", seconds), ("memory", gib)):
        number = isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < math.inf
        if value is not None and not number:
            raise InputError(f"{name} is {value!r:.80}; a finite number above 0 is allowed.")
    size = None if gib is None else int(float(gib) * 2**30)  # type: ignore[arg-type]
    return Limits(None if seconds is None else float(seconds), size)  # type: ignore[arg-type]


USUAL = Limits()
_held: ContextVar[Limits] = ContextVar("limits", default=USUAL)


def limits() -> Limits:
    """The limits that hold here."""
    return _held.get()


@contextmanager
def within(held: Limits) -> Iterator[None]:
    """Let these limits hold inside the block.

    >>> with within(Limits(seconds=2)):
    ...     limits().asking, limits().fitting
    (2, 20.0)
    """
    token = _held.set(held)
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooSlowError inside the block when the time is over.

    It works by an alarm signal, so it interrupts Python code but not a call that never returns to Python. It has no
    effect in a thread other than the main one, on a system without this signal, or if another alarm is set.

    >>> with limited(0.01):
    ...     while True: pass
    Traceback (most recent call last):
    ...
    testbed.models.limit.TooSlowError: no answer within 0.01 seconds
    """
    possible = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
    if not possible or math.isinf(seconds) or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TooSlowError(f"no answer within {seconds:g} seconds")

    held = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, held)
