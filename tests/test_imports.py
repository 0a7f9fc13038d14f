"""The public names of the two packages, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

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
    "audit_table",
    "check_measure",
    "check_model",
    "check_rulebook",
    "claim",
    "from_callable",
    "measure",
    "metric_frame",
}
HEAVY = ("scipy", "sklearn", "fairlearn", "matplotlib", "jinja2", "rich", "pytest", "distributed")


def test_the_public_names_are_those_of_the_contract_and_all_can_be_had() -> None:
    assert set(testbed.__all__) == PUBLIC
    for name in PUBLIC:
        assert getattr(testbed, name) is not None
    assert set(testbed.__all__) <= set(dir(testbed))
    with pytest.raises(AttributeError, match="audti"):
        testbed.audti  # type: ignore[attr-defined]


def test_the_population_is_public() -> None:
    from synthetic import Population, Recipe

    assert Population("china-2020", 10).size == 10
    assert Recipe.load("china-2020").variables


@pytest.mark.parametrize("name", ["audit", "claim", "metric_frame"])
def test_importing_a_module_does_not_hide_the_function_of_its_name(name: str) -> None:
    code = (
        f"import testbed.{name}; from testbed import {name}; assert callable({name}); from testbed.{name} import {name}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


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
