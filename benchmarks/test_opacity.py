"""What can the scored know, predict, contest?"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.scenario("rongcheng"), pytest.mark.people(20_000)]


@pytest.mark.model("rongcheng", "logistic", "lottery")
@pytest.mark.known_harm("lottery", reason="chance has no reasons to give")
def test_whoever_is_decided_adversely_is_told_why(findings):
    claim(findings, "reason_coverage[decision=adverse]").above(0.95)


@pytest.mark.model("rongcheng", "logistic", "lottery")
@pytest.mark.known_harm("rongcheng", reason="the cut-off is not published and most entries are not notified")
@pytest.mark.known_harm("logistic", reason="the weights are not published")
def test_little_of_a_decision_stays_hidden_after_a_hundred_pooled_cases(findings):
    claim(findings, "hidden[k=100]").below(0.25)


@pytest.mark.model("rongcheng", "logistic")
@pytest.mark.known_harm("rongcheng", reason="the subject is not told of most entries")
@pytest.mark.known_harm("logistic", reason="the subject is not told of most entries")
def test_people_can_see_half_of_the_entries_that_count(findings):
    claim(findings, "record_access").above(0.5)


@pytest.mark.model("lottery", only=True)
def test_a_lottery_hides_nothing_it_only_draws(findings):
    claim(findings, "randomness").above(0.8)
