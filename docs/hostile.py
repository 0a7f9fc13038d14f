"""Hostile models through every door: whether a run ends as it should, and leaves the other models' rows as they are.

    python docs/hostile.py [NAME ...]            these models, or all of tests/contracts/hostile.py; some 40 minutes

Each model is audited beside an honest one, in a process of its own, with a limit of 3 seconds a call and 1 GiB. A line
says the model, the door, the exit status, the seconds, and the sentence about the model. It begins with a star if
something is wrong: the status, more or less than one sentence, a row of the honest model or of the lottery that is not
the same bytes as without the hostile one, a process that is left, a traceback. `docs/hostile.txt` is what this prints
for all, and for what was mended since.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "contracts"))

from hostile import BY_NAME, DOORS, HOSTILE, Hostile
from hostile_doors import Run, honest_rows, tried

AT_ONCE = 2
WIDTH = 100
"""Characters of a sentence that are printed."""
STATUS = {0: "succeeds", 1: "fails", 2: "is refused"}


def sentence(run: Run) -> str:
    """The sentence about the model, without what differs from machine to machine."""
    said = " / ".join(run.sentences())
    said = re.sub(r"^.*?, seeds? \d[^:]*: (?=model )", "", said)
    said = re.sub(r"cmd:\S*python\S* ", "cmd:python ", said)
    said = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:PORT", said)
    said = "".join(one if one.isprintable() else "?" for one in said)
    return said if len(said) <= WIDTH else f"{said[: WIDTH - 4]} ..."


def line(hostile: Hostile, door: str, others: dict[str, list[str]]) -> tuple[bool, str]:
    """Whether all is as it should be, and the line that says what came of a model by a door."""
    with TemporaryDirectory() as folder:
        run = tried(hostile, door, Path(folder))
    wrong = run.faults(hostile.expected(door), others)
    said = f"[{', '.join(wrong)}] {sentence(run)}" if wrong else sentence(run)
    text = f"{'*' if wrong else ' '} {hostile.name:<17} {door:<9} {run.status:>2} {run.seconds:>6.1f}  {said}"
    return not wrong, text.rstrip()


def main(names: list[str]) -> None:
    """Print the lines, then how many are as they should be."""
    some = [BY_NAME[name] for name in names] or list(HOSTILE)
    pairs = [(one, door) for one in some for door in DOORS if door in one.doors]
    command = " ".join(["python docs/hostile.py", *names])
    print(f"{len(some)} hostile models, {len(pairs)} with a door. Made by: {command}\n")
    print(f"  {'model':<17} {'door':<9} exit  secs  sentence")
    with TemporaryDirectory() as folder:
        others = honest_rows(Path(folder))
    good: Counter[str] = Counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for (_, door), (holds, text) in zip(pairs, pool.map(lambda pair: line(*pair, others), pairs), strict=True):
            good[door] += holds
            print(text, flush=True)
    every = Counter(door for _, door in pairs)
    by_door = ", ".join(f"{good[door]} of {every[door]} by {door}" for door in DOORS if every[door])
    print(f"\nAs they should be: {sum(good.values())} of {len(pairs)} ({by_door}).\n\nWhat they do:")
    for one in some:
        print(f"  {one.name:<17} {one.does}; {ends_of(one)}")


def ends_of(one: Hostile) -> str:
    """How a model should end, by door if that differs."""
    ends = {door: " or ".join(STATUS[status] for status in one.expected(door)) for door in one.doors}
    alike = len(set(ends.values())) == 1
    return next(iter(ends.values())) if alike else ", ".join(f"{end} by {door}" for door, end in ends.items())


if __name__ == "__main__":
    main(sys.argv[1:])
