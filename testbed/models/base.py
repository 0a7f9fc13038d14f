"""The contract of a scoring model, the registry of built-in ones, and how a model is asked."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from synthetic.registry import Registry
from testbed.models import limit
from testbed.models.guard import first_line, theirs
from testbed.models.limit import limited

NEEDS = ("draws", "entries")
"""What a model may declare beside its records: the period's addressed draws, the standing entries."""

REASON_COLUMNS = ("person", "rule", "contribution")


class ModelError(RuntimeError):
    """A model failed while it was asked: it raised, hung, or broke the contract. One sentence."""


@dataclass(frozen=True)
class Scores:
    """What a model says about a set of records, in the order of the records.

    Parameters
    ----------
    score : ndarray of float64 of shape (n,)
        Score of each record, finite, in points of the model. Higher is better, unless the model says `higher_is =
        "worse"`.
    decision : ndarray of int8 of shape (n,), optional
        Decision on each record: -1 adverse, 0 none, +1 favored. Default: the `[decide]` table of the scenario decides.
    reasons : DataFrame, optional
        What people are told, one row per person and reason, with the columns `person`, `rule` and `contribution` (in
        points of the score). Default: nobody is told anything.

    See Also
    --------
    ScoringModel : What gives scores.

    Examples
    --------
    >>> import numpy as np
    >>> from testbed import Scores
    >>> made = Scores(np.array([990.0, 1005.0]), decision=np.array([-1, 0], np.int8))
    >>> made.decision.tolist()
    [-1, 0]
    """

    score: np.ndarray
    decision: np.ndarray | None = None
    reasons: pd.DataFrame | None = None


@runtime_checkable
class ScoringModel(Protocol):
    """The contract of a scoring model: an object with a method `score`.

    A function of the records is a model too, and an estimator of scikit-learn or fairlearn needs no wrapper when it is
    named as a model. It need not inherit from this class.

    Attributes
    ----------
    higher_is : {"better", "worse"}, optional
        What a higher score means. Default: "better".
    needs : sequence of {"draws", "entries"}, optional
        What the model is given beside its records: the draws of the month, or the standing entries with their age.
        Default: nothing.
    row_wise : bool, optional
        Whether a score depends on its own row alone. The model is then asked once per distinct record. Default: False.
    reads : sequence of str, optional
        Columns that the scores depend on. A row-wise model is then given these columns alone. Default: all.
    fit : callable, optional
        `fit(records, outcomes)` returns the fitted model. Outcomes are int8 of shape (n,), 1 for the positive side. A
        model with `fit` is fitted once, on a separate training society. Default: the model does not learn.

    See Also
    --------
    check_model : Check that a model keeps the contract.
    Scores : What a model returns.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import ScoringModel
    >>> class LateBills:
    ...     row_wise = True
    ...
    ...     def score(self, records):
    ...         return -records["utility_late"].to_numpy(float)
    >>> isinstance(LateBills(), ScoringModel)
    True
    >>> LateBills().score(pd.DataFrame({"utility_late": [0, 2]})).tolist()
    [-0.0, -2.0]
    """

    def score(self, records: pd.DataFrame, **needs: Any) -> Scores | np.ndarray:
        """Score records, one row per person.

        Parameters
        ----------
        records : DataFrame of shape (n, columns)
            What the institution holds, index `person`: its attributes, and an int32 column per kind of conduct with the
            number of standing entries. It is a copy, so the model may change it.
        **needs : object
            What the model declares in `needs`: `draws`, an array of float64 of shape (n,) in [0, 1), or `entries`, a
            DataFrame with the standing entries.

        Returns
        -------
        Scores or array_like
            Scores in the order of the records: n finite numbers, or `Scores` with decisions and reasons.

        Examples
        --------
        >>> from testbed.checks import sample_records
        >>> from testbed.models import load_model
        >>> from testbed import Scenario
        >>> records = sample_records(Scenario.load("rongcheng"))
        >>> load_model("rongcheng").score(records).score.shape == (len(records),)
        True
        """
        ...


models: Registry[Callable[[], Any]] = Registry("model", "testbed.models")
"""Built-in models by name: each a factory without arguments."""


def name_of(model: Any) -> str:
    """The name a model goes by in messages: its own `name`, or that of its function or class."""
    for attribute in ("name", "__name__"):
        try:
            with theirs():
                found = str(getattr(model, attribute, "") or "")
        except Exception:
            continue
        if found:
            return found
    return type(model).__name__


def declared(model: Any, attribute: str, default: Any = None) -> Any:
    """What a model says of itself under this name. Raises ModelError where that cannot be read."""
    try:
        with theirs():
            return getattr(model, attribute, default)
    except Exception as problem:
        raise ModelError(
            f"model {name_of(model)}: its {attribute} cannot be read ({first_line(problem)})."
        ) from problem


def higher_is(model: Any) -> str:
    """ "better" or "worse": what a higher score means. Raises InputError for any other declaration."""
    found = declared(model, "higher_is", "better")
    if not isinstance(found, str) or found not in ("better", "worse"):
        raise InputError(f"model {name_of(model)}: higher_is is {found!r:.80}, allowed: better, worse.")
    return str(found)


def row_wise(model: Any) -> bool:
    """Whether the model says that a score depends on its own row alone. Undeclared: it may not."""
    found = declared(model, "row_wise", False)
    if not isinstance(found, bool | np.bool_):
        raise InputError(f"model {name_of(model)}: row_wise is {found!r:.80}, allowed: True, False.")
    return bool(found)


def needs(model: Any) -> tuple[str, ...]:
    """What the model declares beside its records. Raises InputError for a need that does not exist."""
    found = declared(model, "needs", ())
    if not isinstance(found, str | tuple | list | set | frozenset):
        raise InputError(f"model {name_of(model)}: needs is {found!r:.80}, allowed: names among {', '.join(NEEDS)}.")
    wanted = (found,) if isinstance(found, str) else tuple(found)
    for need in wanted:
        if need not in NEEDS:
            raise unknown(f"need of model {name_of(model)}", need, NEEDS)
    return wanted


def learns(model: Any) -> bool:
    """Whether the model is fitted on recorded outcomes before it is asked."""
    return callable(declared(model, "fit"))


def fitted(model: Any, records: pd.DataFrame, outcomes: np.ndarray, *, own: bool = False) -> Any:
    """A copy of the model, fitted on these records and recorded outcomes (int8, 1: the positive side).

    The model itself stays as it was, so that it can be fitted again on another society. A model without
    `fit` is given back as it is. It fits copies of records and outcomes, unless they are its `own`. Raises ModelError
    where copying or fitting fails.
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

    `given` holds what is at hand beside the records ("draws", "entries"); a model is handed what it
    declares in `needs`, and nothing else. It gets copies, unless what it is handed is its `own`. Raises ModelError
    where the model raises or breaks the contract, InputError where it declares a need that is not at hand.
    """
    name, given = name_of(model), given or {}
    wanted = needs(model)
    for need in wanted:
        if given.get(need) is None:
            raise InputError(f"model {name} needs {need}, which are not at hand here.")
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


def _check_whose(answer: Any, left: pd.Index, index: pd.Index, name: str) -> None:
    """Raise ModelError unless it is certain whose each score and decision is.

    A Series says it by its index, which must be that of the records as they were handed over. Anything else goes by
    position, and so only while the model `left` the index of its records alone.
    """
    for part in (answer.score, answer.decision) if isinstance(answer, Scores) else (answer,):
        if isinstance(part, pd.Series | pd.DataFrame):
            if not part.index.equals(index) or not (left.identical(index) or part.index.identical(index)):
                raise ModelError(
                    f"model {name} returned a Series with another index than its records; return an array."
                )
        elif part is not None and not left.identical(index):
            raise ModelError(
                f"model {name} changed the order or the index of its records, so nobody can tell whose scores it "
                "returned; sort a copy."
            )


def checked(answer: Any, n: int, name: str = "model") -> Scores:
    """A model's answer as Scores. Raises ModelError unless it is n finite scores, decisions and reasons well formed."""
    made = answer if isinstance(answer, Scores) else Scores(answer)
    score = _numbers(made.score)
    if score is None:
        raise ModelError(f"model {name} returned {type(made.score).__name__}, not {n} numbers.")
    if score.shape != (n,):
        raise ModelError(f"model {name} returned scores of shape {score.shape}, ({n},) is needed.")
    if n and not np.isfinite(score).all():
        place = int(np.flatnonzero(~np.isfinite(score))[0])
        raise ModelError(f"model {name} returned {score[place]} for record {place}; every score must be finite.")
    return Scores(score, _checked_decision(made.decision, n, name), _checked_reasons(made.reasons, name))


def _numbers(values: Any) -> np.ndarray | None:
    """The values as float64, or None where they are not numbers."""
    try:
        found = np.asarray(values)
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
