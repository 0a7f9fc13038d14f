"""Screening: everybody who passes is scanned, few are sought, and so most alarms may be false.

Those who are sought are acts (kinds of conduct), found with the channel's coverage less its misses. Everybody else is
scanned `scans_urban` or `scans_rural` times a month, and each scan raises a false alarm with probability
`false_match`, for the minority `false_match_ratio` times as often. With n scans and s of them of people who are sought
and found with probability h, a share s h / (s h + (n - s) false_match) of the alarms is right: at a low base rate a
small false match rate makes most of them wrong.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Arisen, Declared, coin
from synthetic.channels.rare import Scope, entries, errors
from synthetic.draws import pack

NUMBERS = ("scans_urban", "scans_rural")
ERRORS: tuple[str, ...] = ()
COLUMNS: tuple[str, ...] = ()
STRAYS = False


def arise(channel: Declared, scope: Scope) -> Arisen:
    """The false alarms of a month: in the record, of the first kind, not in the shadow record."""
    urban, rural = channel.value("scans_urban"), channel.value("scans_rural")
    most = max(urban, rural)
    person, k = errors(channel, "alarm", most * channel.value("false_match"), scope)
    passes = np.where(scope.at(person, "residence") == scope.urban, urban, rural)
    kept = coin(channel, "passes", pack(person, scope.period, 0, k), scope.seed) * most < passes
    return entries(channel, person[kept], k[kept], scope, "false_match")
