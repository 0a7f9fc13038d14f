"""The share of a group that has somebody alike in the reference group is a sample's share, with an interval."""

import numpy as np
import pandas as pd
import pytest

from testbed.case.decisions import Table
from testbed.measures.disparate_impact.pairs import sampled
from testbed.measures.disparate_impact.support import support

CELLS = 200
SHARES = 1 / np.arange(1, CELLS + 1) ** 1.3
SHARES /= SHARES.sum()


def sample_of(draw: np.random.Generator, clusters: int, ours: int = 400, theirs: int = 600):
    """People of two groups in cells of falling frequency; in clusters, a third copy the cell of their cluster."""
    n = ours + theirs
    cell = draw.choice(CELLS, n, p=SHARES)
    owner = draw.integers(0, clusters, n) if clusters else None
    if owner is not None:
        alike = draw.random(n) < 1 / 3
        cell = np.where(alike, draw.choice(CELLS, clusters, p=SHARES)[owner], cell)
    case = Table(pd.DataFrame(index=range(n)), {}, None, None, np.zeros(n), clusters=owner)
    return sampled(case), cell, np.arange(ours), np.arange(ours, n)


@pytest.mark.parametrize("clusters", [0, 40])
def test_its_interval_holds_the_mean_over_samples(clusters: int) -> None:
    draw = np.random.default_rng(5 + clusters)
    found = np.array([support(*sample_of(draw, clusters)) for _ in range(500)])
    truth = found[:, 0].mean()
    held = (found[:, 1] <= truth) & (truth <= found[:, 2])
    assert 0.8 < truth < 0.97
    assert held.mean() >= 0.93
    assert (found[:, 2] - found[:, 1]).mean() < 8 * found[:, 0].std()


def test_a_row_of_several_people_counts_as_they_would_alone() -> None:
    cell, count = np.array([0, 1, 2, 0, 1]), np.array([30, 8, 2, 5, 1])
    ours, theirs = np.arange(3), np.arange(3, 5)
    short = Table(pd.DataFrame(index=range(5)), {}, None, None, np.zeros(5), weights=count.astype(float))
    long = np.repeat(np.arange(5), count)
    whole = Table(pd.DataFrame(index=range(len(long))), {}, None, None, np.zeros(len(long)))
    expected = support(sampled(whole), cell[long], np.flatnonzero(long < 3), np.flatnonzero(long >= 3))
    assert support(sampled(short), cell, ours, theirs) == pytest.approx(expected)
    assert expected[0] == pytest.approx(38 / 40)


def test_where_everybody_has_somebody_alike_the_share_is_not_exact() -> None:
    case = Table(pd.DataFrame(index=range(80)), {}, None, None, np.zeros(80))
    value, low, high = support(sampled(case), np.zeros(80, int), np.arange(40), np.arange(40, 80))
    assert (value, high) == (1, 1)
    assert low == pytest.approx(0.025 ** (1 / 40))
