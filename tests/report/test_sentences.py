import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from testbed.findings.finding import frame
from testbed.report.contrasts import CONTRASTS
from testbed.report.levels import LEVELS
from testbed.report.phrases import HEADLINES, OF_TABLES
from testbed.report.rows import Findings
from testbed.report.sentences import headlines, sentence

NAN = math.nan


def one(
    measure,
    value=0.02,
    low=0.01,
    high=0.03,
    *,
    group="minority",
    versus="majority",
    unit="rate",
    why="",
    info=None,
    given="",
):
    split = "all" if group == "all" else "community"
    row = {
        "scenario": "s",
        "model": "m",
        "measure": measure,
        "harm": "disparate impact",
        "split": split,
        "group": group,
    }
    row |= {
        "versus": versus,
        "value": value,
        "low": low,
        "high": high,
        "unit": unit,
        "n": 1234,
        "why": why,
        "given": given,
    }
    return Findings(frame([row]), {"scenario": "s", "models": ["m"], "measures": info or {}}).rows[0]


def test_an_interval_of_one_world_says_what_it_holds_fixed_and_what_has_no_interval_does_not():
    said = sentence(one("adverse_gap", given="fitted cut-off")).text
    assert "(95 % interval 1.0 to 3.0 given the fitted cut-off; 1,234 people" in said
    assert "given" not in sentence(one("adverse_gap", low=NAN, high=NAN, given="fitted cut-off")).text


def test_a_gap_says_who_how_much_against_whom_and_how_sure():
    said = sentence(one("adverse_gap"))
    assert said.text == (
        "Adverse decisions are 2.0 percentage points more frequent among minority than among majority people"
        " (95 % interval 1.0 to 3.0; 1,234 people in the smaller group)."
    )
    assert said.state == "shown"


def test_the_sign_is_in_the_words():
    said = sentence(one("adverse_gap", -0.02, -0.03, -0.01))
    assert "2.0 percentage points less frequent" in said.claim
    assert said.detail.startswith("difference -2.0; 95 % interval -3.0 to -1.0")
    assert (
        "score 38 points down"
        in sentence(one("error_gain", -38, -41, -35, group="all", versus="", unit="points")).claim
    )
    assert "score 38 points up" in sentence(one("error_gain", 38, 35, 41, group="all", versus="", unit="points")).claim


@pytest.mark.parametrize(("low", "high"), [(-0.01, 0.05), (0.0, 0.05), (NAN, NAN)])
def test_an_interval_that_holds_no_difference_is_undecided(low, high):
    said = sentence(one("adverse_gap", 0.02, low, high))
    assert said.state == "undecided"
    assert "undecided: there may be no difference" in said.text


def test_no_difference_of_a_ratio_is_one():
    assert sentence(one("adverse_ratio", 2.0, 0.9, 4.0, unit="ratio")).state == "undecided"
    assert sentence(one("adverse_ratio", 2.0, 1.1, 4.0, unit="ratio")).state == "shown"


def test_what_is_exact_is_decided():
    said = sentence(one("error_gain", 0.0, 0.0, 0.0, group="all", versus="", unit="points"))
    assert (said.state, said.detail) == ("shown", "exact; 1,234 wrong entries")


def test_what_could_not_be_computed_says_why_and_shows_no_number():
    said = sentence(one("adverse_gap", NAN, NAN, NAN, why="support 0.7 is under 0.8"))
    assert said.state == "not computed"
    assert said.text == "Not computed: adverse gap for minority, against majority (support 0.7 is under 0.8)."


def test_a_default_that_is_not_written_in_the_name_is_still_said():
    info = {"reason_coverage": {"qualifiers": {"decision": "adverse"}}}
    row = one("reason_coverage", group="all", versus="", info=info)
    assert "of adverse decisions come with a reason" in sentence(row).claim
    assert "2.0 % of decisions come" in sentence(one("reason_coverage", group="all", versus="")).claim


def test_a_default_that_picks_nothing_is_not_said():
    info = {
        "error_reach": {"qualifiers": {"hop": "any", "what": "any"}},
        "outcome_illusion": {"qualifiers": {"rate": None}},
    }
    row = one("error_reach", 3.0, 3.0, 3.0, group="all", versus="", unit="people", info=info)
    assert sentence(row).claim == "One wrong entry reaches 3 other people on average"
    assert "None" not in sentence(one("outcome_illusion", info=info)).claim


def test_a_measure_without_a_phrase_is_named_in_full():
    assert sentence(one("brand_new[hop=kin]", group="all", versus="")).claim == "Brand new, hop kin is 2.0 %"
    said = sentence(one("brand_new_gap")).claim
    assert said == "Brand new gap is 2.0 percentage points for minority people, compared with majority people"


@pytest.mark.parametrize(
    ("measure", "value", "said"),
    [
        (
            "path_effect[path=sensing]",
            0.012,
            "Through what channels see of them, being minority instead of majority makes adverse decisions"
            " about minority people 1.2 percentage points more frequent",
        ),
        (
            "path_effect[path=direct]",
            -0.012,
            "Through the group as the model reads it, being minority instead of majority makes adverse decisions"
            " about minority people 1.2 percentage points less frequent",
        ),
        (
            "regime_counterfactual",
            0.03,
            "If everybody were minority instead of majority, and the scheme were fitted again, adverse decisions would"
            " be 3.0 percentage points more frequent",
        ),
        (
            "outcome_illusion[rate=false_positive_rate]",
            -0.02,
            "Measured by recorded outcomes instead of true conduct, the false positive rate of minority people minus"
            " that of majority people comes out 2.0 percentage points lower",
        ),
        (
            "audit_illusion",
            0.02,
            "Measured by recorded entries instead of true conduct, the share of minority people with misconduct minus"
            " that of majority people comes out 2.0 percentage points higher",
        ),
    ],
)
def test_effects_by_path_regimes_and_illusions_have_sentences_of_their_own(measure, value, said):
    assert sentence(one(measure, value, value - 0.01, value + 0.01)).claim == said


@pytest.mark.parametrize(
    ("measure", "value", "unit", "said"),
    [
        (
            "channel_contribution[channel=court]",
            1.5,
            "per 1,000 person-months",
            "The errors of the court channel account for 1.5 wrong adverse decisions per 1,000 person-months",
        ),
        (
            "channel_contribution[channel=appeal,side=favorable]",
            0.5,
            "per 1,000 person-months",
            "Appeals decided against the truth account for 0.5 wrong favorable decisions per 1,000 person-months",
        ),
        (
            "error_burden",
            2.0,
            "per 1,000 person-months",
            "There are 2 wrong adverse decisions per 1,000 person-months",
        ),
        ("residue[k=3]", 0.25, "rate", "25 % of corrected wrong entries still make a difference 3 months later"),
        ("reproduction_number", 0.5, "number", "From one generation to the next, wrong entries multiply by 0.5"),
        (
            "cascade_size",
            3.0,
            "entries",
            "One wrong entry would branch into 3 entries, counting itself, listings and copies",
        ),
        (
            "contest_cleared",
            0.1,
            "rate",
            "10 % of wrong adverse entries are struck on appeal and gone with all their copies within 12 months",
        ),
        (
            "harm_at_benefit[harm=flip_rate,share=0.25]",
            0.02,
            "rate",
            "At the lowest coverage that finds 25 % of the misconduct that an oracle would find, the flip rate is 2 %",
        ),
        (
            "dose_response[of=error_burden,times=2.0]",
            4.0,
            "per 1,000 person-months",
            "At 2 times the scenario's error rates, error burden is 4 per 1,000 person-months",
        ),
        (
            "exchange_rate[benefit=detection_recall,coverage=0.5,harm=wrong_adverse_rate]",
            0.1,
            "harm per benefit",
            "In the step up to 0.5 times the scenario's coverage, each unit of detection recall gained comes with 0.1"
            " of wrong adverse rate",
        ),
        ("scheme_disagreement", 0.2, "rate", "Two schemes decide differently about 20 % of people on average"),
        ("targeting_precision", 0.6, "rate", "60 % of people whom the scheme favors are truly in need"),
        (
            "apparent_deterrence",
            4.0,
            "per 1,000 person-months",
            "With the regime, 4 fewer adverse entries are made, true or not, per 1,000 person-months",
        ),
    ],
)
def test_measures_of_error_and_benefit_have_sentences_of_their_own(measure, value, unit, said):
    assert sentence(one(measure, value, value, value, group="all", versus="", unit=unit)).claim == said


def test_the_same_people_in_two_worlds_are_no_smaller_group():
    assert sentence(one("counterfactual_effect")).detail.endswith("; 1,234 people")
    assert sentence(one("adverse_gap")).detail.endswith("; 1,234 people in the smaller group")


def test_an_effect_on_something_else_than_decisions_is_not_called_one_on_decisions():
    said = sentence(one("path_effect[of=score,path=direct]", -3.0, -4.0, -2.0, unit="points")).claim
    assert "adverse decision" not in said
    assert "path effect" in said.lower()


def test_a_row_that_two_headlines_ask_for_is_said_once():
    rows = [
        {
            "scenario": "s", "model": "m", "measure": "path_effect[path=direct,sample=50]", "harm": "disparate impact",
            "split": "community", "group": "minority", "versus": "majority", "value": 0.1, "low": 0.0, "high": 0.2,
            "unit": "rate", "n": 50, "why": "",
        }
    ]  # fmt: skip
    said = headlines(Findings(frame(rows), {"scenario": "s"}), "disparate impact", ("s", "m"))
    assert len(said) == 1


def test_the_operators_card_says_every_row_about_everybody(findings, manifest):
    said = headlines(Findings(findings, manifest), "accountability", ("rongcheng", "rongcheng"))
    assert [one.row.name for one in said] == ["operator_error_rate", "operator_reversal_of_wrong"]


def never():
    """The words of the left column of the table under `## Never` in docs/words.md."""
    text = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")
    rows = text.split("## Never")[1].split("\n## ")[0].splitlines()
    cells = [row.split("|")[1] for row in rows if row.startswith("|") and "---" not in row][1:]
    return [word.strip().lower() for cell in cells for word in cell.split(",")]


def test_the_guide_to_words_lists_what_is_never_said():
    assert {"fair", "unbiased", "compliant", "significant"} <= set(never())


@pytest.mark.parametrize("value", [-0.02, 0.0, 0.02, NAN])
def test_no_sentence_uses_a_word_that_is_never_said(value):
    words = re.compile("|".join(rf"\b{re.escape(word)}\b" for word in never()))
    names = sorted({*CONTRASTS, *LEVELS, *OF_TABLES, *(name for one in HEADLINES.values() for name in one)})
    why = "too few" if math.isnan(value) else ""
    for name in names:
        for group, versus in (("minority", "majority"), ("all", "")):
            said = sentence(one(name, value, NAN, NAN, group=group, versus=versus, why=why)).text.lower()
            assert not words.findall(said)
            assert "{" not in said
            assert "nan" not in re.findall(r"[a-z]+", said)


def test_what_the_recipe_lets_a_group_cause_stands_in_the_sentences_that_rest_on_it():
    row = {"scenario": "s", "model": "book.toml", "harm": "disparate impact", "n": 500, "unit": "rate", "why": ""}
    row |= {"split": "community", "group": "g", "versus": "r", "value": 0.03, "low": 0.01, "high": 0.05}
    table = frame([row | {"measure": name} for name in ("spurious_gap", "counterfactual_effect", "adverse_gap")])
    causes = {"book.toml": {"community": "in this recipe community causes nothing but noise"}}
    found = Findings(table, {"scenario": "s", "causes": causes})
    told = ["in this recipe community causes nothing but noise" in sentence(one).text for one in found.rows]
    assert told == [True, True, False]


def test_a_ratio_over_seeds_says_in_how_many_of_them_it_was_undefined():
    row = one("missed_adverse_rate", 0.2, 0.1, 0.3, group="all", versus="")
    told = one("missed_adverse_rate_seeds_undefined", 3.0, 3.0, 3.0, group="all", versus="", unit="seeds")
    told = replace(told, n=20)
    said = sentence(row, beside={"missed_adverse_rate_seeds_undefined": told})
    assert said.detail.endswith("; undefined in 3 of 20 seeds")
    assert "seeds" not in sentence(row).detail
