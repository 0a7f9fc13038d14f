"""Where the shipped tests are, and a run of them by pytest in a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from synthetic.errors import InputError
from testbed.models import limits
from testbed.runs import THREADS, cores, digest

PLUGINS = ("testbed.pytest_plugin", "testbed.bench.progress")
SUITES = ("quick", "full")
PEOPLE = {"quick": 20_000, "full": 20_000}
"""People in each society, by suite."""


@dataclass(frozen=True)
class Asked:
    """What a benchmark is asked to run; no models or scenarios: those of the suite.

    lean: of the findings only the rows that claims read are kept.
    """

    suite: str
    models: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    people: int = PEOPLE["quick"]
    lean: bool = False


@dataclass(frozen=True)
class Ran:
    """What a run of the suite left: pytest's exit status (0 or 1), both tables as text, and the tests that failed."""

    status: int
    findings: str
    claims: str
    failed: tuple[str, ...] = ()


class CutShortError(Exception):
    """The process of the tests ended before its tables were written; the text says how."""


def suite_folder() -> Path:
    """Return the folder of the shipped tests: in the package if it was installed from a wheel, else in the tree."""
    package = Path(str(files("testbed")))
    for folder in (package / "benchmarks", package.parent / "benchmarks"):
        if any(folder.glob("test_*.py")):
            return folder
    raise InputError("the benchmarks are missing from this installation; install scoring-testbed again.")


def suite_digest() -> str:
    """Return a digest of the shipped tests and of what they read."""
    folder = suite_folder()
    held = [path for kind in ("*.py", "*/*.toml") for path in sorted(folder.glob(kind))]
    return digest("".join(f"{path.name} {digest(path.read_bytes())}\n" for path in held))


def run_suite(
    asked: Asked,
    store: Path,
    *,
    workers: int | None = None,
    pairs: Collection[tuple[str, str]] | None = None,
    tell: Callable[[str], None] = lambda said: None,
) -> Ran:
    """Run the suite and return what it left. Audits are kept in `store`; `tell` is called with lines of progress.

    pairs: only claims about these pairs of model and scenario, which the whole run has too. Raises CutShortError if the
    process of the tests ended early, InputError if there is nothing to run.
    """
    with tempfile.TemporaryDirectory(prefix="testbed-bench-") as name:
        scratch = Path(name)
        most = workers or cores()
        words = _words(asked, store, scratch, most if pairs is None else min(most, len(pairs)))
        if pairs is not None:
            (scratch / "pairs.json").write_text(json.dumps(sorted(pairs)), encoding="utf-8")
            words += ["--bench-pairs", str(scratch / "pairs.json")]
        status = _child([*words, str(suite_folder())], scratch / "log.txt", tell)
        log = (scratch / "log.txt").read_text(encoding="utf-8", errors="replace")
        if status == 5:
            raise InputError(f"the {asked.suite} suite makes no claim about what was asked for.")
        if status == 4:
            raise InputError(_last(log, "ERROR: "))
        tables = [scratch / "findings.csv", scratch / "claims.csv"]
        if status not in (0, 1) or not all(table.is_file() for table in tables):
            raise CutShortError(
                f"the tests ended with status {status} before the tables were written: {_last(log, 'INTERNALERROR> ')}"
            )
        findings, claims = (table.read_bytes().decode("utf-8") for table in tables)
        return Ran(status, findings, claims, failed=tuple(_failed(log)))


def _failed(log: str) -> Iterable[str]:
    """The names of the tests that pytest lists as failed."""
    lines = (line.partition(" - ")[0] for line in log.splitlines() if line.startswith("FAILED "))
    return (line.partition("::")[2] for line in lines)


def _words(asked: Asked, store: Path, scratch: Path, workers: int) -> list[str]:
    """The command of the run. It reads no settings of the folder it runs in, and loads no plugin that is not named."""
    words = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(suite_folder())]
    words += ["--import-mode=importlib", "-p", "no:cacheprovider", "--tb=no"]
    words += [word for plugin in PLUGINS for word in ("-p", plugin)]
    if workers > 1 and find_spec("xdist") is not None:
        words += ["-p", "xdist.plugin", "-n", str(workers), "--dist", "loadgroup"]
    words += ["--suite", asked.suite, "--proofs", "no", "--people", str(asked.people), "--store", str(store)]
    for option, names in (("--model", asked.models), ("--scenario", asked.scenarios)):
        words += [word for name in names for word in (option, name)]
    words += [] if limits().seconds is None else ["--model-timeout", str(limits().seconds)]
    words += ["--claims", str(scratch / "claims.csv"), "--findings", str(scratch / "findings.csv")]
    return words


def _child(words: list[str], log: Path, tell: Callable[[str], None]) -> int:
    """Run a command, with a socket over which it tells its progress, and return its status."""
    here, there = socket.socketpair()
    kept = {key: value for key, value in os.environ.items() if key not in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")}
    environment = {**dict.fromkeys(THREADS, "1"), **kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    handed = [there.fileno()] if os.name == "posix" else []
    place = len(words) - 1
    if handed:
        words = [*words[:place], "--bench-socket", str(there.fileno()), *words[place:]]
    with here, open(log, "wb") as out:
        child = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment,
                                 pass_fds=handed)  # fmt: skip
        there.close()
        threading.Thread(target=_hear, args=(here.makefile(encoding="utf-8"), tell), daemon=True).start()
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            child.wait()
            raise


def _hear(lines: Iterable[str], tell: Callable[[str], None]) -> None:
    for line in lines:
        tell(line.strip())


def _last(log: str, mark: str) -> str:
    """The last line of a log that begins with a mark, without it; else its last line."""
    lines = [line.strip() for line in log.splitlines() if line.strip()] or ["it said nothing"]
    marked = [line.removeprefix(mark) for line in lines if line.startswith(mark)]
    return (marked or lines)[-1].strip()
