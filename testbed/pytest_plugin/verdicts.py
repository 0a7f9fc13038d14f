"""The verdicts of a run as a table: one row for each claim, model and scenario."""

# Any: a row holds texts and numbers.
from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from synthetic.writing import csv_text
from testbed.findings import VERDICT_COLUMNS, Settled, chosen, neutralized, plain_name
from testbed.pytest_plugin.cards import card_of, has_card
from testbed.pytest_plugin.pairs import PAIR

if TYPE_CHECKING:
    from synthetic.writing import Reserved

PROPERTY = "testbed_claim"
WORST = ("held", "undecided", "broken")


def begin(item: pytest.Item, people: int | None) -> None:
    """Attach to a test what its row will say, whatever becomes of it. Workers of xdist send it with the report."""
    pair = item.stash[PAIR]
    function = getattr(item, "function", None)
    card = card_of(function) if function is not None and has_card(function) else None
    row: dict[str, Any] = {
        "claim": getattr(item, "originalname", item.name).removeprefix("test_"),
        "family": card.family if card else "", "model": plain_name(pair.model), "scenario": told_name(pair.scenario),
        "compared": str(pair.compared or ""), "verdict": "", "value": math.nan, "low": math.nan, "high": math.nan,
        "claimed": card.threshold if card else "", "measure": card.measure if card else "",
        "people": people or 0, "seconds": 0.0, "why": "",
    }  # fmt: skip
    item.user_properties.append((PROPERTY, row))


def end(item: pytest.Item, settled: list[Settled], seconds: float) -> None:
    """Add how the claims of a test ended: the worst of them, or the last that held."""
    row = dict(item.user_properties)[PROPERTY]
    assert isinstance(row, dict)
    row["seconds"] = round(seconds, 3)
    if not settled:
        return
    worst = max(settled, key=lambda one: WORST.index(one.verdict))
    last = [one for one in settled if one.verdict == worst.verdict][-1]
    row |= {
        "verdict": last.verdict, "value": last.claim.value, "low": last.claim.low, "high": last.claim.high,
        "claimed": last.claimed, "measure": last.claim.measure, "why": last.claim.why,
        "family": row["family"] or chosen([last.claim.measure])[0].harm,
    }  # fmt: skip


class Kept:
    """A plugin of one run that keeps the verdict of every test that has ended, in this process or in a worker."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the row of a report that ends a test."""
        row = row_of(report)
        if row is not None:
            self.rows.append(row)


def row_of(report: pytest.TestReport) -> dict[str, Any] | None:
    """The row of a report that ends a test; None for other reports and for tests without a claim."""
    row = dict(report.user_properties).get(PROPERTY)
    if not isinstance(row, dict) or not (report.when == "call" or (report.when == "setup" and not report.passed)):
        return None
    found = dict(row)
    if report.skipped and not hasattr(report, "wasxfail"):
        return found | {"verdict": "skipped", "why": _reason(report)}
    if not found["verdict"]:
        return found | {"verdict": "failed", "why": _reason(report) if report.failed else "the test claimed nothing"}
    return found


def told_name(scenario: str) -> str:
    """A scenario as a table names it: a file without its folder."""
    return scenario.replace("\\", "/").rpartition("/")[2]


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    if isinstance(told, tuple):
        return str(told[2]).removeprefix("Skipped: ")
    crash = getattr(told, "reprcrash", None)
    return str(crash.message if crash is not None else told).strip().partition("\n")[0]


def write(out: Reserved, rows: list[dict[str, Any]]) -> None:
    """Write the rows in a fixed order."""
    rows = sorted(rows, key=lambda row: tuple(str(row[key]) for key in ("scenario", "model", "claim", "compared")))
    out.write(csv_text([VERDICT_COLUMNS, *([_cell(row[column]) for column in VERDICT_COLUMNS] for row in rows)]))


def _cell(value: object) -> object:
    if isinstance(value, str):
        return neutralized(value)
    return "" if isinstance(value, float) and math.isnan(value) else value
