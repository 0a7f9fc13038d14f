"""Engines for independent tasks: one after the other, in processes, or on a Dask cluster.

A task is a pure function of its arguments and worlds share nothing, so no engine changes a byte of the answers.
Answers come back in the order of the tasks.
"""

# Any: tasks and answers are of any kind, and distributed has no types.
from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import zip_longest
from typing import Any, TypeVar

from synthetic.errors import InputError, unknown
from testbed.models import first_line, theirs

Task = TypeVar("Task")
Answer = TypeVar("Answer")

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
ENGINES = ("serial", "processes", "dask")


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every system
        return os.cpu_count() or 1


def check_engine(engine: str, workers: int | None) -> None:
    """Raise InputError for an unknown engine, fewer than one worker, or Dask if it is not installed."""
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if workers is not None and workers < 1:
        raise InputError(f"workers: found {workers}; at least 1 is needed.")
    if engine == "dask":
        _distributed()


def run(
    work: Callable[[Task], Answer],
    tasks: Sequence[Task],
    *,
    engine: str = "serial",
    workers: int | None = None,
    done: Callable[[Task], None] | None = None,
    preload: Sequence[str] = (),
    died: Callable[[Task], Answer] | None = None,
) -> list[Answer]:
    """Return the answers of `work` to each task, in the order of the tasks.

    For any engine but serial, `work` must be a function of a module and tasks must be picklable.
    `workers` defaults to the number of cores. `done` is called with each task when its answer arrives.
    `preload` names modules that worker processes need; they are imported once for all if the system allows it.
    Where worker processes cannot run this script or the tasks, the tasks run in this process, and a RuntimeWarning says
    why. `died` gives the answer to a task that ends its worker process even when it runs alone; None raises InputError.

    >>> run(abs, [-2, 3])
    [2, 3]
    """
    check_engine(engine, workers)
    if engine == "serial" or len(tasks) <= 1:
        return _gather(map(work, tasks), tasks, done)
    if engine == "processes":
        return _processes(work, tasks, workers, done, preload, died or _refused)
    return _dask(work, tasks, workers, done, died or _refused)


def _gather(answers: Any, tasks: Sequence[Task], done: Callable[[Task], None] | None) -> list[Any]:
    taken = []
    for task, answer in zip(tasks, answers, strict=True):
        taken.append(answer)
        if done is not None:
            done(task)
    return taken


def _refused(task: Any) -> Any:
    raise InputError("a worker process ended before it answered; it was stopped, or memory ran out.")


class _StayError(Exception):
    """Worker processes cannot do this work; the message is why."""


def _stay(why: object) -> None:
    """Say that the work stays in this process, and why."""
    warnings.warn(f"engine processes: {why}; the worlds run in this process, one after the other", RuntimeWarning, 2)


def _processes(
    work: Callable[[Task], Answer],
    tasks: Sequence[Task],
    workers: int | None,
    done: Callable[[Task], None] | None,
    preload: Sequence[str],
    died: Callable[[Task], Answer],
) -> list[Answer]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    try:
        context = _context(tasks, preload)
    except _StayError as why:
        _stay(why)
        return _gather(map(work, tasks), tasks, done)
    stays = False

    def again(task: Task) -> Answer:
        """Run a task again, alone, if it was lost when a worker ended; here, if no worker can begin."""
        nonlocal stays
        if stays:
            return work(task)
        with ProcessPoolExecutor(1, context, _begin, (threads,)) as alone:
            try:
                alone.submit(os.getpid).result()
            except BrokenProcessPool:
                stays = True
            else:
                try:
                    return alone.submit(work, task).result()
                except BrokenProcessPool:
                    return died(task)
        _stay("worker processes run this script again; put the call under `if __name__ == '__main__':`")
        return work(task)

    def answers(pool: ProcessPoolExecutor) -> Iterator[Answer]:
        futures: list[Any] = []
        try:
            with suppress(BrokenProcessPool):  # a worker ended while tasks were still submitted
                futures += (pool.submit(work, task) for task in tasks)
            for task, future in zip_longest(tasks, futures):
                try:
                    yield again(task) if future is None else future.result()
                except BrokenProcessPool:
                    yield again(task)
        finally:
            for future in futures:
                future.cancel()

    count = min(len(tasks), workers or cores())
    with _one_thread_each() as threads, ProcessPoolExecutor(count, context, _begin, (threads,)) as pool:
        return _gather(answers(pool), tasks, done)


def _context(tasks: Sequence[Any], preload: Sequence[str]) -> Any:
    """Return how worker processes start. Raises _StayError if they cannot run this script or the tasks."""
    from multiprocessing import current_process, get_all_start_methods, get_context

    if getattr(current_process(), "_inheriting", False):
        raise SystemExit(1)  # a worker that still imports the script; the process that started it says why
    _check_sendable(tasks)
    main: Any = sys.modules["__main__"]
    if main.__spec__ is None and not os.path.exists(getattr(main, "__file__", None) or "."):
        raise _StayError("this script has no file, so worker processes cannot run it again")
    context: Any = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
    if context.get_start_method() == "forkserver":
        context.set_forkserver_preload(list(preload))
    return context


def _check_sendable(tasks: Sequence[Any]) -> None:
    """Raise _StayError if a task cannot be sent to another process, or is not known there."""
    import pickle

    try:
        with theirs():
            sent = pickle.dumps(tasks)
    except Exception as problem:
        raise _StayError(
            f"the model cannot be sent to another process ({first_line(problem)}); define it in a module of its own"
        ) from None
    if b"__main__" in sent and not hasattr(sys.modules["__main__"], "__file__"):
        raise _StayError("the model is made in a notebook or a console, which other processes do not know")


@contextmanager
def _one_thread_each() -> Iterator[dict[str, str]]:
    """Let worker processes that start inside use one thread each for linear algebra; more would compete for cores.

    Yields what is set. A number that the environment sets already is kept.
    """
    held = {name: os.environ.get(name) for name in THREADS}
    threads = {name: os.environ.get(name) or "1" for name in THREADS}
    os.environ.update(threads)
    try:
        yield threads
    finally:
        for name, value in held.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _begin(threads: Mapping[str, str]) -> None:
    """Set the threads of a worker, whose parent process may have started with other settings."""
    os.environ.update(threads)
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    wanted = {"openmp": threads["OMP_NUM_THREADS"], "blas": threads["OPENBLAS_NUM_THREADS"]}
    threadpool_limits({api: int(number) for api, number in wanted.items() if number.isdigit()})


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise InputError(
            "engine dask: the package distributed is not installed; pip install 'scoring-testbed[dask]'."
        ) from None
    return distributed


def _dask(
    work: Callable[[Task], Answer],
    tasks: Sequence[Task],
    workers: int | None,
    done: Callable[[Task], None] | None,
    died: Callable[[Task], Answer],
) -> list[Answer]:
    """Run the tasks on the cluster that Dask's configuration names, or on a local one made for this run.

    A worker that ends takes the tasks that wait on it along, and Dask reports each of them as the one that killed it.
    A lost task therefore runs again alone, after all others; only a task that ends its worker then has killed it.
    """
    distributed = _distributed()
    made: dict[int, Answer] = {}
    lost = []

    def take(place: int, answer: Answer) -> None:
        made[place] = answer
        if done is not None:
            done(tasks[place])

    with _client(distributed, workers or cores()) as client:
        for place, future in enumerate(client.map(work, tasks, pure=False)):
            try:
                take(place, _answer(client, future))
            except (distributed.KilledWorker, _NoWorkerLeft):
                lost.append(place)
            future.release()  # or Dask would compute it again if its worker ends
    for place in lost:
        with _client(distributed, 1) as client:
            try:
                answer: Answer = _answer(client, client.submit(work, tasks[place], pure=False))
            except (distributed.KilledWorker, _NoWorkerLeft):
                answer = died(tasks[place])
        take(place, answer)
    return [made[place] for place in range(len(tasks))]


class _NoWorkerLeft(Exception):
    """Every worker of a local cluster has ended, and Dask does not begin them anew."""


def _answer(client: Any, future: Any) -> Any:
    """The answer of a task. A worker that ends while it begins is gone for good, so a local cluster can run out."""
    while True:
        try:
            return future.result(timeout=30)
        except TimeoutError:
            if future.done():
                raise  # by the task itself
            if client.cluster is not None and not client.nthreads():
                raise _NoWorkerLeft from None


@contextmanager
def _client(distributed: Any, workers: int) -> Iterator[Any]:
    """A client of the cluster that the environment names, or of a local one, which gives a lost task up at once.

    Elsewhere Dask runs a task that was lost with its worker up to four times.
    """
    import dask

    if address := os.environ.get("DASK_SCHEDULER_ADDRESS"):
        with distributed.Client(address) as client:
            yield client
        return
    with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
        client = distributed.Client(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    with client:
        try:
            yield client
        finally:
            with suppress(TimeoutError):  # a cluster cannot close while a worker that ended begins anew
                client.wait_for_workers(workers, timeout=30)
