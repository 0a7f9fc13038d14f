"""Fitting a model and asking it for scores. The model's code is guarded and timed, and its answer is checked."""

# Any: a user's model, and what it returns, can be anything.
from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pandas as pd

from synthetic.errors import InputError
from testbed.models.answers import check_sums, check_whose, checked, checked_reasons
from testbed.models.base import Elsewhere, ModelError, Scores, declared, learns, name_of, needs
from testbed.models.guard import first_line, theirs
from testbed.models.limit import limited, limits


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
        with theirs(), _limited(model, limits().fitting):
            seen = (records, outcomes) if own or isinstance(model, Elsewhere) else (records.copy(), outcomes.copy())
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


def ask(
    model: Any,
    records: pd.DataFrame,
    given: Mapping[str, Any] | None = None,
    *,
    own: bool = False,
    methods: Sequence[str] = (),
) -> Scores:
    """The validated scores of these records: n finite float64, in the order of the records.

    `given` holds what is available in addition to the records ("draws", "entries"). The model gets what it declares in
    `needs` and nothing else, as copies unless the data are its `own`. `methods`: what a model of an estimator is asked
    for in place of its score. It is never asked about no records: the answer is empty. Raises ModelError if the model
    raises or breaks the contract, InputError if it declares a need that is not available.
    """
    name, given = name_of(model), given or {}
    wanted = () if methods else needs(model)
    for need in wanted:
        if given.get(need) is None:
            raise InputError(f"model {name} needs {need}, which are not available here.")
    if not len(records):
        return Scores(np.empty(0), np.empty(0, np.int8))
    if isinstance(model, Elsewhere) and model.failure:
        raise ModelError(model.failure)
    own = own or isinstance(model, Elsewhere)
    index = records.index.copy(deep=True)
    seen = records if own else records.copy()
    beside = {need: given[need] if own else given[need].copy() for need in wanted}
    try:
        with theirs(), _limited(model, limits().asking):
            if methods:
                answer = model.said(seen, methods)
            else:
                answer = (model.score if hasattr(model, "score") else model)(seen, **beside)
            check_whose(answer, seen.index, index, name)
            made = checked(answer, index, name)
            if made.reasons is not None and declared(model, "additive", False):
                check_sums(model, made.reasons, made.score, index)
    except ModelError:
        raise
    except Exception as problem:
        raise ModelError(f"model {name} failed on {len(index)} records ({first_line(problem)}).") from problem
    return made


def reasons_of(model: Any, records: pd.DataFrame, given: Mapping[str, Any] | None = None) -> pd.DataFrame | None:
    """The validated reasons that a model gives by its method `reasons`; None if it has none.

    It gets what `ask` gives it. If it says that they add up, it is asked for its scores too. Raises ModelError as `ask`
    does.
    """
    if not callable(declared(model, "reasons")):
        return None
    name, given = name_of(model), given or {}
    try:
        with theirs(), _limited(model, limits().asking):
            answer = model.reasons(records.copy(), **{need: given[need].copy() for need in needs(model)})
            made = checked_reasons(answer, records.index, name)
    except ModelError:
        raise
    except Exception as problem:
        raise ModelError(
            f"model {name} failed to give reasons for {len(records)} records ({first_line(problem)})."
        ) from problem
    if made is not None and declared(model, "additive", False):
        check_sums(model, made, ask(model, records, given).score, records.index)
    return made


def _limited(model: Any, seconds: float) -> AbstractContextManager[None]:
    """A limit on a model in this process; one in another process has a limit of its own."""
    return limited(math.inf if isinstance(model, Elsewhere) else seconds)
