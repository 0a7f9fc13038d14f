"""How a measure of a table with a model is declared: as any measure, but known to this audit alone.

Some have the name of a measure of worlds. They answer the same question, about rows in place of lives.
"""

# Any: a measure takes and gives what it likes.
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from testbed.measure import Measure, default_gap
from testbed.tables.modeled.case import Modeled

Part = Callable[[Modeled], Modeled]

MEASURES: dict[str, tuple[Measure, Part]] = {}
"""The measures by name in the order of their modules, each with the part of the table that it is about."""


def everybody(table: Modeled) -> Modeled:
    """The whole table."""
    return table


def followed(table: Modeled) -> Modeled:
    """The sample of rows on which errors are followed."""
    return table.followed


def of_model(
    name: str,
    *,
    harm: str,
    unit: str,
    better: str,
    estimand: str,
    interval: str,
    reference: str,
    caveats: str,
    qualifiers: Mapping[str, object] | None = None,
    gap: str | None = None,
    splits: bool = True,
    default: bool = True,
    on: Part = everybody,
) -> Callable[[Callable[..., Any]], Measure]:
    """A decorator that declares a measure of a table with a model (see `testbed.measure.measure`).

    on: the part of the table that the measure is given, such as a sample.
    """

    def declare(function: Callable[..., Any]) -> Measure:
        made = Measure(
            name, function, harm, unit, better, ("table", "asking"), estimand, interval, reference, caveats,
            dict(qualifiers or {}), default_gap(name) if gap is None else gap, splits, default,
        )  # fmt: skip
        MEASURES[name] = made, on
        return made

    return declare
