"""How many wrong decisions each channel causes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.error_propagation.error_effects import FAMILY
from testbed.measures.error_propagation.error_sources import APPEAL, OTHERS, SIDES, contributions, owed_part


@measure(
    "channel_contribution",
    harm=FAMILY,
    unit="per 1,000 person-months",
    better="lower",
    estimand="Shapley value of a channel's errors in wrong decisions per 1,000 months of a person in scope",
    interval="influence values by cluster, t(G-1)",
    reference="Shapley (1953), Contributions to the Theory of Games II; MEASURES section 3",
    caveats="Conduct is held fixed: what errors lead people to do does not count. Errors of two channels may cancel, "
    "so a value may be negative, and shares of a total mean little. The errors are those of the run, not fresh ones.",
    qualifiers={"channel": "all", "side": "adverse"},
    gap="channel_contribution_gap",
    default=False,
)
def channel_contribution(case: Case, channel: str = "all", side: str = "adverse") -> Iterator[PerPerson]:
    """Wrong decisions per 1,000 person-months that each channel accounts for: an exact Shapley value.

    v(S) is the number of wrong decisions if the record holds only the errors of the channels in S and conduct stays as
    it was. A channel's value is what it adds to v, averaged over all orders of the channels. The values sum to all
    wrong decisions. side=adverse: decided adversely without deserving it. side=favorable: decided better than deserved.
    Further sources: `appeal` (true entries struck), `operator` (entries made without cause), `others` (errors about
    others, if the scheme reads whom one knows on a list). The defaults, channel=all and side=adverse, give every
    channel and both sides.
    """
    if side not in SIDES:
        raise unknown("side", side, SIDES)
    names = [one.name for one in case.scenario.channels]
    found = contributions(case, "channel")
    nothing = np.zeros(len(case.people))
    for side_ in SIDES if (channel, side) == ("all", "adverse") else (side,):
        held = found.of.get(side_, {})
        beside = [name for name in (APPEAL, *held) if name not in names and (held.get(name, nothing) != 0).any()]
        known = list(dict.fromkeys([*names, *(name for name in beside if name != OTHERS)]))
        known += [OTHERS] if OTHERS in beside else []
        if channel not in ("all", *known):
            raise unknown("channel", channel, ("all", *known))
        for name in known if channel == "all" else [channel]:
            yield owed_part(case, found, held.get(name, nothing), {"channel": name, "side": side_})
