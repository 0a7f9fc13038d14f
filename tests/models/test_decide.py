"""Cut-offs fixed once: exact shares, addressed ties, and both directions of a score."""

from __future__ import annotations

import numpy as np
import pytest

from synthetic.draws import dense, uniform
from synthetic.errors import InputError
from testbed.models.decide import Decide, lots

N = 20_000
TIES = uniform(dense(3, "test:ties", 0, N))
SMOOTH = uniform(dense(3, "test:scores", 0, N))


@pytest.mark.parametrize("higher_is", ["better", "worse"])
def test_without_ties_the_training_shares_are_exact(higher_is):
    rule = Decide.fit(SMOOTH, adverse={"worst_share": 0.03}, favored={"best_share": 0.05}, higher_is=higher_is)
    made = rule.decide(SMOOTH, TIES)
    assert (made == -1).sum() == 600
    assert (made == 1).sum() == 1000
    worst = SMOOTH[made == -1]
    assert (
        (worst.max() < SMOOTH[made != -1].min()) if higher_is == "better" else (worst.min() > SMOOTH[made != -1].max())
    )


def test_ties_at_the_cut_off_are_shared_out_by_the_draw():
    scores = np.floor(SMOOTH * 4)
    rule = Decide.fit(scores, adverse={"worst_share": 0.1}, favored={"best_share": 0.1})
    made = rule.decide(scores, TIES)
    assert set(scores[made == -1]) == {0.0}
    assert set(scores[made == 1]) == {3.0}
    for side in (-1, 1):  # binomial: 4 standard errors of a share of ties
        assert abs((made == side).mean() - 0.1) < 4 * np.sqrt(0.1 * 0.9 / N)


def test_if_everybody_ties_the_shares_still_hold_and_do_not_overlap():
    rule = Decide.fit(np.full(N, 1000.0), adverse={"worst_share": 0.5}, favored={"best_share": 0.5})
    made = rule.decide(np.full(N, 1000.0), TIES)
    assert abs((made == -1).mean() - 0.5) < 4 * 0.5 / np.sqrt(N)
    assert (made != 0).all()


def test_shares_that_sum_to_1_leave_nobody_between():
    scores = np.floor(SMOOTH * 4)
    for worst in (0.28, 0.1, 0.03027):
        rule = Decide.fit(SMOOTH, adverse={"worst_share": worst}, favored={"best_share": 1 - worst})
        made = rule.decide(SMOOTH, TIES)
        assert (made == -1).sum() == pytest.approx(worst * N, abs=1)
        assert (made != 0).all()
        made = Decide.fit(scores, adverse={"worst_share": worst}, favored={"best_share": 1 - worst}).decide(
            scores, TIES
        )
        assert (made != 0).all()


def test_a_cut_off_is_adverse_strictly_under_it_and_favored_from_it_on():
    rule = Decide.fit([], adverse={"cutoff": 600}, favored={"cutoff": 1050})
    assert rule.decide([599, 600, 1049, 1050], [0.0, 0.0, 0.999, 0.999]).tolist() == [-1, 0, 0, 1]
    rule = Decide.fit([], adverse={"cutoff": 0.8}, favored={"cutoff": 0.1}, higher_is="worse")
    assert rule.decide([0.9, 0.8, 0.2, 0.1], [0.0, 0.0, 0.0, 0.999]).tolist() == [-1, 0, 0, 1]


def test_a_share_of_0_is_nobody_and_of_1_everybody():
    rule = Decide.fit(SMOOTH, adverse={"worst_share": 0}, favored={"best_share": 1})
    assert (rule.decide([-5.0, 0.5, 7.0], [0.0, 0.5, 0.9]) == 1).all()
    assert (Decide.fit(SMOOTH, adverse={"worst_share": 1}).decide([-5.0, 7.0], [0.0, 0.9]) == -1).all()


def test_a_decision_depends_on_nobody_else():
    rule = Decide.fit(SMOOTH, adverse={"worst_share": 0.2}, favored={"best_share": 0.2})
    whole = rule.decide(SMOOTH, TIES)
    assert np.array_equal(np.concatenate([rule.decide(SMOOTH[:7], TIES[:7]), rule.decide(SMOOTH[7:], TIES[7:])]), whole)


def test_who_is_not_scored_is_left_out():
    with_gaps = np.where(np.arange(N) % 2 == 0, SMOOTH, np.nan)
    rule = Decide.fit(with_gaps, adverse={"worst_share": 0.1})
    made = rule.decide(with_gaps, TIES)
    assert (made == -1).sum() == N // 2 // 10
    assert (made[1::2] == 0).all()


def test_neither_side_decided_is_nobody():
    assert (Decide.fit(SMOOTH, adverse={}, favored=None).decide(SMOOTH, TIES) == 0).all()


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ({"adverse": {"best_share": 0.1}}, "did you mean 'worst_share'"),
        ({"adverse": {"worst_share": 0.1, "cutoff": 3}}, "needs one of"),
        ({"adverse": {"worst_share": 1.5}}, "allowed: 0 to 1"),
        ({"favored": {"best_share": "5%"}}, "needs a finite number"),
        ({"adverse": {"worst_share": 0.6}, "favored": {"best_share": 0.6}}, "more than 1"),
        ({"adverse": {"cutoff": 700}, "favored": {"cutoff": 600}}, "better than the favored one"),
        ({"higher_is": "up"}, "allowed: better, worse"),
    ],
)
def test_a_spec_that_means_nothing_is_refused(spec, sentence):
    with pytest.raises(InputError, match=sentence):
        Decide.fit(SMOOTH, **spec)


def test_a_share_of_nobody_is_refused():
    with pytest.raises(InputError, match="found none"):
        Decide.fit([], adverse={"worst_share": 0.1})


def test_a_lot_decides_only_at_a_cut_off_whose_ties_are_shared_out():
    scores = np.array([0.0, 1.0, 1.0, 2.0, 2.0, 3.0])
    rule = Decide.fit(scores, adverse={"worst_share": 2 / 6}, favored={"best_share": 2 / 6})
    torn = rule.torn(scores)
    assert torn.tolist() == [False, True, True, True, True, False]
    one, other = (rule.decide(scores, np.full(6, lot)) for lot in (0.01, 0.99))
    np.testing.assert_array_equal(one != other, torn)
    assert not Decide.fit([], adverse={"cutoff": 1}, favored={"cutoff": 2}).torn(scores).any()
    assert not Decide.fit(scores, adverse={"worst_share": 3 / 6}).torn([np.nan]).any()


def test_lots_of_two_months_have_nothing_to_do_with_each_other():
    one, other = (lots(3, np.arange(N), month) for month in (6, 7))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(N)
    assert abs(((one < 0.1) & (other < 0.1)).mean() - 0.01) < 4 * np.sqrt(0.01 / N)
