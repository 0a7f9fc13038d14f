"""What people know about their own case, and what the disclosed rules predict from it.

V, a person's knowledge, has three parts. Own attributes: those that the institution holds and those that findings are
split by. Own true conduct: acts that would still stand if each had been recorded when it was done. What is disclosed:
the record, entries the person was told of, and the score, or else the points that the published rules give on the best
known record. V is what can be known before lots are drawn. So if a scheme draws lots, the score shown comes from other
lots, and V leaves out list membership, which reveals lots drawn earlier.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case
from testbed.disclosures import Disclosure
from testbed.measures.opacity.foresight import Question
from testbed.measures.opacity.surrogates import Floats, brier
from testbed.models import higher_is, row_wise

PEOPLE = 8_192
"""Size of the addressed sample of people in scope."""

ASKS = 8
"""Times the scheme is asked with fresh lots, if it draws lots, and times an input that nobody sees is drawn."""

OWN_COINS = 101
"""First of the lots with which a person runs the rules. They differ from the lots that forecasts are compared with."""

BLOCKS = {"record": "own_record", "noticed": "notice_of_entry", "score": "own_score", "points": "rules"}
"""Parts of V beyond attributes and conduct, and the right that shows each."""


@dataclass(frozen=True)
class Sample:
    """The sampled people: places in `case.people`, places in `case.records`, ids; the period; everybody's acts."""

    place: NDArray[np.int64]
    row: NDArray[np.int64]
    ids: NDArray[np.int64]
    period: int
    acts: NDArray[np.int64]


def sample(case: Case, size: int = PEOPLE) -> Sample:
    """An addressed sample of the people in scope, in order of id."""
    scored = np.flatnonzero(case.scored)
    ids = np.asarray(case.people.index, np.int64)[scored]
    words = draws.sparse(case.seed, "opacity:people", draws.pack(ids))
    chosen = np.sort(np.argsort(words, kind="stable")[:size])
    return Sample(
        scored[chosen],
        case.records.index.get_indexer(ids[chosen]),
        ids[chosen],
        case.periods - 1,
        conduct(case, case.periods - 1),
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
    views = () if not disclosure.notice_of_decision else _views(case, who, points)
    return Question(
        decision[who.place], clusters, views, told, rates, disclosure.notice_of_decision, case.seed, who.ids
    )


# --- V ---


def _views(case: Case, who: Sample, points: Floats | None) -> tuple[NDArray[np.float32], ...]:
    """The matrices of V for this disclosure and every coarser preset, each set of columns once; the own V is last."""
    made = {name: block for name, block in _blocks(case, who, points).items() if block.shape[1]}
    base = np.column_stack([_attributes(case, who), who.acts[who.place]])
    wanted = {
        frozenset(one for one in made if _shown(one, seen)) for seen in (*case.disclosure.coarser(), case.disclosure)
    }
    order = sorted(wanted, key=lambda blocks: (len(blocks), sorted(blocks)))
    own = frozenset(made)
    found = []
    for blocks in [*(one for one in order if one < own), own]:
        matrix = np.column_stack([base, *(made[one] for one in sorted(blocks))])
        matrix = matrix[:, (matrix != matrix[:1]).any(axis=0)]
        if matrix.shape[1]:
            found.append(np.ascontiguousarray(matrix, np.float32))
    return tuple(found)


def _shown(block: str, disclosure: Disclosure) -> bool:
    return bool(getattr(disclosure, BLOCKS[block]))


def _blocks(case: Case, who: Sample, points: Floats | None) -> dict[str, NDArray]:
    seen = case.disclosure
    made: dict[str, NDArray] = {}
    if seen.own_record:
        made["record"] = case.records[_kinds(case)].to_numpy()[who.row]
    elif seen.notice_of_entry:
        made["noticed"] = noticed(case, who.period)[who.place]
    if points is not None:
        made["score" if seen.own_score else "points"] = points[:, None]
    return made


def _attributes(case: Case, who: Sample) -> NDArray:
    """Attributes as numbers: a category of two or more levels as one column per level but the first."""
    columns = []
    for name in dict.fromkeys([*case.scenario.held, *case.scenario.compared]):
        column = _column(case, who, name)
        if isinstance(column.dtype, pd.CategoricalDtype):
            codes = column.cat.codes.to_numpy()
            columns += [codes == level for level in range(1, len(column.cat.categories))]
        else:
            columns.append(column.to_numpy().astype(np.float64))
    return np.column_stack(columns) if columns else np.empty((len(who.place), 0))


def _column(case: Case, who: Sample, name: str) -> pd.Series:
    """What people know of an attribute: its value of the month if the institution holds it, else the true value."""
    return case.records[name].iloc[who.row] if name in case.records else case.people[name].iloc[who.place]


def _kinds(case: Case) -> list[str]:
    """The counted columns of the record."""
    return [name for name in case.records.columns if name in case.history.kinds]


def conduct(case: Case, period: int) -> NDArray[np.int64]:
    """True acts that would stand at a period if each had been entered when done: (n, kinds).

    The window is how long entries stand under the regime. Without a regime, all acts count.
    """
    total = np.asarray(case.history.true_counts(period), np.int64)
    standing = _months(case)
    if standing is None:
        return total
    for months in sorted(set(standing)):
        if 0 < months <= period:
            gone = np.asarray(case.history.true_counts(period - months))
            total[:, standing == months] -= gone[:, standing == months]
    return total


def _months(case: Case) -> NDArray[np.int64] | None:
    """How long an entry of each kind stands, in months; None if the scenario does not say."""
    regime, kinds = getattr(case.scenario, "regime", None), getattr(case.scenario, "conduct", None)
    if regime is None or kinds is None:
        return None
    severity = {kind.name: kind.severity for kind in kinds}
    return np.array([int(regime.value("expiry", severity[name])) for name in case.history.kinds])


def noticed(case: Case, period: int) -> NDArray[np.int64]:
    """Entries of each kind that stand at a period and of which their subject has been told by then: (n, kinds)."""
    held = case.history.ledger
    told = held.real & (held.start <= period) & (period < held.end) & (held.noticed >= 0) & (held.noticed <= period)
    place = case.people.index.get_indexer(held.subject[told])
    kinds = len(case.history.kinds)
    flat = place[place >= 0] * kinds + held.kind[told][place >= 0].astype(np.int64)
    return np.bincount(flat, minlength=len(case.people) * kinds).reshape(-1, kinds)


# --- What the disclosed rules tell, before any case is known ---


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
    kinds = _kinds(case)
    believed = acts.loc[case.records.index, kinds].astype(case.records[kinds].dtypes.to_dict())
    return case.records.assign(**{kind: believed[kind] for kind in kinds})


def _ask(case: Case, who: Sample, records: pd.DataFrame) -> tuple[list[Floats], list[NDArray], NDArray[np.int64]]:
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
    decisions: list[NDArray] = []
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


def _certain(decision: NDArray) -> Floats:
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
