"""Every headline against its row: what is counted, among whom, in which unit, and which number is printed."""

import math
import re
from itertools import product
from string import Formatter

import pytest

from testbed.case.case import run_case
from testbed.findings.finding import COLUMNS, frame
from testbed.measure import measures
from testbed.measures.accountability.operator import operator_correction_time
from testbed.report.contrasts import CONTRASTS
from testbed.report.levels import LEVELS
from testbed.report.operator_card import report_card
from testbed.report.phrases import HEADLINES, OF_TABLES, PERCENT, POINTS
from testbed.report.qualifiers import words
from testbed.report.rows import Findings
from testbed.report.sentences import each, endings, headlines, sentence
from testbed.report.terminal import answer
from testbed.scenarios.base import Scenario
from testbed.statistics import expand

NAN, INF = math.nan, math.inf
PHRASES = {**CONTRASTS, **LEVELS}
MEASURES = {name: measures.get(name) for name in measures.names()}
OWNERS = {**{one.gap: one for one in MEASURES.values() if one.gap}, **MEASURES}
INFO = {one: {"qualifiers": dict(held.qualifiers), "gap": held.gap} for one, held in MEASURES.items()}
FORMS = {
    "acts": "acts",
    "agencies": "agencies",
    "bands of grades": "times",
    "cases": "cases",
    "difference of rates": POINTS,
    "entries": "entries",
    "harm per benefit": "comes with",
    "items": "items",
    "leaves": "leaves",
    "months": "months",
    "number": "multiply by",
    "people": "people",
    "per 1,000 person-months": "per 1,000 person-months",
    "points": "points",
    "share of what guessing the base rate leaves": PERCENT,
}
"""How each registered unit is written; a rate is written in percent, a difference of two in percentage points."""
WIDTHS = ((NAN, NAN), (0.0, 0.0), (0.01, 0.02))
"""How far the ends of an interval lie below and above its value; NaN for no interval."""
BELOW = {"more": "less", "higher": "lower", "down": "down", "extra": "fewer", "fewer": "more"}
"""The word by which each field of a contrast says that the value is below 0."""
ABOVE = {
    "deterrence": "fewer",
    "apparent_deterrence": "fewer",
    "error_gain": "up",
    "outcome_illusion": "higher",
    "audit_illusion": "higher",
}
"""What a value above 0 means where it does not mean more: both deterrences are acts or entries less."""
NUMBER = r"(?P<number>-?[\d,]+(?:\.\d+)?|infinitely many|infinite)"


def planted(name, value=0.02, low=NAN, high=NAN, *, why="", suffix="", qualifiers="", others=(), n=1234, unit=None):
    """Findings with a row of the headline of this name, about whom it speaks of, in its registered unit."""
    text = PHRASES[name].text
    where = {"split": "all", "group": "all", "versus": ""}
    if "{versus}" in text:
        where = {"split": "community", "group": "minority", "versus": "majority"}
    elif "{split}" in text:
        where = {"split": "community", "group": "", "versus": ""}
    row = {"scenario": "s", "model": "m", "measure": f"{name}{suffix}{qualifiers}", "harm": OWNERS[name].harm, **where}
    row |= {"value": value, "low": low, "high": high, "unit": unit or OWNERS[name].unit, "n": n, "why": why}
    made = [row, *({**row, "low": NAN, "high": NAN, **other} for other in others)]
    models = list(dict.fromkeys(one["model"] for one in made))
    return Findings(frame(made), {"scenario": "s", "models": models, "measures": INFO})


def said(name, *args, **options):
    """The sentence about the planted row, with the rows beside it."""
    found = planted(name, *args, **options)
    return sentence(found.rows[0], None, found.together(found.rows[0]))


def pattern(phrase):
    """What matches a sentence made of the phrase: the number, its unit, and the word that carries the sign."""
    unit = rf"(?P<unit>{re.escape(phrase.form)}|{re.escape(phrase.form.removesuffix('s'))}|entry|agency)"
    made = ""
    for literal, field, _, _ in Formatter().parse(phrase.text):
        made += re.escape(literal)
        if field in ("v", "x"):
            made += rf"{NUMBER} {unit}" if field == "v" else NUMBER
        elif field in BELOW:
            made += r"(?P<sign>more|less|fewer|higher|lower|up|down)"
        elif field:
            made += ".*?"
    return re.compile(made, re.IGNORECASE)


def read(name, claim):
    """The value that the sentence prints, in the row's unit, and half of its last digit."""
    phrase = PHRASES[name]
    found = pattern(phrase).fullmatch(claim)
    assert found, claim
    text = found["number"].replace(",", "")
    if text.lower().startswith("infinite"):
        return INF, 0.0
    factor = 100 if phrase.form in (PERCENT, POINTS) else 1
    digits = len(text.partition(".")[2])
    field = next((one for _, one, _, _ in Formatter().parse(phrase.text) if one in BELOW), "")
    sign = -1 if field and found["sign"] == BELOW[field] else 1
    return sign * float(text) / factor, 0.5 * 10.0**-digits / factor


@pytest.mark.parametrize("name", PHRASES)
def test_every_phrase_is_of_a_registered_measure_and_written_in_its_unit(name):
    unit = OWNERS[name].unit
    form = POINTS if name in CONTRASTS or name.endswith("_difference") else PERCENT
    assert PHRASES[name].form == (form if unit == "rate" else FORMS[unit])
    assert PHRASES[name].form in said(name).claim


def test_every_headline_has_a_phrase():
    wanted = {name.partition("[")[0] for names in HEADLINES.values() for name in names}
    assert {*wanted, *OF_TABLES} <= set(PHRASES)


@pytest.mark.parametrize("name", PHRASES)
def test_every_headline_names_what_is_counted_and_among_what(name):
    found = planted(name)
    row, phrase = found.rows[0], PHRASES[name]
    fields = {**words(row, {}), **endings("2")}
    claim = sentence(row).claim.lower()
    assert phrase.counted.format(**fields).lower() in claim
    assert phrase.among.format(**fields).lower() in claim


def of_what(name):
    """The noun of a denominator that is no person; "" where it is people."""
    return next((noun for noun in ("entries", "entry", "decisions", "rules") if noun in PHRASES[name].among), "")


@pytest.mark.parametrize("name", [name for name in PHRASES if of_what(name)])
def test_a_denominator_that_is_no_person_is_the_one_that_the_measure_declares(name):
    noun = of_what(name)
    held = OWNERS[name]
    declared = f"{held.estimand} {held.function.__doc__} {held.caveats}"
    assert re.search(rf"\b{noun}|{noun.removesuffix('s')}\b|\b{noun.replace('y', 'ies')}", declared)


@pytest.mark.parametrize("name", PHRASES)
def test_the_printed_number_is_the_rows_value_in_its_unit(name):
    values = (0.333, 6.04, -0.0123, 0.0, 1 / 3, 1.0, 0.01, 1234.5, 0.00004, INF)
    ends = [(value, value - down, value + up) for value, (down, up) in product(values, WIDTHS)]
    others = [dict(zip(("value", "low", "high"), one), model=f"m{place}") for place, one in enumerate(ends)]
    found = planted(name, others=others)  # a model each, so that no row stands beside another
    for (value, low, high), row in zip(ends, found.rows[1:], strict=True):
        shown, half = read(name, sentence(row, None, found.together(row)).claim)
        if math.isinf(value):
            assert shown == value
        else:
            assert abs(shown - value) <= half * 1.0001
            assert (shown == 0) == (value == 0)
        if low == high and math.isfinite(value):
            assert abs(shown - value) <= max(0.005 * abs(value), 1e-6)


@pytest.mark.parametrize("name", PHRASES)
def test_what_is_not_computed_says_why_and_prints_no_number(name):
    found = said(name, NAN, why="too few were followed")
    assert found.state == "not computed"
    assert found.text.startswith("Not computed: ")
    assert found.text.endswith("(too few were followed).")
    assert not re.search(r"\d", found.text)


@pytest.mark.parametrize("name", CONTRASTS)
def test_what_is_undecided_says_so_and_which_difference_would_have_been_seen(name):
    seen = {"measure": f"{name}_detectable", "value": 0.051}
    plain, told = said(name, 0.01, -0.02, 0.04), said(name, 0.01, -0.02, 0.04, others=[seen])
    assert plain.state == told.state == "undecided"
    assert plain.detail.endswith("undecided: there may be no difference")
    form = PHRASES[name].form
    number = "5.1" if form == POINTS else "0.051"
    unit = form if form in (POINTS, "points", "acts", "per 1,000 person-months") else ""
    assert told.detail.endswith(f"; a difference of {number} {unit} would have been seen in 80 % of such runs")
    assert "would have been" not in said(name, 0.01, 0.005, 0.02, others=[seen]).detail


@pytest.mark.parametrize("name", PHRASES)
def test_the_count_behind_a_number_says_what_it_counts(name):
    found = planted(name, n=7)
    one, many = each(found.rows[0])
    detail = sentence(found.rows[0]).detail
    assert f"; 7 {many}" in detail
    assert f"; 1 {one}" in sentence(planted(name, n=1).rows[0]).detail
    assert f"small: under 30 {many}" in detail


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("out_of_scope_rules", "rules"), ("discretion_share", "rules"), ("notice_delay", "adverse entries"),
        ("flip_rate", "wrong entries"), ("residue", "corrected wrong entries"), ("adverse_rate", "people"),
        ("operator_reversal_of_right", "people with contested entries"), ("record_access", "people with entries"),
    ],
)  # fmt: skip
def test_rules_and_entries_are_not_called_people(name, noun):
    assert f"; 1,234 {noun}" in said(name).detail


# --- One by one: what used to say something else ---


def test_a_share_of_rules_is_in_percent():
    assert said("out_of_scope_rules", 1 / 3, 1 / 3, 1 / 3, n=9).text == (
        "33.3 % of the scheme's rules judge a lawful act or who a person is, not a breach (exact; 9 rules)."
    )


def test_reversals_are_of_entries():
    assert said("operator_reversal_of_right", 0.156).claim == (
        "On appeal, the operator strikes 15.6 % of contested true entries"
    )
    assert "decisions" not in said("operator_reversal_of_wrong").claim


def test_the_log_is_of_entries_made_without_cause():
    assert said("operator_logged_share", 0.4).claim == (
        "The operator's log shows 40 % of the entries that officials made without cause"
    )


def test_how_long_wrong_entries_stand_is_told_with_how_many_are_corrected():
    beside = [
        {"measure": "operator_correction_time_corrected", "value": 0.0625, "unit": "rate"},
        {"measure": "operator_correction_time_numerator", "value": 197.0, "unit": "corrected entries"},
    ]
    found = said("operator_correction_time", 6.04, 5.9, 6.2, others=beside, n=3299)
    assert found.claim == (
        "Wrong entries stand for 6.04 months of their first 12 on average; the operator corrects 6.25 % of them in that"
        " time (197 in the whole run)"
    )
    assert found.detail == "95 % interval 5.90 to 6.20; 3,299 people with wrong entries"
    assert (
        said("operator_correction_time", 6.04).claim
        == "Wrong entries stand for 6.04 months of their first 12 on average"
    )
    other = said("operator_correction_time", 6.04, qualifiers="[horizon=24]", others=beside).claim
    assert other == "Wrong entries stand for 6.04 months of their first 24 on average"


def test_the_rows_of_a_real_run_give_the_sentence_its_counts():
    case = run_case(Scenario.load("rongcheng"), people=1500, periods=16, seed=0)
    ledger = case.history.ledger
    wrong = ledger.where(ledger.wrong & (ledger.start < case.periods) & case.scored[ledger.subject])
    rows = expand(operator_correction_time, operator_correction_time(case), case)
    found = Findings(frame([{"scenario": "s", "model": "m", **row} for row in rows]), {"scenario": "s"})
    row = found.rows[0]
    assert row.n == len(set(wrong.subject.tolist()))
    claim = sentence(row, None, found.together(row)).claim
    share, count = (next(one.value for one in found.rows if one.suffix == end or one.name.endswith(end))
                    for end in ("_corrected", "_numerator"))  # fmt: skip
    assert count > 0
    assert f"({count:.0f} in the whole run)" in claim
    assert abs(float(re.search(r"corrects ([\d.]+) %", claim)[1]) / 100 - share) < 0.005


def test_a_difference_that_lasts_to_the_end_of_the_run_says_so():
    beside = [
        {"measure": "error_lifetime_left", "value": 0.78, "unit": "rate"},
        {"measure": "error_lifetime_horizon", "value": 18.0, "unit": "months"},
    ]
    assert said("error_lifetime", 16.8, others=beside).claim == (
        "A wrong entry makes a difference for 16.8 months on average, of the 18 months followed; 78 % of wrong entries"
        " still make one at the end of the run"
    )
    assert said("error_lifetime", 16.8).claim.endswith("16.8 months on average, counted to the end of the run")


def test_a_wait_for_clearance_is_told_with_how_many_are_cleared():
    beside = [{"measure": "contest_cleared", "value": 0.04, "unit": "rate"}]
    assert said("contest_delay", 11.5, others=beside).claim == (
        "It takes 11.5 months on average to clear a wrong adverse entry on appeal; one that is never cleared"
        " counts 12 months; 4 % of them are cleared in that time"
    )


def test_a_gap_in_reasons_is_in_percentage_points():
    assert said("clarity_gap", 0.25).claim == (
        "Reasons are given 25 percentage points more often for adverse than for favorable decisions"
    )


def test_people_favored_are_not_said_to_be_helped():
    assert said("targeting_precision", 0.08).claim == "8 % of people whom the scheme favors are truly in need"
    assert said("targeting_recall", 0.08, qualifiers="[budget=0.1]").claim == (
        "8 % of people truly in need are among those in the best 10 % by score"
    )


def test_the_apparent_deterrence_is_of_entries():
    assert said("apparent_deterrence", -0.5).claim == (
        "With the regime, 0.5 more adverse entries are made, true or not, per 1,000 person-months"
    )


@pytest.mark.parametrize(
    ("name", "qualifiers", "words"),
    [
        ("adverse_gap", "[period=8]", "adverse decisions in month 8 are"),
        ("adverse_gap_at_equal_conduct", "", "in the first month with full records"),
        ("adverse_gap_at_equal_conduct", "[period=23]", "adverse decisions in month 23 are"),
        ("counterfactual_effect", "", "about minority people"),
        ("counterfactual_effect", "[over=all]", "about people in scope"),
        ("error_gain", "", "at the next decision"),
        ("error_gain", "[span=horizon]", "up on average, summed over the months to the end of the run"),
        ("error_reach", "[what=decision]", "changes the decision about"),
        ("error_burden", "[source=false_match]", "that go back to errors of the kind false match per 1,000"),
        ("echo", "[who=self]", "by its subject"),
        ("contest_noticed", "[horizon=6]", "within 6 months"),
        ("notice_delay", "[horizon=24]", "never learn of counts 24 months"),
    ],
)
def test_a_qualifier_that_changes_the_number_is_said(name, qualifiers, words):
    assert words in said(name, 0.5, qualifiers=qualifiers).claim.replace("Adverse", "adverse")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("error_reach", 1.0, "reaches 1 other person on average"),
        ("error_agencies", 1.0, "the lists of 1 agency on average"),
        ("cascade_size", 1.0, "branch into 1 entry,"),
        ("cascade_size", INF, "branch into infinitely many entries,"),
        ("error_burden", 1.0, "There is 1 wrong adverse decision per 1,000 person-months"),
        ("echo", -1.0, "followed by 1 fewer true adverse act by"),
        ("dose_response", 1.0, "error burden is 1 per 1,000 person-months"),
    ],
)
def test_one_is_singular_and_no_end_is_infinitely_many(name, value, words):
    assert words in said(name, value, value, value).claim


@pytest.mark.parametrize("name", CONTRASTS)
def test_the_sign_of_every_contrast_is_in_its_words(name):
    down, up = (said(name, value, value, value).claim for value in (-0.5, 0.5))
    assert re.search(rf"\b{ABOVE.get(name, 'more')}\b", up)
    assert not re.search(rf"\b{ABOVE.get(name, 'more')}\b", down)
    assert "-" not in down.replace("person-months", "")


def test_a_chance_about_two_groups_is_no_difference():
    row = {"scenario": "s", "model": "m", "measure": "grade_superiority", "harm": "disparate impact", "n": 50}
    row |= {"split": "c", "group": "g", "versus": "r", "value": 0.52, "low": 0.45, "high": 0.6, "unit": "rate"}
    found = Findings(frame([{**row, "why": ""}]), {"scenario": "s"})
    assert "is 52 % for g people" in sentence(found.rows[0]).claim


def test_a_half_life_has_no_value_that_means_no_difference():
    row = {"scenario": "s", "model": "m", "measure": "gap_half_life", "harm": "disparate impact", "n": 50, "why": ""}
    row |= {"split": "c", "group": "g", "versus": "r", "value": 3.0, "low": NAN, "high": NAN, "unit": "months"}
    found = Findings(frame([row, {**row, "measure": "gap_growth_ratio", "low": 0.5, "high": 1.5}]), {"scenario": "s"})
    assert [sentence(one).state for one in found.rows] == ["shown", "undecided"]


def test_the_mean_of_a_score_is_in_points():
    assert MEASURES["mean_score"].unit == "points"


def test_a_harm_at_a_benefit_is_in_the_unit_of_that_harm():
    case = run_case(Scenario.load("rongcheng"), people=600, periods=8, seed=0)
    made = MEASURES["harm_at_benefit"](case, share=0.0, harm="error_burden")
    assert made[0].unit == MEASURES["error_burden"].unit


def test_the_card_says_what_every_count_is_of():
    beside = [{"measure": "out_of_scope_rules_numerator", "value": 3.0, "unit": "rules"}]
    found = planted("out_of_scope_rules", 1 / 3, n=9, others=beside)
    line = report_card(found, {})[0]
    assert (line.value, line.counted, line.behind) == ("33.3 %", "3 rules", "9 rules")


def test_the_page_and_the_answer_give_headlines_the_rows_beside_them():
    beside = [{"measure": "operator_correction_time_numerator", "value": 5.0, "unit": "corrected entries"}]
    found = planted("operator_correction_time", 6.0, others=beside)
    said_first = headlines(found, "accountability", ("s", "m"))[0]
    assert said_first.claim.endswith("; the operator corrects 5 in the whole run")


def test_the_short_answer_of_an_undecided_run_says_what_it_would_have_seen():
    seen = [{"measure": "adverse_gap_detectable", "value": 0.051}]
    found = planted("adverse_gap", 0.01, -0.02, 0.04, others=seen)
    lines = answer(
        frame([{name: getattr(row, name) for name in COLUMNS} for row in found.rows]),
        {"scenario": "s", "models": ["m"]},
    )
    text = " ".join(line.strip() for line in lines)
    assert (
        "there may be no difference; a difference of 5.1 percentage points would have been seen in 80 % of such runs"
        in text
    )
