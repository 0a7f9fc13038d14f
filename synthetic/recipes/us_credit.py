"""Borrowers whose score and repayment curves, in each community, are those of the TransRisk tables of 2003.

The tables and their data card are in `transrisk/`, every number is in `us_credit.toml`. The communities are abstract.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from synthetic.variables import Column, Numbers, chances, normal, variable

Draw = Callable[..., NDArray[np.float64]]

COMMUNITIES = ("majority", "minority 1", "minority 2", "minority 3")
ROWS = 198
"""Number of scores at which the tables give a figure."""


@chances("person", "category", "abstract community", levels=COMMUNITIES)
def community(numbers: Numbers) -> tuple[float, ...]:
    return tuple(numbers.people[0])


@variable("person", "float", "rank by score within the community", unit="rank", bounds=(0, 1), column=False)
def standing(draw: Draw) -> Column:
    return draw()


@variable("person", "integer", "row of the tables", unit="row", bounds=(0, ROWS - 1), column=False)
def table_row(standing: Column, community: Column, numbers: Numbers) -> Column:
    made = np.empty(len(standing), np.int16)
    for code in range(len(COMMUNITIES)):
        reached = numbers.percent_at_or_below[:, 1 + code]
        here = np.flatnonzero(community == code)
        made[here] = np.searchsorted(reached, standing[here] * reached[-1], side="right")
    return made


@variable("person", "float", "TransRisk score, a percentile of all people scored", unit="points", bounds=(0, 100))
def score(table_row: Column, numbers: Numbers) -> Column:
    points: Column = numbers.points[:, 0]
    return points.take(table_row)


@chances("person", "flag", "seriously delinquent on some account within two years", truth=True)
def delinquent(table_row: Column, community: Column, numbers: Numbers) -> Column:
    return _share_delinquent(table_row, community, numbers)


@variable("person", "float", "income of the household", unit="dollars a year", bounds=(0, 1e9))
def income(community: Column, standing: Column, draw: Draw, numbers: Numbers) -> Column:
    shared, own = numbers.with_score, np.sqrt(1 - numbers.with_score**2)
    medians = np.array([numbers.majority, numbers.minority_1, numbers.minority_2, numbers.minority_3])
    rank = shared * normal(standing) + own * normal(draw())
    dollars: Column = np.rint(medians.take(community) * np.exp(numbers.spread * rank))
    return dollars


@variable("person", "float", "diligence: keeping to obligations, a rank", unit="rank", bounds=(0, 1), truth=True)
def diligence(delinquent: Column, draw: Draw, community: Column, table_row: Column, numbers: Numbers) -> Column:
    share = _share_delinquent(table_row, community, numbers).clip(1e-9, 1 - 1e-9)
    return np.where(delinquent, share * draw(), share + (1 - share) * draw()).clip(2.0**-54, 1 - 2.0**-53)


def _share_delinquent(table_row: Column, community: Column, numbers: Numbers) -> Column:
    """The published share of delinquent people at each row of the tables."""
    percent: Column = numbers.percent_delinquent[table_row, 1 + community.astype(np.int64)]
    return percent / 100
