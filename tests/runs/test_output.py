"""The folder of a run: old or new whole after a kill at any step, one writer at a time, and nothing altered is read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthetic.errors import InputError
from testbed.commands.cli import main
from testbed.findings.finding import frame
from testbed.runs import output
from testbed.runs.output import OURS, TIMES, claim_folder, read_run, reopen, write_run

ROWS = [{"scenario": "s", "model": "m", "measure": "adverse_rate", "split": "all", "group": "all", "value": 0.1}]
pytestmark = pytest.mark.usefixtures("small_training")  # no answer here depends on cut-offs
SMALL = ["--people", "2048", "--periods", "6", "--measures", "adverse_rate"]
CURVES = "figure,model,split,group,mark,at,x,y,low,high,n\n"
unix = pytest.mark.skipif(sys.platform == "win32", reason="forks and kills")


def put(out: Path, seed: int, *, overwrite: bool = True) -> dict[str, bytes]:
    """Write a small run; the bytes of its files. One with an even seed has curves and times."""
    findings = frame(ROWS, seed=seed)
    findings.attrs["curves"] = "" if seed % 2 else CURVES
    who = {"scenario": "s", "models": ["m"], "people": 10, "periods": 1, "seeds": [seed], "measures": {}}
    times = None if seed % 2 else {"m": {"adverse_rate": 0.1}}
    write_run(findings, dict(who), claim_folder(out, who, overwrite=overwrite), times)
    return held(out)


def held(out: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in out.iterdir() if one.name in {*OURS, TIMES}}


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Run a command; its status, stdout and the last line of stderr."""

    def made(*words: str) -> tuple[int, str, str]:
        status = main(words)
        told = capsys.readouterr()
        return status, told.out, told.err.splitlines()[-1] if told.err else ""

    return made


# Nothing altered is read


@pytest.mark.parametrize("name", ["findings.csv", "findings.jsonl", "curves.csv", "manifest.json"])
@pytest.mark.parametrize("how", ["altered", "cut off", "missing"])
def test_a_file_that_is_not_as_it_was_written_is_refused_and_nothing_is_written(
    say, tmp_path: Path, name: str, how: str
) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "run"
    put(out, 0)
    (out / "report.html").unlink()
    old = (out / name).read_bytes()
    if how == "missing":
        (out / name).unlink()
    else:
        new = old[:-3] if how == "cut off" else old.replace(b"n", b"m", 1).replace(b'"people": 10', b'"people": 99')
        assert new != old
        (out / name).write_bytes(new)
    before = {one.name: one.read_bytes() for one in out.iterdir()}
    status, said, error = say("report", str(out))
    assert (status, said) == (2, "")
    assert name.removesuffix(".json") in error
    assert {one.name: one.read_bytes() for one in out.iterdir()} == before
    assert list(tmp_path.iterdir()) == [out]


def test_an_anchor_that_is_made_to_hold_in_the_manifest_is_refused(tmp_path: Path) -> None:
    put(tmp_path / "run", 0)
    path = tmp_path / "run" / "manifest.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({**told, "anchors": [{"name": "lottery", "holds": True}]}))
    with pytest.raises(InputError, match=r"manifest.json in 'run' differs from what the run wrote"):
        read_run(tmp_path / "run")


def test_curves_that_no_run_wrote_are_refused(tmp_path: Path) -> None:
    put(tmp_path / "run", 1)
    (tmp_path / "run" / "curves.csv").write_text(CURVES)
    with pytest.raises(InputError, match="the manifest names no such file"):
        read_run(tmp_path / "run")


def test_a_manifest_is_sealed_whatever_the_kind_of_its_keys(tmp_path: Path) -> None:
    who: dict[str, Any] = {"seeds": (0,), "digests": {10: "a", 2: "b"}, "measures": {}}
    write_run(frame(ROWS), dict(who), claim_folder(tmp_path / "run", who))
    assert read_run(tmp_path / "run")[1]["digests"] == {"10": "a", "2": "b"}


def test_a_line_end_in_the_name_of_a_curve_comes_back_as_it_was(tmp_path: Path) -> None:
    findings = frame(ROWS)
    findings.attrs["curves"] = CURVES + 'thresholds,m,g,"a\r=1",curve,0.5,0.25,0.75,,,3\n'
    write_run(findings, {"measures": {}}, claim_folder(tmp_path / "run", {}))
    assert read_run(tmp_path / "run")[0].attrs["curves"] == findings.attrs["curves"]


def test_the_page_of_a_folder_that_ends_in_html_is_written_into_it(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    before = put(tmp_path / "run.html", 0)
    (tmp_path / "run.html" / "report.html").unlink()
    assert say("report", str(tmp_path / "run.html"))[0] == 0
    assert held(tmp_path / "run.html") == before


# Old or new, whole


def killed_at(step: int, out: Path, seed: int) -> bool:
    """Write a run in a child that kills itself at so many steps of the file system; whether it got that far."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == signal.SIGKILL
    left = iter(range(step))

    def kill(event: str, words: tuple[object, ...]) -> None:
        touches = event in ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "ctypes.call_function", "os.chmod")
        if (touches or (event == "open" and str(out.name) in str(words[0]))) and next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(kill)
    try:
        put(out, seed)
    finally:
        os._exit(0)


def killed(out: Path) -> Iterator[int]:
    """Replace run 0 by run 1 with a kill at each step in turn, until one gets through; the number of the step."""
    step = 0
    while killed_at(step, out, 1):
        yield step
        step += 1
    assert step > 10


@pytest.fixture
def both(tmp_path: Path) -> list[dict[str, bytes]]:
    """The bytes of run 0 and of run 1."""
    return [put(tmp_path / "aside" / str(seed), seed) for seed in (0, 1)]


@unix
@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="folders change places in one step there")
def test_a_kill_at_any_step_leaves_the_old_run_or_the_new_one_whole(tmp_path: Path, both: list[Any]) -> None:
    out, seen = tmp_path / "runs" / "one", set()
    put(out, 0)
    for _ in killed(out):
        seen.add(both.index(held(out)))
        read_run(out)
        assert put(out, 0) == both[0]
        assert list(out.parent.iterdir()) == [out]
    assert seen == {0, 1}
    assert held(out) == both[1]


@unix
@pytest.mark.parametrize("why", ["files of others", "no exchange"])
def test_where_files_are_moved_one_by_one_a_cut_off_run_is_refused_until_it_is_finished(
    tmp_path: Path, both: list[Any], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if why == "no exchange":
        monkeypatch.setattr(output, "swap", lambda one, other: False)
    out, refused = tmp_path / "runs" / "one", 0
    put(out, 0)
    beside = {"thesis.tex"} if why == "files of others" else set()
    for name in beside:
        (out / name).touch()
    for _ in killed(out):
        if held(out) not in both:
            refused += 1
            with pytest.raises(InputError, match="run it again"):
                read_run(out)
        reopen(out).release()
        assert held(out) in both
        read_run(out)
        assert put(out, 0) == both[0]
        assert {one.name for one in out.iterdir()} == {*both[0], *beside}
        assert list(out.parent.iterdir()) == [out]
    assert refused > 2


@unix
def test_a_kill_before_a_new_folder_is_in_place_leaves_nothing_that_is_read(tmp_path: Path, both: list[Any]) -> None:
    out = tmp_path / "new" / "one"
    for step in (0, 3, 6, 9):
        assert killed_at(step, out, 1)
        with pytest.raises(InputError, match="not a folder"):
            reopen(out)
    assert put(out, 1, overwrite=False) == both[1]
    assert list(out.parent.iterdir()) == [out]


# One writer, in the folder that was meant


def test_of_two_runs_into_one_new_folder_one_is_written_and_one_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "testbed", "audit", "rongcheng", *SMALL, "--out", "run", "--seed"]
    runs = [
        subprocess.Popen([*command, seed], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for seed in ("1", "2")
    ]
    told = [run.communicate()[1] for run in runs]
    assert sorted(run.returncode for run in runs) == [0, 2]
    refused = next(place for place, run in enumerate(runs) if run.returncode == 2)
    assert "another run" in told[refused] or "something other than this run" in told[refused]
    assert told[refused].count("\n") == 1
    assert read_run(tmp_path / "run")[1]["seeds"] == [2 - refused]
    assert [one.name for one in tmp_path.iterdir()] == ["run"]


def test_a_folder_that_is_being_written_is_refused_before_anything_runs(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    mine = claim_folder(tmp_path / "run", {})
    status, said, error = say("audit", "rongcheng", *SMALL, "--out", str(tmp_path / "run"))
    assert (status, said, "another run" in error) == (2, "", True)
    mine.release()
    put(tmp_path / "run", 0)
    mine = reopen(tmp_path / "run")
    assert "another run" in say("report", str(tmp_path / "run"))[2]
    mine.release()


@pytest.mark.parametrize("when", ["imported", "asked"])
def test_a_model_that_changes_folders_moves_no_findings(
    say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "there").mkdir()
    go = f"os.chdir({str(tmp_path / 'there')!r})"
    lines = ["import os", go * (when == "imported"), "def score(records):", f"    {go}", "    return -records['age']"]
    (tmp_path / f"wanders_when_{when}.py").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    status, _, _ = say("audit", "rongcheng", *SMALL, "--model", f"wanders_when_{when}:score", "--out", "run")
    assert (status, Path.cwd()) == (0, tmp_path)
    assert {one.name for one in (tmp_path / "run").iterdir()} == {*OURS, TIMES}
    assert not list((tmp_path / "there").iterdir())


@pytest.mark.parametrize(
    ("out", "said"), [(".", "is the current folder"), ("", "names nothing"), ("link", "is the current folder")]
)
def test_the_folder_one_stands_in_and_no_folder_are_refused(
    say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, out: str, said: str
) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    for command in (["audit", "rongcheng"], ["sweep", "rongcheng", "--dial", "regime.family.share=0,1"]):
        status, _, error = say(*command, *SMALL, "--out", out, "--overwrite")
        assert (status, said in error) == (2, True)
    assert [one.name for one in Path.cwd().iterdir()] == ["link"]


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    put(tmp_path / "link", 0, overwrite=False)
    put(tmp_path / "link", 1)
    assert (tmp_path / "link").is_symlink()
    assert read_run(tmp_path / "real")[1]["seeds"] == [1]
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o700


def test_a_folder_whose_surroundings_are_closed_is_written_from_within(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, real = tmp_path / "run", os.access
    out.mkdir()
    monkeypatch.setattr(os, "access", lambda path, how: Path(path) != tmp_path and real(path, how))
    put(out, 0, overwrite=False)
    put(out, 1)
    assert read_run(out)[1]["seeds"] == [1]
    assert {one.name for one in out.iterdir()} == set(OURS) - {"curves.csv"}
    with pytest.raises(InputError, match=f"the folder '{tmp_path.name}' cannot be written to"):
        claim_folder(tmp_path / "other", {})
    monkeypatch.setattr(os, "access", lambda path, how: False)
    with pytest.raises(InputError, match="the folder 'run' cannot be written to"):
        claim_folder(out, {}, overwrite=True)


def test_a_run_that_is_refused_after_its_claim_leaves_no_folder(say, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "t.csv"
    file.write_text("g,y,p\na,1,1\n")
    words = ["table", str(file), "--outcome", "y", "--prediction", "none", "--groups", "g"]
    assert say(*words, "--out", str(tmp_path / "new" / "run"))[0] == 2
    assert [one.name for one in tmp_path.iterdir()] == ["t.csv"]


# Files


@pytest.mark.parametrize("ending", ["", ".card.md", ".croissant.json"])
def test_people_replace_no_file_without_a_word(say, tmp_path: Path, ending: str) -> None:  # type: ignore[no-untyped-def]
    out = tmp_path / "people.csv"
    stands = tmp_path / f"people.csv{ending}"
    stands.write_text("mine")
    words = ["people", "template", "--people", "100", "--out", str(out)]
    status, said, error = say(*words)
    assert (status, said, "--overwrite" in error) == (2, "", True)
    assert stands.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [stands]
    assert say(*words, "--overwrite")[0] == 0
    assert stands.read_text() != "mine"
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    "words",
    [
        ["case", "rongcheng", "--people", "2048", "--periods", "8", "--out", "life.html"],
        ["show", "template", "--graph", "graph.svg"],
    ],
    ids=["case", "show"],
)
def test_a_page_replaces_no_file_without_a_word(
    say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.chdir(tmp_path)
    out = tmp_path / words[-1]
    out.write_text("mine")
    status, said, error = say(*words)
    assert (status, said, "--overwrite" in error) == (2, "", True)
    assert out.read_text() == "mine"
    assert say(*words, "--overwrite")[0] == 0
    assert out.read_text() != "mine"
    assert list(tmp_path.iterdir()) == [out]
    assert say(*words[:-1], "")[0] == 2
