"""Bounds on what programs and servers may answer: so many bytes, in so many seconds."""

from __future__ import annotations

import time

LINE = 64
"""Bytes of an answer about one record: a score and a decision need 30."""

EXTRA = 4096
"""Bytes of an answer beyond those: a greeting, empty lines."""


class TooLongError(Exception):
    """The answer has more bytes than there is room for."""


def room(n: int) -> int:
    """Bytes that an answer about n records may have."""
    return LINE * n + EXTRA


def left(end: float) -> float:
    """Seconds until a time of the monotonic clock. Raises TimeoutError if it has come."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds
