"""Two models compared on the same people and coins: paired differences, first minus second."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measures.base import Measure, PerPerson
from testbed.statistics import intervals
from testbed.statistics.clusters import clustered
from testbed.statistics.counts import CellRate, clusters_of, coded, dense_ids, pair_sums, weights_of
from testbed.statistics.estimates import Estimates, estimate
from testbed.statistics.expand import Against, Rows, expand

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PairedEstimates(Estimates):
    """Differences of two models by group. `shares`: both are shares of people, so that none who differ bound them."""

    shares: bool = False

    def limits(self, alpha: float = intervals.ALPHA) -> tuple[Array, Array]:
        """Value -/+ t se by cluster; where nobody differs, the share of units that still may (Clopper-Pearson)."""
        low, high = super().limits(alpha)
        none = (self.error == 0) & (self.value == 0) & (self.units >= intervals.FEWEST_CLUSTERS)
        if self.shares and none.any() and not self.exact:
            most = intervals.clopper_pearson(0.0, np.where(none, self.units, 1.0), alpha)[1]
            low, high = np.where(none, -most, low), np.where(none, most, high)
        return low, high


@dataclass(frozen=True)
class Paired:
    """A part: what one model's per-person part gives minus what another's gives, on the same people."""

    first: PerPerson
    second: PerPerson
    suffix: str = ""
    qualifiers: Mapping[str, object] = field(default_factory=dict)
    unit: str = ""

    @property
    def exact(self) -> bool:
        """Whether neither side carries sampling error."""
        return self.first.exact and self.second.exact

    def estimates(self, case: Any, split: str) -> Estimates:
        """Difference of the two ratios of sums per group, with its error from the difference of their influences.

        A person's influence is (a - v b) / sum(b) of the first less the same of the second, so what both models
        share cancels. Summed by cluster, t(G-1); independent people are clusters of one.
        """
        made = [estimate(part, case, split) for part in (self.first, self.second)]
        groups = len(made[0].levels)
        codes, _ = coded(case, split)
        weights, are_people = weights_of(case)
        w = np.ones(len(codes)) if weights is None else np.asarray(weights, float)
        influence, inside = np.zeros(len(codes)), np.zeros(len(codes), bool)
        for sign, part, one in zip((1.0, -1.0), (self.first, self.second), made, strict=True):
            a, b = np.asarray(part.numerator, float), np.asarray(part.denominator, float)
            here = (b != 0) & (codes >= 0) & (w > 0)
            total = np.bincount(codes[here], weights=(w * b)[here], minlength=groups)
            code = codes[here]
            influence[here] += sign * w[here] * (a[here] - one.value[code] * b[here]) / total[code]
            inside |= here
        at = np.flatnonzero(inside)
        code, moved = codes[at].astype(np.int64), influence[at]
        value, n = made[0].value - made[1].value, np.minimum(made[0].n, made[1].n)
        why = tuple("; ".join(dict.fromkeys(text for text in both if text)) for both in zip(*(one.why for one in made)))
        bounds = tuple(np.subtract(self._range(self.first), self._range(self.second)[::-1]))
        common: dict[str, Any] = {
            "exact": self.exact, "bounds": bounds, "shares": all(one.binary for one in made),
        }  # fmt: skip
        owner = self._owner(case, at)
        if owner is not None and len(at):
            sums = pair_sums(owner[0], owner[1], code, groups, columns=(moved, np.ones(len(at))))
            held = clustered(sums, np.zeros(groups), np.ones(groups), groups)
            common.update(covariance=held.covariance, influence=held.influence, tail=held.tail)
            return PairedEstimates(made[0].levels, value, n, why, held.units, held.error, **common)
        people = w[at] if are_people else np.ones(len(at))
        units = np.bincount(code, weights=people, minlength=groups).astype(float)
        square = np.bincount(code, weights=moved**2 / people, minlength=groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.where(units > 1, np.sqrt(square * units / (units - 1)), np.nan)
        return PairedEstimates(made[0].levels, value, n, why, units, error, **common)

    def _owner(self, case: Any, at: NDArray) -> tuple[NDArray[np.int64], int] | None:
        if self.first.unit_of is not None:
            return dense_ids(np.asarray(self.first.unit_of)[at])
        known = clusters_of(case)
        return None if known is None else (known[0][at], known[1])

    @staticmethod
    def _range(part: PerPerson) -> tuple[float, float]:
        """What the value of a part can be: a share where every numerator is nobody's or the whole denominator."""
        a, b = np.asarray(part.numerator), np.asarray(part.denominator)
        if part.bounds == (-np.inf, np.inf) and np.isin(a, (0, 1)).all() and np.isin(b, (0, 1)).all():
            return (0.0, 1.0)
        return part.bounds


def kept(parts: Sequence[Any]) -> list[PerPerson]:
    """The per-person parts of what a measure gave, by themselves: nothing of the case is held on to."""
    found: list[PerPerson] = []
    for part in parts:
        if isinstance(part, Against) and part.kind == "difference" and len(part.parts) == 1:
            found += kept(part.parts)
        elif isinstance(part, CellRate):
            found.append(
                PerPerson(part.numerator, part.denominator, suffix=part.suffix, why=part.why or part.rate.nobody)
            )
        elif isinstance(part, PerPerson):
            found.append(part)
    return found


def paired_rows(
    measure: Measure,
    first: Sequence[PerPerson],
    second: Sequence[PerPerson],
    case: Any,
    *,
    splits: Sequence[str],
    reference: Mapping[str, str],
) -> Rows:
    """The rows of the first model minus the second: values, gaps, and a `_p` row of each that no difference is left.

    Parts are matched by suffix and qualifiers; one that only one of the models has gives nothing. `case` is
    either's: people, groups and clusters are the same.
    """
    others = {(part.suffix, tuple(sorted(part.qualifiers.items()))): part for part in second}
    rows: Rows = []
    for part in first:
        other = others.get((part.suffix, tuple(sorted(part.qualifiers.items()))))
        if other is None:
            continue
        pair = Paired(part, other, part.suffix, part.qualifiers, part.unit)
        rows += _with_p(measure, pair, case, splits, reference)
    return rows


def _with_p(measure: Measure, pair: Paired, case: Any, splits: Sequence[str], reference: Mapping[str, str]) -> Rows:
    rows: Rows = []
    tested: dict[tuple[str, str], float] = {}
    for split in ("all", *splits):
        made = pair.estimates(case, split)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.where(made.value == 0, 0.0, np.where(made.error > 0, made.value / made.error, np.nan))
        p = intervals.two_sided(statistic, made.freedom())
        tested |= {(split, level): float(p[k]) for k, level in enumerate(made.levels)}
    for row in expand(measure, [pair], case, splits=splits, reference=reference):
        rows.append(row)
        if row["versus"] or pair.exact or row["unit"] == "p":
            continue
        p_here = tested[row["split"], row["group"]]
        why = row["why"] or ("" if not math.isnan(p_here) else "too few clusters for an interval, or no spread")
        test = {"value": p_here, "low": math.nan, "high": math.nan, "unit": "p", "why": why}
        rows.append({**row, **test, "measure": _tested(row["measure"])})
    return rows


def _tested(name: str) -> str:
    stem, bracket, inside = name.partition("[")
    return f"{stem}_p{bracket}{inside}"
