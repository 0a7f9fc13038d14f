"""The log in which the reader looks for the desk that makes entries by hand without cause.

What happens to people is a run of a scenario with misuse. Which desk handled a line is drawn for the lesson: ordinary
lines by lot, in the shares that the lesson gives; lines made by hand without cause all at one desk, drawn by the seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from synthetic.draws import sparse, uniform
from synthetic.errors import unknown
from synthetic.ledger import ORIGINS, Ledger
from testbed.case import Case, Setting
from testbed.lesson.base import Lesson
from testbed.regimes import operator_log
from testbed.scenarios import Scenario
from testbed.statistics import clopper_pearson

ALPHA = 0.05


@dataclass(frozen=True)
class Desk:
    """One desk: its lines, those of the kind that is also made by hand, and their share with its 95 % interval."""

    name: str
    lines: int
    red: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Watch:
    """The log of the operator, and what the run knows about it.

    log: one line each, columns month, person, kind, desk. desks: the counts by desk. culprit: the desk at which the
    lines without cause were made. made, logged, audited, reversed, answered: of the entries without cause.
    """

    scenario: str
    people: int
    log: pd.DataFrame
    desks: tuple[Desk, ...]
    culprit: str
    made: int
    logged: int
    audited: int
    reversed: int
    answered: int


def run_watch(lesson: Lesson, *, seed: int = 0) -> Watch:
    """Run the scenario behind the log and read the log of its operator."""
    part = lesson.parts["watch"]
    scenario = Scenario.load(part["scenario"]).set(part["dials"])
    red = part["red"]
    if red not in scenario.kinds:
        raise unknown(f"kind in lesson {lesson.name}, watch", red, scenario.kinds)
    weights = part["desks"]
    setting = Setting(scenario, people=part["people"], periods=scenario.periods, seed=seed)
    case = Case.of(setting)
    return watch_of(case, red=red, weights=weights, stream=f"lesson:{lesson.name}")


def watch_of(case: Case, *, red: str, weights: tuple[float, ...], stream: str) -> Watch:
    """The log of a case, with a desk on each line, and what became of the entries without cause.

    stream: names the draws of the desks, so that two lessons have different ones.
    """
    fates = operator_log(case.history.ledger, case.scenario.regime, case.seed)
    hidden = fates.loc[~fates["logged"], "entry"].to_numpy(np.int64)
    rows = case.history.ledger.where(_lines(case, hidden))
    by_hand = rows.origin == ORIGINS.index("misuse")
    names = [f"desk {place}" for place in range(1, len(weights) + 1)]
    culprit = _culprit(case.seed, stream, weights)
    desk = np.where(by_hand, culprit, _desks(case.seed, stream, rows.id, weights))
    kinds = np.array(rows.kinds, object)[rows.kind]
    log = pd.DataFrame(
        {"month": rows.start.astype(int), "person": rows.subject, "kind": kinds, "desk": np.array(names, object)[desk]}
    ).sort_values(["month", "person", "kind", "desk"], ignore_index=True)
    return Watch(
        case.scenario.name, case.setting.size, log,
        tuple(_desk(log, name, red) for name in names), names[culprit],
        made=len(fates), logged=int(fates["logged"].sum()), audited=int(fates["audited"].sum()),
        reversed=int((fates["audited"] & (fates["reversed"] < case.periods)).sum()),
        answered=int(fates["answered"].sum()),
    )  # fmt: skip


def _lines(case: Case, hidden: np.ndarray) -> np.ndarray:
    """Which entries of the ledger stand in the operator's log: those made during the run, without the hidden ones."""
    ledger: Ledger = case.history.ledger
    return np.asarray(ledger.real & (ledger.start < case.periods) & ~np.isin(ledger.id, hidden))


def _culprit(seed: int, stream: str, weights: tuple[float, ...]) -> int:
    """The place of the desk at which entries are made by hand: any but the largest, so that counts mislead."""
    others = [place for place in range(len(weights)) if place != int(np.argmax(weights))]
    coin = float(uniform(sparse(seed, f"{stream}:culprit", np.zeros(1, np.int64)))[0])
    return others[int(coin * len(others))]


def _desks(seed: int, stream: str, ids: np.ndarray, weights: tuple[float, ...]) -> np.ndarray:
    """The desk of each ordinary line, by lot in these shares."""
    edges = np.cumsum(weights) / np.sum(weights)
    coin = uniform(sparse(seed, f"{stream}:desk", ids))
    return np.minimum(np.searchsorted(edges, coin, side="right"), len(weights) - 1)


def _desk(log: pd.DataFrame, name: str, red: str) -> Desk:
    mine = log[log["desk"] == name]
    lines, reds = len(mine), int((mine["kind"] == red).sum())
    if not lines:
        return Desk(name, 0, 0, float("nan"), 0.0, 1.0)
    low, high = clopper_pearson(reds, lines, ALPHA)
    return Desk(name, lines, reds, reds / lines, float(low), float(high))
