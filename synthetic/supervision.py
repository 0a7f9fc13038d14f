"""Runs a command in a child process, which must report its status before it ends.

A user's code can end its process with status 0 (`os._exit(0)`), which nothing inside the process can catch. So the
child reports the status when the work is done; without a report the status is 1.
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
"""Seconds after which an interrupt is handed on; one typed at the terminal reaches the child directly."""


def supervised(work: Callable[[], int], outside: Sequence[str] = ()) -> int:
    """Run `work` in a child process that shares terminal, input and output, and return its status; 1 without a report.

    In the child this raises SystemExit instead of returning. If the system cannot fork, or if other threads run, the
    work runs in this process, unsupervised. `outside` names the user's code that the work may call, for the message.
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
    """Run the work, report its status as one byte, and return it; 1 if it raises, which shows its own traceback."""
    status = 1
    try:
        status = work()
        return status
    finally:
        os.write(word, bytes([status & 255]))


def _end_with_parent(alive: int) -> None:
    """End this process when the parent, at the other end of the pipe, has ended."""
    os.read(alive, 1)
    os._exit(1)


def _watched(child: int) -> tuple[int, list[int]]:
    """Wait for a child; return its exit code (or minus the number of a signal) and the signals handed on to it."""
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
    """The status of the run, from how its process ended, the signals it was sent and the byte it reported."""
    os.set_blocking(word, False)
    try:
        told = os.read(word, 1)
    except BlockingIOError:  # a process that the child started still holds the other end
        told = b""
    if told:
        return code if code > 0 else told[0]
    if -code in sent:
        return 128 - code
    how = f"by signal {-code}" if code < 0 else f"with status {code}"
    who = f" ({', '.join(outside)})" if outside else ""
    sys.stderr.write(
        f"testbed: the process ended {how} before the run was done; a model{who} and all other code that the run calls "
        "must return or raise.\n"
    )
    return 1
