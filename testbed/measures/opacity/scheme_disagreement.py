"""Whether several schemes, asked about the same records, sanction and reward the same people."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.case import Case
from testbed.measure import Row, measure
from testbed.models import higher_is
from testbed.statistics import around, units_in
from testbed.world import SCHEME

DECISIONS = (-1, 0, 1)
"""The declared consequence of a grade: a sanction, nothing, a reward."""

SAMPLE = 2_000
"""Number of people whose ranks are compared pair by pair."""

Floats = NDArray[np.float64]
disagreement = partial(
    measure,
    harm="opacity",
    unit="rate",
    better="lower",
    needs=("history", "asking"),
    interval="influence values by grid, t(G-1)",
    splits=False,
    gap="",
)
SAME_RECORDS = (
    "Every scheme that the scenario names judges everybody in scope, on the record that they have where they live. "
    "Kinds that no channel here records add nothing in any scheme."
)


def schemes(case: Case) -> Mapping[str, tuple[NDArray[np.int8], Floats]]:
    """(decision, score with higher better) of everybody in scope under each scheme that the records may name.

    Empty if the institution does not hold which scheme judges a person.
    """
    if SCHEME not in case.scenario.held:
        return {}
    records = case.records
    levels = [str(level) for level in case.society.levels[SCHEME] or () if level != "none"]
    sign = -1.0 if higher_is(case.model) == "worse" else 1.0
    found = {}
    for level in levels:
        moved = pd.Categorical([level] * len(records), categories=records[SCHEME].cat.categories)
        made = case.ask(records.assign(**{SCHEME: moved}))
        if made.decision is None:
            return {}
        found[level] = np.asarray(made.decision, np.int8), sign * np.asarray(made.score, np.float64)
    return found


ONE = "one scheme judges everybody: the records do not name one per person"


def parts(one: NDArray[np.int8], two: NDArray[np.int8]) -> tuple[Floats, Floats]:
    """Each person's part in the (quantity, allocation) disagreement of two schemes; the means over people are the two.

    Quantity is half the summed differences of the margins. Allocation is the rest of the share decided differently
    (Pontius and Millones 2011). The parts of a person may be negative.

    >>> one, two = np.array([-1, -1, 0, 0]), np.array([0, -1, -1, 0])
    >>> [float(side.mean()) for side in parts(one, two)]
    [0.0, 0.5]
    """
    differs = (one != two).astype(np.float64)
    quantity = np.zeros(len(one))
    for code in DECISIONS:
        here = (one == code).astype(np.float64) - (two == code)
        quantity += 0.5 * np.sign(here.sum()) * here
    return quantity, differs - quantity


def discordant(one: Floats, two: Floats) -> tuple[Floats, Floats]:
    """Number of (discordant, untied) pairs of each person: ranked in opposite order, and tied in neither scheme.

    >>> [int(side.sum()) for side in discordant(np.array([1.0, 2, 3]), np.array([1.0, 3, 2]))]
    [2, 6]
    """
    first, second = (np.sign(scores[:, None] - scores[None, :]).astype(np.int8) for scores in (one, two))
    both = first * second
    return (both < 0).sum(axis=1).astype(np.float64), (both != 0).sum(axis=1).astype(np.float64)


@disagreement(
    "scheme_disagreement",
    estimand="P(two schemes decide differently about a person), mean over pairs of schemes",
    reference="Pontius and Millones (2011), International Journal of Remote Sensing 32",
    caveats=SAME_RECORDS,
)
def scheme_disagreement(case: Case) -> Iterator[Row]:
    """Share of people whom two schemes decide differently (sanction, nothing, reward), mean over pairs of schemes.

    `_quantity`: half the summed differences of the margins; one scheme is harsher than the other. `_allocation`: the
    rest; the schemes pick different people. The two sum to the whole. `_schemes`: how many schemes were asked.
    """
    found = schemes(case)
    if len(found) < 2:
        for suffix in ("", "_quantity", "_allocation"):
            yield Row(math.nan, suffix=suffix, why=ONE)
        return
    pairs = [parts(one, two) for (one, _), (two, _) in combinations(found.values(), 2)]
    quantity, allocation = (np.mean([pair[side] for pair in pairs], axis=0) for side in (0, 1))
    cluster = case.clusters[case.scored]
    for suffix, of in (("", quantity + allocation), ("_quantity", quantity), ("_allocation", allocation)):
        value = float(of.mean())
        low, high = _limits(value, (of - value) / len(of), cluster)
        yield Row(value, max(low, 0.0), min(high, 1.0), len(of), suffix=suffix)
    yield Row(len(found), len(found), len(found), len(cluster), suffix="_schemes", unit="schemes")


@disagreement(
    "rank_disagreement",
    estimand="P(two schemes rank two people apart | neither ties them), mean over pairs of schemes",
    reference="Kendall (1938), Biometrika 30",
    caveats=f"{SAME_RECORDS} On a sample of at most {SAMPLE:,} people.",
)
def rank_disagreement(case: Case) -> Row:
    """Share of pairs of people whom two schemes rank in opposite order, among the pairs that neither scheme ties.

    Mean over pairs of schemes. 0 if all schemes rank alike, one half if they are unrelated.
    """
    found = schemes(case)
    if len(found) < 2:
        return Row(math.nan, why=ONE)
    ids = case.records.index.to_numpy(np.int64)
    order = np.argsort(uniform(sparse(case.seed, "schemes:sample", pack(ids))), kind="stable")
    some = np.sort(order[:SAMPLE])
    pairs = [discordant(one[some], two[some]) for (_, one), (_, two) in combinations(found.values(), 2)]
    pairs = [(apart, untied) for apart, untied in pairs if untied.any()]
    if not pairs:
        return Row(math.nan, why="every pair of people is tied in one scheme or the other")
    value, moved = 0.0, np.zeros(len(some))
    for apart, untied in pairs:
        share = apart.sum() / untied.sum()
        value += share / len(pairs)
        # A pair is in the sums of both of its people: the influence of one person is on twice as much.
        moved += 2 * (apart - share * untied) / untied.sum() / len(pairs)
    low, high = _limits(float(value), moved, case.clusters[ids[some]])
    return Row(float(value), max(low, 0.0), min(high, 1.0), len(some))


def _limits(value: float, influence: Floats, cluster: NDArray[np.int64]) -> tuple[float, float]:
    owner = np.unique(cluster, return_inverse=True)[1]
    moved = np.bincount(owner, weights=influence)
    return around(value, moved, units_in(owner)) if moved.any() else (math.nan, math.nan)
