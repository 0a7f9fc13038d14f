"""Seeds until an interval is short enough, and no further."""

from __future__ import annotations

import math
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.findings.finding import csv_text
from testbed.runs.auditing import run_audit
from testbed.runs.manifest import identity, manifest_of
from testbed.runs.measuring import Answer, Task
from testbed.runs.plan import planned, tasks_of
from testbed.runs.sequential import checked, enough


def test_it_stops_at_the_first_number_of_seeds_that_is_precise_and_not_before_ten() -> None:
    from scipy.stats import t

    values = np.random.Generator(np.random.Philox(3)).normal(0, 1, 200)
    half = 0.4
    wide = [t.ppf(0.975, k - 1) * values[:k].std(ddof=1) / math.sqrt(k) for k in range(10, 201)]
    first = 10 + next(k for k, one in enumerate(wide) if one <= half)
    assert first > 10
    assert enough([list(values)], half) == first
    assert enough([[0.0, 1e-9] * 30], 1.0) == 10
    assert enough([list(values)], 0.01) is None


def test_every_quantity_must_be_precise_at_once_and_an_undefined_one_is_passed_over() -> None:
    draw = np.random.Generator(np.random.Philox(4))
    first, second = list(draw.normal(0, 1, 100)), list(draw.normal(0, 2, 100))
    both = enough([first, second], 0.6)
    assert both is not None
    assert both >= enough([second], 0.6)  # type: ignore[operator]
    assert enough([first, [math.nan, *second[1:]]], 0.6) == enough([first], 0.6)
    assert enough([[math.nan] * 20], 0.6) is None


def test_a_mean_at_which_the_rule_stopped_is_still_covered() -> None:
    draw = np.random.Generator(np.random.Philox(5))
    runs, hits = 400, 0
    for _ in range(runs):
        values = draw.normal(0, 1, 120)
        seeds = enough([list(values)], 0.35)
        assert seeds is not None
        hits += abs(values[:seeds].mean()) <= 0.35
    assert hits / runs >= 0.93 - 4 * math.sqrt(0.93 * 0.07 / runs) / 2


def planted(task: Task) -> Answer:
    """A world that is nothing but a number drawn by its seed."""
    value = float(np.random.Generator(np.random.Philox(task.seed)).normal(0.2, 0.05))
    where = {"measure": "adverse_rate", "harm": "disparate impact", "group": "all", "versus": "", "unit": "rate"}
    rows = [
        {**where, "split": "all", "value": value, "low": value - 0.1, "high": value + 0.1, "n": 100, "why": ""},
        {**where, "split": "sex*community", "group": "a*b", "value": 50 * value, "n": 1, "why": ""},
    ]
    return Answer(rows={"adverse_rate": rows})


@pytest.mark.parametrize("at_once", [1, 2, 7])
def test_an_audit_uses_the_seeds_it_needs_in_their_order_however_many_run_at_once(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("testbed.runs.auditing"), "work", planted)
    asked: dict[str, Any] = {"seeds": tuple(range(60)), "measures": "adverse_rate"}
    made = run_audit(planned("rongcheng", precision={"adverse_rate": 0.02}, **asked), workers=at_once)
    values = [planted(task).rows["adverse_rate"][0]["value"] for task in tasks_of(made.plan)[::2]]
    assert len(made.seeds) == enough([values], 0.02)
    assert 10 < len(made.seeds) < 60
    assert made.seeds == tuple(range(len(made.seeds)))
    alone = run_audit(planned("rongcheng", **{**asked, "seeds": made.seeds}))
    assert csv_text(made.findings) == csv_text(alone.findings)
    row = made.findings[(made.findings["seed"] == -1) & (made.findings["split"] == "all")].iloc[0]
    assert (row["high"] - row["low"]) / 2 <= 0.02
    manifest = manifest_of(made)
    assert manifest["seeds_run"] == list(made.seeds)
    assert manifest["seeds"] == identity(made.plan)["seeds"] == list(range(60))
    assert "--seeds 60 --measures adverse_rate --precision adverse_rate=0.02" in manifest["command"]


def test_a_precision_that_is_not_reached_uses_all_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("testbed.runs.auditing"), "work", planted)
    made = run_audit(
        planned("rongcheng", precision={"adverse_rate": 1e-6}, seeds=tuple(range(13)), measures="adverse_rate")
    )
    assert made.seeds == tuple(range(13))


def test_a_precision_that_cannot_be_judged_is_refused() -> None:
    with pytest.raises(InputError, match="at least 10"):
        checked({"adverse_gap": 0.01}, 9)
    with pytest.raises(InputError, match="half width"):
        checked({"adverse_gap": 0.0}, 20)
