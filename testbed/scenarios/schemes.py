"""The model that a name or an object stands for in a scenario."""

# Any: a model is a user's object.
from __future__ import annotations

from pathlib import Path
from typing import Any

from testbed.models import load_apart, opened
from testbed.scenarios.base import Scenario


def model_of(scenario: Scenario, spec: Any = None) -> Any:
    """Return the model that a name or object stands for; the scenario's own model (None) has the scenario's dials."""
    return load_apart(opened_of(scenario, spec))


def opened_of(scenario: Scenario, spec: Any = None) -> Any:
    """Return the model that a name or object stands for in a scenario, or `Here` for one that stays in this process."""
    if spec is None or (isinstance(spec, str | Path) and str(spec) == scenario.model):
        return scenario.own_model()
    return opened(str(spec) if isinstance(spec, Path) else spec)
