"""The stored verdicts on the built-in models: they are what their folder says, and a slice of them is made again."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from testbed.bench import read_bench
from testbed.bench.folder import unfounded
from testbed.findings import csv_text
from testbed.runs import audit, versions

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
pytestmark = pytest.mark.skipif(not RESULTS.is_dir(), reason="the reference run is not stored")
LARGEST = 1_000_000
"""Bytes that the stored results may take."""


@pytest.fixture(scope="module")
def stored():
    return read_bench(RESULTS)


def test_the_stored_folder_is_whole_and_small(stored):
    assert unfounded(stored.claims, stored.findings) == []
    assert sum(path.stat().st_size for path in RESULTS.iterdir()) < LARGEST


def test_a_slice_of_the_stored_findings_is_made_again_byte_by_byte(stored):
    told = stored.manifest["versions"]
    if told != versions():
        pytest.skip(f"the results were stored with {told}, here is {versions()}: last digits may differ")
    table = stored.findings
    mine = table[(table["scenario"] == "rongcheng") & (table["model"] == "rongcheng")]
    lines = csv_text(mine[mine["measure"] == "adverse_gap"]).splitlines()
    assert len(lines) > 1
    made = audit("rongcheng", "rongcheng", people=stored.asked().people, measures="adverse_gap")
    assert set(lines) <= set(csv_text(made).splitlines())


def test_the_table_by_family_and_scenario_is_that_of_the_stored_run(stored):
    lines = runpy.run_path(str(ROOT / "docs" / "benchmark.py"))["lines"]
    assert (ROOT / "docs" / "benchmark.txt").read_text(encoding="utf-8").splitlines() == list(lines(stored))
