"""What a run that died has left is gone after the next run, which says so; a signal leaves nothing half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synthetic.locks import locked
from synthetic.writing import Reserved, reserve_file
from testbed.commands.cli import main
from testbed.runs import figures, output

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and kills")


def names(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


def test_the_part_and_lock_of_a_file_that_a_dead_run_left_are_gone_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".people.csv.part").write_text("half")
    (tmp_path / ".people.csv.lock").write_text("")
    held = reserve_file("--out", tmp_path / "people.csv")
    assert names(tmp_path) == [".people.csv.lock"]
    held.write("whole")
    assert names(tmp_path) == ["people.csv"]
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "did not end; what it left is gone: .people.csv.part" in told


def test_a_part_of_figures_that_a_dead_run_left_does_not_stop_the_next(tmp_path: Path) -> None:
    (tmp_path / ".figures.part").mkdir()
    (tmp_path / ".figures.part" / "gaps.svg").write_text("half")
    figures.claim_figures(tmp_path / "figures").release()
    assert names(tmp_path) == []


def test_a_page_that_a_dead_run_left_beside_the_old_one_is_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / ".report.html.4711.part").write_text("half")
    assert main(["report", str(out)]) == 2  # it has no manifest
    assert names(tmp_path) == ["run"]
    assert ".report.html.4711.part" in capsys.readouterr().err


def test_a_folder_aside_that_a_dead_run_left_is_gone_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".run.part").mkdir()
    (tmp_path / ".run.part" / "findings.csv").write_text("half")
    output.Folder(tmp_path / "run").release()
    assert names(tmp_path) == []
    assert "'run' did not end" in capsys.readouterr().err


def test_a_run_that_ended_in_order_leaves_nothing_to_tell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        reserve_file("--out", tmp_path / "page.md", overwrite=True).write("whole")
    assert names(tmp_path) == ["page.md"]
    assert capsys.readouterr().err == ""


def test_the_file_of_a_lock_goes_with_the_last_who_holds_it(tmp_path: Path) -> None:
    with locked(tmp_path / "one.lock"):
        assert names(tmp_path) == ["one.lock"]
    assert names(tmp_path) == []


def test_a_child_that_is_ended_by_a_signal_removes_nothing_of_its_parent(tmp_path: Path) -> None:
    held = Reserved("--out", tmp_path / "page.md")
    held.part.write_text("half")
    child = os.fork()
    if not child:
        from synthetic.writing import end_cleanly

        end_cleanly(signal.SIGTERM, None)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGTERM
    assert held.part.read_text() == "half"
    held.release()


@pytest.mark.usefixtures("usual_signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_leaves_nothing_half_written_and_after_a_kill_the_next_run_clears_up(
    number: int, tmp_path: Path
) -> None:
    words = [sys.executable, "-m", "testbed", "people", "china-2020", "--out", "people.csv", "--people"]
    run = subprocess.Popen([*words, "900000"], cwd=tmp_path, stderr=subprocess.DEVNULL, start_new_session=True)
    part = tmp_path / ".people.csv.part"
    while not (part.exists() and part.stat().st_size > 100_000):
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(number)
    assert run.wait(60) in (-number, 128 + number)  # ended by the signal, or as a shell tells it
    if number != signal.SIGKILL:
        assert names(tmp_path) == []
        return
    deadline = time.monotonic() + 20  # the child that did the work sees that its parent has gone
    while time.monotonic() < deadline and part.exists() and _is_held(tmp_path):
        time.sleep(0.05)
    again = subprocess.run([*words, "10"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert again.returncode == 0, again.stderr
    assert "did not end" in again.stderr
    assert names(tmp_path) == ["people.csv", "people.csv.card.md", "people.csv.croissant.json"]


def _is_held(folder: Path) -> bool:
    import fcntl

    with open(folder / ".people.csv.lock", "rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
