"""Test code run under the plugin, with audits replaced by a small table: these tests are about the plugin alone."""

from __future__ import annotations

import sys

import pytest

from testbed.measure import measures
from testbed.scenarios.base import Scenario

FAKE = """
import math
import sys
import types
import pandas as pd
import testbed.runs

def fake(scenario, models, *, people=None, seeds=(0,), dials=None, **options):
    name = str(getattr(scenario, "name", scenario))
    if dials:
        name += "{" + ",".join(f"{key}={value:g}" for key, value in sorted(dials.items())) + "}"
    if models == ["statistics:mean"]:
        values = dict(value=math.nan, low=math.nan, high=math.nan, why="the model raised")
    else:
        base = {"rongcheng": 0.05, "lottery": 0.0}.get(models[0], 0.02) * (0 if dials else 1)
        values = dict(value=base, low=base - 0.01, high=base + 0.01, why="")
    row = dict(scenario=name, model=models[0], measure="adverse_gap", harm="disparate impact", split="community",
               group="minority", versus="majority", unit="rate", n=people or 100_000, seed=seeds[0], **values)
    print("AUDITED", name, models, people)
    lottery = {**row, "model": "lottery", "value": 0.0, "low": 0.0, "high": 0.0, "why": ""}
    beside = [] if models == ["lottery"] else [lottery]
    return pd.DataFrame([row, *beside])

def plan(scenario, models, *, alone, **options):
    return scenario, models, options

def made(plan):
    scenario, models, options = plan
    return types.SimpleNamespace(findings=fake(scenario, models, **options))
"""

CLAIM = """
import pytest
from testbed import claim

GAP = dict(split="community", group="minority", versus="majority")
"""


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """What every run imports, once: each run gives back the modules that it found."""
    measures.discover()
    Scenario.load("rongcheng")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Run test code under the plugin with audits replaced: in this process, or (`spread`) in workers of another."""

    def made(code: str, *options: str, spread: bool = False) -> pytest.RunResult:
        path = pytester.makepyfile(test_town=CLAIM + code)
        words = ("-p", "testbed.pytest_plugin", "-p", "no:cacheprovider", "-p", "no:hypothesispytest", *options, path)
        if spread:
            pytester.makeconftest(FAKE + "\n\nvars(sys.modules['testbed.runs']).update(audit=fake)")
            return pytester.runpytest_subprocess(*words)
        held: dict[str, object] = {}
        exec(FAKE, held)
        for name, fake in (("audit", "fake"), ("planned", "plan"), ("run_audit", "made")):
            monkeypatch.setattr(sys.modules["testbed.runs"], name, held[fake])
        return pytester.runpytest_inprocess(*words)

    return made
