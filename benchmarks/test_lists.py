"""What is specific to lists and grades that are public: judgment debtors, joint sanctions, firms and kitchens.

Each claim is about the schemes that it names and never runs on another model. In a proof the harm is removed by the
dial that makes it, or planted by the dial that takes a right away.
"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.model("own", only=True), pytest.mark.people(2_000)]

SMALL = {"people": 2048}
FOLLOWED = {"error.per_1000": 20}
"""Enough wrong entries to follow in a small society."""
LIST_MENDED = {
    "scenario": "judgment-debtors",
    "dials": {**FOLLOWED, "regime.family.share": 0, "regime.sharing.share": 0},
    **SMALL,
}
FIRM_MENDED = {
    "scenario": "corporate",
    "dials": {
        "error.per_1000": 100, "regime.workers.reach_share": 0, "disclosure.own_record": True,
        "disclosure.reasons_adverse": True,
    },
    **SMALL,
}  # fmt: skip
KITCHENS = {"scenario": "restaurant-hygiene", "people": 8192}
KITCHENS_CLOSED = {
    **KITCHENS,
    "dials": {
        "disclosure.reasons_adverse": False, "disclosure.own_record": False, "disclosure.rules": False,
        "disclosure.own_score": False,
    },
}  # fmt: skip
TEN_GRIDS = {"people": 10_240}
"""Ten grids: the fewest clusters with an interval."""
HEEDED = {
    "regime.response.heeded": 1, "regime.response.adaptation": 1, "conduct.judgment_default.rate": 0.001,
    "regime.credit.bank_arrears": 1, "regime.credit.utility_late": 1,
}  # fmt: skip
"""Everybody heeds the list, and nobody is driven to more arrears by it."""
GUESSED = {"scenario": "midas-auto", "people": 4096, "seeds": 10}
FOUND = {
    **GUESSED,
    "dials": {"conduct.letter_unanswered.rate": 0.005, "conduct.benefit_overclaim.rate": 0.006},
}
"""A computer that takes silence for guilt where letters are often lost, and one where they are seldom."""


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="tickets, homes and schools are refused to the household of the listed")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**LIST_MENDED)
def test_nobody_is_barred_for_living_with_a_listed_debtor(findings):
    """Is the household of somebody who is listed by mistake treated as before?

    Harmed: people who share a home with the subject of a wrong entry
    Measure: error_reach[hop=household]
    Threshold: equal to 0
    Origin: convention, assumed. A judgment binds its parties; the household is none.
    People: 20,000
    Wrong if: only the listed person is refused, and reports on families are exceptions.
    """
    claim(findings, "error_reach[hop=household]").equals(0)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="private schools are closed to children of the listed")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**LIST_MENDED)
def test_no_school_closes_to_a_child_for_the_debt_of_a_parent(findings):
    """Is every gate open to a child whose parent is on the list?

    Harmed: children, who owe nothing
    Measure: doors_closed_by_family
    Threshold: equal to 0
    Origin: convention, assumed. The child owes nothing, so no refusal to a child can be what the debt deserves.
    People: 20,000
    Wrong if: fees of the school are the only thing refused, and the child stays at the school.
    """
    claim(findings, "doors_closed_by_family").equals(0)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="five bodies copy the list, and act on the copy")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**LIST_MENDED)
def test_one_wrong_listing_stays_with_one_agency(findings):
    """Does a wrong entry in the court's list reach fewer than two other agencies?

    Harmed: people who must clear one mistake at many desks
    Measure: error_agencies
    Threshold: below 2
    Origin: convention, assumed. One agency can be asked to mend its copy; at two the subject must find out who else.
    People: 20,000
    Wrong if: the agencies ask the court each time, and hold no copy.
    """
    claim(findings, "error_agencies").below(2)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.known_harm("own", reason="names of the listed are shown in public")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(scenario="midas-auto", **SMALL)
def test_a_listing_is_between_the_debtor_and_the_court(findings):
    """Is the listing unknown to everybody but the debtor and the bodies that run the list?

    Harmed: debtors who are shamed, and people listed by mistake
    Measure: audience
    Threshold: equal to 0
    Origin: convention, assumed. A debt is enforced against property; to show the debtor adds shame and pays nothing.
    People: 2,000
    Wrong if: others may look a name up for a legitimate purpose, as with a register of insolvency.
    """
    claim(findings, "audience").equals(0)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions", "restaurant-hygiene")
@pytest.mark.people(20_000)
@pytest.mark.breaks(dials={"disclosure.own_record": False}, **SMALL)
@pytest.mark.holds(dials=FOLLOWED, **SMALL)
def test_a_public_list_is_open_to_its_subject(findings):
    """Can whoever stands in a public list look up each standing entry?

    Harmed: people who are listed by mistake and cannot see for what
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 20,000
    Wrong if: the public part of an entry leaves out what the list decides by.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.people(20_000)
@pytest.mark.breaks(**GUESSED)
@pytest.mark.holds(**FOUND)
def test_whoever_is_listed_did_default(findings):
    """Did most of the listed people leave a judgment without payment?

    Harmed: people who are listed and owe nothing
    Measure: detection_precision
    Threshold: above 0.5
    Origin: convention, assumed. Below a half a listed person is more likely not to owe, so the list finds nobody.
    People: 20,000
    Wrong if: false matches in courts are far more frequent than in the register that the dial is taken from.
    """
    claim(findings, "detection_precision").above(0.5)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="whoever is refused credit falls behind with other payments")
@pytest.mark.breaks(**TEN_GRIDS)
@pytest.mark.holds(dials=HEEDED, **TEN_GRIDS)
def test_sanctions_bring_less_misconduct_than_no_sanctions(findings):
    """Is there less misconduct with the sanctions than without them?

    Harmed: everybody whom misconduct harms, and the listed, who are driven to it
    Measure: deterrence
    Threshold: above 0
    Origin: convention, assumed. Prevention is what the sanctions are for; at 0 they prevent nothing.
    People: 20,000
    Wrong if: many people know of the list and heed it; how many do is a dial, off in the base case.
    """
    claim(findings, "deterrence").above(0)


@pytest.mark.scenario("corporate")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="a firm without credit pays its people late")
@pytest.mark.breaks(dials={"error.per_1000": 100}, **SMALL)
@pytest.mark.holds(**FIRM_MENDED)
def test_workers_are_paid_in_time_whatever_the_owner_s_grade(findings):
    """Does a wrong entry about the owner leave everybody else untouched, at the firm above all?

    Harmed: people who work for a firm whose owner has a wrong entry
    Measure: error_reach
    Threshold: equal to 0
    Origin: convention, assumed. Whoever works at the firm had no part in its taxes.
    People: 20,000
    Wrong if: firms that lose credit pay wages as before; the share that does not is assumed.
    """
    claim(findings, "error_reach").equals(0)


@pytest.mark.scenario("corporate")
@pytest.mark.people(20_000)
@pytest.mark.breaks(scenario="rongcheng", people=2048)
@pytest.mark.holds(dials={"error.per_1000": 100}, **SMALL)
def test_the_family_of_an_owner_is_not_graded(findings):
    """Does a wrong entry about the owner of a firm leave the household untouched?

    Harmed: people who share a home with the owner
    Measure: error_reach[hop=household]
    Threshold: equal to 0
    Origin: convention, assumed. The grade is the firm's, and the household does not run it.
    People: 20,000
    Wrong if: a household lives on the firm, so what the firm loses it loses too.
    """
    claim(findings, "error_reach[hop=household]").equals(0)


@pytest.mark.scenario("corporate")
@pytest.mark.known_harm("own", reason="the grade can be looked up, the reasons cannot")
@pytest.mark.breaks(dials={"error.per_1000": 100}, **SMALL)
@pytest.mark.holds(**FIRM_MENDED)
def test_an_owner_in_the_lowest_grade_is_told_why(findings):
    """Does every owner of a firm in grade D learn a rule and its weight?

    Harmed: owners who lose credit and tenders, and cannot answer
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: law (ecoa-1691), analog. The American rule on credit asks for specific reasons of each adverse action.
    People: 2,000
    Wrong if: the tax office explains grades on request, which no text that was read says.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("corporate")
@pytest.mark.known_harm("own", reason="the entries of the tax register are not open")
@pytest.mark.breaks(dials={"error.per_1000": 100}, **SMALL)
@pytest.mark.holds(**FIRM_MENDED)
def test_an_owner_can_see_what_the_tax_office_holds(findings):
    """Can the owner of a firm look up each standing entry that moves the grade?

    Harmed: owners whose grade rests on an entry that they never see
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: the tax office opens the entries, which no text that was read says.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("restaurant-hygiene")
@pytest.mark.people(20_000)
@pytest.mark.breaks(**KITCHENS_CLOSED)
@pytest.mark.holds(**KITCHENS)
def test_a_kitchen_with_a_bad_grade_is_told_its_findings(findings):
    """Does every caterer with an average grade or none learn a rule and its weight?

    Harmed: caterers who lose guests and cannot mend what they do not know
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: published (sfda-2012), inferred. The inspection is protocolled with the caterer, so each finding is told.
    People: 20,000
    Wrong if: protocols are not handed over.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("restaurant-hygiene")
@pytest.mark.people(20_000)
@pytest.mark.breaks(**KITCHENS_CLOSED)
@pytest.mark.holds(**KITCHENS)
def test_a_grade_at_the_door_follows_from_published_points(findings):
    """Can a caterer foresee the grade from the published items and the own kitchen?

    Harmed: caterers who cannot tell what the next inspection will count
    Measure: unpredictability[k=0]
    Threshold: equal to 0
    Origin: published (hainan-2012), stated. The items, their mean and the cuts of the grades are published.
    People: 20,000
    Wrong if: inspectors weigh findings as they like.
    """
    claim(findings, "unpredictability[k=0]").equals(0)
