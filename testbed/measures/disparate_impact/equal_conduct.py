"""The adverse gap between groups at equal true conduct, by post-stratification on exact counts of acts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case, acts_in_window, cells, kinds_read, windows
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.compared import Place, comparisons, members
from testbed.measures.disparate_impact.pairs import sampled
from testbed.measures.disparate_impact.support import support
from testbed.statistics import (
    Limits,
    around,
    dense_ids,
    effective_number,
    enough,
    few,
    openings_of,
    rate_limits,
    summed,
    widened,
)

SUPPORT = 0.8


@dataclass(frozen=True)
class Standardized:
    """The gap on the common support: value, limits, share of the group's members there, size of the smaller group."""

    value: float
    low: float
    high: float
    support: float
    n: int


def standardized_gap(
    cell: NDArray[np.integer],
    group: NDArray[np.integer],
    adverse: NDArray[np.bool_],
    cluster: NDArray[np.integer],
) -> Standardized:
    """Excess adverse rate of a group over people of the same cell: sum over S of (n_gc / n_gS)(a_gc - a_rc).

    Parameters
    ----------
    cell: stratum of each person, 0, 1, ...; S are the cells that hold both groups.
    group: 1 for the group g, 0 for the reference group, anything else for neither.
    adverse: whether each person is decided adversely.
    cluster: unit in which people share draws.

    Limits: influence values summed by cluster, t(G-1), G the effective clusters of the group that has fewer: 1 over the
    sum of squared shares, of the reference group as it is weighed. A
    member of g moves the value by (y - a_rc - value) / n_gS, one of r by -(n_gc / n_gS)(y - a_rc) / n_rc. The sum of a
    cluster is divided by the weight that the others hold, as if it were left out, since an enclave may hold much. If
    either rate rests on under five events or non-events, the limits are the wider of these and Newcombe's limits on the
    two rates (Wilson, effective n). Uneven clusters of rare events open the limits (`statistics.uneven`). NaN with
    fewer than 10 effective clusters.

    >>> g, r = np.repeat([1, 0], 20), np.ones(40, bool)
    >>> standardized_gap(np.zeros(40, int), g, g == 1, np.arange(40)).value
    1.0
    """
    ours, theirs = group == 1, group == 0
    size = int(cell.max(initial=-1)) + 1
    n_g, n_r = np.bincount(cell[ours], minlength=size), np.bincount(cell[theirs], minlength=size)
    common = (n_g > 0) & (n_r > 0)
    members, others = int(n_g[common].sum()), int(n_r[common].sum())
    support = members / n_g.sum() if n_g.sum() else math.nan
    if not members:
        return Standardized(math.nan, math.nan, math.nan, support, 0)
    ours, theirs = ours & common[cell], theirs & common[cell]
    y = adverse.astype(float)
    a_r, weight = np.zeros(size), np.zeros(size)
    a_r[common] = np.bincount(cell[theirs], weights=y[theirs], minlength=size)[common] / n_r[common]
    weight[common] = n_g[common] / (members * n_r[common])
    rates = float(y[ours].mean()), float((n_g * a_r)[common].sum() / members)
    supported = _Supported(ours, theirs, y, y - a_r[cell], weight[cell], rates)
    low, high = _limits(supported, members, others, cluster)
    return Standardized(rates[0] - rates[1], low, high, support, min(members, others))


@dataclass(frozen=True)
class _Supported:
    """People on the common support: members of each group and what the limits need of them, one value per person.

    y: 1 if decided adversely. residual: y minus the reference rate of the cell. weight: of a person of the reference
    group. rates: of the group, and of the reference group standardized to it.
    """

    ours: NDArray[np.bool_]
    theirs: NDArray[np.bool_]
    y: NDArray[np.float64]
    residual: NDArray[np.float64]
    weight: NDArray[np.float64]
    rates: tuple[float, float]


def _limits(here: _Supported, members: int, others: int, cluster: NDArray[np.integer]) -> Limits:
    """Limits of the gap, see `standardized_gap`."""
    ours, theirs, y, weight, (rate_g, rate_r) = here.ours, here.theirs, here.y, here.weight, here.rates
    value = rate_g - rate_r
    owner, clusters = dense_ids(cluster)
    held_g, held_r = summed(owner, clusters, ours / members), summed(owner, clusters, theirs * weight)
    units = min(effective_number(held_g), effective_number(held_r))
    if not enough(units):
        return math.nan, math.nan
    moved_g, moved_r = (here.residual - value) / members, weight * here.residual
    sum_g, sum_r = summed(owner, clusters, ours * moved_g), summed(owner, clusters, theirs * moved_r)
    limits = around(value, sum_g / (1 - held_g) - sum_r / (1 - held_r), units)
    events = np.stack([summed(owner, clusters, ours * y / members), summed(owner, clusters, theirs * weight * y)])
    kish = 1 / float((weight[theirs] ** 2).sum())
    down, up = openings_of(events, np.stack([held_g, held_r]), np.array([members, kish]))
    limits = value - down * (value - limits[0]), value + up * (limits[1] - value)
    if few(y[ours].sum(), members - y[ours].sum(), y[theirs].sum(), others - y[theirs].sum()):
        alone = summed(owner, clusters, ours * (y - rate_g) / members)
        of_g, of_r = rate_limits(rate_g, members, alone, units), rate_limits(rate_r, kish, sum_r, units)
        limits = widened(limits, rate_g, of_g, rate_r, of_r)
    return max(limits[0], -1.0), min(limits[1], 1.0)


def first_full_month(case: Case) -> int:
    """The first month whose decision rests on a full window of the shortest-lived recorded kinds.

    It depends on the scenario, not on the model, so two models are compared at the same month.
    """
    scenario = case.scenario
    recorded = [code for code, kind in enumerate(scenario.kinds) if kind in scenario.recorded]
    life = windows(case, late=False)[recorded]
    return min(int(life.min()) - 1 if len(life) else 0, int(case.periods) - 1)


@measure(
    "adverse_gap_at_equal_conduct",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history",),
    reference="Kitagawa (1955) and Cochran (1968) for standardization by cells; MEASURES section 1",
    caveats=(
        "The plain row is the first decision that rests on a full window of the shortest-lived entries, since every "
        "file is empty in month 0. A second row is the last month; conduct by then is itself an effect of the "
        "scheme. Kinds of conduct that the scheme does not read are not compared. Where _by_rules is 2, people count "
        "as equal whom the rule book cannot tell apart by their true acts. Channels that leave acts out, or bring them "
        "late, may still tell them apart: ten small acts are missed otherwise than a large one."
    ),
    estimand="sum over cells S of (n_gc / n_gS)(a_gc - a_rc), a the adverse share, cells exact counts of true acts, or "
    "what the rule book makes of them where these leave too few alike",
    interval="post-stratification: influence values by cluster, t(G-1); few events: the wider of it and Newcombe; "
    "support: Wilson, leaving out one cluster after the other",
    qualifiers={"period": None},
    gap="",
    splits=False,
)
def adverse_gap_at_equal_conduct(case: Case, *, period: int | None = None) -> Iterator[Row]:
    """How much more often members of a group are decided adversely than people of the same true conduct.

    Cells are the exact counts of true acts of every kind that the scheme reads, in the months in which their entries
    can stand (`conduct.windows`: the expiry of their severity, and how late they may come). So decisions that depend on
    conduct alone give 0 in expectation, whatever the groups do.
    Many kinds leave few people with exactly the same counts. If support is below 0.8, and the scheme is a rule book,
    people are compared by what the book makes of these acts (`RuleBook.conduct_terms`), and `_by_rules` says how: 1 if
    kinds with the same points, expiry, delay and channels count as one kind, which loses nothing; 2, if that is not
    enough, by points: people in one cell who differ in nothing but conduct would have the same score if all of it were
    recorded. 0: by exact counts.

    One row for each group of each compared attribute against its reference group. `_support`: the share of the group's
    members for whom the reference group has somebody of the same conduct. If it is below 0.8, the value is NaN and an
    `_observed` row gives the value on the support. Months: the first with a full window, and the last.
    """
    first = first_full_month(case)
    if period is not None:
        yield from at_equal_conduct(case, _adverse, period, {"period": period})
        return
    yield from at_equal_conduct(case, _adverse, first, {})
    if first < case.periods - 1:
        yield from at_equal_conduct(case, _adverse, case.periods - 1, {"period": case.periods - 1})


def _adverse(case: Case, month: int) -> NDArray[np.bool_]:
    return np.asarray(case.history.decision(month) == -1)


def at_equal_conduct(
    case: Case, event: Callable[[Case, int], NDArray[np.bool_]], month: int, qualifiers: dict[str, object]
) -> Iterator[Row]:
    """Rows of how much more often an event of a month happens to a group than to others of the same true conduct.

    event: of a case and a month, whether it happens to each person: bool (n,). The rows are those of
    `adverse_gap_at_equal_conduct`.
    """
    if not 0 <= month < case.periods:
        why = f"month {month} is not among the {case.periods} that were run"
        yield Row(math.nan, why=why, qualifiers=qualifiers)
        return
    who = np.flatnonzero(case.scored)
    ways = list(_ways(case, month, who))
    happens = event(case, month)[who]
    for at in comparisons(case):
        ours, theirs = members(case, at)
        group = np.where(ours[who], 1, np.where(theirs[who], 0, -1))
        at["qualifiers"] = qualifiers
        found = []
        for cell in ways:
            found.append(standardized_gap(cell, group, happens, case.clusters[who]))
            if found[-1].support >= SUPPORT:
                break
        way = len(found) - 1 if found[-1].support >= SUPPORT else 0
        size = int((group == 1).sum())
        shared = support(sampled(case), ways[way], np.flatnonzero(group == 1), np.flatnonzero(group == 0))
        yield from _found(found[way], shared, size, at)
        if size:
            yield replace(Row(float(way), float(way), float(way), size, suffix="_by_rules", **at), unit="step")


def _ways(case: Case, month: int, who: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the cells of some people: by exact counts of acts, then by what the scheme makes of them, finest first."""
    kinds = kinds_read(case)
    counts = acts_in_window(case, month, kinds, late=True)[who]
    yield cells(counts)
    terms = getattr(case.scheme.scorer.model, "conduct_terms", None)
    if terms is None or not len(kinds):
        return
    scenario, soonest, latest = case.scenario, windows(case, late=False), windows(case, late=True)
    names = [scenario.kinds[kind] for kind in kinds]
    alike = {
        name: (soonest[kind], latest[kind], *(name in channel.kinds for channel in scenario.channels))
        for name, kind in zip(names, kinds, strict=True)
    }
    for same in (alike, None):
        made = terms(dict(zip(names, counts.T, strict=True)), same)
        yield cells(np.column_stack([np.unique(column, return_inverse=True)[1] for column in made.T]))


def _found(found: Standardized, shared: tuple[float, float, float], members: int, at: Place) -> Iterator[Row]:
    numbers = (found.value, found.low, found.high, found.n)
    if not members:
        yield Row(math.nan, why="no people in this group", **at)
        return
    if found.support >= SUPPORT:
        yield Row(*numbers, **at)
    else:
        why = (
            f"support is {found.support:.2f}: the share of the group with anybody of the same conduct must be {SUPPORT}"
        )
        yield Row(math.nan, n=found.n, why=why, **at)
        if found.n:
            yield Row(*numbers, suffix="_observed", **at)
    yield Row(*shared, members, suffix="_support", **at)
