"""The benchmarks find what was planted, and are as many and as well documented as the suite says."""

from __future__ import annotations

import runpy
from collections import Counter
from pathlib import Path

import pytest

from testbed.pytest_plugin.cards import Card, card_of
from testbed.pytest_plugin.proofs import KINDS
from testbed.scenarios import names

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "benchmarks").glob("test_*.py"))

SINK = """
def score(records):
    return -1.0 * (records["community"] == "minority").to_numpy(float)


score.row_wise = True
"""


def test_a_model_that_sinks_the_minority_is_red(pytester: pytest.Pytester) -> None:
    scenario = (ROOT / "testbed" / "scenarios" / "rongcheng.toml").read_text(encoding="utf-8")
    held = scenario.replace('held      = ["age", "residence"]', 'held      = ["age", "residence", "community"]')
    assert held != scenario
    held = held.replace("periods = 24", "periods = 8").replace('["community", "sex"]', '["community"]')
    pytester.path.joinpath("town.toml").write_text(held, encoding="utf-8")
    pytester.path.joinpath("sinking.py").write_text(SINK, encoding="utf-8")
    result = pytester.runpytest_subprocess(
        "-p", "testbed.pytest_plugin", "-p", "no:cacheprovider", "--people", "20000", "--findings", "kept.csv",
        "--scenario", "town.toml", "--model", "sinking:score", "-k", "groups_of_equal_conduct",
        "--claims", "claims.csv", ROOT / "benchmarks" / "test_disparate_impact.py",
    )  # fmt: skip
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ClaimBroken: broken: adverse_gap_at_equal_conduct*minority versus majority*"])
    from testbed.findings.finding import read

    assert set(read(pytester.path / "kept.csv")["model"]) >= {"sinking:score"}
    assert ",broken," in (pytester.path / "claims.csv").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def claims() -> dict[str, tuple[Card, list[pytest.Mark]]]:
    """The card and the marks of every claim; marks of its file come first."""
    found = {}
    for path in FILES:
        held = runpy.run_path(str(path))
        for name, function in held.items():
            if name.startswith("test_"):
                assert name not in found, f"two claims are called {name}"
                marks = [one.mark for one in held["pytestmark"]] + list(getattr(function, "pytestmark", ()))
                found[name] = card_of(function), marks
    return found


def test_every_claim_has_a_card_and_both_proofs(claims: dict[str, tuple[Card, list[pytest.Mark]]]) -> None:
    for name, (card, marks) in claims.items():
        assert {mark.name for mark in marks} >= set(KINDS), name
        needed = [mark.args[0] for mark in marks if mark.name == "people"]
        assert not needed or card.people >= 1_000, name


def test_the_suite_is_about_every_scenario_and_every_family(
    claims: dict[str, tuple[Card, list[pytest.Mark]]],
) -> None:
    families = Counter(card.family for card, _ in claims.values())
    assert set(families) == {
        "disparate impact", "opacity", "error propagation", "benefit", "chilling", "accountability",
    }  # fmt: skip
    assert families.total() >= 80
    about = {name for _, marks in claims.values() for mark in marks if mark.name == "scenario" for name in mark.args}
    assert about == set(names())
