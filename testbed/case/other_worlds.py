"""The same people and the same fitted model in a world with other channels: scaled errors, scaled coverage."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import Channel
from testbed.case.case import Case
from testbed.measure import Row, measures
from testbed.scenarios import Scenario
from testbed.statistics import estimate
from testbed.world import World

COVERAGE = ("coverage_urban", "coverage_rural")


def scaled_errors(scenario: Scenario, times: float) -> Scenario:
    """The scenario with every error rate of its channels multiplied by `times`; no probability exceeds 1."""
    return replace(scenario, channels=tuple(_scaled(one, errors_of(one), times) for one in scenario.channels))


def scaled_coverage(scenario: Scenario, times: float) -> Scenario:
    """The scenario with the coverage of its channels multiplied by `times`, at most 1."""
    return replace(scenario, channels=tuple(_scaled(one, COVERAGE, times) for one in scenario.channels))


def errors_of(channel: Channel) -> tuple[str, ...]:
    """The numbers of a channel that differ from those of a faithful channel: its errors."""
    faithful = channel.faithful().numbers
    return tuple(key for key, dial in channel.numbers.items() if dial.value != faithful[key].value)


def _scaled(channel: Channel, keys: tuple[str, ...], times: float) -> Channel:
    def turned(value: float) -> float:
        return min(value * times, 1.0) if value <= 1 else value * times

    numbers = {
        key: replace(dial, value=turned(float(dial.value))) if key in keys else dial
        for key, dial in channel.numbers.items()
    }
    return replace(channel, numbers=numbers)


def elsewhere(case: Case, scenario: Scenario) -> Case:
    """The case of the same people and the same model, as fitted, in a scenario that differs in its channels only."""
    setting = case.setting.elsewhere(scenario)
    history = World(setting.society, case.scheme, case.periods).run()
    return Case(setting, case.model, case.model_name, case.scheme, history, base=case)


@dataclass(frozen=True)
class Answered:
    """The first value of a measure in a world, over everybody, and the influence of each cluster on a ratio."""

    value: float
    low: float
    high: float
    n: int
    influence: NDArray[np.float64] | None
    why: str


def answered(case: Case, name: str) -> Answered:
    """The first value of a measure of a case, over everybody. Raises InputError for an unknown measure."""
    part = measures.get(name)(case)[0]
    if isinstance(part, Row):
        return Answered(part.value, part.low, part.high, part.n, None, part.why)
    made = estimate(part, case, "all")
    low, high = made.limits()
    value = float(made.value[0])
    influence: NDArray[np.float64] | None = None
    a, b = (np.asarray(side, np.float64) for side in (part.numerator, part.denominator))
    if b.sum() > 0:
        unit = case.clusters if part.unit_of is None else part.unit_of
        _, owner = np.unique(unit, return_inverse=True)
        influence = np.bincount(owner, weights=(a - value * b) / b.sum()).astype(np.float64)
    return Answered(value, float(low[0]), float(high[0]), int(made.n[0]), influence, made.why[0])
