"""Drafts of files: they are complete, they load, and a scenario made of all of them runs."""

import re
import tomllib
from pathlib import Path

import pytest

from synthetic import source
from testbed.case.case import run_case
from testbed.checks import check_rulebook
from testbed.commands.cli import main
from testbed.commands.files import DRAFTS, kinds, page
from testbed.scenarios.base import Scenario

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """A folder of its own, and no sources of other tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(source, "_OWN", {})


@pytest.mark.parametrize("kind", kinds())
def test_a_draft_is_written_once_and_says_how_it_is_used(kind, capsys):
    assert main(["new", kind, "mine"]) == 0
    assert "mine" in capsys.readouterr().out
    text = Path("mine.toml").read_text()
    assert text == (DRAFTS / f"{kind}.toml").read_text().replace("my-source", "mine-source")
    assert main(["new", kind, "mine"]) == 2
    assert "mine.toml" in capsys.readouterr().err
    assert main(["new", kind, "mine.toml", "--overwrite"]) == 0


@pytest.mark.parametrize("name", ["", "../mine", "a b", "-x.toml"])
def test_a_name_that_is_none_is_refused(name, capsys):
    assert main(["new", "--", "channel", name]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert not list(Path().iterdir())


@pytest.mark.parametrize("kind", kinds())
def test_a_draft_names_only_keys_of_its_grammar_and_all_that_are_needed(kind):
    table = tomllib.loads((DRAFTS / f"{kind}.toml").read_text())
    heads = {re.split(r"[. ]", head)[0] for head in kinds()[kind].grammar if head}
    own = {key for head, keys in kinds()[kind].grammar.items() if not head or " " in head for key in keys}
    variables = {"camera_density"} if kind == "recipe" else set()
    assert set(table) <= own | heads | variables | {"schema", "sources"}
    assert table["schema"] == 1


def test_a_scenario_of_drafts_runs():
    for kind in kinds():
        assert main(["new", kind, "town" if kind == "scenario" else f"my_{kind}"]) == 0
    text, channel = Path("town.toml").read_text(), Path("my_channel.toml")
    for old, new in (
        ('"china-2020"', '"my_recipe"'),
        ('["court", "agencies", "cameras", "neighbors"]', '["my_channel", "agencies"]'),
        ('model      = "rongcheng"', 'model      = "my_rulebook"'),
        ('"rongcheng-lists"', '"my_regime"'),
        ('"rules-published"', '"my_disclosure"'),
        ("channels.court.miss", "channels.agencies.miss"),
        ('# actions  = "everyday" ', 'actions    = "my_actions" '),
    ):
        assert old in text
        text = text.replace(old, new)
    Path("town.toml").write_text(text)
    channel.write_text(channel.read_text().replace('"utility_late", ', '"my_conduct", '))
    case = run_case(Scenario.load("town.toml"), people=1024, periods=4)
    assert case.scenario.recipe.title == "China 2020 with other cameras"
    assert "my_conduct" in case.scenario.recorded
    assert [action.name for action in case.scenario.actions.actions] == ["volunteer", "pay", "appeal"]
    assert len(case.history.scores) == 4


def test_the_draft_of_a_scenario_runs_as_it_is_and_the_book_keeps_its_contract():
    assert main(["new", "scenario", "town"]) == 0
    assert main(["new", "rulebook", "book"]) == 0
    assert Scenario.load("town.toml").dials["channels.court.miss"].value == 0.05
    assert main(["audit", "town.toml", "--people", "1024", "--periods", "8", "--measures", "adverse_rate"]) in (0, 1)
    check_rulebook("book.toml")


def test_the_page_of_files_is_what_the_readers_take():
    """The page is made again by `testbed show files > docs/files.md`."""
    assert (DOCS / "files.md").read_text().splitlines() == list(page())
