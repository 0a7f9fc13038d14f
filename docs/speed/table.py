"""Speed of audit_table against its floors and against other tools, in one run on the same table.

The floor of integer columns is what no audit can do without: packing the codes and one bincount. That of text
columns is a group-by of polars, which only counts. Slow contestants get fewer rows, and are held against what we
take for as many. All run in turn, several times; the medians of seconds on the clock are printed, and of
processor seconds. Times depend on the machine and on what else it does, ratios less. Nothing is kept between turns.

    python docs/speed/table.py [ROWS]
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Callable
from functools import cache
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np
import pandas as pd

from testbed import audit_table
from testbed.statistics.significance import _p_fisher

TURNS = 3
TWELVE = [
    "selection_rate", "adverse_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate",
    "false_negative_rate", "precision", "negative_predictive_value", "accuracy", "base_rate",
    "demographic_parity_difference", "equalized_odds_difference",
]  # fmt: skip
ASKED = {"groups": "a*b", "outcome": "outcome", "prediction": "prediction", "measures": TWELVE}


@cache
def coded(rows: int) -> pd.DataFrame:
    """Integer-coded columns: two attributes that cross to 48 groups, an outcome, a prediction."""
    words = np.random.Generator(np.random.Philox(7)).random((4, rows), np.float32)
    a, b = (words[0] * 6).astype(np.int8), (words[1] * 8).astype(np.int8)
    outcome = (words[2] < 0.3 + 0.02 * a).astype(np.int8)
    prediction = (words[3] < 0.2 + 0.5 * outcome + 0.01 * b).astype(np.int8)
    return pd.DataFrame({"a": a, "b": b, "outcome": outcome, "prediction": prediction})


@cache
def texts(rows: int) -> pd.DataFrame:
    """The same with four columns of text."""
    words = {"a": [f"origin {k}" for k in range(6)], "b": [f"district {k}" for k in range(8)]}
    words |= {name: ["no", "yes"] for name in ("outcome", "prediction")}
    frame, kind = coded(rows), pd.StringDtype("pyarrow")
    return pd.DataFrame({name: pd.array(words[name], dtype=kind).take(frame[name].to_numpy()) for name in frame})


@cache
def polars_texts(rows: int) -> Any:
    """The text table as polars holds it."""
    import polars

    return polars.from_pandas(texts(rows))


def floor(rows: int) -> object:
    """packing the codes and one bincount"""
    a, b, y, p = (coded(rows)[name].to_numpy() for name in ("a", "b", "outcome", "prediction"))
    return np.bincount(((a.astype(np.int64) * 8 + b) * 2 + y) * 2 + p, minlength=192)


def twelve(rows: int) -> object:
    """ours: twelve rates and comparisons of 48 groups, with intervals, gaps, tests, corrections"""
    return audit_table(coded(rows), **ASKED)


def everything(rows: int) -> object:
    """ours: every measure by a, by b and by both"""
    return audit_table(coded(rows), groups=["a", "b"], outcome="outcome", prediction="prediction")


def polars_group_by(rows: int) -> object:
    """polars: the counts of four text columns, nothing else"""
    return polars_texts(rows).group_by("a", "b", "outcome", "prediction").len()


def twelve_of_text(rows: int) -> object:
    """ours: the twelve of four text columns of pandas"""
    return audit_table(texts(rows), positive="yes", **ASKED)


def twelve_of_polars(rows: int) -> object:
    """ours: the twelve of the text columns of polars"""
    return audit_table(polars_texts(rows), positive="yes", **ASKED)


def fairlearn_rates(rows: int, boots: int = 0) -> object:
    """fairlearn: five rates of 48 groups and their differences, no intervals"""
    from fairlearn import metrics

    names = ("selection_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate", "false_negative_rate")
    frame = coded(rows)
    more: dict[str, Any] = {"n_boot": boots, "ci_quantiles": [0.025, 0.975], "random_state": 1} if boots else {}
    made = metrics.MetricFrame(
        metrics={name: getattr(metrics, name) for name in names}, y_true=frame["outcome"],
        y_pred=frame["prediction"], sensitive_features=frame[["a", "b"]], **more,
    )  # fmt: skip
    return made.by_group, made.difference()


def fairlearn_bootstrap(rows: int) -> object:
    """fairlearn: the same with intervals from 20 redraws"""
    return fairlearn_rates(rows, 20)


def aequitas_rates(rows: int) -> object:
    """Aequitas: counts and rates of 48 groups, no intervals"""
    from aequitas.group import Group

    frame = coded(rows)
    text = frame["a"].astype(str) + "*" + frame["b"].astype(str)
    held = pd.DataFrame({"score": frame["prediction"], "label_value": frame["outcome"], "group": text})
    return Group().get_crosstabs(held)


def aif360_rates(rows: int) -> object:
    """AIF360: ten rates of 2 groups (it has no more), no intervals"""
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import ClassificationMetric

    frame = coded(rows)
    given: dict[str, Any] = {"label_names": ["label"], "protected_attribute_names": ["g"]}
    sides = [frame[["b"]].assign(g=frame["a"] < 3, label=frame[name]) for name in ("outcome", "prediction")]
    y, p = (BinaryLabelDataset(df=side.astype(float), **given) for side in sides)
    made = ClassificationMetric(y, p, unprivileged_groups=[{"g": 0}], privileged_groups=[{"g": 1}])
    names = (*TWELVE[2:6], "selection_rate", "positive_predictive_value", *TWELVE[7:10], "error_rate")
    return [getattr(made, name)(privileged=side) for name in names for side in (True, False)]


def fairbench_report(rows: int) -> object:
    """FairBench: its first report of 48 groups, no intervals"""
    import fairbench as fb

    frame = coded(rows)
    text = (frame["a"].astype(str) + "x" + frame["b"].astype(str)).to_numpy()
    fork = fb.v1.Fork(fb.v1.categories @ text)
    return fb.v1.multireport(
        predictions=frame["prediction"].to_numpy(), labels=frame["outcome"].to_numpy(), sensitive=fork
    )


CONTESTANTS: dict[Callable[[int], object], tuple[int, int]] = {
    floor: (1, TURNS), twelve: (1, TURNS), everything: (1, TURNS), polars_group_by: (1, TURNS),
    twelve_of_text: (1, TURNS), twelve_of_polars: (1, TURNS), aequitas_rates: (10, 2), fairlearn_rates: (100, 2),
    fairlearn_bootstrap: (1000, 1), aif360_rates: (20, 2), fairbench_report: (100, 1),
}  # fmt: skip
"""Who runs, on which part of the rows, and how often."""


def timed(run: Callable[[int], object], rows: int) -> tuple[float, float]:
    """Seconds on the clock, and of the processor."""
    _p_fisher.cache_clear()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        clock, worked = perf_counter(), process_time()
        run(rows)
        return perf_counter() - clock, process_time() - worked


def taken(run: Callable[[int], object], rows: int, turns: int) -> tuple[float, float]:
    """The medians over some turns."""
    clock, worked = zip(*(timed(run, rows) for _ in range(turns)))
    return median(clock), median(worked)


def main() -> None:
    """Print the medians and the ratios."""
    logging.disable(logging.CRITICAL)
    rows = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 10_000_000
    here, absent = [], []
    for run in CONTESTANTS:
        try:
            timed(run, 500)  # imports
            here.append(run)
        except ImportError:
            absent.append(run.__name__)
    large = [run for run in here if CONTESTANTS[run][0] == 1]
    times: dict[Callable[[int], object], list[tuple[float, float]]] = {run: [] for run in large}
    for run in large:
        run(rows)  # tables that are made once
    for _ in range(TURNS):
        for run in large:
            times[run].append(timed(run, rows))
    medians = {run: tuple(median(column) for column in zip(*found)) for run, found in times.items()}
    print(f"{rows:,} rows; medians of {TURNS} turns in seconds on the clock (of the processor)")
    for run, (clock, worked) in medians.items():
        ratio = f"{clock / medians[floor][0]:6.2f} x floor"
        if run in (twelve_of_text, twelve_of_polars) and polars_group_by in medians:
            ratio += f", {clock / medians[polars_group_by][0]:.2f} x polars' group-by"
        print(f"{clock:9.3f} ({worked:.3f}) {ratio:18}  {run.__doc__}")
    for run in here:
        parts, turns = CONTESTANTS[run]
        if parts > 1:
            mine, _ = taken(twelve, rows // parts, 3)
            clock, worked = taken(run, rows // parts, turns)
            print(f"{clock:9.3f} ({worked:.3f}) {clock / mine:6.1f} x ours of {rows // parts:,} rows  {run.__doc__}")
    if absent:
        print(f"not installed: {', '.join(absent)}")


if __name__ == "__main__":
    main()
