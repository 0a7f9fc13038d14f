"""Hostile models through the doors by which models come, each run in a process of its own, and what came of it."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent

from hostile import CLASS, FAILED, FUNCTION, OBJECT, PROGRAM, REFUSED, SERVER, Hostile

IMPORTS = "import csv, ctypes, os, random, re, signal, subprocess, sys, threading, time\n"
PYTHON_HEAD = """
import numpy as np, pandas as pd
from testbed import Scores
def honest(records):
    return -records["utility_late"].to_numpy(float)
"""
PLAIN_HEAD = """
def honest(records):
    return [-float(one["utility_late"]) for one in records]
"""
PROGRAM_TAIL = """
sys.stdout.write("".join(f"{one}\\n" for one in score(list(csv.DictReader(sys.stdin))) or ()))
"""
SERVER_TAIL = """
import http.server
def right(rows):
    return "".join(f"{one}\\n" for one in score(rows) or ()).encode()
class Handler(http.server.BaseHTTPRequestHandler):
    wbufsize = 0
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.reply(right(list(csv.DictReader(text.splitlines()))))
    def reply(self, right):
{reply}
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open("port.part", "w") as file:
    file.write(str(server.server_port))
os.replace("port.part", __file__ + ".port")
server.serve_forever()
"""
PLAIN_REPLY = "self.send_response(200); self.end_headers(); self.wfile.write(right)"
OBJECT_MAIN = """
import sys, warnings
from pathlib import Path
sys.path.insert(0, "")
if __name__ == "__main__":
    import {module}
    import testbed
    from synthetic.errors import InputError
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", RuntimeWarning)
        try:
            testbed.audit({scenario!r}, [{module}.{thing}, *{others!r}], people={people}, periods={periods},
                          measures={measures!r}, out={out!r}, **{limits!r})
        except InputError as problem:
            sys.exit(f"testbed: {{problem}}" if not sys.stderr.write(f"testbed: {{problem}}\\n") else 2)
    said = [one for one in told if issubclass(one.category, RuntimeWarning)]
    print("".join(f"FAILED: {{one.message}}\\n" for one in said))
    sys.exit(1 if said else 0)
"""
PEOPLE, PERIODS, MEASURES = 600, 2, ("adverse_rate", "reason_coverage")
HONEST = ("rongcheng",)
SECONDS, GIB = 3, 1
MOST = 100
"""Seconds after which a run is ended, and has failed to stop its model."""
MOST_MEMORY = 6 << 30
"""Bytes that any process may use."""
MARK = "HOSTILE_RUN"
"""An environment variable by which what a run leaves behind is found."""


def source(hostile: Hostile, door: str) -> str:
    """The code of a model for a door."""
    head = IMPORTS + (PLAIN_HEAD if door in (PROGRAM, SERVER) else PYTHON_HEAD)
    if hostile.program:
        return head + hostile.program + "\n"
    body = f"def score(records):\n{indent(hostile.body, '    ')}\n"
    made = f"{head}\n{hostile.head}\n{body}"
    if door == PROGRAM:
        return made + PROGRAM_TAIL
    if door == SERVER:
        return made + SERVER_TAIL.replace("{reply}", indent(hostile.answer or PLAIN_REPLY, "        "))
    method = indent(body.replace("score(records)", "score(self, records)", 1), "    ")
    return f"{made}\nclass Model:\n{indent(hostile.own, '    ')}\n{method if 'self.score' not in hostile.own else ''}\n"


@dataclass(frozen=True)
class Run:
    """What came of a run: exit status, seconds, what it wrote, rows by model, and what it left behind."""

    status: int
    seconds: float
    out: str
    err: str
    rows: dict[str, list[str]]
    left: tuple[int, ...]

    def sentences(self) -> list[str]:
        """The sentences that say what failed or was refused, as often as they are said."""
        if self.status == REFUSED:
            return re.findall(r"^testbed: (.*(?<!\.)\.)$", self.err, re.MULTILINE)
        text = re.sub(r"\s+", " ", self.out)
        return re.findall(r"(?:FAILED|VOID): (.*?)(?= (?:FAILED: |Do not use|Numbers that depend|Written: )|$)", text)

    def faults(self, expected: Sequence[int], others: dict[str, list[str]]) -> list[str]:
        """What is not as it should be: status, sentence, the rows of other models, what is left, a traceback."""
        said, failed = len(self.sentences()), self.status in (FAILED, REFUSED)
        found = [f"status {self.status}"] if self.status not in expected else []
        found += [f"{said} sentences"] if said != failed else []
        wanted = {} if self.status == REFUSED else others
        found += ["other rows"] if any(self.rows.get(name) != rows for name, rows in wanted.items()) else []
        found += ["rows written"] if self.status == REFUSED and self.rows else []
        found += [f"{len(self.left)} processes left"] if self.left else []
        return found + ["traceback" if "Traceback" in text else "control characters"
                        for text in (self.out, self.err) if "Traceback" in text or "\x1b" in text]  # fmt: skip


@contextmanager
def model_of(hostile: Hostile, door: str, folder: Path) -> Iterator[str]:
    """The name by which a model comes, while its server, if it is one, runs."""
    module = f"hostile_{hostile.name}"
    path = folder / f"{module}.py"
    path.write_text(source(hostile, door), encoding="utf-8")
    if door != SERVER:
        names = {FUNCTION: f"{module}:score", CLASS: f"{module}:Model", PROGRAM: f"cmd:{sys.executable} -S {path.name}"}
        yield names.get(door, f"{module}:{'Model()' if hostile.own else 'score'}")
        return
    port = Path(f"{path}.port")
    port.unlink(missing_ok=True)
    served = subprocess.Popen([sys.executable, str(path)], cwd=folder, stdout=-3, stderr=-3, preexec_fn=little_memory)
    try:
        while not port.exists():
            time.sleep(0.02)
        yield f"http://127.0.0.1:{port.read_text()}"
    finally:
        served.kill()
        served.wait()


def audited(
    folder: Path, models: Sequence[str], *, objects: Sequence[str] = (), limits: bool = False, out: str = "out"
) -> Run:
    """The audit of these models, in a process of its own in the folder; of an object `module:expression`, by Python."""
    if objects:
        path = folder / "by_python.py"
        module, thing = objects[0].split(":")
        given = {"model_timeout": SECONDS} if limits else {}
        path.write_text(
            OBJECT_MAIN.format(module=module, thing=thing, scenario="rongcheng", others=list(models),
                               people=PEOPLE, periods=PERIODS, measures=list(MEASURES), out=out, limits=given)
        )  # fmt: skip
        words = [sys.executable, path.name]
    else:
        words = [sys.executable, "-m", "testbed", "audit", "rongcheng", "--people", str(PEOPLE), "--out", out]
        words += ["--periods", str(PERIODS), "--measures", ",".join(MEASURES)]
        words += [word for name in models for word in ("--model", name)]
        words += ["--model-timeout", str(SECONDS), "--memory", str(GIB)] if limits else []
    return run(words, folder, out)


def tried(hostile: Hostile, door: str, folder: Path, *, limits: bool = True) -> Run:
    """The audit of a hostile model and an honest one."""
    with model_of(hostile, door, folder) as name:
        if door == OBJECT:
            return audited(folder, HONEST, objects=[name], limits=limits)
        return audited(folder, [name, *HONEST], limits=limits)


def honest_rows(folder: Path) -> dict[str, list[str]]:
    """The rows of the honest model and of the lottery, without any other."""
    rows = audited(folder, HONEST).rows
    return {name: rows[name] for name in (*HONEST, "lottery")}


def run(words: Sequence[str], folder: Path, out: str) -> Run:
    """Run a command in a folder, and end what it leaves behind."""
    shutil.rmtree(folder / out, ignore_errors=True)
    mark = uuid.uuid4().hex
    began = time.monotonic()
    with open(folder / "stdout", "w+b") as stdout, open(folder / "stderr", "w+b") as stderr:
        child = subprocess.Popen(
            words, cwd=folder, env={**os.environ, MARK: mark}, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr,
            start_new_session=True, preexec_fn=little_memory,
        )  # fmt: skip
        try:
            status = child.wait(MOST)
        except subprocess.TimeoutExpired:
            status = -1
            child.kill()
            child.wait()
        seconds = time.monotonic() - began
        texts = []
        for file in (stdout, stderr):
            file.seek(0)
            texts.append(file.read(1_000_000).decode("utf-8", "replace"))
    return Run(status, seconds, *texts, rows_of(folder / out), tuple(left_behind(mark)))


def little_memory() -> None:
    """Keep what a run takes from the machine in bounds, whatever the run itself does about it."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def rows_of(folder: Path) -> dict[str, list[str]]:
    """The rows of findings by model, as they were written; none if nothing was."""
    path = folder / "findings.csv"
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8")
    held: dict[str, list[str]] = {}
    csv.field_size_limit(1 << 30)  # a name may be long
    for row in list(csv.reader(io.StringIO(lines)))[1:]:
        held.setdefault(row[1], []).append(",".join(row))
    return held


def left_behind(mark: str) -> Iterator[int]:
    """The processes that a run has left, which are ended. Those that are about to end have a moment."""
    end = time.monotonic() + 1.0
    while (found := list(_marked(mark))) and time.monotonic() < end:
        time.sleep(0.1)
    for number in found:
        with suppress(OSError):
            os.kill(number, signal.SIGKILL)
        yield number


def _marked(mark: str) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if f"{MARK}={mark}".encode() in path.read_bytes():
                yield int(path.parent.name)
