"""Opacity on a table: how well people can foresee a decision from their own values, and from other people's cases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from testbed.disclosures import Disclosure
from testbed.measure import Row
from testbed.measures.opacity import (
    ASKS,
    Asked,
    Question,
    Share,
    at_base_rate,
    cases_needed,
    reconstruction_cost,
    share,
)
from testbed.tables.modeled.case import NOTIFIED, Modeled
from testbed.tables.modeled.declaring import of_model

Floats = NDArray[np.float64]

PEOPLE = 8_192
"""Size of the sample of rows."""
SIZES = (0, 10, 100, 1000)
"""Numbers of pooled cases."""
LEVELS = 20
"""Values of a category that have a column of their own in what people know, the most frequent first."""

LARGEST = 1e30
"""Numbers beyond are cut off there, as a learner would fail on them."""

FAMILY = "opacity"
UNIT = "share of what guessing the base rate leaves"
INTERVAL = "influence values by row, t; k > 0: plus the variance over 20 pools"
REFERENCE = "Brier 1950; MEASURES section 2"
KNOWN = (
    "People know their own values of the features and groups. The value is an upper bound: the surrogates are a tree "
    "and a logistic regression, and a better learner may foresee more."
)


def asked(table: Modeled, k: int = 0) -> Asked:
    """The question on a sample of rows, made once. A large k takes a larger sample."""
    size = min(max(PEOPLE, 4 * k), len(table.rows))
    if ("foresight", size) not in table.kept:
        table.kept["foresight", size] = _question(table.sample(size, "opacity"), table)
    found: Asked = table.kept["foresight", size]
    return found


def _question(case: Modeled, table: Modeled) -> Asked:
    codes = table.answer.decision.astype(np.int64) + 1
    rates = np.bincount(codes, minlength=3) / max(1, len(codes))
    decision, rows = case.answer.decision, case.rows
    seen = case.disclosure or Disclosure.load(NOTIFIED)
    made = Question(decision, rows, base=rates, notified=seen.notice_of_decision, seed=case.seed, ids=rows)
    if rates.max() in (0, 1):
        return Asked(made, np.zeros(len(rows)))
    told, points = _told(case, seen, rates)
    chances, differ = _lots(case)
    return Asked(replace(made, told=told, views=_views(case, points), chances=chances), differ)


def _told(case: Modeled, seen: Disclosure, rates: Floats) -> tuple[Floats | None, Floats | None]:
    """The forecast of what is disclosed, and the score if people can know it; both None if nothing is disclosed.

    People who are shown their score, or the rules with their weights, know the score of their own values.
    """
    if not (seen.own_score or (seen.rules and seen.weights)):
        return None, None
    own = case.scheme.answer(case.records, case.rows, coins=ASKS + 1)
    if seen.cutoffs:
        return np.eye(3)[own.decision.astype(np.int64) + 1], own.score
    return at_base_rate(case.scheme.sign * own.score, rates), own.score


def _lots(case: Modeled) -> tuple[Floats | None, Floats]:
    """The share of fresh lots that decide each way (None if lots change nothing), and how often two differ."""
    n = len(case.rows)
    said = np.zeros((n, 3))
    for coins in range(1, ASKS + 1):
        said[np.arange(n), case.scheme.answer(case.records, case.rows, coins).decision.astype(np.int64) + 1] += 1
        if coins == 2 and (said.max(axis=1) == 2).all():
            return None, np.zeros(n)
    return said / ASKS, 1 - (said * (said - 1)).sum(axis=1) / (ASKS * (ASKS - 1))


def _views(case: Modeled, points: Floats | None) -> tuple[NDArray[np.float32], ...]:
    """What people know of each case: the features and groups as numbers, and the score if it is shown."""
    columns = [column for name in case.records.columns for column in as_numbers(case.records[name])]
    for name, (codes, levels) in case.attributes.items():
        if name not in case.records.columns:
            columns += [np.asarray(codes) == level for level in range(1, len(levels))][: LEVELS - 1]
    base = np.column_stack([np.asarray(one, np.float32) for one in columns])
    views = [base] if points is None else [base, np.column_stack([base, points.astype(np.float32)])]
    kept = [np.ascontiguousarray(one[:, (one != one[:1]).any(axis=0)]) for one in views]
    return tuple(one for one in kept if one.shape[1])


def as_numbers(values: pd.Series) -> list[NDArray[np.generic]]:
    """A column as columns of numbers: a number with a mark for what is missing, a category level by level.

    >>> [one.tolist() for one in as_numbers(pd.Series(["a", "b", "a"]))]
    [[False, True, False]]
    """
    gone = values.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(values):
        number = values.to_numpy(dtype=float, na_value=np.nan)
        usual = float(np.median(number[~gone])) if (~gone).any() else 0.0
        return [np.clip(np.where(gone, usual, number), -LARGEST, LARGEST), gone]
    counts = values.value_counts()
    order = sorted(counts.index, key=lambda level: (-counts[level], str(level)))[:LEVELS]
    held = values.astype(object).where(~gone, None)
    return [*(np.asarray(held == level, bool) for level in order[1:]), *([gone] if gone.any() else [])]


@of_model(
    "unpredictability",
    harm=FAMILY,
    unit=UNIT,
    better="lower",
    estimand="E sum_g (1[D=g] - q_g(V;k))^2 / T, with T = 1 - sum_g P(D=g)^2",
    interval=INTERVAL,
    reference=REFERENCE,
    caveats=f"{KNOWN} 0: fully foreseen. 1: no better than the base rate.",
    qualifiers={"k": None},
    gap="",
    splits=False,
)
def unpredictability(table: Modeled, *, k: int | None = None) -> Iterator[Row]:
    """Brier loss of the best honest forecast of a decision after k pooled cases, as a share of the base rate's loss."""
    yield from _after(table, k, randomness=True)


@of_model(
    "hidden",
    harm=FAMILY,
    unit=UNIT,
    better="lower",
    estimand="unpredictability after k pooled cases minus randomness",
    interval=INTERVAL,
    reference=REFERENCE,
    caveats=f"{KNOWN} What a published lottery leaves open is randomness and does not count here.",
    qualifiers={"k": None},
    gap="",
    splits=False,
)
def hidden(table: Modeled, *, k: int | None = None) -> Iterator[Row]:
    """Unpredictability after k pooled cases minus randomness: the opacity that disclosure could remove."""
    yield from _after(table, k, randomness=False)


@of_model(
    "randomness",
    harm=FAMILY,
    unit=UNIT,
    better="lower",
    estimand="P(two answers about one row differ) / T",
    interval="influence values by row, t",
    reference=REFERENCE,
    caveats="A model that draws its own random numbers is asked up to eight times.",
    gap="",
    splits=False,
)
def randomness(table: Modeled) -> Row:
    """Probability that two answers about one row differ, over T = 1 - sum_g P(D=g)^2."""
    made = asked(table)
    return _row(share(made.differ, made.question.guess, made.question.clusters), {})


@of_model(
    "reconstruction_cost",
    harm=FAMILY,
    unit=reconstruction_cost.unit,
    better=reconstruction_cost.better,
    estimand=reconstruction_cost.estimand,
    interval="where the limits of hidden[k] - 0.1 (1 - randomness) reach 0: rows, plus the variance over 20 pools",
    reference=reconstruction_cost.reference,
    caveats=f"{KNOWN} Fewer cases mean less secrecy and easier gaming. 10,000 cases need a table of 20,000 rows; with "
    "fewer, the search ends at 1,000.",
    gap="",
    splits=False,
    default=False,
)
def reconstruction_of_table(table: Modeled) -> Row:
    """How many known cases must be pooled until at most a tenth of what is not chance is hidden.

    0: the disclosed rules tell it. NaN, "above 10000", with 10,000 as the lower limit, if pooling does not tell it. NaN
    where hardly anything but chance decides (randomness above 0.9).
    """
    return cases_needed(partial(asked, table))


def _after(table: Modeled, k: int | None, *, randomness: bool) -> Iterator[Row]:
    for size in SIZES if k is None else (int(k),):
        made = asked(table, size)
        loss = made.loss(size)
        part = loss.person if randomness else loss.person - made.differ
        found = share(part, made.question.guess, made.question.clusters, spread=loss.spread, why=loss.why)
        yield _row(found, {"k": size})


def _row(found: Share, qualifiers: dict[str, object]) -> Row:
    return Row(found.value, found.low, found.high, found.n, qualifiers=qualifiers, why=found.why)
