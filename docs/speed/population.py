"""What a person costs while a society is streamed, in blocks of 65,536 people: nanoseconds of processor time.

    python docs/speed/population.py [--copula PYTHON] [--write]

Measured in turn, block by block, the best of 120: people from id 0 on, people from id 100,000,000 on, and a plain
numpy fill of the same columns (same names and types, numpy's default generator: no households, no causes, no
addresses). Memory is the peak of a fresh process that streams 4,000,000 people of a society of 1,000,000,000.
`--copula` names a Python that has the package `copulas` (the Gaussian copula behind SDV): it is fitted there to 2,000
of these people and sampled. `--write` keeps the figures in `population.csv` beside this file.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from synthetic import Population

BLOCK = 1 << 16
TURNS = 120
FAR = 100_000_000 // BLOCK * BLOCK
COLD = """
import time
start = time.perf_counter()
from synthetic import Population
Population("china-2020", 100_000).arrays()
print(time.perf_counter() - start)
"""
STREAM = """
import resource
from synthetic import Population
society = Population("china-2020", 1_000_000_000, seed=1)
for start in range(0, 4_000_000, 65_536):
    society.arrays(start, start + 65_536)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
COPULA = """
import sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
from copulas.multivariate import GaussianMultivariate
from copulas.univariate import GaussianUnivariate
people = pd.read_csv(sys.argv[1])
model = GaussianMultivariate(distribution=GaussianUnivariate)
model.fit(people)
best = 9e9
for _ in range(5):
    start = time.thread_time()
    model.sample(20_000)
    best = min(best, time.thread_time() - start)
print(best / 20_000 * 1e9)
"""


def floor(population: Population, random: np.random.Generator) -> dict[str, np.ndarray]:
    """The same columns of a block, filled with independent random numbers."""
    made = {}
    for name in population.recipe.columns:
        each = population.recipe.variables[name]
        if each.kind == "float":
            made[name] = random.random(BLOCK)
        elif each.kind == "flag":
            made[name] = random.random(BLOCK) < 0.5
        else:
            high = len(each.levels) if each.levels else 100
            made[name] = random.integers(0, high, BLOCK, dtype=each.dtype)
    return made


def in_turn(runs: dict[str, Callable[[int], object]]) -> dict[str, float]:
    """Least nanoseconds of processor time a person, of each run: they take turns, so that all meet the same machine."""
    best = dict.fromkeys(runs, np.inf)
    for turn in range(TURNS):
        for name, run in runs.items():
            before = time.thread_time()
            run(turn % 8)
            best[name] = min(best[name], (time.thread_time() - before) / BLOCK * 1e9)
    return best


def child(python: str, code: str, *arguments: str) -> float:
    """The number that a fresh process prints."""
    ran = subprocess.run([python, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return float(ran.stdout)


def copula(python: str, society: Population) -> float:
    """Nanoseconds to sample one person, with as many columns, from a Gaussian copula."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        people = society.people(0, 2000).drop(columns=["grid", "city", "residence"])
        for name in people.select_dtypes("category"):
            people[name] = people[name].cat.codes
        (people + np.random.default_rng(0).normal(0, 1e-3, people.shape)).to_csv(file, index=False)
        return child(python, COPULA, str(file))


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copula", metavar="PYTHON", help="a Python that has the package copulas")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    society, random = Population("china-2020", 1_000_000_000, seed=1), np.random.default_rng(0)
    best = in_turn(
        {
            "near": lambda k: society.arrays(k * BLOCK, (k + 1) * BLOCK),
            "far": lambda k: society.arrays(FAR + k * BLOCK, FAR + (k + 1) * BLOCK),
            "plain": lambda k: floor(society, random),
        }
    )
    rows = [
        ("columns", len(society.recipe.columns), "columns"),
        ("one person", round(best["near"]), "ns"),
        ("one person from id 100,000,000 on", round(best["far"]), "ns"),
        ("the same, as a ratio", round(best["far"] / best["near"], 2), "ratio"),
        ("one person, plain numpy fill", round(best["plain"]), "ns"),
        ("ratio to the plain fill", round(best["near"] / best["plain"], 2), "ratio"),
        ("people a second of processor time, two cores", int(round(2e9 / best["near"], -4)), "people"),
        ("peak memory while streaming", round(child(sys.executable, STREAM)), "MB"),
        ("cold start and 100,000 people", round(min(child(sys.executable, COLD) for _ in range(3)), 2), "s"),
    ]
    if asked.copula:
        sampled = copula(asked.copula, society)
        rows += [
            ("one person, Gaussian copula of the package copulas", round(sampled), "ns"),
            ("ratio of the copula to one person", round(sampled / best["near"], 1), "ratio"),
        ]
    for name, value, unit in rows:
        print(f"{name:55} {value:>14,} {unit}")
    if asked.write:
        with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("figure", "value", "unit"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
