"""From what a user gives to a table with a model that measures can ask."""

# Any: a model and a table can be given in many forms.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed.disclosures import Disclosure
from testbed.findings import checked_minimum
from testbed.models import declared, higher_is, load_apart, opened
from testbed.tables.arguments import check_arguments
from testbed.tables.coding import label
from testbed.tables.columns import column
from testbed.tables.labels import positives
from testbed.tables.laying import Laid, laid_out
from testbed.tables.modeled.actions import load_actions
from testbed.tables.modeled.case import NOTIFIED, Modeled
from testbed.tables.modeled.mistakes import Mistake, chances, load_errors, spread
from testbed.tables.modeled.reading import read_people
from testbed.tables.modeled.scheme import Answer, Scheme, scheme_of

SAID = ("score", "decision")
"""What the first scheme says, as columns of the second."""


@dataclass(frozen=True)
class Given:
    """The arguments of an audit of a model on a table (see `audit_model`)."""

    features: Sequence[str]
    groups: Any
    outcome: str | None = None
    errors: str | Path | None = None
    actions: str | Path | None = None
    disclosure: str | Path | None = None
    then: Any = None
    measures: Any = None
    minimum: int = 0
    threshold: float | None = None
    positive: object = None
    reference: Mapping[str, object] = field(default_factory=dict)
    equivalence: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0

    def check(self) -> None:
        """Raise InputError for an argument of the wrong kind."""
        if self.threshold is not None and (isinstance(self.threshold, bool) or not isinstance(self.threshold, Real)):
            raise InputError(f"threshold is {self.threshold!r}; a finite number is allowed.")
        features = self.features if isinstance(self.features, list | tuple) else ()
        check_arguments(self.groups, self.threshold, self.positive, self.reference, features, None, self.seed)
        checked_minimum(self.minimum)
        if self.then is not None and (both := [one for one in SAID if one in features]):
            raise InputError(
                f"features names {both[0]!r}, which is also what the second model is told of the first; rename it."
            )


def modeled(model: Any, frame: Any, given: Given) -> tuple[Modeled, Laid]:
    """The table with its model and everything that is done to it. Raises InputError for what is not allowed."""
    mistakes = load_errors(given.errors)
    beside = [name for one in mistakes for name in one.beside]
    read = read_people(frame, given.features, given.groups, given.outcome, beside)
    records, n = read.records, len(read.frame)
    seen = Disclosure.load(NOTIFIED if given.disclosure is None else given.disclosure)
    moves = None if given.actions is None else load_actions(given.actions, records)
    found = opened(model)
    truth, notes = _truth(read.frame, given, load_apart(found))
    scheme = scheme_of(found, records, truth, given.threshold, given.seed)
    scheme = replace(scheme, name=model) if isinstance(model, str) else scheme
    answer = scheme.answer(records, np.arange(n))
    laid = _laid(read.frame, given, answer, scheme, truth)
    table = laid.table
    spreading = spread(mistakes, records, outcome=truth is not None, strict=given.errors is not None)
    known = {name: getattr(table, name) for name in ("attributes", "prediction", "outcome", "score", "splits")}
    made = Modeled(
        table.people, **known, reference=table.reference, features=_alike(records), seed=given.seed, records=records,
        whole=read.whole, rows=np.arange(n), scheme=scheme, answer=answer, mistakes=spreading,
        chances={one.name: chances(one, table.attributes, n) for one in spreading}, disclosure=seen, moves=moves,
    )  # fmt: skip
    of_groups = [said for said in laid.notes if not said.startswith("positive label")]
    laid.notes[:] = [*notes, *_notes(given, scheme, spreading), *of_groups]
    return _with_second(made, given, truth), laid


def _truth(frame: pd.DataFrame, given: Given, model: Any) -> tuple[NDArray[np.bool_] | None, list[str]]:
    """Who has the positive outcome (None without one), and notes."""
    if given.outcome is None:
        return None, []
    found = column(frame, given.outcome, "outcome")
    positive, notes = given.positive, []
    classes = declared(model, "classes") if callable(declared(model, "said")) else None
    if positive is None and classes is not None and len(classes) == 2:
        better = classes[-1] if higher_is(model) == "better" else classes[0]
        if label(better) in {label(one) for one in found.values.unique()}:
            positive = better
            notes = [f"positive label of {found}: {label(better)}, for which the model's better scores stand."]
    [truth], said = positives([found], positive)
    return np.asarray(truth, bool), [*notes, *said]


def _laid(frame: pd.DataFrame, given: Given, answer: Answer, scheme: Scheme, truth: NDArray[np.bool_] | None) -> Laid:
    """The table of groups, outcomes and the model's decisions; positive is what is not adverse."""
    return laid_out(
        frame, groups=given.groups, outcome=None if truth is None else truth, prediction=~answer.adverse,
        score=scheme.sign * answer.score, threshold=None, weights=None, counts=None, positive=None,
        reference=given.reference, clusters=None, control=None, features=(), missing="refuse", stream=None,
        seed=given.seed,
    )  # fmt: skip


def _alike(records: pd.DataFrame) -> pd.DataFrame | None:
    """The features by which people count as alike; none if values are missing or infinite."""
    infinite = records.select_dtypes("number").isin([np.inf, -np.inf])
    return None if records.isna().to_numpy().any() or infinite.to_numpy().any() else records


def _notes(given: Given, scheme: Scheme, mistakes: Sequence[Mistake]) -> list[str]:
    """What was not named and had to be chosen."""
    made = []
    if scheme.here:
        made.append(f"model {scheme.name} was fitted on this table: decisions on its own rows look better than on new.")
    if given.errors is None:
        guesses = sum(one.rate.reading == "assumed" for one in mistakes)
        made.append(
            f"errors: the set of everyday errors, {len(mistakes)} errors, {guesses} of whose rates are guesses."
        )
    if given.disclosure is None:
        made.append("disclosure: people learn of decisions about them, and nothing else.")
    return made


def _with_second(table: Modeled, given: Given, truth: NDArray[np.bool_] | None) -> Modeled:
    """The table with the second scheme and its answer, if one is named."""
    if given.then is None:
        return table
    records = table.handed_on(table.records, table.answer)
    second = scheme_of(given.then, records, truth, None, given.seed)
    return replace(table, second=second, after=second.answer(records, table.rows))
