"""How people who heed published rules change what they do: acts they leave, and acts they move out of sight."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synthetic.channels import Acts
from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.regimes import Response, counted_against, heeded
from testbed.twins import Switch

HEEDED = "regime.response.heeded"
NOBODY = "no one in this run takes published rules to be applied: set regime.response.heeded above 0"


@measure(
    "gaming",
    harm="benefit",
    unit="per 1,000 person-months",
    better="lower",
    needs=("history", "twin"),
    estimand="acts counted against people that those who heed the rules move out of sight, per 1,000 person-months",
    interval="influence values by grid, t(G-1)",
    reference="Hardt et al. (2016), ITCS (strategic classification); MEASURES section 2",
    caveats="How many people heed the rules, and what they do then, is an assumption of the scenario: vary it. Read it "
    "beside _left: acts that are not done are what the rules are for.",
    gap="gaming_gap",
    default=False,
)
def gaming(case: Case) -> Iterator[PerPerson]:
    """Acts that people move out of sight because they heed published rules, per 1,000 person-months in scope.

    Acts of the kinds that the scheme counts against a person. Compares with the twin in which nobody heeds the rules,
    on the same coins. `_left`: such acts that people do not do at all. Exactly 0 if no rules are published. NaN if
    nobody would heed them.
    """
    n = len(case.people)
    regime = case.scenario.regime
    why = "" if regime.value("response", "heeded") > 0 else NOBODY
    hidden, left = np.zeros(n), np.zeros(n)
    acted_on = not why and heeded(regime, case.disclosure) > 0
    if acted_on:
        other = case.twin(Switch(HEEDED, 0.0))
        mine, theirs = _response(case), _response(other)
        for t in range(case.periods):
            ours, before = (_counted(one, mine, t) for one in (case, other))
            moved = _evades(case, mine, ours, t) & ~_evades(case, theirs, ours, t)
            hidden += np.bincount(ours.person[moved], minlength=n)
            left += np.bincount(before.person, minlength=n) - np.bincount(ours.person, minlength=n)
    months = np.where(case.scored & (not why), case.periods / 1000, 0.0)
    for suffix, found in (("", hidden), ("_left", left)):
        yield PerPerson(np.where(months > 0, found, 0.0), months, suffix=suffix, exact=not acted_on, why=why)


def _response(case: Case) -> Response:
    scenario, society = case.scenario, case.society
    return Response(
        scenario.regime, society.ids, seed=society.seed, rights=scenario.disclosure, kinds=scenario.conduct,
        counted=counted_against(scenario.rulebook),
    )  # fmt: skip


def _counted(case: Case, response: Response, t: int) -> Acts:
    """The true acts of a month that count against their author, by people in scope."""
    acts = case.history.acts_[t]
    against = np.array([kind in response.counted for kind in case.scenario.kinds])
    return acts.take(against[acts.kind] & case.scored[acts.person])


def _evades(case: Case, response: Response, acts: Acts, t: int) -> NDArray[np.bool_]:
    return np.asarray(response.evades(acts.person, acts.kind, acts.k, case.scenario.kinds, t), bool)
