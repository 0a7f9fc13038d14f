"""A model on a table: its scores, and the decision that follows from each."""

# Any: a user's model can be anything.
from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from synthetic.errors import InputError
from testbed.models import (
    Scores,
    ask,
    by_person,
    declared,
    fitted,
    higher_is,
    isolation,
    learns,
    load_apart,
    name_of,
    needs,
    not_installed,
    opened,
    refit_of,
)

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

OWN, THRESHOLD, PREDICTS, LABELS = "own", "threshold", "predicts", "labels"
"""How scores become decisions: the model decides, a threshold, the estimator's `predict`, or scores are 0 and 1."""
HEAD = 1_000
"""Rows that show whether a model decides itself."""
NO_DECISION = (
    "model {} gives scores and no decisions; say above which score a decision is positive (threshold=, --threshold)."
)


@dataclass(frozen=True)
class Answer:
    """What a scheme says about some rows: scores, and decisions (-1 adverse, 0 none, +1 favored)."""

    score: Floats
    decision: NDArray[np.int8]

    @property
    def adverse(self) -> Bools:
        """Who is decided adversely."""
        return np.asarray(self.decision == -1)

    def at(self, rows: NDArray[np.int64]) -> Answer:
        """The answer about some of the rows."""
        return Answer(self.score[rows], self.decision[rows])


@dataclass(frozen=True)
class Scheme:
    """A model that can be asked, and the rule that makes its scores decisions.

    unfitted: the same model before it was fitted, None if it cannot be fitted again. here: it was fitted on this table.
    isolation: where the model runs.
    """

    model: Any
    name: str
    unfitted: Any = None
    rule: str = ""
    threshold: float = float("nan")
    seed: int = 0
    here: bool = False
    isolation: str = "built in"

    @property
    def sign(self) -> float:
        """1 if a higher score is better, else -1."""
        return -1.0 if higher_is(self.model) == "worse" else 1.0

    def scores(self, records: pd.DataFrame, rows: NDArray[np.int64], coins: int = 0) -> Scores:
        """The model's own answer. rows: places in the table, the addresses of the lots. coins: fresh lots."""
        people = records.set_axis(pd.RangeIndex(len(records), name="person"))
        return ask(self.model, people, {"draws": self.lots(rows, coins)})

    def lots(self, rows: NDArray[np.int64], coins: int = 0) -> Floats:
        """The lots that a model which uses chance gets."""
        return draws.uniform(draws.sparse(self.seed, "table:lots", draws.pack(rows, k=coins)))

    def answer(self, records: pd.DataFrame, rows: NDArray[np.int64], coins: int = 0) -> Answer:
        """Scores and decisions of these records."""
        made = self.scores(records, rows, coins)
        return Answer(made.score, self._decided(made, records))

    def _decided(self, made: Scores, records: pd.DataFrame) -> NDArray[np.int8]:
        if self.rule == OWN:
            assert made.decision is not None
            return made.decision
        if self.rule == THRESHOLD:
            good = self.sign * made.score > self.sign * self.threshold
        elif self.rule == LABELS:
            if not np.isin(made.score, (0, 1)).all():
                raise InputError(NO_DECISION.format(self.name))
            good = (made.score == 1) if self.sign > 0 else (made.score != 1)
        else:
            second = self._predicted(records)
            good = second if self.sign > 0 else ~second
        return np.where(good, 0, -1).astype(np.int8)

    def _predicted(self, records: pd.DataFrame) -> Bools:
        """Whom the estimator's own `predict` puts into its second class."""
        said = ask(self.model, records.reset_index(drop=True), methods=("predict",)).score
        classes = self.model.classes
        return np.asarray(said == (float(classes[-1]) if classes.dtype.kind in "biuf" else 1.0))

    def refitted(self, records: pd.DataFrame, positive: Bools) -> Scheme:
        """The same scheme fitted on these rows. positive: who has the good outcome."""
        good = positive if self.sign > 0 else ~positive
        model = fitted(self.unfitted, records.reset_index(drop=True), good.astype(np.int8))
        # Fitted on outcomes that are all alike, an estimator is another kind of model, and the other way round.
        rule = (PREDICTS if predicts(model) else LABELS) if self.rule in (PREDICTS, LABELS) else self.rule
        return replace(self, model=model, rule=rule)


def predicts(model: Any) -> bool:
    """Whether the decision of a model is what its estimator predicts, as that of a classifier without draws is."""
    return bool(declared(model, "labels", False)) and "draws" not in needs(model)


def scheme_of(spec: Any, records: pd.DataFrame, positive: Bools | None, threshold: float | None, seed: int) -> Scheme:
    """The scheme of a model that a user names, fitted on these rows if it is not fitted yet.

    Raises InputError for a model that is none, that lacks outcomes to be fitted on, or that only gives scores.
    """
    found = opened(spec)
    model = load_apart(found)
    name = str(spec) if isinstance(spec, str) else name_of(model)
    if said := not_installed(model):
        raise InputError(f"model {name} {said}.")
    if by_person(model):
        raise InputError(f"model {name} is a table of scores, which says nothing about changed rows; use --score.")
    reads = declared(model, "reads")
    absent = [one for one in reads or () if one not in records.columns]
    if absent:
        raise InputError(
            f"model {name} reads {', '.join(map(repr, absent[:3]))}, which features does not name; features are "
            f"{', '.join(map(str, records.columns))}."
        )
    unfitted = model if learns(model) else refit_of(model)
    made = Scheme(model, name, unfitted, seed=seed, isolation=isolation(found))
    if learns(model):
        if positive is None:
            raise InputError(f"model {name} is not fitted; name the outcome to fit it on (outcome=, --outcome).")
        made = replace(made.refitted(records, positive), here=True)
    return replace(made, **_rule(made, records, threshold))


def _rule(made: Scheme, records: pd.DataFrame, threshold: float | None) -> dict[str, Any]:
    """How the scores of a model become decisions. Raises InputError if nothing says it."""
    head = made.scores(records[:HEAD], np.arange(min(HEAD, len(records))))
    if head.decision is not None:
        if threshold is not None:
            raise InputError(f"found a threshold, and model {made.name} decides itself; leave the threshold out.")
        return {"rule": OWN}
    if threshold is not None:
        return {"rule": THRESHOLD, "threshold": float(threshold)}
    if predicts(made.model):
        return {"rule": PREDICTS}
    if np.isin(head.score, (0, 1)).all():
        return {"rule": LABELS}
    raise InputError(NO_DECISION.format(made.name))
