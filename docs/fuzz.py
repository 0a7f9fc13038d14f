"""Random input of every kind, and how each command ends: with a result, or with one sentence.

    python docs/fuzz.py > docs/fuzz.txt             # some hours of CPU; --cases 100 for a minute or two
    python docs/fuzz.py scenario tables --cases 500 # some kinds alone
    python docs/fuzz.py scenario --only 17          # one case: its command, its files, what it printed

Files that the testbed reads are edited (see `fuzzing/edits.py`), options are chosen at random, and the command is run
in a process that stands for a user's. A fault is an end that the contract does not have: a traceback, an internal
error, a warning of a library, an answer without content, a control character on the terminal, more than one sentence,
a file beside a refusal, or no end within the limit. Case N of a kind is the same whenever it is made.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import io
import multiprocessing
import os
import platform
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from types import FrameType

from fuzzing import KINDS

from testbed.commands.cli import main

SECONDS = 60.0
"""After so many seconds a case counts as one that hangs."""
FORK = multiprocessing.get_context("fork")
BLOCK = 25
"""Cases of one process."""
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
    before, here = set(_names(folder)), Path.cwd()
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
    return ended(words, out.getvalue(), err.getvalue(), status, sorted(set(_names(folder)) - before))


def _names(folder: Path) -> Iterator[str]:
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


def case(kind: str, number: int, seed: int, folder: Path) -> list[str]:
    """Write the files of a case into an empty folder and return its command."""
    return KINDS[kind](Random(f"{seed} {kind} {number}"), folder)


def block(kind: str, first: int, last: int, seed: int, told: Connection) -> None:
    """Run cases of one kind in a process of their own, and tell how each ended."""
    folder = Path(tempfile.mkdtemp(prefix="testbed-fuzz-"))
    for number in range(first, last):
        shutil.rmtree(folder)
        folder.mkdir()
        words = case(kind, number, seed, folder)
        told.send((number, words, run(words, folder)))
    shutil.rmtree(folder)


def watched(asked: tuple[str, int, int, int]) -> list[tuple[str, int, list[str], End]]:
    """The ends of a block of cases; of a case that ends its process, that it did."""
    kind, first, last, seed = asked
    found: list[tuple[str, int, list[str], End]] = []
    while first < last:
        here, there = FORK.Pipe(duplex=False)
        process = FORK.Process(target=block, args=(kind, first, last, seed, there))
        process.start()
        there.close()
        with contextlib.suppress(EOFError):
            while True:
                number, words, end = here.recv()
                found.append((kind, number, words, end))
                first = number + 1
        process.join()
        if first < last:
            found.append((kind, first, [], End("died", f"status {process.exitcode}")))
            first += 1
    return found


def blocks(kinds: Sequence[str], cases: int, seed: int) -> Iterator[tuple[str, int, int, int]]:
    """The cases of each kind, in blocks."""
    for kind in kinds:
        for first in range(0, cases, BLOCK):
            yield kind, first, min(first + BLOCK, cases), seed


def counts(found: Counter[tuple[str, str]], kinds: Sequence[str]) -> Iterator[str]:
    """The table of how cases ended, by kind."""
    whats = ["result", "refused", "failed", "fault"]
    yield f"{'':24}" + "".join(f"{what:>10}" for what in ["cases", *whats])
    for kind in [*kinds, "all"]:
        of = [sum(n for (k, w), n in found.items() if kind in (k, "all") and w == what) for what in whats]
        yield f"{kind:24}" + "".join(f"{n:>10,}" for n in [sum(of), *of])


def parser() -> argparse.ArgumentParser:
    """The options of the script."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    made.add_argument("--cases", type=int, default=2000, help="cases of each kind (default: %(default)s)")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--workers", type=int, default=os.cpu_count())
    made.add_argument("--only", type=int, metavar="N", help="run case N of one kind, and show it")
    made.add_argument("--every", action="store_true", help="also show how each case ended, on stderr")
    return made


def show(kind: str, number: int, seed: int) -> None:
    """Make one case, keep its folder, and run its command in this process."""
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    words = case(kind, number, seed, folder)
    print(f"cd {folder}; testbed", *map(repr, words))
    os.chdir(folder)
    print(main(words))


def everything() -> int:
    """Run the cases that were asked for and print the counts; status 1 if one is a fault."""
    args = parser().parse_args()
    kinds, began = args.kinds or list(KINDS), time.monotonic()
    if args.only is not None:
        show(kinds[0], args.only, args.seed)
        return 0
    found: Counter[tuple[str, str]] = Counter()
    faults = []
    with ThreadPoolExecutor(args.workers) as pool:
        for ends in pool.map(watched, blocks(kinds, args.cases, args.seed)):
            for kind, number, words, end in ends:
                found[kind, "fault" if end.fault else end.what] += 1
                if args.every:
                    print(f"{kind} {number}: {end.what}: {end.said.splitlines()[:1]} {words!r:.300}", file=sys.stderr)
                if end.fault:
                    faults.append(f"{kind} {number}: {end.what}: {end.said}")
                    print(f"{kind} {number}: {end.what}: {end.said}\n    {words!r:.400}", file=sys.stderr, flush=True)
    from testbed.runs import versions

    print(f"Fuzzing: {args.cases:,} cases of each kind, seed {args.seed}, at most {SECONDS:g} s each. "
          f"Made by: python docs/fuzz.py{''.join(f' {one}' for one in args.kinds)} --cases {args.cases}")  # fmt: skip
    print(", ".join(f"{name} {said}" for name, said in versions().items()), f"on {platform.system()}")
    print(f"{(time.monotonic() - began) / 60:.0f} minutes with {args.workers} processes.\n")
    print("\n".join([*counts(found, kinds), "", *sorted(faults)]).rstrip())
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(everything())
