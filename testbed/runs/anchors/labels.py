"""Group labels redrawn at random: groups that mean nothing must show no gap."""

# Any: a view hands on every attribute of the case that it relabels.
from __future__ import annotations

from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import pack, sparse, uniform
from testbed.case import Case
from testbed.runs.anchors.verdicts import Rows, Verdict, judged_together, rows_of


class Relabelled:
    """A view of a case with the labels of one attribute redrawn at random, one draw per unit it is assigned to.

    The shares of the labels are those of the case. Nothing else differs.
    """

    def __init__(self, case: Case, attribute: str) -> None:
        self.case, self.attribute = case, attribute
        codes, self.levels = case.coded(attribute)
        unit = case.scenario.declared.variables[attribute].assigned_to
        society = case.society
        self.unit = {"household": society.household, "grid": society.grids}.get(unit, society.ids)
        self.shares = np.bincount(codes[case.scored], minlength=len(self.levels)) / max(int(case.scored.sum()), 1)
        coin = uniform(sparse(case.seed, f"anchor:labels:{attribute}", pack(self.unit)))
        self.codes = np.searchsorted(np.cumsum(self.shares)[:-1], coin, side="right")

    cells = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["case"], name)

    def coded(self, split: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """Return the redrawn labels, whichever split is asked for."""
        return self.codes, self.levels


def relabelled(case: Case) -> tuple[Rows, list[Verdict]]:
    """Check that groups with labels that mean nothing differ in adverse decisions no more than by chance."""
    rows: Rows = []
    tests: list[tuple[str, float]] = []
    for attribute in case.scenario.compared:
        view = Relabelled(case, attribute)
        found = rows_of(cast(Case, view), "adverse_rate", case.model_name, _departure(case, attribute), [attribute])
        gaps = [row for row in found if row["measure"] == "adverse_gap" and row["versus"]]
        rows += gaps
        tests += [(f"{attribute} {row['group']}", chance_of(view, row)) for row in gaps if not row["why"]]
    return rows, [judged_together("labels redrawn", tests, "group labels redrawn at random")] if tests else []


def _departure(case: Case, attribute: str) -> str:
    """Return the name of the scenario with the redrawn labels among its changes."""
    base, _, inside = case.scenario.name.partition("{")
    said = sorted([*(one for one in inside.removesuffix("}").split(",") if one), f"labels.{attribute}=redrawn"])
    return f"{base}{{{','.join(said)}}}"


def chance_of(view: Relabelled, row: dict[str, Any]) -> float:
    """Return an upper bound on the chance of a gap as large, over redraws of the labels with fixed decisions.

    Each unit of the two groups is in group g with probability q, independently. The gap times n_g n_r / n is the sum
    over units in g of (adverse - rate n), whose distribution is known.
    """
    g, r = (view.levels.index(row[side]) for side in ("group", "versus"))
    both = view.scored & np.isin(view.codes, (g, r))
    _, unit = np.unique(view.unit[both], return_inverse=True)
    adverse = np.bincount(unit, weights=view.history.decision(view.decided)[both] == -1)
    size = np.bincount(unit)
    members = int((view.codes[both] == g).sum()), int((view.codes[both] == r).sum())
    summed = row["value"] * members[0] * members[1] / sum(members)
    q = view.shares[g] / (view.shares[g] + view.shares[r])
    return tail(summed, adverse - adverse.sum() / size.sum() * size, q)


def tail(observed: float, weights: NDArray[np.float64], q: float) -> float:
    """Return Chernoff's bound on P(|sum of weights of a random subset| >= |observed|).

    Each weight is in the subset with probability q; all weights sum to 0. The bound is valid at any size; a normal
    tail is too thin if a few units are heavy.

    >>> round(tail(6.0, np.array([1.0] * 10 + [-1.0] * 10), 0.5), 3)
    0.042
    >>> tail(0.0, np.array([1.0, -1.0]), 0.5)
    1.0
    """
    values, many = np.unique(np.round(weights, 12), return_counts=True)
    spread = np.sqrt(q * (1 - q) * (many * values**2).sum())
    if observed == 0 or not spread > 0:
        return 1.0
    bound = 0.0
    for sign in (1.0, -1.0):
        t = sign * np.concatenate([np.linspace(0, 12, 481), np.geomspace(12, 400, 60)]) / spread
        cumulant = (np.logaddexp(np.log1p(-q), np.log(q) + np.outer(t, values)) * many).sum(axis=1)
        bound += float(np.exp(min(0.0, (cumulant - np.abs(t) * abs(observed)).min())))
    return min(bound, 1.0)
