"""Two models on the same people: planted differences, and what pairing takes away."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from testbed.case.decisions import Table
from testbed.findings import finding
from testbed.measure import Measure, PerPerson, measures
from testbed.statistics.counts import TN, CellRate, Rate
from testbed.statistics.estimation import estimate
from testbed.statistics.paired import Paired, kept, paired_rows
from testbed.statistics.rows import Against

MEASURE = Measure(
    "adverse_rate", None, "disparate impact", "rate", "none", ("table",), "", "", "", "", {}, "adverse_gap", True
)  # type: ignore[arg-type]


def table(n: int, clusters: np.ndarray | None = None) -> Table:
    group = np.arange(n) % 2
    return Table(pd.DataFrame(index=range(n)), {"g": (group, ("a", "b"))}, clusters=clusters)


def rows(first: np.ndarray, second: np.ndarray, case: Table, unit: str = "rate") -> pd.DataFrame:
    one, two = (PerPerson(side, np.ones(len(first)), unit=unit) for side in (first, second))
    found = paired_rows(MEASURE, [one], [two], case, splits=["g"], reference={"g": "b"})
    return finding.frame(found).set_index(["measure", "group"])


def test_a_model_that_turns_k_people_differs_by_k_in_all_and_in_its_group() -> None:
    draw = np.random.Generator(np.random.Philox(1))
    second = (draw.random(1000) < 0.2).astype(float)
    first, k = second.copy(), 20
    spared = np.flatnonzero(second == 0)
    first[spared[spared % 2 == 0][:k]] = 1.0
    found = rows(first, second, table(1000))
    assert found.loc[("adverse_rate", "all"), "value"] == pytest.approx(k / 1000)
    assert found.loc[("adverse_rate", "a"), "value"] == pytest.approx(k / 500)
    assert found.loc[("adverse_rate", "b"), "value"] == 0
    assert found.loc[("adverse_gap", "a"), "value"] == pytest.approx(k / 500)
    # Bonett and Price add a pair of each to 1000: 20/1002 = 0.019960, variance (22/1002 - 0.000398)/1002 = 0.004638^2.
    assert found.loc[("adverse_rate", "all"), "high"] == pytest.approx(0.019960 + 1.9623 * 0.0046384, abs=2e-6)
    assert found.loc[("adverse_rate_p", "all"), "value"] < 0.001
    assert found.loc[("adverse_gap_p", "a"), "value"] < 0.001


@pytest.mark.parametrize("clusters", [None, np.arange(400) // 40, np.arange(400) // 100])
@pytest.mark.parametrize("unit", ["rate", "points"])
def test_the_same_numbers_for_everybody_differ_by_0_exactly(clusters: np.ndarray | None, unit: str) -> None:
    # Ten clusters in which nobody differs once gave 0 within 0.308.
    hit = (np.arange(400) % 7 == 0).astype(float)
    found = rows(hit, hit.copy(), table(400, clusters), unit)
    shown = found[found["unit"] != "p"]
    assert len(shown) == 4
    assert (shown[["value", "low", "high"]] == 0).all(axis=None)
    assert (found.loc[found["unit"] == "p", "value"] == 1).all()


def test_a_group_in_which_nobody_differs_is_not_exact_where_others_differ() -> None:
    first = (np.arange(400) % 7 == 0).astype(float)
    second = first.copy()
    second[[1, 3, 5]] = 1 - second[[1, 3, 5]]
    found = rows(first, second, table(400)).loc[("adverse_rate", "a")]
    assert found["value"] == 0
    # One pair each way added to 200: 0 -/+ t sqrt(2) / 202, near the 3.7 / 200 of Clopper and Pearson.
    assert found["high"] == pytest.approx(1.9720 * math.sqrt(2) / 202, rel=1e-4)
    assert found["low"] == -found["high"]


def test_what_does_not_rest_on_the_models_is_equal_and_what_does_is_not() -> None:
    draw = np.random.Generator(np.random.Philox(5))
    made = []
    for _ in range(2):
        case = table(200, np.arange(200) // 10)
        case.prediction, case.outcome = draw.random(200) < 0.3, np.arange(200) % 3 == 0
        made.append({one.name: kept(one(case)) for one in map(measures.get, ("base_rate", "selection_rate"))})
    for name, exact in (("base_rate", True), ("selection_rate", False)):
        one = measures.get(name)
        pairs = made[0][name], made[1][name]
        row = paired_rows(one, *pairs, case, splits=[], reference={})[0]
        assert (row["low"] == row["value"] == row["high"] == 0) == exact
        assert row["low"] <= row["value"] <= row["high"]


def covered(n: int, clusters: int, worse: float, better: float, spread: float, seeds: int) -> float:
    """The share of samples whose limits hold worse - better, the chance that the first model does worse to somebody."""
    draw = np.random.Generator(np.random.Philox([n + clusters, round(1e6 * (worse + 7 * better + 70 * spread))]))
    sample, owner = np.repeat(np.arange(seeds), n), np.arange(seeds * n) * max(clusters, 1) // n
    case = Table(
        pd.DataFrame(index=range(seeds * n)), {"s": (sample, tuple(map(str, range(seeds))))},
        clusters=owner if clusters else None,
    )  # fmt: skip
    rate = worse
    if spread:
        rate = draw.beta(worse * (1 / spread - 1), (1 - worse) * (1 / spread - 1), seeds * clusters)[owner]
    coin, both = draw.random(seeds * n), draw.random(seeds * n) < 0.3
    up, down = coin < rate, coin > 1 - better
    first, second = (np.where(up | down, side, both).astype(float) for side in (up, down))
    parts = (PerPerson(side, np.ones(seeds * n), unit="rate") for side in (first, second))
    low, high = Paired(*parts).estimates(case, "s").limits()
    return float(np.mean((low <= worse - better) & (worse - better <= high)))


@pytest.mark.parametrize(
    ("n", "clusters", "worse", "better", "spread"),
    [
        (50, 0, 0.02, 0.0, 0.0), (50, 0, 0.1, 0.0, 0.0), (100, 0, 0.05, 0.0, 0.0), (300, 0, 0.01, 0.0, 0.0),
        (300, 0, 0.02, 0.0, 0.0), (300, 0, 0.02, 0.01, 0.0), (1000, 0, 0.005, 0.002, 0.0), (1000, 0, 0.01, 0.01, 0.0),
        (300, 30, 0.01, 0.0, 0.0), (300, 30, 0.02, 0.0, 0.02), (600, 60, 0.05, 0.02, 0.02), (600, 12, 0.2, 0.0, 0.02),
    ],
)  # fmt: skip
def test_few_discordant_pairs_are_covered(n: int, clusters: int, worse: float, better: float, spread: float) -> None:
    # Wald's interval holds 0.63 to 0.88 of the first five. Less two standard errors of 600 samples.
    assert covered(n, clusters, worse, better, spread, 600) >= 0.93 - 2 * math.sqrt(0.93 * 0.07 / 600)


def test_weights_that_are_people_are_repetition_and_sampling_weights_have_no_scale() -> None:
    draw = np.random.Generator(np.random.Philox(6))
    first, second = ((draw.random(90) < rate).astype(float) for rate in (0.3, 0.25))
    many = np.arange(90) % 3 + 1
    found = []
    for times, weights, are_people in (
        (many, None, False), (1, many, True), (1, None, False), (1, np.full(90, 7.5), False)
    ):  # fmt: skip
        sides = [np.repeat(side, times) for side in (first, second)]
        n = len(sides[0])
        case = SimpleNamespace(people=range(n), clusters=None, weights=weights, weights_are_people=are_people)
        made = Paired(*(PerPerson(side, np.ones(n), unit="rate") for side in sides)).estimates(case, "all")
        found.append((made.value[0], *(end[0] for end in made.limits())))
    assert found[0] == pytest.approx(found[1])
    assert found[2] == pytest.approx(found[3])


def test_the_p_of_few_discordant_pairs_is_near_that_of_the_exact_test() -> None:
    for k, exact in ((3, 0.25), (4, 0.125), (5, 0.0625), (6, 0.03125), (8, 0.0078125)):
        second = np.zeros(500)
        first = second.copy()
        first[:k] = 1.0
        found = rows(first, second, table(500)).loc[("adverse_rate_p", "all"), "value"]
        assert found == pytest.approx(exact, rel=0.5), k
        assert (found < 0.05) == (exact < 0.05)


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
    (plain,) = kept([part])
    assert type(plain) is PerPerson
    assert plain.numerator.sum() == part.numerator.sum()
    assert paired_rows(MEASURE, [plain], [replace(plain, suffix="_net")], case, splits=[], reference={}) == []


def test_a_gap_is_compared_as_a_gap_month_by_month() -> None:
    # Flattened to its part, a gap of one model was compared with the rate by group, and of the last month alone.
    case, measure = table(400), measures.get("audit_illusion")
    hits = [PerPerson(np.arange(400) % 8 < k, np.ones(400)) for k in (1, 2, 4, 5)]
    months = [Against((hit,), test=False, qualifiers={"period": k % 2}) for k, hit in enumerate(hits)]
    sides = kept(months[:2]), kept(months[2:])
    found = finding.frame(paired_rows(measure, *sides, case, splits=["g"], reference={"g": "b"}))
    assert found["measure"].tolist() == [f"audit_illusion{p}[period={t}]" for t in (0, 1) for p in ("", "_p")]
    assert (found["versus"] == "b").all()
    # Of eight: even ones a, odd ones b. First month 1:0 against 2:2, then 1:1 against 3:2.
    assert found["value"].tolist()[::2] == pytest.approx([0.25 - 0.0, 0.0 - 0.25])
    assert (found["low"] < found["value"])[::2].all()
    assert (found["value"] < found["high"])[::2].all()


def test_nobody_in_one_denominator_is_undefined_and_says_why() -> None:
    full, none = PerPerson(np.ones(50), np.ones(50)), PerPerson(np.zeros(50), np.zeros(50), why="nobody is flagged")
    found = finding.frame(paired_rows(MEASURE, [full], [none], table(50), splits=[], reference={}))
    assert found["value"].isna().all()
    assert found["why"].tolist() == ["nobody is flagged", "nobody is flagged"]
