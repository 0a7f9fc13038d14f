"""The unit by which the people of a scenario are drawn: what its intervals take to be independent.

It is derived from declarations: each variable of a recipe says by which unit it is drawn, and each part of a scenario
says what it reads. A rule that is alike for all reads nothing, so it makes no cluster. See docs/decisions/0015.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from synthetic.variables import DRAWN_BY

if TYPE_CHECKING:
    from testbed.scenarios.base import Scenario


def reads(scenario: Scenario, model: Collection[str] | None = None) -> tuple[str, ...]:
    """The columns of people that conduct, channels, scope, regime, splits or model read.

    `model`: the columns that the model reads. Default: all that the institution holds. Columns that people have by ties
    are left out: a firm has one owner, so no two people share a draw of it. So is the city of a channel, which only
    says where a namesake is sought.
    """
    misuse = scenario.regime.misused
    found = [part.on for kind in scenario.conduct for part in kind.depends]
    found += [column for channel in scenario.channels for column in channel.reads if column != "city"]
    found += [*scenario.scored.columns, *scenario.compared]
    found += [misuse.column] if misuse is not None and misuse.column else []
    found += [name for name in scenario.held if model is None or name in model]
    return tuple(name for name in dict.fromkeys(found) if name in scenario.recipe.variables)


def unit_of(scenario: Scenario, model: Collection[str] | None = None) -> str:
    """The coarsest unit whose people share a draw of what something reads: "person", "household", "grid" or "city".

    `model`: the columns that the model reads. Default: all that the institution holds.

    >>> from testbed.scenarios import Scenario, unit_of
    >>> unit_of(Scenario.load("judgment-debtors")), unit_of(Scenario.load("many-cities"))
    ('grid', 'city')
    """
    units = [scenario.recipe.drawn_by(reads(scenario, model)), *(each.drawn_by for each in scenario.channels)]
    return max(units, key=DRAWN_BY.index)
