"""What is specific to points for everybody: Rongcheng, Suining in 2010, many cities, and the score of a platform.

Each claim is about the schemes that it names and never runs on another model. In a proof the harm is removed by the
dial that makes it: a right is granted, or a clause of the regime is at 0.
"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.model("own", only=True), pytest.mark.people(2_000)]

SMALL = {"people": 2048}
RONGCHENG_MENDED = {
    "scenario": "rongcheng",
    "dials": {"regime.family.share": 0, "disclosure.own_record": True, "disclosure.reasons_favorable": True},
    **SMALL,
}
CITIES_MENDED = {
    "scenario": "many-cities",
    "dials": {"disclosure.own_record": True},
    **SMALL,
}
ZHIMA_MENDED = {
    "scenario": "zhima-like",
    "dials": {
        "disclosure.own_record": True, "disclosure.reasons_adverse": True, "disclosure.rules": True,
        "disclosure.weights": True, "model.relations_listed.points": 0,
    },
    **SMALL,
}  # fmt: skip
ONE_BOOK = {"scenario": "judgment-debtors", **SMALL}
"""A list of one published rule: no discretion, and a breach is all that it reads."""


@pytest.mark.scenario("rongcheng", "suining-2010", "many-cities")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="the household of whoever falls below its grade loses with them")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**RONGCHENG_MENDED)
def test_a_household_keeps_its_standing_when_one_of_it_is_wrongly_marked(findings):
    """Is the household of somebody with a wrong entry treated as before?

    Harmed: people who share a home with the subject of a wrong entry
    Measure: error_reach[hop=household]
    Threshold: equal to 0
    Origin: convention, assumed. What one person did, or did not do, is no ground to bar another.
    People: 20,000
    Wrong if: the household rule, which the press claims, was never applied.
    """
    claim(findings, "error_reach[hop=household]").equals(0)


@pytest.mark.scenario("rongcheng", "suining-2010", "many-cities")
@pytest.mark.people(20_000)
@pytest.mark.known_harm(
    "own",
    reason="places at school and perks of the home are lost with a parent's grade",
    scenarios=["rongcheng", "many-cities"],
)
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**RONGCHENG_MENDED)
def test_no_door_closes_to_a_child_for_the_points_of_a_parent(findings):
    """Is every gate open to a child whatever list the parents are on?

    Harmed: children, who are not scored
    Measure: doors_closed_by_family
    Threshold: equal to 0
    Origin: convention, assumed. A child cannot repair the conduct of a parent, so the sanction cannot work through it.
    People: 20,000
    Wrong if: no sanction of the regime reaches a household at the date of the scenario.
    """
    claim(findings, "doors_closed_by_family").equals(0)


@pytest.mark.scenario("rongcheng", "suining-2010")
@pytest.mark.known_harm("own", reason="the score is shown, the entries behind it are not")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**RONGCHENG_MENDED)
def test_a_resident_can_see_every_entry_that_moves_points(findings):
    """Can a resident look up each standing entry that a rule of the book reads?

    Harmed: residents who cannot find the entry that cost them points
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: the city opens files in person, which no text that was read says.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("rongcheng", "suining-2010")
@pytest.mark.breaks(dials={"disclosure.reasons_adverse": False}, **SMALL)
@pytest.mark.holds(**RONGCHENG_MENDED)
def test_whoever_loses_a_grade_is_told_which_item_did_it(findings):
    """Does every resident below the grade learn a rule and its weight?

    Harmed: residents who lose what the grade brought
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: law (ecoa-1691), analog. The American rule on credit asks for specific reasons of each adverse action.
    People: 2,000
    Wrong if: published punishments come with details less often than the source says.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("rongcheng", "suining-2010")
@pytest.mark.known_harm("own", reason="rewards mostly come without details, punishments with them")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**RONGCHENG_MENDED)
def test_whoever_is_rewarded_is_told_why(findings):
    """Does everybody in the best grade learn a rule and its weight?

    Harmed: the others, who cannot learn from the example what the city rewards
    Measure: reason_coverage[decision=favored]
    Threshold: equal to 1
    Origin: convention, assumed. A reward that nobody can explain can be given to anybody.
    People: 2,000
    Wrong if: the lists of names that are published say for what, which the source denies for most.
    """
    claim(findings, "reason_coverage[decision=favored]").equals(1)


@pytest.mark.scenario("rongcheng", "suining-2010")
@pytest.mark.known_harm("own", reason="names, classes and lists are published")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(scenario="midas-auto", **SMALL)
def test_a_class_is_between_the_resident_and_the_city(findings):
    """Is the standing of a resident unknown to everybody but the resident and the office?

    Harmed: residents who are shamed before neighbors and employers, some of them by mistake
    Measure: audience
    Threshold: equal to 0
    Origin: convention, assumed. What was done is repaired by the sanction; to be shown adds one that no rule weighs.
    People: 2,000
    Wrong if: lists are published that nobody can look up by name.
    """
    claim(findings, "audience").equals(0)


@pytest.mark.scenario("rongcheng")
@pytest.mark.known_harm("own", reason="an official chooses within a band that is wider than a grade")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**ONE_BOOK)
def test_no_official_can_move_a_resident_by_a_whole_grade(findings):
    """Is the widest choice of an official smaller than the distance of two grades?

    Harmed: residents who are judged by the severe official
    Measure: widest_discretion
    Threshold: below 1
    Origin: convention, assumed. At 1 the official alone decides the grade, whatever the rules say.
    People: 2,000
    Wrong if: the bands of the standard are read too wide.
    """
    claim(findings, "widest_discretion").below(1)


@pytest.mark.scenario("zhima-like")
@pytest.mark.known_harm("own", reason="age, income, schooling and residence count, besides conduct")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**ONE_BOOK)
def test_a_score_of_trust_is_earned_by_conduct(findings):
    """Does every rule of the score judge something that the person did?

    Harmed: users who are young, poor or without college, whatever they do
    Measure: out_of_scope_rules
    Threshold: equal to 0
    Origin: convention, assumed. Trust is said to be about conduct; a trait that cannot be changed cannot be trusted.
    People: 2,000
    Wrong if: the public dimensions of capacity and identity hold conduct; what is inside them is assumed.
    """
    claim(findings, "out_of_scope_rules").equals(0)


@pytest.mark.scenario("many-cities")
@pytest.mark.known_harm("own", reason="each city has its own items, points and cuts")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(model="lottery", **SMALL)
def test_two_cities_decide_alike_about_the_same_record(findings):
    """Is a person sanctioned, let alone or rewarded alike in every city, on the same record?

    Harmed: people whose standing depends on where they live
    Measure: scheme_disagreement
    Threshold: equal to 0
    Origin: convention, assumed. One conduct has one legal consequence in one country.
    People: 2,000
    Wrong if: what a grade brings differs so much that equal decisions mean unequal treatment.
    """
    claim(findings, "scheme_disagreement").equals(0)


@pytest.mark.scenario("many-cities", "zhima-like")
@pytest.mark.known_harm("own", reason="the app shows a number and no reason")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**ZHIMA_MENDED)
def test_an_app_that_shows_a_low_score_says_why(findings):
    """Does everybody with a low score in the app learn a rule and its weight?

    Harmed: users who are asked for a deposit or refused, and cannot answer
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: law (ecoa-1691), analog. The American rule on credit asks for specific reasons of each adverse action.
    People: 2,000
    Wrong if: the app names the item behind a low score, which no page that was read says.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("many-cities", "zhima-like")
@pytest.mark.known_harm("own", reason="the app shows the score, not the entries")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**CITIES_MENDED)
def test_an_app_that_shows_a_score_shows_the_record(findings):
    """Can a user look up each standing entry behind the score in the app?

    Harmed: users whose score rests on an entry that they never see
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: the app lists the entries, which no page that was read says.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("zhima-like")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="a listed acquaintance costs points in the dimension of relations")
@pytest.mark.breaks(dials={"error.kind": "judgment_default", "error.per_1000": 20}, **SMALL)
@pytest.mark.holds(**ZHIMA_MENDED)
def test_nobody_loses_points_for_an_acquaintance(findings):
    """Does a wrong entry leave the scores of all others as they were?

    Harmed: acquaintances of the subject of a wrong entry
    Measure: error_reach[what=score]
    Threshold: equal to 0
    Origin: convention, assumed. Whom one knows is no conduct.
    People: 20,000
    Wrong if: the dimension of relations counts something else than listed acquaintances; the formula is not public.
    """
    claim(findings, "error_reach[what=score]").equals(0)


@pytest.mark.scenario("zhima-like")
@pytest.mark.breaks(dials={"disclosure.own_score": False}, **SMALL)
@pytest.mark.holds(**SMALL)
def test_whoever_sees_the_score_foresees_what_it_brings(findings):
    """Can a user foresee the deposit or the perk from the score in the app and the published bands?

    Harmed: users who cannot tell what the score will bring
    Measure: unpredictability[k=0]
    Threshold: equal to 0
    Origin: published (zhima-pages), stated. The app shows the score, and the bands are public; how the score is
        calculated is not, and this claim does not ask it.
    People: 2,000
    Wrong if: partners decide by more than the bands.
    """
    claim(findings, "unpredictability[k=0]").equals(0)
