"""What a person costs: nanoseconds, as a ratio to a plain numpy fill of the same columns.

    python docs/speed/population.py [--write]

The floor fills arrays of the same names and types with numpy's default generator: no households, no causes, no
addresses. Best of five, processor time of one thread. `--write` keeps the figures in `population.csv` beside this file.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from synthetic import Population

PEOPLE = 1 << 20
COLD = """
import time
start = time.perf_counter()
from synthetic import Population
Population("china-2020", 100_000).arrays()
print(time.perf_counter() - start)
"""


def best(run: Callable[[], object], turns: int = 5) -> float:
    """Least processor time of a run, in seconds."""
    times = []
    for _ in range(turns):
        before = time.thread_time()
        run()
        times.append(time.thread_time() - before)
    return min(times)


def floor(population: Population) -> dict[str, np.ndarray]:
    """The same columns, filled with independent random numbers."""
    random = np.random.default_rng(0)
    made = {}
    for name in population.recipe.columns:
        each = population.recipe.variables[name]
        if each.kind == "float":
            made[name] = random.random(population.size)
        elif each.kind == "flag":
            made[name] = random.random(population.size) < 0.5
        else:
            high = len(each.levels) if each.levels else 100
            made[name] = random.integers(0, high, population.size, dtype=each.dtype)
    return made


def cold() -> float:
    """Seconds for a fresh process to import the package and make 100,000 people, best of three."""
    runs = [subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True) for _ in range(3)]
    return min(float(run.stdout) for run in runs)


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    keep = parser.parse_args().write
    population = Population("china-2020", PEOPLE, seed=1)
    population.arrays(0, 1 << 16)
    whole = best(population.arrays) / PEOPLE * 1e9
    plain = best(lambda: floor(population)) / PEOPLE * 1e9
    small = Population("china-2020", 1 << 17, seed=1)
    part = best(small.arrays) / small.size * 1e9
    rows = [
        ("columns", len(population.recipe.columns), "columns"),
        ("one person", round(whole), "ns"),
        ("one person, plain numpy fill", round(plain), "ns"),
        ("ratio to the plain fill", round(whole / plain, 2), "ratio"),
        ("one person among an eighth as many", round(part), "ns"),
        ("people a second, one core", round(1e9 / whole, -4), "people"),
        ("cold start and 100,000 people", round(cold(), 2), "s"),
    ]
    for name, value, unit in rows:
        print(f"{name:40} {value:>14,} {unit}")
    if keep:
        with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("figure", "value", "unit"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
