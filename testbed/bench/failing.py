"""The models that failed in a benchmark, each told once: those that rows without a number blame."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from testbed.bench.folder import base_of

if TYPE_CHECKING:
    import pandas as pd

BLAMED = re.compile(r"(?:undefined for \d+ of \d+ seeds: )?(model .*)", re.DOTALL)
"""A reason that names the model, as every ModelError does."""


def failed_models(findings: pd.DataFrame) -> dict[str, str]:
    """A sentence for each model that failed: in which scenario, in how many more, and the first reason."""
    held: dict[str, dict[str, str]] = {}
    missing = findings[findings["value"].isna()]
    for model, scenario, why in zip(missing["model"], missing["scenario"], missing["why"], strict=True):
        if found := BLAMED.fullmatch(str(why)):
            held.setdefault(str(model), {}).setdefault(base_of(str(scenario)), found[1])
    return {model: _sentence(model, whys) for model, whys in held.items()}


def _sentence(model: str, whys: dict[str, str]) -> str:
    first, *rest = whys
    more = f" and {len(rest)} more" if rest else ""
    return f"{model}, {first}{more}: {whys[first]}"
