"""The sanctions that would have followed if every decision had been the one deserved on the shadow record."""

from __future__ import annotations

import numpy as np

from testbed.history import Changes, History
from testbed.regimes import Reach, RegimeState, counted_against
from testbed.world.society import Society, Views


def regime_state(
    society: Society,
    people: np.ndarray,
    household: np.ndarray,
    child: np.ndarray,
    scored: np.ndarray,
    reach: dict[str, Reach],
) -> RegimeState:
    """The regime of a society over some people, nobody on any list. Arrays are aligned with `people`, which are ids."""
    scenario = society.scenario
    return RegimeState(
        scenario.regime,
        people,
        household,
        child,
        seed=society.seed,
        reach=reach,
        scored=scored,
        rights=scenario.disclosure,
        kinds=scenario.conduct,
        counted=counted_against(scenario.rulebook),
    )


def deserved_sanctions(society: Society, history: History, views: Views | None = None) -> Changes:
    """Sanctions by month if lists, copies, stays and reach had followed from deserved decisions: uint16 (months, n).

    Conduct and records are as they were; only the decisions that the regime acts on are others. So where no decision is
    wrong, these are the sanctions of the history. history: of everybody. Raises InputError if scores are fixed.
    """
    child = np.asarray((views or society.views).regime["age"]) < 18
    reach = {name: society.ties(name) for name in society.scenario.regime.ties}
    state = regime_state(society, society.ids, society.household, child, society.scored, reach)
    made = Changes(history.periods, len(society.ids), np.uint16)
    for t in range(history.periods):
        before, around = state.sanctions.copy(), state.lists.copy()
        state.step(t, history.deserved(t), around)
        made.add_whole(before, state.sanctions)
    return made
