"""Several seeds in one row: ratios of sums, what is undefined in a seed, and coverage where events are rare."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from testbed.case.decisions import Table
from testbed.findings import pooled
from testbed.measure import PerPerson
from testbed.runs.auditing import audit
from testbed.statistics import estimate, over_seeds

PLACE = {"scenario": "s", "model": "m", "harm": "h", "split": "sex", "group": "a", "versus": "", "why": ""}


def over(*seeds: tuple[tuple[float, float, float], ...], unit: str = "rate", **place: Any) -> dict[str, dict[str, Any]]:
    """Pooled rows by measure, of one quantity whose terms are given by seed."""
    rows = []
    for seed, terms in enumerate(seeds):
        known = all(b for _, _, b in terms)
        value = sum(w * a / b for w, a, b in terms) if known else math.nan
        ends = {"low": value - 1, "high": value + 1, "why": "" if known else "nobody"}
        rows.append({**PLACE, "measure": "x_rate", "unit": unit, "value": value, "n": 4, "seed": seed, "terms": terms})
        rows[-1] |= ends | place
    return {row["measure"]: row for row in pooled(pd.DataFrame(rows))}


def one(a: float, b: float) -> tuple[tuple[float, float, float], ...]:
    return ((1.0, a, b),)


def test_a_ratio_over_seeds_is_that_of_the_sums_and_says_in_how_many_seeds_it_was_undefined() -> None:
    made = over(one(1, 4), one(0, 0), one(6, 8))
    assert made["x_rate"]["value"] == pytest.approx(7 / 12)  # the mean of the two defined rates is 1/2
    assert made["x_rate"]["why"] == ""
    told = made["x_rate_seeds_undefined"]
    assert (told["value"], told["n"], told["unit"], told["seed"]) == (1, 3, "seeds", -1)
    assert list(over(one(1, 4), one(6, 8))) == ["x_rate"]


def test_its_limits_are_those_of_the_jackknife_over_seeds() -> None:
    # Sums 30 of 8; without each seed 20/6, 10/6, 30/4, whose squared distances from their mean 25/6 add up to
    # 325/18. Times 2/3, its root is 3.469 443; t(2) at 0.975 is 4.302 653 (any table).
    row = over(one(10, 2), one(20, 2), one(0, 4), unit="months")["x_rate"]
    assert row["value"] == 3.75
    assert row["high"] - 3.75 == pytest.approx(4.302653 * math.sqrt(325 / 27), abs=1e-4)
    assert 3.75 - row["low"] == pytest.approx(row["high"] - 3.75)


def test_a_gap_that_is_undefined_in_a_seed_is_the_difference_of_the_two_ratios_of_sums() -> None:
    made = over(
        ((1.0, 1.0, 2.0), (-1.0, 10.0, 100.0)),
        ((1.0, 0.0, 0.0), (-1.0, 30.0, 100.0)),
        ((1.0, 1.0, 2.0), (-1.0, 20.0, 100.0)),
        measure="x_gap",
        versus="b",
    )
    assert made["x_gap"]["value"] == pytest.approx(2 / 4 - 60 / 300)
    assert made["x_gap_seeds_undefined"]["value"] == 1
    assert -1 <= made["x_gap"]["low"] < 0.3 < made["x_gap"]["high"] <= 1


def test_what_is_no_ratio_stays_undefined_if_one_seed_is_and_so_does_a_ratio_without_any_denominator() -> None:
    row = over(one(1, 4), one(0, 0), terms=())["x_rate"]
    assert math.isnan(row["value"])
    assert row["why"] == "undefined for 1 of 2 seeds: nobody"
    none = over(one(0, 0), one(0, 0))
    assert list(none) == ["x_rate"]
    assert none["x_rate"]["why"] == "undefined for 2 of 2 seeds: nobody"


@pytest.mark.parametrize(("people", "rate"), [(1, 0.4), (1, 0.1), (2, 0.1), (5, 0.4)])
def test_rates_whose_denominators_are_rare_are_covered(people: int, rate: float) -> None:
    draw, hits, runs = np.random.Generator(np.random.Philox(people)), 0, 400
    for _ in range(runs):
        b = draw.poisson(people, 20)
        a = draw.binomial(b, rate)
        made = over_seeds([[(1.0, x, y)] for x, y in zip(a, b)])
        hits += made.low[0] <= rate <= made.high[0]
    assert hits / runs >= 0.93 - 2 * math.sqrt(0.93 * 0.07 / runs)


def test_where_crowded_seeds_have_higher_rates_the_ratio_of_expectations_is_covered() -> None:
    """Six people at a rate of 0.8 in half of the seeds, one person at 0.1, or nobody, in the others."""
    draw, hits, means, runs = np.random.Generator(np.random.Philox(8)), 0, 0, 400
    for _ in range(runs):
        b = np.where(draw.random(30) < 0.5, 6, draw.random(30) < 0.5)
        a = draw.binomial(b, np.where(b > 1, 0.8, 0.1))
        made, truth = over_seeds([[(1.0, x, y)] for x, y in zip(a, b)]), (0.5 * 4.8 + 0.25 * 0.1) / (3 + 0.25)
        hits += made.low[0] <= truth <= made.high[0]
        shares = a[b > 0] / b[b > 0]
        means += abs(shares.mean() - truth) <= 2.05 * shares.std(ddof=1) / math.sqrt(len(shares))
    assert hits / runs >= 0.91
    assert means / runs < 0.6


def test_a_world_that_is_refused_an_answer_carries_no_sums_and_one_where_nobody_counts_does() -> None:
    nobody = PerPerson(np.zeros(4), np.zeros(4), unit="rate")
    for part, carried in ((nobody, 1), (replace(nobody, refused=True), 0), (PerPerson(np.ones(4), np.ones(4)), 1)):
        assert len(estimate(part, Table(pd.DataFrame(index=range(4)), {}), "all").sums) == carried


def test_gaps_of_an_audit_over_seeds_are_the_differences_of_its_rates() -> None:
    found = audit("rongcheng", people=1024, periods=3, seeds=range(3), measures="adverse_rate,missed_adverse_rate")
    found = found[found["seed"] == -1].set_index(["measure", "split", "group"])
    value = found["value"]
    for name in ("adverse", "missed_adverse"):
        gaps = found.loc[f"{name}_gap"]
        for (split, group), row in gaps.iterrows():
            apart = value[f"{name}_rate", split, group] - value[f"{name}_rate", split, row["versus"]]
            assert row["value"] == pytest.approx(apart, nan_ok=True)
    # In this small world nobody deserves an adverse decision in some of the seeds.
    told = found.loc["missed_adverse_rate_seeds_undefined", "all", "all"]
    assert 0 < told["value"] < told["n"] == 3
    assert not math.isnan(value["missed_adverse_rate", "all", "all"])
