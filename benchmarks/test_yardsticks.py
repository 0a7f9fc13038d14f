"""Yardsticks from law: numbers that some law names, or a right that it gives, asked of schemes in synthetic worlds.

A claim that holds is no legal finding, and no certificate of anything. The laws are about real employers, operators and
people; here they only say which number to look at and where to hold the limit. What they ask beyond a number (purpose,
necessity, justification, a hearing by a person) is not measured. Most schemes are outside the reach of the law that a
card names: the yardstick says what that law's test would show.

The same yardsticks for tables of real predictions: `testbed table` writes the four-fifths row in whole numbers;
`testbed.findings.impact_ratios` compares categories and crossings, and sets apart those under two percent.
"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.model("own", only=True), pytest.mark.people(2_000)]

SMALL = {"people": 2048}
TEN_GRIDS = {"people": 10_240}
AMS = {"scenario": "ams-2018", "people": 8192}
HARSHER_ON_WOMEN = {"model.woman.points": -2.0}
LIST = {"scenario": "judgment-debtors", **SMALL}
LIST_MENDED = {"scenario": "judgment-debtors", "dials": {"regime.family.share": 0, "channels.errors": "off"}, **SMALL}
LIST_CLOSED = {"scenario": "judgment-debtors", "dials": {"disclosure.reasons_adverse": False}, **SMALL}
LISTED = {"conduct.judgment_default.rate": 0.001}
"""More people are listed than in the country: whether a listing closes a school is known sooner."""
CONTESTABLE = {
    "scenario": "rongcheng",
    "dials": {
        "regime.appeal.noticed": 1, "regime.appeal.filed": 1, "regime.appeal.notice_delay": 0,
        "regime.appeal.decision_delay": 0, "regime.appeal.bearable": 10, "disclosure.notice_of_entry": True,
    },
    **TEN_GRIDS,
}  # fmt: skip
"""Everybody is told of each entry at once, and can afford to contest it."""
EXPLAINED = ("ams-2018", "judgment-debtors", "rongcheng")
UNEXPLAINED = ("midas-auto", "robodebt-averaging", "childcare-benefits", "zhima-like", "dang")


@pytest.mark.scenario("ams-2018", "childcare-benefits", "judgment-debtors", "rongcheng")
@pytest.mark.people(20_000)
@pytest.mark.known_harm(
    "own", reason="nationality counts as a risk", scenarios=["childcare-benefits"], compared="community"
)
@pytest.mark.breaks(compared="sex", dials=HARSHER_ON_WOMEN, **AMS)
@pytest.mark.holds(compared="sex", **AMS)
def test_no_group_is_spared_at_less_than_four_fifths_of_the_rate_of_another(findings, compared):
    """Is the share of a group that is not decided adversely at least four fifths of the other group's?

    Harmed: members of the compared group
    Measure: disparate_impact_ratio_four_fifths
    Threshold: equal to 1
    Origin: law (cfr-1607), inferred. Below four fifths of the highest rate is taken for evidence of adverse impact.
    People: 20,000
    Wrong if: the law is read of favorable decisions alone, or of groups too small to count.
    """
    claim(findings, "disparate_impact_ratio_four_fifths", **compared).equals(1)


@pytest.mark.scenario("ams-2018")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="each group alone is above four fifths, and who is in both is below")
@pytest.mark.breaks(dials=HARSHER_ON_WOMEN, **AMS)
@pytest.mark.holds(model="lottery", **AMS)
def test_the_impact_ratio_of_minority_women_is_above_four_fifths(findings):
    """Is the share of minority women outside the lowest class above four fifths of that of majority men?

    Harmed: members of two groups at once, whom a look at each group alone can miss
    Measure: disparate_impact_ratio
    Threshold: above 0.8
    Origin: law (nyc-ll144), inferred. Its rules ask for ratios of crossings; the limit is that of 29 CFR 1607.4 D.
    People: 20,000
    Wrong if: the highest rate is that of another crossing than majority men.
    """
    ratio = claim(
        findings, "disparate_impact_ratio", split="sex*community", group="female*minority", versus="male*majority"
    )
    ratio.above(0.8)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="a debt that a court found closes the school of a child")
@pytest.mark.breaks(**LIST)
@pytest.mark.holds(**LIST_MENDED)
def test_an_unpaid_judgment_closes_no_school(audit, scenario):
    """Is nobody refused a school for an entry that a court made about money?

    Harmed: families who are refused in a context that has nothing to do with the debt
    Measure: refused_attempts[gate=school]
    Threshold: equal to 0
    Origin: law (ai-act-5), inferred. Its point (c)(i) is about treatment in contexts unrelated to those of the data.
    People: 20,000
    Wrong if: fees of a private school are consumption, which the court may limit to have the debt paid.
    """
    refused = audit(scenario, dials=LISTED, measures="refused_attempts[gate=school]")
    claim(refused, "refused_attempts[gate=school]").equals(0)


@pytest.mark.scenario("judgment-debtors", "joint-sanctions", "midas-auto", "robodebt-averaging", "health-code")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="wrong entries close gates as true ones do")
@pytest.mark.breaks(scenario="robodebt-averaging", **SMALL)
@pytest.mark.holds(**LIST_MENDED)
def test_nobody_is_refused_for_what_they_did_not_do(findings):
    """Would every refused attempt have been refused on true records too?

    Harmed: people who are turned away for somebody else's act, or for nobody's
    Measure: refused_attempts_undeserved
    Threshold: equal to 0
    Origin: law (ai-act-5), inferred. Its point (c)(ii) is about treatment that the conduct does not justify.
    People: 20,000
    Wrong if: a law of proportion allows some error, as most do; the yardstick is none.
    """
    claim(findings, "refused_attempts_undeserved").equals(0)


@pytest.mark.scenario("rongcheng")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="a ticket counts for half a year, and a listing stays beyond it")
@pytest.mark.breaks(**SMALL)
@pytest.mark.holds(dials={"regime.expiry.minor": 3, "regime.blacklist.stay": 0}, **SMALL)
def test_one_ticket_weighs_no_longer_than_a_minor_act_may_be_published(audit, scenario):
    """Is one wrong ticket for a red light without effect after a quarter, and the month of the next decision?

    Harmed: people who bear for half a year what the guidelines call minor
    Measure: error_lifetime
    Threshold: below 4
    Origin: law (ai-act-5), inferred. Its point (c)(ii) weighs treatment against the act; minor acts are published for
        three months at most (ndrc-2025-repair), and one is added for the next decision.
    People: 20,000
    Wrong if: an entry that nobody is shown is no treatment.
    """
    followed = audit(scenario, dials={"error.kind": "red_light", "error.per_1000": 20}, measures="error_lifetime")
    claim(followed, "error_lifetime").below(4)


@pytest.mark.scenario(*EXPLAINED, *UNEXPLAINED)
@pytest.mark.known_harm("own", reason="the decision comes without a reason", scenarios=list(UNEXPLAINED))
@pytest.mark.breaks(**LIST_CLOSED)
@pytest.mark.holds(**LIST)
def test_whoever_is_decided_by_a_machine_can_have_it_explained(findings):
    """Does everybody who is decided adversely learn a rule and its weight?

    Harmed: people who cannot tell why a machine decided against them
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: law (pipl-24), inferred. Whoever is affected significantly may ask for an explanation.
    People: 2,000
    Wrong if: explanations are given on request alone, and nobody is refused one.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("rongcheng")
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="most wrong entries are never noticed, so nobody contests them")
@pytest.mark.breaks(**TEN_GRIDS)
@pytest.mark.holds(**CONTESTABLE)
def test_most_wrong_entries_are_contested_within_a_year(findings):
    """Is a wrong adverse entry more likely contested than not?

    Harmed: people for whom the right to contest stands on paper
    Measure: contest_filed
    Threshold: above 0.5
    Origin: law (gdpr-22), inferred. Its paragraph 3 gives a contest to whom it is about; a right that fewer than half
        come to use protects few.
    People: 20,000
    Wrong if: people contest more often than recipients of British benefits, from whom the rate is taken.
    """
    claim(findings, "contest_filed").above(0.5)


@pytest.mark.scenario("midas-auto", "robodebt-averaging", "zhima-like")
@pytest.mark.known_harm("own", reason="the machine decides, and the file behind it is closed")
@pytest.mark.breaks(scenario="robodebt-averaging", **SMALL)
@pytest.mark.holds(**LIST)
def test_whoever_contests_a_machine_can_see_what_it_read(findings):
    """Can people look up each standing entry that the machine decided by?

    Harmed: people who are to contest a decision without the file
    Measure: record_access
    Threshold: equal to 1
    Origin: law (gdpr-22), inferred. Its paragraph 3 gives a hearing and a contest, which are empty without the file.
    People: 2,000
    Wrong if: the file is opened on request.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("restaurant-hygiene", "rongcheng", "corporate")
@pytest.mark.people(20_000)
@pytest.mark.known_harm(
    "own", reason="an entry is noticed by its effect, if ever", scenarios=["rongcheng", "corporate"]
)
@pytest.mark.breaks(scenario="rongcheng", **TEN_GRIDS)
@pytest.mark.holds(**CONTESTABLE)
def test_an_adverse_entry_is_known_to_its_subject_within_a_month(findings):
    """Do subjects of adverse entries learn of them within a month, on the mean?

    Harmed: people who cannot contest in time what they do not know
    Measure: notice_delay
    Threshold: below 1
    Origin: law (ecoa-1691), inferred. The American rule on credit gives thirty days for notice of action taken.
    People: 20,000
    Wrong if: the thirty days begin with the decision, which may come long after the entry.
    """
    claim(findings, "notice_delay").below(1)
