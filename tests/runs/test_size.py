"""What a run takes is estimated from measurements, and what cannot fit is refused before work, in one sentence."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from synthetic import memory
from synthetic.errors import InputError
from testbed import audit
from testbed.commands.cli import main
from testbed.runs.size import needed

HUGE = "1000000000"


def test_the_estimate_is_near_what_a_real_small_run_takes() -> None:
    sizes, taken = (1024, 9216), []
    audit("corporate", people=256, periods=2, measures="adverse_rate")
    for people in sizes:
        tracemalloc.start()
        audit("corporate", people=people, periods=4, measures="adverse_rate")
        taken.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    told = needed(sizes[1], 4) - needed(sizes[0], 4)
    assert told / 4 < taken[1] - taken[0] < told * 4


def test_the_stored_measurements_are_near_the_estimate_too() -> None:
    lines = (Path(__file__).parents[2] / "docs" / "speed" / "memory.txt").read_text().splitlines()[2:]
    assert len(lines) >= 9
    for line in lines:
        _, people, months, taken, told, _ = line.replace(",", "").split()
        assert round(needed(int(people), int(months)) / 1e6) == int(told)
        assert int(told) / 4 < int(taken) < int(told) * 4


@pytest.mark.parametrize(
    "words",
    [
        ["audit", "rongcheng", "--people", HUGE],
        ["audit", "rongcheng", "--seeds", "2147483647"],
        ["audit", "rongcheng", "--periods", "2147483647"],
        ["case", "rongcheng", "--people", HUGE],
        ["records", "rongcheng", "--people", HUGE, "--out", "records.csv"],
        ["sweep", "rongcheng", "--dial", "channels.court.miss=0,0.1", "--people", HUGE],
        ["sweep", "rongcheng", "--sobol", "2147483647", "--measures", "adverse_rate"],
        ["sweep", "rongcheng", "--screen", "2147483647"],
        ["bench", "--people", HUGE],
        ["lesson", "rongcheng", "--out", "lesson.html", "--people", HUGE],
        ["lesson", "rongcheng", "--out", "lesson.html", "--worlds", "2147483647"],
    ],
)
def test_a_size_that_cannot_fit_is_refused_before_work_with_an_estimate(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("SALib")
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "of memory would be needed" in said
    assert "are free" in said
    assert said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_as_many_people_as_are_said_to_fit_are_not_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from testbed.runs import size

    monkeypatch.setattr(size, "available", lambda: 10**9)
    monkeypatch.setattr(memory, "available", lambda: 10**9)
    with pytest.raises(InputError, match="about 255,076 people would fit") as told:
        size.check_size(10**6, 24)
    assert "3.92 GB of memory would be needed, 1 GB are free" in str(told.value)
    size.check_size(255_076, 24)


def test_more_people_than_the_disk_has_room_for_are_refused_from_the_first_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(memory.shutil, "disk_usage", lambda folder: type("Usage", (), {"free": 10**9}))
    assert main(["people", "us-credit", "--people", "2000000000", "--out", "people.csv"]) == 2
    assert "of disk would be needed, 1 GB are free" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_table_larger_than_memory_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.csv").write_text("y,p,g\n" + "1,0,a\n0,1,b\n" * 100)
    monkeypatch.setattr(memory, "available", lambda: 1000)
    words = ["table", str(tmp_path / "t.csv"), "--outcome", "y", "--prediction", "p", "--groups", "g"]
    assert main([*words, "--whole"]) == 2
    assert "'t.csv' read whole: about 1,206 bytes of memory would be needed" in capsys.readouterr().err
    assert main([*words, "--stream"]) == 0


@pytest.mark.parametrize(
    "problem",
    [
        MemoryError(),
        np._core._exceptions._ArrayMemoryError((10**9,), np.dtype(float)),
        ImportError("libopenblas.so: failed to map segment from shared object"),
        RuntimeError("can't start new thread"),
        OSError(12, "Cannot allocate memory"),
    ],
)
def test_memory_that_runs_out_in_any_library_is_one_sentence(
    problem: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: object) -> int:
        raise problem

    monkeypatch.setattr("testbed.commands.listing.run", run)
    assert main(["list"]) == 2
    assert capsys.readouterr().err == "testbed: there is not enough memory; ask for fewer people (--people).\n"


def test_memory_that_runs_out_in_a_measure_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def asked(*args: object, **more: object) -> None:
        raise MemoryError

    monkeypatch.setattr("testbed.runs.measuring.rows_asked", asked)
    assert main(["audit", "rongcheng", "--people", "50", "--periods", "2", "--measures", "adverse_rate"]) == 2
    assert capsys.readouterr().err.endswith("testbed: there is not enough memory; ask for fewer people (--people).\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
@pytest.mark.parametrize(
    ("kilobytes", "said"), [(400_000, "the limit on memory (ulimit -v) is 410 MB; at least 537 MB are needed")]
)
def test_a_limit_on_memory_is_told_in_one_sentence(kilobytes: int, said: str) -> None:
    line = f"ulimit -v {kilobytes}; exec {sys.executable} -m testbed audit rongcheng"
    ran = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"testbed: {said}.\n"
