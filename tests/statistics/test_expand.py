"""The rows that are made around a measure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from synthetic.errors import InputError
from testbed.case.decisions import Table
from testbed.findings import finding
from testbed.measure import Measure, PerPerson, Row
from testbed.statistics import Across, Against, expand


def measure(**more: object) -> Measure:
    fields: dict[str, object] = {
        "name": "flip_rate", "function": None, "harm": "error propagation", "unit": "rate", "better": "lower",
        "needs": ("table",), "estimand": "", "interval": "", "reference": "", "caveats": "",
        "qualifiers": {"hop": "any"}, "gap": "flip_gap", "splits": True,
    }  # fmt: skip
    return Measure(**{**fields, **more})  # type: ignore[arg-type]


def case(n: int = 600) -> Table:
    group = np.arange(n) % 3
    sex = np.arange(n) // 3 % 2
    frame = pd.DataFrame(index=range(n))
    return Table(frame, {"g": (group, ("a", "b", "c")), "sex": (sex, ("female", "male"))})


def hit(n: int = 600) -> np.ndarray:
    return (np.arange(n) % 10 == 0).astype(float)


def made(*parts: object, of: Measure | None = None, people: Table | None = None, **more: object) -> pd.DataFrame:
    return finding.frame(expand(of or measure(), parts, people or case(), **more))  # type: ignore[arg-type]


def test_everybody_groups_and_signed_gaps_each_have_their_row() -> None:
    rows = made(PerPerson(hit(), np.ones(600)), splits=["g"], reference={"g": "b"})
    plain = rows[~rows["measure"].str.endswith(("_p", "_detectable"))]
    assert plain[["measure", "split", "group", "versus"]].to_numpy().tolist() == [
        ["flip_rate", "all", "all", ""],
        ["flip_rate", "g", "a", ""],
        ["flip_rate", "g", "b", ""],
        ["flip_rate", "g", "c", ""],
        ["flip_gap", "g", "a", "b"],
        ["flip_gap", "g", "c", "b"],
    ]
    values = plain["value"].to_numpy()
    assert values[4] == pytest.approx(values[1] - values[2])
    assert ((plain["low"] <= plain["value"]) & (plain["value"] <= plain["high"])).all()


def test_suffix_stands_before_the_bracket_in_gaps_and_tests_too() -> None:
    part = PerPerson(hit(), np.ones(600), suffix="_net", qualifiers={"hop": "kin"})
    assert {"flip_rate_net[hop=kin]", "flip_gap_net[hop=kin]", "flip_gap_net_p[hop=kin]"} <= set(
        made(part, splits=["g"])["measure"]
    )


def test_qualifiers_at_their_default_are_not_written() -> None:
    assert made(PerPerson(hit(), np.ones(600), qualifiers={"hop": "any"}))["measure"].tolist() == ["flip_rate"]


def test_a_measure_without_splits_speaks_of_everybody_and_one_without_a_gap_compares_nothing() -> None:
    part = PerPerson(hit(), np.ones(600))
    assert len(made(part, of=measure(splits=False), splits=["g"])) == 1
    assert len(made(part, of=measure(gap=""), splits=["g"])) == 4


def test_exact_numbers_have_an_interval_of_no_width_and_no_test() -> None:
    rows = made(PerPerson(hit(), np.ones(600), exact=True), splits=["g"])
    assert (rows["low"] == rows["value"]).all()
    assert (rows["high"] == rows["value"]).all()
    assert set(rows["measure"]) == {"flip_rate", "flip_gap"}


def test_rows_of_a_measure_pass_through() -> None:
    rows = made(Row(0.4, 0.3, 0.5, n=12, split="sex", group="male", qualifiers={"k": 100}))
    assert rows.loc[0, ["measure", "split", "group", "value", "low", "high", "n"]].tolist() == [
        "flip_rate[k=100]", "sex", "male", 0.4, 0.3, 0.5, 12,
    ]  # fmt: skip


def test_a_row_of_nan_without_a_reason_still_gets_one() -> None:
    assert made(Row(float("nan")))["why"][0]


def test_nobody_in_a_denominator_is_nan_with_the_reason_of_the_part_and_never_0() -> None:
    below = (np.arange(600) % 3 != 1).astype(float)
    rows = made(PerPerson(hit(), below, why="no roots here"), splits=["g"], reference={"g": "a"})
    row = rows[(rows["measure"] == "flip_rate") & (rows["group"] == "b")].iloc[0]
    assert np.isnan(row["value"])
    assert (row["n"], row["why"]) == (0, "no roots here")
    gap = rows[(rows["measure"] == "flip_gap") & (rows["group"] == "b")].iloc[0]
    assert np.isnan(gap["value"])
    assert gap["why"] == "b: no roots here"


def test_a_crossing_takes_the_references_of_its_attributes() -> None:
    rows = made(PerPerson(hit(), np.ones(600)), splits=["g*sex"], reference={"g": "b", "sex": "male"})
    assert set(rows.loc[rows["measure"] == "flip_gap", "versus"]) == {"b*male"}


def test_without_a_reference_the_largest_group_is_it() -> None:
    people = case()
    people.attributes["g"] = ((np.arange(600) % 4 > 0).astype(int), ("few", "many"))
    rows = made(PerPerson(hit(), np.ones(600)), people=people, splits=["g"])
    assert set(rows.loc[rows["measure"] == "flip_gap", "versus"]) == {"many"}


def test_an_unknown_reference_is_refused_with_the_groups_there_are() -> None:
    with pytest.raises(InputError, match=r"unknown reference group of g 'z'.*Allowed: a, b, c"):
        made(PerPerson(hit(), np.ones(600)), splits=["g"], reference={"g": "z"})


def test_a_planted_ratio_of_sums_and_its_gap_are_recovered_within_their_intervals() -> None:
    draw = np.random.Generator(np.random.Philox(3))
    seeds, hits = 200, np.zeros(2)
    for _ in range(seeds):
        group = np.arange(900) % 2
        below = draw.integers(1, 4, 900).astype(float)
        above = below * (0.5 + 0.2 * group) + draw.normal(size=900)
        people = Table(pd.DataFrame(index=range(900)), {"g": (group, ("a", "b"))}, clusters=np.arange(900) // 9)
        rows = made(PerPerson(above, below), people=people, splits=["g"], reference={"g": "a"})
        for at, (name, group_name, truth) in enumerate([("flip_rate", "b", 0.7), ("flip_gap", "b", 0.2)]):
            row = rows[(rows["measure"] == name) & (rows["group"] == group_name)].iloc[0]
            hits[at] += row["low"] <= truth <= row["high"]
    assert (hits / seeds >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / seeds)).all()


def test_four_fifths_is_decided_in_whole_numbers() -> None:
    # 3/5 is exactly four fifths of 6/8, but not in floats.
    assert (3 / 5) / (6 / 8) < 0.8
    decided = np.concatenate([np.arange(5) < 3, np.arange(8) < 6]).astype(float)
    group = np.repeat([0, 1], [5, 8])
    people = Table(pd.DataFrame(index=range(13)), {"g": (group, ("a", "b"))})
    part = Against((PerPerson(decided, np.ones(13)),), "ratio", four_fifths=True)
    rows = made(part, people=people, splits=["g"], reference={"g": "b"}).set_index("measure")
    assert rows.loc["flip_rate_four_fifths", "value"] == 1
    assert rows.loc["flip_rate", "value"] == pytest.approx(0.8)


def test_a_ratio_over_a_reference_of_rate_0_is_nan_and_the_rule_does_not_pass() -> None:
    decided = (np.arange(600) % 3 == 1).astype(float)
    part = Against((PerPerson(decided, np.ones(600)),), "ratio", four_fifths=True)
    rows = made(part, splits=["g"], reference={"g": "a"})
    undefined = rows[rows["measure"].isin(["flip_rate", "flip_rate_four_fifths"])]
    assert undefined["value"].isna().all()
    assert set(undefined["why"]) == {"the rate of a is 0"}


def test_a_comparison_over_all_groups_names_the_split_and_no_group() -> None:
    rows = made(Across((PerPerson(hit(), np.ones(600)),)), splits=["g", "g*sex"])
    assert rows[["measure", "split", "group", "versus"]].to_numpy().tolist() == [
        ["flip_rate", "g", "", ""],
        ["flip_rate_p", "g", "", ""],
        ["flip_rate", "g*sex", "", ""],
        ["flip_rate_p", "g*sex", "", ""],
    ]


def test_a_largest_difference_is_tested_once_and_not_where_a_group_is_left_out() -> None:
    part = (PerPerson(hit(), np.ones(600)),)
    assert made(Across(part, "ratio"), splits=["g"])["measure"].tolist() == ["flip_rate"]
    some = (PerPerson(hit() * (np.arange(600) % 3 > 0), (np.arange(600) % 3 > 0) * 1.0),)
    rows = made(Across(some), splits=["g"]).set_index("measure")
    assert "left out: a" in rows.loc["flip_rate_p", "why"]
    assert rows.loc["flip_rate_observed_p", "value"] > 0.05


def test_people_of_no_group_are_counted_in_none() -> None:
    people = case()
    people.attributes["g"] = (np.where(np.arange(600) < 300, 0, -1), ("a", "b"))
    rows = made(PerPerson(hit(), np.ones(600)), people=people, splits=["g"])
    assert rows[rows["measure"] == "flip_rate"]["n"].tolist() == [600, 300, 0]


ONES = np.ones(600)


def test_zeros_and_ones_are_events_and_trials_only_in_what_is_declared_a_share() -> None:
    # Ten times the numbers is ten times the limits; of what may be negative, the limits are those of a mean too.
    share = made(PerPerson(hit(), ONES), splits=["g"], reference={"g": "b"})
    points = made(PerPerson(hit(), ONES), of=measure(unit="points"), splits=["g"], reference={"g": "b"})
    tenfold = made(PerPerson(10 * hit(), ONES), of=measure(unit="points"), splits=["g"], reference={"g": "b"})
    net = made(PerPerson(hit(), ONES, suffix="_net", bounds=(-1.0, 1.0)), splits=["g"], reference={"g": "b"})
    assert share["measure"].str.endswith("_detectable").sum() == 2
    assert len(points) == len(tenfold) == len(net) == len(share) - 2
    times = np.where(points["unit"] == "points", 10.0, 1.0)
    for column in ("value", "low", "high"):
        np.testing.assert_allclose(tenfold[column], times * points[column], rtol=1e-12, atol=1e-12)
        np.testing.assert_allclose(net[column], points[column], rtol=1e-12)
    half = 1.9639 * np.std(hit(), ddof=1) / np.sqrt(600)
    assert points.loc[0, "high"] == pytest.approx(0.1 + half, rel=1e-4)
    assert share.loc[0, "high"] == pytest.approx(binomtest(60, 600).proportion_ci(method="wilson").high)


def test_a_part_in_its_own_unit_is_of_that_unit_and_the_parts_of_a_difference_are_of_the_measures() -> None:
    zero = PerPerson(np.zeros(600), ONES)
    rows = made(zero, PerPerson(np.zeros(600), ONES, suffix="_left", unit="rate"), of=measure(unit="points"))
    assert np.isnan(rows.loc[0, "high"])
    assert 0 < rows.loc[1, "high"] < 0.01
    gap = Against((PerPerson(hit(), ONES),), test=False)
    shown = [made(gap, of=measure(unit=unit), splits=["g"], reference={"g": "b"}) for unit in ("points", "rate")]
    assert (shown[0]["high"] != shown[1]["high"]).all()


def test_no_spread_between_two_bounds_leaves_what_the_units_that_may_differ_could_do() -> None:
    most = binomtest(0, 600).proportion_ci(method="exact").high
    for value, low, high in ((0.0, -1.0, 1.0), (3.0, 0.0, 12.0), (12.0, 0.0, 12.0)):
        row = made(PerPerson(np.full(600, value), ONES, bounds=(low, high)), of=measure(unit="months")).iloc[0]
        assert row["low"] == pytest.approx(value - most * (value - low))
        assert row["high"] == pytest.approx(value + most * (high - value))
    few = Table(pd.DataFrame(index=range(9)), {})
    assert np.isnan(made(PerPerson(np.zeros(9), np.ones(9), bounds=(-1.0, 1.0)), people=few).loc[0, "low"])


def test_equal_numbers_have_no_spread_however_their_sum_is_rounded() -> None:
    for value in (1.0, 0.1, 1e-3, 1000.1):
        for clusters in (None, np.arange(600) // 7):
            people = Table(pd.DataFrame(index=range(600)), {}, clusters=clusters)
            row = made(PerPerson(np.full(600, value), ONES), of=measure(unit="points"), people=people).iloc[0]
            assert row["value"] == pytest.approx(value)
            assert np.isnan([row["low"], row["high"]]).all(), value
