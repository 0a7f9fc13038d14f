"""Groups compared within strata of a control column, and once over all strata: direct standardization.

The pooled value of a group is the mean of its values in the strata, weighed by the people of each
stratum, all groups together; only strata in which every group that is compared has a value count
(the common support). The sizes of the strata are taken as given, as those of a standard population are.
"""

# Any: a case or a table, and parts of a measure of any kind.
from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measure import Measure, Row
from testbed.statistics import intervals
from testbed.statistics.clusters import cross_products
from testbed.statistics.counts import Pairs, cell_counts, dense_ids, pair_sums
from testbed.statistics.estimates import Estimates
from testbed.statistics.estimation import binary_estimates, estimate
from testbed.statistics.rows import Across, Against, Rows, reference_of
from testbed.statistics.splitting import expand
from testbed.statistics.weights import effective

Array = NDArray[np.float64]

SUPPORT = 0.8
"""Share of the people that must be in the common support; below, the pooled value is NaN."""
PREFIX = "conditional_"


@dataclass(frozen=True)
class Standardized(Estimates):
    """Values of groups over all strata. within: the same by stratum, (groups, strata) as positions in `strata`.

    share: of each stratum that counts, (strata,). Limits of rates of independent people: MOVER (Zou and Donner 2008),
    the squared moves that the limits of each stratum make, added; of a difference, the stratified Newcombe interval.
    """

    strata: Estimates | None = None
    within: NDArray[np.int64] = field(default_factory=lambda: np.empty((0, 0), np.int64))
    share: Array = field(default_factory=lambda: np.empty(0))

    def limits(self, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
        """Limits of each group's pooled value."""
        if self.exact or not self.binary or self.influence is not None or self.strata is None:
            return super().limits(alpha)
        ends = self.strata.limits(alpha)
        value = self.strata.value[self.within]
        down, up = value - ends[0][self.within], ends[1][self.within] - value
        low = self.value - np.sqrt(((self.share * down) ** 2).sum(axis=1))
        high = self.value + np.sqrt(((self.share * up) ** 2).sum(axis=1))
        return np.maximum(low, 0.0), np.minimum(high, 1.0)

    def only(self, keep: NDArray[np.bool_]) -> Estimates:
        """The same for some of the groups."""
        made: Any = super().only(keep)
        cut: Estimates = replace(made, within=self.within[keep], influence=self._influence_of(keep))
        return cut

    def _influence_of(self, keep: NDArray[np.bool_]) -> Pairs | None:
        if self.influence is None:
            return None
        held, rank = keep[self.influence.group], np.cumsum(keep) - 1
        return Pairs(self.influence.cluster[held], rank[self.influence.group[held]], self.influence.sums[held])


def common(rates: Sequence[Estimates], groups: Sequence[int], strata: int) -> NDArray[np.bool_]:
    """The strata in which each of these groups has a value of every quantity; codes are group * strata + stratum."""
    shaped = [made.value.reshape(-1, strata)[list(groups)] for made in rates]
    return np.asarray(~np.isnan(shaped).any(axis=(0, 1)))


def standardized(
    made: Estimates, levels: Sequence[str], groups: Sequence[int], size: Array, held: NDArray[np.bool_]
) -> Standardized:
    """The pooled values of some groups over the strata `held`, from values by group and stratum.

    size: people of each stratum. Clusters: the influences of a cluster in all strata are added.
    """
    within = (np.asarray(groups)[:, None] * len(size) + np.flatnonzero(held)).astype(np.int64)
    share = size[held] / size[held].sum() if held.any() else np.empty(0)
    empty = np.full(len(groups), not held.any())
    value = np.where(empty, np.nan, (made.value[within] * share).sum(axis=1))
    part = (share * made.error[within]) ** 2
    error = np.sqrt(part.sum(axis=1))
    n = made.n[within].sum(axis=1)
    why = tuple("no stratum has everybody who is compared" if none else "" for none in empty)
    units, covariance, influence = _freedom(made, within, part), None, None
    if made.influence is not None and held.any():
        weight, owner = np.zeros(len(made.value)), np.full(len(made.value), -1)
        weight[within], owner[within] = share, np.arange(len(groups))[:, None]
        inside = owner[made.influence.group] >= 0
        cluster, place = made.influence.cluster[inside], made.influence.group[inside]
        influence = Pairs(cluster, owner[place], weight[place] * made.influence.sums[inside])
        units = _units(made, within, share)
        with np.errstate(divide="ignore", invalid="ignore"):
            stretch = np.where(units > 1, np.sqrt(units / (units - 1)), np.nan)
        covariance = cross_products(influence, len(groups)) * np.outer(stretch, stretch)
        error = np.sqrt(np.diag(covariance))
    effective = None
    if made.binary and made.effective is not None:
        with np.errstate(divide="ignore", invalid="ignore"):
            kish = 1 / (share**2 / made.effective[within]).sum(axis=1)
            effective = np.where(error > 0, np.maximum(value * (1 - value), 1e-300) / error**2, kish)
    return Standardized(
        tuple(levels[g] for g in groups), value, n, why, units, error, covariance, binary=made.binary,
        effective=effective, exact=made.exact, influence=influence, strata=made, within=within, share=share,
    )  # fmt: skip


def _units(made: Estimates, within: NDArray[np.int64], share: Array) -> Array:
    """Effective clusters of a sum over strata: those of its strata, by how much each counts."""
    return np.asarray((share * made.units[within]).sum(axis=1))


def _freedom(made: Estimates, within: NDArray[np.int64], part: Array) -> Array:
    """Units behind a sum over strata: endless for rates of independent people, else by Welch and Satterthwaite."""
    units = made.units[within]
    if not np.isfinite(units).any() or not within.size:
        return np.full(len(within), np.inf)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 + part.sum(axis=1) ** 2 / (part**2 / (units - 1)).sum(axis=1))


@dataclass(frozen=True)
class _Made:
    """A part whose estimates are made: for one split; nothing for everybody together."""

    held: Estimates
    split: str
    qualifiers: Mapping[str, object]
    suffix: str = ""
    unit: str = ""
    exact: bool = False

    def estimates(self, case: Any, split: str) -> Estimates:
        none = np.empty(0)
        return self.held if split == self.split else Estimates((), none, np.empty(0, np.int64), (), none, none)


@dataclass
class Pooling:
    """Pools the rows of measures over the strata of one control column of a case."""

    case: Any
    control: str

    def __post_init__(self) -> None:
        counts = cell_counts(self.case, self.control)
        self.strata = len(counts.levels)
        self.size = np.asarray(counts.cells.sum(axis=1), float)

    def rows(self, measure: Measure, parts: Iterable[Any], splits: Sequence[str], reference: Mapping[str, str]) -> Rows:
        """The `conditional_` rows of a measure: pooled values by group, and comparisons, with their support.

        A value by group, and a symmetric comparison, stand on the strata that all groups with people share; a
        signed one on those that its two groups share. What is a Row of its own is not pooled.
        """
        made: Rows = []
        for split in splits:
            for part in parts:
                if not isinstance(part, Row):
                    made += self._part(measure, part, split, reference)
        return made

    def _part(self, measure: Measure, part: Any, split: str, reference: Mapping[str, str]) -> Rows:
        compared = isinstance(part, Across | Against)
        quantities = part.parts if compared else (part,)
        rates = [estimate(one, self.case, f"{split}*{self.control}") for one in quantities]
        levels = estimate(quantities[0], self.case, split)
        if not levels.levels or any(len(one.value) != len(levels.levels) * self.strata for one in rates):
            return []  # one number of a whole split, as a distance between distributions is
        listed = self._people(split)
        rows: Rows = []
        if not isinstance(part, Against) and (compared or measure.splits):
            rows += self._shown(measure, part, rates, levels.levels, [*np.flatnonzero(listed > 0)], split, "")
        if isinstance(part, Against) or (not compared and measure.splits and measure.gap):
            r = reference_of(self.case, split, levels, reference)
            for g in range(len(levels.levels)):
                if g != r:
                    rows += self._shown(measure, part, rates, levels.levels, [g, r], split, levels.levels[r])
        return rows

    def _people(self, split: str) -> Array:
        return np.asarray(cell_counts(self.case, split).rows.sum(axis=1), float)

    def _support(self, held: NDArray[np.bool_]) -> tuple[float, float, float]:
        """The share of the people who are in the strata that count, and its limits with these strata as given."""
        counts = cell_counts(self.case, self.control)
        rows, total = (table.sum(axis=1) for table in (counts.rows, counts.cells))
        n, trials = np.array([rows.sum()]), np.array([total.sum()])
        kish = None if counts.squares is None else effective(trials, np.array([counts.squares.sum()]))
        pairs = counts.pairs
        if pairs is not None:
            whole = pairs.sums.sum(axis=1)
            one = np.zeros(len(whole), np.int64)
            owner, clusters = dense_ids(pairs.cluster)
            pairs = pair_sums(owner, clusters, one, 1, columns=(whole * held[pairs.group], whole))
        made = binary_estimates(
            ("all",), np.array([total[held].sum()]), trials, n, kish, pairs, "", n, seen=np.array([rows[held].sum()])
        )
        low, high = made.limits()
        return float(made.value[0]), float(low[0]), float(high[0])

    def _shown(
        self,
        measure: Measure,
        part: Any,
        rates: Sequence[Estimates],
        levels: Sequence[str],
        groups: Sequence[int],
        split: str,
        versus: str,
    ) -> Rows:
        """Rows over the common support of these groups; below 0.8 of the people NaN, and what was found beside it."""
        held = common(rates, groups, self.strata) if len(groups) else np.zeros(self.strata, bool)
        support, low, high = self._support(held)
        why = "" if support >= SUPPORT else (
            f"support is {support:.2f}: the share of people in strata where all who are compared have a value must be "
            f"{SUPPORT}"
        )  # fmt: skip
        absent = [levels[g] for g in range(len(levels)) if g not in groups] if isinstance(part, Across) else []
        if absent:
            why = f"left out: {', '.join(f'{level} (no people in this group)' for level in absent)}"
        end = "_observed" if why else ""
        made = [standardized(one, levels, groups, self.size, held) for one in rates]
        unit = getattr(part, "unit", "")
        pieces = tuple(_Made(one, split, part.qualifiers, part.suffix, unit) for one in made)
        name = f"{PREFIX}{getattr(part, 'name', '') or measure.name}"
        shown: Any = pieces[0]
        if isinstance(part, Across):
            shown = replace(part, parts=pieces)
        elif isinstance(part, Against):
            shown = replace(part, parts=pieces, name=f"{name}{end}", four_fifths=False, test=part.test and not end)
        gap = f"{PREFIX}{measure.gap}{end}" if versus and measure.gap else ""
        named = replace(measure, name=f"{name}{end}", gap=gap)
        found = expand(named, [shown], self.case, splits=[split], reference={split: versus} if versus else {})
        rows = [
            {**row, "split": f"{split}|{self.control}"}
            for row in found
            if (row["versus"] or not versus) and not (end and _verdict(row))
        ]
        if why:
            blank = {"value": math.nan, "low": math.nan, "high": math.nan, "why": why}
            plain = [{**row, **blank, "measure": row["measure"].replace(end, "", 1)} for row in rows]
            rows = [*plain, *(row for row in rows if not math.isnan(row["value"]))]
        if rows:
            place = {"group": levels[groups[0]] if versus else "", "versus": versus}
            stem, bracket, inside = rows[0]["measure"].partition("[")
            share = {"value": support, "low": low, "high": high, "unit": "rate", "why": ""}
            people = round(float(self._people(split)[list(groups)].sum())) if len(groups) else 0
            rows.append({**rows[0], **place, **share, "n": people, "measure": f"{stem}_support{bracket}{inside}"})
        return rows


def _verdict(row: Mapping[str, Any]) -> bool:
    """Whether a row is a test, a detectable difference or an equivalence."""
    return bool(row["unit"] == "p" or row["measure"].partition("[")[0].endswith(("_detectable", "_equivalent")))
