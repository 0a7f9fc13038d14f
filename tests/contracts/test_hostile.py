"""Hostile models hurt nobody else: a run fails, says why once for each, and the other models' rows are the same bytes.

A few of them run here, many in one audit; `python docs/hostile.py` runs all, each by every door.
"""

from __future__ import annotations

import ast
import json
from contextlib import ExitStack

import pytest
from hostile import BY_NAME, CLASS, DOORS, FUNCTION, HOSTILE, OBJECT, PROGRAM, SERVER
from hostile_doors import audited, honest_rows, model_of, source, tried

ANSWERS = (
    *((name, FUNCTION) for name in ("short", "text", "masked", "huge", "decimals", "class_raises", "foreign", "sorts")),
    *((name, CLASS) for name in ("fit_none", "str_raises", "decision_2")),
    *((name, PROGRAM) for name in ("other_digits", "long_line", "exit_7")),
    *((name, SERVER) for name in ("endless_body", "hangs_up")),
)
"""Models that only answer wrongly, and their doors."""


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """The rows of the honest model and of the lottery, without any other."""
    return honest_rows(tmp_path_factory.mktemp("honest"))


def test_there_are_many_and_each_is_code_for_each_of_its_doors():
    assert len(HOSTILE) == len(BY_NAME) >= 150
    assert all({one.name for one in HOSTILE if door in one.doors} for door in DOORS)
    for one in HOSTILE:
        for door in one.doors:
            ast.parse(source(one, door))


def test_models_that_answer_wrongly_are_told_once_each_and_change_no_other_row(tmp_path, others):
    with ExitStack() as held:
        names = [held.enter_context(model_of(BY_NAME[name], door, tmp_path)) for name, door in ANSWERS]
        run = audited(tmp_path, [*names, "rongcheng"])
    assert run.status == 1
    assert {name: run.rows[name] for name in others} == others
    failures = json.loads((tmp_path / "out" / "manifest.json").read_text())["failures"]
    assert [said.partition(", seed 0")[0] for said in failures] == names
    for name in names:
        assert run.err.count(f"testbed: {name}, seed 0") == 1
        assert run.out.count(f"FAILED: {name}") <= 1
        assert all(row.split(",", 1)[0] == "rongcheng" and ",,,rate," in row for row in run.rows[name])
    assert not run.left
    assert "Traceback" not in run.out + run.err


def test_an_object_and_a_refused_model_end_as_they_should(tmp_path, others):
    assert tried(BY_NAME["nan"], OBJECT, tmp_path, limits=False).faults((1,), others) == []
    run = tried(BY_NAME["needs_nonsense"], CLASS, tmp_path, limits=False)
    assert run.faults((2,), others) == []
    assert "need of model" in run.err


ENDS = (
    ("exits_0", FUNCTION),
    ("segfault", CLASS),
    ("loop_in_c", FUNCTION),
    ("memory", FUNCTION),
    ("swallows", PROGRAM),
)
"""Models that end their process, or never answer."""


def test_models_that_end_or_hang_leave_the_run_and_no_process(tmp_path, others):
    with ExitStack() as held:
        names = [held.enter_context(model_of(BY_NAME[name], door, tmp_path)) for name, door in ENDS]
        odd = held.enter_context(model_of(BY_NAME["leaves_daemon"], FUNCTION, tmp_path))
        run = audited(tmp_path, [*names, odd, "rongcheng"], limits=True)
    assert run.status == 1
    assert {name: run.rows[name] for name in others} == others
    failures = json.loads((tmp_path / "out" / "manifest.json").read_text())["failures"]
    assert [said.partition(", seed 0")[0] for said in failures] == names
    assert float(run.rows[odd][0].split(",")[7]) >= 0
    assert not run.left
    assert "Traceback" not in run.out + run.err
