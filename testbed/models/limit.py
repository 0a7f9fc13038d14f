"""A time limit on models in this process: a model that hangs fails, and the run goes on."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 120.0
"""Seconds that a model may take to score."""

FITTING = 600.0
"""Seconds that a model may take to fit."""


class TooSlowError(Exception):
    """The time limit is over."""


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
    if not possible or signal.getitimer(signal.ITIMER_REAL)[0] > 0:
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
