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
LISTED = {"scenario": "joint-sanctions", "people": 10_240}
"""Whoever is refused credit falls behind with other payments."""
HEEDED = {
    "regime.response.heeded": 1, "regime.response.adaptation": 1, "conduct.judgment_default.rate": 0.001,
    "regime.credit.bank_arrears": 1, "regime.credit.utility_late": 1,
}  # fmt: skip
"""Everybody heeds the list, and nobody is driven to more arrears by it."""
UNMOVED = (
    "ams-2018", "essay-claims", "grid-and-cameras", "metro-sorting", "restaurant-hygiene", "targeted-group",
)  # fmt: skip
"""Scenarios in which sanctions change no conduct: prevention is 0 there because nothing is assumed of it."""
LISTS = ("joint-sanctions", "judgment-debtors")
"""Scenarios about which `test_lists` makes the claim on prevention."""


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


@pytest.mark.scenario(*(name for name in names() if name not in UNMOVED + LISTS))
@pytest.mark.breaks(**LISTED)
@pytest.mark.holds(dials=HEEDED, **LISTED)
def test_there_is_less_misconduct_than_without_the_scheme(findings):
    """Is there less misconduct than in the same society without lists, sanctions and rewards?

    Harmed: everybody whom misconduct harms, and the sanctioned, who are driven to it
    Measure: deterrence
    Threshold: above 0
    Origin: convention, assumed. Prevention is what sanctions are for; at 0 they prevent nothing.
    People: 20,000
    Wrong if: many people know of the scheme and heed it; how many do is a dial, off in the base case.
    """
    claim(findings, "deterrence").above(0)
