"""A mean in units of an estimated deviation: both are estimates, and their errors may be tied."""

from types import SimpleNamespace

import numpy as np
import pytest

from testbed.measure import PerPerson
from testbed.statistics import Relative, comparisons, estimate
from testbed.statistics.relative import RelativePair

CLUSTERS, SIZE = 40, 25


def world(draw: np.random.Generator) -> tuple[SimpleNamespace, np.ndarray, np.ndarray, np.ndarray]:
    """Scores whose spread differs by cluster, everybody's gain (about -50), who is followed, and a group."""
    n = CLUSTERS * SIZE
    owner = np.repeat(np.arange(CLUSTERS), SIZE)
    spread = 10 * draw.gamma(4.0, 0.25, CLUSTERS)[owner]
    group = np.arange(n) % 2
    case = SimpleNamespace(
        people=range(n), scored=np.ones(n, bool), clusters=owner, coded=lambda split: (group, ("a", "b"))
    )
    return case, draw.normal(0, spread), draw.normal(-50, 2, n), draw.random(n) < 0.2


def relative(case: SimpleNamespace, score: np.ndarray, gain: np.ndarray, followed: np.ndarray) -> Relative:
    deviation = score.std()
    moved = ((score - score.mean()) ** 2 - deviation**2) / (2 * deviation * len(score))
    return Relative(PerPerson(gain * followed, followed.astype(float), unit="deviations"), float(deviation), moved)


def test_the_standard_error_is_that_of_leaving_out_one_cluster_after_the_other() -> None:
    case, score, gain, followed = world(np.random.default_rng(1))
    made = relative(case, score, gain, followed).estimates(case, "all")
    left_out = []
    for cluster in range(CLUSTERS):
        stay = case.clusters != cluster
        left_out.append(gain[stay & followed].mean() / score[stay].std())
    error = np.sqrt((CLUSTERS - 1) * np.var(left_out))
    assert made.value[0] == pytest.approx(gain[followed].mean() / score.std())
    assert made.error[0] == pytest.approx(error, rel=0.1)


def test_intervals_hold_the_truth_where_a_deviation_taken_for_known_hides_it() -> None:
    draw, truth = np.random.default_rng(2), -50 / np.sqrt(100 * 1.25)
    both, known = [], []
    for _ in range(400):
        case, score, gain, followed = world(draw)
        part = relative(case, score, gain, followed)
        for found, kept in ((part.estimates(case, "all"), both), (_as_known(part, case), known)):
            low, high = found.limits()
            kept.append(low[0] <= truth <= high[0])
    assert np.mean(known) < 0.5
    assert np.mean(both) >= 0.92


def _as_known(part: Relative, case: SimpleNamespace):
    people = np.arange(len(case.people))
    return estimate(PerPerson(part.part.numerator / part.by, part.part.denominator, people), case, "all")


def test_a_gap_of_equal_gains_moves_little_with_a_deviation_that_both_groups_share() -> None:
    case, score, gain, followed = world(np.random.default_rng(3))
    made = relative(case, score, gain, followed).estimates(case, "g")
    low, high = comparisons.differences(made, np.array([1]), np.array([0]))
    assert low[0] < 0 < high[0]
    assert high[0] - low[0] < 0.5 * float((made.limits()[1] - made.limits()[0]).min())


def test_a_group_whose_gains_do_not_vary_has_no_gap_interval_either() -> None:
    case, score, gain, followed = world(np.random.default_rng(6))
    codes, _ = case.coded("g")
    made = relative(case, score, np.where(codes == 1, -50.0, gain), followed).estimates(case, "g")
    low, high = comparisons.differences(made, np.array([1]), np.array([0]))
    assert np.isnan([low[0], high[0], made.limits()[0][1]]).all()
    assert made.limits()[0][0] < made.value[0] < made.limits()[1][0]


def test_gains_that_do_not_vary_have_no_interval_and_exact_ones_have_themselves() -> None:
    case, score, gain, followed = world(np.random.default_rng(4))
    flat = relative(case, score, np.full(len(gain), -50.0), followed)
    assert np.isnan(flat.estimates(case, "all").limits()[0]).all()
    none = relative(case, score, np.zeros(len(gain)), followed)
    exact = Relative(PerPerson(none.part.numerator, none.part.denominator, exact=True), none.by, none.moved)
    assert [ends.tolist() for ends in exact.estimates(case, "all").limits()] == [[0.0], [0.0]]


def test_two_models_compared_share_what_moves_both_and_are_exact_where_they_are_one() -> None:
    draw, truth, held = np.random.default_rng(5), -30 / np.sqrt(100 * 1.25), []
    for _ in range(300):
        case, score, gain, followed = world(draw)
        one = relative(case, score, gain, followed)
        two = relative(case, score + 5.0, gain + 30.0 + draw.normal(0, 1, len(gain)), followed)
        made = RelativePair(one, two).estimates(case, "all")
        low, high = made.limits()
        held.append(low[0] <= truth <= high[0])
        alone = [one.estimates(case, "all").error[0], two.estimates(case, "all").error[0]]
        assert made.error[0] < np.hypot(*alone)
    assert np.mean(held) >= 0.92
    same = RelativePair(one, one).estimates(case, "all")
    assert (same.alike, same.limits()[0].tolist()) == (True, [0.0])
    flat = relative(case, score, np.full(len(gain), -50.0), followed)
    assert np.isnan(RelativePair(flat, one).estimates(case, "all").limits()[0]).all()
    exact = Relative(PerPerson(np.zeros(len(gain)), followed.astype(float), exact=True), one.by, one.moved)
    assert RelativePair(one, exact).estimates(case, "all").error[0] == pytest.approx(
        one.estimates(case, "all").error[0]
    )
