"""A model that fails is told once, in the short answer and beside it, however often it fails; its rows say why."""

from __future__ import annotations

import csv
import json
import re

import pandas as pd
import pytest

from testbed.commands.cli import main
from testbed.models import ModelError
from testbed.runs.failing import failure_of, told_once

pytestmark = pytest.mark.usefixtures("small_training")
MODELS = """\
import numpy as np

def late(records):
    return -records["utility_late"].to_numpy(float)

def broken(records):
    raise KeyError("income")

def moody(records):
    if len(records) < 2000:
        raise ValueError("too few")
    return late(records)
"""
SIZE = ["--people", "1024", "--periods", "7", "--set", "error.sample=4"]
MEASURES = [word for name in ("adverse_rate", "hidden", "flip_rate") for word in ("--measures", name)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with models, as the current one."""
    (tmp_path / "failing_models.py").write_text(MODELS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def plain(text):
    """A text without the breaks of its lines."""
    return re.sub(r"\s+", " ", text)


def test_a_failed_model_is_told_once_and_its_rows_say_why(here, capsys):
    models = ["--model", "failing_models:broken", "--model", "failing_models:moody", "--model", "failing_models:late"]
    assert main(["audit", "rongcheng", *models, *SIZE, "--seeds", "2", *MEASURES, "--out", "out"]) == 1
    out, err = map(plain, capsys.readouterr())
    for said in (out, err):
        assert said.count("KeyError: 'income'") == said.count("ValueError: too few") == 1
        assert "failing_models:broken, seeds 0 and 1: model broken failed on " in said
    assert "The sentences are about failing_models:late, the first of 3 that was computed" in out
    assert "Not computed" not in out
    found = pd.read_csv(here / "out" / "findings.csv", keep_default_na=False)
    broken = found[found["model"] == "failing_models:broken"]
    assert set(broken["value"]) == {""}
    assert broken["why"].str.contains("KeyError: 'income'").all()
    assert len(json.loads((here / "out" / "manifest.json").read_text())["failures"]) == 2
    assert (here / "out" / "report.html").read_text().count("ValueError: too few") >= 1
    assert main(["report", "out"]) == 1


def test_a_sweep_and_a_table_tell_it_once(here, capsys):
    dial = ["--dial", "channels.court.miss=0,0.1"]
    models = ["--model", "failing_models:broken", "--model", "failing_models:late"]
    assert main(["sweep", "rongcheng", *models, *SIZE, *dial, *MEASURES]) == 1
    out, err = capsys.readouterr()
    assert out.count("KeyError: 'income'") == err.count("KeyError: 'income'") == 1
    assert "FAILED: failing_models:broken, seed 0: model broken failed on " in out
    assert "undefined: model" not in out
    with open("table.csv", "w", newline="") as file:
        csv.writer(file).writerows([("late", "sex"), *[(at % 3, "fm"[at % 2]) for at in range(40)]])
    asked = ["--model", "failing_models:broken", "--features", "late", "--groups", "sex", "--out", "table-out"]
    assert main(["table", "table.csv", *asked]) == 1
    out, err = capsys.readouterr()
    assert (out + err).count("KeyError: 'income'") == 1
    assert not (here / "table-out").exists()


def test_a_measure_that_fails_by_itself_has_a_sentence_of_its_own():
    model, other = ModelError("model m failed."), ZeroDivisionError("by zero")
    failures = [failure_of(model, "m", seed, part) for seed in (0, 1, 2) for part in ("a", "b", "c")]
    failures += [failure_of(other, "m", seed, "a") for seed in (0, 1)]
    assert told_once(failures) == [
        "m, seeds 0 and 2 more, a and 2 more: model m failed.",
        "m, seeds 0 and 1, a: the measure failed (ZeroDivisionError: by zero)",
    ]
    assert told_once([]) == []
