"""The effect of a person's group on their decision: the same world with only that person's own group changed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import unknown
from testbed.case import Case, unread
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.compared import Place, comparisons, members
from testbed.statistics import around, dense_ids, enough, few, moved, rate_limits, summed, units_in, widened
from testbed.twins import Assign

SAMPLE = 2_000
OVER = ("members", "all")


@dataclass(frozen=True)
class Effect:
    """Mean of effects in {-1, 0, 1} with limits, their standard deviation, and the share that is not 0 with limits."""

    value: float
    low: float
    high: float
    spread: float
    flips: tuple[float, float, float]


def mean_effect(tau: NDArray[np.integer], cluster: NDArray[np.integer]) -> Effect:
    """The mean of per-person effects, people drawn in clusters.

    Limits: influence values summed by cluster, each over the weight that the others hold, t(G-1). If fewer than five
    people are moved one way or the other, the limits are the wider of these and Newcombe's limits on the two shares
    (Wilson, effective n). NaN with fewer than 10 clusters.

    >>> mean_effect(np.repeat([1, 0, 0, -1], 25), np.arange(100)).value
    0.0
    """
    n = len(tau)
    value, spread = float(tau.mean()), float(tau.std())
    owner, clusters = dense_ids(cluster)
    units = units_in(owner)
    limits = around(value, moved(owner, clusters, tau, np.ones(n, bool)), units)
    share = float((tau != 0).mean())
    flips = (share, math.nan, math.nan)
    if enough(units):
        parts = [
            (float(which.mean()), summed(owner, clusters, (which - which.mean()) / n))
            for which in (tau == 1, tau == -1, tau != 0)
        ]
        (up, of_up), (down, of_down), ends = (
            (rate, rate_limits(rate, n, influence, units)) for rate, influence in parts
        )
        if few((tau == 1).sum(), (tau == -1).sum()):
            limits = widened(limits, up, of_up, down, of_down)
        flips = (share, float(ends[1][0]), float(ends[1][1]))
    return Effect(value, limits[0], limits[1], spread, flips)


def sampled(case: Case, which: NDArray[np.bool_], size: int) -> NDArray[np.int64]:
    """An addressed sample of some people, ids ascending: the same people in every model and twin of a seed."""
    ids = np.flatnonzero(which)
    coin = uniform(sparse(case.seed, "counterfactual:sample", pack(ids)))
    return np.sort(ids[np.argsort(coin, kind="stable")[:size]])


def adverse_if(case: Case, attribute: str, value: str, people: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each person would be decided adversely if their group were this one and all others unchanged: bool (n,).

    If the recipe assigns the group to households, the household moves together. Otherwise people of one household
    move in different twins. Roots whose differences meet are read in their own runs.
    """
    adverse: NDArray[np.bool_] = case.history.decision(case.decided)[people] == -1
    codes, levels = case.coded(attribute)
    others = people[codes[people] != levels.index(value)]
    for batch in batches(case, attribute, others):
        twin = case.twin(Assign(attribute, value, batch.tolist()))
        made = twin.history.decision(case.decided)[batch]
        households = case.society.household
        apart = {int(households[root]): part for root, part in twin.alone.items()}
        for place in np.flatnonzero(np.isin(households[batch], list(apart))).tolist():
            own = apart[int(households[batch[place]])].history
            made[place] = own.decision(case.decided)[own.place(batch[place])]
        adverse[np.searchsorted(people, batch)] = made == -1
    return adverse


def batches(case: Case, attribute: str, people: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """People moved together: all if the household moves as one, else one person of each household at a time."""
    if case.scenario.declared.variables[attribute].assigned_to == "household":
        if len(people):
            yield people
        return
    while len(people):
        _, first = np.unique(case.society.household[people], return_index=True)
        yield people[np.sort(first)]
        people = np.delete(people, first)


def effects(
    case: Case, attribute: str, group: str, reference: str, *, over: str = "members", sample: int = SAMPLE
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(people, tau): the addressed sample and Y(group) - Y(reference) of each, with Y = 1 if decided adversely."""
    codes, levels = case.coded(attribute)
    which = case.scored & (codes == levels.index(group)) if over == "members" else case.scored
    people = sampled(case, which, sample)
    if unread(case, attribute) or not len(people):
        return people, np.zeros(len(people), np.int64)
    with_group = adverse_if(case, attribute, group, people).astype(np.int64)
    return people, with_group - adverse_if(case, attribute, reference, people)


@measure(
    "counterfactual_effect",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history", "twin"),
    reference="Kusner et al. (2017), Counterfactual fairness; MEASURES section 1",
    caveats=(
        "Everything that follows from the group counts, including conduct that it shapes; the sentence says what that "
        "is in this recipe. Where nothing on the way to a decision reads any of it, the effect is 0 by construction. A "
        "model that does not declare itself row-wise is asked with the whole sample changed at once."
    ),
    estimand="E[Y_i(G_i = g) - Y_i(G_i = r)] over members of g in scope, Y = 1 if adverse, everybody else unchanged",
    interval="influence values by grid, t(G-1); few flips: the wider of it and Newcombe",
    qualifiers={"over": "members", "sample": SAMPLE},
    gap="",
    splits=False,
    same={"counterfactual_effect_flips_net": "counterfactual_effect"},
)
def counterfactual_effect(case: Case, *, over: str = "members", sample: int = SAMPLE) -> Iterator[Row]:
    """How much people's own group raises their chance of an adverse decision: mean of Y(group) - Y(reference).

    The mean is over the members of the group. For each group of each compared attribute, a twin world moves the sampled
    members (2,000, by address) to the reference group from the start, one per household at a time. `over=all`:
    everybody in scope. `_spread`: the standard deviation of the effects. `_flips`: the share whose decision differs;
    it depends on how the random draws of the two worlds are coupled. `_flips_net`: turned adverse minus spared, which
    does not.
    """
    if over not in OVER:
        raise unknown("over in counterfactual_effect", over, OVER)
    for at in comparisons(case):
        at["qualifiers"] = {"over": over, "sample": sample}
        if why := impossible(case, at["split"]):
            yield Row(math.nan, why=why, **at)
        else:
            yield from _rows(case, at, over, sample)


@measure(
    "spurious_gap",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history", "twin"),
    reference="Plecko and Bareinboim (2024), Causal fairness analysis; MEASURES section 1",
    caveats="Read it with counterfactual_effect: the two add up to the observed gap. Where the group causes nothing "
    "that a decision rests on, the effect is 0 by construction and this is the gap itself: a property of the recipe, "
    "no finding about the scheme.",
    estimand="adverse rate of g minus that of r, minus the mean effect of their group on members of g",
    interval="influence values of both parts, summed by grid, t(G-1)",
    qualifiers={"sample": SAMPLE},
    gap="",
    splits=False,
)
def spurious_gap(case: Case, *, sample: int = SAMPLE) -> Iterator[Row]:
    """The part of the adverse gap that people's own group does not cause: group and decision share other causes."""
    adverse = case.history.decision(case.decided) == -1
    owner, clusters = dense_ids(case.clusters)
    for at in comparisons(case):
        at["qualifiers"] = {"sample": sample}
        if why := impossible(case, at["split"]):
            yield Row(math.nan, why=why, **at)
            continue
        ours, theirs = members(case, at)
        people, tau = effects(case, at["split"], at["group"], at["versus"], sample=sample)
        if not len(people) or not theirs.any():
            yield Row(math.nan, why="no people in one of the groups", **at)
            continue
        value = float(adverse[ours].mean() - adverse[theirs].mean() - tau.mean())
        influence = moved(owner, clusters, adverse, ours) - moved(owner, clusters, adverse, theirs)
        influence -= moved(owner[people], clusters, tau, np.ones(len(people), bool))
        limits = around(value, influence, units_in(owner[ours], owner[theirs]))
        yield Row(value, *limits, n=len(people), **at)


def impossible(case: Case, split: str) -> str:
    """Why people cannot be moved one at a time; "" if they can."""
    if why := case.scenario.recipe.fixed(split):
        return why
    unit = case.scenario.declared.variables[split].assigned_to
    if unit not in ("person", "household"):
        return f"{split} is assigned to a {unit}: nobody can be moved alone"
    if case.scenario.regime.coupled:
        return "the regime couples people: each of the sample would need a world of their own"
    return ""


def _rows(case: Case, at: Place, over: str, sample: int) -> Iterator[Row]:
    people, tau = effects(case, at["split"], at["group"], at["versus"], over=over, sample=sample)
    n = len(people)
    if not n:
        yield Row(math.nan, why="no people in this group", **at)
        return
    if unread(case, at["split"]):
        for suffix in ("", "_spread", "_flips", "_flips_net"):
            yield Row(0.0, 0.0, 0.0, n, suffix=suffix, **at)
        return
    found = mean_effect(tau, case.clusters[people])
    yield Row(found.value, found.low, found.high, n, **at)
    yield Row(found.spread, n=n, suffix="_spread", **at)
    yield Row(*found.flips, n, suffix="_flips", **at)
    yield Row(found.value, found.low, found.high, n, suffix="_flips_net", **at)
