"""Make the stored screenings of the built-in scenarios again: which guesses own their headlines.

A scenario is skipped while its declaration is as it was when its file was made. Each file is written as a whole, so
that a run that was stopped goes on with the next scenario. One scenario takes 1 to 4 minutes of one core.

    python docs/screening.py [--again] [--engine processes] [SCENARIO ...]
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from synthetic.writing import replace_file
from testbed.commands.screening import POINTS, screening, screening_plan
from testbed.scenarios import STORED, Scenario, declaration_digest, names, screening_text, stored


def remake(name: str, points: int, engine: str, *, out: Path = STORED) -> float:
    """Screen one scenario and write its file; the seconds that it took."""
    began = time.monotonic()
    held = screening(screening_plan(name), points, engine=engine, say=lambda text: print(text, file=sys.stderr))
    out.mkdir(exist_ok=True)
    replace_file(out / f"{name}.json", screening_text(held))
    return time.monotonic() - began


def is_current(name: str) -> bool:
    """Whether the stored screening of a scenario is of its present declaration."""
    held = stored(name)
    return held is not None and held["digest"] == declaration_digest(Scenario.load(name))


def main() -> None:
    """Remake the screenings of the scenarios named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    parser.add_argument("--again", action="store_true", help="those whose declaration is unchanged too")
    parser.add_argument("--points", type=int, default=POINTS, help="draws of all guesses (default: %(default)s)")
    parser.add_argument("--engine", default="serial", help="serial or processes (default: %(default)s)")
    args = parser.parse_args()
    for name in args.names or names():
        if not args.again and is_current(name):
            print(f"{name}: unchanged", flush=True)
        else:
            print(f"{name}: {remake(name, args.points, args.engine):.0f} seconds", flush=True)


if __name__ == "__main__":
    main()
