"""What reaches the terminal: visible characters only, in any encoding; and how a lost stream ends a run."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed.commands.cli import main
from testbed.commands.printing import RAW, Printed, visible

HOSTILE = "\x1b[2J\x07\x9b31m\u202egnp\u2066\u2028\ud800\x00\r"


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=100))
def test_no_control_character_is_printed_and_no_other_is_changed(text: str) -> None:
    shown = visible(text)
    assert not RAW.search(shown)
    if not RAW.search(text):
        assert shown == text


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_letters_that_an_encoding_lacks_are_spelled_out(encoding: str) -> None:
    held = io.BytesIO()
    stream = Printed(io.TextIOWrapper(held, encoding=encoding))
    stream.write(f"信用 – é {HOSTILE}\n")
    stream.flush()
    assert held.getvalue().endswith(b"\n")
    assert ("信用" in held.getvalue().decode(encoding)) == (encoding == "utf-8")


@pytest.mark.parametrize(
    "words",
    [
        ["audit", HOSTILE],
        ["audit", "rongcheng", "--model", HOSTILE],
        ["audit", "rongcheng", "--set", f"{HOSTILE}=1"],
        ["show", HOSTILE],
        ["new", "scenario", HOSTILE],
        ["table", f"{HOSTILE}.csv", "--groups", "g", "--outcome", "y"],
        ["audit", "--people", HOSTILE, "rongcheng"],
        [HOSTILE],
    ],
)
def test_a_hostile_name_is_told_without_its_control_characters(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert not RAW.search(told.out + told.err)
    assert told.err.count("\n") == 1


def test_hostile_names_in_a_table_reach_neither_terminal_nor_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    group = "a\x1b[31m\x07\u202eb"
    rows = [f"{at % 2},{at % 3 % 2},{group if at % 2 else 'plain'}" for at in range(60)]
    Path("t.csv").write_text("y,p,g\n" + "\n".join(rows) + "\n", encoding="utf-8")
    words = ["table", "t.csv", "--outcome", "y", "--prediction", "p", "--groups", "g", "--out", "out"]
    assert main(words) == 0
    told = capsys.readouterr()
    assert not RAW.search(told.out + told.err)
    assert "[31m" in told.out
    page = Path("out/report.html").read_text(encoding="utf-8")
    assert not RAW.search(page.replace("\n", ""))
    assert main(["report", "out"]) == 0
    assert not RAW.search(capsys.readouterr().out)


ENDS = {
    ">&-": (2, b"testbed: standard output is closed; the answer is printed there.\n"),
    ">/dev/full": (2, b"testbed: standard output: No space left on device.\n"),
    "2>&-": (0, b""),
    "2>/dev/full": (0, b""),
    "<&-": (0, b""),
    "| true": (141, b""),
}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.parametrize("how", ENDS)
def test_a_stream_that_is_closed_or_full_ends_as_with_a_unix_tool(how: str) -> None:
    words = f"sleep 0.2; exec {sys.executable} -m testbed --version"
    line = f"({words}) {how}; exit ${{PIPESTATUS[0]}}"
    clean = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    ran = subprocess.run(["bash", "-c", line], capture_output=True, check=False, env=clean, timeout=60)
    assert (ran.returncode, ran.stderr) == ENDS[how]


def test_a_full_stderr_does_not_hide_the_status_of_bad_input() -> None:
    words = [sys.executable, "-m", "testbed", "show", "no-such-name"]
    ran = subprocess.run(["bash", "-c", f"{' '.join(words)} 2>/dev/full"], capture_output=True, check=False, timeout=60)
    assert (ran.returncode, ran.stdout) == (2, b"")


def test_a_warning_of_a_library_is_one_sentence_without_a_path(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(args: object) -> int:
        warnings.warn("overflow in\n\x1b[31msquare", RuntimeWarning, stacklevel=1)
        print("done")
        return 0

    monkeypatch.setattr("testbed.commands.listing.run", run)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        assert main(["list"]) == 0
    assert capsys.readouterr().err == "testbed: warning: overflow in \\x1b[31msquare\n"


@pytest.mark.parametrize("width", ["20", "1", "0", "-3", "wide"])
def test_any_width_of_the_terminal_will_do(
    width: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.setenv("TERM", "dumb")
    assert main(["audit", "--help"]) == 0
    assert "--people" in capsys.readouterr().out


def test_the_table_of_a_benchmark_has_no_escape_codes_on_a_terminal_of_any_width(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from testbed.bench import read_bench
    from testbed.commands.bench import print_counts

    held = read_bench(Path(__file__).parents[2] / "benchmarks" / "results").claims
    monkeypatch.setenv("FORCE_COLOR", "1")
    for width in ("1", "20", "80", "x"):
        monkeypatch.setenv("COLUMNS", width)
        print_counts(held)
        assert not RAW.search(capsys.readouterr().out)
