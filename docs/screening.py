"""Make the stored screenings of the built-in scenarios again: which guesses own their headlines.

A scenario is skipped while its declaration, and the guesses that vary, are as they were when its file was made. Each
file is written as a whole, so that a run that was stopped goes on with the next scenario. One scenario takes 1 to 4
minutes of one core.

    python docs/screening.py [--again] [--engine processes] [SCENARIO ...]
    python docs/screening.py --table > docs/screening.txt     # what the stored ones found
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from synthetic.writing import replace_file
from testbed.commands.guesses import guesses
from testbed.commands.screening import POINTS, READINGS, screening, screening_plan
from testbed.report import named
from testbed.report.owed_figures import UNTOLD
from testbed.scenarios import STORED, Scenario, declaration_digest, names, screening_text, stored


def remake(name: str, points: int, engine: str, *, out: Path = STORED) -> float:
    """Screen one scenario and write its file; the seconds that it took."""
    began = time.monotonic()
    held = screening(screening_plan(name), points, engine=engine, say=lambda text: print(text, file=sys.stderr))
    out.mkdir(exist_ok=True)
    replace_file(out / f"{name}.json", screening_text(held))
    return time.monotonic() - began


def is_current(name: str) -> bool:
    """Whether the stored screening of a scenario is of its present declaration and guesses."""
    held = stored(name)
    if held is None or held["digest"] != declaration_digest(Scenario.load(name)):
        return False
    return held["dials"] == len(guesses(screening_plan(name), READINGS)[0])


def table() -> str:
    """What the stored screenings found: for each headline its range over guesses, their share of it, and the owners."""
    lines = [
        "Which guesses own the headlines (python docs/screening.py --table). First: 95 % of the values if all guesses",
        "vary at once. Share: what they own of the variance, with its 95 % interval. Then the guesses that own most.",
    ]
    for name in names():
        held = stored(name)
        if held is None:
            lines += ["", f"{name}: no screening is stored"]
            continue
        lines += ["", f"{name}: {held['dials']} guesses, {held['worlds']} worlds of {held['people']:,} people"]
        for one in held["headlines"]:
            label = one["measure"] + (f" ({one['group']})" if one["versus"] else "")
            if one["share"] is None:
                lines.append(f"  {label}: not computed, {one['why']}")
                continue
            owners = ", ".join(f"{owner['dial']} {100 * owner['share']:.0f} %" for owner in named(one))
            reach = f"{one['least']:.3g} to {one['most']:.3g}" if one["low"] > 0 else UNTOLD
            lines.append(
                f"  {label}: {reach}; share {one['share']:.2f}"
                f" ({one['low']:.2f} to {one['high']:.2f}); {owners or 'no single guess'}"
            )
    return "\n".join(lines)


def main() -> None:
    """Remake the screenings of the scenarios named, or of all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="SCENARIO")
    parser.add_argument("--again", action="store_true", help="those whose declaration is unchanged too")
    parser.add_argument("--points", type=int, default=POINTS, help="draws of all guesses (default: %(default)s)")
    parser.add_argument("--engine", default="serial", help="serial or processes (default: %(default)s)")
    parser.add_argument("--table", action="store_true", help="print what the stored screenings found, and run nothing")
    args = parser.parse_args()
    if args.table:
        print(table())
        return
    for name in args.names or names():
        if not args.again and is_current(name):
            print(f"{name}: unchanged", flush=True)
        else:
            print(f"{name}: {remake(name, args.points, args.engine):.0f} seconds", flush=True)


if __name__ == "__main__":
    main()
