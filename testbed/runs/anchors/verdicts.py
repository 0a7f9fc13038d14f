"""What all anchors share: the verdict, the rows of findings, and the test of many p values at once."""

# Any: a row of findings holds texts and numbers.
from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np

from testbed.measure import measures
from testbed.statistics import expand, holm

if TYPE_CHECKING:
    from testbed.case import Case

FAMILY_WISE = 0.001
"""How often a fair run may fail a statistical anchor, over all models and the lottery: half for each."""

Rows = list[dict[str, Any]]


class Verdict(TypedDict):
    """Whether an anchor holds, and one sentence on what was seen."""

    name: str
    holds: bool
    detail: str


def judged_together(name: str, tests: Sequence[tuple[str, float]], what: str) -> Verdict:
    """Return the verdict of Holm's step-down over these p values, at half of the family-wise level."""
    adjusted = holm(np.array([p for _, p in tests]))
    worst = int(np.argmin(adjusted))
    level = FAMILY_WISE / 2
    holds = bool(adjusted[worst] >= level)
    least = f"least corrected p {adjusted[worst]:.3g} of {len(tests)} tests ({tests[worst][0]})"
    return Verdict(name=name, holds=holds, detail=f"{what}: {least}, void under {level:g}")


def splits_and_crossings(case: Case) -> list[str]:
    """Return the attributes that the scenario compares, and each crossing of two of them."""
    alone = list(case.scenario.compared)
    return [*alone, *("*".join(pair) for pair in combinations(alone, 2))]


def rows_of(case: Case, name: str, model: str, scenario: str, splits: Sequence[str] = ()) -> Rows:
    """Return the rows of a measure without its p values, under these names; none if it is not registered."""
    if name not in measures.names():
        return []
    one = measures.get(name)
    found = expand(one, one(case), case, splits=splits, reference=case.scenario.reference)
    kept = [row for row in found if not row["measure"].split("[")[0].endswith(("_p", "_detectable"))]
    return [{"scenario": scenario, "model": model, **row} for row in kept]


def bytes_of(array: np.ndarray) -> bytes:
    """Return the bytes of an array, to compare two arrays exactly."""
    return np.ascontiguousarray(array).tobytes()
