"""Who reads whom: how well the operator foresees people's conduct, less how well people foresee its decisions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.opacity.foresight import Loss, Question, foresee, limits
from testbed.measures.opacity.knowledge import PEOPLE, as_numbers, counted_kinds, sample
from testbed.measures.opacity.predictability import asked, mostly_chance
from testbed.measures.opacity.surrogates import Floats

CASES = 1_000


@dataclass(frozen=True)
class Removed:
    """Share of what could be foreseen that is foreseen, and the influence of each person on it (0: not evaluated).

    spread: its variance over pools. seen: who was evaluated.
    """

    value: float
    influence: Floats
    seen: NDArray[np.bool_]
    spread: float = 0.0
    why: str = ""

    def row(self, clusters: NDArray[np.integer], suffix: str = "", k: int = CASES) -> Row:
        """The row of this share, with its interval."""
        said = {"k": k}
        if self.why:
            return Row(math.nan, suffix=suffix, qualifiers=said, why=self.why)
        low, high = limits(self.value, self.influence[self.seen], clusters[self.seen], self.spread)
        return Row(self.value, low, high, int(self.seen.sum()), suffix=suffix, qualifiers=said)


def removed(loss: Loss, guess: Floats, differ: Floats | None = None) -> Removed:
    """The share of the base rate's loss, less what is chance, that a forecast removes."""
    can = guess if differ is None else guess - differ
    seen = np.isfinite(loss.person)
    whole = float(can[seen].sum())
    if loss.why or whole <= 1e-12:
        why = loss.why or "everybody is decided alike"
        return Removed(math.nan, np.zeros(len(can)), seen, why=why)
    gain = guess - loss.person
    value = float(gain[seen].sum()) / whole
    influence = np.where(seen, gain - value * can, 0.0) / whole
    return Removed(value, influence, seen, loss.spread * (float(guess[seen].sum()) / whole) ** 2)


def apart(operator: Removed, person: Removed) -> Removed:
    """The operator's share minus the person's, on the same people."""
    why = operator.why or person.why
    if why:
        return Removed(math.nan, operator.influence, operator.seen, why=why)
    return Removed(
        operator.value - person.value,
        operator.influence - person.influence,
        operator.seen | person.seen,
        operator.spread + person.spread,
    )


def misconduct(case: Case, k: int, of: Question) -> Question:
    """The operator's question about the same people: who did anything adverse that would still stand on the record?

    Without any case it takes the record at its word: whoever has an adverse entry did something, and nobody else.
    """
    who = sample(case, max(PEOPLE, 4 * k))
    adverse = {kind.name for kind in case.scenario.conduct if kind.adverse}
    kinds = [name for name in counted_kinds(case) if name in adverse]
    did = who.acts[:, [case.history.kinds.index(name) for name in kinds]].sum(axis=1) > 0
    rate = float(did[np.asarray(case.scored, bool)].mean())
    records = case.records.iloc[who.row]
    entries = records[kinds].to_numpy().sum(axis=1)
    view = np.column_stack([entries, *(column for name in records for column in as_numbers(records[name]))])
    view = view[:, (view != view[:1]).any(axis=0)]
    marked = (entries > 0).astype(np.float64)
    return Question(
        -did[who.place].astype(np.int8),
        of.clusters,
        (np.ascontiguousarray(view, np.float32),) if view.shape[1] else (),
        np.column_stack([marked, 1 - marked, np.zeros(len(marked))]),
        np.array([rate, 1 - rate, 0.0]),
        seed=case.seed,
        ids=who.ids,
        halves=of.halves,
    )


@measure(
    "legibility_gap",
    harm="opacity",
    unit="difference of shares",
    better="none",
    needs=("history", "asking"),
    estimand="share of attainable variance removed, operator's minus person's, same k, candidates and people",
    interval="influence values by cluster, t(G-1), plus the variance over 20 pools",
    reference="MEASURES section 2; Brier 1950",
    caveats="An index of asymmetry, not of information: both sides are asked about different things. 0 may mean that "
    "both see everything or that neither sees anything: read both parts. Both are lower bounds, given the surrogates.",
    qualifiers={"k": CASES},
    gap="",
    splits=False,
    default=False,
)
def legibility_gap(case: Case, *, k: int = CASES) -> Iterator[Row]:
    """How much better the operator foresees people's misconduct than people foresee its decisions, after k cases.

    `_operator`: of what base rates leave open about who did anything adverse in the window of the record, the share
    that the record tells. `_person`: of what base rates and chance leave open about decisions, the share that people
    foresee. 1: the operator sees all, people nothing. -1: the other way round. NaN if randomness is above 0.9.
    """
    k = int(k)
    made = asked(case, k)
    of, clusters = made.question, made.question.clusters
    chance = mostly_chance(made)
    if of.ids is None:  # everybody is decided alike: nobody is asked, and the sample is not made
        for suffix in ("", "_operator", "_person"):
            yield Row(math.nan, suffix=suffix, qualifiers={"k": k}, why=chance)
        return
    person = removed(made.loss(k), of.guess, made.differ)
    if chance:
        person = Removed(math.nan, person.influence, person.seen, why=chance)
    theirs = misconduct(case, k, of)
    operator = removed(foresee(theirs, k), theirs.guess)
    if operator.why == "everybody is decided alike":
        operator = Removed(math.nan, operator.influence, operator.seen, why="everybody or nobody misbehaved")
    yield apart(operator, person).row(clusters, k=k)
    yield operator.row(clusters, "_operator", k)
    yield person.row(clusters, "_person", k)
