"""The public names of the two packages, and what importing them costs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import synthetic
import testbed

PUBLIC = {
    "Assign",
    "Case",
    "Claim",
    "ClaimBroken",
    "ClaimUndecided",
    "ContractError",
    "Inject",
    "InputError",
    "PerPerson",
    "Row",
    "Scenario",
    "Scores",
    "ScoringModel",
    "Switch",
    "audit",
    "audit_model",
    "audit_table",
    "check_measure",
    "check_model",
    "check_rulebook",
    "claim",
    "encoded",
    "from_callable",
    "ladder",
    "measure",
    "metric_frame",
    "model_card",
    "parametrize_with_checks",
    "shown",
    "transparency_record",
}
HEAVY = ("scipy", "sklearn", "fairlearn", "matplotlib", "jinja2", "rich", "pytest", "distributed")


def test_the_public_names_are_those_of_the_contract_and_all_can_be_had() -> None:
    assert set(testbed.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(testbed, name) is not None
    assert {*testbed.__all__, "plot"} <= set(dir(testbed))
    assert callable(testbed.plot.gap)
    with pytest.raises(AttributeError, match="audti"):
        testbed.audti  # type: ignore[attr-defined]


def test_the_population_is_public() -> None:
    from synthetic import Population, Recipe

    assert Population("china-2020", 10).size == 10
    assert Recipe.load("china-2020").variables


@pytest.mark.parametrize("first", ["import testbed.measure", "import testbed.runs", "from testbed.measure import Row"])
def test_importing_a_module_does_not_hide_the_function_of_its_name(first: str) -> None:
    code = f"{first}; import testbed; from testbed import audit, claim, measure, metric_frame; "
    code += "assert testbed.measure is measure; assert all(map(callable, (audit, claim, measure, metric_frame)))"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_module_lies_loose_beside_the_rooms() -> None:
    folder = Path(testbed.__file__).parent
    assert sorted(path.name for path in folder.glob("*.py")) == ["__init__.py", "__main__.py", "measure.py"]


@pytest.mark.parametrize("package", [synthetic, testbed])
def test_every_room_says_in_its_first_lines_what_comes_in_and_what_goes_out(package: ModuleType) -> None:
    rooms = [path.parent for path in Path(package.__file__ or "").parent.rglob("__init__.py")]
    for room in rooms[1:]:
        said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8"))) or ""
        if room.name not in ("measures", "pytest_plugin"):
            assert "Comes in:" in said, room
            assert "Goes out:" in said, room


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = f"import sys, testbed, synthetic; print([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"


def test_loading_a_scenario_loads_nothing_heavy() -> None:
    code = "import sys; from testbed import Scenario; Scenario.load('rongcheng'); "
    code += f"print([name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "[]"


def test_the_module_runs_as_a_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "testbed", "--version"], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == f"testbed {testbed.__version__}"


@pytest.mark.parametrize("package", [synthetic, testbed])
def test_every_module_that_keeps_any_says_why(package: ModuleType) -> None:
    for path in Path(package.__file__ or "").parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert bool(re.search(r"^from typing import .*\bAny\b", text, re.MULTILINE)) == ("# Any:" in text), path
