"""Whether two scenarios make the same world, so that one run serves both."""

from __future__ import annotations

from testbed.regimes import can_know, heeded
from testbed.scenarios import Scenario


def same_world(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios that differ in dials alone make the same world: nobody acts on what they differ in.

    Rights change what happens in two ways: people contest, or have repaired, entries of which they can know, and they
    heed rules that they can read. A scenario in which a right changes neither has the same history without it.

    >>> rongcheng = Scenario.load("rongcheng")
    >>> same_world(rongcheng, rongcheng.set({"disclosure.own_record": "on"}))
    True
    >>> same_world(rongcheng, rongcheng.set({"disclosure.reasons_adverse": "off"}))
    False
    """
    mine, theirs = one.dials, other.dials
    if mine.keys() != theirs.keys():
        return False
    if any(mine[path].value != theirs[path].value for path in mine if not path.startswith("disclosure.")):
        return False
    return _acted_on(one) == _acted_on(other)


def _acted_on(scenario: Scenario) -> tuple[bool, float]:
    """What people act on: whether they can know of entries, and the share of them who heed the rules."""
    regime, rights = scenario.regime, scenario.disclosure
    used = regime.value("appeal", "noticed") > 0 or regime.value("restoration", "requested") > 0
    answered = regime.value("response", "adaptation") > 0 or regime.value("response", "avoidance") > 0
    return used and can_know(rights), heeded(regime, rights) if answered else 0.0
