"""The model that a name or an object stands for in a scenario."""

# Any: a model is a user's object.
from __future__ import annotations

from pathlib import Path
from typing import Any

from testbed.models import load_model
from testbed.scenarios.base import Scenario


def model_of(scenario: Scenario, spec: Any = None) -> Any:
    """Return the model that a name or object stands for; the scenario's own model (None) has the scenario's dials."""
    spec = scenario.model if spec is None else spec
    if not isinstance(spec, str | Path):
        return load_model(spec)
    if str(spec) == scenario.model and scenario.rulebook is not None:
        return scenario.rulebook
    return load_model(str(spec))
