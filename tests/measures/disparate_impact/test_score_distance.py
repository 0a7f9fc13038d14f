"""The Kolmogorov-Smirnov distance of scores: scipy, exact permutation, relations, coverage, p under the null."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp, norm

from testbed.case.decisions import Table
from testbed.measures.disparate_impact import score_process
from testbed.measures.disparate_impact.score_distance import score_ks_distance
from testbed.measures.disparate_impact.score_process import exact_p
from testbed.statistics import expand


def drawn(seed: int, n: int = 300, shift: float = 0.0, groups: int = 2, digits: int = 9, **more: object) -> Table:
    """Normal scores; those of the last group are shifted."""
    draw = np.random.Generator(np.random.Philox(seed))
    group = draw.integers(0, groups, n)
    score = np.round(draw.normal(size=n) + shift * (group == groups - 1), digits)
    return Table(pd.DataFrame(index=range(n)), {"g": (group, tuple("abcd"[:groups]))}, None, None, score, **more)  # type: ignore[arg-type]


def picked(case: Table, at: np.ndarray, **more: object) -> Table:
    codes, levels = case.attributes["g"]
    return Table(pd.DataFrame(index=range(len(at))), {"g": (codes[at], levels)}, None, None, case.score[at], **more)  # type: ignore[arg-type]


def found(case: Table) -> dict[str, dict]:  # type: ignore[type-arg]
    return {row["measure"]: row for row in expand(score_ks_distance, score_ks_distance(case), case, splits=["g"])}


def numbers(rows: dict) -> list:  # type: ignore[type-arg]
    return [[row["value"], row["low"], row["high"], row["n"]] for row in rows.values()]


@pytest.mark.parametrize("digits", [9, 1, 0])
def test_two_groups_agree_with_scipy(digits: int) -> None:
    case = drawn(1, shift=0.2, digits=digits)
    codes = case.attributes["g"][0]
    reference = ks_2samp(case.score[codes == 1], case.score[codes == 0], method="exact")
    rows = found(case)
    assert rows["score_ks_distance"]["value"] == pytest.approx(reference.statistic, abs=1e-12)
    if digits == 9:
        assert rows["score_ks_distance_p"]["value"] == pytest.approx(reference.pvalue, rel=1e-9)
    else:
        # scipy's exact p takes ties for none, which is conservative.
        assert rows["score_ks_distance_p"]["value"] < reference.pvalue


def test_the_exact_p_counts_all_ways_to_label_tied_people() -> None:
    score, n = np.array([1, 1, 2, 3, 3, 3, 4.0]), 3
    distances = []
    for ours in combinations(range(7), n):
        mine = np.isin(np.arange(7), ours)
        distances.append(max(abs((score[mine] <= s).mean() - (score[~mine] <= s).mean()) for s in score))
    for distance in sorted(set(distances)):
        share = np.mean(np.array(distances) >= distance - 1e-9)
        assert exact_p(3, 4, np.array([2, 3, 6, 7]), distance) == pytest.approx(share)


def test_of_several_groups_the_pair_furthest_apart_counts() -> None:
    case = drawn(2, groups=4, shift=0.7)
    codes = case.attributes["g"][0]
    pairs = [ks_2samp(case.score[codes == g], case.score[codes == r]).statistic for g, r in combinations(range(4), 2)]
    assert found(case)["score_ks_distance"]["value"] == pytest.approx(max(pairs), abs=1e-12)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_of_large_and_small_groups_the_pair_with_the_most_evidence_is_tested_whatever_their_order(
    order: tuple[int, int, int],
) -> None:
    # The small group is the furthest from the first, at 0.2, by less evidence than the second is at 0.1.
    sizes, shifts = (300, 300, 30), (0.0, 0.25, 0.47)
    scores = [norm.ppf((np.arange(n) + 0.5) / n) + shift for n, shift in zip(sizes, shifts)]

    def tested(groups: tuple[int, ...]) -> float:
        of = [np.full(sizes[k], order[k]) for k in groups]
        codes, score = np.concatenate(of), np.concatenate([scores[k] for k in groups])
        names = {"g": (np.unique(codes, return_inverse=True)[1], tuple("abc"[: len(groups)]))}
        case = Table(pd.DataFrame(index=range(len(codes))), names, None, None, score)
        return float(found(case)["score_ks_distance_p"]["value"])

    assert tested((0, 2)) > 1.2 * tested((0, 1))
    assert tested((0, 1, 2)) == pytest.approx(3 * tested((0, 1)))


def test_many_scores_are_read_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = numbers(found(drawn(3, groups=3)))
    monkeypatch.setattr(score_process, "BLOCK", 64)
    assert np.array(numbers(found(drawn(3, groups=3)))) == pytest.approx(np.array(plain), nan_ok=True)
    offices = np.arange(300) // 15
    blocks = numbers(found(drawn(3, groups=3, clusters=offices)))
    monkeypatch.undo()
    assert np.array(numbers(found(drawn(3, groups=3, clusters=offices)))) == pytest.approx(
        np.array(blocks), nan_ok=True, abs=1e-6
    )


@pytest.mark.parametrize("clustered", [False, True])
def test_order_names_whole_weights_and_stretched_scores(clustered: bool) -> None:
    case = drawn(4, groups=3, digits=1)
    offices = {"clusters": np.arange(300) // 15} if clustered else {}
    case = picked(case, np.arange(300), **offices)
    plain = np.array(numbers(found(case)))
    order = np.random.Generator(np.random.Philox(5)).permutation(300)
    turned = {name: column[order] for name, column in offices.items()}
    assert np.array(numbers(found(picked(case, order, **turned)))) == pytest.approx(plain, nan_ok=True)
    codes, levels = case.attributes["g"]
    renamed = Table(case.people, {"g": ((codes + 1) % 3, levels)}, None, None, case.score, **offices)  # type: ignore[arg-type]
    assert np.array(numbers(found(renamed))) == pytest.approx(plain, nan_ok=True)
    stretched = Table(case.people, {"g": (codes, levels)}, None, None, np.exp(case.score), **offices)  # type: ignore[arg-type]
    assert np.array(numbers(found(stretched))) == pytest.approx(plain, nan_ok=True)
    times = np.arange(300) % 3
    at = np.repeat(np.arange(300), times)
    weighted = found(picked(case, np.arange(300), weights=times.astype(float), **offices))
    repeated = found(picked(case, at, **{name: column[at] for name, column in offices.items()}))
    assert np.array(numbers(weighted)) == pytest.approx(np.array(numbers(repeated)), nan_ok=True, rel=1e-9)
    fractions = found(picked(case, np.arange(300), weights=times * 0.1, weights_are_people=False, **offices))
    assert fractions["score_ks_distance"]["value"] == pytest.approx(repeated["score_ks_distance"]["value"])


def test_an_empty_group_is_left_out_by_name() -> None:
    case = drawn(6)
    case.attributes["g"] = (case.attributes["g"][0], ("a", "b", "nobody"))
    rows = found(case)
    assert math.isnan(rows["score_ks_distance"]["value"])
    assert rows["score_ks_distance"]["why"] == "left out: nobody (no people in this group)"
    assert rows["score_ks_distance_observed"]["value"] == found(drawn(6))["score_ks_distance"]["value"]
    few = found(drawn(6, n=12))
    assert math.isnan(few["score_ks_distance"]["low"])
    assert math.isnan(few["score_ks_distance_p"]["value"])


@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_planted_distances_are_covered(shift: float) -> None:
    truth, seeds, hits = 2 * norm.cdf(shift / 2) - 1, 120, np.zeros(3)
    for seed in range(seeds):
        ways = (
            drawn(seed + 10, shift=shift),
            drawn(seed + 10, shift=shift, groups=3),
            drawn(seed + 10, shift=shift, clusters=np.arange(300) // 10),
        )
        for place, case in enumerate(ways):
            (row,) = expand(score_ks_distance, score_ks_distance(case)[:1], case, splits=["g"])
            hits[place] += row["low"] <= truth <= row["high"]
    assert (hits / seeds >= 0.95 - 4 * math.sqrt(0.05 * 0.95 / seeds)).all(), hits / seeds


def test_clusters_that_differ_are_no_difference_of_groups() -> None:
    # Offices score differently, and each serves one group alone: labels of whole offices are permuted.
    seeds, below, naive = 60, np.zeros(2), 0
    for seed in range(seeds):
        draw = np.random.Generator(np.random.Philox(seed + 700))
        offices = np.arange(400) // 20
        score = draw.normal(size=400) + draw.normal(size=20)[offices]
        for place, codes in enumerate((draw.permutation(np.arange(20) % 2)[offices], draw.integers(0, 2, 400))):
            table = {"g": (codes, ("a", "b"))}
            case = Table(pd.DataFrame(index=range(400)), table, None, None, score, clusters=offices)
            below[place] += found(case)["score_ks_distance_p"]["value"] < 0.1
            if not place and seed < 20:
                plain = Table(pd.DataFrame(index=range(400)), table, None, None, score)
                naive += found(plain)["score_ks_distance_p"]["value"] < 0.1
    assert (below / seeds <= 0.1 + 4 * math.sqrt(0.09 / seeds)).all(), below
    assert (below > 0).all()
    assert naive > 6
