"""Speed of a model in a process of its own, against the same model asked in this one; and of programs.

Both are asked in turn, so that whatever else the machine does slows both down; medians are told.

    python docs/speed/apart.py [ROWS]
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline

from testbed import Scenario
from testbed.checks import sample_records
from testbed.models import ask, load_model, opened

PAIRS, TIMES = 5, 3
OVERHEAD, PER_SECOND = 10, 200_000
FEATURES = [f"x{number}" for number in range(8)] + ["kind", "level"]
PROGRAM = """cmd:awk 'NR > 1 { print NR % 7 }'"""


def trivial(records: pd.DataFrame) -> np.ndarray:
    """One column as it is."""
    return records["x0"].to_numpy()


def table(rows: int) -> pd.DataFrame:
    """Eight numbers with all their digits, and two small categories coded as numbers."""
    random = np.random.Generator(np.random.Philox(11))
    made = {f"x{number}": random.normal(size=rows) for number in range(8)}
    made["kind"], made["level"] = random.integers(0, 6, rows), random.integers(0, 12, rows)
    return pd.DataFrame(made, index=pd.RangeIndex(rows, name="person"))


def boosted(frame: pd.DataFrame) -> Any:
    """A fitted pipeline: missing values are filled in, then boosted trees decide."""
    head = frame[:50_000]
    outcome = head["x0"] + head["x1"] * head["x2"] + 0.2 * head["kind"] > 0.5
    return make_pipeline(SimpleImputer(), HistGradientBoostingClassifier(random_state=0)).fit(head, outcome)


def seconds(work: Callable[[], object]) -> float:
    """How long something takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


def compared(name: str, model: Any, frame: pd.DataFrame) -> float:
    """Print how long a model takes here and apart; the median overhead in percent."""
    here = load_model(model)
    began = perf_counter()
    apart = opened(model)
    began = perf_counter() - began
    assert np.array_equal(ask(here, frame).score, ask(apart, frame).score)
    pairs = [(seconds(lambda: ask(here, frame)), seconds(lambda: ask(apart, frame))) for _ in range(PAIRS)]
    own, other = (median(side) for side in zip(*pairs, strict=True))
    more = median(100 * (there / mine - 1) for mine, there in pairs)
    print(
        f"{name}: here {own:.3f} s, apart {other:.3f} s, {other - own:+.3f} s; {more:+.1f} % (median of {PAIRS} "
        f"pairs). Its process was ready after {began:.2f} s."
    )
    return more


def of_program(name: str, frame: pd.DataFrame) -> float:
    """Print how many rows a program answers in a second, on the clock and of processors, ours and its own."""
    model, clock, used = load_model(PROGRAM), [], []
    for _ in range(TIMES):
        began = sum(os.times()[:4])
        clock.append(seconds(lambda: ask(model, frame)))
        used.append(sum(os.times()[:4]) - began)
    rate = len(frame) / median(used)
    print(
        f"{PROGRAM} on {name}: {len(frame) / median(clock):,.0f} rows a second on the clock, {rate:,.0f} of processors "
        f"(medians of {TIMES})"
    )
    return rate


def main() -> None:
    """Time the models and print what was asked."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = table(rows)
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{rows:,} rows, {len(FEATURES)} features of which 8 have all digits of a float64{load}")
    slow = compared("a boosted pipeline of scikit-learn", boosted(frame), frame)
    compared("a function that gives a column back", "apart:trivial", frame)
    people = sample_records(Scenario.load("rongcheng"))
    people = people.iloc[np.arange(rows) % len(people)].set_axis(frame.index)
    fast = of_program(f"records of the scenario rongcheng ({people.shape[1]} columns)", people)
    of_program("the ten features", frame)
    print(f"Asked: under {OVERHEAD} % with the boosted pipeline: {'met' if slow < OVERHEAD else 'not met'}.")
    print(f"Asked: {PER_SECOND:,} rows a second of processors: {'met' if fast >= PER_SECOND else 'not met'}.")


if __name__ == "__main__":
    main()
