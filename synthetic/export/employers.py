"""Columns of what is published about employers: how large the unit is that a person works for, and whose it is.

They are no columns of a recipe, since ties need the whole society; margins may name them (see `compare`).
"""

from __future__ import annotations

import numpy as np

from synthetic.population import Firms, Population
from synthetic.variables import Column, Variable

EMPLOYERS = {
    one.name: one
    for one in (
        Variable(
            "firm_rank", None, (), "person", "float", "share of the society's units that are smaller than the own"
        ),
        Variable("firm_state", None, (), "person", "flag", "works for a unit of the state", dtype=np.bool_),
    )
}
"""The columns, by name. People who work for no unit have rank 0."""


def employers(population: Population) -> dict[str, Column]:
    """The columns in `EMPLOYERS`, of everybody. Units of one size are ranked by their id."""
    firms = Firms(population, population.arrays(names=["sector", "diligence"]))
    firm = firms.employer(np.arange(population.size))
    works = np.flatnonzero(firm >= 0)
    units, which, sizes = np.unique(firm[works], return_inverse=True, return_counts=True)
    rank, state = np.zeros(population.size), np.zeros(population.size, np.bool_)
    if len(units):
        place = np.empty(len(units))
        place[np.argsort(sizes, kind="stable")] = (np.arange(len(units)) + 0.5) / len(units)
        rank[works], state[works] = place[which], firms.table(units)["state"][which]
    return {"firm_rank": rank, "firm_state": state}
