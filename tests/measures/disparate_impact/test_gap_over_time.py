"""The adverse gap by month, where its path is planted."""

import numpy as np
import pytest

from testbed.case.case import run_case
from testbed.measures.disparate_impact.gap_over_time import adverse_gap, fieller, gap_growth, gap_half_life, months
from testbed.statistics import expand

SLIPS = {"slip": ('column = "slip"', -1)}


def rows(measure, case, **qualifiers):
    made = expand(measure, measure(case, **qualifiers), case, splits=["community"], reference={"community": "majority"})
    return {row["measure"]: row for row in made if row["group"] in ("minority", "all")}


@pytest.fixture
def town(plant, parts):
    """A town whose minority does more, in which entries of one kind add up over the months."""

    def make(ratio=6, *, severity="minor", periods=14, people=20_480, seed=1):
        acts = {
            "slip": parts.act(0.04, severity=severity, depends=parts.times("community", "minority", ratio)),
            "word": parts.act(0.01),
        }
        return run_case(plant(acts=acts, rules=SLIPS), people=people, periods=periods, seed=seed)

    return make


def test_the_gap_at_each_month_is_that_of_the_decisions_of_the_month(town):
    case = town()
    made = rows(adverse_gap, case)
    assert months(case) == [5, 11]
    assert list(made) == ["adverse_gap[period=5]", "adverse_gap[period=11]"]
    minority = (case.people["community"].to_numpy() == "minority") & case.scored
    adverse = case.history.decision(5) == -1
    expected = adverse[minority].mean() - adverse[case.scored & ~minority].mean()
    assert made["adverse_gap[period=5]"]["value"] == pytest.approx(expected)
    assert made["adverse_gap[period=5]"]["low"] < expected < made["adverse_gap[period=5]"]["high"]


def test_a_month_that_was_not_run_is_nan_and_says_so(town):
    row = rows(adverse_gap, town(periods=3, people=2048), period=7)["adverse_gap[period=7]"]
    assert np.isnan(row["value"])
    assert "not among the 3" in row["why"]


def test_a_gap_that_stays_has_growth_1_and_no_half_life(town):
    case = town()
    growth = rows(gap_growth, case)["gap_growth"]
    assert growth["low"] < 1 < growth["high"]
    assert growth["value"] == pytest.approx(1, abs=0.2)
    assert "not reached within 8 months" in rows(gap_half_life, case)["gap_half_life"]["why"]


def test_a_gap_that_entries_pile_up_into_grows_as_its_closed_form(town):
    # Serious entries stand for 24 months, so that at month t each has had t + 1 months of acts.
    case = town(3, severity="serious", seed=2)
    minority, majority = 0.04 * 3**0.5, 0.04 / 3**0.5
    gap = lambda months: np.exp(-majority * months) - np.exp(-minority * months)  # noqa: E731
    growth = rows(gap_growth, case)["gap_growth"]
    assert growth["low"] < gap(14) / gap(6) < growth["high"]


def test_without_a_first_gap_there_is_no_growth_and_no_half_life(town):
    case = town(1)
    for measure in (gap_growth, gap_half_life):
        row = rows(measure, case)[measure.name]
        assert np.isnan(row["value"])
        assert "holds 0" in row["why"]


def test_a_gap_that_falls_to_half_has_its_half_life(town):
    case = town()
    fallen = case.history.decisions.copy()
    minority = case.people["community"].to_numpy() == "minority"
    fallen[9:, minority & (case.society.ids % 4 != 0)] = 0
    object.__setattr__(case.history, "decisions", fallen)
    assert rows(gap_half_life, case)["gap_half_life"]["value"] == 4


def test_fiellers_limits_hold_the_ratios_that_the_test_does_not_reject():
    covariance = np.array([[0.04, 0.01], [0.01, 0.02]])
    for limit in fieller(3.0, 1.5, covariance, 1.96):
        error = np.sqrt(covariance[0, 0] - 2 * limit * covariance[0, 1] + limit**2 * covariance[1, 1])
        assert abs(3.0 - limit * 1.5) / error == pytest.approx(1.96)
    assert np.isnan(fieller(3.0, 0.1, covariance, 1.96)[0])
