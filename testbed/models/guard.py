"""Code that is not ours, called so that what it raises is an error that can be told, and never the end of the run."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class LeftError(Exception):
    """Code that is not ours tried to leave: SystemExit, KeyboardInterrupt, or another exception that ends a program."""


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C while code that is not ours was running: this does end the run."""


@contextmanager
def theirs() -> Iterator[None]:
    """Run code that is not ours: what it raises beside errors becomes a LeftError.

    An interrupt from outside (Ctrl-C) still goes through. It is told from a KeyboardInterrupt of the code's own by
    a handler that is set meanwhile, where Python's own is in place.

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
    """What was raised, in one line: its kind and its own words, where it has any.

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
    return f"{kind}: {text}".split("\n")[0] if text else kind
