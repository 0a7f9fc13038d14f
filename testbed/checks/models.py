"""A check of the contract of a model, ours or a user's.

The records are made by hand from the columns that a scenario declares, so no world runs.
"""

# Any: a user's model can be anything.
from __future__ import annotations

import pickle
import random
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.checks.contract import ContractError, expect, sample_records, scenario_for
from testbed.models import (
    ModelError,
    RuleBook,
    Scores,
    ask,
    declared,
    first_line,
    fitted,
    learns,
    load_model,
    name_of,
    needs,
    row_wise,
    theirs,
)
from testbed.scenarios import Scenario

HOSTILE = ("<script>alert(1)</script>", '"; --', "=cmd()", "a,b'c", "%s{0}", "", "\u202e名")
"""Labels that break code or markup that is put together from text."""


def check_model(model: Any, *, scenario: str | Path | Scenario | None = None, processes: bool = False) -> None:
    """Check that a model keeps the contract, on records as a scenario holds them.

    The records are made by hand from the columns of the scenario, so no world is run. A model that learns is fitted
    first, on a copy. Among the checks: n finite scores, the same answer twice, records left unchanged, no draws from a
    global random state, and for a row-wise model scores that do not depend on other rows.

    Parameters
    ----------
    model : object or str
        A model, a function of the records, or whatever the command line takes: a name, the path of a rule book,
        `package.module:object`, `cmd:PROGRAM`.
    scenario : str, Path or Scenario, optional
        The scenario whose columns the records have. Default: `rongcheng`, with what a rule book reads beyond it.
    processes : bool, default False
        Whether to check that the model can be pickled too, which worker processes need.

    Raises
    ------
    ContractError
        At the first broken promise.
    InputError
        If the model or the scenario cannot be found or imported.

    See Also
    --------
    ScoringModel : The contract.
    check_rulebook : Check a rule book.

    Examples
    --------
    >>> from testbed import check_model
    >>> check_model(lambda records: -records["utility_late"].to_numpy(float))
    """
    model = load_model(model)
    name = name_of(model)
    records = sample_records(scenario_for(model, scenario))
    fresh = model
    if learns(model):
        model = _fitted(fresh, records)
        again = _fitted(fresh, records)
        expect(
            _same(_asked(model, records), _asked(again, records)),
            f"model {name}: fitted twice on the same records, it gives different scores.",
        )
    if isinstance(model, RuleBook):
        columns_are_declared(model, records)
    said = _asked(model, records)
    expect(
        _same(said, _asked(model, records)),
        f"model {name}: asked twice about the same records, it gives different scores.",
    )
    _asking_changes_nothing(model, records)
    for n in (1, 0):
        _asked(model, records.iloc[:n])
    _asked(model, _moved(records))
    _read_only_records_are_enough(model, records, said)
    if row_wise(model):
        _rows_stand_alone(model, records, said)
    _reads_what_it_says(model, records, said)
    hostile = _hostile(records)
    _asked(_fitted(fresh, hostile) if learns(fresh) else model, hostile)
    if processes:
        _survives_pickling(model, records, said)


def _outcomes(n: int) -> NDArray[np.int8]:
    """Return outcomes of both kinds, in uneven numbers."""
    return (np.arange(n) % 5 > 0).astype(np.int8)


def _given(model: Any, records: pd.DataFrame) -> dict[str, Any]:
    """Return what the model needs for these records: draws by person, and one current entry for each count."""
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


def _asked(model: Any, records: pd.DataFrame) -> Scores:
    """Return the model's validated scores. The model gets a copy of the records, which it may change."""
    try:
        return ask(model, records, _given(model, records))
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem


def _handed_over(model: Any, records: pd.DataFrame, given: dict[str, Any]) -> None:
    """Ask the model with these objects themselves, so that changes to them can be seen."""
    try:
        ask(model, records, given, own=True)
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem


def _fitted(model: Any, records: pd.DataFrame) -> Any:
    """Return a fitted copy of the model. Checks that fitting changes neither records nor outcomes."""
    seen, outcomes = records.copy(), _outcomes(len(records))
    try:
        made = fitted(model, seen, outcomes, own=True)
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem
    changed = not seen.equals(records) or not (outcomes == _outcomes(len(records))).all()
    expect(not changed, f"model {name_of(model)}: fitting changes the records or outcomes that it is given.")
    return made


def _same(one: Scores, other: Scores) -> bool:
    """Return whether scores and decisions are equal."""
    if not np.array_equal(one.score, other.score):
        return False
    if one.decision is None or other.decision is None:
        return one.decision is None and other.decision is None
    return np.array_equal(one.decision, other.decision)


def _moved(records: pd.DataFrame) -> pd.DataFrame:
    """Return the same rows under ids other than 0, 1, 2, ..."""
    return records.set_index(pd.Index(records.index.to_numpy() * 977 + 2**33, name="person"))


def _asking_changes_nothing(model: Any, records: pd.DataFrame) -> None:
    """Check that scoring changes neither its arguments nor a global random state."""
    name, seen = name_of(model), records.copy()
    given = _given(model, records)
    kept = {need: value.copy() for need, value in given.items()}
    held = random.getstate(), np.random.get_state()  # noqa: NPY002
    try:
        random.seed(977)
        np.random.seed(977)  # noqa: NPY002
        before = pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002
        _handed_over(model, seen, given)
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


def _read_only_records_are_enough(model: Any, records: pd.DataFrame, said: Scores) -> None:
    """Check that the model gives the same scores for records that cannot be written to."""
    arrays = {}
    for column in records.columns:
        values = records[column].array.copy()
        for part in (getattr(values, "_codes", None), getattr(values, "_ndarray", None)):
            if isinstance(part, np.ndarray):
                part.flags.writeable = False
        arrays[column] = values
    locked = pd.DataFrame(arrays, index=records.index, copy=False)
    given = _given(model, records)
    for value in given.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    try:
        answer = ask(model, locked, given, own=True)
    except ModelError as problem:
        raise ContractError(
            f"model {name_of(model)}: fails on records that cannot be written to; {problem}"
        ) from problem
    expect(_same(said, answer), f"model {name_of(model)}: scores read-only records differently.")


def _rows_stand_alone(model: Any, records: pd.DataFrame, said: Scores) -> None:
    """Check that neither the order, nor the other rows, nor the id of a person changes a score."""
    name = name_of(model)
    order = np.argsort(uniform(sparse(0, "checks:order", np.arange(len(records)))))
    turned = _asked(model, records.iloc[order])
    expect(
        np.array_equal(turned.score, said.score[order]),
        f"model {name}: it declares row_wise, but another order of rows changes scores.",
    )
    for size in (1, 7):
        parts = [_asked(model, records.iloc[first : first + size]).score for first in range(0, len(records), size)]
        expect(
            np.array_equal(np.concatenate(parts), said.score),
            f"model {name}: it declares row_wise, but asked in groups of {size}, it gives other scores.",
        )
    if not needs(model):
        expect(
            np.array_equal(_asked(model, _moved(records)).score, said.score),
            f"model {name}: it declares row_wise, but the id of a person changes the score.",
        )


def _reads_what_it_says(model: Any, records: pd.DataFrame, said: Scores) -> None:
    """Check that the columns which the model declares as read are there, and that no others change its scores."""
    reads = declared(model, "reads")
    if reads is None or not row_wise(model):
        return
    absent = [column for column in reads if column not in records.columns]
    expect(not absent, f"model {name_of(model)}: it reads {', '.join(absent)}, which the records do not have.")
    alone = _asked(model, records[[column for column in records.columns if column in reads]])
    expect(
        np.array_equal(alone.score, said.score),
        f"model {name_of(model)}: given only the columns that it declares as read, it gives other scores.",
    )


def _hostile(records: pd.DataFrame) -> pd.DataFrame:
    """Return records with two more attributes, one of labels and one of text, that are full of markup."""
    labels = np.array(HOSTILE, object)[np.arange(len(records)) % len(HOSTILE)]
    return records.assign(**{"note <b>": pd.Categorical(labels, categories=HOSTILE)}, **{'a "note"': labels})


def _survives_pickling(model: Any, records: pd.DataFrame, said: Scores) -> None:
    """Check that a pickled copy gives the same scores, as worker processes need."""
    try:
        with theirs():
            copy = pickle.loads(pickle.dumps(model))
    except Exception as problem:
        raise ContractError(
            f"model {name_of(model)}: cannot be sent to a worker process ({first_line(problem)})."
        ) from problem
    expect(_same(said, _asked(copy, records)), f"model {name_of(model)}: a pickled copy gives other scores.")


def columns_are_declared(book: RuleBook, records: pd.DataFrame) -> None:
    """Raise ContractError if a rule reads a column that the records do not have."""
    levels = {
        name: tuple(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else None
        for name, column in records.items()
    }
    try:
        book.check_columns({str(name): labels for name, labels in levels.items()})
    except InputError as problem:
        raise ContractError(str(problem)) from problem
