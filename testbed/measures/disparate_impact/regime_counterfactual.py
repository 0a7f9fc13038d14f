"""The scheme if everybody belonged to one group: everybody is moved, and models and cut-offs are fitted again."""

from __future__ import annotations

import math
from collections.abc import Iterator
from copy import copy

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.compared import comparisons
from testbed.measures.disparate_impact.counterfactual import mean_effect
from testbed.world import Scheme, Society, World


def moved(society: Society, attribute: str, value: str) -> Society:
    """The same society in which everybody has this value from the start. Who is in scope follows from it."""
    made = copy(society)
    for kept in ("views", "cities"):
        made.__dict__.pop(kept, None)
    made.population = society.population.do({attribute: value})
    made.columns = society.assigned(attribute, value)
    made.scored = made.scenario.scored.holds(made.columns, made.levels)
    made._possible = {}
    return made


def everyone_moved(case: Case, attribute: str, value: str) -> Case:
    """The case of the same model in a world in which everybody has this value, training society included.

    The model is fitted again on what is recorded there, and its cut-offs are set there. Random draws are the same.
    Raises InputError for an unknown attribute or value.
    """
    trained, history = case.setting.training
    apart = moved(trained, attribute, value)
    setting = case.setting.taught((apart, World(apart, Scheme(None, None), history.periods).run()))
    setting.__dict__["society"] = moved(case.society, attribute, value)
    return Case.of(setting, case.model, name=case.model_name)


def regime_effects(
    case: Case, attribute: str, group: str, reference: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(people, tau): people in scope of both worlds, and Y(all of g) - Y(all of r) of each, Y = 1 if adverse."""
    ours, theirs = (everyone_moved(case, attribute, value) for value in (group, reference))
    people = np.flatnonzero(ours.scored & theirs.scored)
    adverse = [(one.history.decision(one.decided)[people] == -1).astype(np.int64) for one in (ours, theirs)]
    return people, adverse[0] - adverse[1]


@measure(
    "regime_counterfactual",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("history", "twin"),
    reference="Hudgens and Halloran 2008, the overall effect of a regime",
    caveats="Everybody is moved and the scheme is fitted again. This is not the effect on one person.",
    estimand="E[Y(all of g) - Y(all of r)] over people in scope, with models fitted again",
    interval="influence values by grid, t(G-1); few flips: the wider of it and Newcombe",
    gap="",
    splits=False,
    default=False,
)
def regime_counterfactual(case: Case) -> Iterator[Row]:
    """How much likelier an adverse decision is if everybody belongs to the group rather than to the reference group.

    This differs from `counterfactual_effect`: everybody is moved, including people whose place assigns the group, and
    models and cut-offs are fitted again. So a scheme that sanctions a fixed worst share shows about 0. The mean is over
    everybody in scope. Limits: influence values by grid, t(G-1); if few people flip, the wider of these and Newcombe's.
    """
    for at in comparisons(case):
        if why := case.scenario.recipe.fixed(at["split"]):
            yield Row(math.nan, why=why, **at)
            continue
        people, tau = regime_effects(case, at["split"], at["group"], at["versus"])
        found = mean_effect(tau, case.clusters[people])
        yield Row(found.value, found.low, found.high, len(people), **at)
