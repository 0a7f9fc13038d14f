"""A time limit on what a model does in this process, so that one that hangs fails and does not stop the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 120.0
"""Seconds that one question may take."""

FITTING = 600.0
"""Seconds that fitting may take."""


class TooSlowError(Exception):
    """The time is over."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooSlowError inside the block when the time is over.

    By an alarm signal, so it interrupts Python code and not a call that never comes back to it. Without effect in
    a thread, where the system has no such signal, or where somebody else's alarm is set.

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
