"""The contract of a scoring model, the registry of built-in models, and what a model declares."""

# Any: a user's model can be anything.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from synthetic.registry import Registry
from testbed.models.guard import first_line, theirs

NEEDS = ("draws", "entries")
"""What a model may need in addition to its records: the period's random draws, the entries in force."""

REASON_COLUMNS = ("person", "rule", "contribution")


class ModelError(RuntimeError):
    """A model failed: it raised, did not answer in time, or broke the contract. The message is one sentence."""


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
    reasons : callable, optional
        `reasons(records)` returns the reasons for the scores, in the form of `Scores.reasons`. It is called only where
        reasons are read. Default: those that come with the scores, if any.
    neutral : mapping of str to object, optional
        The value of a column that counts neither for nor against anybody: what a reason is undone to. Default: the
        value that most people have.
    additive : bool, optional
        Whether base and reasons add up to the log-odds of the score: `base` is then a number of the fitted model. It is
        checked wherever reasons are asked for. Default: False.
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
            Scores in the order of the records: n finite integers, floats or booleans, in one dimension, or `Scores`
            with decisions and reasons.

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


class Elsewhere:
    """A model that is asked in another process: it has limits of its own, and cannot change what it is given.

    given_up: a sentence once it did not answer in time.
    """

    given_up = ""

    @property
    def failure(self) -> str:
        """Why the model is not asked any more; "" while it may be."""
        return self.given_up

    def unfitted(self) -> Any:
        """The same model before it was fitted; None if it cannot be had."""
        return None

    def reseeded(self, seed: int) -> Any:
        """The same model, unfitted, with another seed; None if its fit draws nothing at random."""
        return None


models: Registry[Callable[[], Any]] = Registry("model", "testbed.models")
"""Built-in models by name; each is a factory without arguments."""


LONGEST = 1000
"""Characters of the name of a model that are kept."""


def name_of(model: Any) -> str:
    """The name of a model in messages: its own `name`, or that of its function or class."""
    for attribute in ("name", "__name__"):
        try:
            with theirs():
                found = str(getattr(model, attribute, "") or "")[:LONGEST]
        except Exception:
            continue
        if found:
            return found
    return type(model).__name__


def declared(model: Any, attribute: str, default: Any = None) -> Any:
    """The value of an attribute that a model declares. Raises ModelError if it cannot be read."""
    try:
        with theirs():
            return getattr(model, attribute, default)
    except Exception as problem:
        raise ModelError(
            f"model {name_of(model)}: its {attribute} cannot be read ({first_line(problem)})."
        ) from problem


def higher_is(model: Any) -> str:
    """What a higher score means, "better" or "worse". Raises InputError for any other declaration."""
    found = declared(model, "higher_is", "better")
    if not isinstance(found, str) or found not in ("better", "worse"):
        raise InputError(f"model {name_of(model)}: higher_is is {found!r:.80}, allowed: better, worse.")
    return str(found)


def row_wise(model: Any) -> bool:
    """Whether the model declares that each score depends on its own row alone; False if it does not say."""
    found = declared(model, "row_wise", False)
    if not isinstance(found, bool | np.bool_):
        raise InputError(f"model {name_of(model)}: row_wise is {found!r:.80}, allowed: True, False.")
    return bool(found)


def needs(model: Any) -> tuple[str, ...]:
    """What the model needs in addition to its records. Raises InputError for a need that does not exist."""
    found = declared(model, "needs", ())
    if not isinstance(found, str | tuple | list | set | frozenset):
        raise InputError(f"model {name_of(model)}: needs is {found!r:.80}, allowed: names among {', '.join(NEEDS)}.")
    wanted = (found,) if isinstance(found, str) else tuple(found)
    for need in wanted:
        if need not in NEEDS:
            raise unknown(f"need of model {name_of(model)}", need, NEEDS)
    return wanted


def by_person(model: Any) -> bool:
    """Whether scores belong to people and not to their records, as those of a table that was made elsewhere."""
    return bool(declared(model, "by_person", False))


def is_yardstick(model: Any) -> bool:
    """Whether the model decides on as many people as the scenario's own scheme does, and by no cut-off of its own."""
    return bool(declared(model, "yardstick", False))


def learns(model: Any) -> bool:
    """Whether the model is fitted on recorded outcomes before it scores."""
    return callable(declared(model, "fit"))
