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
import multiprocessing
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from fuzzing import KINDS
from fuzzing.ends import SECONDS, End, ended, names, run

from testbed.commands.cli import main

USUAL = (
    ["audit", "rongcheng", "--people", "50", "--periods", "3", "--out", "out"],
    ["report", "out"],
    ["show", "rongcheng"],
    ["check", "rongcheng"],
    ["people", "china-2020", "--people", "50", "--out", "p.parquet"],
    ["people", "--describe", "p.parquet"],
    [
        "table",
        "p.parquet",
        "--groups",
        "sex",
        "--outcome",
        "residence",
        "--prediction",
        "residence",
        "--positive",
        "urban",
    ],
    ["records", "rongcheng", "--people", "50", "--periods", "3", "--out", "r.csv"],
    ["case", "rongcheng", "--people", "50", "--periods", "8", "--seed", "1"],
)
"""Commands that load what nearly all cases need."""
FORK = multiprocessing.get_context("fork")
TIMES = {
    "lesson": 0.1,
    "description": 4,
    "scores": 4,
    "command line": 4,
    "folder of a table": 4,
    "CSV": 2,
    "Parquet": 2,
}
"""How many times as many cases a kind has as others: those that cost little have more."""
LONG = {"lesson": 900.0}
"""Seconds after which a case counts as one that hangs, for kinds that run dozens of worlds."""
REAL = "processes of their own"
"""What the counts call the cases that are run again as a user runs them."""
BLOCK = 25
"""Cases of one process."""


def case(kind: str, number: int, seed: int, folder: Path) -> list[str]:
    """Write the files of a case into an empty folder and return its command."""
    return KINDS[kind](Random(f"{seed} {kind} {number}"), folder)


def block(kind: str, first: int, last: int, seed: int, until: float, told: Connection) -> None:
    """Run cases of one kind in a process of their own, and tell how each ended; none is begun when the time is over."""
    folder = Path(tempfile.mkdtemp(prefix="testbed-fuzz-"))
    for number in range(first, last):
        if time.monotonic() > until:
            break
        shutil.rmtree(folder)
        folder.mkdir()
        words = case(kind, number, seed, folder)
        told.send((number, words, run(words, folder, LONG.get(kind, SECONDS))))
    shutil.rmtree(folder)
    told.send(None)


def warm(kinds: Sequence[str], seed: int) -> None:
    """Load all that cases need, so that the process of each block has it from the start."""
    for kind in kinds:
        with tempfile.TemporaryDirectory(prefix="testbed-fuzz-") as folder:
            case(kind, 0, seed, Path(folder))
    with tempfile.TemporaryDirectory(prefix="testbed-fuzz-") as folder:
        for words in USUAL:
            assert not run(words, Path(folder)).fault, words


def watched(asked: tuple[str, int, int, int], until: float) -> list[tuple[str, int, list[str], End]]:
    """The ends of a block of cases; of a case that ends its process, that it did."""
    kind, first, last, seed = asked
    found: list[tuple[str, int, list[str], End]] = []
    while first < last and time.monotonic() < until:
        here, there = FORK.Pipe(duplex=False)
        process = FORK.Process(target=block, args=(kind, first, last, seed, until, there))
        process.start()
        there.close()
        done = False
        with contextlib.suppress(EOFError):
            while (one := here.recv()) is not None:
                found.append((kind, *one))
                first = one[0] + 1
            done = True
        process.join()
        if done:
            return found
        found.append((kind, first, [], End("died", f"status {process.exitcode}")))
        first += 1
    return found


def really(asked: tuple[str, int, int, int]) -> list[tuple[str, int, list[str], End]]:
    """The end of one case that is run as a user runs it, by the shell's standards: real streams, its own process."""
    kind, number, _, seed = asked
    with tempfile.TemporaryDirectory(prefix="testbed-fuzz-") as name:
        folder = Path(name)
        words = case(kind, number, seed, folder)
        before = set(names(folder))
        try:
            ran = subprocess.run(
                [sys.executable, "-m", "testbed", *words],
                cwd=folder, capture_output=True, check=False, timeout=LONG.get(kind, SECONDS), stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return [(REAL, number, words, End("hung"))]
        left = sorted(set(names(folder)) - before)
        end = ended(words, ran.stdout.decode("utf-8"), ran.stderr.decode("utf-8"), ran.returncode, left)
    return [(REAL, number, words, end)]


def blocks(kinds: Sequence[str], cases: int, seed: int) -> Iterator[tuple[str, int, int, int]]:
    """The cases in blocks of one kind, the kinds in turn, so that a run that is cut short has tried them all."""
    each = {kind: round(cases * TIMES.get(kind, 1)) for kind in kinds}
    for first in range(0, max(each.values()), BLOCK):
        for kind, many in each.items():
            if first < many:
                yield kind, first, min(first + BLOCK, many), seed


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
    made.add_argument("--cases", type=int, default=2000, help="cases of most kinds (default: %(default)s)")
    made.add_argument("--real", type=int, default=5, help="so many of each kind again as a user runs them")
    made.add_argument("--seed", type=int, default=0)
    made.add_argument("--workers", type=int, default=os.cpu_count())
    made.add_argument("--minutes", type=float, default=1e6, help="begin no case after so many minutes")
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
    warm(kinds, args.seed)
    sample = [(kind, number, number + 1, args.seed) for kind in kinds for number in range(args.real)]
    tried = partial(watched, until=began + 60 * args.minutes)
    with ThreadPoolExecutor(args.workers) as pool:
        for ends in chain(pool.map(really, sample), pool.map(tried, blocks(kinds, args.cases, args.seed))):
            for kind, number, words, end in ends:
                found[kind, "fault" if end.fault else end.what] += 1
                if args.every:
                    print(f"{kind} {number}: {end.what}: {end.said.splitlines()[:1]} {words!r:.300}", file=sys.stderr)
                if end.fault:
                    faults.append(f"{kind} {number}: {end.what}: {end.said}")
                    print(f"{kind} {number}: {end.what}: {end.said}\n    {words!r:.400}", file=sys.stderr, flush=True)
    from testbed.runs import versions

    print(f"Fuzzing, seed {args.seed}, at most {SECONDS:g} s each (lessons {LONG['lesson']:g} s). "
          f"Made by: python docs/fuzz.py{''.join(f' {one}' for one in args.kinds)} --cases {args.cases}"
          f" --real {args.real}{f' --minutes {args.minutes:g}' if args.minutes < 1e6 else ''}")  # fmt: skip
    print(", ".join(f"{name} {said}" for name, said in versions().items()), f"on {platform.system()}")
    print(f"{(time.monotonic() - began) / 60:.0f} minutes with {args.workers} processes.\n")
    print("\n".join([*counts(found, [*kinds, REAL] if args.real else kinds), "", *sorted(faults)]).rstrip())
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(everything())
