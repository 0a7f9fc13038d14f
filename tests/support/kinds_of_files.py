"""Loading a file of each kind, and writing one from its tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from synthetic.channels import Channel
from synthetic.conduct import Conduct
from synthetic.recipes import Recipe
from testbed.actions import Actions
from testbed.commands.files import DRAFTS
from testbed.disclosures import Disclosure
from testbed.lesson import Lesson
from testbed.models import load_rulebook
from testbed.regimes import load_regime
from testbed.scenarios import Scenario
from testbed.tables.modeled.actions import load_actions
from testbed.tables.modeled.mistakes import load_errors

RECORDS = pd.DataFrame({"hours": [1, 2], "degree": ["master", "none"]})
LOAD: dict[str, Callable[[str], Any]] = {
    "scenario": Scenario.load,
    "rulebook": load_rulebook,
    "channel": Channel.load,
    "regime": load_regime,
    "recipe": Recipe.load,
    "conduct": Conduct.load,
    "disclosure": Disclosure.load,
    "actions": Actions.load,
    "table-errors": load_errors,
    "table-actions": lambda path: load_actions(path, RECORDS),
    "lesson": Lesson.load,
}
LESSON = Path(__file__).parents[1] / "lesson" / "small.toml"


def draft(kind: str) -> str:
    """The text of a file of this kind that loads."""
    return (LESSON if kind == "lesson" else DRAFTS / f"{kind}.toml").read_text(encoding="utf-8")


def as_toml(value: object) -> str:
    """A value as TOML writes it in one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {as_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(as_toml, value)) + "]"
    return quoted(value) if isinstance(value, str) else value.isoformat() if isinstance(value, date) else repr(value)


def quoted(text: str) -> str:
    """A text in quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def leaves(table: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a table."""
    if path:
        yield path
    if isinstance(table, dict | list):
        for key, part in table.items() if isinstance(table, dict) else enumerate(table):
            yield from leaves(part, (*path, key))


def put(table: Any, path: tuple[Any, ...], value: object) -> Any:
    """A copy of a table with another value at a path."""
    if not path:
        return value
    made = table.copy()
    made[path[0]] = put(made[path[0]], path[1:], value)
    return made
