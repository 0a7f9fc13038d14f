"""Calibration by bins and at equal score: worked tables, closed forms, relations, coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve

from testbed.case.decisions import Table
from testbed.measures.disparate_impact.calibration import calibration_error, calibration_gap
from testbed.measures.disparate_impact.calibration_bins import BINS, bins, mean_error, probabilities
from testbed.statistics import expand


def chances(seed: int, n: int = 600, off: float = 0.0, **more: object) -> Table:
    """Probabilities of which the outcome follows score + off [b], kept within 0 and 1."""
    draw = np.random.Generator(np.random.Philox(seed))
    score, group = 0.1 + 0.6 * draw.random(n), (draw.random(n) < 0.4).astype(int)
    outcome = draw.random(n) < score + off * group
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b"))}, None, outcome, score, **more)  # type: ignore[arg-type]


def points(seed: int, n: int = 500, surcharge: float = 0.0, **more: object) -> Table:
    """Points 0 to 4 with outcome rates 0.1 to 0.5, surcharge more in group b, which has more points."""
    draw = np.random.Generator(np.random.Philox(seed))
    group = (draw.random(n) < 0.4).astype(int)
    score = draw.binomial(4, 0.4 + 0.2 * group).astype(float)
    outcome = draw.random(n) < 0.1 + 0.1 * score + surcharge * group
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b"))}, None, outcome, score, **more)  # type: ignore[arg-type]


def picked(case: Table, at: np.ndarray, **more: object) -> Table:
    codes, levels = case.attributes["g"]
    frame = pd.DataFrame(index=range(len(at)))
    return Table(frame, {"g": (codes[at], levels)}, None, case.outcome[at], case.score[at], **more)  # type: ignore[arg-type]


def found(measure, case: Table) -> dict[tuple[str, str], dict]:  # type: ignore[no-untyped-def, type-arg]
    """Rows by name and group; the reference is group a."""
    case.reference = {"g": "a"}
    rows = expand(measure, measure(case), case, splits=["g"], reference={"g": "a"})
    return {(row["measure"], row["group"]): row for row in rows}


def errors(case: Table) -> dict[tuple[str, str], dict]:  # type: ignore[type-arg]
    """The calibration errors without their nulls."""
    rows = expand(calibration_error, calibration_error(case)[:1], case, splits=["g"])
    return {(row["measure"], row["group"]): row for row in rows}


def numbers(rows: dict) -> dict:  # type: ignore[type-arg]
    return {name: [row["value"], row["low"], row["high"], row["n"]] for name, row in rows.items()}


def same(left: dict, right: dict) -> None:  # type: ignore[type-arg]
    assert left.keys() == right.keys()
    for name, row in left.items():
        assert row == pytest.approx(right[name], rel=1e-9, nan_ok=True), name


# Probabilities.


def test_the_error_of_everybody_agrees_with_the_curve_of_scikit_learn() -> None:
    case = chances(1)
    rate, mean = calibration_curve(case.outcome, case.score, n_bins=BINS, strategy="quantile")
    assert found(calibration_error, case)["calibration_error", "all"]["value"] == pytest.approx(
        np.abs(rate - mean).mean(), abs=1e-12
    )


def test_bins_are_of_everybody_and_equal_scores_are_never_parted() -> None:
    score = np.repeat([0.1, 0.2, 0.3], [50, 30, 20])
    made = bins(score, np.ones(100))
    assert [set(made[score == one]) for one in (0.1, 0.2, 0.3)] == [{2}, {6}, {9}]
    case = chances(2)
    codes = case.attributes["g"][0]
    which = bins(case.score, np.ones(600))
    for g, name in enumerate("ab"):
        off = np.bincount(which[codes == g], weights=(case.outcome - case.score)[codes == g], minlength=BINS)
        value = found(calibration_error, case)["calibration_error", name]["value"]
        assert value == pytest.approx(np.abs(off).sum() / (codes == g).sum(), abs=1e-12)


def test_the_mean_error_of_calibrated_scores_is_exact_for_few_and_simulated_for_many() -> None:
    assert mean_error(np.array([0.3])) == pytest.approx(2 * 0.3 * 0.7)
    assert mean_error(np.array([0.5, 0.5])) == pytest.approx(0.5)
    case = chances(3)
    draw = np.random.Generator(np.random.Philox(4))
    rows = found(calibration_error, case)
    again = []
    for _ in range(400):
        case.outcome = draw.random(600) < case.score
        rows_again = errors(case)
        again.append([rows_again["calibration_error", name]["value"] for name in ("all", "b")])
    for place, name in enumerate(("all", "b")):
        error = np.std(again, axis=0)[place] / math.sqrt(400)
        assert abs(rows["calibration_error_null", name]["value"] - np.mean(again, axis=0)[place]) < 4 * error


def test_a_planted_error_of_one_group_is_found_in_that_group() -> None:
    rows = found(calibration_error, chances(5, n=6000, off=0.2))
    wrong, right = rows["calibration_error", "b"], rows["calibration_error", "a"]
    assert wrong["low"] < 0.2 < wrong["high"]
    assert wrong["low"] > rows["calibration_error_null", "b"]["value"]
    assert right["low"] == 0


@pytest.mark.parametrize("off", [0.0, 0.05, 0.25])
def test_the_error_in_the_binned_population_is_covered(off: float) -> None:
    # In every bin of group b the outcome rate is off above the mean score: the error is off.
    seeds, hits = 300, np.zeros(2)
    for seed in range(seeds):
        for place, more in enumerate(({}, {"clusters": np.arange(600) // 10})):
            row = errors(chances(seed + 50, off=off, **more))["calibration_error", "b"]
            hits[place] += row["low"] <= off <= row["high"]
    assert (hits / seeds >= 0.95 - 4 * math.sqrt(0.05 * 0.95 / seeds)).all(), hits / seeds


def test_points_are_not_probabilities_and_probabilities_not_points() -> None:
    assert probabilities(np.array([0.0, 0.3, 1]))
    assert not probabilities(np.array([0.0, 1, 1]))
    assert not probabilities(np.array([0.5, 1.5]))
    (row,) = calibration_error(points(1))
    assert math.isnan(row.value)
    assert "calibration_gap" in row.why
    (row,) = calibration_gap(chances(1))
    assert math.isnan(row.value)
    assert "calibration_error" in row.why
    bare = Table(pd.DataFrame(index=range(3)), {}, None, None, np.arange(3.0))
    assert not list(calibration_error(bare))
    assert not list(calibration_gap(bare))


# At equal score.


def test_the_gap_of_a_worked_table() -> None:
    # Score 1: b 2 of 4, a 1 of 4; score 2: b 1 of 1, a 1 of 2; score 3: nobody of a. Support 5/6.
    score = np.repeat([1.0, 1, 2, 2, 3], [4, 4, 1, 2, 1])
    codes = np.repeat([1, 0, 1, 0, 1], [4, 4, 1, 2, 1])
    outcome = np.array([1, 1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 1], bool)
    case = Table(pd.DataFrame(index=range(12)), {"g": (codes, ("a", "b"))}, None, outcome, score)
    rows = found(calibration_gap, case)
    assert rows["calibration_gap", "b"]["value"] == pytest.approx(4 / 5 * 0.25 + 1 / 5 * 0.5)
    assert rows["calibration_gap_support", "b"]["value"] == pytest.approx(5 / 6)
    assert rows["calibration_gap", "b"]["n"] == 5


def test_below_four_fifths_of_support_the_gap_is_an_observed_one() -> None:
    case = points(2)
    case.score = np.where(case.attributes["g"][0] == 0, 0.0, case.score)
    rows = found(calibration_gap, case)
    assert math.isnan(rows["calibration_gap", "b"]["value"])
    assert "support" in rows["calibration_gap", "b"]["why"]
    assert not math.isnan(rows["calibration_gap_observed", "b"]["value"])


def test_scores_that_nobody_shares_give_no_gap() -> None:
    case = points(3)
    case.score = case.score + 10.0 * case.attributes["g"][0]
    row = found(calibration_gap, case)["calibration_gap", "b"]
    assert (math.isnan(row["value"]), row["why"]) == (
        True,
        "no one in one group has a score that someone in the other has",
    )


@pytest.mark.parametrize("measure", [calibration_error, calibration_gap])
def test_order_whole_weights_and_repetition(measure) -> None:  # type: ignore[no-untyped-def]
    case = chances(6, n=300) if measure is calibration_error else points(6, n=300)
    order = np.random.Generator(np.random.Philox(7)).permutation(300)
    plain = found(measure, case)
    same(numbers(plain), numbers(found(measure, picked(case, order))))
    times = np.arange(300) % 4
    repeated = found(measure, picked(case, np.repeat(np.arange(300), times)))
    weighted = picked(case, np.arange(300), weights=times.astype(float))
    same(numbers(repeated), numbers(found(measure, weighted)))
    fractions = picked(case, np.arange(300), weights=times * 0.3, weights_are_people=False)
    twice = found(measure, picked(case, np.tile(np.arange(300), 2)))
    for (name, group), row in found(measure, fractions).items():
        if not name.endswith(("_p", "_null")):
            assert row["value"] == pytest.approx(repeated[name, group]["value"], abs=1e-12)
            assert twice[name, group]["value"] == pytest.approx(plain[name, group]["value"], abs=1e-12)


def test_a_stretched_score_leaves_the_gap_at_equal_score_and_not_the_error() -> None:
    case = points(8)
    plain = numbers(found(calibration_gap, case))
    case.score = case.score**3
    same(plain, numbers(found(calibration_gap, case)))
    case = chances(8)
    plain = numbers(found(calibration_error, case))
    case.score = case.score**3
    assert numbers(found(calibration_error, case))["calibration_error", "all"] != pytest.approx(
        plain["calibration_error", "all"]
    )


@pytest.mark.parametrize(("n", "surcharge"), [(500, 0.0), (500, 0.15), (80, 0.0), (80, 0.15)])
def test_a_planted_surcharge_at_equal_score_is_covered(n: int, surcharge: float) -> None:
    seeds, hits, said = 400, np.zeros(2), np.zeros(2)
    for seed in range(seeds):
        for place, more in enumerate(({}, {"clusters": np.arange(n) // 4})):
            row = found(calibration_gap, points(seed + 300, n=n, surcharge=surcharge, **more))["calibration_gap", "b"]
            if not row["why"]:
                said[place] += 1
                hits[place] += row["low"] <= surcharge <= row["high"]
    assert (said > 0.9 * seeds).all()
    assert (hits / said >= 0.93 - 4 * np.sqrt(0.93 * 0.07 / said)).all(), hits / said


def test_p_is_uniform_where_scores_mean_the_same() -> None:
    seeds = 400
    p = [found(calibration_gap, points(seed + 900))["calibration_gap_p", "b"]["value"] for seed in range(seeds)]
    assert abs(np.mean(np.array(p) < 0.1) - 0.1) <= 4 * math.sqrt(0.09 / seeds)
