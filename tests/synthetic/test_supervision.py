"""Nothing but our own end gives status 0: a model that ends the process has not been audited."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from interpreter import Interpreter, interpreter

ROOT = Path(__file__).parents[2]
HERE = {**os.environ, "PYTHONPATH": str(ROOT)}
TESTBED = [sys.executable, "-m", "testbed"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

MODELS = """
import os, signal, sys
import numpy as np

def ends(records):
    os._exit(0)

def crashes(records):
    os.kill(os.getpid(), signal.SIGKILL)

def leaves(records):
    sys.exit(0)

class Learner:
    def fit(self, records, outcomes):
        os._exit(0)
    def score(self, records):
        return np.zeros(len(records))

class Late:
    def __del__(self):
        os._exit(0)
    def score(self, records):
        return np.zeros(len(records) - 1)
"""

SLEEPS = """
import os, sys, time
print(os.getpid(), file=sys.stderr, flush=True)
time.sleep(60)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with models that end the process."""
    (tmp_path / "models_of_a_test.py").write_text(MODELS)
    (tmp_path / "sleeping_of_a_test.py").write_text(SLEEPS)
    (tmp_path / "ending_of_a_test.py").write_text("import os\nos._exit(0)\n")
    return tmp_path


@pytest.fixture(scope="module")
def python() -> Iterator[Interpreter]:
    with interpreter(ROOT) as one:
        yield one


def test_a_run_of_a_forked_interpreter_is_that_of_one_that_was_started(python: Interpreter, folder: Path) -> None:
    for words in (["check", "models_of_a_test:ends"], ["list", "models"]):
        started = subprocess.run([*TESTBED, *words], cwd=folder, env=HERE, capture_output=True, text=True, timeout=120)
        forked = python.run("testbed", *words, cwd=folder)
        assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("models_of_a_test:ends", "with status 0"),
        ("models_of_a_test:Learner", "with status 0"),
        ("models_of_a_test:crashes", "by signal 9 (killed)"),
        ("ending_of_a_test:model", "with status 0"),
    ],
)
def test_a_model_that_ends_its_process_is_status_1_and_named(
    python: Interpreter, folder: Path, name: str, how: str
) -> None:
    found = python.run("testbed", "check", name, cwd=folder)
    assert found.returncode == 1
    assert found.stdout == f"{name}: the contract of a model is broken: model {name} ended its process {how}.\n"


def test_a_measure_that_ends_the_process_of_the_audit_is_status_1(python: Interpreter, folder: Path) -> None:
    words = ["rongcheng", "--people", "1024", "--measures", "ending_of_a_test:measure"]
    found = python.run("testbed", "audit", *words, cwd=folder)
    assert found.returncode == 1
    assert "the process ended with status 0 before the run was done" in found.stderr.splitlines()[-1]


def test_an_end_that_comes_after_ours_changes_nothing(python: Interpreter, folder: Path) -> None:
    found = python.run("testbed", "check", "models_of_a_test:Late", cwd=folder)
    assert found.returncode == 1
    assert "the contract of a model is broken" in found.stdout


@pytest.mark.parametrize(
    ("words", "status"),
    [(["list", "models"], 0), (["--help"], 0), (["--version"], 0), (["audit", "nowhere"], 2), (["--nothing"], 2),
     (["check", "models_of_a_test:leaves"], 1)],
)  # fmt: skip
def test_status_and_output_of_a_run_that_ends_by_itself_are_its_own(
    python: Interpreter, folder: Path, words: list[str], status: int
) -> None:
    found = python.run("testbed", *words, cwd=folder)
    assert found.returncode == status
    assert "before the run was done" not in found.stderr
    assert bool(found.stdout) == (status != 2)


def begun(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """A run that is importing a measure, and the process in which it does."""
    words = ["audit", "rongcheng", "--people", "1024", "--measures", "sleeping_of_a_test:measure"]
    run = subprocess.Popen([*TESTBED, *words], cwd=folder, env=HERE, stderr=subprocess.PIPE, text=True)
    assert run.stderr is not None
    for line in run.stderr:
        if line.strip().isdecimal():
            return run, int(line)
    raise AssertionError("the measure was not imported")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGINT, 130)])
def test_a_signal_is_handed_on_to_the_process_that_does_the_work(folder: Path, number: int, status: int) -> None:
    run, worker = begun(folder)
    run.send_signal(number)
    assert run.wait(timeout=30) == status
    assert gone(worker)


def test_the_work_ends_with_the_process_that_was_started(folder: Path) -> None:
    run, worker = begun(folder)
    run.kill()
    run.wait(timeout=30)
    assert gone(worker)


def gone(process: int) -> bool:
    """Whether a process ends within some seconds; one that has ended and is not yet collected has."""
    for _ in range(100):
        try:
            os.kill(process, 0)
            state = Path(f"/proc/{process}/stat")
            if state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize(("body", "status"), [("pass", 0), ("assert False", 1)])
def test_a_run_of_pytest_keeps_its_status(python: Interpreter, folder: Path, body: str, status: int) -> None:
    (folder / "test_town.py").write_text(f"def test_plain():\n    {body}\n")
    words = ["-q", "-p", "testbed.pytest_plugin", "-p", "no:cacheprovider", "test_town.py"]
    found = python.run("pytest", *words, cwd=folder)
    assert found.returncode == status
    assert found.stderr == ""
