"""A check of the contract of a model, ours or a user's: at once, or as tests of one's own.

The records are made by hand from the columns that a scenario declares, so no world runs.
"""

# Any: a user's model can be anything.
from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from pathlib import Path
from typing import Any

from testbed.checks.contract import sample_records, scenario_for
from testbed.checks.promises import PROMISES, Promise, Subject, survives_pickling
from testbed.models import load_model, name_of
from testbed.scenarios import Scenario

Check = Callable[[Any], None]
Test = Callable[..., object]


def check_model(model: Any, *, scenario: str | Path | Scenario | None = None, processes: bool = False) -> None:
    """Check that a model keeps the contract, on records as a scenario holds them.

    The records are made by hand from the columns of the scenario, so no world is run. A model that learns is fitted
    first, on a copy. Among the checks: n finite scores, the same answer twice, records left unchanged, no draws from a
    global random state, scores that do not depend on the order of rows, and, unless the model declares `row_wise =
    False`, scores that do not depend on other rows.

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
        At the first broken promise, with the two values that differ.
    InputError
        If the model or the scenario cannot be found or imported.

    See Also
    --------
    ScoringModel : The contract.
    check_rulebook : Check a rule book.
    parametrize_with_checks : The same checks as tests of one's own.

    Examples
    --------
    >>> from testbed import check_model
    >>> check_model(lambda records: -records["utility_late"].to_numpy(float))
    """
    subject = _subject(model, scenario)
    for promise in (*PROMISES, survives_pickling) if processes else PROMISES:
        promise(subject)


def parametrize_with_checks(
    models: Sequence[Any], *, scenario: str | Path | Scenario | None = None
) -> Callable[[Test], Test]:
    """Parametrize a pytest function with models and the checks of their contract.

    It works like the function of the same name in scikit-learn: the test has the arguments `model` and `check`, and is
    run once for each pair, under names such as `Mine-answers_alike_twice`.

    Parameters
    ----------
    models : sequence of object or str
        What `check_model` takes.
    scenario : str, Path or Scenario, optional
        The scenario whose columns the records have. Default: as for `check_model`.

    Returns
    -------
    decorator
        A mark of pytest.

    Raises
    ------
    ModuleNotFoundError
        If pytest is not installed.

    See Also
    --------
    check_model : All checks at once.

    Examples
    --------
    >>> from testbed import parametrize_with_checks
    >>> @parametrize_with_checks(["logistic", lambda records: -records["utility_late"].to_numpy(float)])
    ... def test_my_models_keep_the_contract(model, check):
    ...     check(model)
    """
    import pytest

    checks = [_named(promise, scenario) for promise in PROMISES]
    given = [(model, check) for model in models for check in checks]
    names = [f"{model if isinstance(model, str) else name_of(model)}-{check.__name__}" for model, check in given]
    return pytest.mark.parametrize(("model", "check"), given, ids=names)


def _named(promise: Promise, scenario: str | Path | Scenario | None) -> Check:
    """A promise as a function of a model that has the promise's name."""
    return update_wrapper(partial(_check, promise, scenario), promise)


def _check(promise: Promise, scenario: str | Path | Scenario | None, model: Any) -> None:
    promise(_subject(model, scenario))


def _subject(model: Any, scenario: str | Path | Scenario | None) -> Subject:
    model = load_model(model)
    return Subject.of(model, sample_records(scenario_for(model, scenario)))
