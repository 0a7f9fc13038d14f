"""Two models compared on the same people and coins: paired differences, first minus second."""

# Any: a case or a table, and parts of a measure of any kind.
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from testbed.measure import Measure, PerPerson
from testbed.statistics import intervals
from testbed.statistics.clusters import clustered
from testbed.statistics.counts import (
    CellRate,
    Pairs,
    clusters_of,
    coded,
    dense_ids,
    pair_sums,
)
from testbed.statistics.estimates import Estimates, minus
from testbed.statistics.estimation import estimate
from testbed.statistics.relative import Relative, RelativePair
from testbed.statistics.rows import Against, Rows
from testbed.statistics.splitting import expand
from testbed.statistics.weights import Weighing, plain, weighing

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Paired:
    """A part: the value of one model's per-person part minus that of another model's, on the same people."""

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
        share cancels. Summed by cluster, t(G-1); independent people are clusters of one. Where both models give
        everybody the same numbers, the difference on these people is 0, and exact. Of two shares: see `adjusted`.
        """
        parts = (self.first, self.second)
        made = [estimate(part, case, split) for part in parts]
        one, two = (_Side.of(part, case, split) for part in parts)
        apart = (one.counted | two.counted) & ((one.a != two.a) | (one.b != two.b))
        alike = not self.exact and not apart.any()
        moved = one.influences(made[0].value) - two.influences(made[1].value)
        ends = [(0.0, 1.0) if each.binary else part.bounds for each, part in zip(made, parts)]
        held = _spread(case, moved, apart, (one, two), len(made[0].levels), self.first.unit_of)
        found = Estimates(
            levels=made[0].levels,
            value=made[0].value - made[1].value,
            n=np.minimum(made[0].n, made[1].n),
            why=tuple("; ".join(dict.fromkeys(filter(None, both))) for both in zip(*(each.why for each in made))),
            exact=self.exact or alike,
            alike=alike,
            bounds=(ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]),
            units=held.units,
            error=held.error,
            covariance=held.covariance,
            influence=held.influence,
            tail=held.tail,
            sums=minus(made[0].sums, made[1].sums),
        )
        return found if found.exact or not all(each.binary for each in made) else adjusted(found, held)


@dataclass(frozen=True)
class _Side:
    """One model's numbers per person, with weights, and the codes of a split. `counted`: in the denominator."""

    a: Array
    b: Array
    weights: Weighing
    codes: NDArray[np.int64]
    counted: NDArray[np.bool_]

    @classmethod
    def of(cls, part: PerPerson, case: Any, split: str) -> _Side:
        codes = np.asarray(coded(case, split)[0], np.int64)
        weights = weighing(case) or plain(len(codes))
        a, b = np.asarray(part.numerator, float), np.asarray(part.denominator, float)
        counted = (b != 0) & (weights.weight > 0)
        return cls(np.where(counted, a, 0.0), np.where(counted, b, 0.0), weights, codes, counted)

    def influences(self, value: Array) -> Array:
        """Of each person on the value of their group; 0 outside the denominator."""
        here, w = self.counted & (self.codes >= 0), self.weights.weight
        code, made = self.codes[here], np.zeros(len(here))
        total = np.bincount(code, weights=(w * self.b)[here], minlength=len(value))
        made[here] = w[here] * (self.a[here] - value[code] * self.b[here]) / total[code]
        return made

    def size(self, groups: int) -> Array:
        """People in the denominator by group, by Kish's number where they are weighted."""
        here = np.flatnonzero(self.counted & (self.codes >= 0))
        return self.weights.only(here).effective(self.codes[here], groups)


@dataclass(frozen=True)
class _Spread:
    """How well differences are known, by group. alone: variances were people independent. size: pairs of people.

    differing: clusters with somebody to whom the models give different numbers; None where there are no clusters.
    """

    units: Array
    error: Array
    alone: Array
    size: Array
    covariance: Array | None = None
    influence: Pairs | None = None
    tail: Array | None = None
    differing: Array | None = None


def _spread(
    case: Any, moved: Array, apart: NDArray[np.bool_], sides: tuple[_Side, _Side], groups: int, unit_of: Any
) -> _Spread:
    """Standard errors of differences from the influences `moved` of people: by cluster, or of people by themselves."""
    codes = sides[0].codes
    at = np.flatnonzero((sides[0].counted | sides[1].counted) & (codes >= 0))
    code, size = codes[at], np.minimum(*(side.size(groups) for side in sides))
    weights = sides[0].weights.only(at)
    alone = weights.squared(moved[at], code, groups)
    known = clusters_of(case) if unit_of is None else dense_ids(np.asarray(unit_of))
    if known is not None and len(at):
        columns = (moved[at], np.ones(len(at)), apart[at].astype(float))
        sums = pair_sums(known[0][at], known[1], code, groups, columns=columns)
        held = clustered(sums, np.zeros(groups), np.ones(groups), groups)
        differing = np.bincount(sums.group[sums.sums[:, 2] > 0], minlength=groups).astype(float)
        return _Spread(held.units, held.error, alone, size, held.covariance, held.influence, held.tail, differing)
    units = weights.effective(code, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.where(units > 1, np.sqrt(alone * units / (units - 1)), np.nan)
    return _Spread(units, error, alone, size)


def adjusted(made: Estimates, held: _Spread) -> Estimates:
    """Differences of two shares with two pairs added, one that differs one way and one the other way.

    Bonett and Price (2012): it covers where few differ, and Wald's interval does not. By what the variance by cluster
    exceeds that of people by themselves, the pairs are fewer. Under five clusters with somebody who differs do not
    show how those who differ cluster: they are taken to be correlated by `UNSEEN_CORRELATION` at least.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        excess, tail = np.ones(len(made.value)), made.tail
        if held.differing is not None and tail is not None:
            excess = np.where(held.alone > 0, np.maximum(made.error**2 / held.alone, 1.0), 1.0)
            tail = np.where(excess > 1, tail, made.units - 1)
            unseen = 1 + np.maximum(held.size / made.units - 1, 0.0) * intervals.UNSEEN_CORRELATION
            excess = np.where(held.differing < intervals.FEW_EVENTS, np.maximum(excess, unseen), excess)
        pairs = held.size / excess
        center = pairs * made.value / (pairs + 2)
        differ = (pairs * (held.size * held.alone + made.value**2) + 2) / (pairs + 2)
        error = np.where(made.units > 1, np.sqrt((differ - center**2) / (pairs + 2)), np.nan)
    return replace(made, center=center, error=error, tail=tail)


def kept(parts: Sequence[Any]) -> list[PerPerson | Against | Relative]:
    """The per-person parts of a measure, without any reference to the case.

    A signed comparison of one such part stays one; what is not made of such parts is left out.
    """
    found: list[PerPerson | Against | Relative] = []
    for part in parts:
        if isinstance(part, Against) and part.kind == "difference" and len(part.parts) == 1:
            found += [replace(part, parts=(one,)) for one in kept(part.parts)]
        elif isinstance(part, CellRate):
            why = part.why or part.rate.nobody
            found.append(PerPerson(part.numerator, part.denominator, suffix=part.suffix, why=why, unit=part.unit))
        elif isinstance(part, PerPerson | Relative):
            found.append(part)
    return found


def paired_rows(
    measure: Measure,
    first: Sequence[PerPerson | Against | Relative],
    second: Sequence[PerPerson | Against | Relative],
    case: Any,
    *,
    splits: Sequence[str],
    reference: Mapping[str, str],
) -> Rows:
    """The rows of the first model minus the second: values, gaps, and a `_p` row of each that no difference is left.

    Parts are matched by suffix and qualifiers; one that only one of the models has gives nothing. `case` is
    either's: people, groups and clusters are the same.
    """
    others = {_key(part): part for part in second}
    rows: Rows = []
    for part in first:
        other = others.get(_key(part))
        if isinstance(part, Against) and isinstance(other, Against):
            pair = Paired(part.parts[0], other.parts[0])
            gaps = replace(part, parts=(pair,), test=True)
            rows += expand(measure, [gaps], case, splits=splits, reference=reference)
        elif isinstance(part, PerPerson) and isinstance(other, PerPerson):
            pair = Paired(part, other, part.suffix, part.qualifiers, part.unit)
            rows += _with_p(measure, pair, case, splits, reference)
        elif isinstance(part, Relative) and isinstance(other, Relative):
            rows += _with_p(measure, RelativePair(part, other), case, splits, reference)
    return rows


def _key(part: PerPerson | Against | Relative) -> tuple[str, str, tuple[tuple[str, object], ...]]:
    return getattr(part, "name", ""), part.suffix, tuple(sorted(part.qualifiers.items()))


def _with_p(
    measure: Measure, pair: Paired | RelativePair, case: Any, splits: Sequence[str], reference: Mapping[str, str]
) -> Rows:
    rows: Rows = []
    tested: dict[tuple[str, str], float] = {}
    for split in ("all", *splits):
        made = pair.estimates(case, split)
        with np.errstate(divide="ignore", invalid="ignore"):
            statistic = np.where(made.value == 0, 0.0, np.where(made.error > 0, made.middle / made.error, np.nan))
        p = intervals.two_sided(statistic, np.inf if made.alike else made.freedom())
        tested |= {(split, level): float(p[k]) for k, level in enumerate(made.levels)}
    for row in expand(measure, [pair], case, splits=splits, reference=reference):
        rows.append(row)
        if row["versus"] or pair.exact or row["unit"] == "p":
            continue
        p_here = tested[row["split"], row["group"]]
        why = row["why"] or (
            "" if not math.isnan(p_here) else "too few effective clusters for an interval, or no spread"
        )
        test = {"value": p_here, "low": math.nan, "high": math.nan, "unit": "p", "why": why, "terms": ()}
        rows.append({**row, **test, "measure": _tested(row["measure"])})
    return rows


def _tested(name: str) -> str:
    stem, bracket, inside = name.partition("[")
    return f"{stem}_p{bracket}{inside}"
