"""A claim holds, is broken, or is undecided; the last two raise."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.findings.claims import ClaimBroken, ClaimUndecided, claim

NAN = math.nan


def row(value: float = 0.25, low: float = 0.2, high: float = 0.3, **changes: object) -> dict[str, object]:
    made = {
        "scenario": "town", "model": "mine", "measure": "flip_rate", "split": "all", "group": "all", "versus": "",
        "value": value, "low": low, "high": high, "n": 400, "seed": 0, "why": "",
    }  # fmt: skip
    return {**made, **changes}


def table(*rows: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame(list(rows) or [row()])


def test_a_claim_holds_where_the_whole_interval_is_on_the_right_side() -> None:
    found = claim(table(), "flip_rate")
    assert found.above(0.19) is found
    assert found.below(0.31) is found
    assert found.within(0.2, 0.3) is found


@pytest.mark.parametrize(
    ("way", "limits"), [("above", (0.3,)), ("below", (0.2,)), ("within", (0.31, 1)), ("within", (0, 0.1))]
)
def test_a_claim_is_broken_where_the_whole_interval_is_on_the_wrong_side(way: str, limits: tuple[float, ...]) -> None:
    with pytest.raises(ClaimBroken):
        getattr(claim(table(), "flip_rate"), way)(*limits)


@pytest.mark.parametrize(("way", "limits"), [("above", (0.25,)), ("below", (0.25,)), ("within", (0.25, 1))])
def test_an_interval_across_the_limit_decides_nothing(way: str, limits: tuple[float, ...]) -> None:
    with pytest.raises(ClaimUndecided):
        getattr(claim(table(), "flip_rate"), way)(*limits)


@pytest.mark.parametrize(
    "rows",
    [[row(value=NAN, low=NAN, high=NAN, why="nobody was sanctioned")], [row(low=NAN, high=NAN)], [row(measure="echo")]],
    ids=["NaN", "no interval", "no such row"],
)
def test_what_cannot_be_computed_never_passes(rows: list[dict[str, object]]) -> None:
    for way, limits in (("above", (-1,)), ("below", (9,)), ("within", (-9, 9))):
        with pytest.raises(ClaimUndecided):
            getattr(claim(table(*rows), "flip_rate"), way)(*limits)


def test_equals_compares_the_value_and_needs_no_interval() -> None:
    rows = table(row(value=0.0, low=NAN, high=NAN))
    assert claim(rows, "flip_rate").equals(0.0)
    with pytest.raises(ClaimBroken):
        claim(rows, "flip_rate").equals(1e-12)
    with pytest.raises(ClaimUndecided):
        claim(table(row(value=NAN)), "flip_rate").equals(0.0)


def test_the_message_says_value_interval_n_and_claim() -> None:
    with pytest.raises(
        ClaimBroken, match=r"flip_rate .* is 0.25 \(95 % interval 0.2 to 0.3, n = 400\); claimed: below 0.1"
    ):
        claim(table(), "flip_rate").below(0.1)
    with pytest.raises(ClaimUndecided, match=r"undefined .* nobody was sanctioned"):
        claim(table(row(value=NAN, why="nobody was sanctioned")), "flip_rate").below(0.1)


def test_an_exact_value_on_the_limit_is_not_beyond_it() -> None:
    rows = table(row(value=0.0, low=0.0, high=0.0))
    assert claim(rows, "flip_rate").within(0.0, 0.0)
    with pytest.raises(ClaimBroken):
        claim(rows, "flip_rate").above(0.0)


def test_the_pooled_row_is_taken_over_several_seeds() -> None:
    rows = table(row(seed=0), row(seed=1), row(value=0.5, low=0.4, high=0.6, seed=-1))
    assert claim(rows, "flip_rate").above(0.3).value == 0.5


def test_the_lottery_beside_the_model_is_passed_over() -> None:
    rows = table(row(), row(model="lottery", value=0.0, low=0.0, high=0.0))
    assert claim(rows, "flip_rate").above(0.1).model == "mine"
    assert claim(rows[rows.model == "lottery"], "flip_rate").equals(0.0).model == "lottery"


def test_an_anchor_that_has_the_models_name_is_passed_over_too() -> None:
    faithful = row(scenario="town{channels.errors=off}", measure="wrong_adverse_rate", value=0.0, low=0.0, high=0.0)
    rows = table(row(), faithful)
    rows.attrs["audited"] = [("town", "mine")]
    with pytest.raises(ClaimUndecided, match="no such row"):
        claim(rows, "wrong_adverse_rate").equals(0.0)
    assert claim(rows[rows.scenario != "town"], "wrong_adverse_rate").equals(0.0)


def test_rows_of_two_models_are_refused() -> None:
    with pytest.raises(InputError, match="several rows match"):
        claim(table(row(), row(model="theirs")), "flip_rate")


def test_limits_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InputError, match="found a first limit above the second"):
        claim(table(), "flip_rate").within(1, 0)


def test_a_comparison_over_all_groups_is_named_by_its_split_alone() -> None:
    rows = table(row(measure="demographic_parity_difference", split="sex", group=""))
    assert claim(rows, "demographic_parity_difference", split="sex").above(0.1).group == ""
