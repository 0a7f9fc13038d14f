"""Starting a command that cannot outlive us: it runs under a keeper, which ends it and all that it started."""

# Any: the keyword arguments of a process are of many kinds.
from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

KEEPER = Path(__file__).with_name("keeper.py")
GRACE = 10.0
"""Seconds that a keeper may take to end what it keeps."""

KEEPS = os.name == "posix"
"""Whether this system can have a keeper; elsewhere the process is ended with those that it started."""


class Kept:
    """A command that runs. `process` is its keeper, whose pipes are the command's own."""

    def __init__(self, process: subprocess.Popen[bytes], lifeline: socket.socket | None) -> None:
        self.process, self.lifeline = process, lifeline

    def code(self, seconds: float) -> int | None:
        """How the command ended: its status, or minus the number of a signal; None if it has not ended in this time."""
        if self.lifeline is None:
            with suppress(subprocess.TimeoutExpired):
                return self.process.wait(seconds)
            return None
        told, until = b"", time.monotonic() + seconds
        try:
            while not told.endswith(b"\n"):
                self.lifeline.settimeout(max(until - time.monotonic(), 0.001))
                part = self.lifeline.recv(16)
                if not part:
                    return -signal.SIGKILL  # somebody ended the keeper
                told += part
        except TimeoutError:
            return None
        except OSError:
            return -signal.SIGKILL
        return int(told)

    def kill(self) -> None:
        """End the command and all that it started, and wait until it is done."""
        if self.lifeline is None:
            if self.process.poll() is None:
                words = ["taskkill", "/F", "/T", "/PID", str(self.process.pid)]
                subprocess.run(words, capture_output=True, check=False)
        else:
            self.lifeline.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(GRACE)
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def start(words: Sequence[str], *, given: Collection[int] = (), memory: int = 0, **pipes: Any) -> Kept:
    """Start a command. given: descriptors that it inherits. memory: bytes that it may use, 0 for any number.

    pipes: the standard streams, as of `subprocess.Popen`; nothing by default. Raises OSError if it cannot be started.
    """
    streams: dict[str, Any] = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL) | pipes
    if not KEEPS:
        alone: subprocess.Popen[bytes] = subprocess.Popen(list(words), **streams)
        return Kept(alone, None)
    ours, theirs = socket.socketpair()
    with theirs:
        keeper = [sys.executable, "-I", "-S", str(KEEPER), str(theirs.fileno()), ",".join(map(str, given)), str(memory)]
        try:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                [*keeper, *words], pass_fds=(theirs.fileno(), *given), start_new_session=True, **streams
            )
        except OSError:
            ours.close()
            raise
    return Kept(process, ours)


def manner(code: int) -> str:
    """How a command ended, in words.

    >>> manner(3), manner(-11)
    ('with status 3', 'by signal 11 (segmentation fault)')
    """
    if code >= 0:
        return f"with status {code}"
    said = signal.strsignal(-code) or ""
    return f"by signal {-code}" + (f" ({said.lower()})" if said else "")
