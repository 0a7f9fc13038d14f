"""Opacity of the published point scheme in a small synthetic city, and of the lottery in its place."""

import pytest

from testbed import Scenario
from testbed.case.case import run_case
from testbed.measures.opacity import access, discretion, predictability, reasons
from testbed.twins import Switch

SIZE = {"people": 12 * 1024, "periods": 10}


@pytest.fixture(scope="module")
def published():
    # Favored from A up: the grade that has the preferences, and enough people for an interval.
    return run_case(Scenario.load("rongcheng").set({"decide.favored_grade": "A"}), **SIZE)


@pytest.fixture(scope="module")
def lottery():
    from testbed.models.load import load_model

    return run_case("rongcheng", load_model("lottery"), name="lottery", **SIZE)


def test_published_rules_without_the_record_hide_what_was_recorded_instead_of_done(published):
    (chance,) = predictability.randomness(published)
    before, after = predictability.unpredictability(published, k=0)[0], predictability.hidden(published, k=0)[0]
    assert before.value == pytest.approx(after.value + chance.value)
    assert after.low > 0.1
    assert published.questions > 0


def test_showing_the_score_lowers_what_is_hidden_to_nothing_where_rules_are_known(published):
    shown = published.twin(Switch("disclosure.own_score", "on"))
    for row in predictability.hidden(shown, k=0) + predictability.hidden(shown, k=10):
        assert row.low <= 0 <= row.high
        assert row.high < predictability.hidden(published, k=0)[0].low


def test_a_secret_scheme_is_no_better_foreseen_than_by_the_base_rate_without_cases_or_without_notice(published):
    secret = published
    for right in ("rules", "weights", "cutoffs"):
        secret = secret.twin(Switch(f"disclosure.{right}", "off"))
    found = predictability.unpredictability(secret, k=0)[0]
    assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))
    unheard = secret.twin(Switch("disclosure.notice_of_decision", "off"))
    assert predictability.unpredictability(unheard, k=100)[0].value == pytest.approx(1)


def test_the_lottery_is_all_randomness_and_hides_nothing(lottery):
    (chance,) = predictability.randomness(lottery)
    assert chance.low <= 1 <= chance.high
    for row in predictability.hidden(lottery, k=0) + predictability.hidden(lottery, k=100):
        assert row.low <= 0 <= row.high
    assert reasons.reason_specificity(lottery)[0].why == "the scheme gives no reasons"


def test_punishments_are_explained_and_rewards_are_not_as_engelmann_2019_found(published):
    (gap,) = reasons.clarity_gap(published)
    assert gap.low > 0.9
    assert reasons.reason_specificity(published)[0].value > 0.9


def test_only_part_of_the_record_is_ever_seen_and_all_of_it_where_it_is_shown(published):
    part = access.record_access(published)[0]
    assert 0 < part.numerator.sum() < part.denominator.sum()
    assert (part.numerator <= part.denominator).all()
    opened = access.record_access(published.twin(Switch("disclosure.own_record", "on")))[0]
    assert opened.numerator.sum() == opened.denominator.sum()


def test_notice_comes_later_where_no_right_brings_it(published):
    told = access.notice_delay(published, horizon=6)[0]
    never = access.notice_delay(published.twin(Switch("disclosure.reasons_adverse", "off")), horizon=6)[0]
    assert told.high < never.value == 6


def test_one_item_of_the_rongcheng_standard_leaves_a_band_to_the_official(published):
    """The item "other": -5 to -50, against the narrowest distance of the grades' cut-offs, 1030 to 1050."""
    assert discretion.discretion_share(published)[0].value == pytest.approx(1 / len(published.model.rules))
    assert discretion.widest_discretion(published)[0].value == pytest.approx(45 / 20)
