"""Laws worked out from uniforms, against closed forms."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from synthetic.export.calibrate import write
from synthetic.variables.laws import Ranks, normal, shifted

COINS = (np.arange(1 << 20) + 0.5) / (1 << 20)


def test_normal_values_have_mean_0_variance_1_and_the_normal_quantiles():
    values = normal(COINS)
    assert abs(values.mean()) < 1e-9
    assert abs(values.var() - 1) < 0.005
    assert (np.diff(values) >= 0).all()
    for share in (0.01, 0.1, 0.25, 0.5, 0.9, 0.99):
        assert values[int(share * len(values))] == pytest.approx(NormalDist().inv_cdf(share), abs=0.002)


def test_a_law_at_a_coin_does_not_depend_on_its_company():
    assert (normal(COINS)[::1001] == normal(COINS[::1001])).all()


def test_ranks_have_their_shares_and_rise_with_the_coin():
    shares = np.arange(1, 3001, dtype=float) ** -1.2
    found = Ranks(shares).ranks((COINS * 2**32).astype(np.uint32))
    assert (np.diff(found) >= 0).all()
    expected = shares / shares.sum() * len(COINS)
    assert np.abs(np.bincount(found, minlength=3000) - expected).max() <= 1


@pytest.mark.parametrize("shift", [-2.0, -0.5, 0.7, 2.0])
def test_shifted_ranks_have_their_odds_multiplied(shift):
    coins = np.array([0.01, 0.3, 0.5, 0.99])
    found = shifted(coins, np.ones(4, bool), shift)
    assert found / (1 - found) == pytest.approx(coins / (1 - coins) * np.exp(shift))
    assert (shifted(coins, np.zeros(4, bool), shift) == coins).all()


def test_shifted_ranks_stay_in_the_open_interval_at_the_smallest_coin():
    for shift in (-2.0, 0.0, 2.0):
        assert (shifted(np.array([0.0, 1 - 2.0**-53]), np.ones(2, bool), shift) > 0).all()
        assert (shifted(np.array([0.0, 1 - 2.0**-53]), np.ones(2, bool), shift) < 1).all()


def test_calibration_replaces_one_number_and_leaves_the_rest():
    text = '[a]\nx = { value = 1, unit = "u" }\n\n[b]\n'
    text += 'x   = { value = -2.5, unit = "u" }\ny = { values = [1, 2], unit = "u" }\n'
    changed = write(write(text, "recipe.b.x", 7.5), "recipe.b.y", [3.0, 4.0])
    assert changed == text.replace("-2.5", "7.5").replace("[1, 2]", "[3.0, 4.0]")
    with pytest.raises(SystemExit, match=r"recipe\.b\.z was not found"):
        write(text, "recipe.b.z", 1)
