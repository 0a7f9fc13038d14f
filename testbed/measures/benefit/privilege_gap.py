"""Rewards by group at equal conduct."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.disparate_impact import at_equal_conduct, first_full_month


@measure(
    "privilege_gap",
    harm="benefit",
    unit="rate",
    better="none",
    needs=("history",),
    reference="Kitagawa (1955) and Cochran (1968) for standardization by cells; MEASURES section 6",
    caveats="Month and cells are those of adverse_gap_at_equal_conduct. What a reward is worth is not known. A "
    "household can share the reward of one member; only people in scope are compared.",
    estimand="sum over cells S of (n_gc / n_gS)(b_gc - b_rc), b the share under a reward, cells exact counts of true "
    "acts, or what the rule book makes of them where these leave too few alike",
    interval="post-stratification: influence values by cluster, t(G-1); few events: the wider of it and Newcombe; "
    "support: Wilson, leaving out one cluster after the other",
    qualifiers={"reward": "any", "period": None},
    gap="",
    splits=False,
)
def privilege_gap(case: Case, *, reward: str = "any", period: int | None = None) -> Iterator[Row]:
    """How much more often members of a group have a reward than people of the same true conduct.

    reward: one by name, or any (default). period: a month; default: the first with a full window. The rows are those of
    `adverse_gap_at_equal_conduct`.
    """
    rewards = {one.name: bit for bit, one in enumerate(case.scenario.regime.sanctions) if one.reward}
    if reward not in ("any", *rewards):
        raise unknown("reward", reward, ("any", *rewards))
    said: dict[str, object] = {"reward": reward} | ({} if period is None else {"period": period})
    if not rewards:
        yield Row(math.nan, why="the regime brings no reward", qualifiers=said)
        return
    mask = np.uint16(sum(1 << bit for name, bit in rewards.items() if reward in ("any", name)))

    def rewarded(case: Case, month: int) -> NDArray[np.bool_]:
        return np.asarray(case.history.sanctions(month) & mask != 0)

    yield from at_equal_conduct(case, rewarded, first_full_month(case) if period is None else period, said)
