"""Digests of models: a changed program, module or table is another model, and nothing is run to find that out."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from testbed import audit_model
from testbed.commands.cli import main
from testbed.runs import digest, identity, model_digest, planned

SCORER = "import sys\nprint(*[{} for _ in list(sys.stdin)[1:]], sep='\\n')\n"
MODULE = "def late(records):\n    return records['utility_late'] * {}.0\n"
THEN = "def then(records):\n    return (records['utility_late'] < 2) * 1.0\n"
WORLD = ["--people", "600", "--periods", "2", "--measures", "adverse_rate"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_program_is_its_file_and_every_argument_that_is_a_file(here):
    one, other = here / "scorer.py", here / "weights.json"
    one.write_text("1")
    other.write_text("2")
    spec = f"cmd:{sys.executable} scorer.py --weights=weights.json 3"
    said = model_digest(spec)
    assert len(said) == 16
    assert model_digest(spec) == said
    assert model_digest(f"cmd:{sys.executable}") != said
    for path in (one, other):
        held = path.read_text()
        path.write_text(held + "\n")
        assert model_digest(spec) != said
        path.write_text(held)
    assert model_digest(spec) == said


def test_a_program_is_found_as_the_shell_finds_it_and_a_path_that_is_no_plain_file_is_not_read(here, monkeypatch):
    program = here / "score"
    program.write_text("#!/bin/sh\ncat\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{here}{os.pathsep}{os.environ['PATH']}")
    assert model_digest("cmd:score") == model_digest(f"cmd:{program}") == digest(program.read_bytes())
    assert model_digest(f"cmd:score /dev/zero {here} {'a' * 5000}") == digest(program.read_bytes())
    for spec in ("cmd:", "cmd:no-such-program-at-all", "cmd:'", "http://127.0.0.1:1", "logistic", "no_such_module:f"):
        assert model_digest(spec) == ""


def test_a_module_is_found_without_running_it_or_its_packages(here):
    (here / "boxed" / "inner").mkdir(parents=True)
    for part in (here / "boxed", here / "boxed" / "inner"):
        (part / "__init__.py").write_text("raise SystemExit('run')")
    path = here / "boxed" / "inner" / "model.py"
    path.write_text("raise SystemExit('run')")
    assert model_digest("boxed.inner.model:score") == digest(path.read_bytes())
    assert model_digest("boxed.inner:score") == digest((here / "boxed" / "inner" / "__init__.py").read_bytes())
    assert model_digest("boxed.inner.model.deeper:score") == model_digest("boxed.none:score") == ""
    assert not [name for name in sys.modules if name.startswith("boxed")]
    path.write_text("changed = True")
    assert model_digest("boxed.inner.model:score") == digest("changed = True")


class Shy:
    """Nothing of it can be read."""

    def __getattr__(self, name):
        raise SystemExit(0)

    def __call__(self, records):
        return records["late"]


def test_an_object_and_a_function_are_the_file_that_they_come_from():
    mine = digest(Path(__file__).read_bytes())
    assert model_digest(Shy()) == model_digest(lambda records: 0) == mine
    assert model_digest(len) == ""


def test_a_folder_of_another_program_module_or_table_is_not_taken_for_this_run(here, capsys, small_training):
    (here / "digested.py").write_text(MODULE.format(-1))
    (here / "scorer.py").write_text(SCORER.format(1))
    (here / "scores.csv").write_text("person,score\n" + "".join(f"{at},1\n" for at in range(600)))
    program = f"cmd:{sys.executable} scorer.py"
    models = [word for spec in (program, "digested:late", "scores.csv") for word in ("--model", spec)]
    command = ["audit", "rongcheng", *models, *WORLD, "--out", "out"]
    assert main(command) == 0
    held = (here / "out" / "manifest.json").read_text()
    assert all(json.loads(held)["digests"][f"model {name}"] for name in (program, "digested:late", "scores.csv"))
    for file in ("digested.py", "scorer.py", "scores.csv"):
        text = (here / file).read_text()
        (here / file).write_text(text + "\n")
        capsys.readouterr()
        assert main(command) == 2
        assert "holds something other than this run" in capsys.readouterr().err
        assert (here / "out" / "manifest.json").read_text() == held
        (here / file).write_text(text)
    assert main(command) == 0
    assert (here / "out" / "manifest.json").read_text() == held


def test_the_manifest_names_the_model_that_was_planned_whatever_becomes_of_its_file(here):
    (here / "scorer.py").write_text(SCORER.format(1))
    plan = planned("rongcheng", f"cmd:{sys.executable} scorer.py", people=600, periods=2)
    who = identity(plan)
    (here / "scorer.py").write_text(SCORER.format(2))
    assert identity(plan) == who
    assert identity(planned("rongcheng", f"cmd:{sys.executable} scorer.py", people=600, periods=2)) != who


def test_a_table_is_not_the_same_with_other_rows_or_with_a_changed_model(here, capsys):
    rows = "".join(f"{at % 3},{'fm'[at % 2]},{at % 2}\n" for at in range(40))
    (here / "people.csv").write_text("utility_late,sex,paid\n" + rows)
    (here / "tabled.py").write_text(MODULE.format(-1) + THEN)
    plain = ["table", "people.csv", "--outcome", "paid", "--prediction", "paid", "--groups", "sex", "--out", "plain"]
    model = ["table", "people.csv", "--model", "tabled:late", "--then", "tabled:then", "--features", "utility_late",
             "--groups", "sex", "--threshold=-1", "--measures", "adverse_rate", "--out", "model"]  # fmt: skip
    assert main(plain) == main(plain) == 0
    assert main(model) == main(model) == 0
    assert set(json.loads((here / "model" / "manifest.json").read_text())["digests"]) == {"table", "model", "then"}
    (here / "tabled.py").write_text(MODULE.format(-2) + THEN)
    assert main(model) == 2
    (here / "people.csv").write_text("utility_late,sex,paid\n1,f,1\n" + rows)
    assert main(plain) == 2
    assert capsys.readouterr().err.count("holds something other than this run") == 2


def test_a_callable_on_a_table_has_the_digest_of_its_file_too(here):
    (here / "people.csv").write_text("late,sex\n" + "".join(f"{at % 3},{'fm'[at % 2]}\n" for at in range(40)))
    asked = {"features": ["late"], "groups": "sex", "measures": "adverse_rate", "out": here / "out"}
    audit_model(lambda seen: (seen["late"] < 2) * 1.0, here / "people.csv", **asked)
    held = json.loads((here / "out" / "manifest.json").read_text())["digests"]
    assert held["model"] == digest(Path(__file__).read_bytes())
