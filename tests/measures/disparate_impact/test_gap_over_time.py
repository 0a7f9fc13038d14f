"""The adverse gap by month, where its path is planted."""

import numpy as np
import pytest
from scipy.special import ndtri

from synthetic.draws import sparse, uniform
from testbed.case.case import run_case
from testbed.measures.disparate_impact.gap_over_time import Gaps, adverse_gap, gap_growth, gap_half_life, months
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


def test_a_gap_that_stays_does_not_grow_and_is_not_halved(town):
    case = town()
    found = rows(gap_growth, case)
    growth, ratio = found["gap_growth"], found["gap_growth_ratio"]
    assert growth["low"] < 0 < growth["high"] < growth["low"] + 0.2
    assert ratio["low"] < 1 < ratio["high"]
    assert rows(gap_half_life, case, horizon=8)["gap_half_life[horizon=8]"]["value"] == 8
    assert "not followed for 12 months" in rows(gap_half_life, case)["gap_half_life"]["why"]


def test_a_gap_that_entries_pile_up_into_grows_as_its_closed_form(town):
    # Serious entries stand for 24 months, so that at month t each has had t + 1 months of acts.
    case = town(3, severity="serious", seed=2)
    minority, majority = 0.04 * 3**0.5, 0.04 / 3**0.5
    gap = lambda months: np.exp(-majority * months) - np.exp(-minority * months)  # noqa: E731
    found = rows(gap_growth, case)
    assert found["gap_growth"]["low"] < gap(14) - gap(6) < found["gap_growth"]["high"]
    assert found["gap_growth_ratio"]["low"] < gap(14) / gap(6) < found["gap_growth_ratio"]["high"]


def test_without_a_first_gap_there_is_a_growth_an_unbounded_ratio_and_a_half_life_that_is_not_known(town):
    case = town(1)
    found = rows(gap_growth, case)
    assert found["gap_growth"]["low"] < 0 < found["gap_growth"]["high"]
    assert (found["gap_growth_ratio"]["low"], found["gap_growth_ratio"]["high"]) == (-np.inf, np.inf)
    half = rows(gap_half_life, case, horizon=8)["gap_half_life[horizon=8]"]
    assert (half["low"], half["high"]) == (1, 8)


def test_where_nobody_is_decided_adversely_a_growth_of_0_is_not_certain(town):
    case = town(people=12_288, periods=8)
    object.__setattr__(case.history, "decisions_", np.zeros_like(case.history.decisions_[:]))
    found = rows(gap_growth, case)
    assert found["gap_growth"]["value"] == 0
    assert found["gap_growth"]["low"] < 0 < found["gap_growth"]["high"]
    assert found["gap_growth_ratio"]["why"] == "the first gap is 0"


def test_a_gap_that_falls_to_half_has_its_half_life(town):
    case = town()
    fallen = case.history.decisions_.copy()
    minority = case.people["community"].to_numpy() == "minority"
    fallen[9:, minority & (case.society.ids % 4 != 0)] = 0
    object.__setattr__(case.history, "decisions_", fallen)
    half = rows(gap_half_life, case, horizon=8)["gap_half_life[horizon=8]"]
    assert (half["value"], half["low"], half["high"]) == (4, 4, 4)


def planted(path, error, runs=400, units=60):
    """Gaps of a planted path with independent errors of this size, and the runs whose first gap is significant."""
    words = np.arange(runs * len(path) * units, dtype=np.uint64)
    noise = ndtri(uniform(sparse(4, f"{path}", words))).reshape(runs, len(path), units) * error / units**0.5
    for one in noise:
        gap = np.array(path) + one.sum(axis=1)
        rates = np.stack([0.4 + gap, np.full(len(gap), 0.4)], axis=1)
        yield Gaps(rates, (500, 5000), np.stack([one, np.zeros_like(one)], axis=1), units)


def test_the_growth_covers_its_truth_whatever_the_first_gap_and_only_the_significant_ones_did_not():
    # The gap stays at 2 points, one standard error: those that start significant fall back, though nothing changes.
    covered, chosen = [], []
    for gaps in planted([0.02, 0.02], 0.02):
        value, low, high = gaps.growth()
        covered.append(low <= 0 <= high)
        if abs(gaps.value[0]) > gaps.quantile() * gaps.covariance[0, 0] ** 0.5:
            chosen.append(value)
    assert np.mean(covered) > 0.95 - 2 * np.sqrt(0.05 * 0.95 / len(covered))
    assert np.mean(chosen) < -0.015


@pytest.mark.parametrize("path", [[0.1, 0.1, 0.08, 0.04, 0.02, 0.01], [0.02, 0.02, 0.02, 0.004, 0.0, 0.0]])
def test_the_limits_of_the_half_life_hold_it(path):
    found = [gaps.halved() for gaps in planted(path, 0.012)]
    assert np.mean([low <= 3 <= high for _, low, high in found]) > 0.95
    assert all(low <= value <= high for value, low, high in found)
