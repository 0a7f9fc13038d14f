"""Fitting a model and asking it for scores. The model's code is guarded and timed, and its answer is checked."""

# Any: a user's model, and what it returns, can be anything.
from __future__ import annotations

import copy
from collections.abc import Mapping
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models import limit
from testbed.models.base import REASON_COLUMNS, ModelError, Scores, declared, learns, name_of, needs
from testbed.models.guard import first_line, theirs
from testbed.models.limit import limited

NUMBER = (Real, Decimal, np.bool_)
"""What counts as a number in an array of objects."""


def fitted(model: Any, records: pd.DataFrame, outcomes: np.ndarray, *, own: bool = False) -> Any:
    """A copy of the model, fitted on these records and recorded outcomes (int8, 1: the positive side).

    The model itself does not change, so it can be fitted again on another society. A model without `fit` is returned
    as it is. The model gets copies of records and outcomes, unless they are its `own`. Raises ModelError if copying or
    fitting fails.
    """
    if not learns(model):
        return model
    outcomes = np.asarray(outcomes, np.int8)
    if outcomes.shape != (len(records),) or not np.isin(outcomes, (0, 1)).all():
        raise InputError(f"outcomes must be {len(records)} values of 0 or 1, found shape {outcomes.shape}.")
    n = len(records)
    if not n:
        raise InputError(f"model {name_of(model)} learns, and the training society has no records.")
    try:
        with theirs(), limited(limit.FITTING):
            seen = (records, outcomes) if own else (records.copy(), outcomes.copy())
            made = copy.deepcopy(model).fit(*seen)
    except ModelError:
        raise
    except Exception as problem:
        raise ModelError(
            f"model {name_of(model)} could not be fitted on {n} records ({first_line(problem)})."
        ) from problem
    if not callable(declared(made, "score")):
        raise ModelError(
            f"model {name_of(model)}: fit returned {type(made).__name__}, it must return the fitted model."
        )
    return made


def ask(model: Any, records: pd.DataFrame, given: Mapping[str, Any] | None = None, *, own: bool = False) -> Scores:
    """The validated scores of these records: n finite float64, in the order of the records.

    `given` holds what is available in addition to the records ("draws", "entries"). The model gets what it declares in
    `needs` and nothing else, as copies unless the data are its `own`. It is never asked about no records: the answer is
    empty. Raises ModelError if the model raises or breaks the contract, InputError if it declares a need that is not
    available.
    """
    name, given = name_of(model), given or {}
    wanted = needs(model)
    for need in wanted:
        if given.get(need) is None:
            raise InputError(f"model {name} needs {need}, which are not available here.")
    if not len(records):
        return Scores(np.empty(0), np.empty(0, np.int8))
    index = records.index.copy(deep=True)
    seen = records if own else records.copy()
    beside = {need: given[need] if own else given[need].copy() for need in wanted}
    try:
        with theirs(), limited(limit.SECONDS):
            answer = (model.score if hasattr(model, "score") else model)(seen, **beside)
            _check_whose(answer, seen.index, index, name)
            made = checked(answer, len(index), name)
    except ModelError:
        raise
    except Exception as problem:
        raise ModelError(f"model {name} failed on {len(index)} records ({first_line(problem)}).") from problem
    if made.reasons is not None and not made.reasons["person"].isin(index).all():
        raise ModelError(f"model {name} gives reasons to people that it was not asked about.")
    return made


def reasons_of(model: Any, records: pd.DataFrame, given: Mapping[str, Any] | None = None) -> pd.DataFrame | None:
    """The validated reasons that a model gives by its method `reasons`; None if it has none.

    It gets what `ask` gives it. Raises ModelError as `ask` does.
    """
    if not callable(declared(model, "reasons")):
        return None
    name, given = name_of(model), given or {}
    try:
        with theirs(), limited(limit.SECONDS):
            made = _checked_reasons(
                model.reasons(records.copy(), **{need: given[need].copy() for need in needs(model)}), name
            )
    except ModelError:
        raise
    except Exception as problem:
        raise ModelError(
            f"model {name} failed to give reasons for {len(records)} records ({first_line(problem)})."
        ) from problem
    if made is not None and not made["person"].isin(records.index).all():
        raise ModelError(f"model {name} gives reasons to people that it was not asked about.")
    return made


def _check_whose(answer: Any, left: pd.Index, index: pd.Index, name: str) -> None:
    """Raise ModelError unless it is certain to whom each score and decision belongs.

    A Series names people by its index, which must be the index that the records had. Anything else goes by position;
    this is certain only if the index of the records, as the model `left` it, has not changed.
    """
    for part in (answer.score, answer.decision) if isinstance(answer, Scores) else (answer,):
        if isinstance(part, pd.Series | pd.DataFrame):
            if not part.index.equals(index) or not (left.identical(index) or part.index.identical(index)):
                raise ModelError(
                    f"model {name} returned a Series with another index than its records; return an array."
                )
        elif part is not None and not left.identical(index):
            raise ModelError(
                f"model {name} changed the order or the index of its records, so it is unclear whose scores it "
                "returned; sort a copy."
            )


def checked(answer: Any, n: int, name: str = "model") -> Scores:
    """A model's answer as Scores. Raises ModelError unless it has n finite scores and sound decisions and reasons."""
    made = answer if isinstance(answer, Scores) else Scores(answer)
    score = _numbers(made.score)
    if score is None:
        raise ModelError(f"model {name} returned {_kind(made.score)}, not {n} numbers.")
    if score.shape != (n,):
        raise ModelError(f"model {name} returned scores of shape {score.shape}, ({n},) is needed.")
    if n and not np.isfinite(score).all():
        place = int(np.flatnonzero(~np.isfinite(score))[0])
        raise ModelError(f"model {name} returned {score[place]} for record {place}; every score must be finite.")
    return Scores(score, _checked_decision(made.decision, n, name), _checked_reasons(made.reasons, name))


def _kind(values: Any) -> str:
    """What was returned instead of numbers, such as "MaskedArray" or "ndarray with 'a' (str) in place 3"."""
    kind = type(values).__name__
    if np.ma.isMaskedArray(values):
        return kind
    try:
        cells = list(np.asarray(values, object).flat)
    except (TypeError, ValueError):
        return kind
    wrong = next((at for at, cell in enumerate(cells) if not isinstance(cell, NUMBER)), None)
    return (
        kind if wrong is None else f"{kind} with {cells[wrong]!r:.40} ({type(cells[wrong]).__name__}) in place {wrong}"
    )


def _numbers(values: Any) -> np.ndarray | None:
    """The values as float64; None if they are not numbers, such as text, or have a mask."""
    try:
        if np.ma.isMaskedArray(values):
            return None
        found = np.asarray(values)
        if found.dtype.kind == "O" and not all(isinstance(value, NUMBER) for value in found.flat):
            return None
        return found.astype(np.float64) if found.dtype.kind in "biufO" else None
    except (TypeError, ValueError):
        return None


def _checked_decision(decision: Any, n: int, name: str) -> np.ndarray | None:
    if decision is None:
        return None
    found = np.asarray(decision)
    if found.shape != (n,):
        raise ModelError(f"model {name} returned decisions of shape {found.shape}, ({n},) is needed.")
    if found.dtype.kind not in "iuf" or not np.isin(found, (-1, 0, 1)).all():
        raise ModelError(f"model {name} returned a decision that is not -1, 0 or 1.")
    return found.astype(np.int8)


def _checked_reasons(reasons: Any, name: str) -> pd.DataFrame | None:
    if reasons is None:
        return None
    if not isinstance(reasons, pd.DataFrame) or not set(REASON_COLUMNS) <= set(reasons.columns):
        raise ModelError(f"model {name} returned reasons without the columns {', '.join(REASON_COLUMNS)}.")
    contribution = reasons["contribution"].to_numpy()
    if contribution.dtype.kind not in "iuf" or not np.isfinite(contribution).all():
        raise ModelError(f"model {name} returned reasons whose contributions are not all finite numbers.")
    return reasons[list(REASON_COLUMNS)]
