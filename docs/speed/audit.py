"""Speed of a whole audit from a cold start, and of the import, as ratios to plain numpy floors.

The floor of a world is a bare loop of its kind: for each month and kind of conduct one uniform per person
against a rate, a count added, and one weighted sum over the counts. The floor of the import is
`import numpy, pandas`. Every figure is the least of several cold processes. Times depend on the
machine and its load, ratios much less.

    python docs/speed/audit.py [PEOPLE] [--store]     --store keeps the figures in docs/speed/audit.csv
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import threading
from pathlib import Path
from time import perf_counter, sleep

TURNS = 3
PERIODS, KINDS = 24, 16
FLOOR = f"""
import numpy as np
from time import perf_counter
people = int({{people}})
draw = np.random.Generator(np.random.Philox(1))
began = perf_counter()
counts = np.zeros((people, {KINDS}), np.int32)
points = np.arange({KINDS}, dtype=float)
for month in range({PERIODS}):
    for kind in range({KINDS}):
        counts[:, kind] += draw.random(people) < 0.01
    score = counts @ points
print(perf_counter() - began)
"""


def cold(*words: str) -> tuple[float, float]:
    """Seconds of a cold process, and the largest memory of it and its workers together, in GiB (0 where unknown)."""
    began = perf_counter()
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    largest = [0.0]
    watch = threading.Thread(target=_watch, args=(process, largest), daemon=True)
    watch.start()
    if process.wait() not in (0, 1):
        raise SystemExit(f"python {' '.join(words)} ended with status {process.returncode}")
    seconds = perf_counter() - began
    watch.join(timeout=1)
    return seconds, largest[0]


def _watch(process: subprocess.Popen[bytes], largest: list[float]) -> None:
    while process.poll() is None:
        largest[0] = max(largest[0], sum(_resident(pid) for pid in _family(process.pid)) / 2**30)
        sleep(0.1)


def _family(pid: int) -> list[int]:
    """A process and its descendants, from /proc."""
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return [pid]
    return [pid, *(one for child in below for one in _family(int(child)))]


def _resident(pid: int) -> int:
    """Bytes in memory that are the process's own (shared libraries left out)."""
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text().split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGE_SIZE")


def figures(people: int) -> list[tuple[str, float, str]]:
    """Every figure with its unit."""
    numpy = min(cold("-c", "import numpy, pandas")[0] for _ in range(TURNS + 2))
    package = min(cold("-c", "import testbed")[0] for _ in range(TURNS + 2))
    floor = min(
        float(subprocess.check_output([sys.executable, "-c", FLOOR.format(people=people)], text=True))
        for _ in range(TURNS)
    )
    runs = [cold("-m", "testbed", "audit", "rongcheng", "--people", str(people)) for _ in range(TURNS)]
    seconds, memory = min(run[0] for run in runs), max(run[1] for run in runs)
    return [
        ("import numpy, pandas", numpy, "s"),
        ("import testbed", package, "s"),
        ("import testbed over import numpy, pandas", package / numpy, "ratio"),
        (f"bare loop of one world, {people:,} people, {PERIODS} months", floor, "s"),
        (f"testbed audit rongcheng, {people:,} people, cold start", seconds, "s"),
        ("audit over bare loop", seconds / floor, "ratio"),
        ("largest memory of the audit and its workers together", memory, "GiB"),
        ("cores", float(os.cpu_count() or 1), "count"),
    ]


def main(words: list[str]) -> None:
    """Print the figures; keep them where that is asked for."""
    people = next((int(word) for word in words if word.isdecimal()), 100_000)
    made = figures(people)
    for name, value, unit in made:
        print(f"{name:<58} {value:>9.3g} {unit}")
    if "--store" in words:
        with open(Path(__file__).with_suffix(".csv"), "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("figure", "value", "unit"))
            writer.writerows((name, f"{value:.3g}", unit) for name, value, unit in made)


if __name__ == "__main__":
    main(sys.argv[1:])
