"""Individual fairness: how unequal the benefit of decisions is, and whether similar people are decided alike."""

from __future__ import annotations

import math
from collections.abc import Iterator

from testbed.case import Case, Table
from testbed.measure import Row, measure
from testbed.measures.disparate_impact.entropy import Entropy
from testbed.measures.disparate_impact.neighbors import consistent, neighborhood

BENEFIT = (
    "Benefit is 1 + prediction - outcome. A wrong favor counts as inequality, just like a wrong refusal. 0 does not "
    "mean equal shares: it means that every decision agrees with the outcome."
)


@measure(
    "theil_index",
    harm="disparate impact",
    unit="index",
    better="lower",
    needs=("table",),
    reference="Speicher et al. (2018), A unified approach to quantifying algorithmic unfairness, KDD; Theil (1967)",
    caveats=BENEFIT,
    estimand="mean of (b/m) log(b/m), b = 1 + prediction - outcome, m its mean",
    interval="limits of the shares with benefit 0 and 2 carried over (MOVER); gap by cluster: influence values, t(G-1)",
    same={
        "theil_index": "generalized_entropy_index[alpha=1]",
        "theil_index_gap": "generalized_entropy_index_gap[alpha=1]",
    },
)
def theil_index(case: Case | Table) -> tuple[Entropy, ...]:
    """Theil index of the benefit 1 + prediction - outcome: 0 if every decision agrees with the outcome."""
    return () if case.prediction is None or case.outcome is None else (Entropy(1.0),)


@measure(
    "generalized_entropy_index",
    harm="disparate impact",
    unit="index",
    better="lower",
    needs=("table",),
    reference="Speicher et al. (2018), A unified approach to quantifying algorithmic unfairness, KDD; Shorrocks (1980)",
    caveats=f"{BENEFIT} A larger alpha gives more weight to inequality among the better off. alpha 2 is half the "
    "squared coefficient of variation.",
    estimand="1 / (n alpha (alpha - 1)) sum((b/m)^alpha - 1), b = 1 + prediction - outcome, m its mean",
    interval="limits of the shares with benefit 0 and 2 carried over (MOVER); gap by cluster: influence values, t(G-1)",
)
def generalized_entropy_index(case: Case | Table, *, alpha: float = 2) -> tuple[Entropy, ...]:
    """Generalized entropy of the benefit 1 + prediction - outcome; alpha (2) is written into the name."""
    if case.prediction is None or case.outcome is None:
        return ()
    return (Entropy(float(alpha), qualifiers={"alpha": alpha}),)


@measure(
    "consistency",
    harm="disparate impact",
    unit="rate",
    better="higher",
    needs=("table",),
    reference="Zemel et al. (2013), Learning fair representations, ICML",
    caveats=(
        "The columns and their scales define who is similar. Every column counts alike; the compared groups do not "
        "count. If there are few columns, many people tie, and ties go by id. Uses an addressed sample of 2,000 "
        "people, with neighbors among them."
    ),
    estimand="1 - mean of |decision - mean decision of the k nearest others|",
    interval="jackknife over clusters (over people if there are no clusters), t(G-1)",
    qualifiers={"k": 5},
    default=False,
    gap="",
    splits=False,
)
def consistency(case: Case | Table, *, k: int = 5) -> Iterator[Row]:
    """How alike the decisions on similar people are: 1 if everybody is decided like their k nearest neighbors.

    Squared distances add over columns. Each column is scaled so that the squared difference of two people is 2 on
    average: numbers by their standard deviation, categories by how often two people differ. own=out: people are not
    their own neighbors. own=in: they are their own nearest neighbor. A world compares the records as the model saw
    them, a table the columns that it names as `features`.
    """
    if case.prediction is None:
        return
    found = neighborhood(case, k)
    if found is None:
        return
    for own in ("out", "in"):
        said = {"k": k, "own": own}
        if isinstance(found, str):
            yield Row(math.nan, why=found, qualifiers=said)
        else:
            value, low, high = consistent(found, k, own_point=own == "in")
            yield Row(value, low, high, n=len(found.decision), qualifiers=said)
