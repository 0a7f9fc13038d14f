"""What is specific to formulas of employment and benefit offices: who scores lower, and whether a debt is owed.

Each claim is about the schemes that it names and never runs on another model. In a proof the harm is removed by the
dial that makes it: a term of the formula at 0, no averaging, a right granted.
"""

import pytest

from testbed import claim

pytestmark = [pytest.mark.model("own", only=True), pytest.mark.people(2_000)]

SMALL = {"people": 2048}
AMS = {"scenario": "ams-2018", "people": 2048}
AMS_LOTTERY = {"model": "lottery", **AMS}
AMS_CLOSED = {
    "dials": {"disclosure.reasons_adverse": False, "disclosure.rules": False, "disclosure.weights": False},
    **AMS,
}
AMS_OPEN = {"dials": {"disclosure.own_record": True}, **AMS}
DEBT_MENDED = {
    "scenario": "robodebt-averaging",
    "dials": {
        "channels.errors": "off", "channels.income_register.averaged": 0, "regime.family.share": 0,
        "disclosure.own_record": True, "disclosure.reasons_adverse": True, "error.per_1000": 100,
        "conduct.benefit_overclaim.rate": 0.006,
    },
    **SMALL,
}  # fmt: skip
FOLLOWED = {"error.per_1000": 100}
"""Enough wrong entries to follow among the few who have the benefit."""
PAPERS = {"scenario": "childcare-benefits", **SMALL}
PAPERS_ALIKE = {"dials": {"model.nationality.points": 0}, **PAPERS}
ONE_BOOK = {"scenario": "judgment-debtors", **SMALL}
"""A list of one rule, which reads a breach and nothing else."""
DEBTS = ("robodebt-averaging", "midas-auto", "childcare-benefits")


@pytest.mark.scenario("ams-2018")
@pytest.mark.known_harm("own", reason="the formula has a term for women, and one for care duties that women alone have")
@pytest.mark.breaks(**AMS)
@pytest.mark.holds(**AMS_LOTTERY)
def test_a_woman_gets_the_class_that_the_same_person_gets_as_a_man(findings):
    """Is a woman in class C as often as the same person would be as a man?

    Harmed: women who lose training to a term for their sex
    Measure: counterfactual_effect
    Threshold: equal to 0
    Origin: convention, assumed. Sex is no conduct; any effect of it is one of the formula and of what it takes over.
    People: 2,000
    Wrong if: what follows from sex elsewhere, such as part-time work, is to count as the person's own.
    """
    claim(findings, "counterfactual_effect", split="sex", group="female", versus="male").equals(0)


@pytest.mark.scenario("ams-2018")
@pytest.mark.known_harm(
    "own", reason="citizenship, schooling and office differ by community, and the formula reads them"
)
@pytest.mark.breaks(**AMS)
@pytest.mark.holds(**AMS_LOTTERY)
def test_a_minority_job_seeker_gets_the_class_of_the_same_person_of_the_majority(findings):
    """Is a member of the minority in class C as often as the same person would be in the majority?

    Harmed: members of the minority who lose training
    Measure: counterfactual_effect
    Threshold: equal to 0
    Origin: convention, assumed. Community is no conduct; any effect of it is one of the terms that stand for it.
    People: 2,000
    Wrong if: the synthetic society gives the minority other offices and schools than the real one has.
    """
    claim(findings, "counterfactual_effect", split="community", group="minority", versus="majority").equals(0)


@pytest.mark.scenario("ams-2018", "childcare-benefits")
@pytest.mark.known_harm("own", reason="traits are summed up, or are weighed as heavily as a missing paper")
@pytest.mark.breaks(**AMS)
@pytest.mark.holds(**ONE_BOOK)
def test_a_benefit_depends_on_conduct_and_not_on_who_one_is(findings):
    """Does every rule judge something that the person did?

    Harmed: people who are scored low for age, health, district, nationality or income
    Measure: out_of_scope_rules
    Threshold: equal to 0
    Origin: convention, assumed. A forecast from traits cannot be changed by those whom it is about.
    People: 2,000
    Wrong if: the office may give scarce support by need, for which traits stand.
    """
    claim(findings, "out_of_scope_rules").equals(0)


@pytest.mark.scenario("ams-2018")
@pytest.mark.breaks(**AMS_CLOSED)
@pytest.mark.holds(**AMS_OPEN)
def test_a_job_seeker_in_the_lowest_class_is_told_why(findings):
    """Does everybody in class C learn a term of the formula and its weight?

    Harmed: job seekers who cannot answer
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: published (kurier-ams-2019), inferred. The service says that every first class is discussed with the person.
    People: 2,000
    Wrong if: advisers discuss the class and not the terms behind it.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario("ams-2018")
@pytest.mark.known_harm("own", reason="the entries of the register are not open")
@pytest.mark.breaks(**AMS)
@pytest.mark.holds(**AMS_OPEN)
def test_a_job_seeker_can_see_the_entries_of_the_service(findings):
    """Can job seekers look up the measures that the register holds about them?

    Harmed: job seekers who are scored by a measure that they never took
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: the service opens the register on request; no text that was read says so.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario("ams-2018")
@pytest.mark.people(8_000)
@pytest.mark.breaks(**AMS_CLOSED)
@pytest.mark.holds(**AMS)
def test_a_published_formula_leaves_little_to_guess(findings):
    """Can a job seeker foresee the class from the published formula and from what everybody knows of themselves?

    Harmed: job seekers who cannot tell what would change their class
    Measure: unpredictability[k=0]
    Threshold: below 0.1
    Origin: convention, assumed. A tenth of what guessing leaves: the share at which the testbed calls a rule rebuilt.
    People: 8,000
    Wrong if: the other formulas of the service, which are not published, decide about most people.
    """
    claim(findings, "unpredictability[k=0]").below(0.1)


@pytest.mark.scenario("robodebt-averaging")
@pytest.mark.known_harm("own", reason="a year of uneven income is averaged, and the average is taken for the month")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**DEBT_MENDED)
def test_a_debt_raised_by_averaging_is_owed(findings):
    """Is every debt that the office raises one that true records of income would raise?

    Harmed: people with a benefit who pay what they do not owe
    Measure: operator_error_rate
    Threshold: equal to 0
    Origin: convention, assumed. A debt is a fact and no estimate: whoever claims it has to know it.
    People: 2,000
    Wrong if: incomes are steadier than in the synthetic society, where work is by months.
    """
    claim(findings, "operator_error_rate").equals(0)


@pytest.mark.scenario("midas-auto")
@pytest.mark.seeds(10)
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="a letter without an answer counts as fraud, and most letters are lost")
@pytest.mark.breaks(people=4096)
@pytest.mark.holds(
    people=4096,
    dials={"conduct.letter_unanswered.rate": 0.005, "conduct.benefit_overclaim.rate": 0.006},
)
def test_a_finding_of_fraud_is_more_likely_right_than_wrong(findings):
    """Did most people found guilty by the computer claim what was not due?

    Harmed: claimants who owe the debt and a penalty of four times as much
    Measure: detection_precision
    Threshold: above 0.5
    Origin: convention, assumed. The balance of probabilities; by the state's own review 7 of 100 findings were right.
    People: 20,000
    Wrong if: rates of fraud and of lost letters, which are dials, are far from those of the state.
    """
    claim(findings, "detection_precision").above(0.5)


@pytest.mark.scenario(*DEBTS)
@pytest.mark.known_harm("own", reason="the letter says that there is a debt, and not from what")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**DEBT_MENDED)
def test_whoever_owes_is_told_how_the_debt_was_worked_out(findings):
    """Does every debtor learn a rule and its weight?

    Harmed: debtors who cannot contest what they cannot follow
    Measure: reason_coverage[decision=adverse]
    Threshold: equal to 1
    Origin: law (ecoa-1691), analog. The American rule on credit asks for specific reasons of each adverse action.
    People: 2,000
    Wrong if: offices explain debts on request more often than reports say.
    """
    claim(findings, "reason_coverage[decision=adverse]").equals(1)


@pytest.mark.scenario(*DEBTS)
@pytest.mark.known_harm("own", reason="the file of the office is not open")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**DEBT_MENDED)
def test_whoever_owes_can_see_the_file(findings):
    """Can people look up the discrepancies that the office holds against them?

    Harmed: debtors who never see what they are to disprove
    Measure: record_access
    Threshold: equal to 1
    Origin: law (fcra-1681g), analog. The American rule on credit files opens all information in the file.
    People: 2,000
    Wrong if: files are opened on request more often than reports say.
    """
    claim(findings, "record_access").equals(1)


@pytest.mark.scenario(*DEBTS)
@pytest.mark.people(20_000)
@pytest.mark.known_harm("own", reason="what is taken from wages and benefit is missing for all who live on them")
@pytest.mark.breaks(dials=FOLLOWED, **SMALL)
@pytest.mark.holds(**DEBT_MENDED)
def test_a_debt_by_mistake_takes_nothing_from_the_rest_of_the_household(findings):
    """Is the household of somebody with a wrong entry treated as before?

    Harmed: people who live on the same wages and benefit
    Measure: error_reach[hop=household]
    Threshold: equal to 0
    Origin: convention, assumed. The others owe nothing, by mistake or not.
    People: 20,000
    Wrong if: households keep their money apart.
    """
    claim(findings, "error_reach[hop=household]").equals(0)


@pytest.mark.scenario("childcare-benefits")
@pytest.mark.known_harm("own", reason="nationality counts as many points as a missing paper")
@pytest.mark.breaks(**PAPERS)
@pytest.mark.holds(**PAPERS_ALIKE)
def test_a_minority_family_owes_as_often_as_the_same_family_of_the_majority(findings):
    """Is a minority family told to pay everything back as often as the same family would be in the majority?

    Harmed: families with another nationality, for which the label minority stands
    Measure: counterfactual_effect
    Threshold: equal to 0
    Origin: convention, assumed. Nationality is no mistake in a claim, so it cannot make one likelier to be a debt.
    People: 2,000
    Wrong if: the weight of nationality was 0; it was a risk factor, and its weight is not public.
    """
    claim(findings, "counterfactual_effect", split="community", group="minority", versus="majority").equals(0)
