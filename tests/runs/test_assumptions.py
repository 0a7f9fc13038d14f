"""`assumption_share` in an audit: from the stored screening, or one row that says why there is none."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from testbed.findings import frame
from testbed.runs.assumptions import facts_of, rows_owed
from testbed.runs.plan import Plan, planned
from testbed.scenarios import Scenario, declaration_digest

GAP = {"measure": "adverse_gap", "harm": "disparate impact", "split": "community", "group": "minority",
       "versus": "majority"}  # fmt: skip
OWNERS = [
    {
        "dial": "decide.worst_share",
        "reading": "assumed",
        "share": 0.4,
        "low": 0.3,
        "high": 0.5,
        "effect": 1,
        "p": 0.001,
    },
    {"dial": "regime.family.share", "reading": "assumed", "share": 0.1, "low": 0, "high": 0.2, "effect": 1, "p": 0.2},
]
NUMBERS = {"share": 0.9, "low": 0.8, "high": 0.95, "n": 380, "why": ""}
UNDEFINED = {"share": None, "low": None, "high": None, "n": 3, "why": "undefined in 381 of 384 worlds"}


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A stored screening of rongcheng: of two headlines that the run has, and one that it lacks."""
    found = {
        "digest": declaration_digest(Scenario.load("rongcheng")), "worlds": 480, "people": 16_384, "periods": 12,
        "headlines": [
            {**GAP, **NUMBERS, "owners": OWNERS},
            {**GAP, **UNDEFINED, "measure": "flip_rate", "split": "all", "group": "all", "versus": "", "owners": []},
            {**GAP, **NUMBERS, "group": "another", "owners": OWNERS},
        ],
    }  # fmt: skip
    stored = import_module("testbed.scenarios.screening")
    monkeypatch.setattr(stored, "stored", lambda name: found if name == "rongcheng" else None)
    return found


def owed(plan: Plan, seeds: tuple[int, ...] = (0,)) -> dict[str, dict[str, Any]]:
    """The rows about a run that has a gap and a flip rate, by measure."""
    flip = {"measure": "flip_rate", "split": "all", "group": "all", "versus": "", "value": 0.5}
    rows = [{**GAP, "value": 0.1}, {**GAP, **flip}]
    own = frame(rows, scenario=plan.scenario.name, model=plan.names[0], seed=seeds[0])
    return {row["measure"]: row for row in rows_owed(plan, own, seeds)}


def test_the_rows_are_those_of_the_stored_screening_for_headlines_that_the_run_has(held: Any) -> None:
    rows = owed(planned("rongcheng"))
    gap = rows["assumption_share[by=dials,of=adverse_gap,order=first]"]
    assert (gap["value"], gap["low"], gap["high"], gap["n"], gap["group"]) == (0.9, 0.8, 0.95, 380, "minority")
    assert (gap["scenario"], gap["model"], gap["seed"], gap["why"]) == ("rongcheng", "rongcheng", 0, "")
    assert rows["assumption_share[by=decide.worst_share,of=adverse_gap,order=first]"]["value"] == 0.4
    flip = rows["assumption_share[by=dials,of=flip_rate,order=first]"]
    assert flip["value"] != flip["value"]
    assert flip["why"] == "undefined in 381 of 384 worlds"
    assert len(rows) == 3
    assert owed(planned("rongcheng"), (0, 1))["assumption_share[by=dials,of=adverse_gap,order=first]"]["seed"] == -1


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"dials": {"regime.family.share": 0.5}}, "without changed dials"),
        ({"models": "lottery"}, "of the model rongcheng"),
        ({"scenario": "dang"}, "no screening of dang is stored: run testbed sweep with --screen"),
    ],
)
def test_a_run_that_the_screening_is_not_about_has_one_row_that_says_why(
    held: Any, asked: dict[str, Any], why: str
) -> None:
    rows = owed(planned(**{"scenario": "rongcheng", **asked}))
    (row,) = rows.values()
    assert row["measure"] == "assumption_share[by=dials,of=adverse_gap,order=first]"
    assert row["value"] != row["value"]
    assert why in row["why"]


def test_a_declaration_that_changed_since_has_no_stored_shares(held: Any) -> None:
    held["digest"] = "0" * 16
    (row,) = owed(planned("rongcheng")).values()
    assert "another declaration of rongcheng" in row["why"]


def test_a_run_that_asked_for_measures_has_no_such_rows(held: Any) -> None:
    assert owed(planned("rongcheng", measures="adverse_rate")) == {}


def test_the_caveat_names_both_sizes_if_they_differ(held: Any) -> None:
    assert (
        "From 480 worlds of 16,384 people over 12 months; this run has 5,000 people over 6"
        in (facts_of(held, 5000, 6)["caveats"])
    )
    assert "this run" not in facts_of(held, 16_384, 12)["caveats"]
