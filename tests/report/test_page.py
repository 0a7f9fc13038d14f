import base64
import hashlib
import json
import math
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pandas as pd
import pytest

from testbed.findings.finding import frame
from testbed.report.page import render, write_page
from testbed.report.rerun import command_for
from testbed.report.rows import Findings

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;{{ 7*7 }}"


def test_the_same_findings_give_the_same_bytes(findings, manifest):
    assert render(findings, manifest) == render(findings.copy(), dict(manifest))


def test_the_bytes_do_not_depend_on_the_hash_seed(tmp_path, findings, manifest):
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    findings.to_pickle(tmp_path / "findings.pkl")
    code = (
        "import json, hashlib, pandas as pd; from testbed.report.page import render;"
        "made = render(pd.read_pickle('findings.pkl'), json.load(open('manifest.json')));"
        "print(hashlib.sha256(made.encode()).hexdigest())"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": seed},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_the_page_needs_no_network_and_runs_only_its_own_script(findings, manifest, parse):
    page = parse(render(findings, manifest))
    assert not {"link", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in page.tags}
    assert [attributes for tag, attributes in page.tags if tag == "script"] == [
        {"type": "application/json", "id": "data"},
        {},
    ]
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name in ("src", "style", "srcset")}
    assert all(link.startswith("#") or link == "findings.csv" for link in page.links)
    for way_out in ("fetch(", "XMLHttp", "import(", "innerHTML", "eval(", "Function("):
        assert way_out not in page.scripts[1]


def test_the_policy_allows_the_one_style_sheet_and_the_one_script_and_nothing_else(findings, manifest, parse):
    text = render(findings, manifest)
    style = re.search(r"<style>(.*?)</style>", text, re.S).group(1)
    made = parse(text)
    hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in (style, made.scripts[1])]
    policy = next(a["content"] for tag, a in made.tags if a.get("http-equiv") == "Content-Security-Policy")
    allowed = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'"
    assert policy == f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"
    assert "url(" not in style
    assert "@import" not in style


def test_elements_are_balanced_ids_are_unique_and_links_lead_somewhere(findings, manifest, parse):
    page = parse(render(findings, manifest))
    assert not page.unbalanced
    assert not page.open
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)


def test_every_finding_has_a_row_with_its_value_and_its_count(findings, manifest, parse):
    page = parse(render(findings, manifest))
    rows = Findings(findings, manifest)
    held = page.data
    beside = {row["line"]: row for row in held.values() if "line" in row}

    def near(shown, value):
        return shown == pytest.approx(value, rel=1e-3) if value == value else shown is None

    for row in rows.rows:
        if row.model == "lottery":
            assert near(beside[row.number]["luck"], row.value)
            assert beside[row.number]["people"] == row.n
            continue
        made = held[row.number]
        assert (made["measure"], made["n"]) == (row.measure, row.n)
        assert near(made["value"], row.value)
        assert near(made["low"], row.low)
        assert made["high"] == "inf" if row.high == math.inf else near(made["high"], row.high)
    blocks = [int(attributes["data-block"]) for _, attributes in page.tags if "data-block" in attributes]
    assert {row["block"] for row in held.values()} == set(blocks)


def test_every_headline_links_to_its_row_and_carries_its_caveat_and_is_said_once(findings, manifest, parse):
    text = render(findings, manifest)
    who = re.search(r'<div class="panel" id="q-who">.*?</div>', text, re.S).group(0)
    said = " ".join(parse(who).text.split())
    assert "Adverse decisions are 1.9 percentage points more frequent" in said.replace(" decisions", " decisions")
    assert "95 %: 1.2 to 2.6; 8,110 people; lottery : 0.0." in said
    assert 'data-row="1"' in who
    section = re.search(r'<section id="disparate-impact".*?</section>', text, re.S).group(0)
    assert "Caveat: Compares groups as they are" in section
    assert "with a lottery: 0.0" in section
    claims = re.findall(r'<p class="claim">(.*?)</p>', text, re.S)
    assert len(claims) == len(set(claims)) > 8


def test_the_first_screen_answers_three_questions_with_pictures_and_the_benefit(findings, manifest, parse):
    text = render(findings, manifest)
    first = re.search(r'<section id="first".*?</section>', text, re.S).group(0)
    assert re.findall(r"<h2>(.*?)</h2>", first) == ["Who is hit?", "What can they know?", "What does one mistake do?"]
    pictures = re.findall(r'aria-label="([^"]*)"', first.partition(">")[2])
    assert pictures[0] == "Share decided adversely, by community. minority: 4.8 %; majority: 2.9 %."
    assert "Adverse decisions with a reason: 0" in pictures[1]
    assert "Wrong entries that turn a decision adverse: 62 %; Months it makes a difference: 11.2 months" in pictures[2]
    assert "55 % of people decided adversely had truly misbehaved" in parse(first).text
    assert text.index('id="first"') < text.index('id="life"') < text.index('id="accountability"')


def test_the_first_screen_of_a_table_says_what_a_table_cannot_tell(parse):
    cells = {"scenario": "table", "model": "m", "harm": "disparate impact", "unit": "rate", "n": 400, "split": "sex"}
    gap = {"measure": "statistical_parity_difference", "group": "b", "versus": "a", "value": -0.2, "low": -0.3,
           "high": -0.1}  # fmt: skip
    rates = [("selection_rate", "a", 0.6), ("selection_rate", "b", 0.4), ("false_positive_rate", "b", 0.3)]
    rows = [{**cells, **gap}, *({**cells, "measure": m, "group": g, "value": v} for m, g, v in rates)]
    text = render(frame(rows), {"scenario": "table", "models": ["m"]})
    first = parse(re.search(r'<section id="first".*?</section>', text, re.S).group(0))
    assert "Positive decisions are 20 percentage points less frequent among b than among a people" in first.text
    assert "that needs the model (--model)" in first.text
    pictures = [attributes["aria-label"] for tag, attributes in first.tags if tag == "svg"]
    assert pictures[0] == "Share decided positively, by sex. b: 40 %; a: 60 %."
    assert "b: false positives: 30 %" in pictures[1]


def test_a_large_run_keeps_its_page_small_and_says_what_it_left_out(findings, manifest, parse, monkeypatch):
    monkeypatch.setattr("testbed.report.embedded.BYTES", 900)
    page = parse(render(findings, manifest))
    assert 5 < len(page.data) < 25
    assert f"this page holds the {len(page.data)} that come first" in page.text
    assert page.data[1]["value"] == 0.0193  # what is said or drawn is kept first


def test_words_of_the_glossary_are_explained_where_they_stand_and_below(findings, manifest, parse):
    text = render(findings, manifest)
    assert text.count('href="#t-lottery"') == 1
    link = re.search(r'<a class="term" href="#t-lottery"><abbr title="([^"]*)">lottery</abbr></a>', text)
    note = re.search(r'<dt id="t-lottery">lottery</dt><dd>(.*?)</dd>', text)
    assert link.group(1) == note.group(1) == "an anchor model that decides the same shares of people at random"


def test_every_measure_names_the_command_that_makes_it_again(findings, manifest, parse):
    text = parse(render(findings, manifest)).text
    assert "testbed audit rongcheng --people 100000 --periods 24 --seed 0 --measures flip_rate" in text
    manifest["command"] = "testbed table 'my file.csv' --outcome paid --groups sex"
    assert command_for(manifest, "accuracy") == manifest["command"]


def test_what_was_not_computed_has_its_reason_and_no_number(findings, manifest, parse):
    row = parse(render(findings, manifest)).data[4]
    assert row["value"] is row["low"] is row["high"] is None
    assert "support 0.71 is under 0.8" in row["note"]


def test_small_numbers_are_marked(findings, manifest, parse):
    rows = parse(render(findings, manifest)).data
    assert any(row["note"] == "small: under 30 people" and row["n"] == 12 for row in rows.values())


def test_one_life_comes_first_then_the_operator_and_the_benefit_after_the_harms(findings, manifest, parse):
    page = parse(render(findings, manifest))
    families = [
        "first",
        "life",
        "accountability",
        "disparate-impact",
        "opacity",
        "error-propagation",
        "benefit",
        "all",
        "assumed",
        "sources",
    ]
    order = [name for name in page.ids if name in {*families, "not-modelled", "anchors", "made"}]
    assert order == [*families, "not-modelled", "anchors", "made"]


def test_the_report_card_has_every_rate_of_the_operator_with_what_it_counts(findings, manifest, parse):
    base = findings.loc[findings["measure"] == "operator_error_rate"].iloc[0]
    count = {**base, "measure": "operator_error_rate_numerator", "value": 372.0, "low": 372.0, "high": 372.0}
    more = pd.concat([findings, frame([{**count, "unit": "decisions"}])], ignore_index=True)
    page = parse(render(more, manifest))
    card = page.text.split("What each number counts")[1].split("The operator's rates")[0]
    assert "Error rate" in card
    assert "372 decisions" in card
    assert "10.0 to 14.0" in card or "10 to 14" in card
    assert "Reversal of wrong" in card
    assert "nobody appealed" in card
    section = page.text.index("What each number counts")
    assert section < page.text.index("Which groups get adverse decisions")
    assert not page.unbalanced


def test_the_first_line_says_that_something_is_only_claimed_and_links_to_what(findings, manifest, parse):
    text = render(findings, manifest)
    assert '<a href="#claimed">What follows is only claimed.</a>' in text.partition("</header>")[0]
    claimed = re.search(r'<p class="claimed" id="claimed">(.*?)</p>', text).group(1)
    assert claimed.startswith("Claimed, not in the rules: what follows from a low grade is reported by the press.")


def test_a_failed_anchor_heads_the_page(findings, manifest, parse):
    manifest["anchors"][0] = {"name": "null twin", "holds": False, "detail": "3 bytes differ"}
    head = parse(render(findings, manifest)).text.split("Skip to the content")[1].strip()
    assert head.startswith("VOID. An anchor (a check with a known answer) failed")
    assert "null twin (3 bytes differ)" in head


def test_dials_sources_limits_anchors_and_versions_are_printed(findings, manifest, parse):
    text = parse(render(findings, manifest)).text
    for part in (
        "channels. court. collision 0.002 (0 to 0.004) middle share; assumed; own; used by flip_rate, wrong_adverse",
        "regime. appeal. filed 0.6 (0.2 to 1) share; analog, as in a roll of voters; own; used by none here",
        "Dials of stated inferred analog assumed claimed all dials 20 0 1 2 1 contest 0 0 1 0 0",
        "own Our guess. this project, 2024. none",
        "motive of the institution",
        "null twin holds as expected",
        "versions: numpy 2.4.0",
    ):
        squeezed = text.replace(" ", "")
        assert part.replace(" ", "") in squeezed


def test_headings_go_down_one_level_at_a_time_and_tables_have_captions(findings, manifest, parse):
    page = parse(render(findings, manifest))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    tags = Counter(tag for tag, _ in page.tags)
    assert tags["table"] == tags["caption"]
    assert all(attributes.get("aria-label") for tag, attributes in page.tags if tag == "svg")


def test_every_figure_has_its_data_beside_it(findings, manifest, parse):
    text = render(findings, manifest)
    figures = re.findall(r"<figure>.*?</figure>", text, re.S)
    assert len(figures) >= 6
    held = parse(text).data
    assert all("Data of this figure" in one and ("data-rows" in one or "<table" in one) for one in figures)
    numbers = re.findall(r'data-rows="([^"]*)"', text)
    assert {int(number) for told in numbers for number in told.split()} <= set(held)


def test_figures_are_drawn_only_for_rows_that_exist(findings, manifest):
    alone = findings[findings["measure"] == "flip_rate"].reset_index(drop=True)
    text = render(alone, {**manifest, "life": None})
    assert "<figure>" not in text
    assert 'id="opacity"' not in text


def test_hostile_texts_in_every_place_stay_texts(findings, manifest, parse):
    plain = parse(render(findings, manifest))
    hurt = findings.copy()
    for name in ("group", "versus", "why", "unit", "harm"):
        hurt.loc[hurt[name] != "", name] = hurt.loc[hurt[name] != "", name] + ("" if name == "harm" else HOSTILE)
    hurt["model"] = hurt["model"] + HOSTILE

    def poison(value):
        if isinstance(value, str):
            return value + HOSTILE
        if isinstance(value, dict):
            return {key if key in KEYS else key + HOSTILE: poison(inner) for key, inner in value.items()}
        return [poison(inner) for inner in value] if isinstance(value, list) else value

    KEYS = {*manifest, *manifest["life"], "base", "error", "period", "world", "what", "detail", "visible", "hop", "how"}
    KEYS |= {
        "name",
        "holds",
        "path",
        "value",
        "range",
        "unit",
        "source",
        "reading",
        "measures",
        "id",
        "publisher",
        "date",
    }
    KEYS |= {"locator", "title", *manifest["measures"]["adverse_rate"], *manifest["measures"]}
    made = poison(manifest)
    made["scenario"] = "rongcheng"
    page = parse(render(hurt, made))
    assert "img" not in {tag for tag, _ in page.tags}
    assert [tag for tag, _ in page.tags].count("script") == 2
    assert any("alert(1)" in row["measure"] + row["who"] + row["note"] for row in page.data.values())
    assert "alert(1)" in page.text
    assert "{{ 7*7 }}" in page.text
    assert not page.unbalanced
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags}
    assert not {name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "src"}


def test_an_empty_run_and_a_bare_manifest_still_make_a_page(parse):
    page = parse(render(frame([]), {}))
    assert not page.unbalanced
    assert "none were run" in page.text


def test_several_models_are_told_apart(findings, manifest, parse):
    mine = findings[findings["model"] == "rongcheng"].assign(model="mine")
    both = pd.concat([findings, mine], ignore_index=True)
    text = render(both, {**manifest, "models": ["rongcheng", "mine"]})
    page = parse(text)
    assert re.findall(r"<h3><bdi>([^<]*)</bdi></h3>", text)[0] == "rongcheng"
    assert "<summary><bdi>mine</bdi></summary>" in text
    assert "mine: minority: 4.8 %" in text
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []


def test_the_audit_of_a_table_has_a_page_too(parse):
    cells = {
        "scenario": "table",
        "model": "score",
        "harm": "disparate impact",
        "unit": "rate",
        "n": 400,
        "split": "sex",
    }
    rows = [
        {**cells, "measure": "equalized_odds_difference", "group": "", "value": 0.2, "low": 0.1, "high": 0.3},
        {**cells, "measure": "false_positive_rate", "group": "a", "value": 0.45, "low": 0.43, "high": 0.47},
        {**cells, "measure": "false_positive_rate", "group": "b", "value": 0.23, "low": 0.22, "high": 0.25},
    ]
    text = parse(render(frame(rows), {"scenario": "table", "command": "testbed table x.csv --outcome y"})).text
    said = "Between the groups of sex, the share decided positively among people with the same outcome differs by up to"
    assert f"{said} 20 percentage points." in text
    assert "False positive rate by sex" in text
    assert "synthetic" not in text
    assert "Anchors" not in text


def test_the_page_is_written_as_a_whole_or_not_at_all(tmp_path, findings, manifest):
    path = write_page(findings, manifest, tmp_path)
    assert path == tmp_path / "report.html"
    assert path.read_text(encoding="utf-8") == render(findings, manifest)
    before = path.read_bytes()
    with pytest.raises(KeyError):
        write_page(findings.drop(columns="measure"), manifest, tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    assert write_page(findings, manifest, tmp_path / "mine.html").name == "mine.html"


def test_on_paper_what_is_folded_stays_folded(findings, manifest):
    page = render(findings, manifest)
    _, _, paper = page.partition("@media print")
    assert "details:not([open]) { display: none; }" in paper
    assert "details-content" not in page


def test_figures_of_one_of_several_models_say_of_which(findings, manifest, parse):
    cells = {"scenario": "s", "harm": "disparate impact", "measure": "adverse_rate", "split": "a*b", "unit": "rate"}
    rows = [
        {**cells, "model": model, "group": f"{a}*{b}", "value": 0.1, "n": 90}
        for model in ("m", "other") for a in "xy" for b in "xy"
    ]  # fmt: skip
    text = parse(render(frame(rows), {"scenario": "s", "models": ["m", "other"], "compared": ["a", "b"]})).text
    assert "Adverse rate by a and b, m" in text


def test_a_run_without_rights_says_how_to_get_the_ladder_and_a_table_has_none(findings, manifest, parse):
    text = parse(render(findings, manifest)).text
    assert "To see what each would change" in text
    assert "--grant each" in text
    table = {**manifest, "scenario": "table", "command": "testbed table cases.csv --outcome y"}
    assert "What transparency would change here" not in parse(render(findings.assign(scenario="table"), table)).text


def test_the_ladder_keeps_hostile_texts_as_texts_and_tells_granted_from_refused(findings, manifest, parse):
    def numbers(scenario, value, why=""):
        row = {"scenario": scenario, "model": "rongcheng", "measure": "hidden[k=0]", "harm": "opacity", "split": "all"}
        return {**row, "group": "all", "unit": "rate", "value": value, "low": value, "high": value, "n": 9, "why": why}

    open_, barred = f"rongcheng{{a={HOSTILE}}}", f"rongcheng{{b={HOSTILE}}}"
    more = [numbers(open_, 0.25), numbers(f"{open_} - rongcheng", -0.63), numbers(barred, float("nan"), HOSTILE)]
    steps = [
        {"name": f"own_record{HOSTILE}", "said": HOSTILE, "scenario": open_, "why": ""},
        {"name": "contest", "said": "", "scenario": barred, "why": HOSTILE},
        {"name": "rules", "said": "", "scenario": "rongcheng", "why": ""},
    ]
    plain, table = parse(render(findings, manifest)), pd.concat([findings, frame(more)], ignore_index=True)
    page = parse(render(table, {**manifest, "grants": steps}))
    assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags} | {"br"}
    assert not page.unbalanced
    text = page.text
    assert "cannot be granted" in text
    assert "granted already" in text
    assert "-63" in text


def test_the_page_says_how_decisions_come_about_for_each_model(findings, manifest, parse):
    told = {"rongcheng": "adverse if the grade is <B> or worse", "other": "made by the model itself"}
    one = render(findings, {**manifest, "models": ["rongcheng"], "decided_by": told})
    assert "Decisions: adverse if the grade is &lt;B&gt; or worse." in one
    both = parse(render(findings, {**manifest, "models": ["rongcheng", "other"], "decided_by": told})).text
    said = "Decisions of rongcheng: adverse if the grade is <B> or worse. Decisions of other: made by the model itself."
    assert said in both
    assert "Decisions of" not in parse(render(findings, manifest)).text
