"""The setting: what all cases of a scenario at one size, length and seed share."""

# Any: a user's model is any object that `testbed.models` can ask.
from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.draws import GRID, derive, pack, sparse, uniform
from synthetic.errors import InputError
from testbed.history import History
from testbed.models import (
    Decide,
    RuleBook,
    Scorer,
    Scores,
    ask,
    by_person,
    fitted,
    higher_is,
    is_yardstick,
    learns,
    lots,
    name_of,
    needs,
    row_wise,
)
from testbed.scenarios import TRAINING_PERIODS, Scenario
from testbed.world import Scheme, Society, World, outcome_positive, record_arrays, record_columns, records, window

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

    @property
    def _learned_from(self) -> int:
        """The size of the training society; of a table of people no more than it has rows."""
        rows = self.scenario.recipe.rows
        return TRAINING_PEOPLE if rows is None else min(TRAINING_PEOPLE, len(rows))

    @cached_property
    def training(self) -> tuple[Society, History]:
        """A separate society (own stream) in which conduct is recorded and nobody is scored.

        Of a table of people, it is the same people under other draws.
        """
        society = Society(self.scenario, self._learned_from, derive(self.seed, "training"))
        return society, World(society, Scheme(None, None), TRAINING_PERIODS).run()

    def taught(self, training: tuple[Society, History] | int) -> Setting:
        """The same setting with another training society: this one, or the one of this number, drawn independently."""
        made = copy(self)
        for found in ("shares", "judged"):  # on the training society as it was
            made.__dict__.pop(found, None)
        if isinstance(training, int):
            society = Society(self.scenario, self._learned_from, derive(self.seed, f"training:{training}"))
            training = society, World(society, Scheme(None, None), TRAINING_PERIODS).run()
        made.__dict__["training"] = training
        return made

    @cached_property
    def judged(self) -> tuple[Society, History]:
        """The training society under the scenario's own scheme, by which people there deserve decisions.

        Raises InputError if that scheme learns itself: it would learn from its own decisions.
        """
        own = self.own_model()
        if learns(own):
            raise InputError(
                f"decide.learn is 'deserved', and the scenario's own scheme, {name_of(own)}, learns itself: it would "
                "learn from its own decisions; name another outcome to learn."
            )
        society, _ = self.training
        return society, World(society, self.scheme(own), TRAINING_PERIODS).run()

    def elsewhere(self, scenario: Scenario) -> Setting:
        """The setting of the same people, at the same size, length and seed, in a scenario that treats them otherwise.

        Ties and candidates for acts are worked out once for both, if both scenarios have the same ones.
        """
        other = Setting(scenario, people=self.size, periods=self.periods, seed=self.seed)
        other.society.share(self.society)
        return other

    def scheme(
        self, model: Any, learn: str | None = None, *, lessons: tuple[pd.DataFrame, NDArray[np.int8]] | None = None
    ) -> Scheme:
        """The model, fitted once on outcomes of the training society, with its cut-offs.

        learn: the outcome that it learns; default that of the scenario. lessons: what it learns from instead.
        """
        trained = learns(model)
        if trained:
            model = fitted(model, *(self.lessons(learn) if lessons is None else lessons))
        scorer = Scorer(model, record_columns(self.scenario))
        spec = self.cuts(model)
        decide = self._cut(spec, scorer) if any(spec.values()) else None
        shared = decide is not None and _any_share(spec)
        found = tuple(name for name, there in (("model", trained), ("cut-off", shared)) if there)
        return Scheme(scorer, decide, row_wise(model), needs(model), found)

    def cuts(self, model: Any) -> Mapping[str, Mapping[str, float]]:
        """What each side of a decision is cut at for a model; a yardstick has the shares of the scenario's own scheme.

        The scheme itself is asked for the latter.
        """
        return self.shares if is_yardstick(model) else self.scenario.cuts(model)

    def lessons(self, learn: str | None = None) -> tuple[pd.DataFrame, NDArray[np.int8]]:
        """What a model learns from: records of the training society, and their outcomes, 1 for the positive side."""
        learn = self.scenario.learn if learn is None else learn
        society, history = self.training if learn != "deserved" else self.judged
        learned = outcome_positive(self.scenario, learn, history, society)
        at = TRAINING_PERIODS - 1 - window(learn)
        frame = records(society, history, at, society.ids[society.scored])
        return frame, learned[society.scored].astype(np.int8)

    @cached_property
    def shares(self) -> Mapping[str, Mapping[str, float]]:
        """Shares of adverse and favored decisions by the scenario's own scheme in the training society."""
        own = self.scheme(self.own_model())
        made = self._trained(own.scorer)
        decision = made.decision
        if decision is None:
            if own.decide is None:
                return {}
            society, _ = self.training
            lot = lots(society.seed, society.ids[society.scored], TRAINING_PERIODS - 1)
            decision = own.decide.decide(made.score, lot)
        sides = {"adverse": ("worst_share", -1), "favored": ("best_share", 1)}
        return {side: {key: float((decision == code).mean())} for side, (key, code) in sides.items()}

    def _trained(self, scorer: Scorer) -> Scores:
        """Scores of the training society at its last month."""
        society, history = self.training
        people = society.ids[society.scored]
        wanted = needs(scorer.model)
        return scorer.score(
            record_arrays(society, history, TRAINING_PERIODS - 1, people),
            people,
            draws=uniform(sparse(society.seed, "model", pack(people))) if "draws" in wanted else None,
            entries=history.ledger.in_force(TRAINING_PERIODS - 1) if "entries" in wanted else None,
        )

    def _cut(self, spec: Mapping[str, Mapping[str, float]], scorer: Scorer) -> Decide | None:
        """Cut-offs from these shares of the training society, or as given; None if the model decides itself.

        Scores that belong to people cannot be had for others, so their shares are those of the society itself. A rule
        book never decides itself: where its cut-offs are given, no training society is made for it.
        """
        if type(scorer.model) is RuleBook and not _any_share(spec):
            made = Scores(np.empty(0))
        elif by_person(scorer.model):
            people = self.society.ids[self.society.scored]
            made = ask(scorer.model, pd.DataFrame(index=pd.Index(people, name="person")))
        else:
            made = self._trained(scorer)
        if made.decision is not None:
            return None
        sides = {side: spec.get(side) or None for side in ("adverse", "favored")}
        return Decide.fit(
            made.score, adverse=sides["adverse"], favored=sides["favored"], higher_is=higher_is(scorer.model)
        )

    def own_model(self) -> Any:
        """The scheme that the scenario names, with the scenario's dials."""
        return self.scenario.own_model()


def _any_share(spec: Mapping[str, Mapping[str, float]]) -> bool:
    """Whether a side of a decision is cut at a share, not at a given score."""
    return any(key != "cutoff" for side in spec.values() for key in side)
