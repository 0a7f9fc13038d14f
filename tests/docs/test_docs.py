"""What the documents show can be done; every file they name is there."""

from __future__ import annotations

import re
import struct
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE = ROOT / "docs" / "site"
"""Its pages link to pages that are made; `test_site.py` holds their links."""
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(path for path in sorted((ROOT / "docs").rglob("*.md")) if SITE not in path.parents),
]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_python_example_of_the_readme_runs_and_is_short(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert sum(bool(line.strip()) for line in code.splitlines()) <= 15
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    assert "error_gain" in capsys.readouterr().out


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_a_document_names_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    named = set(re.findall(r"\]\(([^)#:]+)\)", text))
    quoted = re.findall(r"`((?:testbed|synthetic|docs|tests|benchmarks|examples)/[\w./*-]+)`", text)
    for name in sorted(named):
        assert (document.parent / name).exists(), f"{document.name} links to {name}"
    for name in quoted:
        if "NAME" not in name:
            assert list(ROOT.glob(name.rstrip("/"))), f"{document.name} names {name}"


def test_every_function_on_the_way_of_a_wrong_entry_is_where_the_guide_says() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    way = text[text.index("## Follow a wrong entry") : text.index("## Adding one")]
    named = re.findall(r"`([\w/]+\.py)`: `(\w+)`", way)
    assert len(named) >= 17
    for path, name in named:
        assert re.search(rf"^ *def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), (path, name)


def test_every_command_that_the_readme_shows_exists() -> None:
    from testbed.commands.cli import COMMANDS

    shown = set(re.findall(r"`testbed (\w+)", README))
    assert shown
    assert shown <= set(COMMANDS)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make (\w+)", README, flags=re.MULTILINE):
        assert f"\n{target}:" in makefile


def test_the_readme_names_every_column_of_the_findings_table() -> None:
    from testbed.findings.finding import COLUMNS

    table = README[README.index("| column |") : README.index("Signed numbers")]
    assert set(re.findall(r"`(\w+)`", table)) >= set(COLUMNS)


def test_the_picture_is_a_picture_and_light() -> None:
    picture = (ROOT / "docs" / "report.png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(picture) < 300_000
    assert struct.unpack(">II", picture[16:24])[0] >= 600


def test_every_dependency_has_a_pinned_version_above_its_lower_bound() -> None:
    from packaging.requirements import Requirement
    from packaging.version import Version

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = dict(line.lower().split("==") for line in lines if "==" in line)
    extras = project["optional-dependencies"]
    for text in [
        *project["dependencies"],
        *(one for name in ("dask", "parquet", "polars", "docs", "test", "dev") for one in extras[name]),
    ]:
        needed = Requirement(text)
        assert Version(pins[needed.name.lower()]) in needed.specifier
        assert not any(one.operator in ("<", "<=", "==") for one in needed.specifier), f"{text}: an upper cap"
    assert not any("://" in line or line.startswith("-") for line in lines)


def test_versions_agree() -> None:
    import testbed

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == testbed.__version__
    assert f"version: {testbed.__version__}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {testbed.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_homework_fails_with_a_sentence_to_act_on_and_its_answer_passes(pytester: pytest.Pytester) -> None:
    test = ROOT / "examples" / "homework" / "test_homework.py"
    words = ("-p", "testbed.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", test)
    failed = pytester.runpytest_inprocess(*words)
    failed.assert_outcomes(failed=1)
    failed.stdout.fnmatch_lines(["*One wrong entry about one person reaches others*town.toml*"])
    answer = ROOT / "examples" / "homework" / "answer" / "town.toml"
    pytester.runpytest_inprocess(*words, "--scenario", str(answer)).assert_outcomes(passed=1)


def test_the_answer_differs_from_the_homework_by_one_dial() -> None:
    homework, answer = (
        tomllib.loads((ROOT / "examples" / "homework" / place / "town.toml").read_text(encoding="utf-8"))
        for place in (".", "answer")
    )
    dials = answer.pop("dials")
    assert list(dials) == ["regime.family.share"]
    assert {**answer, "title": ""} == {**homework, "title": ""}


def test_no_document_or_module_carries_a_path_of_a_machine_or_an_index() -> None:
    for path in [
        *DOCUMENTS,
        *ROOT.glob("*.toml"),
        *ROOT.glob("*.txt"),
        ROOT / "Makefile",
        *(ROOT / "testbed").rglob("*.py"),
    ]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(?<![\w.])/(home|root|work|tmp|Users)/", text), path.name


def test_the_page_prints_the_terms_of_the_glossary() -> None:
    from testbed.report.glossary import TERMS

    rows = re.findall(
        r"^\| (.+?) \| (.+?) \|$", (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    listed = [row for row in rows if row[0] != "term" and not row[0].startswith("-")]
    assert sorted(listed) == sorted(TERMS)
    assert len(dict(TERMS)) == len(TERMS)
