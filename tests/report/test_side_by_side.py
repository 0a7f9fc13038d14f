"""Several models side by side: one row each, the same measure in a column, and which differences are decided."""

import pytest

from testbed.findings.finding import frame
from testbed.report.page import render
from testbed.report.plaintext import columns
from testbed.report.rows import Findings
from testbed.report.side_by_side import headlines_of, in_lines
from testbed.report.terminal import answer
from testbed.runs.plan import planned
from testbed.scenarios.base import Scenario

PAIR = {"split": "community", "group": "minority", "versus": "majority"}
ALL = {"split": "all", "group": "all", "versus": ""}
MANIFEST = {"scenario": "town", "models": ["one", "two"], "compared": ["community"], "people": 4000, "seeds": [0]}


def row(model, measure, harm, value, low, high, **place):
    return {
        "scenario": "town", "model": model, "measure": measure, "harm": harm, "value": value, "low": low, "high": high,
        "n": 400, "unit": "rate", "seed": 0, "why": "" if value == value else "none", **(place or ALL),
    }  # fmt: skip


def made():
    nan = float("nan")
    return frame([
        row("one", "adverse_gap", "disparate impact", 0.03, 0.01, 0.05, **PAIR),
        row("two", "adverse_gap", "disparate impact", 0.01, -0.01, 0.03, **PAIR),
        row("one - two", "adverse_gap", "disparate impact", 0.02, 0.005, 0.035, **PAIR),
        row("one", "hidden[k=100]", "opacity", nan, nan, nan),
        row("two", "hidden[k=100]", "opacity", 0.5, 0.4, 0.6),
        row("one", "record_access", "opacity", 0.25, 0.25, 0.25),
        row("two", "record_access", "opacity", 1.0, 1.0, 1.0),
        row("one - two", "record_access", "opacity", -0.75, nan, nan),
        row("one", "flip_rate", "error propagation", 0.5, 0.4, 0.6),
        row("two", "flip_rate", "error propagation", 0.4, 0.3, 0.5),
        row("one - two", "flip_rate", "error propagation", 0.1, -0.02, 0.22),
    ])  # fmt: skip


def test_a_column_is_the_first_headline_that_two_models_have():
    found = headlines_of(Findings(made(), MANIFEST))
    assert [(one.family, one.title) for one in found] == [
        ("disparate impact", "adverse gap, minority - majority"),
        ("opacity", "record access"),
        ("error propagation", "flip rate"),
    ]
    assert found[0].cell(("town", "two")) == ("1.0", "-1.0 to 3.0")
    assert found[1].cell(("town", "one")) == ("25", "")


def test_the_lines_name_what_is_decided():
    lines = list(in_lines(Findings(made(), MANIFEST), 80))
    assert lines[0].split()[:3] == ["Side", "by", "side"]
    assert [line.split()[0] for line in lines if line.startswith(("one", "two"))] == ["one", "two"]
    assert lines[-1] == ("Decided differences, 1 of 3: one - two adverse gap, minority - majority 2.0 (0.5 to 3.5).")


def test_without_pairs_nothing_is_decided_and_one_model_has_no_table():
    table = made()
    alone = table[~table["model"].str.contains(" - ")]
    assert list(in_lines(Findings(alone, MANIFEST), 80))[-1] == "Whether models differ is not tested: add --paired."
    assert not list(in_lines(Findings(table[table["model"] == "one"], {**MANIFEST, "models": ["one"]}), 80))


def test_the_answer_and_the_page_hold_the_table():
    lines = answer(made(), MANIFEST)
    assert any(line.startswith("Side by side") for line in lines)
    assert all(columns(line) <= 80 for line in lines)
    page = render(made(), MANIFEST)
    assert 'id="side-by-side"' in page
    assert page.count("Disparate impact: adverse gap, minority - majority by model") >= 1
    one = made()
    assert 'id="side-by-side"' not in render(one[one["model"] == "one"], {**MANIFEST, "models": ["one"]})


def test_a_scenario_names_models_beside_its_own(tmp_path):
    text = (Scenario.load("rongcheng").folder / "rongcheng.toml").read_text()
    (tmp_path / "town.toml").write_text(text.replace("regime     =", 'beside = ["logistic", "mine"]\nregime     ='))
    book = (Scenario.load("rongcheng").folder.parent / "models/rulebooks/rongcheng.toml").read_text()
    (tmp_path / "mine.toml").write_text(book)
    plan = planned(tmp_path / "town.toml")
    assert plan.names == ("rongcheng", "logistic", str(tmp_path / "mine.toml"))
    assert planned(tmp_path / "town.toml", "lottery").names == ("lottery",)


@pytest.mark.parametrize("given", ['beside = "logistic"', "beside = [3]"])
def test_models_beside_are_a_list_of_names(tmp_path, given):
    text = (Scenario.load("rongcheng").folder / "rongcheng.toml").read_text()
    (tmp_path / "town.toml").write_text(text.replace("regime     =", f"{given}\nregime     ="))
    with pytest.raises(Exception, match=r"scenario town, beside( 1)?: found .*, allowed: a (list of )?names?\."):
        Scenario.load(tmp_path / "town.toml")
