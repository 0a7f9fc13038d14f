"""Small cells: which numbers are blanked, and which are not about people."""

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.findings import checked_minimum, frame, small_groups, without_small


def blanked(*rows, minimum=10, small=()):
    place = {"split": "all", "group": "all", "unit": "rate", "value": 0.5, "n": 40, "seed": 0}
    made = without_small(frame({**place, **row} for row in rows), minimum, small)
    assert (made["why"] == f"fewer than {minimum} people").equals(made["value"].isna())
    assert (made["n"] == 0).equals(made["value"].isna())
    return made["value"].isna().tolist()


def test_what_is_about_fewer_people_is_blank_and_nothing_else():
    rows = [{"measure": "adverse_rate", "n": n, "group": str(n), "split": "sex"} for n in (0, 1, 9, 10, 11)]
    assert blanked(*rows) == [True, True, True, False, False]
    assert blanked(*rows[1:], minimum=1) == [False] * 4


def test_counts_of_few_are_blank_and_those_of_rules_seeds_and_models_are_not():
    count = {"measure": "operator_error_rate_numerator", "unit": "decisions", "n": 500}
    assert blanked({**count, "value": 9}) == [True]
    assert blanked({**count, "value": 0}, {**count, "value": 10, "split": "sex"}) == [False, False]
    assert blanked({"measure": "out_of_scope_rules", "n": 4}, {"measure": "discretion_share", "n": 2}) == [False] * 2
    assert blanked({"measure": "flip_rate_seeds_undefined", "unit": "seeds", "n": 3}) == [False]
    assert blanked({"measure": "ambiguity_models", "unit": "models", "n": 50, "value": 7}) == [False]


def test_a_number_over_seeds_is_blank_where_one_seed_is():
    row = {"measure": "adverse_rate", "split": "sex", "group": "f"}
    assert blanked({**row, "seed": -1, "n": 18}, {**row, "n": 9}, {**row, "seed": 1, "n": 12}) == [True, True, False]
    other = {**row, "group": "m", "n": 12}
    assert blanked({**other, "seed": -1, "n": 24}, other, {**other, "seed": 1}) == [False] * 3


def test_the_names_of_small_groups_are_not_shown_on_either_side():
    codes = np.array([0] * 3 + [1] * 20)
    small = small_groups(lambda split: (codes, ("f", "m", "x")), ["sex"], 10)
    assert small == [("sex", "f")]  # nobody is x, so nothing is told about anybody
    row = {"measure": "adverse_gap", "split": "sex", "value": 0.1, "n": 3}
    made = without_small(frame([{**row, "group": "f", "versus": "m"}, {**row, "group": "m", "versus": "f"}]), 10, small)
    assert not made.isin(["f"]).any(axis=None)
    assert made["group"].tolist() == ["under 10 people", "m"]


def test_no_crossing_stratum_or_reason_names_a_small_group_and_longer_names_stay():
    rows = [
        {"split": "sex*race", "group": "f*Quux", "why": "no people in this group", "value": np.nan, "n": 0},
        {"split": "race|town", "group": "Quux|south"},
        {"split": "race", "group": "Quux-Muux"},
        {"split": "race", "group": "", "value": np.nan, "why": "left out: Quux (no positives), m (no positives)"},
        {"split": "town", "group": "Quux"},
    ]
    made = without_small(
        frame({"measure": "rate", "value": 0.5, "n": 40, **row} for row in rows), 10, [("race", "Quux")]
    )
    assert made["group"].tolist() == ["under 10 people"] * 2 + ["Quux-Muux", "", "Quux"]
    assert made["why"].iloc[3] == "left out: under 10 people (no positives), m (no positives)"
    assert made["value"].isna().tolist() == [True, True, False, True, False]


@pytest.mark.parametrize("given", [-1, 2.5, True, "10", None])
def test_a_minimum_is_a_whole_number(given):
    with pytest.raises(InputError, match="a whole number, 0 or more, is allowed"):
        checked_minimum(given)
