"""Opacity: whether people are told reasons for adverse and favorable decisions, and whether reasons are specific."""

# Any: a sparse array has no type parameters.
from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.measures.opacity.foresight import jackknife

RIGHTS = {"adverse": ("reasons_adverse", -1), "favored": ("reasons_favorable", 1)}
"""The right that grants reasons for each decision, and the code of the decision."""

NO_REASONS, UNTOLD = "the scheme gives no reasons", "nobody is told reasons"
Told = frozenset[int]
ENGELMANN = "Engelmann, Chen, Fischer, Kao and Grossklags 2019 (FAT*): clear sanctions, vague rewards"


def reasons(case: Case) -> pd.DataFrame | None:
    """The reasons that the scheme can give: person, rule, contribution. None if it gives none."""
    told: pd.DataFrame | None = case.reasons
    if told is None:
        return None
    rule = told["rule"].notna() & (told["rule"].astype(str).str.strip() != "")
    weight = np.isfinite(told["contribution"].to_numpy(np.float64)) & (told["contribution"].to_numpy() != 0)
    return pd.DataFrame(told[rule.to_numpy() & weight])


def covered(case: Case, decision: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(1 if this decision came with a reason, 1 if the decision is this one), aligned with people."""
    right, code = RIGHTS[decision]
    taken = (np.asarray(case.history.decision(case.periods - 1)) == code) & np.asarray(case.scored, bool)
    told = reasons(case) if getattr(case.disclosure, right) else None
    has = (
        np.zeros(len(taken), bool) if told is None else np.isin(case.people.index.to_numpy(), told["person"].to_numpy())
    )
    return (taken & has).astype(np.float64), taken.astype(np.float64)


@measure(
    "reason_coverage",
    harm="opacity",
    unit="rate",
    better="higher",
    needs=("scores", "history"),
    reference=ENGELMANN,
    caveats="A reason counts if it names a rule and its weight, whether or not it is true and whether or not it "
    "decided.",
    qualifiers={"decision": None},
)
def reason_coverage(case: Case, *, decision: str | None = None) -> Iterator[PerPerson]:
    """Share of decisions that come with a reason naming an entry or a rule and its weight.

    Two rows, adverse and favored. A reason that the disclosure does not grant is not told. NaN if no such decision was
    taken.
    """
    for name in RIGHTS if decision is None else (decision,):
        part, whole = covered(case, name)
        yield PerPerson(part, whole, qualifiers={"decision": name}, why=f"no {name} decision", bounds=(0.0, 1.0))


@measure(
    "clarity_gap",
    harm="opacity",
    unit="difference of rates",
    better="none",
    needs=("scores", "history"),
    interval="Newcombe on clustered Wilson limits",
    reference=ENGELMANN,
    caveats="Above 0: adverse decisions are explained more often than favorable ones. Equal coverage may be equally "
    "poor.",
    gap="",
    splits=False,
)
def clarity_gap(case: Case) -> Row:
    """Reason coverage of adverse decisions minus that of favorable ones."""
    from testbed.statistics import estimate, newcombe

    made = [estimate(one, case, "all") for one in reason_coverage(case)]
    (low_a, high_a), (low_f, high_f) = (one.limits() for one in made)
    n = int(min(one.n[0] for one in made))
    for one, name in zip(made, RIGHTS, strict=True):
        if np.isnan(one.value[0]):
            return Row(float("nan"), n=n, why=f"no {name} decision")
    low, high = newcombe(made[0].value, (low_a, high_a), made[1].value, (low_f, high_f))
    return Row(float(made[0].value[0] - made[1].value[0]), float(low[0]), float(high[0]), n)


@measure(
    "reason_specificity",
    harm="opacity",
    unit="rate",
    better="higher",
    needs=("scores", "history"),
    interval="delete-one-cluster jackknife, t(G-1)",
    reference="MEASURES section 2",
    caveats="Reasons that tell people apart need not be true, and need not be the ones that decided.",
    gap="",
    splits=False,
)
def reason_specificity(case: Case) -> Row:
    """One minus the chance that all reasons told to i are also true of j, given that i and j were decided differently.

    i runs over the people who were told reasons, j over everybody in scope. A reason (rule and contribution) is true
    of j if the scheme gives the same reason for j. Boilerplate has 0.
    """
    given = [code for right, code in RIGHTS.values() if getattr(case.disclosure, right)]
    told = reasons(case) if given else None
    if told is None:
        return Row(float("nan"), why=NO_REASONS if given else UNTOLD)
    scored = np.asarray(case.scored, bool)
    decision = np.asarray(case.history.decision(case.periods - 1))[scored]
    person = case.people.index.to_numpy()[scored]
    has = np.isin(decision, given) & np.isin(person, told["person"].to_numpy())
    if not has.any():
        return Row(float("nan"), why=UNTOLD)
    kind, sets = signatures(told, person)
    value, low, high = specificity(kind, sets, decision, has, np.asarray(case.clusters)[scored])
    why = "" if np.isfinite(value) else "everybody is decided alike"
    return Row(value, low, high, int(has.sum()), why=why)


def signatures(told: pd.DataFrame, person: NDArray[np.int64]) -> tuple[NDArray[np.int64], list[Told]]:
    """(which set of reasons each person has, the sets): few sets, many people."""
    pairs, _ = pd.factorize(pd.MultiIndex.from_arrays([told["rule"].astype(str), told["contribution"]]))
    place = pd.Index(person).get_indexer(pd.Index(told["person"].to_numpy()))
    pairs, place = pairs[place >= 0], place[place >= 0]
    order = np.lexsort((pairs, place))
    ends = np.searchsorted(place[order], np.arange(len(person) + 1))
    items = pairs[order]
    known: dict[bytes, int] = {}
    kind = np.empty(len(person), np.int64)
    for one in range(len(person)):
        kind[one] = known.setdefault(items[ends[one] : ends[one + 1]].tobytes(), len(known))
    return kind, [frozenset(np.frombuffer(key, items.dtype).tolist()) for key in known]


def inclusions(told: list[Told], sets: list[Told]) -> Any:
    """Whether all of what is told is in each set: a sparse array (told, sets) of 0 and 1.

    >>> inclusions([frozenset({1})], [frozenset({1, 2}), frozenset({2})]).toarray().tolist()
    [[1.0, 0.0]]
    """
    from scipy.sparse import csr_array

    holders: dict[int, set[int]] = defaultdict(set)
    for place, one in enumerate(sets):
        for item in one:
            holders[item].add(place)
    everybody = set(range(len(sets)))
    held = [sorted(set.intersection(*sorted((holders[x] for x in one), key=len)) if one else everybody) for one in told]
    ends = np.cumsum([0, *map(len, held)])
    places = np.fromiter(chain.from_iterable(held), np.int64, int(ends[-1]))
    return csr_array((np.ones(len(places)), places, ends), shape=(len(told), len(sets)))


def specificity(
    kind: NDArray[np.int64],
    sets: list[Told],
    decision: NDArray[np.int8],
    has: NDArray[np.bool_],
    clusters: NDArray[np.int64],
) -> tuple[float, float, float]:
    """Value and 95 % limits of `reason_specificity`, from people grouped by their set of reasons.

    Both counts of pairs are linear in i and in j. Without a cluster, they are those of all, less those with i in it,
    less those with j in it, and again those with both in it, which were taken off twice.
    """
    codes = decision.astype(np.int64) + 1
    held, cluster = np.unique(clusters, return_inverse=True)
    speakers = np.unique(kind[has])
    mine = np.searchsorted(speakers, kind)
    true = inclusions([sets[one] for one in speakers.tolist()], sets)
    told, everybody = np.zeros((3, len(speakers))), np.zeros((3, len(sets)))
    np.add.at(told, (codes[has], mine[has]), 1)
    np.add.at(everybody, (codes, kind), 1)
    met = (everybody.sum(axis=0) - everybody) @ true.T  # of each set told: to how many decided otherwise it applies
    heard = told @ true
    heard = heard.sum(axis=0) - heard  # of each set held: by how many decided otherwise it was told

    def by_cluster(of: NDArray[np.float64], who: NDArray[np.bool_]) -> NDArray[np.float64]:
        return np.bincount(cluster[who], of[who], len(held)).astype(np.float64)

    alike = by_cluster(met[codes, np.minimum(mine, len(speakers) - 1)], has) + by_cluster(
        heard[codes, kind], np.ones(len(has), bool)
    )
    alike -= _inside(true, cluster, codes, mine, kind, has, len(held))
    i, j = (np.zeros((len(held), 3)) for _ in range(2))
    np.add.at(i, (cluster[has], codes[has]), 1)
    np.add.at(j, (cluster, codes), 1)
    made = _share_apart(np.array([float((told * met).sum())]), told.sum(axis=1)[None], everybody.sum(axis=1)[None])[0]
    left_out = _share_apart(float((told * met).sum()) - alike, told.sum(axis=1) - i, everybody.sum(axis=1) - j)
    low, high = np.clip(jackknife(float(made), left_out), 0.0, 1.0)
    return float(made), float(low), float(high)


def _inside(
    true: Any,
    cluster: NDArray[np.int64],
    codes: NDArray[np.int64],
    mine: NDArray[np.int64],
    kind: NDArray[np.int64],
    has: NDArray[np.bool_],
    clusters: int,
) -> NDArray[np.float64]:
    """Of the pairs within each cluster who are decided differently: those to whom the reasons of the first apply."""
    found = np.zeros(clusters)
    order = np.argsort(cluster, kind="stable")
    ends = np.searchsorted(cluster[order], np.arange(clusters + 1))
    for one in np.flatnonzero(np.diff(ends) > 1):
        j = order[ends[one] : ends[one + 1]]
        i = j[has[j]]
        for code in np.unique(codes[i]):
            sets, many = np.unique(mine[i[codes[i] == code]], return_counts=True)
            others, more = np.unique(kind[j[codes[j] != code]], return_counts=True)
            found[one] += many @ true[np.ix_(sets, others)] @ more
    return found


def _share_apart(alike: NDArray[np.float64], i: NDArray[np.float64], j: NDArray[np.float64]) -> NDArray[np.float64]:
    """One minus the share of pairs decided differently who are alike; people by decision are in the last axis."""
    pairs = (i * (j.sum(axis=-1, keepdims=True) - j)).sum(axis=-1)
    share: NDArray[np.float64] = np.divide(alike, pairs, out=np.full(len(pairs), np.nan), where=pairs > 0)
    return 1 - share
