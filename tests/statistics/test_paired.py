"""Two models on the same people: planted differences, and what pairing takes away."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from testbed import finding
from testbed.measures.base import Measure, PerPerson
from testbed.statistics.counts import TN, CellRate, Rate
from testbed.statistics.estimates import estimate
from testbed.statistics.expand import Against
from testbed.statistics.paired import Paired, kept, paired_rows
from testbed.table import Table

MEASURE = Measure(
    "adverse_rate", None, "disparate impact", "rate", "none", ("table",), "", "", "", "", {}, "adverse_gap", True
)  # type: ignore[arg-type]


def table(n: int, clusters: np.ndarray | None = None) -> Table:
    group = np.arange(n) % 2
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b"))}, clusters=clusters)


def rows(first: np.ndarray, second: np.ndarray, case: Table) -> pd.DataFrame:
    one, two = PerPerson(first, np.ones(len(first))), PerPerson(second, np.ones(len(first)))
    found = paired_rows(MEASURE, [one], [two], case, splits=["g"], reference={"g": "b"})
    return finding.frame(found).set_index(["measure", "group"])


def test_a_model_that_turns_k_people_differs_by_k_in_all_and_in_its_group() -> None:
    draw = np.random.Generator(np.random.Philox(1))
    second = (draw.random(1000) < 0.2).astype(float)
    first = second.copy()
    turned = np.flatnonzero(second == 0)[:40]
    turned = turned[turned % 2 == 0]
    first[turned] = 1.0
    found = rows(first, second, table(1000))
    k = len(turned)
    assert found.loc[("adverse_rate", "all"), "value"] == pytest.approx(k / 1000)
    assert found.loc[("adverse_rate", "a"), "value"] == pytest.approx(k / 500)
    assert found.loc[("adverse_rate", "b"), "value"] == 0
    assert found.loc[("adverse_gap", "a"), "value"] == pytest.approx(k / 500)
    # McNemar's standard error: k changes one way only.
    error = math.sqrt((k / 1000 - (k / 1000) ** 2) / 999)
    assert found.loc[("adverse_rate", "all"), "high"] == pytest.approx(k / 1000 + 1.9623 * error, rel=1e-4)
    assert found.loc[("adverse_rate_p", "all"), "value"] < 0.001
    assert found.loc[("adverse_gap_p", "a"), "value"] < 0.001


def test_the_same_model_twice_differs_by_0_and_the_interval_says_how_many_may_still_differ() -> None:
    hit = (np.arange(400) % 7 == 0).astype(float)
    found = rows(hit, hit, table(400))
    assert (found.loc[found["unit"] == "rate", "value"] == 0).all()
    assert found.loc[("adverse_rate", "all"), "high"] == pytest.approx(1 - 0.025 ** (1 / 400))
    assert found.loc[("adverse_rate", "all"), "low"] == -found.loc[("adverse_rate", "all"), "high"]
    assert found.loc[("adverse_rate_p", "all"), "value"] == 1


def test_what_both_models_share_cancels_and_a_planted_difference_is_covered() -> None:
    # Clusters move both models alike; the second turns 3 % more of everybody, at random.
    draw = np.random.Generator(np.random.Philox(2))
    owner = np.repeat(np.arange(40), 25)
    seeds, hits, widths = 300, 0, []
    for _ in range(seeds):
        own = draw.beta(2, 6, 40)[owner]
        first = (draw.random(1000) < own).astype(float)
        extra = (1 - first) * (draw.random(1000) < 0.03)
        made = Paired(PerPerson(first + extra, np.ones(1000)), PerPerson(first, np.ones(1000)))
        low, high = made.estimates(table(1000, owner), "all").limits()
        apart = estimate(PerPerson(first, np.ones(1000)), table(1000, owner), "all").limits()
        widths.append((high[0] - low[0]) / (apart[1][0] - apart[0][0]))
        hits += low[0] <= 0.03 * 0.75 <= high[0]
    assert hits / seeds >= 0.93 - 2 * math.sqrt(0.93 * 0.07 / seeds)
    assert np.mean(widths) < 0.35


def test_a_ratio_of_sums_is_paired_by_its_influence_as_the_jackknife_has_it() -> None:
    draw = np.random.Generator(np.random.Philox(3))
    b = draw.integers(0, 3, (2, 300)).astype(float)
    a = draw.gamma(2.0, size=(2, 300)) * (b > 0)
    parts = [PerPerson(a[k], b[k]) for k in (0, 1)]
    found = Paired(*parts).estimates(table(300), "all")
    left_out = []
    for i in range(300):
        keep = np.arange(300) != i
        left_out.append(a[0, keep].sum() / b[0, keep].sum() - a[1, keep].sum() / b[1, keep].sum())
    jackknife = math.sqrt(299 / 300 * np.sum((np.array(left_out) - np.mean(left_out)) ** 2))
    assert found.error[0] == pytest.approx(jackknife, rel=0.03)


def test_the_order_of_the_models_is_the_sign_and_exact_stays_exact() -> None:
    draw = np.random.Generator(np.random.Philox(4))
    one, two = (PerPerson((draw.random(200) < rate).astype(float), np.ones(200)) for rate in (0.2, 0.5))
    there, back = (Paired(*pair).estimates(table(200), "g") for pair in ((one, two), (two, one)))
    assert there.value == pytest.approx(-back.value)
    assert there.limits()[0] == pytest.approx(-back.limits()[1])
    exact = [replace(part, exact=True) for part in (one, two)]
    found = finding.frame(paired_rows(MEASURE, exact[:1], exact[1:], table(200), splits=[], reference={}))
    assert found["measure"].tolist() == ["adverse_rate"]
    assert found["low"].tolist() == found["value"].tolist()


def test_parts_are_kept_without_their_case_and_what_only_one_model_gives_is_left_out() -> None:
    case = table(60)
    case.prediction, case.outcome = np.arange(60) % 3 == 0, np.arange(60) % 2 == 0
    part = CellRate(case, Rate("adverse_rate", (TN,), (0, 1, 2, 3), "nobody"))
    (plain,) = kept([Against((part,))])
    assert type(plain) is PerPerson
    assert plain.numerator.sum() == part.numerator.sum()
    assert paired_rows(MEASURE, [plain], [replace(plain, suffix="_net")], case, splits=[], reference={}) == []


def test_nobody_in_one_denominator_is_undefined_and_says_why() -> None:
    full, none = PerPerson(np.ones(50), np.ones(50)), PerPerson(np.zeros(50), np.zeros(50), why="nobody is flagged")
    found = finding.frame(paired_rows(MEASURE, [full], [none], table(50), splits=[], reference={}))
    assert found["value"].isna().all()
    assert found["why"].tolist() == ["nobody is flagged", "nobody is flagged"]
