"""The border of printing: what names, files and messages hold reaches the terminal as visible characters only.

A closed or full stderr never ends a run; a closed stdout does before it begins, and a full one says so at its end.
"""

# Any: a stream has more attributes than a type names.
from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from errno import EPIPE
from typing import Any, TextIO, cast

from synthetic.errors import InputError

RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that move the cursor, color, ring, or turn the direction of a text, and broken code points."""


def visible(text: str) -> str:
    r"""The text with control characters, direction marks and broken code points spelled out.

    >>> visible("red\x1b[31m\n")
    'red\\x1b[31m\n'
    """
    return RAW.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class LostError(OSError):
    """What was printed cannot be written: the reader has gone (`testbed list | head -1`), or the disk is full."""

    status = 128 + 13
    """How a Unix tool ends that SIGPIPE kills."""

    @property
    def reader_gone(self) -> bool:
        """Whether nobody reads."""
        return self.errno == EPIPE


class Printed:
    """A stream to which only visible text is written. With `spare`, text that cannot be written is lost in silence."""

    def __init__(self, stream: TextIO, *, spare: bool = False) -> None:
        self.stream, self.spare = stream, spare

    def write(self, text: str) -> int:
        """Write the text; letters that the encoding of the stream does not have are spelled out."""
        text, encoding = visible(text), getattr(self.stream, "encoding", None)
        if encoding and not text.isascii():
            text = text.encode(encoding, "backslashreplace").decode(encoding)
        self._tried(lambda: self.stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._tried(self.stream.flush)

    def _tried(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as problem:
            with suppress(
                OSError, ValueError
            ):  # what is left goes nowhere, so that the interpreter does not fail on it
                os.dup2(os.open(os.devnull, os.O_WRONLY), self.stream.fileno())
            if not self.spare:
                raise LostError(problem.errno, problem.strerror) from None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def hold_descriptors() -> None:
    """Open the null device for each standard stream that is closed, so that no file takes its place.

    Raises InputError for a closed stdout: nobody could read the answer.
    """
    closed = []
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            closed.append(number)
            os.open(os.devnull, os.O_RDWR)  # the lowest free number: this one
    if sys.stderr is None or 2 in closed:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - it stays open to the end
    if sys.stdout is None or 1 in closed:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        raise InputError("standard output is closed; the answer is printed there.")


@contextmanager
def printed() -> Iterator[None]:
    """Let everything inside print through `Printed`, and warnings of libraries be one sentence on stderr."""
    out, err = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = cast(TextIO, Printed(out)), cast(TextIO, Printed(err, spare=True))
    with warnings.catch_warnings():
        warnings.showwarning = _told
        try:
            yield
        finally:
            sys.stdout, sys.stderr = out, err


def _told(message: Warning | str, *where: object, **more: object) -> None:
    sys.stderr.write(f"testbed: warning: {' '.join(str(message).split())}\n")
