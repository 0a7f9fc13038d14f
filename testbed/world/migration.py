"""Moving between cities: who moves in a month, and which rule book scores them from then on.

Adults move alone, at `regime.moving.rate` a month, `listed_ratio` times that while they are on an adverse list. A move
goes to the city of a person drawn from the whole society, so that large cities draw more. The share `record_follows`
of those who move take their record along. The others leave their standing entries behind for good.
"""

from __future__ import annotations

import numpy as np

from synthetic.draws import candidates, pack, sparse, uniform
from testbed.world.people import People
from testbed.world.society import SCHEME, Society, Views


def moves(society: Society) -> bool:
    """Whether people move: the rate is not 0, and the scheme differs by city."""
    return SCHEME in society.scenario.held and society.scenario.regime.value("moving", "rate") > 0


def movers(
    society: Society, views: Views, t: int, people: People, listed: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who moves in month t: (positions, code of the scheme they come under, whether their record stays behind).

    `listed`: who is on an adverse list, by position.
    """
    regime = society.scenario.regime
    rate, ratio = regime.value("moving", "rate"), regime.value("moving", "listed_ratio", 1.0)
    most = rate * max(ratio, 1.0)
    person, k = candidates(society.seed, "moving", people.grids, t, most)
    here = person < society.size
    adult = views.at(views.regime)(person[here], "age") >= 18
    here[here] = (people.at(person[here]) >= 0) & adult
    person, k = person[here], k[here]
    at = people.at(person)
    address = pack(person, t, 0, k)
    coin = uniform(sparse(society.seed, "moving:accept", address)) * most
    goes = coin < rate * np.where(listed[at], ratio, 1.0)
    at, address = at[goes], address[goes]
    at, first = np.unique(at, return_index=True)
    address = address[first]
    whose = (uniform(sparse(society.seed, "moving:where", address)) * society.size).astype(np.int64)
    stays = uniform(sparse(society.seed, "moving:record", address)) >= regime.value("moving", "record_follows", 1.0)
    return at, society.cities[whose], stays
