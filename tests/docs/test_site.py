"""The pages of the site are made from what is registered, and nothing in them is fetched."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthetic
import testbed
from synthetic.source import sources
from testbed.commands.cli import COMMANDS
from testbed.commands.kinds import names

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "site"
SCRIPTS = ("escaping", "generate", "interface", "published", "reference", "tutorials")


@pytest.fixture(scope="module")
def site() -> Iterator[None]:
    """The scripts of the site can be imported, as they are when one of them is run."""
    sys.path.insert(0, str(SITE))
    yield
    sys.path.remove(str(SITE))
    for name in SCRIPTS:
        sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def pages(site: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source of the site, without the walks, which have a test of their own."""
    from generate import write

    folder = tmp_path_factory.mktemp("site") / "source"
    write(folder, run=False)
    return folder


@pytest.mark.parametrize("kind", ["measures", "scenarios", "rulebooks", "channels"])
def test_each_has_a_page_and_no_other_page_is_there(pages: Path, kind: str) -> None:
    made = {path.stem for path in (pages / kind).glob("*.md")} - {"index"}
    assert made == set(names()[kind]())
    index = (pages / kind / "index.md").read_text(encoding="utf-8")
    assert [name for name in made if f"\n{name}\n" not in index] == []


def test_every_public_name_is_on_the_page_of_the_interface(pages: Path) -> None:
    listed = re.findall(r"^   (\w+)$", (pages / "api" / "index.rst").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert set(listed) >= {*testbed.__all__, *synthetic.__all__}
    assert {"cascade", "frontier", "gap", "hidden", "life"} <= set(listed)


def test_a_page_has_every_number_with_a_source_that_has_a_line(pages: Path) -> None:
    from testbed.scenarios import Scenario

    text = (pages / "scenarios" / "rongcheng.md").read_text(encoding="utf-8")
    dials = Scenario.load("rongcheng").dials
    assert [path for path in dials if f"| `{path}` |" not in text] == []
    listed = set(re.findall(r"^\(source-(.+)\)=$", (pages / "sources.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert listed == set(sources())
    linked = {
        one for path in pages.rglob("*.md") for one in re.findall(r"\(#source-([^)]+)\)", path.read_text("utf-8"))
    }
    assert "dlf-2017" in linked
    assert linked <= listed


def test_a_rule_book_and_a_channel_name_the_scenarios_that_use_them(pages: Path) -> None:
    for name in ("rulebooks/rongcheng", "channels/court"):
        assert "[rongcheng](../scenarios/rongcheng.md)" in (pages / f"{name}.md").read_text(encoding="utf-8")
    assert "../scenarios/" not in (pages / "rulebooks" / "suqian.md").read_text(encoding="utf-8")


def test_every_link_leads_to_a_page(pages: Path) -> None:
    from tutorials import walks

    made = {pages / "tutorials" / f"{path.stem}.md" for path in walks(ROOT / "examples")}
    links = 0
    for path in pages.rglob("*.md"):
        text = re.sub(r"^(`{3,}).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            there = path.parent / target
            assert there.is_file() or there in made, f"{path.relative_to(pages)} links to {target}"
            links += 1
    assert links > 300


def test_every_command_has_its_help(pages: Path) -> None:
    text = (pages / "commands.md").read_text(encoding="utf-8")
    assert re.findall(r"^usage: testbed (\w+)", text, flags=re.MULTILINE) == list(COMMANDS)


def test_what_a_table_says_stays_within_its_columns(pages: Path) -> None:
    for path in [*pages.glob("measures/*.md"), *pages.glob("scenarios/*.md"), *pages.glob("rulebooks/*.md")]:
        columns = 0
        for line in path.read_text(encoding="utf-8").splitlines():
            bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
            assert not (columns and bars and bars != columns), (path.name, line)
            columns = bars


def test_no_page_names_a_folder_of_this_machine_and_nothing_is_fetched(pages: Path) -> None:
    for path in pages.rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text, path.name
        assert str(Path.home()) + "/" not in text, path.name
        assert re.findall(r"!\[[^]]*\]\(\w+://|src=[\"']?\w*:?//", text) == [], path.name
    for path in [SITE / "conf.py", *SITE.rglob("*.css"), *SITE.rglob("*.html")]:
        assert re.findall(r"\w+://|intersphinx", path.read_text(encoding="utf-8")) == [], path.name


def test_text_is_not_read_as_markup(site: None) -> None:
    from escaping import code, escaped, fenced, link

    assert escaped("<b>a|b</b> {x} *y*\nz") == r"\<b\>a\|b\</b\> \{x\} \*y\* z"
    assert code("a|b") == r"`a\|b`"
    assert link("a]b", "#c") == r"[a\]b](#c)"
    assert fenced("```\nx").startswith("````text\n")


def test_a_walk_shows_what_it_prints_and_draws_and_names_its_sizes(site: None, tmp_path: Path) -> None:
    from tutorials import page

    script = tmp_path / "walk.py"
    script.write_text(
        "# %% [markdown]\n# # A walk\n#\n# Some prose.\n\n# %%\nfrom matplotlib import pyplot\n\nPEOPLE = 50_000\n"
        'print(f"{PEOPLE:,} people")\n\n# %%\npyplot.plot([1, 2])\npyplot.title("Two points")\n',
        encoding="utf-8",
    )
    text = page(script, tmp_path / "figures")
    assert text.startswith("# A walk\n\nThe site runs `examples/walk.py` with `PEOPLE = 1_024`, so that it is quick;")
    assert "```text\n1,024 people\n```" in text
    assert "![Two points](figures/walk-1.svg)" in text
    drawn = (tmp_path / "figures" / "walk-1.svg").read_bytes()
    assert page(script, tmp_path / "again").replace("again/", "figures/") == text
    assert (tmp_path / "again" / "walk-1.svg").read_bytes() == drawn


def test_the_walks_are_the_examples_that_are_written_in_cells(site: None) -> None:
    from tutorials import cells, walks

    found = walks(ROOT / "examples")
    assert {path.stem for path in found} == {"your_model", "your_table", "your_scenario", "paper_figure"}
    for path in found:
        assert next(cells(path.read_text(encoding="utf-8")))[0], path.name
