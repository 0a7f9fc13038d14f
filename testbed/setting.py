"""The setting: what all cases of a scenario at one size, length and seed share, and how they are made."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np

from synthetic.draws import GRID, derive, pack, sparse, uniform
from synthetic.errors import InputError
from testbed.case import Case
from testbed.history import History
from testbed.models.base import fitted, higher_is, learns, name_of, needs, row_wise
from testbed.models.decide import Decide
from testbed.models.scorer import Scorer, record_frame
from testbed.records import outcome_positive, record_arrays, record_columns, window
from testbed.scenario import TRAINING_PERIODS, Scenario
from testbed.society import Society
from testbed.world import Scheme, World

TRAINING_PEOPLE = 20 * GRID


class Setting:
    """A scenario at a size, length and seed: the society and the training society that all its cases share."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        people: int | None = None,
        periods: int | None = None,
        seed: int = 0,
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self.scenario, self.seed = scenario, seed
        self.size = scenario.people if people is None else people
        self.periods = scenario.periods if periods is None else periods
        if self.periods < 1:
            raise InputError(f"periods must be at least 1, found {self.periods}.")
        self.say = progress or (lambda text: None)

    @cached_property
    def society(self) -> Society:
        """The people of this setting."""
        self.say(f"making {self.size:,} people")
        return Society(self.scenario, self.size, self.seed)

    @cached_property
    def training(self) -> tuple[Society, History]:
        """A separate society (own stream) in which conduct is recorded and nobody is scored."""
        society = Society(self.scenario, TRAINING_PEOPLE, derive(self.seed, "training"))
        return society, World(society, Scheme(None, None), TRAINING_PERIODS).run()

    def scheme(self, model: Any) -> Scheme:
        """The model, fitted once on the recorded outcomes of the training society, with its cut-offs."""
        society, history = self.training
        if learns(model):
            learned = outcome_positive(self.scenario, self.scenario.learn, history, society)
            at = TRAINING_PERIODS - 1 - window(self.scenario.learn)
            frame = record_frame(record_columns(self.scenario), record_arrays(society, history, at), society.ids)
            model = fitted(model, frame[society.scored], learned[society.scored].astype(np.int8))
        scorer = Scorer(model, record_columns(self.scenario))
        decide = None
        if any(self.scenario.decide.values()):
            people = society.ids[society.scored]
            arrays = {
                name: column[society.scored]
                for name, column in record_arrays(society, history, TRAINING_PERIODS - 1).items()
            }
            draws = uniform(sparse(society.seed, "model", pack(people))) if "draws" in needs(model) else None
            entries = history.ledger.in_force(TRAINING_PERIODS - 1) if "entries" in needs(model) else None
            made = scorer.score(arrays, people, draws=draws, entries=entries)
            if made.decision is None:
                cuts = {side: spec or None for side, spec in self.scenario.decide.items()}
                decide = Decide.fit(
                    made.score, adverse=cuts["adverse"], favored=cuts["favored"], higher_is=higher_is(model)
                )
        return Scheme(scorer, decide, row_wise(model), needs(model))

    def case(self, model: Any = None, *, name: str | None = None) -> Case:
        """Run a model (default: the scenario's own) in this setting."""
        if model is None:
            model, name = self.own_model(), name or self.scenario.model
        scheme = self.scheme(model)
        self.say(f"running {name or name_of(model)} for {self.periods} months")
        history = World(self.society, scheme, self.periods).run()
        return Case(self, model, name or name_of(model), scheme, history)

    def own_model(self) -> Any:
        """The scheme that the scenario names, with the scenario's dials."""
        if self.scenario.rulebook is not None:
            return self.scenario.rulebook
        from testbed.models.load import load_model

        return load_model(self.scenario.model)


def run_case(
    scenario: Scenario | str,
    model: Any = None,
    *,
    name: str | None = None,
    people: int | None = None,
    periods: int | None = None,
    seed: int = 0,
) -> Case:
    """One model in one world of a scenario, ready to be measured.

    >>> case = run_case("rongcheng", people=1024, periods=3)
    >>> case.history.periods
    3
    """
    scenario = Scenario.load(scenario) if isinstance(scenario, str) else scenario
    return Setting(scenario, people=people, periods=periods, seed=seed).case(model, name=name)
