"""The process of a model: it is started when it is first asked, and never again after it has failed."""

# Any: a request holds anything that can be pickled, and an answer is JSON.
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import RLock
from typing import Any, TypeVar

from synthetic.errors import InputError
from testbed.models.apart.channel import Channel, Closed, Rubbish, received_header, send_request
from testbed.models.apart.kept import KEEPS, Kept, manner, start
from testbed.models.base import ModelError
from testbed.models.limit import limits

Answer = TypeVar("Answer")

BEGIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from testbed.models.asked_apart import main; main(int(sys.argv[2]))"
)
BEGINS = 30.0
"""Seconds that a process may take to begin, before it loads the model."""

ENDS = 2.0
"""Seconds within which a process that closed its channel is taken to have ended."""

SAID = 2_000
"""Characters of a sentence that a process says of its failure."""

Reader = Callable[[Channel, Any, float], Answer]
"""What reads an answer: from the channel, the header that came, and the end of the time."""


class Running:
    """A model's process. failure: why it is not asked any more; "" while it may be.

    token: what tells it from other ones, in all processes. held: the numbers of the models that the process has, of
    which 0 is the one that it was started for. let_go: numbers of models that nobody needs any more.
    """

    def __init__(self, token: str, name: str, source: tuple[Any, ...], failure: str = "") -> None:
        self.token, self.name, self.source, self.failure = token, name, source, failure
        self.held: set[int] = set()
        self.let_go: list[int] = []
        self._process = Process()
        self._lock = RLock()
        weakref.finalize(self, self._process.end)

    def ask(self, request: tuple[Any, ...], seconds: float, read: Reader[Answer]) -> Answer:
        """What the process answers, as `read` reads it from the channel, the header and the end of the time.

        Raises ModelError and InputError as the process says, and ModelError if it ends, is too slow or answers with
        anything else; then it has failed, and is ended with all that it started.
        """
        with self._lock:
            if self.failure:
                raise ModelError(self.failure)
            try:
                if not self.runs:
                    self._start()
                return self._asked(request, seconds, read)
            except (ModelError, InputError):
                raise
            except TimeoutError:
                self._fail(f"model {self.name} did not answer within {seconds:g} seconds.")
            except Closed:
                self._fail(f"model {self.name} {self._process.how()}.")
            except Rubbish:
                self._fail(f"model {self.name} wrote to the channel of its process, which is for its answers alone.")
            except OSError as problem:
                self._fail(f"model {self.name}: its process could not be started ({problem.strerror}).")
            except BaseException:  # somebody interrupts us: what the process says next answers no question of ours
                self.end()
                raise
            raise ModelError(self.failure)

    @property
    def runs(self) -> bool:
        """Whether the process has been started, by this process and not by one of which it is a copy."""
        return self._process.kept is not None and self._process.owner == os.getpid()

    def end(self) -> None:
        """End the process, if it runs; asked again it would be started again."""
        self.held = set()
        self._process.end()

    def _start(self) -> None:
        self.held = set()
        self._process.start()
        self._asked(("begin",), BEGINS, lambda channel, header, until: None)

    def _asked(self, request: tuple[Any, ...], seconds: float, read: Reader[Answer]) -> Answer:
        channel, until = self._process.channel, time.monotonic() + seconds
        assert channel is not None
        gone, self.let_go[:] = [one for one in self.let_go if one in self.held], []
        self.held.difference_update(gone)
        send_request(channel, (gone, *request), seconds)
        header = received_header(channel, until)
        if "error" not in header:
            return read(channel, header, until)
        said = header.get("said")
        if header["error"] not in ("input", "model", "memory", "unsent") or not isinstance(said, str):
            raise Rubbish
        said = " ".join(said[:SAID].split())
        if header["error"] == "memory":
            self._fail(f"model {self.name} needs more than the {limits().room / 2**30:.3g} GiB that it may use.")
            raise ModelError(self.failure)
        if header["error"] == "unsent":
            raise UnsentError(said)
        raise (InputError if header["error"] == "input" else ModelError)(said)

    def _fail(self, why: str) -> None:
        self.failure = why
        self.end()


class Process:
    """The process itself, and our side of its channel, while it runs. owner: the process that started it."""

    def __init__(self) -> None:
        self.kept: Kept | None = None
        self.channel: Channel | None = None
        self.owner = 0

    def start(self) -> None:
        """Start it. Raises OSError if that cannot be done."""
        self.owner = os.getpid()
        ours, theirs = socket.socketpair()
        path = json.dumps([one or os.getcwd() for one in sys.path])
        with theirs:
            number = theirs.fileno() if KEEPS else 0
            words = [sys.executable, "-c", BEGIN, path, str(number)]
            if KEEPS:
                self.kept = start(words, given=(number,), memory=limits().room)
            else:
                self.kept = start(words, stdin=subprocess.PIPE)
                pipe = self.kept.process.stdin
                assert pipe is not None
                pipe.write(theirs.share(self.kept.process.pid))  # type: ignore[attr-defined]
                pipe.close()
        self.channel = Channel(ours)

    def how(self) -> str:
        """How it ended, in words, now that its channel is closed."""
        code = None if self.kept is None else self.kept.code(ENDS)
        return "closed the channel of its process" if code is None else f"ended its process {manner(code)}"

    def end(self) -> None:
        """End it with all that it started, if it runs. A process that another process started is left alone."""
        kept, channel, self.kept, self.channel = self.kept, self.channel, None, None
        if channel is not None:
            with suppress(OSError):
                channel.socket.close()
        if kept is not None and self.owner == os.getpid():
            kept.kill()


class UnsentError(Exception):
    """The object that was sent to a process cannot be made there; the message is why."""
