"""The example of a user's own model runs as it stands."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from testbed.checks import check_model, sample_records
from testbed.models.asking import ask, fitted
from testbed.models.load import load_model
from testbed.scenarios.base import Scenario

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    """The current directory is importable."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", ["late_bills", "ShareOfBadEntries"])
def test_both_models_of_the_example_keep_the_contract(name):
    check_model(f"examples.own_model:{name}", processes=True)


def test_the_example_learns_that_entries_foretell_entries():
    records = sample_records(Scenario.load("rongcheng"))
    model = load_model("examples.own_model:ShareOfBadEntries")
    entries = records[list(model.adverse)].sum(axis=1).to_numpy()
    score = ask(fitted(model, records, (entries < np.median(entries)).astype(np.int8)), records).score
    assert score[entries == entries.min()].mean() > score[entries == entries.max()].mean()


def test_the_example_runs_as_a_script(capsys):
    runpy.run_path(str(ROOT / "examples" / "own_model.py"), run_name="__main__")
    assert capsys.readouterr().out == "Both models keep the contract.\n"
