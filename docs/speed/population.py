"""What a complete person of china-2020 costs, household and all, while a society is streamed in blocks of 65,536.

    python docs/speed/population.py [--sdv PYTHON] [--write]

All in one run, the kinds taking turns so that each meets the same machine:

* wall time: two processes stream a society of 100,000,000 people at once, each its own blocks, spread over all ids;
  the best of forty rounds of 1,048,576 people each;
* processor time of a person, in blocks spread over a society of 100,000,000, in one of 1,000,000, and in a plain numpy
  fill of the same columns (same names and types, numpy's default generator: no households, causes or addresses);
* memory: the peak of a fresh process that streams 4,000,000 people of 1,000,000,000, and of one that writes
  1,000,000 people with `testbed people`, as CSV;
* `--sdv` names a Python that has the package `sdv`: its GaussianCopulaSynthesizer is fitted there to 5,000 of these
  people (every column that varies among them) and sampled.

`--write` keeps the figures in `population.csv` beside this file.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing as mp
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from synthetic import Population

BLOCK = 1 << 16
NATION, TOWN = 100_000_000, 1_000_000
PLACES, TURNS, ROUNDS, BLOCKS = 12, 12, 40, 16
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
WRITE = """
import contextlib, io, json, os, resource, tempfile, time
from testbed.commands.cli import main
with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):
    start = time.process_time()
    main(["people", "china-2020", "--people", "1000000", "--out", os.path.join(folder, "people.csv")])
    took = time.process_time() - start
print(json.dumps([resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, took * 1000]))
"""
SDV = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd
import sdv
from sdv.metadata import Metadata
from sdv.single_table import GaussianCopulaSynthesizer
people = pd.read_csv(sys.argv[1])
tables = {"people": people}
model = GaussianCopulaSynthesizer(Metadata.detect_from_dataframes(tables, infer_keys=None))
model.fit(tables if sdv.__version__ >= "2" else people)
best = 9e9
for _ in range(3):
    start = time.process_time()
    made = model.sample(50_000)
    best = min(best, time.process_time() - start)
made = made["people"] if isinstance(made, dict) else made
print(json.dumps([best / len(made) * 1e9, made.shape[1], sdv.__version__]))
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


def places(size: int) -> list[int]:
    """Whole blocks, evenly over a society."""
    return [int(k) * BLOCK for k in np.linspace(0, size // BLOCK - 1, PLACES)]


def in_turn(runs: dict[str, Callable[[int], object]]) -> dict[str, float]:
    """Nanoseconds of processor time a person of each run: the best at each place, over the places the mean."""
    best = {name: np.full(PLACES, np.inf) for name in runs}
    for _ in range(TURNS):
        for place in range(PLACES):
            for name, run in runs.items():
                before = time.thread_time()
                run(place)
                best[name][place] = min(best[name][place], (time.thread_time() - before) / BLOCK * 1e9)
    return {name: float(found.mean()) for name, found in best.items()}


def work(pipe: Connection, part: int) -> None:
    """One of two processes: makes its blocks whenever asked, and tells when it began and ended."""
    society = Population("china-2020", NATION, seed=1)
    starts = np.linspace(0, NATION // BLOCK - 1, BLOCKS).astype(int)[part::2]
    while pipe.recv():
        begun = time.perf_counter()
        for start in starts:
            society.arrays(start * BLOCK, (start + 1) * BLOCK)
        pipe.send((begun, time.perf_counter()))


def wall() -> float:
    """People a second of wall time, made by two processes: the best of the rounds."""
    context = mp.get_context("spawn")
    pairs = [context.Pipe() for _ in range(2)]
    workers = [context.Process(target=work, args=(pair[1], part)) for part, pair in enumerate(pairs)]
    for worker in workers:
        worker.start()
    best = np.inf
    for turn in range(ROUNDS + 1):
        for ours, _ in pairs:
            ours.send(True)
        ends = np.array([ours.recv() for ours, _ in pairs])
        if turn:
            best = min(best, ends[:, 1].max() - ends[:, 0].min())
    for ours, _ in pairs:
        ours.send(False)
    for worker in workers:
        worker.join()
    return BLOCKS * BLOCK / best


def child(python: str, code: str, *arguments: str) -> list:
    """The numbers that a fresh process prints last."""
    ran = subprocess.run([python, "-c", code, *arguments], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout.strip().splitlines()[-1])
    return found if isinstance(found, list) else [found]


def sdv(python: str, society: Population) -> list:
    """Nanoseconds to sample one person from SDV's Gaussian copula, how many columns, and the version."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        people = society.people(0, 5000)
        varied = people.loc[:, people.nunique() > 1]
        # Plain names: SDV would make up phone numbers for a column called phone, at a cost of its own.
        varied.set_axis([f"column_{k}" for k in range(varied.shape[1])], axis=1).to_csv(file, index=False)
        return child(python, SDV, str(file))


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sdv", metavar="PYTHON", help="a Python that has the package sdv")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    load = os.getloadavg()[0]
    nation, town = (Population("china-2020", size, seed=1) for size in (NATION, TOWN))
    random = np.random.default_rng(0)
    far, near = places(NATION), places(TOWN)
    best = in_turn(
        {
            "town": lambda k: town.arrays(near[k], near[k] + BLOCK),
            "nation": lambda k: nation.arrays(far[k], far[k] + BLOCK),
            "plain": lambda k: floor(nation, random),
        }
    )
    peak, per_person = child(sys.executable, WRITE)
    rows: list[tuple[str, object, str]] = [
        ("load of the machine before the run, of two cores", round(load, 1), "processes"),
        ("columns", len(nation.recipe.columns), "columns"),
        ("people a second of wall time, two processes", int(round(wall(), -4)), "people"),
        ("people a second of processor time, two cores", int(round(2e9 / best["nation"], -4)), "people"),
        ("one person of 1,000,000", round(best["town"]), "ns"),
        ("one person of 100,000,000", round(best["nation"]), "ns"),
        ("the same, as a ratio", round(best["nation"] / best["town"], 3), "ratio"),
        ("one person, plain numpy fill", round(best["plain"]), "ns"),
        ("ratio to the plain fill", round(best["nation"] / best["plain"], 2), "ratio"),
        ("peak memory while streaming", round(child(sys.executable, STREAM)[0]), "MB"),
        ("peak memory of testbed people, 1,000,000 as CSV", round(peak), "MB"),
        ("one person written as CSV, all in", round(per_person), "ns"),
        ("cold start and 100,000 people", round(min(child(sys.executable, COLD)[0] for _ in range(3)), 2), "s"),
    ]
    if asked.sdv:
        sampled, columns, version = sdv(asked.sdv, nation)
        rows += [
            (f"one person of {columns} columns, SDV {version} Gaussian copula", round(sampled), "ns"),
            ("ratio of the copula to one person", round(sampled / best["nation"], 1), "ratio"),
        ]
    for name, value, unit in rows:
        print(f"{name:60} {value:>14,} {unit}")
    if asked.write:
        with Path(__file__).with_suffix(".csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("figure", "value", "unit"))
            writer.writerows(rows)


if __name__ == "__main__":
    main()
