"""The benchmarks find what was planted: a scheme that sinks the minority turns them red."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

SINK = """
def score(records):
    return -1.0 * (records["community"] == "minority").to_numpy(float)


score.row_wise = True
"""


def test_a_model_that_sinks_the_minority_is_red(pytester: pytest.Pytester) -> None:
    scenario = (ROOT / "testbed" / "scenarios" / "rongcheng.toml").read_text(encoding="utf-8")
    held = scenario.replace('held      = ["age", "residence"]', 'held      = ["age", "residence", "community"]')
    assert held != scenario
    held = held.replace("periods = 24", "periods = 8")
    pytester.path.joinpath("town.toml").write_text(held, encoding="utf-8")
    pytester.path.joinpath("sinking.py").write_text(SINK, encoding="utf-8")
    result = pytester.runpytest_subprocess(
        "-p", "testbed.pytest_plugin", "-p", "no:cacheprovider", "--people", "20000", "--findings", "kept.csv",
        "--scenario", "town.toml", "--model", "sinking:score", "-k", "communities_of_equal_conduct",
        ROOT / "benchmarks" / "test_disparate_impact.py",
    )  # fmt: skip
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*ClaimBroken: broken: adverse_gap_at_equal_conduct*minority versus majority*"])
    from testbed.findings.finding import read

    assert set(read(pytester.path / "kept.csv")["model"]) >= {"sinking:score", "lottery"}
