"""Functions that many test files call; `pyproject.toml` lets them import this module by its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, wraps
from pathlib import Path
from typing import Any

from testbed.measure import measures
from testbed.scenarios import FOLDER
from testbed.statistics import expand


def rows_of(case: Any, name: str, **qualifiers: Any) -> dict[str, dict[str, Any]]:
    """The rows of a measure over everybody, by what they are called."""
    made = measures.get(name)
    return {row["measure"]: row for row in expand(made, made(case, **qualifiers), case)}


def number(value: object, low: float = 0, high: float = 1000) -> str:
    """A number as a data file holds it, assumed, with its range."""
    return f'{{ value = {value}, unit = "planted", source = "assumed", reading = "assumed", range = [{low}, {high}] }}'


def shun_kin(kind: str, times: float) -> str:
    """Clauses of a regime: kin of whoever is listed, but not the listed, do a kind so many times as often."""
    return f"""
[lists.black]
enter = "adverse"
stay = {number(0)}
[sanctions.shun]
by = "black"
reach = "kin"
subject = false
source = "assumed"
reading = "assumed"
[sanctions.shun.raises]
{kind} = {number(times)}
[family]
share = {number(1)}
"""


def without_dials(text: str) -> str:
    """The text of a planted scenario without the dials of its recipe, for a scenario with another recipe."""
    return re.sub(r"\[dials.*?(?=\[decide\])", "", text, flags=re.DOTALL)


def by_shares(folder: Path) -> str:
    """The path of a copy of Rongcheng in this folder that decides by shares alone, without the grades of its book."""
    text = (FOLDER / "rongcheng.toml").read_text()
    text = re.sub(r'grade = "[A-Z]+", ', "", text)
    text = text[: text.index('[dials."decide.adverse_grade"]')]
    (folder / "by_shares.toml").write_text(text)
    return str(folder / "by_shares.toml")


def parsed_once(loads: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A function that does what `tomllib.loads` does, and parses a text once: tests load the same files all the time.

    Each call gets tables of its own, which it may change.
    """
    parsed = cache(loads)

    @wraps(loads)
    def parse(text: str, /, **given: Any) -> dict[str, Any]:
        return loads(text, **given) if given or type(text) is not str else _copied(parsed(text))

    return parse


def _copied(held: Any) -> Any:
    if isinstance(held, dict):
        return {key: _copied(value) for key, value in held.items()}
    return [_copied(value) for value in held] if isinstance(held, list) else held
