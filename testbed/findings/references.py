"""Measures of somebody else, named as `package.module:object`, may stand among the patterns that select measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from synthetic.errors import InputError
from testbed.models import imported

if TYPE_CHECKING:
    from testbed.measure import Measure


def is_reference(pattern: str) -> bool:
    """Return whether a pattern names an object: there is a colon before any bracket.

    >>> is_reference("mine:late_share"), is_reference("error_*"), is_reference("cascade_size[type=a:b]")
    (True, False, False)
    """
    return ":" in pattern.partition("[")[0]


def own_measure(reference: str) -> Measure:
    """Return the measure that `package.module:object` names, registered under its own name.

    Raises InputError if there is none, if it is no measure, or if its name is taken.
    """
    from testbed.measure import Measure, measures

    measures.names()  # the names of this project are taken first
    made = imported(reference, "measure")
    if not isinstance(made, Measure):
        raise InputError(f"measure {reference!r} is a {type(made).__name__}; decorate the function with @measure.")
    return measures.add(made.name, made)


def by_name(patterns: Sequence[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the patterns with names in place of references, and the reference of each name.

    Raises InputError if an object cannot be found or is no measure.
    """
    wanted, references = [], {}
    for pattern in patterns:
        if is_reference(pattern):
            reference, bracket, inside = pattern.partition("[")
            name = own_measure(reference).name
            references[name] = reference
            pattern = f"{name}{bracket}{inside}"
        wanted.append(pattern)
    return tuple(wanted), references


def by_reference(patterns: Iterable[str], references: Mapping[str, str]) -> list[str]:
    """Return the patterns as they were typed: references in place of the names that came from them."""
    made = []
    for pattern in patterns:
        name, bracket, inside = pattern.partition("[")
        made.append(f"{references.get(name, name)}{bracket}{inside}")
    return made
