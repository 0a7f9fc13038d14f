"""What does the scheme achieve? Claims that are made of every scheme: benefit stands beside harm."""

import pytest

from testbed import claim
from testbed.scenarios import names

pytestmark = [
    pytest.mark.general,
    pytest.mark.scenario(*names()),
    pytest.mark.model("own", "lottery"),
    pytest.mark.seeds(10, unit="city"),
]
CAMERAS = {"scenario": "worlds/cameras.toml", "people": 12288}
"""A planted world: every crossing is recorded."""
LOTTERY = {**CAMERAS, "model": "lottery"}


@pytest.mark.breaks(**LOTTERY)
@pytest.mark.holds(**CAMERAS)
def test_most_adverse_decisions_meet_misconduct(findings):
    """Have most people with an adverse decision truly done what the record is about?

    Harmed: people who are decided adversely without cause
    Measure: detection_precision
    Threshold: above 0.5
    Origin: convention, assumed. One half: below it, most of those who are hit have done nothing.
    People: 20,000
    Wrong if: what counts as misconduct is the scenario's choice.
    """
    claim(findings, "detection_precision").above(0.5)


@pytest.mark.breaks(**LOTTERY)
@pytest.mark.holds(**CAMERAS)
def test_half_of_misconduct_is_met(findings):
    """Is half of the people with misconduct decided adversely?

    Harmed: those whom misconduct harms
    Measure: detection_recall
    Threshold: above 0.5
    Origin: convention, assumed. One half: below it, the scheme misses most of what it exists for.
    People: 20,000
    Wrong if: the scheme means to meet the worst misconduct only.
    """
    claim(findings, "detection_recall").above(0.5)
