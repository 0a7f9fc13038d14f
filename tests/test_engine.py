"""Whatever the engine, the answers are the same and in the order of the tasks."""

from __future__ import annotations

import importlib.util
import os

import pytest

from synthetic.draws import derive
from synthetic.errors import InputError
from testbed.engine import run

NO_DASK = importlib.util.find_spec("distributed") is None


@pytest.mark.parametrize(
    "engine",
    ["serial", "processes", pytest.param("dask", marks=pytest.mark.skipif(NO_DASK, reason="Dask is not installed"))],
)
def test_every_engine_gives_the_same_answers_in_the_order_of_the_tasks(engine: str) -> None:
    tasks = ["ab", "c", "", "defg"]
    assert run(len, tasks, engine=engine, workers=2) == [2, 1, 0, 4]


def test_one_task_needs_no_second_process() -> None:
    assert run(lambda seed: derive(seed, "x"), [7], engine="processes") == [derive(7, "x")]


def test_what_cannot_be_sent_to_a_process_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="cannot be sent to another process"):
        run(callable, [lambda: 1, lambda: 2], engine="processes", workers=2)


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
