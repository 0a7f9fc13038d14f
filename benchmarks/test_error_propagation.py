"""What does one wrong entry do, to whom?"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.scenario("rongcheng"), pytest.mark.people(20_000)]


# Of a logistic regression nothing is claimed here: whether one entry outweighs a clean record differs from fit to fit.
@pytest.mark.model("rongcheng", "lottery")
@pytest.mark.known_harm("rongcheng", reason="a default judgment alone costs as many points as the worst share has lost")
def test_one_wrong_entry_rarely_turns_a_decision(audit, scenario):
    followed = audit(scenario, dials={"error.per_1000": 10}, measures="flip_rate")
    claim(followed, "flip_rate").below(0.25)


@pytest.mark.model("rongcheng", "lottery")
@pytest.mark.known_harm("rongcheng", reason="the family rule and the shared purse reach the household")
def test_a_wrong_entry_stays_with_its_subject(findings):
    claim(findings, "error_reach[hop=household]").below(0.1)


@pytest.mark.model("rongcheng", "logistic")
@pytest.mark.known_harm("rongcheng", reason="a wrong entry that nobody notices stands until it expires")
@pytest.mark.known_harm("logistic", reason="a wrong entry that nobody notices stands until it expires")
def test_wrong_entries_are_gone_within_a_quarter(findings):
    claim(findings, "operator_correction_time").below(3)


@pytest.mark.model("rongcheng")
def test_without_the_family_rule_no_kin_is_touched(audit, scenario):
    off = audit(scenario, dials={"regime.family.share": 0.0}, measures="error_reach")
    claim(off, "error_reach[hop=household]").equals(0.0)


@pytest.mark.model("lottery", only=True)
def test_no_entry_moves_a_lottery(findings):
    claim(findings, "error_gain").equals(0.0)
