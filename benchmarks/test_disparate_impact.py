"""Who is hit, and who at equal conduct?"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.scenario("rongcheng"), pytest.mark.people(20_000)]
MINORITY = {"split": "community", "group": "minority", "versus": "majority"}
WOMEN = {"split": "sex", "group": "female", "versus": "male"}


@pytest.mark.model("rongcheng", "logistic")
def test_communities_of_equal_conduct_are_treated_equally(findings):
    claim(findings, "adverse_gap_at_equal_conduct", **MINORITY).within(-0.02, 0.02)


@pytest.mark.people(50_000)  # chance alone moves the gap of eleven effective clusters by two points
@pytest.mark.model("lottery", only=True)
def test_a_lottery_leaves_no_gap_at_equal_conduct(findings):
    claim(findings, "adverse_gap_at_equal_conduct", **MINORITY).within(-0.02, 0.02)


@pytest.mark.model("rongcheng", "logistic", "lottery")
def test_women_and_men_of_equal_conduct_are_treated_equally(findings):
    claim(findings, "adverse_gap_at_equal_conduct", **WOMEN).within(-0.01, 0.01)


@pytest.mark.model("rongcheng", "logistic")
def test_undeserved_adverse_decisions_fall_on_both_communities_alike(findings):
    claim(findings, "wrong_adverse_gap", **MINORITY).within(-0.01, 0.01)


@pytest.mark.model("lottery", only=True)
def test_a_lottery_does_not_ask_which_community_one_is_of(findings):
    claim(findings, "counterfactual_effect", **MINORITY).equals(0.0)
