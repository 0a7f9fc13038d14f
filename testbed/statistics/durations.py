"""Durations until something ends, if some have not ended when the run is over (censoring).

Months are whole: a thing of duration d stands at 0, 1, ... d - 1 months after its start and no longer at d.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.statistics.counts import dense_ids
from testbed.statistics.influence import effective_number
from testbed.statistics.intervals import ALPHA, clopper_pearson, enough, quantile

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % limits; NaN limits under 10 effective clusters."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Durations:
    """Life table by cluster: at risk, ended, ended by one cause, at 1, 2, ... months: (clusters, horizon - 1)."""

    risk: Floats
    ended: Floats
    cause: Floats

    @classmethod
    def of(
        cls, known: NDArray[np.integer], ended: Flags, cause: Flags, cluster: NDArray[np.integer], horizon: int
    ) -> Durations:
        """`known`: the duration where `ended`, else the last month at which the thing was seen standing."""
        owner, groups = dense_ids(cluster)
        ends = np.where(ended, known, 0)

        def table(month: NDArray[np.integer], which: Flags) -> Floats:
            kept = which & (month < horizon)
            flat = owner[kept] * horizon + month[kept]
            return np.bincount(flat, minlength=groups * horizon).reshape(groups, horizon).astype(float)

        last = table(np.minimum(known, horizon - 1), np.ones(len(known), bool))
        risk = last[:, ::-1].cumsum(axis=1)[:, ::-1]
        return cls(risk[:, 1:], table(ends, ended)[:, 1:], table(ends, ended & cause)[:, 1:])

    @property
    def units(self) -> float:
        """Effective clusters of what is at risk at the start."""
        return effective_number(self.risk[:, :1].sum(axis=1))

    def restricted_mean(self) -> Estimate:
        """E min(duration, horizon): sum of the Kaplan-Meier curve; NaN where nobody is followed for so long."""
        survival, influence = self._survival()
        return self._estimate(1 + survival.sum(), influence.sum(axis=1))

    def incidence(self) -> Estimate:
        """P(ends by the cause before the horizon), others competing (Aalen and Johansen 1978); exact where 0."""
        curve, influence = self.incidence_curve()
        if curve[-1] == 0:
            return Estimate(0.0, 0.0, float(clopper_pearson(0, self.risk.sum(axis=0)[0], ALPHA)[1]))
        return self._estimate(curve[-1], influence[:, -1])

    def incidence_curve(self) -> tuple[Floats, Floats]:
        """P(ended by the cause) at 1, 2, ... months, NaN from where nobody is followed; influence of each cluster."""
        risk = self.risk.sum(axis=0)
        survival, influence = self._survival()
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard = np.where(risk > 0, self.cause.sum(axis=0) / risk, 0.0)
            own = np.where(risk > 0, (self.cause - self.risk * hazard) / risk, 0.0)
        before = np.concatenate([[1.0], survival[:-1]])
        moved = np.concatenate([np.zeros((len(influence), 1)), influence[:, :-1]], axis=1)
        curve = np.where(np.isnan(survival), np.nan, np.cumsum(before * hazard))
        return curve, np.cumsum(moved * hazard + before * own, axis=1)

    def restricted_wait(self) -> Estimate:
        """E min(months until ended by the cause, horizon); what ends otherwise never is, and counts as the horizon.

        If nothing is ended by the cause, the low limit is what an incidence at its own upper limit from the first month
        on would give.
        """
        curve, influence = self.incidence_curve()
        if curve[-1] == 0:
            most = float(clopper_pearson(0, self.risk.sum(axis=0)[0], ALPHA)[1])
            return Estimate(1.0 + len(curve), 1 + len(curve) * (1 - most), 1.0 + len(curve))
        return self._estimate(1 + (1 - curve).sum(), -influence.sum(axis=1))

    def _survival(self) -> tuple[Floats, Floats]:
        """The curve at 1, 2, ... months, NaN from where nobody is at risk, and the influence of each cluster on it."""
        risk, ended = self.risk.sum(axis=0), self.ended.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            hazard = ended / risk
            gone = np.concatenate([[False], np.maximum.accumulate(hazard[:-1] == 1)])
            hazard = np.where(gone, 1.0, hazard)
            survival = np.cumprod(1 - hazard)
            own = (self.ended - self.risk * hazard) / (risk * (1 - hazard))
        own = np.where((hazard < 1)[None, :], own, 0.0)
        return survival, np.where(survival > 0, -survival * own.cumsum(axis=1), 0.0 * survival)

    def _estimate(self, value: float, influence: Floats) -> Estimate:
        units = self.units
        if np.isnan(value) or not enough(units):
            return Estimate(float(value), float("nan"), float("nan"))
        error = np.sqrt((influence**2).sum() * units / (units - 1))
        half = float(quantile(ALPHA, units - 1)) * error
        return Estimate(float(value), float(value - half), float(value + half))
