"""Opacity of small hand-made cases whose answers are known by construction."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hand_made import KINDS, PUBLISHED, Bits, Lottery, N, Points, Secret, coin, make, shown

from synthetic import draws
from testbed.measures.opacity import access, disclosed_forecast, discretion, knowledge, predictability, reasons
from testbed.measures.opacity.foresight import jackknife
from testbed.measures.opacity.waits import Waits
from testbed.models.base import Scores


def value(measure, case, **qualifiers):
    return measure(case, **qualifiers)[0].value


# --- Foresight ---


def test_published_rules_and_own_record_make_every_decision_foreseen_before_any_case():
    case = make(Points(), shown(**PUBLISHED, own_record=True), record=np.column_stack([coin("other"), coin("more")]))
    rows = predictability.unpredictability(case)
    assert [row.qualifiers for row in rows] == [{"k": 0}, {"k": 10}, {"k": 100}, {"k": 1000}]
    assert [(row.value, row.low, row.high) for row in rows] == [(0, 0, 0)] * 4
    assert value(predictability.randomness, case) == 0


def test_published_rules_run_on_true_conduct_are_misled_by_a_wrong_record():
    truth = np.column_stack([coin("late"), coin("kind")])
    wrong = truth.copy()
    wrong[::4, 0] ^= 1
    case = make(Points(), shown(**PUBLISHED), record=wrong, truth=truth)
    decided, believed = (Points().answer(pd.DataFrame(x, columns=list(KINDS)), 0).decision for x in (wrong, truth))
    base = 1 - ((np.bincount(decided + 1, minlength=3) / N) ** 2).sum()
    assert value(predictability.unpredictability, case, k=0) == pytest.approx(2 * (decided != believed).mean() / base)
    assert value(predictability.unpredictability, make(Points(), shown(**PUBLISHED)), k=0) == 0


def test_rules_without_weights_count_every_item_alike_and_cut_offs_unseen_meet_the_base_rate():
    truth = np.column_stack([coin("late"), coin("kind")])
    case = make(Points(), shown(rules=True, notice_of_decision=True), truth=truth)
    who = knowledge.sample(case)
    forecast, points = disclosed_forecast.foretold(case, who, np.array([0.5, 0.5, 0.0]))
    assert (points == truth[who.place] @ [-1, 1]).all()
    late, both = (points == -1), (points == 0)
    assert forecast[late, 0] == pytest.approx(1)
    assert forecast[both, 0] == pytest.approx((0.5 - late.mean()) / both.mean())


def test_a_score_with_its_cut_offs_tells_the_decision_and_without_them_only_the_rank():
    told = make(Points(), shown(own_score=True, cutoffs=True, notice_of_decision=True), record=np.ones((N, 2), int) * 3)
    assert np.isnan(value(predictability.unpredictability, told, k=0))
    told = make(Points(), shown(own_score=True, cutoffs=True))
    assert value(predictability.unpredictability, told, k=0) == 0
    ranked = make(Points(), shown(own_score=True))
    assert value(predictability.unpredictability, ranked, k=0) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("preset", ["score-only", "open"])
def test_a_lottery_hides_nothing_and_is_all_randomness_whatever_is_shown(preset):
    case = make(Lottery(), preset)
    (chance,) = predictability.randomness(case)
    assert chance.low <= 1 <= chance.high
    for row in predictability.hidden(case, k=0) + predictability.hidden(case, k=100):
        assert row.low <= 0 <= row.high
        assert row.high - row.low < 0.3


def test_a_secret_rule_keyed_on_ids_is_hidden_and_not_random():
    case = make(Secret(), "notified")
    assert value(predictability.randomness, case) == 0
    assert [row.value for row in predictability.hidden(case)] == pytest.approx([1, 1, 1, 1], abs=0.05)


def test_a_secret_rule_that_decides_as_before_is_foreseen_from_the_last_decision_if_that_was_notified():
    case = make(Secret(), "notified")
    case.periods = 2
    found = [row.value for row in predictability.hidden(case)]
    assert found[0] == pytest.approx(1, abs=0.05)
    assert found[-1] < 0.02
    other = make(Secret(), "notified")
    other.periods = 2
    other.history.decision = lambda t: other.scores.decision if t else -coin("apart", 0.2).astype(np.int8)
    assert [row.value for row in predictability.hidden(other)] == pytest.approx([1, 1, 1, 1], abs=0.05)
    unheard = make(Secret(), "closed")
    unheard.periods = 2
    assert [row.value for row in predictability.hidden(unheard)] == pytest.approx([1, 1, 1, 1], abs=0.05)


def test_an_input_that_nobody_sees_comes_from_its_margin_and_leaves_two_thirds():
    truth = np.column_stack([coin("late"), coin("kind")])
    case = make(Bits(), shown(**PUBLISHED), truth=truth, unseen=coin("unseen"))
    (row,) = predictability.unpredictability(case, k=0)
    assert row.low <= 2 / 3 <= row.high
    assert row.high - row.low < 0.2


@pytest.mark.parametrize("rights", [{}, {"own_record": True, "own_score": False}])
def test_without_notice_nothing_is_learned_from_others(rights):
    case = make(Points(), shown(**rights))
    assert [row.value for row in predictability.unpredictability(case)] == pytest.approx([1] * 4)


def test_a_secret_rule_over_ones_own_conduct_is_learned_where_decisions_are_notified():
    found = [row.value for row in predictability.hidden(make(Points(), "notified"))]
    assert found[0] == pytest.approx(1)
    assert found[-1] < 0.02


def test_views_are_one_for_each_coarser_preset_that_shows_something_else():
    case = make(Points(), "open", record=np.column_stack([coin("a"), coin("b")]))
    assert [view.shape[1] for view in predictability.question(case).views] == [3, 4, 6]
    assert predictability.question(make(Points(), "closed")).views == ()


def test_a_model_that_is_not_row_wise_is_asked_about_everybody_and_a_row_wise_one_about_the_sample():
    for model, people in ((Secret(), N), (Points(), 500)):
        case = make(model, "open")
        predictability.question(case, 500)
        assert {many for many, _ in case.asked} == {people}


def test_a_score_that_lots_move_is_asked_for_eight_times_though_they_turn_no_decision():
    class Shaky(Points):
        def answer(self, records, coins):
            made = super().answer(records, coins)
            lots = draws.uniform(draws.sparse(5, f"shaky:{coins}", draws.pack(records.index.to_numpy())))
            return Scores(made.score + 0.5 * lots, made.decision)

    for model, asks in ((Points(), 2), (Shaky(), 8)):
        case = make(model, "open")
        predictability.question(case, 500)
        assert len([coins for _, coins in case.asked if coins >= disclosed_forecast.OWN_COINS]) == asks


def test_conduct_counts_the_acts_that_would_still_stand():
    case = make(Points(), "closed")
    done = np.cumsum(np.arange(12))
    case.history.true_counts = lambda t: np.full((N, 2), done[t])
    months = {"minor": 3, "serious": 24}
    case.scenario.regime = SimpleNamespace(value=lambda clause, key: months[key])
    case.scenario.conduct = tuple(
        SimpleNamespace(name=name, severity=key) for name, key in zip(KINDS, months, strict=True)
    )
    assert knowledge.conduct(case, 10)[0].tolist() == [10 + 9 + 8, done[10]]


def test_a_scheme_that_decides_everybody_alike_is_undefined_and_not_even_asked():
    case = make(Points(), "open")
    case.history.decision = lambda t: np.zeros(N, np.int8)
    for measure in (predictability.unpredictability, predictability.hidden, predictability.randomness):
        assert {row.why for row in measure(case)} == {"everybody is decided alike"}
    assert case.asked == []


def test_nobody_in_scope_is_undefined_and_says_so():
    case = make(Points(), "open")
    case.scored, case.records = np.zeros(N, bool), case.records.iloc[:0]
    for measure in (predictability.unpredictability, predictability.hidden, predictability.randomness):
        for row in measure(case):
            assert np.isnan(row.value)
            assert row.why == "nobody to evaluate"


# --- Reasons ---


def coverage(case):
    return {
        part.qualifiers["decision"]: part.numerator.sum() / part.denominator.sum()
        for part in reasons.reason_coverage(case)
    }


def test_punishments_explained_and_rewards_not_give_the_gap_that_engelmann_2019_found():
    case = make(Points(), "rules-published")
    assert coverage(case) == {"adverse": 1.0, "favored": 0.0}
    (gap,) = reasons.clarity_gap(case)
    assert gap.value == 1
    assert 0.99 < gap.low < 1
    assert reasons.clarity_gap(make(Points(), "open"))[0].value == 0
    assert coverage(make(Points(), "closed")) == {"adverse": 0.0, "favored": 0.0}


@pytest.mark.parametrize("part", [{"rule": ""}, {"contribution": 0.0}])
def test_a_reason_without_a_rule_or_without_a_weight_covers_nothing(part):
    case = make(Points(), "open")
    case.reasons = case.reasons.assign(**part)
    assert coverage(case) == {"adverse": 0.0, "favored": 0.0}


def test_a_scheme_without_reasons_covers_nothing_and_its_specificity_is_undefined():
    case = make(Lottery(), "open")
    assert coverage(case) == {"adverse": 0.0, "favored": 0.0}
    assert reasons.reason_specificity(case)[0].why == "the scheme gives no reasons"


def test_boilerplate_is_told_to_everybody_and_says_nothing():
    case = make(Points(), "open")
    same = pd.DataFrame({"person": np.arange(N), "rule": "overall conduct", "contribution": -1.0})
    case.reasons = same
    assert coverage(case) == {"adverse": 1.0, "favored": 1.0}
    (row,) = reasons.reason_specificity(case)
    assert (row.value, row.low, row.high, row.n) == (0, 0, 0, int((case.scores.decision != 0).sum()))


def test_reasons_that_name_ones_own_item_tell_apart_as_counted_by_hand():
    """Half are adverse for `late`; of the others a share has been late too, so that the reason is true of them."""
    decision = np.where(np.arange(N) % 2 == 0, -1, 0).astype(np.int8)
    late = (decision == -1) | (np.arange(N) % 8 == 1)
    told = pd.DataFrame({"person": np.flatnonzero(late), "rule": "late", "contribution": -2.0})
    case = make(Points(), "rules-published")
    case.reasons, case.history.decision = told, lambda t: decision
    (row,) = reasons.reason_specificity(case)
    assert row.value == pytest.approx(0.75)
    assert row.low <= 0.75 <= row.high


# --- Access ---


def test_a_record_that_is_shown_is_all_seen_and_else_what_one_was_told_of():
    case = make(Points(), "open")
    part = access.record_access(case)[0]
    assert part.numerator.sum() == part.denominator.sum() == case.records.to_numpy().sum()
    told = make(Points(), "closed", noticed=lambda subject: np.where(subject % 4 == 0, 0, -1))
    part = access.record_access(told)[0]
    assert part.numerator.sum() == told.records.to_numpy()[::4].sum()
    assert access.record_access(make(Points(), "open", end=0))[0].denominator.sum() == 0


def test_kinds_that_no_rule_reads_are_left_out_of_access():
    model = Points()
    model.reads = ("late",)
    case = make(model, "open")
    assert access.record_access(case)[0].denominator.sum() == case.records["late"].sum()


def test_a_wait_against_expiry_and_the_end_of_the_run_has_its_closed_form():
    """Noticed with chance h each month, gone after four: P(noticed within m months) = 1 - (1 - h)^min(m + 1, 4)."""
    n, h, lasts, horizon, periods = 40_000, 0.2, 4, 6, 16
    wait = np.floor(np.log1p(-draws.uniform(draws.dense(1, "wait", 0, n))) / np.log(1 - h)).astype(int)
    start = (draws.uniform(draws.dense(1, "start", 0, n)) * periods).astype(int)
    waits = Waits(np.arange(n), np.minimum(wait, lasts), wait < lasts, start, "")
    found = waits.asked(periods, np.ones(n, bool), np.arange(n) // 400, horizon, delay=True)
    truth = sum((1 - h) ** min(month + 1, lasts) for month in range(horizon))
    assert found.low <= truth <= found.high
    assert found.high - found.low < 0.1


def test_entries_that_nobody_learns_of_last_the_whole_horizon_the_first_persons_too():
    truth = np.column_stack([coin("late"), coin("kind")])
    truth[0, 0] = 1
    case = make(Points(), "closed", truth=truth)
    case.periods = 20
    (row,) = access.notice_delay(case)
    assert (row.value, row.high, row.n) == (12, 12, int(case.records["late"].sum()))
    assert 11.9 < row.low < 12
    assert "no such entry is followed" in access.notice_delay(make(Points(), "closed"))[0].why


def test_an_entry_that_expires_unnoticed_is_never_noticed():
    # A quarter learn of their entry at once; all entries are gone after three months, nine before the horizon.
    case = make(Points(), "closed", noticed=lambda subject: np.where(subject % 4 == 0, 0, -1), end=3)
    case.periods = 20
    (row,) = access.notice_delay(case)
    told = case.records["late"].to_numpy() > 0
    assert row.value == pytest.approx(12 * (np.arange(N)[told] % 4 != 0).mean())
    assert row.low < 9 < row.high


# --- Discretion ---


def book(bands, cuts):
    grades = [SimpleNamespace(at_least=None if cut is None else SimpleNamespace(value=cut)) for cut in cuts]
    return SimpleNamespace(model=SimpleNamespace(rules=range(4), discretion=bands, grades=grades))


def test_discretion_is_counted_and_measured_against_the_narrowest_grade():
    case = book({"other": (-50, -5), "heroic": (10, 30)}, [1050, 1030, 960, None])
    assert value(discretion.discretion_share, case) == 0.5
    (row,) = discretion.widest_discretion(case)
    assert (row.value, row.low, row.high) == (45 / 20, 45 / 20, 45 / 20)
    assert value(discretion.widest_discretion, book({}, [1050, None])) == 0
    assert (
        discretion.widest_discretion(book({"other": (-5, 5)}, [0, None]))[0].why
        == "the rule book has fewer than two cut-offs"
    )


def test_what_is_not_a_rule_book_has_no_discretion_to_measure():
    for measure in (discretion.discretion_share, discretion.widest_discretion):
        (row,) = measure(make(Lottery(), "open"))
        assert np.isnan(row.value)
        assert row.why == "the model is not a rule book"


@pytest.mark.parametrize("size", [1, 3, 40], ids=["alone", "households", "grids"])
def test_specificity_and_its_interval_are_those_of_counting_every_pair_of_people(size):
    n, rng = 120, np.random.Generator(np.random.Philox(size))
    sets = [frozenset(np.flatnonzero(rng.random(4) < 0.5).tolist()) for _ in range(9)]
    kind, decision = rng.integers(0, 9, n), rng.integers(-1, 2, n).astype(np.int8)
    has, clusters = (decision != 0) & (rng.random(n) < 0.8), np.arange(n) // size

    def counted(kept):
        alike = [sets[kind[i]] <= sets[kind[j]] for i in kept for j in kept if has[i] and decision[i] != decision[j]]
        return 1 - np.mean(alike)

    without = [counted(np.flatnonzero(clusters != one)) for one in np.unique(clusters)]
    whole = counted(range(n))
    found = reasons.specificity(kind, sets, decision, has, clusters)
    np.testing.assert_allclose(found, (whole, *jackknife(whole, without)), rtol=0, atol=1e-12)
