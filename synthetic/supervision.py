"""A command is done when its own end says so, not when the process that works on it ends.

Code that is not ours can end its process with status 0 (`os._exit(0)`), which nothing inside can catch. So the work is
done in a child process, which says at the end of the work what came of it; without that word the status is 1.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from types import FrameType

HANDED_ON = ("SIGINT", "SIGTERM", "SIGHUP")
TYPED = 1.0
"""Seconds after which an interrupt is handed on: one that was typed at the terminal reaches the child by itself."""


def supervised(work: Callable[[], int], outside: Sequence[str] = ()) -> int:
    """The status of `work`, which runs in a child process that shares the terminal, input and output; 1 if it is lost.

    In the child this does not return, but ends it with SystemExit. Where a system cannot fork, or other threads run,
    the work is done here and nobody watches it. `outside`: what it may call that is not ours, named where it is lost.
    """
    if not hasattr(os, "fork") or threading.active_count() > 1:
        return work()
    word, alive = os.pipe(), os.pipe()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    child = os.fork()
    if not child:
        os.close(word[0])
        os.close(alive[1])
        threading.Thread(target=_end_with_parent, args=(alive[0],), daemon=True).start()
        sys.exit(_telling(work, word[1]))
    os.close(word[1])
    os.close(alive[0])
    try:
        return _status(*_watched(child), word[0], outside)
    finally:
        os.close(word[0])
        os.close(alive[1])


def _telling(work: Callable[[], int], word: int) -> int:
    """The status of the work, told as one byte; of work that raises 1: it shows its own traceback."""
    status = 1
    try:
        status = work()
        return status
    finally:
        os.write(word, bytes([status & 255]))


def _end_with_parent(alive: int) -> None:
    """End this process when the other end of the pipe is closed: nobody waits for it any more."""
    os.read(alive, 1)
    os._exit(1)


def _watched(child: int) -> tuple[int, list[int]]:
    """How a child ended (its exit code, minus the number of a signal), and the signals that were handed on to it."""
    sent: list[int] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        sent.append(signal.SIGINT if number == signal.SIGALRM else number)
        if number == signal.SIGINT:
            signal.setitimer(signal.ITIMER_REAL, TYPED)
        else:
            os.kill(child, sent[-1])

    numbers = [getattr(signal, name) for name in HANDED_ON]
    held = {one: signal.getsignal(one) for one in numbers if signal.getsignal(one) != signal.SIG_IGN}
    held[signal.SIGALRM] = signal.getsignal(signal.SIGALRM)
    for number in held:
        signal.signal(number, hand_on)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sent
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in held.items():
            signal.signal(number, handler)


def _status(code: int, sent: list[int], word: int, outside: Sequence[str]) -> int:
    """The status of the run, by how its process ended, the signals it was sent, and the word it left."""
    os.set_blocking(word, False)
    try:
        told = os.read(word, 1)
    except BlockingIOError:  # a process that the child has left behind holds the other end
        told = b""
    if told:
        return code if code > 0 else told[0]
    if -code in sent:
        return 128 - code
    how = f"by signal {-code}" if code < 0 else f"with status {code}"
    who = f" ({', '.join(outside)})" if outside else ""
    sys.stderr.write(
        f"testbed: the process ended {how} before the run was done; a model{who}, or whatever else the run calls, must "
        "return or raise.\n"
    )
    return 1
