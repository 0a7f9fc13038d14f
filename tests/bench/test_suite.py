"""The suite that the wheel carries, and the progress of a run."""

from __future__ import annotations

import ast
import fnmatch
import json
import socket
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from testbed.bench import suite_folder
from testbed.bench.progress import Progress, duration, pytest_collection_modifyitems

ROOT = Path(__file__).parents[2]
RESULTS = "results"


def test_the_suite_of_the_tree_is_found_where_there_is_no_wheel():
    assert suite_folder() == ROOT / "benchmarks"


def test_the_wheel_carries_every_file_that_the_claims_read():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    kinds = ["*.py", *config["tool"]["setuptools"]["package-data"]["testbed.benchmarks"]]
    names = [path.relative_to(suite_folder()) for path in suite_folder().rglob("*") if path.is_file()]
    files = [name.as_posix() for name in names if not {"__pycache__", RESULTS} & {*name.parts}]
    assert files
    assert [name for name in files if not any(fnmatch.fnmatchcase(name, kind) for kind in kinds)] == []


def test_setup_maps_the_benchmarks_into_the_package():
    calls = [node for node in ast.walk(ast.parse((ROOT / "setup.py").read_text())) if isinstance(node, ast.Call)]
    said = {word.arg: ast.unparse(word.value) for call in calls for word in call.keywords}
    assert ast.literal_eval(said["package_dir"]) == {"testbed.benchmarks": "benchmarks"}
    assert "'testbed.benchmarks'" in said["packages"]


def test_no_test_of_the_suite_reads_a_file_outside_it():
    for path in suite_folder().glob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "parents[" not in text
        assert ".parent.parent" not in text


def test_progress_counts_pairs_and_estimates_what_is_left(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("testbed.bench.progress.time.monotonic", lambda: clock[0])
    here, there = socket.socketpair()
    with here, there:
        progress = Progress(there)
        ids = ["t.py::test_a[m@s]", "t.py::test_b[sex=f~m@s]", "t.py::test_a[m@r]", "t.py::test_a[n@r]"]
        progress.pytest_xdist_node_collection_finished(None, ids)
        progress.pytest_xdist_node_collection_finished(None, ids)
        for nodeid, seconds in zip(ids, (10.0, 0.0, 10.0, 0.0), strict=True):
            clock[0] += seconds
            for when, took in (("setup", seconds), ("call", 0.0), ("teardown", 0.0)):
                progress.pytest_runtest_logreport(SimpleNamespace(nodeid=nodeid, when=when, duration=took))
        lines = here.recv(10_000).decode().splitlines()
    assert lines == [
        "4 claims about 3 pairs of model and scenario ...",
        "0 of 3 pairs, 1 of 4 claims done after 10 s",
        "2 of 3 pairs, 3 of 4 claims done after 20 s; about 10 s left",
        "3 of 3 pairs, 4 of 4 claims done after 20 s",
    ]


GENERAL, BOUND, UNMARKED = "general", "bound", "unmarked"


def item(model, scenario, kind):
    pair = SimpleNamespace(model=model, scenario=scenario, marked=kind != UNMARKED)
    marks = {"general"} if kind == GENERAL else set()
    return SimpleNamespace(
        callspec=SimpleNamespace(params={"_pair": pair}),
        get_closest_marker=lambda name: name in marks or None,
        name=f"{model} in {scenario}, {kind}",
    )


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({}, ["m in s, general", "m in r, bound", "n in s, bound"]),
        ({"--model": ["n"]}, ["n in s, bound"]),
        ({"--bench-pairs": [["m", "r"]]}, ["m in r, bound"]),
    ],
)
def test_tests_are_kept_by_model_scenario_and_pair_and_where_they_are_about(tmp_path, options, kept):
    if "--bench-pairs" in options:
        (tmp_path / "pairs.json").write_text(json.dumps(options["--bench-pairs"]))
        options = {**options, "--bench-pairs": str(tmp_path / "pairs.json")}
    left = []
    hook = SimpleNamespace(pytest_deselected=lambda items: left.extend(items))
    config = SimpleNamespace(getoption={"--model": [], **options}.get, hook=hook)
    items = [item("m", "s", GENERAL), item("m", "r", BOUND), item("n", "s", BOUND), item("m", "s", UNMARKED)]
    everything = list(items)
    pytest_collection_modifyitems(config, items)
    assert [one.name for one in items] == kept
    assert len(left) + len(items) == len(everything)


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0 s"), (89, "89 s"), (90, "2 min"), (600, "10 min")])
def test_a_duration_is_told_in_words(seconds, said):
    assert duration(seconds) == said
