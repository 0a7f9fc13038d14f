"""Does the operator answer for what it does? Claims that are made of every scheme."""

import pytest

from testbed import claim
from testbed.scenarios import names

pytestmark = [
    pytest.mark.general,
    pytest.mark.scenario(*names()),
    pytest.mark.model("own", "lottery"),
    pytest.mark.seeds(10, unit="city"),
]
AMS = {"scenario": "ams-2018", "people": 8192}
LOTTERY = {**AMS, "model": "lottery"}
CAMERAS = {"scenario": "worlds/cameras.toml", "people": 12288}
"""A planted world: whatever a minority person does is put on another of them; an office corrects."""
NO_ERRORS = {"channels.errors": "off"}


@pytest.mark.breaks(dials={"channels.camera.false_match": 0.1}, **CAMERAS)
@pytest.mark.holds(dials=NO_ERRORS, **CAMERAS)
def test_adverse_decisions_are_right(findings):
    """Which share of adverse decisions would true records not bring?

    Harmed: people who are decided on by a wrong record
    Measure: operator_error_rate
    Threshold: below 0.05
    Origin: convention, assumed. One in twenty; courts and audits have called higher shares unlawful (see the
    yardsticks and the formulas).
    People: 20,000
    Wrong if: what a true record would bring rests on the channels as they are modelled.
    """
    claim(findings, "operator_error_rate").below(0.05)


@pytest.mark.breaks(dials={"regime.appeal.noticed": 0, "regime.expiry.minor": 12}, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_wrong_entries_are_gone_within_a_quarter(findings):
    """How many months does a wrong entry stand?

    Harmed: people with a wrong entry
    Measure: operator_correction_time
    Threshold: below 3
    Origin: convention, assumed. Three months; the mean is restricted to twelve.
    People: 20,000
    Wrong if: most wrong entries expire, and nobody has corrected them.
    """
    claim(findings, "operator_correction_time").below(3)


@pytest.mark.breaks(**LOTTERY)
@pytest.mark.holds(**AMS)
def test_the_operator_gives_reasons_for_adverse_decisions(findings):
    """Does the operator give a reason with its adverse decisions?

    Harmed: people with an adverse decision
    Measure: operator_reason_coverage
    Threshold: above 0.95
    Origin: convention, assumed. Nineteen in twenty.
    People: 20,000
    Wrong if: reasons are given later, on request.
    """
    claim(findings, "operator_reason_coverage").above(0.95)


@pytest.mark.breaks(dials={"regime.appeal.upheld": 0}, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_contested_wrong_entries_are_struck(findings):
    """Does the operator strike wrong entries when they are contested?

    Harmed: people who contest a wrong entry
    Measure: operator_reversal_of_wrong
    Threshold: above 0.5
    Origin: convention, assumed. One half: below it, contesting is worse than a coin.
    People: 20,000
    Wrong if: the entries that are contested are the clearest ones.
    """
    claim(findings, "operator_reversal_of_wrong").above(0.5)


@pytest.mark.breaks(dials={"regime.appeal.upheld_true": 1}, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_contested_true_entries_stand(findings):
    """Does the operator keep true entries when they are contested?

    Harmed: people whom those entries protect
    Measure: operator_reversal_of_right
    Threshold: below 0.2
    Origin: convention, assumed. One in five; read it beside the claim about wrong entries.
    People: 20,000
    Wrong if: an entry is true of its subject, and still unlawful.
    """
    claim(findings, "operator_reversal_of_right").below(0.2)


@pytest.mark.breaks(**AMS)
@pytest.mark.holds(**CAMERAS)
def test_rules_count_breaches_and_not_who_people_are(findings):
    """Do the rules count breaches only, and not what is no breach, or who people are?

    Harmed: people who are scored by what they are
    Measure: out_of_scope_rules
    Threshold: below 0.05
    Origin: convention, assumed. No rule, up to rounding.
    People: 1,000
    Wrong if: a rule reads a breach and means a group.
    """
    claim(findings, "out_of_scope_rules").below(0.05)
