"""What is specific to codes, cameras, files and flags: who is watched, and what a mark that nobody explains does.

Each claim is about the schemes that it names and never runs on another model. Three of them rest on what a web essay
claims: there is no rule text, so the claims are about the essay. In a proof the harm is removed by the dial that makes
it.
"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.model("own", only=True), pytest.mark.people(2_000)]

SMALL = {"people": 2048}
CODE = {"dials": {"regime.misuse.rate": 5}, **SMALL}
CODE_MENDED = {
    "scenario": "health-code",
    "dials": {
        "channels.errors": "off", "regime.misuse.rate": 0, "regime.family.share": 0, "disclosure.own_record": True,
        "disclosure.reasons_adverse": True,
    },
    **SMALL,
}  # fmt: skip
CODE_LOGGED = {"dials": {"regime.misuse.rate": 5, "regime.misuse.logged": 1}, **SMALL}
GRID_MENDED = {
    "scenario": "grid-and-cameras",
    "dials": {
        "error.per_1000": 20, "regime.family.share": 0, "regime.acquaintances.reach_share": 0,
        "disclosure.own_record": True, "disclosure.reasons_adverse": True,
    },
    **SMALL,
}  # fmt: skip
FILE_MENDED = {
    "scenario": "dang",
    "dials": {"disclosure.own_record": True},
    **SMALL,
}
LANES_MENDED = {
    "scenario": "metro-sorting",
    "dials": {"channels.errors": "off", "regime.white_list.quota": 0, "disclosure.reasons_adverse": True},
    **SMALL,
}
ALARMS = {"error.kind": "wanted", "error.per_1000": 20}
BELIEF = {"regime.response.belief": 1}
"""Everybody believes that they are watched."""
ONE_BOOK = {"scenario": "judgment-debtors", **SMALL}
"""A list of one rule, which reads a breach and nothing else."""
AMS = {"scenario": "ams-2018", "people": 8192}


@pytest.mark.scenario("health-code", "metro-sorting")
@pytest.mark.known_harm("own", reason="false matches, late entries and codes turned by hand close gates")
@pytest.mark.breaks(**CODE)
@pytest.mark.holds(**CODE_MENDED)
def test_whoever_is_stopped_at_a_gate_did_what_closes_it(findings):
    """Is every red code about somebody near a case, and every extra check about somebody who misbehaved?

    Harmed: people who are stopped for what they did not do
    Measure: operator_error_rate
    Threshold: equal to 0
    Origin: convention, assumed. To stop who was near no case protects nobody, so each such stop is a cost alone.
    People: 2,000
    Wrong if: the gate is meant to stop people whose record is in doubt.
    """
    claim(findings, "operator_error_rate").equals(0)


@pytest.mark.scenario("health-code")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="the log shows some of the codes that were turned by hand")
@pytest.mark.breaks(**CODE)
@pytest.mark.holds(**CODE_LOGGED)
def test_every_code_that_an_official_turns_is_in_the_log(findings):
    """Does the log show each code that somebody turned red by hand and without cause?

    Harmed: people who cannot prove that their code was turned
    Measure: operator_logged_share
    Threshold: equal to 1
    Origin: convention, assumed. A log that can be avoided protects the official alone.
    People: 20,000
    Wrong if: more was logged than assumed; that officials were found suggests some log.
    """
    claim(findings, "operator_logged_share").equals(1)


@pytest.mark.scenario("health-code", "essay-claims")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="whoever lives with a red code stays in, and schools ask for a parent's points")
@pytest.mark.breaks(**CODE)
@pytest.mark.holds(**CODE_MENDED)
def test_no_gate_closes_to_a_child_for_the_code_of_a_parent(findings):
    """Is every gate open to a child whatever code or list the parents have?

    Harmed: children with a green code, or with no score
    Measure: doors_closed_by_family
    Threshold: equal to 0
    Origin: convention, assumed. The child's own code says whether the child was near a case.
    People: 20,000
    Wrong if: the sanction protects the child; nobody falls ill in this society.
    """
    claim(findings, "doors_closed_by_family").equals(0)


@pytest.mark.scenario("health-code", "grid-and-cameras", "metro-sorting", "targeted-group")
@pytest.mark.known_harm("own", reason="gates, visits and checks come without reasons")
@pytest.mark.breaks(**CODE)
@pytest.mark.holds(**CODE_MENDED)
def test_whoever_is_stopped_or_visited_is_told_why(findings):
    """Does everybody with a red code, a visit or a check learn a rule and its weight?

    Harmed: people who cannot answer, because they do not know what is held against them
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: law (ecoa-1691), analog. The American rule on credit asks for specific reasons of each adverse action.
    People: 2,000
    Wrong if: reasons are given by word of mouth, which no report that was read says.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("grid-and-cameras")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="the visit is to the home, so all who live there have it")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**GRID_MENDED)
def test_a_false_alarm_about_one_person_brings_no_visit_to_others_at_home(audit, scenario):
    """Is the household of somebody whom a scanner mistook for a wanted person left alone?

    Harmed: people who share a home with the subject of a false alarm
    Measure: error_reach[hop=household]
    Threshold: equal to 0
    Origin: convention, assumed. The alarm names one person.
    People: 20,000
    Wrong if: police meet the person on the street, clear the mistake there, and no entry is made.
    """
    alarms = audit(scenario, dials=ALARMS, measures="error_reach")
    claim(alarms, "error_reach[hop=household]").equals(0)


@pytest.mark.scenario("grid-and-cameras")
@pytest.mark.known_harm("own", reason="whoever watches shows nobody what was seen")
@pytest.mark.breaks(dials={"error.per_1000": 20}, **SMALL)
@pytest.mark.holds(**GRID_MENDED)
def test_whoever_is_filmed_can_see_the_record(findings):
    """Can people look up the reports, tickets and alarms that count against them?

    Harmed: people who are mistaken for somebody else, and cannot find out
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: tickets come with a picture, as speeding tickets do.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("dang")
@pytest.mark.known_harm("own", reason="the file is sealed to its subject")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**FILE_MENDED)
def test_a_personnel_file_is_open_to_its_subject(findings):
    """Can people look up each standing mark in their own file?

    Harmed: people who are passed over for a mark that they never see
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: the file can be read on request; the essay claims that it cannot.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("dang")
@pytest.mark.known_harm("own", reason="employers are shown the mark")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(scenario="midas-auto", **SMALL)
def test_a_mark_in_a_file_is_shown_to_nobody(findings):
    """Is the standing of a person unknown to everybody but the person and the keeper of the file?

    Harmed: people whose employer reads what they cannot read
    Measure: audience
    Threshold: equal to 0
    Origin: convention, assumed. Who is denied sight of a file must at least not be shown by it.
    People: 2,000
    Wrong if: employers see less than the essay claims.
    """
    claim(findings, "audience").equals(0)


@pytest.mark.scenario("dang", "essay-claims", "targeted-group")
@pytest.mark.known_harm("own", reason="contacts, posts, games or who somebody is are judged, and none is a breach")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**ONE_BOOK)
def test_marks_and_flags_are_for_breaches_of_law_alone(findings):
    """Does every rule judge a breach or a good deed, and no lawful act and no trait?

    Harmed: people who are marked for what the law allows
    Measure: out_of_scope_rules
    Threshold: equal to 0
    Origin: law (gb-2020-49), inferred. Records hold what a catalogue names; additions are forbidden.
    People: 2,000
    Wrong if: the kinds of conduct that the scenario declares lawful were unlawful at its date.
    """
    claim(findings, "out_of_scope_rules").equals(0)


@pytest.mark.scenario("dang", "essay-claims", "targeted-group")
@pytest.mark.known_harm("own", reason="whoever believes to be watched posts and meets less")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(dials={"regime.response.chilling": 0}, **SMALL)
def test_people_who_believe_they_are_watched_give_up_nothing_lawful(audit, scenario):
    """Do people go on with sensitive lawful acts when everybody believes in the watching?

    Harmed: people who leave posts, books and contacts that the law allows
    Measure: lawful_conduct_suppressed
    Threshold: equal to 0
    Origin: convention, assumed. Lawful conduct needs no permission, so none of it may be the price of a scheme.
    People: 2,000
    Wrong if: the fall that Penney found in the views of articles does not carry over; its size is a dial.
    """
    believed = audit(scenario, dials=BELIEF, measures="lawful_conduct_suppressed")
    claim(believed, "lawful_conduct_suppressed").equals(0)


@pytest.mark.scenario("targeted-group")
@pytest.mark.seeds(10)
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="the same lawful contact is flagged in one group only")
@pytest.mark.breaks(seeds=1, **AMS)
@pytest.mark.holds(seeds=1, model="lottery", dials={"decide.adverse_cutoff": -3.0}, **AMS)
def test_the_same_contact_is_flagged_in_every_group(findings):
    """Are members of the minority flagged as often as others who did the same?

    Harmed: members of the group whose lawful conduct is flagged
    Measure: adverse_gap_at_equal_conduct
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. Two points are the width that the general claim allows; a rule by group goes beyond.
    People: 20,000
    Wrong if: what is flagged is not the same conduct in both groups.
    """
    gap = claim(findings, "adverse_gap_at_equal_conduct", split="community", group="minority", versus="majority")
    gap.within(-0.02, 0.02)


@pytest.mark.scenario("metro-sorting")
@pytest.mark.known_harm("own", reason="whoever is not on the white list waits behind those who are")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(**LANES_MENDED)
def test_a_fast_lane_costs_the_others_no_minute(findings):
    """Do riders without the fast lane pass as quickly as if there were none?

    Harmed: riders who are not on the white list
    Measure: queue_cost
    Threshold: equal to 0
    Origin: convention, assumed. A lane that is paid for in other people's minutes is no service but a transfer.
    People: 2,000
    Wrong if: the fast lane has gates of its own, which serve nobody else.
    """
    claim(findings, "queue_cost").equals(0)
