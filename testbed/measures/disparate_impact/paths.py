"""How a person's group reaches their decision: the effect of the group, split by who reads it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.case import Case, unread
from testbed.history import History
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.compared import Place, comparisons
from testbed.measures.disparate_impact.counterfactual import SAMPLE, batches, impossible, sampled
from testbed.models import higher_is
from testbed.statistics import around, dense_ids, enough, few, moved, newcombe, rate_limits, summed, units_in
from testbed.twins import Assign, apart, by_root, replay
from testbed.world import READERS, World

WORLDS = 1 << len(READERS)
OF = ("decision", "score")
Limits = tuple[float, float]
Values = NDArray[np.int64] | NDArray[np.float64]


def weights(players: int) -> NDArray[np.int64]:
    """Weights of a player's step by the number of players before it, in whole numbers: s! (p - 1 - s)!.

    >>> weights(4)
    array([6, 2, 2, 6])
    """
    return np.array([math.factorial(s) * math.factorial(players - 1 - s) for s in range(players)])


def shapley(values: Values) -> Values:
    """Shapley values times p!, exact in whole numbers: (p, n) from the worlds (2**p, n), bit i of a row is player i.

    Their sum over players is p! times (all - none) for each person. (Shapley 1953.)

    >>> shapley(np.array([[0], [0], [0], [1]])).T
    array([[1, 1]])
    """
    worlds = len(values)
    players = worlds.bit_length() - 1
    by_size = weights(players)
    made = np.zeros((players, *values.shape[1:]), np.result_type(values, np.int64))
    for player in range(players):
        for before in range(worlds):
            if not before >> player & 1:
                step = values[before | 1 << player] - values[before].astype(made.dtype)
                made[player] += by_size[before.bit_count()] * step
    return made


def unlike(case: Case, attribute: str, value: str, people: NDArray[np.int64]) -> int:
    """Bits of the readers who see any difference if these people are given this value.

    The model sees the columns that the institution holds; a row-wise model sees those of them that it says it reads.
    The regime sees `Regime.reads`.
    Acquaintances on lists are not a separate attribute: they differ if somebody's decision differs.
    """
    base, other = case.society.views, case.society.shown(attribute, value, people, ())
    held = [name for name in case.scenario.held if name in case.scheme.scorer.columns and name in base.direct]
    differs = {
        "circumstances": not np.array_equal(base.rates, other.rates)
        or any(not np.array_equal(base.direct[name], other.direct[name]) for name in held if name != attribute),
        "sensing": any(
            column is not other.sensing[name] and not np.array_equal(column, other.sensing[name])
            for name, column in base.sensing.items()
        ),
        "direct": attribute in held and not np.array_equal(base.direct[attribute], other.direct[attribute]),
        "regime": any(not np.array_equal(base.regime[name], other.regime[name]) for name in case.scenario.regime.reads),
    }
    return sum(1 << place for place, reader in enumerate(READERS) if differs[reader])


def lives(case: Case, change: Assign) -> Iterator[tuple[NDArray[np.int64], History]]:
    """(people, the history to read them in) for the people of a change, each unaffected by the others.

    If no reader is named, this is the twin that other measures run too.
    """
    people = np.array(change.people, np.int64)
    home = case.society.household
    if not change.readers:
        twin = case.twin(change)
        yield people, twin.history
        for root, part in twin.alone.items():
            yield people[home[people] == home[root]], part.history
        return
    views = case.society.shown(change.attribute, change.value, people, change.readers)
    if not case.separable:
        yield people, World(case.society, case.scheme, case.periods, views=views).run()
        return
    _, first = np.unique(home[people], return_index=True)
    waiting = [people[np.sort(first)]]
    while waiting:
        roots = waiting.pop()
        mine = views.only(np.isin(home, home[roots]), case.society.views)
        part = replay(case.society, case.scheme, case.history, roots, views=mine)
        crowded = apart(roots, by_root(case.society, part, roots)[1])
        settled = np.setdiff1d(roots, np.concatenate([*crowded, np.empty(0, np.int64)]))
        yield people[np.isin(home[people], home[settled])], part.history
        waiting += crowded


def worlds(
    case: Case, attribute: str, group: str, reference: str, *, sample: int = SAMPLE, of: str = "decision"
) -> tuple[NDArray[np.int64], Values, int]:
    """(people, values, bits): sampled members of the group, and the result of each in the 16 worlds of readers.

    Row S of `values` (16, n) is one world. The readers in S (bits in the order of READERS) see the members as they are.
    The other readers see them as members of the reference group from the start. A value is 1 if the person is decided
    adversely, or it is the score, higher is better. `bits`: readers who see any difference. Worlds that differ only in
    other readers are the same and run once.
    """
    codes, levels = case.coded(attribute)
    people = sampled(case, case.scored & (codes == levels.index(group)), sample)
    month = case.decided
    sign = -1 if higher_is(case.model) == "worse" else 1

    def read(history: History, who: NDArray[np.int64]) -> Values:
        place = history.place(who)
        if of == "score":
            return np.asarray(sign * history.score(month)[place])
        return np.asarray(history.decision(month)[place] == -1, np.int64)

    values = np.repeat(read(case.history, people)[None], WORLDS, axis=0)
    bits = 0 if unread(case, attribute) or not len(people) else unlike(case, attribute, reference, people)
    for world in range(WORLDS):
        hidden = bits & ~world
        if not hidden or world & ~bits:
            continue
        readers = () if hidden == bits else tuple(name for i, name in enumerate(READERS) if hidden >> i & 1)
        for batch in batches(case, attribute, people):
            for who, history in lives(case, Assign(attribute, reference, batch.tolist(), readers)):
                values[world, np.searchsorted(people, who)] = read(history, who)
    return people, values[np.arange(WORLDS) & bits], bits


def limits_of_mean(values: Values, cluster: NDArray[np.integer], *, bounded: bool = True) -> Limits:
    """Limits of the mean of per-person parts of an effect, people drawn in clusters.

    Influence values summed by cluster, t(G-1). If fewer than five people have a part above, or below, 0, the limits are
    the wider of these and Newcombe's limits on the two shares, times the mean size of a part (1 if all are 0). Without
    `bounded`, parts that are all 0 have no limits. NaN with fewer than 10 clusters.

    >>> low, high = limits_of_mean(np.zeros(100), np.arange(100) // 5)
    >>> bool(-0.1 < low < 0 < high < 0.1)
    True
    """
    n, value = len(values), float(values.mean())
    owner, clusters = dense_ids(cluster)
    units = units_in(owner)
    limits = around(value, moved(owner, clusters, values, np.ones(n, bool)), units)
    up, down = values > 0, values < 0
    if not enough(units) or not few(up.sum(), down.sum()):
        return limits
    if not bounded and not values.any():
        return math.nan, math.nan
    size = float(np.abs(values[up | down]).mean()) if values.any() else 1.0
    shares = [float(which.mean()) for which in (up, down)]
    ends = [
        rate_limits(share, n, summed(owner, clusters, (which - share) / n), units)
        for share, which in zip(shares, (up, down), strict=True)
    ]
    low, high = newcombe(shares[0], ends[0], shares[1], ends[1])
    aside = value - size * (shares[0] - shares[1])  # movers one way may be moved further than those the other way
    return min(limits[0], aside + size * float(low)), max(limits[1], aside + size * float(high))


@measure(
    "path_effect",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history", "twin"),
    reference=(
        "Avin, Shpitser and Pearl (2005), Identifiability of path-specific effects; Shapley (1953); MEASURES section 1"
    ),
    caveats=(
        "The paths of one group add up to its counterfactual_effect. A Shapley value splits the joint effect of two "
        "readers evenly, so read _alone, _last and _interaction beside it. Who is in scope does not change."
    ),
    estimand=(
        "Shapley value of a reader over the 16 worlds in which readers in S are shown A_i(g) and the others A_i(r), "
        "mean over members of g in scope, Y = 1 if adverse"
    ),
    interval="influence values by grid, t(G-1); few flips: the wider of it and Newcombe",
    qualifiers={"of": "decision", "path": None, "sample": SAMPLE},
    gap="",
    splits=False,
    default=False,
)
def path_effect(case: Case, *, of: str = "decision", path: str | None = None, sample: int = SAMPLE) -> Iterator[Row]:
    """How much of the effect of people's own group passes through one reader; the readers add up to the whole.

    Readers: `circumstances` (conduct, and what the model sees apart from the group), `sensing` (channels), `direct`
    (the group as the model sees it), `regime` (what sanctions, appeals and misuse read). The members are those of
    `counterfactual_effect`. `_alone`: the effect if only this reader sees the group. `_last`: the effect that is lost
    if only this reader does not see it. `_interaction`: the whole minus the sum of the `_alone` values, one row per
    group. `of=score`: the effect on the score (higher is better) instead of the adverse decision.
    """
    if of not in OF:
        raise unknown("of in path_effect", of, OF)
    if path is not None and path not in READERS:
        raise unknown("path in path_effect", path, READERS)
    for at in comparisons(case):
        said: dict[str, object] = {"of": of, "sample": sample}
        at["qualifiers"] = said
        if why := impossible(case, at["split"]):
            yield Row(math.nan, why=why, **at)
            continue
        people, values, bits = worlds(case, at["split"], at["group"], at["versus"], sample=sample, of=of)
        if not len(people):
            yield Row(math.nan, why="no people in this group", **at)
            continue
        at["unit"] = "points" if of == "score" else ""
        yield from _rows(case, people, values, bits, at, said, path)


def _rows(
    case: Case,
    people: NDArray[np.int64],
    values: Values,
    bits: int,
    at: Place,
    said: dict[str, object],
    path: str | None,
) -> Iterator[Row]:
    cluster, n, bounded = case.clusters[people], len(people), said["of"] == "decision"

    def row(each: Values, known: bool, suffix: str, qualifiers: dict[str, object], share: int = 1) -> Row:
        """The mean of parts that are counted in `share`-ths; exact if no reader sees a difference."""
        value = float(each.sum()) / (share * n)
        low, high = (value, value) if known else limits_of_mean(each / share, cluster, bounded=bounded)
        here: Place = {**at, "qualifiers": qualifiers}
        return Row(value, low, high, n, suffix=suffix, **here)

    parts, whole = shapley(values), values[-1] - values[0]
    for place, reader in enumerate(READERS):
        if path in (None, reader):
            named, known = {**said, "path": reader}, not bits >> place & 1
            yield row(parts[place], known, "", named, math.factorial(len(READERS)))
            yield row(values[1 << place] - values[0], known, "_alone", named)
            yield row(values[-1] - values[(WORLDS - 1) & ~(1 << place)], known, "_last", named)
    if path is None:
        together = whole - sum(values[1 << place] - values[0] for place in range(len(READERS)))
        yield row(together, bits.bit_count() < 2, "_interaction", said)
