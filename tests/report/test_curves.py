"""The tables behind the figures of thresholds and calibration, against counts made by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from testbed.case.decisions import Table
from testbed.report.curve_points import COLUMNS, curve_rows, curve_text, curves


def table(group, score, outcome, prediction=None, *, clusters=None, weights=None, are_people=True):
    codes, levels = pd.factorize(np.asarray(group), sort=True)
    return Table(
        pd.DataFrame(index=range(len(codes))),
        {"g": (codes, tuple(map(str, levels)))},
        prediction=None if prediction is None else np.asarray(prediction, bool),
        outcome=np.asarray(outcome, bool),
        score=np.asarray(score, float),
        weights=weights,
        weights_are_people=are_people,
        clusters=clusters,
        splits=["g"],
    )


def rows(made, **where):
    return [row for row in made if all(row[key] == value for key, value in where.items())]


def test_points_along_the_threshold_are_the_rates_counted_by_hand():
    group = np.repeat(["a", "b"], 50)
    score = np.tile(np.arange(50), 2)
    outcome = np.where(group == "a", score >= 20, score >= 35)
    made = curves(table(group, score, outcome, score > 24))
    for name, good in (("a", 20), ("b", 35)):
        for row in rows(made, figure="thresholds", group=name, mark="curve"):
            positive = np.arange(50) >= good
            above = np.arange(50) > row["at"]
            assert row["y"] == pytest.approx((above & positive).sum() / positive.sum())
            assert row["x"] == pytest.approx((above & ~positive).sum() / (~positive).sum())
            assert row["n"] == 50
        (cut,) = rows(made, figure="thresholds", group=name, mark="cut")
        assert cut["x"] == pytest.approx((np.arange(25, 50) < good).sum() / good)
        assert cut["y"] == pytest.approx((np.arange(25, 50) >= good).sum() / (50 - good))
    ends = rows(made, figure="thresholds", group="a", mark="curve")
    assert (ends[0]["x"], ends[0]["y"]) == (1.0, 1.0)
    assert (ends[-1]["x"], ends[-1]["y"]) == (0.0, 0.0)
    assert [row["at"] for row in ends] == [row["at"] for row in rows(made, group="b", mark="curve")]


def test_bins_are_equal_in_pooled_people_and_their_rates_have_wilson_limits():
    n = 1000
    score = np.arange(n) / n
    group = np.where(np.arange(n) % 2, "a", "b")
    outcome = (np.arange(n) // 2) % 2 == 0
    made = rows(curves(table(group, score, outcome)), figure="calibration")
    assert len(made) == 20
    assert {row["n"] for row in made} == {50}
    for row in made:
        assert row["x"] == pytest.approx(row["at"] / 10 + 0.05, abs=0.002)
        assert row["y"] == pytest.approx(0.5, abs=0.021)
        center = (row["y"] + 1.96**2 / 100) / (1 + 1.96**2 / 50)
        assert (row["low"] + row["high"]) / 2 == pytest.approx(center, abs=1e-4)


def test_intervals_of_clustered_people_are_wider_and_under_ten_clusters_there_is_none():
    n, per = 2000, 50
    rng = np.arange(n)
    cluster = rng // per
    outcome = cluster % 2 == 0
    score = (rng * 7919 % n) / n
    group = np.full(n, "a")
    plain = rows(curves(table(group, score, outcome)), figure="calibration")
    shared = rows(curves(table(group, score, outcome, clusters=cluster)), figure="calibration")
    widths = [[row["high"] - row["low"] for row in made] for made in (plain, shared)]
    assert (np.array(widths[1]) > 1.5 * np.array(widths[0])).all()
    few = rows(curves(table(group, score, outcome, clusters=rng // 400)), figure="calibration")
    assert all(math.isnan(row["low"]) for row in few)


def test_under_five_events_the_limits_reach_those_of_clopper_and_pearson():
    outcome = np.zeros(400, bool)
    outcome[[3, 17, *range(200, 400)]] = True
    made = rows(curves(table(["a"] * 400, np.arange(400), outcome)), figure="calibration")
    first = made[0]
    assert (first["y"], first["n"]) == (0.05, 40)
    assert (first["low"], first["high"]) == pytest.approx((0.0061, 0.1692), abs=1e-4)


def test_people_counted_by_weight_are_people_and_sampling_weights_widen():
    score = np.repeat(np.arange(10.0), 20)
    outcome = np.tile([True, False], 100)
    group = np.full(200, "a")
    once = curves(table(np.repeat(group, 3), np.repeat(score, 3), np.repeat(outcome, 3)))
    thrice = curves(table(group, score, outcome, weights=np.full(200, 3.0)))
    for one, two in zip(once, thrice, strict=True):
        near = {
            key: pytest.approx(value, nan_ok=True) if isinstance(value, float) else value for key, value in two.items()
        }
        assert one == near
    sampling = rows(curves(table(group, score, outcome, weights=np.full(200, 3.0), are_people=False)), mark="bin")
    counted = rows(thrice, mark="bin")
    assert all(a["high"] - a["low"] > b["high"] - b["low"] for a, b in zip(sampling, counted, strict=True))


def test_without_scores_or_outcomes_of_both_kinds_there_is_no_curve():
    assert curves(table(["a"] * 4, [1, 2, 3, 4], [1, 1, 1, 1])) == []
    bare = table(["a"] * 4, [1, 2, 3, 4], [1, 0, 1, 0])
    bare.score = None
    assert curves(bare) == []
    one_kind = curves(table(["a", "a", "b", "b"], [1, 2, 3, 4], [1, 0, 1, 1]))
    assert {row["group"] for row in rows(one_kind, figure="thresholds")} == {"a"}


def test_a_world_has_curves_of_its_compared_attributes():
    from testbed.case.case import run_case

    case = run_case("rongcheng", people=20 * 1024, periods=4)
    made = curves(case, "rongcheng")
    assert {row["split"] for row in made} == {"community", "sex"}
    cut = rows(made, split="community", group="minority", mark="cut")[0]
    member = case.scored & (case.people["community"].to_numpy() == "minority")
    assert cut["n"] == member.sum()
    assert cut["y"] == pytest.approx(case.prediction[member & case.outcome].mean())
    assert cut["x"] == pytest.approx(case.prediction[member & ~case.outcome].mean())


def test_the_curve_table_reads_back_as_it_was_written():
    made = curves(table(["=a", "=a", "b", "b"], [1, 2, 3, 4], [1, 0, 1, 0], [1, 1, 0, 0]), "=mine")
    text = curve_text(made)
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert not any(cell.startswith("=") for line in text.splitlines() for cell in line.split(","))
    for one, two in zip(made, curve_rows(text), strict=True):
        assert (one["group"], one["model"]) == (two["group"], two["model"])
        assert one["at"] == pytest.approx(two["at"], nan_ok=True)
        assert (one["x"], one["y"], one["n"]) == pytest.approx((two["x"], two["y"], two["n"]))
        assert math.isnan(two["low"]) == (one["figure"] == "thresholds")
    assert curve_text([]) == ""
    assert curve_rows("") == []


def test_a_table_longer_than_a_million_rows_gets_no_curves(monkeypatch):
    from testbed.report import curve_points as module

    four = table(["a", "a", "b", "b"], [1, 2, 3, 4], [1, 0, 1, 0])
    assert curves(four)
    monkeypatch.setattr(module, "MOST_ROWS", 3)
    assert curves(four) == []
