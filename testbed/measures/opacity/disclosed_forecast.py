"""What the disclosed rules tell people about their decision, before they know any other case."""

# Any: what a user's model offers can be anything.
from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case
from testbed.measures.opacity.knowledge import Sample, counted_kinds
from testbed.measures.opacity.surrogates import Floats, brier
from testbed.models import higher_is, row_wise

ASKS = 8
"""Times the scheme is asked with fresh lots, if it draws lots, and times an input that nobody sees is drawn."""

OWN_COINS = 101
"""First of the lots with which a person runs the rules. They differ from the lots that forecasts are compared with."""


def foretold(case: Case, who: Sample, rates: Floats) -> tuple[Floats | None, Floats | None]:
    """(n, 3) forecast of adverse, none, favored from what is disclosed, and the points; both None if nothing is.

    A disclosed score is used directly. Rules with weights are run as the scheme runs them. Rules without weights count
    every item alike. Cut-offs that are not disclosed are set so that the known share of people lies beyond each.
    """
    seen, model = case.disclosure, case.model
    sign = -1.0 if higher_is(model) == "worse" else 1.0
    if seen.own_score or (seen.rules and seen.weights):
        records = case.records if seen.own_score else _believed(case, who)
        scores, decisions, alike = _ask(case, who, records)
        each = (
            [_certain(one) for one in decisions]
            if seen.cutoffs
            else [at_base_rate(sign * one, rates) for one in scores]
        )
        return _pooled(each, alike, rates), scores[0]
    if seen.rules and hasattr(model, "contributions"):
        points = _unweighted(model, _believed(case, who).iloc[who.row])
        return at_base_rate(sign * points, rates), points
    return None, None


def _believed(case: Case, who: Sample) -> pd.DataFrame:
    """The record as people must assume it to be: the record itself if it is shown, else their own true conduct."""
    if case.disclosure.own_record:
        return case.records
    acts = pd.DataFrame(who.acts, index=case.people.index, columns=list(case.history.kinds))
    kinds = counted_kinds(case)
    believed = acts.loc[case.records.index, kinds].astype(case.records[kinds].dtypes.to_dict())
    return case.records.assign(**{kind: believed[kind] for kind in kinds})


def _ask(
    case: Case, who: Sample, records: pd.DataFrame
) -> tuple[list[Floats], list[NDArray[np.int8]], NDArray[np.int64]]:
    """Scores and decisions of these records with fresh lots, and who is alike apart from the lots.

    The scheme is asked twice if both answers agree for everybody, else `ASKS` times. Inputs that nobody sees come from
    their margins. People are alike if lots never change any score and their scores are equal; otherwise if their
    records are equal.
    """
    known = {*case.people.columns, *case.scenario.held, *case.history.kinds}
    unseen = [name for name in records.columns if name not in known]
    alone = row_wise(case.model)
    rows, back = (records.iloc[who.row], np.arange(len(who.row))) if alone else (records, who.row)
    scores: list[Floats] = []
    decisions: list[NDArray[np.int8]] = []
    for coins in range(OWN_COINS, OWN_COINS + ASKS):
        made = case.ask(_drawn(case, rows, unseen, coins), coins=coins)
        scores.append(np.asarray(made.score, np.float64)[back])
        decisions.append(np.asarray(made.decision)[back])
        if (
            coins == OWN_COINS + 1
            and not unseen
            and (decisions[0] == decisions[1]).all()
            and (scores[0] == scores[1]).all()
        ):
            break
    same = all((one == scores[0]).all() for one in scores)
    key = scores[0] if same else pd.util.hash_pandas_object(rows.iloc[back].drop(columns=unseen), index=False)
    return scores, decisions, np.unique(key, return_inverse=True)[1]


def _pooled(each: list[Floats], alike: NDArray[np.int64], rates: Floats) -> Floats:
    """One forecast from those under several lots: the person's own mean, the mean of people alike, or the base rates.

    The first forecast is compared with these three, which come from the rest, and the best of the three is taken.
    """
    if all((one == each[0]).all() for one in each):
        return each[0]
    mean = np.mean(each[1:], axis=0)
    shared = np.column_stack([np.bincount(alike, column) for column in mean.T]) / np.bincount(alike)[:, None]
    candidates = (np.tile(rates, (len(mean), 1)), shared[alike], mean)
    return min(candidates, key=lambda one: float(brier(one, each[0]).mean()))


def _drawn(case: Case, rows: pd.DataFrame, unseen: list[str], coins: int) -> pd.DataFrame:
    """The rows with each unseen column shuffled by an addressed draw."""
    address = draws.pack(np.asarray(rows.index, np.int64), coins)
    shuffled = {
        name: rows[name].to_numpy()[np.argsort(draws.sparse(case.seed, f"opacity:margin:{name}", address))]
        for name in unseen
    }
    return rows.assign(**shuffled) if shuffled else rows


def _unweighted(model: Any, rows: pd.DataFrame) -> Floats:
    """Points if every item of a rule book counts alike: favorable items minus adverse items."""
    _, parts = model.contributions(rows)
    total = np.zeros(len(rows))
    for place, rule in enumerate(model.rules):
        weight = 0.0 if rule.points is None else abs(float(rule.points.value))
        total += parts[:, place] / weight if weight else np.sign(parts[:, place])
    return total


def _certain(decision: NDArray[np.int8]) -> Floats:
    return np.eye(3)[np.asarray(decision, np.int64) + 1]


def at_base_rate(good: Floats, rates: Floats) -> Floats:
    """Forecast if the worst and the best scores take the known shares of decisions, ties shared equally: (n, 3).

    >>> at_base_rate(np.array([1.0, 2.0, 2.0, 3.0]), np.array([0.5, 0.25, 0.25]))[:, 0].tolist()
    [1.0, 0.5, 0.5, 0.0]
    """
    _, group, size = np.unique(good, return_inverse=True, return_counts=True)
    high = np.cumsum(size) / len(good)
    low = high - size / len(good)
    adverse = np.clip(rates[0] - low, 0, high - low) / (high - low)
    favored = np.clip(high - (1 - rates[2]), 0, high - low) / (high - low)
    return np.column_stack([adverse, np.clip(1 - adverse - favored, 0, 1), favored])[group]
