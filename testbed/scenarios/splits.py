"""The groups by which the findings of a scenario are split."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testbed.scenarios.base import Scenario


def splits_of(scenario: Scenario) -> list[str]:
    """The splits of a scenario: each compared attribute, each pair of them, and all of them together."""
    alone = list(scenario.compared)
    crossed = ["*".join(pair) for pair in combinations(alone, 2)]
    return [*alone, *crossed, *(["*".join(alone)] if len(alone) > 2 else [])]
