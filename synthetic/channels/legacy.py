"""A file from before the run: marks that people have at month 0, some of them lost, some of them forged.

Every adult within the channel's reach has `marks` true marks on average in the file; a share `lost` of them is missing
from the record when the run begins (they stay in the shadow record). `forged` marks per adult, `false_match_ratio`
times as many among the minority, were added without cause (origin "legacy"). Later acts are recorded as in any channel.
"""

from __future__ import annotations

from synthetic.channels.declared import Arisen, Declared, coin
from synthetic.channels.rare import Scope, entries, errors, events, joined, nothing
from synthetic.channels.reach import coverage
from synthetic.draws import pack
from synthetic.schema import AMOUNT, SHARE, Key
from synthetic.source import Sourced

NUMBERS = {
    "marks": Key("marks per adult with a file at the start", Sourced(AMOUNT), needed=True),
    "lost": Key("share of those marks gone from the file", Sourced(SHARE), needed=True),
    "forged": Key("marks put in without cause, per adult with a file", Sourced(AMOUNT), needed=True),
}
ERRORS = ("lost", "forged")
COLUMNS: tuple[str, ...] = ()
STRAYS = True


def arise(channel: Declared, scope: Scope) -> Arisen:
    """The marks of month 0; no entries in later months."""
    if scope.period:
        return nothing(scope.period)
    person, k = events(channel, "marks", channel.value("marks"), scope)
    reach = coverage(channel, person, scope.at, seed=scope.seed, urban=scope.urban, minority=scope.minority)
    kept = coin(channel, "file", pack(person), scope.seed) < reach
    person, k = person[kept], k[kept]
    lost = coin(channel, "lost", pack(person, 0, 0, k), scope.seed) < channel.value("lost")
    true = entries(channel, person, k, scope, "faithful", lost=lost, at_once=True)
    false = entries(channel, *errors(channel, "forged", channel.value("forged"), scope), scope, "legacy", at_once=True)
    return joined(true, false)
