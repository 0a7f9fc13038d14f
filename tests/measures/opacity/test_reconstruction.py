"""How many cases must be pooled: by hand, and for schemes whose answer is known."""

import math

import numpy as np
import pytest
from hand_made import PUBLISHED, Lottery, Points, Secret, make, shown
from shared import rows_of

from testbed.measures.opacity.foresight import Share
from testbed.measures.opacity.reconstruction import cost, reached, reconstruction_cost

SIZES = [0, 10, 100, 1000, 10_000]


def curve(*values, half=0.0):
    return [Share(value, value - half, value + half, 50) for value in values]


def test_the_crossing_lies_on_a_straight_line_in_log_k():
    # Halfway between 100 and 1,000 in logarithms; a rise is levelled with what comes before it.
    assert reached(SIZES, [0.9, 0.6, 0.3, -0.3, -0.5]) == pytest.approx(10**2.5)
    assert reached(SIZES, [0.9, 0.2, 0.4, -0.3, -0.5]) == pytest.approx(10**2.5)
    assert reached(SIZES, [0.3, -0.3, -0.5, -0.5, -0.5]) == pytest.approx(10**0.5)
    assert reached(SIZES, [0.0, 0.0, 0.0, 0.0, 0.0]) == 0
    assert math.isinf(reached(SIZES, [0.9, 0.5, 0.4, 0.3, 0.2]))


def test_the_interval_is_where_the_limits_cross_and_open_where_they_do_not():
    row = cost(SIZES, curve(0.9, 0.6, 0.3, -0.3, -0.9, half=0.1))
    assert (row.low, row.value, row.high) == pytest.approx((10 ** (2 + 1 / 3), 10**2.5, 10 ** (2 + 2 / 3)))
    assert math.isinf(cost(SIZES, curve(0.9, 0.6, 0.3, 0.2, -0.1, half=0.2)).high)


def test_what_is_not_reached_is_undefined_and_above_the_last_size():
    row = cost(SIZES, curve(0.9, 0.9, 0.9, 0.9, 0.8, half=0.1))
    assert np.isnan(row.value)
    assert (row.low, row.high, row.why) == (10_000, math.inf, "above 10000")
    assert cost(SIZES[:4], curve(0.9, 0.9, 0.9, 0.9)).why.startswith("above 1000: there are too few people")


def test_published_rules_need_no_case_a_secret_rule_over_ones_conduct_some_and_one_over_ids_more_than_there_are():
    (published,) = reconstruction_cost(make(Points(), shown(**PUBLISHED, own_record=True)))
    assert (published.value, published.low, published.high) == (0, 0, 0)
    (secret,) = reconstruction_cost(make(Points(), "notified"))
    assert 10 < secret.low <= secret.value <= secret.high < 1000
    (by_id,) = reconstruction_cost(make(Secret(), "notified"))
    assert np.isnan(by_id.value)
    assert by_id.low == 1000
    row = rows_of(make(Secret(), "notified"), "reconstruction_cost")["reconstruction_cost"]
    assert (row["low"], row["high"]) == (1000, math.inf)
    (lottery,) = reconstruction_cost(make(Lottery(), "open"))
    assert lottery.why == "hardly anything but chance decides: randomness is above 0.9"
