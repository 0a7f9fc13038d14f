"""The store of audits: each is made once, whoever asks, and a process that dies leaves nothing behind that matters."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from synthetic.locks import locked
from testbed.findings import csv_text
from testbed.models import FOLDER
from testbed.runs import AuditStore, planned, run_audit, store

ASKED = {"people": 1024, "periods": 3, "measures": "adverse_rate"}


@pytest.fixture(scope="module")
def outcome():
    return run_audit(planned("rongcheng", **ASKED))


@pytest.fixture
def made(monkeypatch, outcome):
    """The names of the scenarios that were run; every run has one outcome."""
    names = []

    def counted(plan, **options):
        names.append(plan.scenario.name)
        time.sleep(0.2)
        return outcome

    monkeypatch.setattr(store, "run_audit", counted)
    return names


def test_an_audit_is_made_once_and_is_what_audit_returns(made, outcome, tmp_path):
    first = AuditStore(tmp_path / "kept").findings(planned("rongcheng", **ASKED))
    again = AuditStore(tmp_path / "kept").findings(planned("rongcheng", **ASKED))
    assert made == ["rongcheng"]
    assert csv_text(first) == csv_text(again) == csv_text(outcome.findings)
    assert [tuple(pair) for pair in again.attrs["audited"]] == [("rongcheng", "rongcheng")]


def test_whatever_findings_depend_on_makes_another_audit(made, tmp_path):
    held = AuditStore(tmp_path / "kept")
    book = tmp_path / "book.toml"
    book.write_text((FOLDER / "rongcheng.toml").read_text(encoding="utf-8"), encoding="utf-8")
    plans = [{}, {"seeds": (1,)}, {"dials": {"regime.family.share": 0.0}}, {"models": str(book)}, {"people": 1025}]
    for changed in plans:
        held.findings(planned("rongcheng", **{**ASKED, **changed}))
    assert len(made) == len(plans)
    book.write_text(book.read_text(encoding="utf-8") + "# a word more\n", encoding="utf-8")
    held.findings(planned("rongcheng", str(book), **ASKED))
    assert len(made) == len(plans) + 1


def test_two_who_ask_at_once_do_not_both_make_it(made, tmp_path):
    asking = [
        threading.Thread(target=AuditStore(tmp_path).findings, args=[planned("rongcheng", **ASKED)]) for _ in "ab"
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert made == ["rongcheng"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal that Windows does not know")
def test_a_process_that_is_killed_leaves_no_lock(tmp_path):
    code = "import sys; from pathlib import Path; from synthetic.locks import locked\n"
    code += "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    words = [sys.executable, "-c", code, str(tmp_path / "lock")]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holding:
        assert holding.stdout is not None
        assert holding.stdout.readline() == "held\n"
        os.kill(holding.pid, signal.SIGKILL)
        with locked(tmp_path / "lock"):
            pass


def test_half_an_audit_is_made_again(made, tmp_path):
    AuditStore(tmp_path).findings(planned("rongcheng", **ASKED))
    (kept,) = tmp_path.glob("*.json")
    (tmp_path / f".{kept.name}.1.part").write_text("half")
    kept.unlink()
    AuditStore(tmp_path).findings(planned("rongcheng", **ASKED))
    assert len(made) == 2


def test_a_model_that_ends_its_process_ends_no_other_and_is_not_stored(tmp_path, monkeypatch):
    (tmp_path / "leaving.py").write_text("import os\n\ndef score(records):\n    os._exit(0)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.warns(RuntimeWarning, match="model leaving:score ended its process with status 0"):
        table = AuditStore(Path("kept")).findings(planned("rongcheng", "leaving:score", **ASKED))
    mine = table[table["model"] == "leaving:score"]
    assert mine["value"].isna().all()
    assert not list(Path("kept").glob("*.json"))
