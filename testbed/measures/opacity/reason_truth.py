"""Whether the reasons that people are told are true: undone, do they move the score as stated, and turn the decision.

A reason is undone by taking away what it names: the entries of the kind that its rule or column counts, or else by
setting the variables that it reads to their neutral value (`neutral`). Reasons that the same change undoes are undone
together, and their amounts added.
"""

# Any: what a user's model declares can be anything.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.opacity.reasons import NO_REASONS, RIGHTS, UNTOLD, reasons
from testbed.models import RuleBook, Scores, declared, typical

PEOPLE, ALONE = 2_000, 25
"""People told reasons who are asked about: if a score depends on its own row alone, and if it does not."""
CLOSE = 0.1
"""Share of the stated amount by which the score may miss it."""
DECIMALS = 9
SURE = 1e-9
"""Scores of a model whose reasons are in log-odds are kept so far from 0 and 1."""

SAMPLED = f"On a sample of at most {PEOPLE:,} people told reasons ({ALONE} if scores depend on the records of others)."

Change = tuple[tuple[str, Any], ...]
true_reasons = partial(
    measure,
    harm="opacity",
    unit="rate",
    better="higher",
    needs=("scores", "history", "asking"),
    interval="influence values by cluster, t(G-1); given the sample",
    reference="MEASURES section 2; Jacovi and Goldberg 2020 (ACL): faithful explanations",
)


@dataclass(frozen=True)
class Stated:
    """The reasons told to a sample of people: who, what undoes each (a place in `changes`, -1: nothing), how much.

    why: why nobody is told any.
    """

    person: NDArray[np.int64]
    change: NDArray[np.int64]
    amount: NDArray[np.float64]
    changes: tuple[Change, ...] = ()
    why: str = ""


def stated(case: Case) -> Stated:
    """The reasons that an addressed sample of people are told for their decision of the last month."""
    codes = [code for right, code in RIGHTS.values() if getattr(case.disclosure, right)]
    given = reasons(case) if codes else None
    nobody = np.empty(0, np.int64)
    if given is None:
        return Stated(nobody, nobody, np.empty(0), why=NO_REASONS if codes else UNTOLD)
    decision = np.asarray(case.history.decision(case.periods - 1))
    told = case.people.index[np.isin(decision, codes) & np.asarray(case.scored, bool)]
    who = np.unique(np.intersect1d(told.to_numpy(np.int64), given["person"].to_numpy(np.int64)))
    words = draws.sparse(case.seed, "opacity:reasons", draws.pack(who))
    who = who[np.argsort(words, kind="stable")[: PEOPLE if case.scheme.row_wise else ALONE]]
    given = given[given["person"].isin(who)]
    normal = neutral(case.scheme.scorer.model, case.records)
    undone = {str(rule): undoing(case, str(rule), normal) for rule in given["rule"].unique()}
    changes = sorted({one for one in undone.values() if one}, key=str)
    place = {rule: changes.index(one) if one else -1 for rule, one in undone.items()}
    return Stated(
        np.asarray(given["person"], np.int64),
        np.asarray(given["rule"].astype(str).map(place), np.int64),
        np.asarray(given["contribution"], np.float64),
        tuple(changes),
        "" if len(given) else UNTOLD,
    )


def undoing(case: Case, rule: str, normal: Mapping[str, Any]) -> Change:
    """What a record must hold for a reason to be gone: (column, value) pairs; empty if the reason names nothing.

    normal: the neutral value of each column (`neutral`).
    """
    model, records = case.scheme.scorer.model, case.records
    books = (model, *(declared(model, "books", None) or {}).values())
    known = {one.name: one for book in books for one in reversed(declared(book, "rules", ()))}
    columns = (rule,) if rule not in known else (known[rule].column,) if known[rule].column else known[rule].reads
    return tuple(
        (name, 0 if name in case.history.kinds else normal[name]) for name in columns if name in records.columns
    )


def neutral(model: Any, records: pd.DataFrame) -> Mapping[str, Any]:
    """The neutral value of each column.

    Declared by the model, or the most frequent value that no rule of a book is about, or that of the model's usual
    record, or else what most people have.
    """
    usual = declared(model, "usual", None)
    if isinstance(usual, pd.DataFrame):
        usual = usual.iloc[0].to_dict()
    unruled = {name: value for book in books_of(model) for name, value in unnamed(book, records).items()}
    return {**typical(records), **(usual or {}), **unruled, **(declared(model, "neutral", None) or {})}


def books_of(model: Any) -> list[RuleBook]:
    """The rule book that a model is, or the books that it holds."""
    parts = (model, *(declared(model, "books", None) or {}).values())
    return [one for one in parts if isinstance(one, RuleBook)]


def unnamed(book: RuleBook, records: pd.DataFrame) -> Mapping[str, Any]:
    """Of each column that conditions of rules read alone: the most frequent value for which none of them holds."""
    found: dict[str, Any] = {}
    alone = [rule for rule in book.rules if not rule.column and len(rule.reads) == 1]
    for name in dict.fromkeys(rule.reads[0] for rule in alone):
        if name in records:
            many = records[name].value_counts()
            values = pd.DataFrame({name: pd.Series(many.index[many > 0], dtype=records[name].dtype)})
            held = np.any([rule.applies(values) for rule in alone if rule.reads[0] == name], axis=0)
            if not held.all():
                found[name] = values[name].iloc[int(np.flatnonzero(~held)[0])]
    return found


def without(case: Case, people: NDArray[np.int64], undone: Sequence[tuple[NDArray[np.int64], Change]]) -> Scores:
    """What the scheme says of these people, in their order, with the same coins, if some have their record changed.

    undone: people and the change of their records. A person whose score depends on others is changed alone.
    """
    if case.scheme.row_wise:
        return _asked(case, case.records.loc[people], undone)
    score, decision = [], []
    for one in people:
        made = _asked(case, case.records, [(who[who == one], change) for who, change in undone])
        at = case.records.index.get_loc(one)
        score.append(made.score[at])
        decision.append(made.decision[at])  # type: ignore[index]
    return Scores(np.array(score), np.array(decision, np.int8))


def _asked(case: Case, records: pd.DataFrame, undone: Sequence[tuple[NDArray[np.int64], Change]]) -> Scores:
    made = records.copy()
    for people, changes in undone:
        rows = records.index.isin(people)
        for name, value in changes:
            made[name] = made[name].mask(rows, value)  # a number gives way to one of another type
    if "entries" not in case.scheme.needs:
        return case.ask(made)
    entries = case.history.ledger.in_force(case.periods - 1)
    for people, changes in undone:
        kinds = [name for name, _ in changes]
        entries = entries[~(entries["person"].isin(people) & entries["kind"].isin(kinds))]
    return case.ask(made, entries=entries)


def scale(model: Any, score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores on the scale of the reasons: log-odds if the model says that its reasons add up to them."""
    if not declared(model, "additive", False):
        return np.asarray(score, np.float64)
    sure = np.clip(score, SURE, 1 - SURE)
    return np.asarray(np.log(sure / (1 - sure)))


def rounding_unit(amounts: NDArray[np.float64]) -> float:
    """The largest of 1, 0.1, ... of which all amounts are multiples: what they were rounded to.

    >>> rounding_unit(np.array([-5.0, 20.0])), rounding_unit(np.array([0.25]))
    (1.0, 0.01)
    """
    for digits in range(DECIMALS):
        if (np.abs(amounts - np.round(amounts, digits)) < 10.0**-DECIMALS).all():
            return float(10.0**-digits)
    return float(10.0**-DECIMALS)


def faithful(case: Case, told: Stated) -> NDArray[np.bool_]:
    """Of each reason: whether undoing it moves the score in the stated direction and by the stated amount."""
    model = case.scheme.scorer.model
    good = np.zeros(len(told.person), bool)
    unit = rounding_unit(told.amount)
    for place, change in enumerate(told.changes):
        here = np.flatnonzero(told.change == place)
        people, which = np.unique(told.person[here], return_inverse=True)
        amount = np.bincount(which, told.amount[here])
        before = scale(model, without(case, people, ()).score)
        moved = before - scale(model, without(case, people, [(people, change)]).score)
        miss = np.abs(moved - amount)
        # A whole unit is too much: a reason worth 1 point that is stated as 2 would be true.
        near = (miss <= CLOSE * np.abs(amount) + 1e-12) | (miss < unit - 1e-12)
        good[here] = (near & (moved * amount > 0))[which]
    return good


@true_reasons(
    "reason_fidelity",
    caveats=f"{SAMPLED} A reason that names nothing in the record, or what a person does not have, cannot be undone "
    "and counts as untrue: so do most reasons stated against an average record. A true reason need not have decided.",
)
def reason_fidelity(case: Case) -> PerPerson:
    """Share of the reasons told that are true: undone, they move the score as stated.

    Each reason is undone alone and the scheme asked again with the same coins. It is true if the score moves in the
    stated direction and misses the stated amount by at most 10 %, or by less than a rounding unit. NaN if nobody is
    told reasons.
    """
    told = stated(case)
    good = faithful(case, told) if not told.why else np.zeros(0, bool)
    index, n = case.people.index, len(case.people)
    place = index.get_indexer(pd.Index(told.person))
    part, whole = np.bincount(place[good], minlength=n), np.bincount(place, minlength=n)
    return PerPerson(part.astype(np.float64), whole.astype(np.float64), why=told.why or UNTOLD, bounds=(0.0, 1.0))


@true_reasons(
    "reason_sufficiency",
    interval="rate, clustered Wilson; given the sample",
    caveats=f"{SAMPLED} Reasons for people's good points are undone too. Whether reasons are told at all is "
    "`reason_coverage`.",
)
def reason_sufficiency(case: Case) -> PerPerson:
    """Share of the adverse decisions with reasons that turn if all the reasons told are undone, with the same coins.

    NaN if nobody is told reasons for an adverse decision.
    """
    told = stated(case)
    adverse = np.asarray(case.history.decision(case.periods - 1)) == -1
    place = case.people.index.get_indexer(pd.Index(told.person))
    kept = adverse[place]
    person, change = told.person[kept], told.change[kept]
    n = len(case.people)
    part, whole = np.zeros(n), np.zeros(n)
    whole[place[kept]] = 1
    people = np.unique(person)
    if len(people):
        undone = [(person[change == one], made) for one, made in enumerate(told.changes)]
        decision = np.asarray(without(case, people, undone).decision)
        part[case.people.index.get_indexer(pd.Index(people))] = decision != -1
    return PerPerson(part, whole, why=told.why or "nobody is told reasons for an adverse decision", bounds=(0.0, 1.0))
