"""The error for a broken promise, and the records that checks run on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import conduct
from synthetic.conduct import Conduct
from synthetic.draws import sparse, uniform
from synthetic.recipes import FOLDER, Recipe
from synthetic.registry import toml_names
from testbed.models import RuleBook, record_frame
from testbed.regimes import ACQUAINTED, LISTED, declared
from testbed.scenarios import Scenario

DEFAULT = "rongcheng"
"""The scenario whose records are used if none is named."""

N_RECORDS = 48


class ContractError(AssertionError):
    """A promise of the contract that a model, measure or rule book breaks, told in one sentence.

    It is an AssertionError, so pytest shows it as a failed test.

    See Also
    --------
    check_model : Check a model.
    check_measure : Check a measure.
    check_rulebook : Check a rule book.

    Examples
    --------
    >>> from testbed import ContractError, check_model
    >>> try:
    ...     check_model(lambda records: [1.0])
    ... except ContractError as problem:
    ...     print(type(problem).__name__)
    ContractError
    """


def expect(held: object, sentence: str) -> None:
    """Raise ContractError with the sentence unless the promise is held."""
    if not held:
        raise ContractError(sentence)


def scenario_for(model: object, scenario: str | Path | Scenario | None) -> Scenario:
    """Return the scenario with the records that a model is checked on; the default one for None.

    For a rule book, the default one also records what the book reads: any registered kind of conduct, and any column
    of people that is not truth, including columns that come from ties. If the people of the default one lack a column,
    they come from the first registered recipe that has all of them.
    """
    if scenario is not None:
        return scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    made = Scenario.load(DEFAULT)
    if not isinstance(model, RuleBook):
        return made
    kinds = tuple(kind for kind in conduct.names() if kind in model.reads and kind not in made.recorded)
    asked = [column for column in model.reads if column not in (*made.recorded, *kinds)]
    recipe, ties = next(_with_columns(asked, made.recipe), (made.recipe, ("firms",)))
    known = {**declared(recipe, ties).variables, LISTED: ACQUAINTED}
    first, *rest = made.channels
    return replace(
        made,
        recipe=recipe,
        conduct=(*made.conduct, *(Conduct.load(kind) for kind in kinds if kind not in made.kinds)),
        channels=(replace(first, kinds=(*first.kinds, *kinds)), *rest),
        held=tuple(
            column for column in dict.fromkeys((*made.held, *asked)) if column in known and not known[column].truth
        ),
        ties=ties,
    )


def _with_columns(asked: Sequence[str], default: Recipe) -> Iterator[tuple[Recipe, tuple[str, ...]]]:
    """Recipes, the default one first, with the ties that they can have, whose people have all these columns."""
    for recipe in (default, *map(Recipe.load, toml_names(FOLDER))):
        ties = ("firms",) if "sector" in recipe.variables else ()
        if set(asked) <= {*declared(recipe, ties).variables, LISTED}:
            yield recipe, ties


def sample_records(scenario: Scenario, *, n: int = N_RECORDS) -> pd.DataFrame:
    """Return hand-made records with the scenario's columns, in which every level and counts from 0 to 5 occur."""
    arrays: dict[str, NDArray[np.generic]] = {}
    columns: dict[str, tuple[str, ...] | None] = {}
    for place, name in enumerate(scenario.held):
        variable = scenario.declared.variables[name]
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
