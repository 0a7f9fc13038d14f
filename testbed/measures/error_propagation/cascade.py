"""The cascade of one wrong entry: the listings, copies and later entries that stem from it, by type."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import dense, uniform
from synthetic.errors import unknown
from synthetic.ledger import ORIGINS
from testbed.case import Case
from testbed.lineage import Lineage, lineage
from testbed.measure import PerPerson, Row, measure
from testbed.measures.error_propagation.error_effects import FAMILY
from testbed.measures.error_propagation.error_roots import HORIZON, INJECTED, Effects, effects
from testbed.measures.error_propagation.next_generation import all_sizes, by_age, radii, sizes, spectral_radius

RESAMPLES = 400
"""Bootstrap resamples of the roots for an interval."""

FEWEST_ROOTS = 100
"""With fewer roots there is no interval. In two-type branching with R = 0.5, 100 roots cover 0.93, 30 cover 0.84."""

THEORY = "Diekmann, Heesterbeek and Roberts (2010), Journal of the Royal Society Interface 7"
PIVOTAL = (
    "A parent is an entry without which, all else as recorded, the child would not have arisen in that month. If "
    "each of two entries would have sufficed, the child has no parent. If both were necessary, it counts for both."
)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cascades:
    """Everything that stems from wrong entries, by root: R roots, types named `kind@holder`.

    births (R, types, types, ages): children by their type, parent's type and parent's age. exposed (R, types, ages):
    entries followed for more than so many months. nodes (R, types). roots (R,): the type of each root's own entry.
    standing (R,): whether it still stood when the run ended.
    """

    types: tuple[str, ...]
    births: Floats
    exposed: Floats
    nodes: Floats
    roots: Ints
    standing: NDArray[np.bool_]

    @classmethod
    def of(cls, parts: list[tuple[Lineage, Ints]], months: int) -> Cascades:
        """Build from lineages, each with the ids of root entries to follow in it, and the length of the run."""
        seen, links, roots = [], [], []
        many = 0
        for line, ids in parts:
            at, found = line.descendants(ids)
            rows = line.rows.set_index("id").loc[found]
            seen.append(rows.assign(root=at + many, id=found).reset_index(drop=True))
            pairs = pd.DataFrame({"root": at + many, "parent": found}).merge(line.edges, on="parent")
            links.append(pairs.drop_duplicates())
            roots.append(line.rows.set_index("id").loc[ids])
            many += len(ids)
        nodes, edges = pd.concat(seen, ignore_index=True), pd.concat(links, ignore_index=True)
        own = pd.DataFrame(pd.concat(roots))
        names = sorted(set(nodes["kind"] + "@" + nodes["holder"]))
        code = {name: place for place, name in enumerate(names)}
        nodes["type"] = (nodes["kind"] + "@" + nodes["holder"]).map(code)
        known = nodes[["root", "id", "type", "start"]]
        edges = pd.DataFrame(edges).merge(known, left_on=["root", "child"], right_on=["root", "id"])
        edges = edges.merge(known, left_on=["root", "parent"], right_on=["root", "id"], suffixes=("", "_parent"))
        shape = (many, len(names), len(names), months)
        births, exposed = np.zeros(shape), np.zeros((many, len(names), months))
        age = np.maximum((edges["start"] - edges["start_parent"]).to_numpy(np.int64), 0)
        inside = age < months
        at = edges[["root", "type", "type_parent"]].to_numpy(np.int64)[inside]
        np.add.at(births, (at[:, 0], at[:, 1], at[:, 2], age[inside]), 1.0)
        root, kind, start = (np.array(nodes[name], np.int64) for name in ("root", "type", "start"))
        for month in range(months):
            followed = start + month < months
            np.add.at(exposed[:, :, month], (root[followed], kind[followed]), 1.0)
        first = (own["kind"] + "@" + own["holder"]).map(code).to_numpy(np.int64)
        standing = own["end"].to_numpy(np.int64) >= months
        alive = np.zeros((many, len(names)))
        np.add.at(alive, (root, kind), 1.0)
        return cls(tuple(names), births, exposed, alive, first, standing)

    def sorted(self, order: Ints) -> Cascades:
        """The same cascades with the roots in another order."""
        return replace(
            self, births=self.births[order], exposed=self.exposed[order], nodes=self.nodes[order],
            roots=self.roots[order], standing=self.standing[order],
        )  # fmt: skip

    def matrix(self, times: Floats | None = None) -> Floats:
        """K (see `next_generation`), 0 for types without an entry. `times` (..., R): how often each root counts."""
        times = np.ones(len(self.births)) if times is None else times
        births = np.tensordot(times, self.births, axes=(-1, 0))
        made = by_age(births, np.tensordot(times, self.exposed, axes=(-1, 0)))
        return np.nan_to_num(made, nan=0.0)

    def redrawn(self, seed: int) -> Floats:
        """How often each root counts in each resample: (RESAMPLES, R), from addressed draws."""
        n = len(self.births)
        chosen = (uniform(dense(seed, "cascade:resample", 0, RESAMPLES * n)) * n).astype(np.int64)
        table = np.zeros((RESAMPLES, n))
        np.add.at(table, (np.repeat(np.arange(RESAMPLES), n), chosen), 1.0)
        return table


_kept: WeakKeyDictionary[Case, tuple[Cascades | None, str]] = WeakKeyDictionary()


def cascades(case: Case) -> tuple[Effects, Cascades | None, str]:
    """(effects, cascades, why there are none) of the scenario's wrong entry, by root. Computed once and kept."""
    found = effects(case)
    if case not in _kept:
        _kept[case] = (None, found.why) if found.why else _followed(found)
    return (found, *_kept[case])


def _followed(found: Effects) -> tuple[Cascades | None, str]:
    """Follow each root in the run in which it met no other."""
    case, household, parts, order = found.case, found.case.society.household, [], []
    for history, roots in found.runs():
        mine = found.rows["root"].isin(roots)
        homes = np.isin(household, household[np.concatenate([found.rows["person"].to_numpy(np.int64)[mine], roots])])
        homes &= np.isin(np.arange(len(homes)), history.people)
        line = lineage(case, history, np.flatnonzero(homes))
        if line.why:
            return None, line.why
        held = history.ledger
        own = held.where((held.origin == ORIGINS.index("injected")) & np.isin(held.subject, roots))
        own = own.where(np.argsort(own.subject, kind="stable"))
        parts.append((line, own.id))
        order.append(own.subject)
    places = np.searchsorted(found.roots, np.concatenate(order))
    return Cascades.of(parts, case.periods).sorted(np.argsort(places, kind="stable")), ""


def _limits(values: Floats) -> tuple[float, float]:
    """The middle 95 % of resampled values; NaN if they do not vary, since that does not mean certainty."""
    if np.ptp(values[np.isfinite(values)]) == 0 if np.isfinite(values).any() else True:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [0.025, 0.975], method="nearest")
    return float(low), float(high)


@measure(
    "reproduction_number",
    harm=FAMILY,
    unit="number",
    better="lower",
    needs=("twin",),
    estimand="spectral radius of the mean numbers of children by type of one wrong entry of each type, over its life",
    interval=f"bootstrap over roots, {RESAMPLES} resamples, from {FEWEST_ROOTS} roots on; none without a cycle; "
    "standing: Wilson over roots",
    reference=THEORY,
    caveats=f"{INJECTED} {HORIZON} {PIVOTAL} The number is a threshold only: below 1 cascades die out, from 1 on they "
    "need not.",
    splits=False,
    gap="",
)
def reproduction_number(case: Case) -> Iterator[PerPerson | Row]:
    """The factor by which wrong entries multiply from one generation to the next, in the long run.

    K[a, b] is the mean number of wrong type-a entries whose parent is one wrong type-b entry, over its standing life.
    Types are kind x holder: entries by kind of conduct, listings by list, copies by agency. R is the spectral radius
    of K. It is 0 if no type leads back to itself, however many copies one entry makes. The estimate uses everything
    that stems from the injected entries, by age of the parent (Nelson 1988). `_standing`: share of the injected entries
    that still stand at the end of the run. K leaves out what they lead to later.
    """
    found, made, why = cascades(case)
    if made is None:
        yield Row(float("nan"), why=why)
        yield Row(float("nan"), suffix="_standing", unit="rate", why=why)
        return
    value, n = spectral_radius(made.matrix()), len(found.roots)
    low = high = 0.0
    if not found.blind:
        many = made.matrix(made.redrawn(case.seed)) if n >= FEWEST_ROOTS else np.empty((0, 0, 0))
        low, high = _limits(radii(many))
    yield Row(value, low, high, n, unit="number")
    yield found.part(made.standing, "_standing", unit="rate")


@measure(
    "cascade_size",
    harm=FAMILY,
    unit="entries",
    better="lower",
    needs=("twin",),
    estimand="expected entries in the cascade of one wrong entry of a type, itself included, under branching",
    interval=f"bootstrap over roots, {RESAMPLES} resamples, from {FEWEST_ROOTS} roots on; observed: "
    "influence values by root, t(R-1)",
    reference=THEORY,
    caveats=f"{INJECTED} {HORIZON} {PIVOTAL} Branching assumes that entries of one type lead to others alike and "
    "independently. The _observed row beside it does not assume this, and ends with the run.",
    qualifiers={"type": "injected"},
    gap="",
)
def cascade_size(case: Case, type: str = "injected") -> Iterator[PerPerson | Row]:
    """Entries, listings and copies in the cascade of one wrong entry, itself included: column sums of (I - K)^-1.

    The plain row is for the injected entry's own type. With the default qualifiers the measure gives every type that
    occurs, `type=kind@holder`; the holder of plain entries is `record`. The value is infinite for types that lead to a
    class whose radius is 1 or more. It is 1 / (1 - R) only if there is one type. `_observed`: mean size of the cascades
    of the injected entries up to the end of the run, counted. The difference between the two shows whether the
    branching assumption fails, and how much comes after the end.
    """
    found, made, why = cascades(case)
    if made is None:
        yield Row(float("nan"), why=why)
        yield found.part(np.empty(0), "_observed", why=why)
        return
    n, own = len(found.roots), int(made.roots[0])
    value = sizes(made.matrix())
    many = None
    if not found.blind and n >= FEWEST_ROOTS:
        many = all_sizes(made.matrix(made.redrawn(case.seed)))
    if type not in ("injected", *made.types):
        raise unknown("type of entry", type, ("injected", *made.types))
    for place in [own, *np.flatnonzero(np.arange(len(made.types)) != own).tolist()]:
        low, high = (float("nan"), float("nan")) if many is None else _limits(many[:, place])
        if found.blind:
            low = high = float(value[place])
        name = "injected" if place == own else made.types[place]
        if type not in ("injected", name):
            continue
        seen = int((made.nodes[:, place] > 0).sum())
        yield Row(float(value[place]), low, high, seen, qualifiers={"type": name})
    yield found.part(made.nodes.sum(axis=1), "_observed", exact=found.blind)
