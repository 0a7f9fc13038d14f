"""Whether scores mean the same for every group: calibration by bins (probabilities) or at equal score (points)."""

from __future__ import annotations

import math
from collections.abc import Iterator

from testbed.case import Case, Table
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.calibration_bins import CalibrationError, probabilities
from testbed.measures.disparate_impact.compared import Place
from testbed.measures.disparate_impact.equal_score import AtEqualScore, bounded, gap_at_equal_score
from testbed.measures.disparate_impact.pairs import (
    Sample,
    comparisons,
    p_row,
    sampled,
    spread,
)
from testbed.measures.disparate_impact.ranking import ranks
from testbed.measures.disparate_impact.support import support

SUPPORT = 0.8


@measure(
    "calibration_error",
    harm="disparate impact",
    unit="rate",
    better="lower",
    needs=("table",),
    reference="Pakdaman Naeini, Cooper and Hauskrecht (2015), Obtaining well calibrated probabilities, AAAI",
    caveats=(
        "The value is biased upwards, most in small groups, so groups are not subtracted. Read each value beside "
        "`_null`: the value that calibrated scores would show among as many people. Errors within a bin cancel."
    ),
    estimand="sum over 10 equal-count bins of the pooled scores of (share of the group) |outcome rate - mean score|",
    interval="influence values (by cluster), t; the lower limit also subtracts the noise of bins without a clear sign",
    gap="",
)
def calibration_error(case: Case | Table) -> tuple[CalibrationError | Row, ...]:
    """Mean distance between outcome rate and score over ten bins, the same bins for all groups; probabilities only."""
    if case.score is None or case.outcome is None:
        return ()
    sample = sampled(case)
    if not probabilities(sample.score):
        return (Row(math.nan, why="scores are not probabilities; for points see calibration_gap"),)
    return CalibrationError(), CalibrationError(null=True, suffix="_null")


@measure(
    "calibration_gap",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("table",),
    reference="Chouldechova (2017), Big Data 5(2), for the test; Cochran (1968) for standardization by cells",
    caveats=(
        "For points and grades, compared at exactly equal score. A score that means the same for both groups has 0. "
        "0 does not make error rates equal if base rates differ."
    ),
    estimand="sum over scores s of (n_gs / n_g)(outcome rate of g at s - outcome rate of r at s)",
    interval="influence values by cluster, t(G-1), else Welch; few events: the wider of it and Newcombe; "
    "support: Wilson, leaving out one unit after the other",
    gap="",
    splits=False,
)
def calibration_gap(case: Case | Table) -> Iterator[Row]:
    """Outcome rate of a group minus that of the reference group at equal score, standardized to the group.

    `_support`: the share of the group at scores that somebody of the reference group has. If it is below 0.8, the value
    is NaN and an `_observed` row gives the value on those scores. For probabilities see calibration_error.
    """
    if case.score is None or case.outcome is None:
        return
    sample = sampled(case)
    if probabilities(sample.score):
        yield Row(math.nan, why="scores are probabilities: see calibration_error")
        return
    assert sample.score is not None
    rank, size = ranks(sample.score)
    for split in comparisons(case, sample):
        for at, ours, theirs in split.pairs():
            found = gap_at_equal_score(sample, rank, size, ours, theirs)
            yield from _rows(sample, found, support(sample, rank, ours, theirs), sample.people(ours), at)


def _rows(
    sample: Sample, found: AtEqualScore, shared: tuple[float, float, float], members: int, at: Place
) -> Iterator[Row]:
    if not members or math.isnan(found.support):
        yield Row(math.nan, why="no people in this group", **at)
        return
    if not found.n:
        yield Row(math.nan, why="no one in one group has a score that someone in the other has", **at)
        return
    error, freedom = spread(sample, found.sides)
    suffix = ""
    if found.support < SUPPORT:
        why = f"support is {found.support:.2f}: the share of the group with anybody of the same score must be {SUPPORT}"
        yield Row(math.nan, n=found.n, why=why, **at)
        suffix = "_observed"
    row = Row(found.value, *bounded(sample, found, error, freedom), n=found.n, suffix=suffix, **at)
    yield row
    if not suffix:
        yield p_row(found.value, 0.0, error, freedom, row)
    yield Row(*shared, members, suffix="_support", **at)
