"""Benefit against harm as the coverage of the channels grows: which coverages are dominated, and the exchange rate."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed.case import Answered, Case, answered, elsewhere, scaled_coverage
from testbed.measure import Row, measure, measures
from testbed.measures.benefit.detection import misconduct
from testbed.statistics import ALPHA, FEWEST_CLUSTERS, fieller, quantile

GRID = (0.25, 0.5, 0.75, 1.0)
"""Coverage at which worlds are run, as multiples of the scenario's."""

against = partial(
    measure,
    harm="benefit",
    needs=("history",),
    splits=False,
    gap="",
    default=False,
)
TURNED = (
    "The coverage of all channels changes together. The model and its cut-offs stay as fitted at full coverage. "
    "People, acts and random draws are the same at every coverage."
)


@dataclass(frozen=True)
class Step:
    """Benefit and harm in the world at one coverage, and the recall of an oracle with as many adverse decisions."""

    coverage: float
    benefit: Answered
    harm: Answered
    oracle: float


_kept: WeakKeyDictionary[Case, dict[tuple[str, str], list[Step]]] = WeakKeyDictionary()


def steps(case: Case, benefit: str, harm: str) -> list[Step]:
    """One step per coverage of the grid; at 1 it is the case itself. Each world is run once and kept with the case."""
    kept = _kept.setdefault(case, {})
    if (benefit, harm) not in kept:
        kept[benefit, harm] = _steps(case, benefit, harm)
    return kept[benefit, harm]


def _steps(case: Case, benefit: str, harm: str) -> list[Step]:
    made = []
    for times in GRID:
        there = case if times == 1 else elsewhere(case, scaled_coverage(case.scenario, times))
        guilty = int((there.scored & misconduct(there)).sum())
        budget = int((there.scored & (there.history.decision(there.decided) == -1)).sum())
        oracle = min(1.0, budget / guilty) if guilty else math.nan
        made.append(Step(times, answered(there, benefit), answered(there, harm), oracle))
    return made


def dominated(benefit: NDArray[np.float64], harm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which points are dominated: another has at least the benefit, at most the harm, and differs in one of them.

    >>> dominated(np.array([0.2, 0.5, 0.4]), np.array([0.01, 0.02, 0.03])).tolist()
    [False, False, True]
    """
    more, less = benefit[None, :] >= benefit[:, None], harm[None, :] <= harm[:, None]
    other = (benefit[None, :] != benefit[:, None]) | (harm[None, :] != harm[:, None])
    return np.asarray((more & less & other).any(axis=1))


QUALIFIERS = {"benefit": "detection_recall", "harm": "wrong_adverse_rate"}


@against(
    "benefit_harm_frontier",
    unit="rate",
    better="none",
    estimand="benefit and harm at each coverage of the channels",
    interval="the intervals of the two measures",
    reference="MEASURES section 4",
    caveats=TURNED,
    qualifiers={**QUALIFIERS, "coverage": "grid"},
)
def benefit_harm_frontier(
    case: Case, benefit: str = "detection_recall", harm: str = "wrong_adverse_rate", coverage: float | str = "grid"
) -> Iterator[Row]:
    """Benefit and harm, side by side, at a quarter, half, three quarters and all of the scenario's coverage.

    `_benefit` and `_harm`: the two measures, one row per coverage. `_dominated`: 1 if another coverage of the grid
    has at least the benefit and at most the harm, and differs in one of them. `coverage` selects one of the grid.
    """
    made = steps(case, benefit, harm)
    if coverage != "grid" and float(coverage) not in GRID:
        raise InputError(f"coverage: found {coverage!r}, allowed: {', '.join(map(str, GRID))}.")
    beaten = dominated(np.array([one.benefit.value for one in made]), np.array([one.harm.value for one in made]))
    for one, worse in zip(made, beaten.tolist(), strict=True):
        if coverage not in ("grid", one.coverage):
            continue
        said = {"benefit": benefit, "harm": harm, "coverage": one.coverage}
        for suffix, found, of in (("_benefit", one.benefit, benefit), ("_harm", one.harm, harm)):
            numbers, unit = (found.value, found.low, found.high, found.n), measures.get(of).unit
            yield Row(*numbers, suffix=suffix, qualifiers=said, why=found.why, unit=unit)
        why = one.benefit.why or one.harm.why
        value = math.nan if why else float(worse)
        yield Row(value, n=one.harm.n, suffix="_dominated", qualifiers=said, why=why, unit="flag")


@against(
    "harm_at_benefit",
    unit="rate",
    better="lower",
    estimand="harm at the lowest coverage that reaches a share of the recall an oracle has at full coverage",
    interval="the interval of the measure of harm, with the coverage taken as given",
    reference="MEASURES section 4",
    caveats=f"{TURNED} The oracle knows all true misconduct and decides as many people adversely as the scheme does "
    "at full coverage. It bounds detection_recall and no other benefit.",
    qualifiers={"share": 0.5, "harm": QUALIFIERS["harm"]},
)
def harm_at_benefit(case: Case, share: float = 0.5, harm: str = "wrong_adverse_rate") -> Iterator[Row]:
    """Harm at the lowest coverage of the grid at which recall reaches `share` of an oracle's recall.

    `_coverage`: that coverage. NaN if no coverage of the grid reaches it.
    """
    made = steps(case, "detection_recall", harm)
    said, unit = {"share": share, "harm": harm}, measures.get(harm).unit
    goal = share * made[-1].oracle
    first = next((one for one in made if one.benefit.value >= goal), None)
    if first is None or math.isnan(goal):
        best = max((one.benefit.value for one in made if not one.benefit.why), default=math.nan)
        why = made[-1].benefit.why or f"recall reaches {best:.3g} at most, {share:g} of the oracle's is {goal:.3g}"
        yield Row(math.nan, qualifiers=said, why=why, unit=unit)
        yield Row(math.nan, suffix="_coverage", qualifiers=said, why=why, unit="multiple of the scenario's")
        return
    numbers = (first.harm.value, first.harm.low, first.harm.high, first.harm.n)
    yield Row(*numbers, qualifiers=said, why=first.harm.why, unit=unit)
    yield Row(first.coverage, n=first.harm.n, suffix="_coverage", qualifiers=said, unit="multiple of the scenario's")


@against(
    "exchange_rate",
    unit="harm per benefit",
    better="lower",
    estimand="change in harm per change in benefit from one coverage to the next",
    interval="Fieller, influence values by grid, t(G-1); unbounded if the change in benefit may be 0",
    reference="Fieller (1954), Journal of the Royal Statistical Society B 16",
    caveats=f"{TURNED} Harms and benefits fall on different people. An exchange rate does not say whether one is "
    "worth the other.",
    qualifiers={**QUALIFIERS, "coverage": "grid"},
)
def exchange_rate(
    case: Case, benefit: str = "detection_recall", harm: str = "wrong_adverse_rate", coverage: float | str = "grid"
) -> Iterator[Row]:
    """Change in harm per unit of benefit from one coverage to the next. One row per step, named by its upper end."""
    made = steps(case, benefit, harm)
    for before, after in pairwise(made):
        if coverage not in ("grid", after.coverage):
            continue
        yield replace(_rate(before, after), qualifiers={"benefit": benefit, "harm": harm, "coverage": after.coverage})


def _rate(before: Step, after: Step) -> Row:
    why = next((one.why for one in (before.benefit, before.harm, after.benefit, after.harm) if one.why), "")
    if why:
        return Row(math.nan, why=why)
    top, bottom = after.harm.value - before.harm.value, after.benefit.value - before.benefit.value
    n = min(after.harm.n, after.benefit.n)
    if bottom == 0:
        return Row(math.nan, n=n, why="the benefit is the same at both coverages")
    low = high = math.nan
    ends = [one.influence for one in (before.harm, after.harm, before.benefit, after.benefit)]
    if not any(one is None for one in ends) and len(ends[0]) >= FEWEST_CLUSTERS:  # type: ignore[arg-type]
        moved = np.array([ends[1] - ends[0], ends[3] - ends[2]])  # type: ignore[operator]
        units = moved.shape[1]
        spread = units / (units - 1) * (moved @ moved.T)
        low, high = fieller(top, bottom, spread, float(quantile(ALPHA, units - 1)))
    return Row(top / bottom, low, high, n)
