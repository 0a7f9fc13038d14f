"""What does one wrong entry do, and to whom? Claims that are made of every scheme."""

import pytest

from testbed import claim
from testbed.scenarios import names

pytestmark = [
    pytest.mark.general,
    pytest.mark.scenario(*names()),
    pytest.mark.model("own", "lottery"),
    pytest.mark.seeds(10, unit="city"),
]
RONGCHENG = {"scenario": "rongcheng", "people": 12288}
"""A point scheme whose lists are copied by agencies and reach the household."""
LOTTERY = {**RONGCHENG, "model": "lottery"}
"""No entry moves a lottery."""
CAMERAS = {"scenario": "worlds/cameras.toml", "people": 12288}
"""A planted world: what a minority person does is put on another of them; wrong entries are struck within months."""
NO_ERRORS = {"channels.errors": "off"}


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**LOTTERY)
def test_one_wrong_entry_rarely_turns_a_decision(findings):
    """How often does one wrong entry turn a decision adverse?

    Harmed: people with a wrong entry
    Measure: flip_rate
    Threshold: below 0.25
    Origin: convention, assumed. One in four.
    People: 20,000
    Wrong if: the kind of entry that is followed is not the most frequent one.
    """
    claim(findings, "flip_rate").below(0.25)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**LOTTERY)
def test_a_wrong_entry_stays_with_its_subject(findings):
    """How many others of the household does one wrong entry reach?

    Harmed: the household of people with a wrong entry
    Measure: error_reach[hop=household]
    Threshold: below 0.1
    Origin: convention, assumed. One person for ten entries.
    People: 20,000
    Wrong if: people outside the household are reached instead.
    """
    claim(findings, "error_reach[hop=household]").below(0.1)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**CAMERAS)
def test_a_wrong_entry_is_without_effect_after_half_a_year(findings):
    """How many months does a wrong entry change anything that a rule reads?

    Harmed: people with a wrong entry
    Measure: error_lifetime
    Threshold: below 6
    Origin: convention, assumed. Six months; the mean is restricted to the months that are left.
    People: 20,000
    Wrong if: the run ends before the effects do.
    """
    claim(findings, "error_lifetime").below(6)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**CAMERAS)
def test_fewer_than_two_agencies_act_on_a_wrong_entry(findings):
    """How many agencies act on one wrong entry?

    Harmed: people with a wrong entry
    Measure: error_agencies
    Threshold: below 1.5
    Origin: convention, assumed. One agency, and half of another.
    People: 20,000
    Wrong if: agencies outside the scenario copy the entry too.
    """
    claim(findings, "error_agencies").below(1.5)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**LOTTERY)
def test_a_wrong_entry_is_not_copied(findings):
    """How many wrong entries does one wrong entry become, itself included?

    Harmed: people with a wrong entry
    Measure: cascade_size_observed
    Threshold: below 2
    Origin: convention, assumed. Itself and less than one copy.
    People: 20,000
    Wrong if: copies are corrected together with the entry.
    """
    claim(findings, "cascade_size_observed").below(2)


@pytest.mark.breaks(dials={"error.per_1000": 10}, **RONGCHENG)
@pytest.mark.holds(**LOTTERY)
def test_a_wrong_entry_brings_no_later_misconduct(findings):
    """Does a wrong entry bring true misconduct later, through what it bars people from?

    Harmed: people with a wrong entry
    Measure: echo
    Threshold: below 0.1
    Origin: convention, assumed. One act for ten entries.
    People: 20,000
    Wrong if: other conduct than that of the scenario follows.
    """
    claim(findings, "echo").below(0.1)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(dials=NO_ERRORS, **CAMERAS)
def test_wrong_adverse_decisions_are_rare(findings):
    """How many adverse decisions that true records would not bring do 1,000 people bear in a month?

    Harmed: people whose record is wrong
    Measure: error_burden
    Threshold: below 1
    Origin: convention, assumed. One in 1,000 person-months.
    People: 20,000
    Wrong if: decisions are few because thresholds are harsh elsewhere.
    """
    claim(findings, "error_burden").below(1)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(dials=NO_ERRORS, **CAMERAS)
def test_wrong_adverse_decisions_fall_on_groups_alike(findings, compared):
    """Do members of the compared group bear as many wrong adverse decisions as others?

    Harmed: members of the compared group
    Measure: error_burden_gap
    Threshold: within -5 and 5
    Origin: convention, assumed. Five in 1,000 person-months.
    People: 20,000
    Wrong if: the groups differ in conduct that is recorded wrongly.
    """
    claim(findings, "error_burden_gap", **compared).within(-5, 5)
