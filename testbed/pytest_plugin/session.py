"""The state that the tests of one process share: audits, their findings, and the number of decided claims."""

# Any: the options of an audit are of several types.
from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from synthetic.errors import InputError
from synthetic.writing import Reserved, csv_text
from testbed.findings import Settled
from testbed.pytest_plugin.cards import card_of, has_card
from testbed.pytest_plugin.pairs import Pair, load

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios import Scenario


World = tuple[str, str, tuple[tuple[str, object], ...], int | None]
"""The world that tests are about: scenario, model, dials and people."""


class Run:
    """The audits that the tests of one process share, and the claims settled so far.

    `settled` holds those of the present test, `rows` the verdicts of the tests that have ended.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.people: int | None = config.getoption("--people")
        self.seeds = tuple(range(config.getoption("--seeds")))
        self.tables: dict[tuple[str, str, str], pd.DataFrame] = {}
        self.decided = 0
        self.wanted = 0
        self.sent: list[str] = []
        self.settled: list[Settled] = []
        self.rows: list[dict[str, Any]] = []
        self.measures: dict[World, set[str] | None] = {}
        self.store: str | None = config.getoption("--store")
        self.timeout: float | None = config.getoption("--model-timeout")

    def settle(self, settled: Settled) -> None:
        """Take note of a claim that was compared with its limit."""
        self.settled.append(settled)
        self.decided += settled.verdict != "undecided"

    def want(self, pair: Pair, item: pytest.Item) -> None:
        """Take note of what a test reads of its world's findings: the measure of its card, or all of them."""
        if "findings" not in getattr(item, "fixturenames", ()):
            return
        function = getattr(item, "function", None)
        world = world_of(pair)
        if function is None or not has_card(function):
            self.measures[world] = None
            return
        found = self.measures.setdefault(world, set())
        if found is not None:
            found.add(card_of(function).measure)

    def wanted_of(self, pair: Pair) -> list[str] | None:
        """The measures that tests read of a world's findings; None for all of them."""
        found = self.measures.get(world_of(pair))
        return sorted(found) if found else None

    def people_of(self, pair: Pair) -> int:
        """The people of a test: of each society, or of all societies where they are spread over seeds."""
        return pair.people or self.people or load(pair.scenario).people

    def societies(self, pair: Pair) -> dict[str, Any]:
        """The people and seeds of a test's audit, as options of `audit`. A run over several seeds spreads nothing."""
        if not pair.seeds or len(self.seeds) > 1:
            return {"people": pair.people or self.people, "seeds": self.seeds}
        return {"people": max(1, self.people_of(pair) // pair.seeds), "seeds": tuple(range(pair.seeds))}

    def audit(self, scenario: str | Path | Scenario, model: str, **options: Any) -> pd.DataFrame:
        """The findings of one scenario and model, kept in memory after the first call.

        Anchors are run, and their rows are included, unless `anchors` is False.
        """
        from testbed.models import checked_limits, within

        options = {"people": self.people, "seeds": self.seeds, **options}
        name = getattr(scenario, "name", None) or str(scenario)
        key = (name, model, repr(sorted(options.items(), key=lambda item: item[0])))
        if key not in self.tables:
            with within(checked_limits(self.timeout)):
                self.tables[key] = self._audited(scenario, model, dict(options))
        return self.tables[key]

    def _audited(self, scenario: str | Path | Scenario, model: str, options: dict[str, Any]) -> pd.DataFrame:
        """The findings of an audit: those in the store of the run, if it has one, or made now."""
        from testbed.runs import AuditStore, audit, planned, run_audit

        anchors = bool(options.pop("anchors", True))
        if self.store is None and anchors:
            return audit(scenario, [model], anchors=True, **options)
        where = {name: options.pop(name) for name in ("engine", "workers", "out") if name in options}
        if where:
            raise InputError(f"audit: found {', '.join(where)}; here the run decides where audits are made.")
        plan = planned(scenario, [model], alone=not anchors, **options)
        return run_audit(plan).findings if self.store is None else AuditStore(Path(self.store)).findings(plan)

    def texts(self) -> list[str]:
        """Every table of findings so far, as CSV."""
        from testbed.findings import csv_text

        return [csv_text(table) for table in self.tables.values()]


RUN: pytest.StashKey[Run] = pytest.StashKey()


def world_of(pair: Pair) -> World:
    """The world that a test is about."""
    return pair.scenario, pair.model, pair.dials, pair.people


def by_audit(config: pytest.Config, log: object) -> object:
    """A scheduler of xdist that sends tests about one model and scenario to one worker, others by their file."""
    from xdist.scheduler import LoadGroupScheduling

    class ByAudit(LoadGroupScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            inside = nodeid.rpartition("[")[2].removesuffix("]") if nodeid.endswith("]") else ""
            return inside.rpartition("~")[2] if "@" in inside else nodeid.partition("::")[0]

    return ByAudit(config, log)


def write(out: Reserved, texts: list[str]) -> None:
    """One CSV of all tables: each row once, in a fixed order."""
    from testbed.findings import COLUMNS

    lines = {csv_text([row]) for text in texts for row in list(csv.reader(io.StringIO(text)))[1:]}
    out.write("".join([csv_text([COLUMNS]), *sorted(lines)]))
