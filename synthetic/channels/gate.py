"""A gate that turns red, in the style of a health code: by place, by contact, and by mistake.

In a month an outbreak befalls a grid with probability `outbreak`; a household of it was in contact with probability
`exposed`, and each adult of such a household is exposed with probability `contact`: entries of the channel's first
kind, within its reach, of which a share `miss` stays green. Beside them `false_red` adults in a month turn red without
any exposure, for the minority `false_match_ratio` times as often.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Arisen, Declared, by_group, coin
from synthetic.channels.rare import TRUE, Scope, entries, errors, joined, numbered
from synthetic.channels.reach import coverage
from synthetic.draws import GRID, pack

NUMBERS = ("outbreak", "exposed", "contact", "false_red")
ERRORS = ("false_red",)
COLUMNS: tuple[str, ...] = ()
STRAYS = True


def arise(channel: Declared, scope: Scope) -> Arisen:
    """The codes that turn red in a month without an act of their bearer."""
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
