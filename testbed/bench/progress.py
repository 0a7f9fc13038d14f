"""A plugin of pytest that `testbed bench` loads: it tells how far the run is, and ends it when the command has ended.

The two processes hold the ends of one socket. This one writes lines of progress to it; if the other end closes, the
command is gone, and so is the reason to go on.
"""

# Any: the objects of pytest-xdist have no types.
from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from testbed.findings import plain_name

OFTEN = 1.0
"""Least seconds between two lines of progress."""
MADE = 0.5
"""Seconds of a test from which an audit was made in it, and not read from the store."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("testbed bench")
    group.addoption("--bench-socket", type=int, default=None, metavar="FD", help="the socket of testbed bench")
    group.addoption("--bench-pairs", default=None, metavar="FILE", help="only these pairs of model and scenario (JSON)")


def pytest_configure(config: pytest.Config) -> None:
    number = config.getoption("--bench-socket")
    if number is None or hasattr(config, "workerinput"):
        return
    line = socket.socket(fileno=number)
    threading.Thread(target=_end_with, args=(line,), daemon=True).start()
    config.pluginmanager.register(Progress(line), "testbed bench progress")


def _end_with(line: socket.socket) -> None:
    """End this process when the other end of the socket is closed."""
    line.recv(1)
    os._exit(1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of the run: about the chosen models or pairs, in scenarios that they are about."""
    file = config.getoption("--bench-pairs")
    pairs = None if file is None else {tuple(pair) for pair in json.loads(Path(file).read_text(encoding="utf-8"))}
    models = config.getoption("--model")

    def kept(item: pytest.Item) -> bool:
        callspec = getattr(item, "callspec", None)
        pair = callspec.params.get("_pair") if callspec is not None else None
        if pair is None or not (pair.marked or item.get_closest_marker("general")):
            return False
        if models and pair.model not in models:
            return False
        return pairs is None or (plain_name(pair.model), plain_name(pair.scenario)) in pairs

    left = [item for item in items if not kept(item)]
    config.hook.pytest_deselected(items=left)
    gone = set(map(id, left))
    items[:] = [item for item in items if id(item) not in gone]


class Progress:
    """How many audits and claims are done. An audit is done when every claim about its model and scenario is."""

    def __init__(self, line: socket.socket) -> None:
        self.line = line
        self.began = self.told = time.monotonic()
        self.left: dict[str, int] = {}
        self.audits = self.claims = self.done = self.made = 0
        self.slow: set[str] = set()

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: Sequence[str]) -> None:
        """Begin to count, with xdist."""
        if not self.left:
            self._begin(ids)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Begin to count, without xdist."""
        if session.items:
            self._begin([item.nodeid for item in session.items])

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Count a test that has ended."""
        group = _group(report.nodeid)
        if report.duration >= MADE:
            self.slow.add(group)
        if report.when != "teardown" or group not in self.left:
            return
        self.done += 1
        self.left[group] -= 1
        if not self.left[group]:
            del self.left[group]
            self.made += group in self.slow
        if time.monotonic() - self.told >= OFTEN or not self.left:
            self._tell()

    def _begin(self, ids: Iterable[str]) -> None:
        for one in ids:
            self.left[_group(one)] = self.left.get(_group(one), 0) + 1
        self.audits, self.claims = len(self.left), sum(self.left.values())
        self._send(f"{self.claims} claims about {self.audits} pairs of model and scenario ...")

    def _tell(self) -> None:
        self.told = now = time.monotonic()
        done = self.audits - len(self.left)
        said = f"{done} of {self.audits} pairs, {self.done} of {self.claims} claims done after {now - self.began:.0f} s"
        if self.left and self.made:
            said += f"; about {duration((now - self.began) / self.made * len(self.left))} left"
        self._send(said)

    def _send(self, said: str) -> None:
        try:
            self.line.sendall(f"{said}\n".encode())
        except OSError:  # the command has ended, and this process is about to
            return


def _group(nodeid: str) -> str:
    """The pair that a test is about, as its id names it, or its file."""
    inside = nodeid.rpartition("[")[2].removesuffix("]") if nodeid.endswith("]") else ""
    return inside.rpartition("~")[2] if "@" in inside else nodeid.partition("::")[0]


def duration(seconds: float) -> str:
    """Seconds in words.

    >>> duration(7.2), duration(200)
    ('7 s', '4 min')
    """
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60 + 0.5:.0f} min"
