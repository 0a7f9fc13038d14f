"""Runs of `python -m testbed` and `python -m pytest` that start in a moment: forks of one interpreter.

An interpreter needs a second to import what a command needs. Here one imports it, and for each run is forked: the child
has the words and the folder of the run, runs the module, and ends as any interpreter ends.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from select import select

PATIENCE = 120
"""Seconds that a run may take, on a busy machine."""
IMPORTED = (
    "pandas", "pytest", "testbed.checks", "testbed.commands.audit", "testbed.commands.check", "testbed.commands.cli",
    "testbed.commands.listing", "testbed.models", "testbed.pytest_plugin", "testbed.report", "testbed.runs",
)  # fmt: skip


class Interpreter:
    """An interpreter that waits for runs. `process`: it, with pipes to its input and output."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process, self.folder = process, folder

    def run(self, module: str, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run a module with these words in a folder; its status, output and messages are returned."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        told = {name: str(self.folder / name) for name in ("stdout", "stderr")}
        asked = {"module": module, "words": words, "cwd": str(cwd), **told}
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        assert select([self.process.stdout], [], [], PATIENCE)[0], f"{module} {' '.join(words)} does not end"
        status = int(self.process.stdout.readline())
        out, err = (Path(path).read_text(encoding="utf-8") for path in told.values())
        return subprocess.CompletedProcess([module, *words], status, out, err)


@contextmanager
def interpreter(root: Path) -> Iterator[Interpreter]:
    """Start an interpreter that imports the packages of this folder, and end it afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, __file__], env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True,
        ) as process,
    ):  # fmt: skip
        try:
            yield Interpreter(process, Path(folder))
        finally:
            os.killpg(process.pid, signal.SIGKILL)  # with a run that did not end


def forked() -> dict[str, object]:
    """Wait for runs, and fork for each; return in the child, with what was asked of it."""
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        asked: dict[str, object] = json.loads(line)
        child = os.fork()
        if not child:
            answers.close()
            return asked
        answers.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        answers.flush()
    sys.exit(0)


def become(asked: dict[str, object]) -> str:
    """Take the place of an interpreter that was started with this module and these words; return the module."""
    os.chdir(str(asked["cwd"]))
    for stream, name, how in (
        (0, os.devnull, os.O_RDONLY),
        (1, str(asked["stdout"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, str(asked["stderr"]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(name, how), stream)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.path[0] = os.getcwd()
    sys.argv = ["", *map(str, asked["words"])]  # type: ignore[call-overload]
    return str(asked["module"])


if __name__ == "__main__":
    for one in IMPORTED:
        import_module(one)
    runpy.run_module(become(forked()), run_name="__main__", alter_sys=True)
