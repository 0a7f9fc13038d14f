"""One exchange with a running program, bounded: what it writes has limited room, and the exchange ends in time.

Writing and reading go on at once, in threads, so that neither side waits for the other. Nothing is started and nothing
is ended here: that is for the caller.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from subprocess import Popen
from threading import Event, Thread
from typing import IO

from testbed.models.bounds import TooLongError, left

CHUNK = 1 << 16
"""Bytes that are read at a time."""

LAST = 4096
"""Bytes of standard error that are kept, the last ones."""

GRACE = 0.5
"""Seconds that are left to an answer after its program has ended: a process that it started may hold the pipe."""


class _Exchange:
    """What the threads share: the answer so far, the end of standard error, what went wrong, and whether it is over."""

    def __init__(self) -> None:
        self.answer: list[bytes] = []
        self.last = b""
        self.problem: Exception | None = None
        self.over = Event()

    def write(self, pipe: IO[bytes], sent: Iterable[bytes]) -> None:
        """Send all of it; a program that stops to read is no problem of its own."""
        try:
            with suppress(OSError), pipe:
                for part in sent:
                    pipe.write(part)
                    pipe.flush()
        except Exception as problem:
            self.problem = problem
            self.over.set()

    def read(self, pipe: IO[bytes], room: int) -> None:
        """Read the answer until it ends or has no more room."""
        size = 0
        with pipe:
            while part := pipe.read1(CHUNK):  # type: ignore[attr-defined]
                size += len(part)
                if size > room:
                    self.problem = TooLongError()
                    break
                self.answer.append(part)
        self.over.set()

    def listen(self, pipe: IO[bytes]) -> None:
        """Read standard error, of which the end is kept."""
        with pipe:
            while part := pipe.read1(CHUNK):  # type: ignore[attr-defined]
                self.last = (self.last + part)[-LAST:]


def talk(process: Popen[bytes], sent: Iterable[bytes], room: int, end: float) -> tuple[bytes, Callable[[], bytes]]:
    """Send a program all parts, and return its answer, and what gives the end of its standard error.

    end: when the answer must be there, by the monotonic clock. Raises TimeoutError after that, and TooLongError if the
    answer has more bytes than there is room for. The program may still run when this returns or raises.
    """
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    held = _Exchange()
    listener = Thread(target=held.listen, args=(process.stderr,), daemon=True)
    for thread in (
        listener,
        Thread(target=held.read, args=(process.stdout, room), daemon=True),
        Thread(target=held.write, args=(process.stdin, sent), daemon=True),
    ):
        thread.start()
    ended = None
    while not held.over.wait(min(left(end), 0.05)):
        if ended is None and process.poll() is not None:
            ended = time.monotonic()
        if ended is not None and time.monotonic() - ended > GRACE:
            break
    if held.problem is not None:
        raise held.problem

    def last() -> bytes:
        listener.join(GRACE)
        return held.last

    return b"".join(held.answer), last
