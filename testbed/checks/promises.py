"""The promises of a scoring model, one function each; a broken one is told in one sentence with what differs."""

# Any: a user's model can be anything.
from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.checks.contract import ContractError, expect
from testbed.models import (
    ModelError,
    RuleBook,
    Scores,
    ask,
    declared,
    first_line,
    fitted,
    learns,
    name_of,
    needs,
    reasons_of,
    row_wise,
    theirs,
)

HOSTILE = ("<script>alert(1)</script>", '"; --', "=cmd()", "a,b'c", "%s{0}", "", "\u202e名")
"""Labels that break code or markup that is put together from text."""

GROUPS = (1, 7)
"""How many records at a time a row-wise model is asked about."""


@dataclass(frozen=True)
class Subject:
    """A model under check, as it came and fitted, with records and what it says about them."""

    fresh: Any
    model: Any
    records: pd.DataFrame
    said: Scores

    @classmethod
    def of(cls, model: Any, records: pd.DataFrame) -> Subject:
        """Fit the model if it learns, and ask it once."""
        made = fitted_on(model, records) if learns(model) else model
        if isinstance(made, RuleBook):
            columns_are_declared(made, records)
        return cls(model, made, records, asked(made, records))

    def expect_same(self, other: Scores, promise: str, *, near: bool = False, said: Scores | None = None) -> None:
        """Raise ContractError with the promise and the first two values that differ.

        `near`: scores may differ by rounding, as they do where a library sums in another order.
        """
        found = difference(said or self.said, other, self.records.index, near=near)
        expect(not found, f"model {name_of(self.model)}: {promise} ({found}).")


def difference(one: Scores, other: Scores, people: pd.Index, *, near: bool = False) -> str:
    """Where two answers first differ, such as "person 3: score 1.5, then 2"; empty if they are the same."""
    if one.score.shape != other.score.shape:
        return f"{len(one.score)} scores, then {len(other.score)}"
    close = np.isclose(one.score, other.score, rtol=1e-9, atol=1e-12) if near else one.score == other.score
    if not close.all():
        at = int(np.flatnonzero(~close)[0])
        return f"person {people[at]}: score {one.score[at]:.17g}, then {other.score[at]:.17g}"
    if one.decision is None or other.decision is None:
        return "" if one.decision is other.decision else "decisions are given one time only"
    if not np.array_equal(one.decision, other.decision):
        at = int(np.flatnonzero(one.decision != other.decision)[0])
        return f"person {people[at]}: decision {one.decision[at]}, then {other.decision[at]}"
    return ""


def outcomes_for(records: pd.DataFrame) -> NDArray[np.int8]:
    """Outcomes of both kinds, in uneven numbers."""
    return (np.arange(len(records)) % 5 > 0).astype(np.int8)


def given_to(model: Any, records: pd.DataFrame) -> dict[str, Any]:
    """What the model needs for these records: draws by person, and one current entry for each count."""
    people = records.index.to_numpy(np.int64)
    given: dict[str, Any] = {}
    if "draws" in needs(model):
        given["draws"] = uniform(sparse(0, "checks:draws", people))
    if "entries" in needs(model):
        counts = records.select_dtypes("int32")
        rows = [
            {"person": person, "kind": kind, "age": age}
            for kind in counts.columns
            for person, count in zip(people, counts[kind])
            for age in range(min(int(count), 3))
        ]
        given["entries"] = pd.DataFrame(rows, columns=["person", "kind", "age"])
    return given


def asked(model: Any, records: pd.DataFrame, given: dict[str, Any] | None = None) -> Scores:
    """The model's validated scores.

    The model gets copies, which it may change, or the objects themselves where `given` is named: then changes to them
    can be seen.
    """
    own = given is not None
    try:
        return ask(model, records, given if given is not None else given_to(model, records), own=own)
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem


def fitted_on(model: Any, records: pd.DataFrame) -> Any:
    """A fitted copy of the model. Raises ContractError if fitting changes records or outcomes."""
    seen, outcomes = records.copy(), outcomes_for(records)
    try:
        made = fitted(model, seen, outcomes, own=True)
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem
    changed = not seen.equals(records) or not (outcomes == outcomes_for(records)).all()
    expect(not changed, f"model {name_of(model)}: fitting changes the records or outcomes that it is given.")
    return made


def columns_are_declared(book: RuleBook, records: pd.DataFrame) -> None:
    """Raise ContractError if a rule reads a column that the records do not have."""
    levels = {
        str(name): tuple(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else None
        for name, column in records.items()
    }
    try:
        book.check_columns(levels)
    except InputError as problem:
        raise ContractError(str(problem)) from problem


# --- The promises -------------------------------------------------------------------------------------


def fits_alike_twice(subject: Subject) -> None:
    """A model that learns gives the same scores when it is fitted again on the same records."""
    if learns(subject.fresh):
        again = asked(fitted_on(subject.fresh, subject.records), subject.records)
        subject.expect_same(again, "fitted twice on the same records, it gives different scores")


def answers_alike_twice(subject: Subject) -> None:
    """The same records get the same scores."""
    again = asked(subject.model, subject.records)
    subject.expect_same(again, "asked twice about the same records, it gives different scores")


def changes_nothing(subject: Subject) -> None:
    """Scoring changes neither its arguments nor a global random state."""
    model, records = subject.model, subject.records
    name, seen, given = name_of(model), records.copy(), given_to(model, records)
    kept = {need: value.copy() for need, value in given.items()}
    held = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        random.seed(977)
        np.random.seed(977)  # noqa: NPY002
        before = pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002
        asked(model, seen, given)
        after = pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002
    finally:
        random.setstate(held[0])
        np.random.set_state(held[1])  # noqa: NPY002
    expect(
        before == after,
        f'model {name}: scoring draws from a global random state; declare `needs = ("draws",)` and use those.',
    )
    unchanged = seen.equals(records) and (seen.dtypes == records.dtypes).all() and seen.index.equals(records.index)
    expect(unchanged, f"model {name}: scoring changes the records that it is given.")
    for need, value in kept.items():
        same = value.equals(given[need]) if isinstance(value, pd.DataFrame) else np.array_equal(value, given[need])
        expect(same, f"model {name}: scoring changes the {need} that it is given.")


def scores_one_record(subject: Subject) -> None:
    """One record is enough to be asked about."""
    asked(subject.model, subject.records.iloc[:1])


def takes_other_ids(subject: Subject) -> None:
    """People may have any ids."""
    asked(subject.model, _renumbered(subject.records))


def takes_read_only_records(subject: Subject) -> None:
    """The scores are the same for records that cannot be written to."""
    arrays = {}
    for column in subject.records.columns:
        values = subject.records[column].array.copy()
        for part in (getattr(values, "_codes", None), getattr(values, "_ndarray", None)):
            if isinstance(part, np.ndarray):
                part.flags.writeable = False
        arrays[column] = values
    locked = pd.DataFrame(arrays, index=subject.records.index, copy=False)
    given = given_to(subject.model, subject.records)
    for value in given.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    try:
        answer = ask(subject.model, locked, given, own=True)
    except ModelError as problem:
        raise ContractError(
            f"model {name_of(subject.model)}: fails on records that cannot be written to; {problem}"
        ) from problem
    subject.expect_same(answer, "it scores read-only records differently")


def ignores_the_order_of_rows(subject: Subject) -> None:
    """A score does not depend on the place of its record."""
    order = np.argsort(uniform(sparse(0, "checks:order", np.arange(len(subject.records)))), kind="stable")
    turned = asked(subject.model, subject.records.iloc[order])
    back = np.argsort(order, kind="stable")
    decision = None if turned.decision is None else turned.decision[back]
    strict = row_wise(subject.model)
    subject.expect_same(
        Scores(turned.score[back], decision), "another order of rows gives a person another score", near=not strict
    )


def ignores_other_rows(subject: Subject) -> None:
    """A score does not depend on how many others are asked about, unless the model declares `row_wise = False`."""
    said_so = declared(subject.model, "row_wise")
    if said_so is not None and not row_wise(subject.model):
        return
    strict, n = said_so is not None, len(subject.records)
    advice = "" if strict else "; if that is meant, declare row_wise = False"
    for size in GROUPS:
        parts = [asked(subject.model, subject.records.iloc[first : first + size]) for first in range(0, n, size)]
        decided = [part.decision for part in parts if part.decision is not None]
        decision = np.concatenate(decided) if len(decided) == len(parts) else None
        answer = Scores(np.concatenate([part.score for part in parts]), decision)
        promise = f"asked in groups of {size}, it gives a person another score{advice}"
        subject.expect_same(answer, promise, near=not strict)


def ignores_ids(subject: Subject) -> None:
    """A row-wise model without draws or entries does not score by the id of a person."""
    if row_wise(subject.model) and not needs(subject.model):
        answer = asked(subject.model, _renumbered(subject.records))
        subject.expect_same(answer, "it declares row_wise, but the id of a person changes the score")


def reads_what_it_says(subject: Subject) -> None:
    """The columns that the model declares as read are there, and no others change its scores."""
    reads, records = declared(subject.model, "reads"), subject.records
    if reads is None or not row_wise(subject.model):
        return
    absent = [column for column in reads if column not in records.columns]
    expect(not absent, f"model {name_of(subject.model)}: it reads {', '.join(absent)}, which the records do not have.")
    alone = asked(subject.model, records[[column for column in records.columns if column in reads]])
    subject.expect_same(alone, "given only the columns that it declares as read, it gives other scores")


def takes_hostile_labels(subject: Subject) -> None:
    """Two more attributes, one of labels and one of text, that are full of markup do not make it fail."""
    labels = np.array(HOSTILE, object)[np.arange(len(subject.records)) % len(HOSTILE)]
    hostile = subject.records.assign(**{"note <b>": pd.Categorical(labels, categories=HOSTILE)}, **{'a "note"': labels})
    fresh = subject.fresh
    if not learns(fresh):
        asked(subject.model, hostile)
        return
    if (groups := declared(subject.model, "sensitive")) is not None:
        fresh = copy(fresh)
        fresh.sensitive = groups  # more attributes must not make it unclear across which groups it is fair
    asked(fitted_on(fresh, hostile), hostile)


def gives_reasons(subject: Subject) -> None:
    """Reasons that are asked for alone are of the people asked about, and add up if the model says so."""
    model, records = subject.model, subject.records
    try:
        reasons_of(model, records, given_to(model, records))
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem


def survives_pickling(subject: Subject) -> None:
    """A pickled copy gives the same scores, as worker processes need."""
    model = subject.model
    try:
        with theirs():
            twin = pickle.loads(pickle.dumps(model))
    except Exception as problem:
        raise ContractError(
            f"model {name_of(model)}: cannot be sent to a worker process ({first_line(problem)})."
        ) from problem
    subject.expect_same(asked(twin, subject.records), "a pickled copy gives other scores")


def _renumbered(records: pd.DataFrame) -> pd.DataFrame:
    """The same rows under ids other than 0, 1, 2, ..."""
    return records.set_index(pd.Index(records.index.to_numpy() * 977 + 2**33, name="person"))


Promise = Callable[[Subject], None]

PROMISES: tuple[Promise, ...] = (
    fits_alike_twice,
    answers_alike_twice,
    changes_nothing,
    scores_one_record,
    takes_other_ids,
    takes_read_only_records,
    ignores_the_order_of_rows,
    ignores_other_rows,
    ignores_ids,
    reads_what_it_says,
    takes_hostile_labels,
    gives_reasons,
)
"""What every model promises, in the order in which it is checked."""
