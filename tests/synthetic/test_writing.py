"""The one way to write: what is refused before anything runs, and what a lock holds off."""

from __future__ import annotations

import os
import signal
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from synthetic.errors import InputError
from synthetic.export import fidelity
from synthetic.export.card import page
from synthetic.export.export import _quoted
from synthetic.population.population import Population
from synthetic.writing import Reserved, reserve_file, swap

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and kills")


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def test_a_file_that_stands_is_refused_and_replaced_when_that_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    reserve_file("--out", path).write("mine")
    with pytest.raises(InputError, match=r"'page.md' already exists; add --overwrite"):
        reserve_file("--out", path)
    assert path.read_text() == "mine"
    reserve_file("--out", path, overwrite=True).write("new")
    assert path.read_text() == "new"
    assert names(tmp_path) == ["page.md"]


def test_a_text_that_is_no_unicode_is_refused_in_one_sentence(tmp_path: Path) -> None:
    held = reserve_file("--out", tmp_path / "page.md")
    with pytest.raises(InputError, match="no character of Unicode"):
        held.write("\udc80")
    held.release()
    assert names(tmp_path) == []


def test_a_file_that_comes_while_the_run_goes_on_is_refused_too(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    held = reserve_file("--out", path)
    path.write_text("somebody else's")
    with pytest.raises(InputError, match="already exists"):
        held.write("new")
    assert path.read_text() == "somebody else's"
    assert names(tmp_path) == ["page.md"]


@pytest.mark.parametrize(
    ("out", "said"),
    [("", "names nothing"), (".", "is a folder"), ("none/x.md", "no such folder"), ("pipe", "is not a file")],
)
def test_what_is_no_place_for_a_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with pytest.raises(InputError, match=said):
        reserve_file("--out", out, overwrite=True)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)
    assert names(tmp_path) == ["pipe"]


def test_a_file_goes_to_the_folder_that_was_meant_and_through_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "here")
    held = reserve_file("--out", "page.md")
    monkeypatch.chdir(tmp_path / "there")
    held.write("text")
    assert (names(tmp_path / "here"), names(tmp_path / "there")) == (["page.md"], [])
    (tmp_path / "link").symlink_to(tmp_path / "here" / "page.md")
    reserve_file("--out", tmp_path / "link", overwrite=True).write("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "here" / "page.md").read_text() == "new"


def test_two_at_once_are_refused_and_one_after_the_other_are_not(tmp_path: Path) -> None:
    first = Reserved("--out", tmp_path / "run")
    with pytest.raises(InputError, match="'run' is being written by another run"):
        Reserved("--out", tmp_path / "run")
    beside = Reserved("--out", tmp_path / "other")
    first.release()
    second = Reserved("--out", tmp_path / "run")
    second.release(), beside.release()
    assert names(tmp_path) == []


def test_a_killed_process_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run"
    child = os.fork()
    if not child:
        held = Reserved("--out", path)
        held.part.write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    assert names(path.parent) == [".run.lock", ".run.part"]
    Reserved("--out", path).write("whole")
    assert names(path.parent) == ["run"]


def test_a_child_that_ends_does_not_give_up_what_its_parent_holds(tmp_path: Path) -> None:
    held = Reserved("--out", tmp_path / "run")
    child = os.fork()
    if not child:
        held.release()
        os._exit(0)
    os.waitpid(child, 0)
    with pytest.raises(InputError, match="another run"):
        Reserved("--out", tmp_path / "run")
    held.release()


def test_folders_that_were_made_for_nothing_are_taken_away(tmp_path: Path) -> None:
    Reserved("--out", tmp_path / "a" / "b" / "run").release()
    assert names(tmp_path) == []


def test_two_folders_change_places(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert swap(tmp_path / "one", tmp_path / "two") == (sys.platform in ("linux", "darwin"))
    assert not swap(tmp_path / "one", tmp_path / "none")
    assert (names(tmp_path / "one"), names(tmp_path / "two")) == (["two"], ["one"])


def test_the_page_of_margins_replaces_no_file_without_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "page.md"
    out.write_text("mine")
    words = ["fidelity", "us-credit", "--people", "2048", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit) as ended:
        fidelity.main()
    told = capsys.readouterr()
    assert (ended.value.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert out.read_text() == "mine"
    monkeypatch.setattr(sys, "argv", [*words, "--overwrite"])
    fidelity.main()
    assert out.read_text() == capsys.readouterr().out


def test_a_label_with_a_line_end_stays_one_cell_of_the_people_and_of_their_card(tmp_path: Path) -> None:
    assert [_quoted(text) for text in ("a", "", "a,b", "a\rb", "-1")] == ["a", "", '"a,b"', '"a\rb"', "-1"]
    made = Population("template", 1024)
    variable = next(one for one in made.recipe.variables.values() if one.levels and one.column)
    made.recipe.variables[variable.name] = replace(variable, meaning="one\nmeaning | told\r")
    assert any(f"| {variable.name} | one meaning / told |" in line for line in page(made))
