import math
import shlex

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testbed.findings.finding import frame
from testbed.report.plaintext import columns
from testbed.report.terminal import answer

PAGES = ["out/report.html", "out/findings.csv"]


def told(lines):
    """The answer on one line, its commands as a shell joins them."""
    return " ".join("\n".join(lines).replace("\\\n", "").split())


def fits(lines):
    """At most 20 lines of 80 columns; a path or a word of a command that is longer stands alone on its line."""
    return len(lines) <= 20 and all(columns(line) <= 80 or alone(line) for line in lines)


def alone(line):
    word = line.removesuffix(" \\").strip()
    return " " not in word or len(shlex.split(word)) == 1


def test_the_answer_fits_20_lines_of_80_columns(findings, manifest, life):
    assert fits(answer(findings, manifest, life, pages=PAGES))


def one_family(findings):
    """The findings of one family: an answer about them has room for everything in full."""
    return findings[findings["harm"] == "disparate impact"].reset_index(drop=True)


def test_it_begins_with_what_was_done_and_says_what_is_only_claimed_and_how_to_turn_that_off(findings, manifest, life):
    crowded, roomy = answer(findings, manifest, life), answer(one_family(findings), manifest)
    assert crowded[0] == roomy[0] == "rongcheng: 100,000 people, 24 months, seed 0."
    assert crowded[1].startswith("Disparate impact:")
    assert "Claimed, not in the rules: what follows from a low grade is reported by the press." in told(roomy)
    assert "Only claimed: what follows." in told(crowded)
    assert "--set regime.low_grade=off" in told(roomy)


def test_the_most_decided_family_leads_and_an_undecided_one_says_what_would_have_been_seen(findings, manifest, life):
    import pandas as pd

    here = findings["measure"] == "adverse_gap"
    findings.loc[here, ["value", "low", "high"]] = [0.003, -0.004, 0.01]
    seen = {**findings[here].iloc[0], "measure": "adverse_gap_detectable", "value": 0.012}
    more = pd.concat([findings, frame([seen])], ignore_index=True)
    said = told(answer(more, manifest, life))
    assert said.index("Opacity:") < said.index("Benefit:") < said.index("Disparate impact:") < said.index("One life:")
    assert "undecided: 1.2 percentage points would have been seen" in said


def test_the_answer_about_a_table_leads_with_the_largest_decided_difference_of_those_compared():
    cells = {"scenario": "table", "model": "m", "harm": "disparate impact", "unit": "rate", "n": 400, "split": "race"}
    gap = {**cells, "measure": "statistical_parity_difference", "versus": "z"}
    rows = [
        {**gap, "group": "a", "value": 0.01, "low": -0.02, "high": 0.04},
        {**gap, "group": "b", "value": -0.2, "low": -0.25, "high": -0.15},
        {**gap, "group": "c", "value": 0.4, "low": -0.2, "high": 0.9},
        *({**cells, "measure": "selection_rate", "group": g, "value": v, "low": v - 0.04, "high": v + 0.04}
          for g, v in (("a", 0.51), ("b", 0.3), ("z", 0.5))),
    ]  # fmt: skip
    manifest = {"scenario": "table", "models": ["m"], "title": "A table", "compared": ["race"]}
    lines = answer(frame(rows), manifest)
    assert "Positive decisions are 20 percentage points less frequent among b than among z people" in told(lines)
    assert "the largest of 3 differences compared" in told(lines)
    assert [line.split() for line in lines if line.startswith("race ")][1] == ["race", "b", "30"]
    held = [{**rows[1], "measure": "statistical_parity_difference_p_holm", "unit": "p", "value": 0.2}]
    assert "among a than among z" in told(answer(frame(rows + held), manifest))  # none is decided: the first


def test_without_claimed_consequences_nothing_is_claimed(findings, manifest):
    assert "laimed" not in "\n".join(answer(findings, {**manifest, "claimed": False, "readings": {}}))


def test_every_family_has_one_sentence_with_interval_count_and_the_lottery(findings, manifest, life):
    text = told(answer(findings, manifest, life))
    assert "Disparate impact: Adverse decisions are 1.9 percentage points more frequent" in text
    assert "(95 %: 1.2 to 2.6; 8,110 people; lottery: 0.0)" in text
    for family in ("Opacity", "Error propagation", "Benefit"):
        assert text.count(f"{family}: ") == 1
    assert "One life: person 4711: one wrong court entry in month 6, no train for 9 months" in text
    assert "3 others affected" in text
    assert "3 of 3 anchors hold." in text
    assert "Assumed: 2 of 24 dials" in text


def test_an_answer_with_room_has_every_detail_and_names_guesses(findings, manifest):
    text = told(answer(one_family(findings), manifest))
    assert "95 % interval 1.2 to 2.6; 8,110 people in the smaller group; with a lottery: 0.0" in text
    assert "Anchors (checks with a known answer): 3 of 3 hold." in text
    guesses = "Assumed: 2 of 24 dials (20 stated, 1 analog, 1 claimed): regime.family.share = 0.5 (0 to 1)."
    assert guesses in text
    assert (
        "No rate of wrong matches is published; this run uses the middle of a range: channels.court.collision" in text
    )


def test_a_choice_of_the_experiment_and_an_analog_are_no_guesses(findings, manifest):
    manifest["readings"] = {}
    rate = {"path": "channels.court.false_match", "value": 0.02, "range": [0.0, 0.04], "reading": "analog"}
    manifest["assumed"] = [dial for dial in manifest["assumed"] if dial["path"] != "channels.court.collision"] + [rate]
    text = told(answer(one_family(findings), manifest))
    assert "Assumed: 1 dial: regime.family.share = 0.5 (0 to 1)." in text
    idle = {"path": "decide.worst_share", "value": 0.03, "range": [0.001, 0.2], "reading": "assumed", "measures": []}
    manifest["assumed"].append(idle)
    assert told(answer(one_family(findings), manifest)) == text
    assert "No rate of wrong matches" not in text


def test_two_commands_to_try_repeat_the_runs_own_options(findings, manifest, life):
    manifest["command"] = "testbed audit rongcheng --people 5000 --seed 3 --set regime.family.share=0 --out here"
    text = told(answer(findings, manifest, life))
    assert "testbed case rongcheng --person 4711 --people 5000 --seed 3 --set regime.family.share=0" in text
    assert (
        "testbed audit rongcheng --people 5000 --seed 3 --set regime.family.share=0 --set channels.errors=off" in text
    )
    assert "--out here" not in text


def test_a_life_of_one_of_several_models_is_told_again_with_that_model(findings, manifest, life):
    manifest["command"] = "testbed audit rongcheng --model mine --model other --seeds 3"
    text = told(answer(findings, manifest, {**life, "model": "mine"}))
    assert "testbed case rongcheng --person 4711 --model mine --seed 0 " in text


def test_a_table_has_nothing_to_anchor(findings, manifest):
    text = "\n".join(answer(findings.assign(scenario="table"), {"scenario": "table", "models": ["rongcheng"]}))
    assert "Anchors" not in text
    assert "Assumed" not in text


def test_a_failed_anchor_heads_the_answer(findings, manifest, life):
    manifest["anchors"][1] = {"name": "lottery", "holds": False, "detail": "adverse_gap 0.2"}
    lines = answer(findings, manifest, life)
    assert lines[0].startswith("VOID")
    text = " ".join(line.strip() for line in lines)
    assert "VOID: 1 of 3 anchors failed: lottery (adverse_gap 0.2). Do not use these numbers." in text


def test_an_anchor_that_failed_for_one_seed_failed(findings, manifest):
    manifest["anchors"] = [{"name": "null twin", "holds": seed != 1, "seed": seed} for seed in range(3)]
    assert "VOID: 1 of 1 anchor failed: null twin." in "\n".join(answer(findings, manifest))
    manifest["anchors"][1]["holds"] = True
    assert "Anchors (checks with a known answer): 1 of 1 hold, in all of 3 checks." in told(
        answer(one_family(findings), manifest)
    )


def test_what_failed_on_the_way_is_said(findings, manifest):
    text = "\n".join(answer(findings, {**manifest, "failures": ["mine, seed 0: it raised ValueError"]}))
    assert "FAILED: mine, seed 0: it raised ValueError." in text


def test_a_family_that_could_not_be_computed_says_why(manifest):
    row = {"scenario": "rongcheng", "model": "rongcheng", "measure": "flip_rate", "harm": "error propagation"}
    row |= {"split": "all", "group": "all", "value": math.nan, "unit": "rate", "why": "the run ends before month 6"}
    text = "\n".join(answer(frame([row]), manifest))
    assert "Error propagation: Not computed: flip rate (the run ends before month 6)." in text


def test_where_lines_are_short_the_commands_to_try_stay_and_a_family_without_a_number_goes(findings, manifest, life):
    import pandas as pd

    row = {"scenario": "rongcheng", "model": "rongcheng", "measure": "lawful_conduct_suppressed", "harm": "chilling"}
    row |= {"split": "all", "group": "all", "value": math.nan, "unit": "rate", "why": "no one believes it " * 9}
    known = findings[findings["harm"] != "chilling"]
    crowded = {**manifest, "claimed_note": "The press reports what followed. " * 12}
    lines = answer(pd.concat([known, frame([row])], ignore_index=True), crowded, life, pages=PAGES)
    assert fits(lines)
    assert any(line.startswith("Try: testbed ") for line in lines)
    assert not any(line.startswith(("Chilling", "(cut")) for line in lines)


def test_where_nothing_was_written_it_says_how_to_write(findings, manifest):
    assert "add --out DIR" in "\n".join(answer(findings, manifest))
    assert "Written: out/report.html, out/findings.csv." in "\n".join(answer(findings, manifest, pages=PAGES))


def test_a_bare_manifest_and_no_findings_still_give_an_answer():
    lines = answer(frame([]), {})
    assert fits(lines)
    assert any("none were run" in line for line in lines)


@settings(deadline=None, derandomize=True, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=4000))
def test_any_name_of_any_length_fits(findings, manifest, life, name):
    made = findings.replace({"minority": name, "rongcheng": name})
    manifest = {**manifest, "scenario": name, "models": [name], "claimed_note": name, "title": name, "failures": [name]}
    manifest["anchors"] = [{"name": name, "holds": False, "detail": name}]
    manifest["assumed"] = [{"path": name, "value": name, "reading": "assumed"}]
    assert fits(answer(made, manifest, {**life, "channel": name, "scenario": name}, pages=[name]))


@pytest.mark.parametrize("many", [1, 50])
def test_many_models_are_said_to_be_many(findings, manifest, many):
    manifest["models"] = ["rongcheng", *(f"model-{number}" for number in range(many))]
    rows = findings[findings["model"] == "rongcheng"]
    made = [rows, *(rows.assign(model=name) for name in manifest["models"][1:])]
    import pandas as pd

    lines = answer(pd.concat(made, ignore_index=True), manifest)
    assert fits(lines)
    assert ("Side by side" if many == 1 else "the first of") in " ".join(lines)


def test_what_is_cut_is_never_the_anchors_the_guesses_or_what_to_run_next(findings, manifest, life):
    long = {**life, "said": {"train": "no train " + "of any kind " * 40}}
    lines = answer(findings.replace({"minority": "a group with a long name " * 20}), manifest, long, pages=PAGES)
    assert fits(lines)
    text = told(lines)
    assert "3 of 3 anchors hold. Assumed: 2 of 24 dials" in text
    assert "(cut: the report page and findings.csv have the rest)" in text
    assert "Try: testbed case rongcheng --person 4711" in text


def test_a_lot_among_equal_scores_survives_in_few_words(findings, manifest, life):
    fitted = "fitted cut-off, with 34 % of the adverse picked by lot among equal scores"
    text = told(answer(findings.assign(given=fitted), manifest, life))
    assert "(95 %: 55 to 68 given the fitted cut-off, 34 % of the adverse picked by lot; 214 wrong entries" in text
