"""What guesses do to a headline, in the short answer, the sentences, the page and its figure."""

from __future__ import annotations

from typing import Any

import pytest

from testbed.report import answer
from testbed.report.page import render
from testbed.report.plaintext import counted
from testbed.report.rows import Findings
from testbed.report.sentences import headlines

GAP = {"measure": "adverse_gap", "harm": "disparate impact", "split": "community", "group": "minority",
       "versus": "majority"}  # fmt: skip
NUMBERS = {"share": 0.9, "low": 0.8, "high": 0.95, "least": -0.041, "middle": 0.012, "most": 0.093, "n": 380, "why": ""}


def owner(dial: str, share: float, p: float = 0.001) -> dict[str, Any]:
    return {"dial": dial, "reading": "assumed", "share": share, "low": 0.01, "high": 0.9, "effect": 0.02, "p": p}


@pytest.fixture
def screened(manifest: dict[str, Any]) -> dict[str, Any]:
    owners = [owner("regime.one", 0.41), owner("regime.two", 0.12), owner("regime.three", 0.06, 0.04),
              owner("regime.four", 0.05, 0.2)]  # fmt: skip
    dials = [
        {
            "path": f"regime.{name}",
            "value": 0.5,
            "range": [0.0, 1.0],
            "reading": "assumed",
            "unit": "",
            "source": "assumed",
            "measures": ["adverse_gap"],
        }
        for name in ("zero", "one", "two", "three", "four")
    ]
    held = {"scenario": "rongcheng", "model": "rongcheng", "people": 16_384, "periods": 12, "worlds": 480, "dials": 214,
            "left_out": [],
            "headlines": [{**GAP, **NUMBERS, "owners": owners}]}  # fmt: skip
    return {**manifest, "assumed": dials, "screening": held}


@pytest.fixture
def few(findings: Any) -> Any:
    """The findings of one family, so that a short answer has room for names of dials."""
    return findings[findings["harm"] == "disparate impact"].reset_index(drop=True)


def test_the_short_answer_names_the_dials_that_own_most_of_its_headline(few: Any, screened: Any) -> None:
    said = " ".join(" ".join(answer(few, screened)).split())
    about = "The largest owners of the variance of the adverse gap (minority, against majority): "
    assert f"{about}regime.one = 0.5 (0 to 1), 41 %;" in said
    assert "regime.three = 0.5 (0 to 1), 6 % (all guesses: 90 %)" in said
    assert "regime.four" not in said  # it may own nothing
    assert "regime.zero" not in said
    assert "its sign depends on assumptions: it runs from -4 to 9 percentage points over the ranges of 214" in said


def test_a_crowded_answer_says_how_much_the_guesses_own_and_that_the_sign_is_theirs(
    findings: Any, screened: Any, life: Any
) -> None:
    crowded = findings[findings["harm"] != "benefit"].reset_index(drop=True)
    said = " ".join(" ".join(answer(crowded, screened, life)).split())
    assert "of 24 dials, 90 % of the adverse gap." in said
    assert "sign depends on assumptions: -4 to 9" in said


def test_no_dial_is_named_that_may_own_nothing(few: Any, screened: Any) -> None:
    screened["screening"]["headlines"][0]["owners"] = [owner("regime.one", 0.02, 0.9)]
    said = " ".join(" ".join(answer(few, screened)).split())
    assert "No single guess stands out behind the adverse gap" in said
    assert "all together own 90 % of its variance" in said


@pytest.mark.parametrize(
    "change",
    [{"least": 0.001}, {"most": -0.001}, {"low": 0.0, "owners": []}],
    ids=["above 0", "below 0", "guesses may own nothing"],
)
def test_a_sign_that_the_guesses_do_not_turn_is_not_said_to_depend_on_them(
    findings: Any, screened: Any, change: dict[str, Any]
) -> None:
    screened["screening"]["headlines"][0].update(change)
    rows = Findings(findings, screened)
    first = headlines(rows, "disparate impact", rows.heads[0])[0]
    assert first.row.name == "adverse_gap"
    assert "its sign" not in first.text


def test_a_screening_of_another_scenario_or_model_says_nothing(findings: Any, screened: Any) -> None:
    for key in ("scenario", "model"):
        other = {**screened, "screening": {**screened["screening"], key: "another"}}
        assert "largest owners" not in " ".join(answer(findings, other))
        assert "and its range over guesses" not in render(findings, other)


def test_the_page_draws_the_interval_of_the_run_beside_the_range_over_guesses(findings: Any, screened: Any) -> None:
    page = render(findings, screened)
    assert "Adverse gap, minority, against majority: its interval of seed 0, and its range over guesses" in page
    assert "This run, seed 0: 1.9 (1.2 to 2.6); Over 214 guessed dials: 1 (-4 to 9)" in page
    assert "from 480 worlds of 16,384 people over 12 months" in page
    assert (
        page.count("The largest owners of the variance of the adverse gap (minority, against majority): regime.one")
        == 1
    )
    assert counted(214, "guessed dial") in page
    assert "What 214 guesses do to the headlines" in page
    assert "<td>-0.041 to 0.093</td><td>90 % (80 to 95)</td><td>regime.one (assumed) 41 %; regime.two" in page
    several = render(findings.assign(seed=-1), {**screened, "seeds": [0, 1, 2]})
    assert "its interval over seeds, and its range over guesses" in several
    assert "All seeds of this run: 1.9" in several
