"""Whatever the engine, the answers are the same and in the order of the tasks."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from synthetic.draws import derive
from synthetic.errors import InputError
from testbed.findings import csv_text
from testbed.runs import audit
from testbed.runs.engine import run

ROOT = Path(__file__).parents[2]
HERE = {**os.environ, "PYTHONPATH": str(ROOT)}
NO_DASK = importlib.util.find_spec("distributed") is None


@pytest.fixture(scope="module")
def dask_cluster() -> Iterator[str]:
    """The address of a local cluster of two workers, which gives a task up that was lost once."""
    dask, distributed = pytest.importorskip("dask"), pytest.importorskip("distributed")
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster.scheduler_address
        with suppress(TimeoutError), distributed.Client(cluster) as client:
            client.wait_for_workers(2, timeout=30)  # a cluster cannot close while a worker that ended begins anew


@pytest.fixture
def on_dask(dask_cluster: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs on Dask use the shared cluster."""
    monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", dask_cluster)


@pytest.mark.parametrize(
    "engine",
    ["serial", "processes", pytest.param("dask", marks=pytest.mark.skipif(NO_DASK, reason="Dask is not installed"))],
)
def test_every_engine_gives_the_same_answers_in_the_order_of_the_tasks(engine: str) -> None:
    tasks = ["ab", "c", "", "defg"]
    assert run(len, tasks, engine=engine, workers=2) == [2, 1, 0, 4]


def test_one_task_needs_no_second_process() -> None:
    assert run(lambda seed: derive(seed, "x"), [7], engine="processes") == [derive(7, "x")]


def test_what_cannot_be_sent_to_a_process_stays_in_this_one_and_a_sentence_says_so() -> None:
    with pytest.warns(RuntimeWarning, match="cannot be sent to another process") as told:
        assert run(callable, [lambda: 1, lambda: 2], engine="processes", workers=2) == [True, True]
    assert len(told) == 1


@pytest.mark.skipif(not NO_DASK, reason="Dask is installed")
def test_dask_is_asked_for_by_its_extra_where_it_is_missing() -> None:
    with pytest.raises(InputError, match=r"scoring-testbed\[dask\]"):
        run(len, ["a", "b"], engine="dask")


@pytest.mark.parametrize(("engine", "workers"), [("threads", None), ("serial", 0)])
def test_unknown_engines_and_no_workers_are_refused(engine: str, workers: int | None) -> None:
    with pytest.raises(InputError):
        run(len, [], engine=engine, workers=workers)


def test_progress_is_told_of_each_task() -> None:
    told: list[str] = []
    run(len, ["a", "b"], done=told.append)
    assert told == ["a", "b"]


def test_worker_processes_use_one_thread_each_and_the_environment_is_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    assert run(os.getenv, ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"], engine="processes", workers=2) == ["1", "3"]
    assert "OMP_NUM_THREADS" not in os.environ


# --- Workers that end, and scripts that they cannot run again ----------------------------------------


def ends(task: str) -> str:
    if task == "deadly":
        os._exit(0)
    return task.upper()


def test_a_task_that_ends_its_worker_is_answered_for_it_and_the_others_have_their_own_answers() -> None:
    tasks = ["a", "deadly", "b", "c", "deadly", "d"]
    found = run(ends, tasks, engine="processes", workers=2, died=lambda task: f"{task} died")
    assert found == ["A", "deadly died", "B", "C", "deadly died", "D"]


def test_without_an_answer_for_it_a_task_that_ends_its_worker_is_refused() -> None:
    with pytest.raises(InputError, match="a worker process ended before it answered"):
        run(ends, ["a", "deadly"], engine="processes", workers=2)


class Evasive:
    def __reduce__(self) -> tuple[object, ...]:
        raise SystemExit(0)


def test_a_model_that_leaves_when_it_is_sent_to_a_process_stays_in_this_one() -> None:
    with pytest.warns(
        RuntimeWarning, match=r"cannot be sent to another process \(SystemExit: 0\).*; the worlds run in"
    ):
        found = run(type, [Evasive(), Evasive()], engine="processes", workers=2)
    assert found == [Evasive, Evasive]


SCRIPT = """
print("begins")
from testbed.runs import run
class Mine:
    size = 3
def size(model):
    return model.size
print("found", run(size, [Mine(), Mine()], engine="processes", workers=2))
"""
FOUND = "found [3, 3]"
SPAWN = "import multiprocessing\nmultiprocessing.get_all_start_methods = lambda: ['spawn']\n"


@pytest.mark.parametrize(
    ("by_file", "before", "said"),
    [
        (True, "", "put the call under `if __name__ == '__main__':`"),
        (True, SPAWN, "put the call under `if __name__ == '__main__':`"),
        (False, "", "this script has no file"),
    ],
    ids=["file", "spawn", "standard input"],
)
def test_a_script_that_workers_cannot_run_again_runs_in_its_own_process_and_says_so(
    tmp_path: Path, by_file: bool, before: str, said: str
) -> None:
    (tmp_path / "script.py").write_text(before + SCRIPT)
    words, text = (["script.py"], None) if by_file else (["-"], before + SCRIPT)
    ran = subprocess.run(
        [sys.executable, *words], input=text, cwd=tmp_path, env=HERE, capture_output=True, text=True, timeout=120
    )
    assert ran.returncode == 0
    assert said in ran.stderr
    assert ran.stderr.count("; the worlds run in this process, one after the other") == 1
    assert "Traceback" not in ran.stderr
    assert ran.stdout.splitlines()[-1] == FOUND
    assert 1 <= ran.stdout.count("begins") <= 4  # once here, and once in each worker that was begun


def test_a_model_made_in_a_console_stays_in_its_process(tmp_path: Path) -> None:
    """`python -c` has no file, as a notebook has none: other processes do not know its classes."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=HERE, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, FOUND)
    assert ran.stderr.count("made in a notebook or a console") == 1


@pytest.mark.parametrize("before", ["", SPAWN], ids=["default", "spawn"])
def test_a_script_with_a_main_guard_runs_its_workers(tmp_path: Path, before: str) -> None:
    guarded = SCRIPT.replace('\nprint("found', "\nif __name__ == '__main__':\n    print(\"found")
    (tmp_path / "script.py").write_text(before + guarded)
    ran = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, env=HERE, capture_output=True, text=True, timeout=120
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == FOUND


# --- The shared cluster, last: it ends with the last test of this file --------------------------------


@pytest.mark.usefixtures("on_dask")
def test_a_task_that_ends_its_worker_of_dask_is_answered_for_it_and_its_neighbors_have_their_own_answers() -> None:
    told: list[str] = []
    tasks = ["a", "deadly", "b", "c"]
    found = run(ends, tasks, engine="dask", died=lambda task: f"{task} died", done=told.append)
    assert found == ["A", "deadly died", "B", "C"]
    assert sorted(told) == sorted(tasks)


@pytest.mark.usefixtures("on_dask")
def test_an_audit_on_dask_finds_what_a_serial_one_finds() -> None:
    asked = {"people": 2000, "periods": 6, "measures": "adverse_rate"}
    serial, dask = (audit("rongcheng", engine=engine, workers=2, **asked) for engine in ("serial", "dask"))
    assert len(serial) > 0
    assert csv_text(dask) == csv_text(serial)
