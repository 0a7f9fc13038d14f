"""A gate in the style of a health code turns red: by place, by contact, and by mistake.

In a month a grid has an outbreak with probability `outbreak`; each of its households was in contact with probability
`exposed`, and each adult of such a household is exposed with probability `contact`. Exposures within the channel's
reach become entries of its first kind, except a share `miss` that stays green. In addition `false_red` of the adults
turn red in a month without any exposure, `false_match_ratio` times as often among the minority.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Arisen, Declared, by_group, coin
from synthetic.channels.rare import TRUE, Scope, entries, errors, joined, numbered
from synthetic.channels.reach import coverage
from synthetic.draws import GRID, pack
from synthetic.schema import SHARE, Key
from synthetic.source import Sourced

NUMBERS = {
    "outbreak": Key("share of grids and months with an outbreak", Sourced(SHARE), needed=True),
    "exposed": Key("share of the households of such a grid in contact", Sourced(SHARE), needed=True),
    "contact": Key("share of the adults of such a household", Sourced(SHARE), needed=True),
    "false_red": Key("codes turned red without exposure, per adult and month", Sourced(SHARE), needed=True),
}
ERRORS = ("false_red",)
COLUMNS: tuple[str, ...] = ()
STRAYS = True


def arise(channel: Declared, scope: Scope) -> Arisen:
    """The codes that turn red in a month without an act of the person."""
    person, k = errors(channel, "red", channel.value("false_red"), scope)
    if channel.through:
        held = np.where(scope.at(person, channel.through).astype(bool), 1.0, channel.value("without"))
        bears = coin(channel, "red through", pack(person, scope.period, 0, k), scope.seed) < held
        person, k = person[bears], k[bears]
    return joined(_exposures(channel, scope), entries(channel, person, k, scope, "false_match"))


def _exposures(channel: Declared, scope: Scope) -> Arisen:
    grids = np.asarray(scope.grids, np.int64)
    hit = grids[coin(channel, "outbreak", pack(grids, scope.period), scope.seed) < channel.value("outbreak")]
    person = (hit[:, None] * GRID + np.arange(GRID)).ravel()
    person = person[person < scope.size]
    home = pack(scope.at(person, "household"), scope.period)
    person = person[coin(channel, "exposed", home, scope.seed) < channel.value("exposed")]
    person = person[scope.at(person, "age") >= 18]
    person = person[coin(channel, "contact", pack(person, scope.period), scope.seed) < channel.value("contact")]
    reach = coverage(channel, person, scope.at, seed=scope.seed, urban=scope.urban, minority=scope.minority)
    person = person[coin(channel, "exposure reach", pack(person, scope.period), scope.seed) < reach]
    missed = by_group(channel, "miss", "miss_ratio", scope.at(person, "community") == scope.minority)
    lost = coin(channel, "exposure miss", pack(person, scope.period), scope.seed) < missed
    return entries(channel, person, numbered(person, TRUE, channel.name), scope, "faithful", lost=lost)
