"""What guesses do to the headlines of a built-in scenario: the stored result of `testbed sweep SCENARIO --screen`.

One JSON file a scenario in `screening/`, made by `docs/screening.py`; `docs/decisions/0026-screening.md` says how.
"""

# Any: the stored result is JSON.
from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from testbed.scenarios.base import Scenario, names

STORED = Path(__file__).parent / "screening"


def declaration_digest(scenario: Scenario) -> str:
    """A digest of what a scenario declares: each dial's value, range and reading, and the names of its parts.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    str
        The first 16 hexadecimal digits of the SHA-256 digest.

    Examples
    --------
    >>> from testbed.scenarios import Scenario
    >>> scenario = Scenario.load("rongcheng")
    >>> declaration_digest(scenario) == declaration_digest(scenario.set({"regime.family.share": 0.5}))
    False
    """
    dials = {path: [dial.value, dial.range, dial.reading] for path, dial in sorted(scenario.dials.items())}
    parts: list[Any] = [
        scenario.recipe.name,
        scenario.kinds,
        [channel.name for channel in scenario.channels],
        scenario.model,
    ]
    parts += [scenario.regime.name, scenario.disclosure.name, scenario.held, scenario.compared, scenario.reference]
    text = json.dumps([dials, parts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def screening_text(held: dict[str, Any]) -> str:
    """A screening as JSON: a line for each fact, for each headline, and for each dial that owns part of one.

    Parameters
    ----------
    held : dict
        The screening.

    Returns
    -------
    str
        Its text; numbers have four digits, so that the last bits of a sum do not change it.

    Examples
    --------
    >>> print(screening_text({"people": 8192, "headlines": []}), end="")
    {
    "people": 8192,
    "headlines": [
    ]
    }
    """

    def said(value: object) -> str:
        return json.dumps(_rounded(value), ensure_ascii=False, allow_nan=False)

    facts = [f"{said(key)}: {said(value)}" for key, value in held.items() if key != "headlines"]
    told = []
    for one in held["headlines"]:
        owners = ",\n".join(said(owner) for owner in one["owners"])
        start = said({key: value for key, value in one.items() if key != "owners"})
        told.append(f'{start[:-1]}, "owners": [{owners and chr(10)}{owners}]}}')
    lines = [*facts, '"headlines": [\n' + ",\n".join(told) + ("\n]" if told else "]")]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rounded(value: Any) -> Any:
    """The value with four digits in each number that is not whole, and None for a number that is undefined."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    if isinstance(value, float):
        return None if value != value else float(f"{value:.4g}")
    return value


@cache
def stored(name: str) -> dict[str, Any] | None:
    """The stored screening of a built-in scenario, or None.

    Parameters
    ----------
    name : str
        The name of the scenario.

    Returns
    -------
    dict or None
        The screening: how it was made, and a list of headlines, each with the dials that own it.

    Examples
    --------
    >>> stored("no-such-scenario") is None
    True
    """
    path = STORED / f"{name}.json"
    if name not in names() or not path.is_file():
        return None
    held: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return held


def screening_of(scenario: Scenario, models: tuple[str, ...]) -> tuple[dict[str, Any] | None, str]:
    """The stored screening that speaks about a run, or None and the reason.

    Parameters
    ----------
    scenario : Scenario
        The scenario of the run, with the dials that were set.
    models : tuple of str
        The models that the run audits.

    Returns
    -------
    tuple
        The screening or None, and why there is none; "" if there is one.

    Examples
    --------
    >>> from testbed.scenarios import Scenario
    >>> screening_of(Scenario.load("rongcheng").set({"regime.family.share": 0.5}), ("rongcheng",))[0] is None
    True
    """
    held, again = stored(scenario.base), "run testbed sweep with --screen"
    if held is None:
        return None, f"no screening of {Path(scenario.base).name} is stored: {again}"
    if scenario.changed:
        return None, f"the stored screening is of {scenario.base} without changed dials: {again}"
    if str(scenario.model) not in models:
        return None, f"the stored screening is of the model {scenario.model}: {again}"
    if held["digest"] != declaration_digest(scenario):
        return None, f"the stored screening is of another declaration of {scenario.base}: {again}"
    return held, ""
