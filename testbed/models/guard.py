"""Calling code that is not part of the testbed: whatever it raises becomes an error message and never ends the run."""

from __future__ import annotations

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

LONGEST = 300
"""Characters of a message that are told."""

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
"""Where an object is, as Python says it of objects without a text of their own."""


class LeftError(Exception):
    """Foreign code tried to end the program: SystemExit, KeyboardInterrupt, or another exception of this kind."""


class Interrupted(KeyboardInterrupt):
    """The user pressed Ctrl-C while foreign code was running; this does end the run."""


@contextmanager
def theirs() -> Iterator[None]:
    """A context for foreign code: an exception in it that is not an error becomes a LeftError.

    Ctrl-C by the user still ends the run. A handler tells it from a KeyboardInterrupt that the code raises itself; the
    handler is set if Python's own is in place.

    >>> with theirs():
    ...     raise SystemExit(0)
    Traceback (most recent call last):
    ...
    testbed.models.guard.LeftError: SystemExit: 0
    """
    main = threading.current_thread() is threading.main_thread()
    held = signal.getsignal(signal.SIGINT)
    listens = main and held is signal.default_int_handler
    of_others = main and callable(held) and held not in (signal.default_int_handler, _interrupt)
    if listens:
        signal.signal(signal.SIGINT, _interrupt)
    try:
        yield
    except (Exception, Interrupted):
        raise
    except BaseException as problem:
        if of_others and isinstance(problem, KeyboardInterrupt):
            raise
        raise LeftError(first_line(problem)) from problem
    finally:
        if listens:
            signal.signal(signal.SIGINT, held)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise Interrupted


def first_line(problem: BaseException) -> str:
    """An exception in one line: its kind, and its text if it has one.

    >>> first_line(KeyError("income"))
    "KeyError: 'income'"
    """
    if isinstance(problem, LeftError):
        return str(problem)
    try:
        with theirs():
            text = str(problem)
    except Exception:
        text = "its text cannot be read"
    kind = type(problem).__name__
    line = f"{kind}: {text[:LONGEST]}".splitlines()[0] if text else kind
    return told(line if len(line) <= LONGEST else f"{line[: LONGEST - 4]} ...")


def told(text: str) -> str:
    r"""A text of somebody else as it is told: without what controls a terminal, and without addresses of memory.

    Those differ from run to run, and what is told is in the findings.

    >>> told("\x1b[31m<object object at 0x7f88fcc30a10>\r")
    ' [31m<object object> '
    """
    return ADDRESS.sub("", "".join(one if one.isprintable() else " " for one in text))
