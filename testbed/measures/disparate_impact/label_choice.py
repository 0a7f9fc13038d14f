"""The choice of a label: whom a model ranks otherwise since it learned one outcome in place of another."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.models import higher_is, learns, name_of


def relearned(case: Case, label: str) -> Case:
    """The same world and records, with the model fitted on another outcome of the training society."""
    return case.under(case.setting.scheme(case.model, label))


def ranks(case: Case) -> NDArray[np.float64]:
    """The place of everybody in scope by score, from 0 (worst) to 1 (best); those who tie share a place."""
    from scipy.stats import rankdata

    sign = -1.0 if higher_is(case.model) == "worse" else 1.0
    score = sign * case.scores.score
    return np.asarray((rankdata(score) - 0.5) / len(score), np.float64)


@measure(
    "label_choice",
    harm="disparate impact",
    unit="rate",
    better="none",
    needs=("scores", "asking"),
    reference="Obermeyer, Powers, Vogeli and Mullainathan 2019 (Science 366): cost as a proxy for need",
    caveats=(
        "The label that models are compared with is what decisions are judged by, or the one that is named; that it is "
        "the right one is a choice. Over everybody the shifts sum to 0. People keep the records of the world in which "
        "the first model decided."
    ),
    estimand="rank of the person under the model as it learned, minus rank of the same record under the other label",
    interval="influence values by grid, t(G-1)",
    qualifiers={"label": None},
    default=False,
)
def label_choice(case: Case, *, label: str | None = None) -> PerPerson | Row:
    """How far the label moves a group in the ranking: places as a share of everybody, of the same people and records.

    The model is fitted once on `decide.learn` and once on `label` (default: `decide.outcome`). Ranks run from 0, the
    worst score, to 1. Below 0: learning `decide.learn` ranks the group lower than learning the other label.
    """
    other = case.scenario.outcome if label is None else label
    said: dict[str, object] = {"label": label}
    why = ""
    if not learns(case.model):
        why = f"{name_of(case.model)} learns from no label"
    elif other == case.scenario.learn:
        why = f"the model learns {other} already"
    elif other == "deserved" and learns(case.setting.own_model()):
        why = "nobody deserves a decision where the scenario's own scheme learns itself"
    if why:
        return Row(math.nan, why=why, qualifiers=said)
    shift = np.zeros(len(case.people))
    shift[case.scored] = ranks(case) - ranks(relearned(case, other))
    return PerPerson(shift, case.scored.astype(np.float64), qualifiers=said, bounds=(-1.0, 1.0))
