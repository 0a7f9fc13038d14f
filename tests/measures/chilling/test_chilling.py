"""Chilling where belief, taste and recovery are planted."""

import math

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import run_case

pytestmark = pytest.mark.usefixtures("small_training")

READ = {"slip": ('column = "slip"', -1)}


def lawful(rate, *, sensitive):
    return (
        f'title = "Planted"\ndirection = "lawful"\nsensitive = {str(sensitive).lower()}\nmost = 0.3\n'
        f"rate = {number(rate)}\n"
    )


@pytest.fixture
def town(plant, parts):
    def make(*, people=12_288, periods=12, **response):
        lines = [parts.regime(minor=6)]
        if response:
            lines += ["[response]", *(f"{key} = {number(value)}" for key, value in response.items())]
        scenario = plant(
            acts={"slip": parts.act(0.02, most=0.3), "post": lawful(0.2, sensitive=True),
                  "visit": lawful(0.2, sensitive=False)},
            rules=READ, channels={"watch": parts.channel(["slip"])}, follows="\n".join(lines),
        )  # fmt: skip
        return run_case(scenario, people=people, periods=periods, seed=5)

    return make


def test_suppression_is_the_share_who_believe_times_what_each_leaves(town):
    found = rows_of(town(belief=0.5, chilling=0.6), "lawful_conduct_suppressed")
    row = found["lawful_conduct_suppressed"]
    assert row["low"] < 0.5 * 0.6 < row["high"]
    assert row["high"] - row["low"] < 0.05
    for name in ("value", "low", "high"):
        assert found["lawful_conduct_suppressed_insensitive"][name] == 0


def test_belief_without_taste_suppresses_nothing(town):
    row = rows_of(town(belief=0.5, chilling=0, people=4096), "lawful_conduct_suppressed")["lawful_conduct_suppressed"]
    assert row["value"] == 0


def test_where_nobody_believes_there_is_nothing_to_compare(town):
    case = town(people=1024, periods=2)
    for name in ("lawful_conduct_suppressed", "chilling_recovery"):
        for row in rows_of(case, name).values():
            assert np.isnan(row["value"])
            assert "no one in this run believes" in row["why"]


def test_recovery_takes_half_life_times_the_binary_logarithm_of_ten(town):
    half_life = 1.5
    case = town(belief=1, chilling=0.9, belief_until=3, half_life=half_life, periods=11)
    row = rows_of(case, "chilling_recovery")["chilling_recovery"]
    truth = math.ceil(half_life * math.log2(10))
    assert row["low"] <= truth <= row["high"]
    assert abs(row["value"] - truth) <= 1
    assert row["high"] - row["low"] <= 4


def test_a_recovery_that_the_run_does_not_see_is_longer_than_it(town):
    case = town(belief=1, chilling=0.9, belief_until=4, half_life=12, periods=10, people=4096)
    row = rows_of(case, "chilling_recovery")["chilling_recovery"]
    assert np.isnan(row["value"])
    assert row["why"] == "a tenth of the fall is not reached in the 6 months after the belief"


def test_a_belief_that_does_not_end_has_no_recovery(town):
    row = rows_of(town(belief=1, chilling=0.5, periods=4, people=2048), "chilling_recovery")["chilling_recovery"]
    assert "does not end" in row["why"]
