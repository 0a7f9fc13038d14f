"""Gates, queues, debts and audiences, from hand-made histories with known counts."""

import math
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from testbed.regimes.debt import debts
from testbed.regimes.gates import counted, refusals, waits
from testbed.regimes.publicity import parties, seen_by

BLACK = {"lists.black": {"enter": "adverse", "stay": 0}}


def past(bits, lists=None):
    """A history of sanction bits (months, people), and of membership in the list `black`."""
    bits = np.asarray(bits, np.uint16)
    held = bits > 0 if lists is None else np.asarray(lists, bool)
    return SimpleNamespace(
        people=np.arange(bits.shape[1]), periods=len(bits), sanctions=lambda t: bits[t], listed=lambda name, t: held[t]
    )


def ages(n, children=0):
    return pd.DataFrame({"age": np.where(np.arange(n) < children, 10, 40)})


def test_refusals_are_attempts_under_the_sanction_and_persons_are_counted_apart(made):
    regime = made(BLACK, {"gates.train": {"attempts": 0.25}}, {"sanctions.train": {"by": "black", "gate": "train"}})
    n, months = 20_000, 4
    rows = refusals(past(np.ones((months, n))), regime, ages(n), seed=1)
    found = counted(rows).iloc[0]
    assert found["attempts"] / (n * months) == pytest.approx(0.25, abs=0.01)
    assert found["persons"] / n == pytest.approx(1 - math.exp(-1), abs=0.01)
    assert found["attempts"] > found["persons"]


def test_who_is_under_no_sanction_or_has_no_business_at_a_gate_is_not_refused(made):
    regime = made(
        BLACK,
        {"gates.school": {"attempts": 5, "who": "children"}, "gates.train": {"attempts": 5}},
        {"sanctions.school": {"by": "black", "gate": "school"}},
        {"sanctions.lane": {"by": "black", "gate": "train", "reward": True}},
    )
    bits = np.zeros((2, 100))
    bits[:, :60] = 3
    rows = refusals(past(bits), regime, ages(100, children=30), seed=1)
    assert set(rows["gate"]) == {"school"}
    assert set(rows["person"]) == set(range(30))
    assert refusals(past(np.zeros((2, 5))), regime, ages(5), seed=1).empty


def test_a_refusal_depends_on_seed_person_month_and_gate_alone(made):
    regime = made(BLACK, {"gates.train": {"attempts": 0.5}}, {"sanctions.train": {"by": "black", "gate": "train"}})
    whole = refusals(past(np.ones((3, 50))), regime, ages(50), seed=7)
    bits = np.ones((3, 50))
    bits[1, 10:] = 0
    some = refusals(past(bits), regime, ages(50), seed=7)
    kept = whole[(whole["month"] != 1) | (whole["person"] < 10)].reset_index(drop=True)
    pd.testing.assert_frame_equal(some, kept)
    one = refusals(past(np.ones((3, 50))), regime, ages(50), seed=7, among=[4])
    pd.testing.assert_frame_equal(one, whole[whole["person"] == 4].reset_index(drop=True))


def queue(made, coupled):
    return made(
        {"lists.white": {"enter": "favored", "stay": 0}},
        {"gates.checkpoint": {"attempts": 20, "wait": 15, "lane": 0.2}},
        {"sanctions.lane": {"by": "white", "gate": "checkpoint", "reward": True}},
        coupled=coupled,
    )


@pytest.mark.parametrize("favored", [1, 25, 99])
def test_in_a_coupled_queue_the_minutes_that_some_are_spared_are_waited_by_others(made, favored):
    bits = np.zeros((1, 100))
    bits[0, :favored] = 1
    row = waits(past(bits), queue(made, coupled=True), ages(100)).iloc[0]
    share = favored / 100
    assert row["wait_favored"] == pytest.approx(3)
    assert row["wait_others"] == pytest.approx(15 * (1 + 0.8 * share / (1 - share)))
    assert favored * row["wait_favored"] + (100 - favored) * row["wait_others"] == pytest.approx(100 * 15)


def test_a_lane_of_its_own_takes_nothing_from_others_and_where_all_are_ahead_nobody_is(made):
    half = np.zeros((1, 10))
    half[0, :5] = 1
    assert waits(past(half), queue(made, coupled=False), ages(10)).iloc[0]["wait_others"] == 15
    everybody = waits(past(np.ones((1, 10))), queue(made, coupled=True), ages(10)).iloc[0]
    assert everybody["wait_favored"] == 15
    assert math.isnan(everybody["wait_others"])


def test_a_debt_is_raised_with_its_penalty_and_taken_in_equal_parts_while_the_listing_stands(made):
    regime = made(BLACK, {"debts.over": {"by": "black", "raised": 1000, "penalty": 4, "months": 10}})
    on = np.zeros((12, 4), bool)
    on[2:6, 0] = True
    on[0:12, 1] = True
    on[9:, 2] = True
    rows = debts(past(on, on), regime).set_index("person")
    assert rows["penalty"].tolist() == [4000] * 3
    assert rows.loc[0, ["month", "taken", "cancelled"]].tolist() == [2, 2000, 3000]
    assert rows.loc[1, ["month", "taken", "cancelled"]].tolist() == [0, 5000, 0]
    assert rows.loc[2, ["month", "taken", "cancelled"]].tolist() == [9, 1500, 0]
    assert debts(past(~on & False), regime).empty


def test_a_party_that_sees_two_sanctions_counts_once(made):
    regime = made(
        BLACK,
        {"sanctions.tone": {"by": "black", "audience": ["callers", "public"]}},
        {"sanctions.board": {"by": "black", "audience": ["public"]}},
        {"sanctions.quiet": {"by": "black"}},
    )
    assert parties(regime) == ("callers", "public")
    assert seen_by(np.array([0, 1, 2, 3, 4, 7], np.uint16), regime).tolist() == [0, 2, 1, 2, 0, 2]
