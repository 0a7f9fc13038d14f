"""Who is hit, and who at equal conduct? Claims that are made of every scheme."""

import pytest

from testbed import claim
from testbed.scenarios import names

pytestmark = [
    pytest.mark.general,
    pytest.mark.scenario(*names()),
    pytest.mark.model("own", "lottery"),
    pytest.mark.seeds(10, unit="city"),
]
WOMEN_IN_AMS = {"scenario": "ams-2018", "compared": "sex", "people": 8192}
"""The weights of this scheme hold a number for women: their gaps are known."""
FEW = {"scenario": "judgment-debtors", "model": "lottery", "compared": "sex", "people": 12288}
"""A lottery that draws one person in a hundred: no group can differ by much."""
CAMERAS = {"scenario": "worlds/cameras.toml", "compared": "community", "people": 12288}
"""A planted world: whatever a minority person does is put on another of them."""
NO_ERRORS = {"channels.errors": "off"}


@pytest.mark.breaks(**WOMEN_IN_AMS)
@pytest.mark.holds(**FEW)
def test_groups_of_equal_conduct_are_treated_equally(findings, compared):
    """Are members of the compared group decided adversely as often as others of the same conduct?

    Harmed: members of the compared group, who bear more than others who did the same
    Measure: adverse_gap_at_equal_conduct
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. The schemes decide adversely on about 3 % of people; two points would nearly double
    it.
    People: 20,000
    Wrong if: the scheme reads conduct of months that the cells of the measure leave out.
    """
    claim(findings, "adverse_gap_at_equal_conduct", **compared).within(-0.02, 0.02)


@pytest.mark.breaks(**WOMEN_IN_AMS)
@pytest.mark.holds(**FEW)
def test_groups_are_decided_adversely_alike(findings, compared):
    """Are members of the compared group decided adversely as often as the others?

    Harmed: members of the compared group
    Measure: adverse_gap
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points, as at equal conduct; the four-fifths rule is a claim of its own.
    People: 20,000
    Wrong if: the groups differ in conduct: the claim at equal conduct tells that apart.
    """
    claim(findings, "adverse_gap", **compared).within(-0.02, 0.02)


@pytest.mark.breaks(**WOMEN_IN_AMS)
@pytest.mark.holds(**FEW)
def test_the_same_person_in_the_other_group_is_decided_alike(findings, compared):
    """Would members of the compared group be decided alike, had they been of the other group?

    Harmed: members of the compared group, by all that the group brings in this society
    Measure: counterfactual_effect
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points, as for the gap, so that both can be compared.
    People: 20,000
    Wrong if: the causes of the recipe are not those of a real society: what the group changes is written in the
    recipe.
    """
    claim(findings, "counterfactual_effect", **compared).within(-0.02, 0.02)


@pytest.mark.breaks(**WOMEN_IN_AMS)
@pytest.mark.holds(**FEW)
def test_groups_are_barred_for_as_many_months(findings, compared):
    """Are members of the compared group barred from something for as many months as the others?

    Harmed: members of the compared group
    Measure: months_barred_gap
    Threshold: within -0.5 and 0.5
    Origin: convention, assumed. Two weeks in a run of two years.
    People: 20,000
    Wrong if: sanctions outside the gates of the scenario differ too.
    """
    claim(findings, "months_barred_gap", **compared).within(-0.5, 0.5)


@pytest.mark.breaks(**WOMEN_IN_AMS)
@pytest.mark.holds(**FEW)
def test_groups_are_refused_as_often(findings, compared):
    """Are members of the compared group refused as often as the others when they ask for something?

    Harmed: members of the compared group
    Measure: refused_attempts_gap
    Threshold: within -5 and 5
    Origin: convention, assumed. Five attempts in 1,000 person-months: six in a hundred people are refused once more
    a year.
    People: 20,000
    Wrong if: the groups ask for different things: attempts are counted, not needs.
    """
    claim(findings, "refused_attempts_gap", **compared).within(-5, 5)


@pytest.mark.breaks(**WOMEN_IN_AMS)
@pytest.mark.holds(**FEW)
def test_a_grade_is_as_likely_to_be_better_in_either_group(findings, compared):
    """Is the grade of somebody from the compared group better than that of another person in half of the cases?

    Harmed: members of the compared group, if below one half
    Measure: grade_superiority
    Threshold: within 0.45 and 0.55
    Origin: convention, assumed. A twentieth to either side of one half, which is what equal grades give.
    People: 20,000
    Wrong if: grades mean different things in each group.
    """
    claim(findings, "grade_superiority", **compared).within(0.45, 0.55)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(**FEW)
def test_undeserved_decisions_fall_on_groups_alike(findings, compared):
    """Are adverse decisions that true records would not bring as frequent in the compared group?

    Harmed: members of the compared group who deserve no adverse decision
    Measure: wrong_adverse_gap
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points, as for the gap itself.
    People: 20,000
    Wrong if: what a true record would bring rests on the channels as they are modelled.
    """
    claim(findings, "wrong_adverse_gap", **compared).within(-0.02, 0.02)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(dials=NO_ERRORS, **CAMERAS)
def test_groups_that_deserve_it_are_spared_alike(findings, compared):
    """Are deserved adverse decisions missed as often in the compared group as in the other?

    Harmed: the group that is spared less
    Measure: missed_adverse_gap
    Threshold: within -0.2 and 0.2
    Origin: convention, assumed. Few deserve an adverse decision, so that less than a fifth is seldom decided.
    People: 20,000
    Wrong if: what is deserved depends on conduct that no channel covers: such conduct counts nowhere.
    """
    claim(findings, "missed_adverse_gap", **compared).within(-0.2, 0.2)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(**FEW)
def test_groups_that_deserve_no_harm_are_left_alone_alike(findings, compared):
    """Are people who deserve no adverse decision left without one as often in the compared group?

    Harmed: members of the compared group who deserve no adverse decision
    Measure: true_positive_gap
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points; the difference is called equal opportunity.
    People: 20,000
    Wrong if: decisions are rare, so that the rate is near 1 in every group.
    """
    claim(findings, "true_positive_gap", **compared).within(-0.02, 0.02)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(dials=NO_ERRORS, **CAMERAS)
def test_a_score_means_the_same_in_either_group(findings, compared):
    """At equal scores, do members of both groups deserve an adverse decision equally often?

    Harmed: the group whose scores understate it
    Measure: calibration_gap
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points, as for the gap.
    People: 20,000
    Wrong if: few people of both groups share a score: the support is printed beside it.
    """
    claim(findings, "calibration_gap", **compared).within(-0.02, 0.02)


@pytest.mark.breaks(model="own", **CAMERAS)
@pytest.mark.holds(dials=NO_ERRORS, **CAMERAS)
def test_an_auditor_of_records_sees_the_gap_that_there_is(findings, compared):
    """Does an auditor who has records only see the same gap as one who knows the truth?

    Harmed: the group whose harm stays unseen
    Measure: audit_illusion
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points: the width within which the gap itself is called none.
    People: 20,000
    Wrong if: the auditor has other data than the records of this scheme.
    """
    claim(findings, "audit_illusion", **compared).within(-0.02, 0.02)
