"""The contracts, as checks that run on our own models, measures and rule books, and on yours.

A check that fails raises `ContractError` with one sentence: what was promised, and what was found. The
records are made by hand from the columns that a scenario declares, so no world is run for a model.
"""

from __future__ import annotations

import pickle
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.measures.base import Measure, PerPerson, Row
from testbed.models.base import ModelError, Scores, ask, fitted, learns, name_of, needs, row_wise
from testbed.models.load import load_model
from testbed.models.rulebook import RuleBook
from testbed.models.scorer import record_frame
from testbed.scenario import Scenario

HOSTILE = ("<script>alert(1)</script>", '"; --', "=cmd()", "a,b\nc", "%s{0}", "", "\u202e\u0000名")
"""Labels that break what is glued together from text."""

N_RECORDS = 48


class ContractError(AssertionError):
    """A promise of the contract is broken. One sentence."""


# --- Models ----------------------------------------------------------------------------------------


def check_model(model: Any, *, scenario: str | Path | Scenario = "rongcheng", processes: bool = False) -> None:
    """Check that a model keeps the contract on records as the scenario holds them.

    `model` is a model object, a function, or whatever the command line takes. A model that learns is
    fitted first, on a copy. `processes` adds what worker processes need: that it can be pickled. Raises
    ContractError at the first broken promise, InputError for a model that cannot be found or imported.
    """
    model = load_model(model)
    name = name_of(model)
    records = sample_records(Scenario.load(scenario) if not isinstance(scenario, Scenario) else scenario)
    fresh = model
    if learns(model):
        model = _fitted(fresh, records)
        again = _fitted(fresh, records)
        _expect(
            _same(_asked(model, records), _asked(again, records)),
            f"model {name}: fitted twice on the same records it gives different scores.",
        )
    if isinstance(model, RuleBook):
        _columns_are_declared(model, records)
    said = _asked(model, records)
    _expect(
        _same(said, _asked(model, records)),
        f"model {name}: asked twice about the same records it gives different scores.",
    )
    _asking_changes_nothing(model, records)
    _reasons_are_of_the_records(model, records, said)
    for n in (1, 0):
        _asked(model, records.iloc[:n])
    _asked(model, _moved(records))
    _read_only_records_are_enough(model, records, said)
    if row_wise(model):
        _rows_stand_alone(model, records, said)
    _reads_what_it_says(model, records, said)
    for hostile in _hostile(records):
        _asked(_fitted(fresh, hostile) if learns(fresh) else model, hostile)
    if processes:
        _survives_pickling(model, records, said)


def sample_records(scenario: Scenario, *, n: int = N_RECORDS) -> pd.DataFrame:
    """Hand-made records with the scenario's columns, so that every level and counts from 0 to 5 come up."""
    arrays: dict[str, np.ndarray] = {}
    columns: dict[str, tuple[str, ...] | None] = {}
    for place, name in enumerate(scenario.held):
        variable = scenario.recipe.variables[name]
        columns[name] = variable.levels
        if variable.levels is not None:
            arrays[name] = ((np.arange(n) + place) % len(variable.levels)).astype(np.int8)
            continue
        low, high = variable.bounds or (0.0, 1.0)
        high = high if np.isfinite(high) else low + 100.0
        spread = low + (high - low) * ((np.arange(n) * 7) % n) / max(n - 1, 1)
        arrays[name] = spread if variable.kind == "float" else np.rint(spread).astype(np.int16)
    for place, kind in enumerate(scenario.recorded):
        columns[kind] = None
        coin = uniform(sparse(place, "checks", np.arange(n)))
        arrays[kind] = np.where(coin < 0.6, 0, np.floor((coin - 0.6) * 15)).astype(np.int32)
    return record_frame(columns, arrays, np.arange(n))


def _outcomes(n: int) -> np.ndarray:
    """Both outcomes, unevenly."""
    return (np.arange(n) % 5 > 0).astype(np.int8)


def _given(records: pd.DataFrame) -> dict[str, Any]:
    """What models may need, for these records: draws by person, and one standing entry for every count."""
    people = records.index.to_numpy(np.int64)
    counts = records.select_dtypes("int32")
    rows = [
        {"person": person, "kind": kind, "age": age}
        for kind in counts.columns
        for person, count in zip(people, counts[kind])
        for age in range(min(int(count), 3))
    ]
    return {
        "draws": uniform(sparse(0, "checks:draws", people)),
        "entries": pd.DataFrame(rows, columns=["person", "kind", "age"]),
    }


def _expect(held: bool, sentence: str) -> None:
    if not held:
        raise ContractError(sentence)


def _asked(model: Any, records: pd.DataFrame) -> Scores:
    """The model's validated answer; it may do what it likes with its copy of the records."""
    given = {need: value for need, value in _given(records).items() if need in needs(model)}
    try:
        return ask(model, records.copy(), given)
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem


def _fitted(model: Any, records: pd.DataFrame) -> Any:
    seen, outcomes = records.copy(), _outcomes(len(records))
    try:
        made = fitted(model, seen, outcomes)
    except (ModelError, InputError) as problem:
        raise ContractError(str(problem)) from problem
    changed = not seen.equals(records) or not (outcomes == _outcomes(len(records))).all()
    _expect(not changed, f"model {name_of(model)}: fitting changes the records or outcomes it was given.")
    return made


def _same(one: Scores, other: Scores) -> bool:
    if not np.array_equal(one.score, other.score):
        return False
    if one.decision is None or other.decision is None:
        return one.decision is None and other.decision is None
    return np.array_equal(one.decision, other.decision)


def _moved(records: pd.DataFrame) -> pd.DataFrame:
    """The same rows under ids that are not 0, 1, 2, ..."""
    return records.set_index(pd.Index(records.index.to_numpy() * 977 + 2**33, name="person"))


def _asking_changes_nothing(model: Any, records: pd.DataFrame) -> None:
    """Records, and the global random states, are as they were."""
    seen = records.copy()
    before = pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002
    given = {need: value for need, value in _given(records).items() if need in needs(model)}
    kept = {need: value.copy() for need, value in given.items()}
    ask(model, seen, given)
    unchanged = seen.equals(records) and (seen.dtypes == records.dtypes).all() and seen.index.equals(records.index)
    _expect(bool(unchanged), f"model {name_of(model)}: scoring changes the records it was given.")
    for need, value in kept.items():
        same = value.equals(given[need]) if isinstance(value, pd.DataFrame) else np.array_equal(value, given[need])
        _expect(same, f"model {name_of(model)}: scoring changes the {need} it was given.")
    after = pickle.dumps((random.getstate(), np.random.get_state()))  # noqa: NPY002
    _expect(
        before == after, f"model {name_of(model)}: scoring draws from a global random state; use the draws it may need."
    )


def _reasons_are_of_the_records(model: Any, records: pd.DataFrame, said: Scores) -> None:
    if said.reasons is not None:
        known = said.reasons["person"].isin(records.index).all()
        _expect(bool(known), f"model {name_of(model)}: gives reasons to people that it was not asked about.")


def _read_only_records_are_enough(model: Any, records: pd.DataFrame, said: Scores) -> None:
    arrays = {}
    for column in records.columns:
        values = records[column].array.copy()
        for part in (getattr(values, "_codes", None), getattr(values, "_ndarray", None)):
            if isinstance(part, np.ndarray):
                part.flags.writeable = False
        arrays[column] = values
    locked = pd.DataFrame(arrays, index=records.index, copy=False)
    given = {need: value for need, value in _given(records).items() if need in needs(model)}
    for value in given.values():
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
    try:
        answer = ask(model, locked, given)
    except ModelError as problem:
        raise ContractError(
            f"model {name_of(model)}: fails on records that cannot be written to; {problem}"
        ) from problem
    _expect(_same(said, answer), f"model {name_of(model)}: scores read-only records differently.")


def _rows_stand_alone(model: Any, records: pd.DataFrame, said: Scores) -> None:
    """A model that says row_wise: neither order, nor company, nor the id of a person changes a score."""
    name = name_of(model)
    order = np.argsort(uniform(sparse(0, "checks:order", np.arange(len(records)))))
    turned = _asked(model, records.iloc[order])
    _expect(
        np.array_equal(turned.score, said.score[order]),
        f"model {name}: says row_wise, but another order of rows gives a person another score.",
    )
    for size in (1, 7):
        parts = [_asked(model, records.iloc[first : first + size]).score for first in range(0, len(records), size)]
        _expect(
            np.array_equal(np.concatenate(parts), said.score),
            f"model {name}: says row_wise, but asked in groups of {size} it gives other scores.",
        )
    if not needs(model):
        _expect(
            np.array_equal(_asked(model, _moved(records)).score, said.score),
            f"model {name}: says row_wise, but the id of a person changes the score.",
        )


def _reads_what_it_says(model: Any, records: pd.DataFrame, said: Scores) -> None:
    reads = getattr(model, "reads", None)
    if reads is None or not row_wise(model):
        return
    absent = [column for column in reads if column not in records.columns]
    _expect(not absent, f"model {name_of(model)}: reads {', '.join(absent)}, which the records do not hold.")
    alone = _asked(model, records[[column for column in records.columns if column in reads]])
    _expect(
        np.array_equal(alone.score, said.score),
        f"model {name_of(model)}: given only the columns that it says it reads, it gives other scores.",
    )


def _hostile(records: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Records with one more attribute, held as labels or as text, that is full of markup."""
    labels = np.array(HOSTILE, object)[np.arange(len(records)) % len(HOSTILE)]
    yield records.assign(**{"note <b>": pd.Categorical(labels, categories=HOSTILE)})
    yield records.assign(**{"note <b>": labels})


def _survives_pickling(model: Any, records: pd.DataFrame, said: Scores) -> None:
    try:
        copy = pickle.loads(pickle.dumps(model))
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}".split("\n")[0]
        raise ContractError(f"model {name_of(model)}: cannot be sent to a worker process ({why}).") from problem
    _expect(_same(said, _asked(copy, records)), f"model {name_of(model)}: a pickled copy gives other scores.")


# --- Rule books ------------------------------------------------------------------------------------


def check_rulebook(rulebook: RuleBook | str | Path, *, scenario: str | Path | Scenario = "rongcheng") -> None:
    """Check a rule book: declared columns, worked examples, reasons that add up, and the contract of a model.

    Raises ContractError at the first broken promise, InputError for a file that cannot be read.
    """
    book = rulebook if isinstance(rulebook, RuleBook) else RuleBook.load(rulebook)
    made = Scenario.load(scenario) if not isinstance(scenario, Scenario) else scenario
    records = sample_records(made)
    _columns_are_declared(book, records)
    _expect(bool(book.examples), f"rule book {book.name}: it has no worked example.")
    for example in book.examples:
        _holds(book, example, records)
    said = book.score(records)
    assert said.reasons is not None
    told = said.reasons.groupby("person")["contribution"].sum().reindex(records.index, fill_value=0.0)
    _expect(
        bool(np.allclose(float(book.base.value) + told.to_numpy(), said.score, rtol=0, atol=1e-6)),
        f"rule book {book.name}: base and reasons do not add up to the score.",
    )
    check_model(book, scenario=made, processes=True)


def _columns_are_declared(book: RuleBook, records: pd.DataFrame) -> None:
    levels = {
        name: tuple(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else None
        for name, column in records.items()
    }
    try:
        book.check_columns({str(name): labels for name, labels in levels.items()})
    except InputError as problem:
        raise ContractError(str(problem)) from problem


def _holds(book: RuleBook, example: Any, records: pd.DataFrame) -> None:
    where = f"rule book {book.name}, example {example.title!r}"
    unknown = [column for column in example.record if column not in records.columns]
    _expect(not unknown, f"{where}: {', '.join(unknown)} is not a column of the records.")
    row = {}
    for column in records.columns:
        kind = records[column].dtype
        value = example.record.get(column, kind.categories[0] if isinstance(kind, pd.CategoricalDtype) else 0)
        row[column] = pd.Categorical([value], categories=kind.categories) if hasattr(kind, "categories") else [value]
    said = book.score(pd.DataFrame(row, index=pd.Index([0], name="person")))
    _expect(said.score[0] == example.points, f"{where}: scores {said.score[0]:g}, the example says {example.points:g}.")
    grade = book.grade(said)[0]
    _expect(
        not example.grade or grade == example.grade, f"{where}: gives grade {grade}, the example says {example.grade}."
    )


# --- Measures --------------------------------------------------------------------------------------


def check_measure(
    measure: Measure | str,
    *,
    scenario: str | Path | Scenario = "rongcheng",
    people: int = 3072,
    periods: int = 8,
    case: Any = None,
) -> None:
    """Check a measure on a small world: what it declares, the shape of what it gives, and that it gives it twice.

    `case` spares the world: one that has been run already. Raises ContractError at the first broken promise,
    InputError for a name that is not registered.
    """
    from testbed.case import run_case
    from testbed.measures.base import measures

    made = measures.get(measure) if isinstance(measure, str) else measure
    if not isinstance(made, Measure):
        raise InputError(f"{made!r:.80} is not a measure; decorate the function with @measure.")
    for key in ("unit", "estimand", "interval", "reference", "caveats"):
        _expect(bool(str(getattr(made, key)).strip()), f"measure {made.name}: it declares no {key}.")
    if case is None:
        case = run_case(str(scenario) if isinstance(scenario, Path) else scenario, people=people, periods=periods)
    before = case.people.copy()
    try:
        parts, again = made(case), made(case)
    except Exception as problem:
        why = f"{type(problem).__name__}: {problem}".split("\n")[0]
        raise ContractError(f"measure {made.name}: failed on a small world ({why}).") from problem
    _expect(case.people.equals(before), f"measure {made.name}: it changes the people of the case.")
    _expect(bool(parts), f"measure {made.name}: it gives nothing.")
    _expect(len(parts) == len(again), f"measure {made.name}: asked twice it gives different numbers of parts.")
    for one, other in zip(parts, again):
        _part_is_well_formed(made.name, one, len(before))
        _expect(_part_bytes(one) == _part_bytes(other), f"measure {made.name}: asked twice it gives different values.")


def _part_is_well_formed(name: str, part: Any, n: int) -> None:
    _expect(isinstance(part, PerPerson | Row), f"measure {name}: gives a {type(part).__name__}, not PerPerson or Row.")
    if isinstance(part, Row):
        undefined = bool(np.isnan(part.value))
        _expect(undefined == bool(part.why), f"measure {name}: `why` must be filled exactly where the value is NaN.")
        _expect(part.n >= 0, f"measure {name}: n is {part.n}.")
        return
    for side in ("numerator", "denominator"):
        values = np.asarray(getattr(part, side))
        shape = f"measure {name}: the {side} has shape {values.shape}, ({n},) is needed: one per person of the case."
        _expect(values.shape == (n,), shape)
        _expect(
            bool(np.isfinite(values.astype(np.float64)).all()), f"measure {name}: the {side} is not finite throughout."
        )
    denominator = np.asarray(part.denominator, np.float64)
    _expect(bool((denominator >= 0).all()), f"measure {name}: a denominator is below 0.")
    outside = np.asarray(part.numerator, np.float64)[denominator == 0]
    _expect(bool((outside == 0).all()), f"measure {name}: somebody with denominator 0 has a numerator.")


def _part_bytes(part: Any) -> bytes:
    if isinstance(part, Row):
        return repr(part).encode()
    return np.asarray(part.numerator, np.float64).tobytes() + np.asarray(part.denominator, np.float64).tobytes()
