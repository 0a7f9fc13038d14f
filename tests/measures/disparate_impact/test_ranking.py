"""Exposure, cross AUC and superiority of grades: worked rankings, references, relations, coverage."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import brunnermunzel, mannwhitneyu, norm
from sklearn.metrics import roc_auc_score

from testbed.case.decisions import Table
from testbed.measures.disparate_impact.ranking import (
    cross_auc,
    exposure_ratio,
    exposures,
    grade_superiority,
    summed_exposure,
)
from testbed.statistics import expand


def drawn(seed: int, n: int = 400, shift: float = 0.0, digits: int = 1, **more: object) -> Table:
    """Scores that are normal around the outcome; those of group b are shifted. Group a is the larger."""
    draw = np.random.Generator(np.random.Philox(seed))
    outcome, group = draw.random(n) < 0.4, (draw.random(n) < 0.4).astype(int)
    score = np.round(draw.normal(size=n) + outcome + shift * group, digits)
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b"))}, None, outcome, score, **more)  # type: ignore[arg-type]


def picked(case: Table, at: np.ndarray, **more: object) -> Table:
    codes, levels = case.attributes["g"]
    frame = pd.DataFrame(index=range(len(at)))
    return Table(frame, {"g": (codes[at], levels)}, None, case.outcome[at], case.score[at], **more)  # type: ignore[arg-type]


def found(measure, case: Table) -> dict[str, dict]:  # type: ignore[type-arg]
    """Rows by name; the reference is group a."""
    case.reference = {"g": "a"}
    return {row["measure"]: row for row in expand(measure, measure(case), case, splits=["g"], reference={"g": "a"})}


def numbers(rows: dict[str, dict]) -> dict[str, list[float]]:  # type: ignore[type-arg]
    return {name: [row["value"], row["low"], row["high"], row["n"]] for name, row in rows.items()}


def same(left: dict, right: dict) -> None:  # type: ignore[type-arg]
    assert left.keys() == right.keys()
    for name, row in left.items():
        assert row == pytest.approx(right[name], rel=1e-9, nan_ok=True), name


MEASURES = [exposure_ratio, cross_auc, grade_superiority]


def test_exposure_of_a_worked_ranking() -> None:
    # Ranks 1, 2 and 3 (tied), 4.
    tied = (1 / math.log2(3) + 1 / math.log2(4)) / 2
    assert exposures(np.array([5.0, 9, 5, 1])).tolist() == pytest.approx([tied, 1, tied, 1 / math.log2(5)])
    case = Table(
        pd.DataFrame(index=range(4)), {"g": (np.array([0, 0, 1, 1]), ("a", "b"))}, None, None, np.array([4.0, 1, 3, 2])
    )
    wanted = (1 / math.log2(3) + 1 / math.log2(4)) / (1 + 1 / math.log2(5))
    assert found(exposure_ratio, case)["exposure_ratio"]["value"] == pytest.approx(wanted)


def test_exposure_of_a_long_list_is_summed_without_its_terms() -> None:
    top = 300_000
    exact = np.cumsum(1 / np.log2(np.arange(2.0, top + 2)))
    ranks = np.array([1.0, 7, 65_536, 65_537, 200_000, top])
    assert summed_exposure(ranks) == pytest.approx(exact[ranks.astype(int) - 1], rel=1e-12)


def test_cross_auc_agrees_with_scikit_learn_on_positives_of_one_and_negatives_of_the_other() -> None:
    case = drawn(1, shift=-0.5)
    g, y = case.attributes["g"][0], case.outcome
    rows = found(cross_auc, case)
    chosen = ((g == 1) & y) | ((g == 0) & ~y)
    other = ((g == 0) & y) | ((g == 1) & ~y)
    one, two = (roc_auc_score(y[who], case.score[who]) for who in (chosen, other))
    assert rows["cross_auc"]["value"] == pytest.approx(one, abs=1e-12)
    assert rows["cross_auc_gap"]["value"] == pytest.approx(one - two, abs=1e-12)
    assert rows["cross_auc_gap"]["high"] < 0


def test_superiority_agrees_with_scipy_in_value_and_p() -> None:
    case = drawn(2, shift=0.15)
    g = case.attributes["g"][0]
    ours, theirs = case.score[g == 1], case.score[g == 0]
    rows = found(grade_superiority, case)
    statistic = mannwhitneyu(ours, theirs).statistic / (len(ours) * len(theirs))
    assert rows["grade_superiority"]["value"] == pytest.approx(statistic, abs=1e-12)
    assert rows["grade_superiority_p"]["value"] == pytest.approx(brunnermunzel(ours, theirs).pvalue, rel=1e-9)


def test_equal_aucs_within_groups_hide_what_the_cross_auc_shows() -> None:
    # Both groups are ordered perfectly, but every positive of b stands below every negative of a.
    case = Table(
        pd.DataFrame(index=range(40)),
        {"g": (np.repeat([0, 1], 20), ("a", "b"))},
        None,
        np.tile(np.repeat([True, False], 10), 2),
        np.repeat([4.0, 3, 2, 1], 10),
    )
    rows = found(cross_auc, case)
    assert rows["cross_auc"]["value"] == 0
    # No independent pair of ten is in order: the upper limit is that of 0 in 10.
    assert rows["cross_auc"]["high"] == pytest.approx(1 - 0.025**0.1)
    assert rows["cross_auc_gap"]["value"] == -1


@pytest.mark.parametrize("measure", MEASURES)
def test_order_of_rows_and_whole_weights(measure) -> None:  # type: ignore[no-untyped-def]
    case = drawn(3)
    order = np.random.Generator(np.random.Philox(4)).permutation(400)
    same(numbers(found(measure, case)), numbers(found(measure, picked(case, order))))
    times = np.arange(400) % 4
    weighted = picked(case, np.arange(400), weights=times.astype(float))
    same(numbers(found(measure, weighted)), numbers(found(measure, picked(case, np.repeat(np.arange(400), times)))))


@pytest.mark.parametrize("measure", MEASURES)
def test_scale_of_sampling_weights_and_a_stretched_score_change_no_value(measure) -> None:  # type: ignore[no-untyped-def]
    case = drawn(5)
    weights = 0.25 + np.arange(400) % 5
    one, two = (
        found(measure, picked(case, np.arange(400), weights=weights * by, weights_are_people=False)) for by in (1, 1e-6)
    )
    same({name: row[:1] for name, row in numbers(one).items()}, {name: row[:1] for name, row in numbers(two).items()})
    plain = found(measure, case)
    case.score = np.exp(case.score)
    same(numbers(plain), numbers(found(measure, case)))


@pytest.mark.parametrize("measure", [cross_auc, grade_superiority])
def test_every_row_twice_gives_the_same_values(measure) -> None:  # type: ignore[no-untyped-def]
    one, two = (found(measure, picked(drawn(6), np.tile(np.arange(400), by))) for by in (1, 2))
    for name in one:
        if not name.endswith("_p"):
            assert one[name]["value"] == pytest.approx(two[name]["value"], abs=1e-12)
            assert 2 * one[name]["n"] == two[name]["n"]


def test_the_other_way_round() -> None:
    case = drawn(7, shift=0.3)
    codes, _ = case.attributes["g"]
    turned = Table(case.people, {"g": (1 - codes, ("a", "b"))}, None, case.outcome, case.score)
    one, two = found(exposure_ratio, case), found(exposure_ratio, turned)
    assert one["exposure_ratio"]["value"] == pytest.approx(1 / two["exposure_ratio"]["value"])
    one, two = found(grade_superiority, case), found(grade_superiority, turned)
    assert one["grade_superiority"]["value"] == pytest.approx(1 - two["grade_superiority"]["value"])
    assert one["grade_superiority"]["low"] == pytest.approx(1 - two["grade_superiority"]["high"])
    one, two = found(cross_auc, case), found(cross_auc, turned)
    assert one["cross_auc_gap"]["value"] == pytest.approx(-two["cross_auc_gap"]["value"])


def test_what_cannot_be_compared_is_nan_and_says_why() -> None:
    case = drawn(8)
    case.outcome = case.outcome & (case.attributes["g"][0] == 0)
    row = found(cross_auc, case)["cross_auc"]
    assert math.isnan(row["value"])
    assert row["why"] == "no positives of b or no negatives of a"
    codes, _ = case.attributes["g"]
    case.attributes["g"] = (codes, ("a", "b", "nobody"))
    for measure in (cross_auc, grade_superiority):
        rows = expand(measure, measure(case), case, splits=["g"])
        last = [row for row in rows if row["group"] == "nobody"]
        assert last
        assert all(math.isnan(row["value"]) and row["why"] == "no people in this group" for row in last)
    bare = Table(case.people, case.attributes, None, case.outcome)
    assert not any(list(measure(bare)) for measure in MEASURES)


def test_planted_answers_are_covered_with_and_without_clusters() -> None:
    # Scores are N(outcome + 0.3 [b], 1): positives of b exceed negatives of a by N(1.3, 2).
    truth = {
        "cross_auc": norm.cdf(1.3 / math.sqrt(2)),
        "cross_auc_gap": norm.cdf(1.3 / math.sqrt(2)) - norm.cdf(0.7 / math.sqrt(2)),
        "grade_superiority": 0.52 * norm.cdf(0.3 / math.sqrt(2))
        + 0.24 * (norm.cdf(1.3 / math.sqrt(2)) + norm.cdf(-0.7 / math.sqrt(2))),
    }
    large = drawn(9, n=200_000, shift=0.3, digits=9)
    ranked = [drawn(seed + 5000, n=300, shift=0.3, digits=9) for seed in range(800)]
    truth["exposure_ratio"] = float(np.mean([found(exposure_ratio, one)["exposure_ratio"]["value"] for one in ranked]))
    assert found(grade_superiority, large)["grade_superiority"]["value"] == pytest.approx(
        truth["grade_superiority"], abs=0.006
    )
    seeds = 300
    hits = {(name, kind): 0 for name in truth for kind in ("plain", "clustered")}
    for seed in range(seeds):
        for kind, more in (("plain", {}), ("clustered", {"clusters": np.arange(300) // 10})):
            case = drawn(seed + 100, n=300, shift=0.3, digits=9, **more)
            rows = {name: row for measure in MEASURES for name, row in found(measure, case).items()}
            for name, value in truth.items():
                hits[name, kind] += rows[name]["low"] <= value <= rows[name]["high"]
    floor = 0.93 - 4 * math.sqrt(0.93 * 0.07 / seeds)
    assert min(hits.values()) / seeds >= floor, {key: count / seeds for key, count in hits.items()}


def test_p_values_are_uniform_where_groups_are_alike() -> None:
    seeds, below = 400, dict.fromkeys(("exposure_ratio_p", "cross_auc_gap_p", "grade_superiority_p"), 0)
    for seed in range(seeds):
        case = drawn(seed + 2000, n=200)
        for measure in MEASURES:
            for name, row in found(measure, case).items():
                if name in below:
                    below[name] += row["value"] < 0.1
    for name, count in below.items():
        assert abs(count / seeds - 0.1) <= 4 * math.sqrt(0.09 / seeds), (name, count / seeds)
