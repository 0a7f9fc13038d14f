"""What can the scored know, predict, contest? Claims that are made of every scheme."""

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
"""A published formula, with reasons, whose record the scored do not see."""
LOTTERY = {**AMS, "model": "lottery"}
"""Chance has no reasons, and nobody foresees it."""
RONGCHENG = {"scenario": "rongcheng", "people": 12288}
"""Rules are published, but most entries are not notified."""
CAMERAS = {"scenario": "worlds/cameras.toml", "people": 12288}
"""A planted world with an open file and an office that corrects."""
LATE = {"regime.appeal.notice_delay": 12, "regime.appeal.noticed": 0.2}


@pytest.mark.breaks(**LOTTERY)
@pytest.mark.holds(**AMS)
def test_whoever_is_decided_adversely_is_told_why(findings):
    """Are people who are decided adversely told a reason that names an entry or a rule?

    Harmed: people with an adverse decision
    Measure: reason_coverage[decision=adverse]
    Threshold: above 0.95
    Origin: convention, assumed. Nineteen in twenty; laws that ask for reasons know no share (see the yardsticks).
    People: 20,000
    Wrong if: a reason is told in a form that people cannot read.
    """
    claim(findings, "reason_coverage[decision=adverse]").above(0.95)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**AMS)
def test_little_of_a_decision_stays_hidden_after_a_hundred_pooled_cases(findings):
    """Can people foresee their decisions once they have compared a hundred cases?

    Harmed: people who cannot act on what they do not know
    Measure: hidden[k=100]
    Threshold: below 0.25
    Origin: convention, assumed. A quarter of what guessing the base rates leaves.
    People: 20,000
    Wrong if: people learn by other means than by pooling cases.
    """
    claim(findings, "hidden[k=100]").below(0.25)


@pytest.mark.breaks(**LOTTERY)
@pytest.mark.holds(**AMS)
def test_published_rules_let_people_foresee_half_of_their_decisions(findings):
    """Do the published rules and one's own conduct foretell the decision?

    Harmed: people who must act before they are decided on
    Measure: unpredictability[k=0]
    Threshold: below 0.5
    Origin: convention, assumed. One half of what guessing the base rates leaves.
    People: 20,000
    Wrong if: people know of their entries by other means than the declared rights.
    """
    claim(findings, "unpredictability[k=0]").below(0.5)


@pytest.mark.breaks(**AMS)
@pytest.mark.holds(dials={"disclosure.own_record": "on"}, **AMS)
def test_people_can_see_half_of_the_entries_that_count(findings):
    """Can people see the entries about them that some rule reads?

    Harmed: people with an entry
    Measure: record_access
    Threshold: above 0.5
    Origin: convention, assumed. One half; laws of data protection ask for all of them (see the yardsticks).
    People: 20,000
    Wrong if: a right that exists on paper is not granted at the counter.
    """
    claim(findings, "record_access").above(0.5)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**CAMERAS)
def test_people_learn_of_an_entry_within_a_quarter(findings):
    """How many months pass until people know of an adverse entry about them?

    Harmed: people with an adverse entry
    Measure: notice_delay
    Threshold: below 3
    Origin: convention, assumed. Three months, the term for objections in many laws of administration.
    People: 20,000
    Wrong if: people learn of entries from others.
    """
    claim(findings, "notice_delay").below(3)


@pytest.mark.breaks(dials=LATE, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_people_learn_of_half_of_the_wrong_entries(findings):
    """Do people come to know of wrong entries about them?

    Harmed: people with a wrong entry
    Measure: contest_noticed
    Threshold: above 0.5
    Origin: convention, assumed. One half.
    People: 20,000
    Wrong if: wrong entries that last longer are noticed more often than the dial says.
    """
    claim(findings, "contest_noticed").above(0.5)


@pytest.mark.breaks(dials=LATE, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_a_fifth_of_the_wrong_entries_is_contested(findings):
    """Are wrong entries contested?

    Harmed: people with a wrong entry
    Measure: contest_filed
    Threshold: above 0.2
    Origin: convention, assumed. A fifth; published shares of contested decisions lie below it.
    People: 20,000
    Wrong if: people have other ways than the appeal.
    """
    claim(findings, "contest_filed").above(0.2)


@pytest.mark.breaks(dials=LATE, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_half_of_the_wrong_entries_are_cleared(findings):
    """Are wrong entries and all their copies gone by the end of the horizon?

    Harmed: people with a wrong entry
    Measure: contest_cleared
    Threshold: above 0.5
    Origin: convention, assumed. One half.
    People: 20,000
    Wrong if: an entry expires before anybody contests it: that counts as a competing event.
    """
    claim(findings, "contest_cleared").above(0.5)


@pytest.mark.breaks(dials=LATE, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_a_wrong_entry_is_cleared_within_half_a_year(findings):
    """How many months pass until a wrong entry and all its copies are gone?

    Harmed: people with a wrong entry
    Measure: contest_delay
    Threshold: below 6
    Origin: convention, assumed. Six months, of a horizon of twelve.
    People: 20,000
    Wrong if: the horizon is shorter: the mean is restricted to it.
    """
    claim(findings, "contest_delay").below(6)


@pytest.mark.breaks(**LOTTERY)
@pytest.mark.holds(**AMS)
def test_chance_decides_little(findings):
    """Would the same record get the same decision if it were asked twice?

    Harmed: people who are decided by a draw
    Measure: randomness
    Threshold: below 0.1
    Origin: convention, assumed. A tenth of what guessing the base rates leaves.
    People: 20,000
    Wrong if: draws are meant, as in a lottery for scarce places.
    """
    claim(findings, "randomness").below(0.1)


@pytest.mark.breaks(model="logistic", **RONGCHENG)
@pytest.mark.holds(**AMS)
def test_reasons_are_true(findings):
    """Does a stated reason, undone, move the score as it says?

    Harmed: people who act on a reason
    Measure: reason_fidelity
    Threshold: above 0.9
    Origin: convention, assumed. Nine in ten, one tenth of the stated amount being allowed anyhow.
    People: 20,000
    Wrong if: a reason is right in words and has no number.
    """
    claim(findings, "reason_fidelity").above(0.9)


@pytest.mark.breaks(**RONGCHENG)
@pytest.mark.holds(**AMS)
def test_the_book_leaves_no_full_grade_to_discretion(findings):
    """Is every band of discretion narrower than a grade?

    Harmed: people whose grade an official may choose
    Measure: widest_discretion
    Threshold: below 1
    Origin: convention, assumed. One grade: from there on the official, not the rule, decides it.
    People: 1,000
    Wrong if: bands are declared, and discretion that no text declares is not counted.
    """
    claim(findings, "widest_discretion").below(1)


@pytest.mark.breaks(dials={"regime.appeal.upheld_true": 1, "regime.appeal.filed_true": 1}, **CAMERAS)
@pytest.mark.holds(**CAMERAS)
def test_few_right_entries_are_struck(findings):
    """Are true entries struck on appeal?

    Harmed: people who are harmed by what those entries tell
    Measure: contest_false_upheld
    Threshold: below 0.2
    Origin: convention, assumed. A fifth of them.
    People: 20,000
    Wrong if: an entry is true of its subject, and still unlawful.
    """
    claim(findings, "contest_false_upheld").below(0.2)
