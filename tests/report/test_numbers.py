import math

import pytest

from testbed.report.numbers import cell, decimals, interval, scale

NAN = math.nan


def test_a_rate_is_read_in_percent_and_a_difference_of_rates_in_percentage_points():
    assert scale("rate").write(0.031, 1) == "3.1 %"
    assert scale("rate", comparison=True).write(0.031, 1) == "3.1 percentage points"
    assert scale("share of what guessing the base rate leaves").write(0.5, 0) == "50 %"
    assert scale("points").write(-38.2, 0) == "-38 points"


@pytest.mark.parametrize(
    ("unit", "one", "endless"),
    [
        ("people", "1 person", "infinitely many people"),
        ("entries", "1 entry", "infinitely many entries"),
        ("agencies", "1 agency", "infinitely many agencies"),
        ("months", "1 month", "infinitely many months"),
        ("per 1,000 person-months", "1 per 1,000 person-months", "infinite per 1,000 person-months"),
        ("index", "1", "infinite"),
    ],
)
def test_one_of_a_unit_is_singular_and_an_endless_number_is_infinitely_many(unit, one, endless):
    assert (scale(unit).write(1.0, 0), scale(unit).write(math.inf, 0)) == (one, endless)


def test_a_difference_of_rates_is_in_percentage_points_whatever_it_is_called():
    assert scale("difference of rates").write(0.25, 0) == "25 percentage points"


@pytest.mark.parametrize(
    ("low", "high", "places"), [(0.1, 0.9, 0), (0.61, 0.71, 0), (0.012, 0.026, 1), (0.0301, 0.0319, 2)]
)
def test_decimals_follow_the_width_of_the_interval(low, high, places):
    assert decimals((low + high) / 2, low, high, 100) == places


def test_what_is_not_zero_is_not_written_as_zero():
    value, low, high = 0.0021, -0.0004, 0.0046
    places = decimals(value, low, high, 100)
    assert interval(low, high, value, places, scale("rate")) == "95 % interval -0.04 to 0.46"


def test_zero_has_no_sign():
    assert scale("rate").bare(-1e-9, 1) == "0.0"


def test_undefined_infinite_and_exact_are_said_in_words():
    by = scale("rate")
    assert by.write(NAN, 1) == "not computed %" or by.bare(NAN, 1) == "not computed"
    assert interval(NAN, NAN, 0.5, 1, by) == "no interval"
    assert interval(0.5, 0.5, 0.5, 1, by) == "exact"
    assert interval(0.0, math.inf, 0.5, 1, by) == "95 % interval 0.0 to infinite"


def test_a_cell_keeps_four_digits_and_an_empty_one_is_a_dash():
    assert [cell(0.0193412), cell(NAN), cell(-math.inf), cell(0.0), cell(1e-9)] == [
        "0.01934",
        "–",
        "-inf",
        "0",
        "1.0e-09",
    ]
