"""The written form of a measure, `name_suffix[key=value,...]`, and the patterns that select rows by it.

Findings write only qualifiers that differ from the registered default, and always `k`. People may write the defaults
too, in any order; `canonical` returns the form that findings use.
"""

# Any: a user gives patterns in any form.
from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from synthetic.errors import InputError


def split_name(text: str) -> tuple[str, dict[str, str]]:
    """Return the name, with its suffix, and the qualifiers of a written measure.

    >>> split_name("error_reach_net[what=list, hop=household]")
    ('error_reach_net', {'what': 'list', 'hop': 'household'})

    Raises InputError if a bracket is not closed or a qualifier has no `=`.
    """
    name, bracket, inside = text.strip().partition("[")
    if not bracket:
        return name, {}
    if not inside.endswith("]"):
        raise InputError(f"measure {text!r}: the bracket is not closed; needed is name[key=value].")
    qualifiers: dict[str, str] = {}
    for part in inside[:-1].split(","):
        key, equal, value = part.partition("=")
        if not equal or not key.strip() or not value.strip():
            raise InputError(f"measure {text!r}: found {part.strip()!r} in the bracket; key=value is needed.")
        qualifiers[key.strip()] = _shortest(value.strip())
    return name, qualifiers


def _shortest(value: str) -> str:
    """Return a number in its shortest form, and any other text unchanged."""
    try:
        number = float(value.replace("_", ""))
    except ValueError:
        return value
    return f"{number:.15g}"


def defaults_of(name: str) -> Mapping[str, object]:
    """Return the registered defaults of the measure that gives a row of this name."""
    from testbed.measure import measures

    names = measures.names()
    gaps = {gap: known for known in names if (gap := measures.get(known).gap)}
    stem = name
    while stem:
        if stem in names:
            return measures.get(stem).qualifiers
        if stem in gaps:
            return measures.get(gaps[stem]).qualifiers
        stem = stem.rpartition("_")[0]
    return {}


def canonical(text: str) -> str:
    """Return a measure in the form that findings use."""
    from testbed.measure import written

    name, qualifiers = split_name(text)
    defaults = {key: split_name(written("m", {"q": value}))[1]["q"] for key, value in defaults_of(name).items()}
    if "k" in defaults and "k" not in qualifiers:
        qualifiers["k"] = defaults["k"]
    shown = {key: value for key, value in qualifiers.items() if key == "k" or defaults.get(key) != value}
    return written(name, shown)


def selects(pattern: str, row: str, source: str) -> bool:
    """Return whether a pattern (`*`, `?` in the name; qualifiers exact) selects a row that the measure `source` gave.

    A name selects all rows of its measure, with comparisons and suffixes. A bracket selects only rows with these
    qualifiers.

    >>> selects("error_*", "error_gap[hop=kin]", "error_reach")
    True
    >>> selects("error_reach[hop=kin]", "error_reach", "error_reach")
    False
    """
    stem, wanted = split_name(pattern)
    name, found = split_name(row)
    if wanted and any(found.get(key) != value for key, value in wanted.items()):
        return False
    return fnmatchcase(name, stem) or fnmatchcase(source, stem)


def patterns(measures: str | Iterable[str] | None) -> list[str]:
    """Return the patterns as a list; commas outside brackets separate them. Raises InputError for anything but text.

    >>> patterns("error_*,hidden[k=100,self=off]")
    ['error_*', 'hidden[k=100,self=off]']
    """
    if measures is None:
        return []
    texts: list[Any] = [measures] if isinstance(measures, str) or not isinstance(measures, Iterable) else list(measures)
    if not all(isinstance(text, str) for text in texts):
        raise InputError(f"measures is {measures!r}; patterns of names are needed, such as 'selection_rate,auc*'.")
    found: list[str] = []
    for text in texts:
        depth, start = 0, 0
        for place, letter in enumerate(text):
            depth += (letter == "[") - (letter == "]")
            if letter == "," and depth == 0:
                found.append(text[start:place])
                start = place + 1
        found.append(text[start:])
    return [text.strip() for text in found if text.strip()]


def plain_name(spec: object) -> str:
    """Return a model or scenario as it was named, a file without its folders.

    >>> plain_name("somewhere/town.toml"), plain_name("package.module:Model")
    ('town.toml', 'package.module:Model')
    """
    text = str(spec)
    return Path(text).name if text.endswith(".toml") else text
