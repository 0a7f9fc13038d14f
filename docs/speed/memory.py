"""The memory that an audit takes at its peak, by scenario and size, beside the estimate of `testbed.runs.size`.

    python docs/speed/memory.py > docs/speed/memory.txt     # some minutes

Each audit runs in a process of its own, after a tiny one that loads all that is needed.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import resource
import sys

from testbed.commands.cli import main
from testbed.runs.size import needed

TINY = ("256", "2")
RUNS = [
    (scenario, people, months)
    for scenario in ("rongcheng", "corporate", "robodebt-averaging", "many-cities")
    for people, months in ((20_000, 12), (20_000, 24), (60_000, 12))
]


def peak() -> int:
    """The most memory that this process has held, in bytes."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held if sys.platform == "darwin" else held * 1024


def audit(scenario: str, people: str, months: str) -> int:
    """Audit with every measure in this process and return the peak of memory."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        assert main(["audit", scenario, "--people", people, "--periods", months, "--engine", "serial"]) < 2
    return peak()


def taken(run: tuple[str, int, int]) -> int:
    """The bytes that an audit takes beyond a tiny one."""
    scenario, people, months = run
    before = audit(scenario, *TINY)
    return audit(scenario, str(people), str(months)) - before


def everything() -> None:
    """Print a line for each audit."""
    print("memory of an audit with every measure, beyond a tiny one; made by: python docs/speed/memory.py")
    print(f"{'':22}{'people':>10}{'months':>8}{'taken, MB':>12}{'estimate, MB':>14}{'bytes a person':>16}")
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        for (scenario, people, months), found in zip(RUNS, pool.imap(taken, RUNS), strict=True):
            told = needed(people, months) / 1e6
            print(f"{scenario:22}{people:>10,}{months:>8}{found / 1e6:>12,.0f}{told:>14,.0f}{found / people:>16,.0f}",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    everything()
