"""Opacity: how much of a decision people can foresee, how much is chance, and how much is hidden."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from testbed.case import Case
from testbed.disclosures import Disclosure
from testbed.measure import Row, measure
from testbed.measures.opacity.disclosed_forecast import ASKS, foretold
from testbed.measures.opacity.foresight import Loss, Question, Share, foresee, influence_of, share, share_change
from testbed.measures.opacity.knowledge import PEOPLE, sample, views
from testbed.measures.opacity.surrogates import Floats
from testbed.models import row_wise

SIZES = (0, 10, 100, 1000)
"""Numbers of pooled cases reported by default."""

CHANCE = 0.9
"""Randomness above which what is left of a decision is not looked at."""

_INTERVAL = "influence values by cluster, t(G-1); k > 0: plus the variance over 20 pools"
_REFERENCE = "Brier 1950; MEASURES section 2"
_LEARNERS = (
    "The value is an upper bound. The surrogates are a tree and a logistic regression, and people know only those of "
    "their attributes that are held or compared, and of their earlier decisions only the last, if it was notified. A "
    "better learner may foresee more."
)


foreseen = partial(
    measure,
    harm="opacity",
    unit="share of what guessing the base rate leaves",
    better="lower",
    reference=_REFERENCE,
    gap="",
    splits=False,
)


def question(case: Case, size: int = PEOPLE) -> Question:
    """The decision on each sampled person at the last period, what they know, and what the disclosed rules tell."""
    who = sample(case, size)
    disclosure: Disclosure = case.disclosure
    decision = np.asarray(case.history.decision(who.period))
    codes = decision[np.asarray(case.scored, bool)].astype(np.int64) + 1
    rates = np.bincount(codes, minlength=3) / max(1, len(codes))
    clusters = np.asarray(case.clusters)[who.place]
    if rates.max() in (0, 1):  # nobody in scope, or everybody decided alike: nothing to foresee
        return Question(decision[who.place], clusters, base=rates)
    told, points = foretold(case, who, rates)
    known = () if not disclosure.notice_of_decision else views(case, who, points)
    # Cases and those who are evaluated live in different grids, since a society may have few cities, or one.
    grids = case.society.grids[who.place]
    return Question(
        decision[who.place], clusters, known, told, rates, disclosure.notice_of_decision, case.seed, who.ids, grids
    )


@dataclass
class Asked:
    """The question asked of one case, and the losses computed so far by number of pooled cases."""

    question: Question
    differ: Floats
    losses: dict[int, Loss] = field(default_factory=dict)

    def loss(self, k: int) -> Loss:
        """The losses after k pooled cases, computed once."""
        if k not in self.losses:
            self.losses[k] = foresee(self.question, k)
        return self.losses[k]


def asked(case: Case, k: int = 0) -> Asked:
    """The question and the losses of a case, kept with the case. A large k takes a larger sample."""
    held: dict[int, Asked] = vars(case).setdefault("_asked", {})
    size = max(PEOPLE, 4 * k)
    if size not in held:
        held[size] = _with_lots(case, question(case, size))
    return held[size]


def _with_lots(case: Case, made: Question) -> Asked:
    """The question with the chances of its lots, and the chance that two answers about one record differ.

    The scheme is asked twice with fresh lots. If the answers differ for anybody, it is asked `ASKS` times and all pairs
    of answers count.
    """
    said = np.zeros((len(made.decision), 3))
    if made.rates.max() in (0, 1):
        return Asked(made, np.zeros(len(said)))
    records = case.records
    rows = records.index.get_indexer(pd.Index([] if made.ids is None else made.ids))
    if row_wise(case.model):
        records, rows = records.iloc[rows], np.arange(len(rows))
    for coins in range(1, ASKS + 1):
        said[np.arange(len(said)), np.asarray(case.ask(records, coins=coins).decision, np.int64)[rows] + 1] += 1
        if coins == 2 and (said.max(axis=1) == 2).all():
            return Asked(made, np.zeros(len(said)))
    differ = 1 - (said * (said - 1)).sum(axis=1) / (ASKS * (ASKS - 1))
    return Asked(replace(made, chances=said / ASKS), differ)


def mostly_chance(made: Asked) -> str:
    """Why the part of a decision that is not chance is not looked at: it is less than a tenth. "" if it is more."""
    chance = share(made.differ, made.question.guess, made.question.clusters)
    if np.isnan(chance.value):
        return chance.why
    return "hardly anything but chance decides: randomness is above 0.9" if chance.value > CHANCE else ""


@foreseen(
    "unpredictability",
    needs=("history", "asking"),
    interval=_INTERVAL,
    caveats=f"{_LEARNERS} 0: fully foreseen. 1: no better than the base rate. Above 1: worse; the value is not "
    "clipped.",
    qualifiers={"k": None},
)
def unpredictability(case: Case, *, k: int | None = None) -> Iterator[Row]:
    """Brier loss of the best honest forecast of a decision after k pooled cases, as a share of the base rate's loss.

    E sum_g (1[D=g] - q_g(V;k))^2 / T, with T = 1 - sum_g P(D=g)^2. At k = 0 the forecast runs the disclosed rules on
    what the person knows. Rows for k = 0, 10, 100 and 1,000. k = 10,000 needs 20,000 people to draw from. NaN if
    everybody is decided alike, or if there are too few people or clusters to learn from.
    """
    yield from _after_cases(case, k, randomness=True)


@foreseen(
    "hidden",
    needs=("history", "asking"),
    interval=_INTERVAL,
    caveats=f"{_LEARNERS} What a published lottery leaves open is randomness and does not count here.",
    qualifiers={"k": None},
)
def hidden(case: Case, *, k: int | None = None) -> Iterator[Row]:
    """Unpredictability after k pooled cases minus randomness: the opacity that disclosure could remove."""
    yield from _after_cases(case, k, randomness=False)


def hidden_change(base: Case, other: Case, k: int) -> Row:
    """`hidden` after k cases in one case less that in another, of the same people, pools and coins."""
    (here, moved, wide), (there, still, narrow) = _told(other, k), _told(base, k)
    clusters = asked(base, k).question.clusters
    return _row(share_change(here, there, moved - still, clusters, spread=wide + narrow), {"k": k})


def _told(case: Case, k: int) -> tuple[Share, Floats, float]:
    """`hidden` after k cases, the influence of each person on it, and its variance over pools."""
    made = asked(case, k)
    loss, guess = made.loss(k), made.question.guess
    part = loss.person - made.differ
    found = share(part, guess, made.question.clusters, spread=loss.spread, why=loss.why)
    return found, influence_of(part, guess, found.value), loss.spread


@foreseen(
    "randomness",
    needs=("asking",),
    interval="influence values by cluster, t(G-1)",
    caveats="Lots at a cut-off are drawn anew each month. No disclosure can remove randomness.",
)
def randomness(case: Case) -> Row:
    """Probability that two answers about one record with fresh lots differ, over T = 1 - sum_g P(D=g)^2."""
    made = asked(case)
    return _row(share(made.differ, made.question.guess, made.question.clusters), {})


def _after_cases(case: Case, k: int | None, *, randomness: bool) -> Iterator[Row]:
    """Yield the loss after each number of pooled cases as a share of the base rate's, with or without randomness."""
    for size in SIZES if k is None else (int(k),):
        made = asked(case, size)
        loss = made.loss(size)
        part = loss.person if randomness else loss.person - made.differ
        found = share(part, made.question.guess, made.question.clusters, spread=loss.spread, why=loss.why)
        yield _row(found, {"k": size})


def _row(found: Share, qualifiers: dict[str, object]) -> Row:
    return Row(found.value, found.low, found.high, found.n, qualifiers=qualifiers, why=found.why)
