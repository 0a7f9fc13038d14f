"""How a command ends: with a result, with one sentence, or in a way that the contract does not have."""

from __future__ import annotations

import contextlib
import faulthandler
import io
import os
import re
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from testbed.commands.cli import main

SECONDS = 60.0
"""After so many seconds a case counts as one that hangs."""
PROGRESS = re.compile(
    r"testbed: (.* \.\.\.|.* measured after \d+ s|\d+ of \d+ worlds|.*files of figures.*|(warning|left out|cut): .*)"
)
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]")
"""Characters that move the cursor, color, ring, or turn the direction of a text."""


class HungError(BaseException):
    """The time of a case is over."""


@dataclass(frozen=True)
class End:
    """How a case ended: `what`, in a word, and the sentence or the trace that says more."""

    what: str
    said: str = ""

    @property
    def fault(self) -> bool:
        """Whether the contract has no such end."""
        return self.what not in ("result", "refused", "failed")


def ended(words: Sequence[str], out: str, err: str, status: int, left: Sequence[str]) -> End:
    """What the end of a command is, from its status, what it printed, and the files that it left behind."""
    lines = err.splitlines()
    told = [line for line in lines if not PROGRESS.fullmatch(line)]
    last = told[-1] if told else ""
    if RAW.search(out + err.replace("\n", "")):
        return End("control character", repr(RAW.search(out + err.replace("\n", ""))))
    if "Traceback" in err or "internal error" in err or "ended the run early" in err:
        return End("internal error", last)
    if "Warning:" in err:
        return End("warning", last)
    if [name for name in left if name.endswith((".part", ".lock", ".old"))]:
        return End("remains", ", ".join(left))
    if status == 2:
        if len(told) != 1 or not last.startswith("testbed") or out:
            return End("not one sentence", err or out)
        return End("files beside a refusal", ", ".join(left)) if left else End("refused", last)
    if status == 1:
        return End("failed", last or out[:200]) if out or told else End("silent", "")
    if status == 0:
        return End("result", out[:200]) if out.strip() else End("silent", "")
    return End(f"status {status}", last)


def run(words: Sequence[str], folder: Path, seconds: float = SECONDS) -> End:
    """Run a command in a folder, with a limit on time, and say how it ended."""
    before, here = set(names(folder)), Path.cwd()
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
        warnings.simplefilter("default")
        os.chdir(folder)
        try:
            with _limited(seconds):
                status = main(list(words))
        except HungError:
            return End("hung", "".join(traceback.format_exc()).strip()[-2000:])
        except BaseException:
            return End("escaped", traceback.format_exc().strip()[-2000:])
        finally:
            os.chdir(here)
    return ended(words, out.getvalue(), err.getvalue(), status, sorted(set(names(folder)) - before))


def names(folder: Path) -> Iterator[str]:
    return (str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise HungError inside the block when the time is over; end the process if even that does not help."""

    def ring(number: int, frame: FrameType | None) -> None:
        raise HungError

    held = signal.signal(signal.SIGUSR1, ring)
    watch = threading.Timer(seconds, signal.pthread_kill, (threading.main_thread().ident, signal.SIGUSR1))
    watch.start()
    faulthandler.dump_traceback_later(2 * seconds, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        watch.cancel()
        watch.join()
        faulthandler.cancel_dump_traceback_later()
        signal.signal(signal.SIGUSR1, held)
