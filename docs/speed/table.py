"""Speed of audit_table against its floor and against other tools, on one frame in one run.

The floor is what no audit can do without: packing the codes and one bincount. Every contestant is
run several times in turn, one that takes long fewer times; the medians are printed. Times depend on
the machine, ratios much less. Nothing is kept between turns.

    python docs/speed/table.py [ROWS]
"""

from __future__ import annotations

import sys
from statistics import median
from time import perf_counter

import numpy as np
import pandas as pd

from testbed import audit_table
from testbed.statistics.intervals import _p_fisher

TURNS = 9
PATIENCE = 10.0


def frame_of(rows: int) -> pd.DataFrame:
    """Integer-coded columns: two attributes that cross to 48 groups, an outcome, a prediction."""
    words = np.random.Generator(np.random.Philox(7)).random((4, rows))
    a, b = (words[0] * 6).astype(np.int8), (words[1] * 8).astype(np.int8)
    outcome = (words[2] < 0.3 + 0.02 * a).astype(np.int8)
    prediction = (words[3] < 0.2 + 0.5 * outcome + 0.01 * b).astype(np.int8)
    return pd.DataFrame({"a": a, "b": b, "outcome": outcome, "prediction": prediction})


def floor(frame: pd.DataFrame) -> np.ndarray:
    """Packing the codes and one bincount."""
    a, b, y, p = (frame[name].to_numpy() for name in ("a", "b", "outcome", "prediction"))
    return np.bincount(((a.astype(np.int64) * 8 + b) * 2 + y) * 2 + p, minlength=192)


def ours(frame: pd.DataFrame) -> object:
    """Rates, comparisons, intervals, tests and corrections by a, by b and by their crossing."""
    return audit_table(frame, groups=["a", "b"], outcome="outcome", prediction="prediction")


def crossing(frame: pd.DataFrame) -> object:
    """The same by the 48 crossed groups alone."""
    return audit_table(frame, groups="a*b", outcome="outcome", prediction="prediction")


def fairlearn_rates(frame: pd.DataFrame) -> object:
    """Five rates by the 48 crossed groups with fairlearn: values only, no intervals."""
    from fairlearn import metrics

    names = ("selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate")
    wanted = {name: getattr(metrics, name) for name in names}
    made = metrics.MetricFrame(
        metrics=wanted,
        y_true=frame["outcome"],
        y_pred=frame["prediction"],
        sensitive_features=frame[["a", "b"]],
    )
    return made.by_group, made.difference()


def aequitas_rates(frame: pd.DataFrame) -> object:
    """Group counts and rates with Aequitas, where it is installed; raises ImportError where not."""
    from aequitas.group import Group  # type: ignore[import-not-found]

    text = frame["a"].astype(str) + "*" + frame["b"].astype(str)
    table = pd.DataFrame({"score": frame["prediction"], "label_value": frame["outcome"], "group": text})
    return Group().get_crosstabs(table)


def main() -> None:
    """Print the medians and the ratios to the floor."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = frame_of(rows)
    contestants = {made.__name__: made for made in (floor, ours, crossing, fairlearn_rates, aequitas_rates)}
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(TURNS + 1):
        for name, run in list(contestants.items()):
            if sum(times[name]) > PATIENCE:
                continue
            _p_fisher.cache_clear()
            start = perf_counter()
            try:
                run(frame)
            except ImportError:
                del contestants[name]
                continue
            took = perf_counter() - start
            # The first turn warms imports and caches up, unless it was long enough to be the only one.
            if turn or took > PATIENCE:
                times[name].append(took)
    base = median(times["floor"])
    print(f"{rows:,} rows, medians of up to {TURNS}; floor = packing the codes and one bincount")
    for name, found in times.items():
        if not found:
            print(f"{name:16} not installed")
            continue
        took = median(found)
        over = f"{took / base:8.1f} x floor, {took - 5 * base:+7.3f} s over five floors"
        print(f"{name:16} {took:8.3f} s  {over}")


if __name__ == "__main__":
    main()
