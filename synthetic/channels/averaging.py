"""A clerk spreads an annual figure evenly over the months and treats the difference as an overpayment.

Everybody here reported correctly, month by month. A person who earned the year's income Y in m of the 12 months, and
received a benefit in the other 12 - m, was entitled to all of it. The clerk reads Y / 12 for each of those months and
claims back `taper` of the part above `free_income` (see `overpaid`). People with uneven earnings get debts although
they reported everything; people who work all year or not at all get none, because their average is true.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import Arisen, Declared, coin
from synthetic.channels.rare import ERROR, Scope, entries, events, numbered
from synthetic.draws import pack
from synthetic.schema import AMOUNT, SHARE, Key
from synthetic.source import Sourced

NUMBERS = {
    "matched": Key("reviews per recipient and year", Sourced(AMOUNT), needed=True),
    "averaged": Key("share of reviews that the average decides", Sourced(SHARE), needed=True),
    "free_income": Key("yuan a month that may be earned beside the benefit", Sourced(AMOUNT), needed=True),
    "taper": Key("share of earnings above it that is taken off", Sourced(SHARE), needed=True),
    "least_debt": Key("yuan below which no debt is raised", Sourced(AMOUNT), needed=True),
}
ERRORS = ("averaged",)
COLUMNS = ("benefit", "months_worked", "income")
STRAYS = True
MONTHS = 12


def overpaid(worked: np.ndarray, income: np.ndarray, free: float, taper: float) -> np.ndarray:
    """The debt that averaging produces for a correctly reported year, in yuan: float64 (n,).

    worked: months worked of 12; income: yuan earned in the year, evenly over those months. In each of the 12 - worked
    months of benefit true earnings are 0, so any debt is wrong: (12 - worked) taper max(0, income / 12 - free).

    >>> overpaid(np.array([0, 6, 12]), np.array([0, 24_000, 24_000]), 500, 0.5)
    array([   0., 4500.,    0.])
    """
    worked = np.asarray(worked, np.float64)
    above = np.maximum(np.asarray(income, np.float64) / MONTHS - free, 0.0)
    return np.where((worked > 0) & (worked < MONTHS), (MONTHS - worked) * taper * above, 0.0)


def arise(channel: Declared, scope: Scope) -> Arisen:
    """The debts of a month: of the people matched in it, those who are averaged and whose debt is large enough."""
    person, _ = events(channel, "matched", channel.value("matched") / MONTHS, scope)
    person = np.unique(person)
    person = person[scope.at(person, "benefit").astype(bool)]
    averaged = coin(channel, "averaged", pack(person, scope.period), scope.seed) < channel.value("averaged")
    person = person[averaged]
    debt = overpaid(
        scope.at(person, "months_worked"),
        scope.at(person, "income"),
        channel.value("free_income"),
        channel.value("taper"),
    )
    person = person[debt > channel.value("least_debt")]
    return entries(channel, person, numbered(person, ERROR, channel.name), scope, "averaged")
