"""Screening: everybody who passes is scanned but few are sought, so most alarms may be false.

People who are sought are modelled as acts (kinds of conduct), found with the channel's coverage except for its misses.
Everybody else is scanned `scans_urban` or `scans_rural` times a month, and each scan raises a false alarm with
probability `false_match`, `false_match_ratio` times as often for the minority. If s of n scans are of people who are
sought, and these are found with probability h, a share s h / (s h + (n - s) false_match) of the alarms is right: at a
low base rate even a small false match rate makes most of them wrong.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Arisen, Declared, coin
from synthetic.channels.rare import Scope, entries, errors
from synthetic.draws import pack
from synthetic.schema import AMOUNT, Key
from synthetic.source import Sourced

NUMBERS = {
    "scans_urban": Key("scans per adult and month in towns", Sourced(AMOUNT), needed=True),
    "scans_rural": Key("the same in the country", Sourced(AMOUNT), needed=True),
}
ERRORS: tuple[str, ...] = ()
COLUMNS: tuple[str, ...] = ()
STRAYS = False


def arise(channel: Declared, scope: Scope) -> Arisen:
    """The false alarms of a month: entries of the first kind, in the record but not in the shadow record."""
    urban, rural = channel.value("scans_urban"), channel.value("scans_rural")
    most = max(urban, rural)
    person, k = errors(channel, "alarm", most * channel.value("false_match"), scope)
    passes = np.where(scope.at(person, "residence") == scope.urban, urban, rural)
    kept = coin(channel, "passes", pack(person, scope.period, 0, k), scope.seed) * most < passes
    return entries(channel, person[kept], k[kept], scope, "false_match")
