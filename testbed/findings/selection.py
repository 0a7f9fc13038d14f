"""Which measures run and which of their rows are kept, for the patterns of the user."""

# Any: a measure takes a case, a table or a test's stand-in, and a row of findings holds texts and numbers.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError, unknown
from testbed.findings.names import selects, split_name

if TYPE_CHECKING:
    from testbed.measure import Measure


def chosen(wanted: Sequence[str], every: Sequence[Measure] | None = None) -> list[Measure]:
    """Return the measures that may give a row that a pattern selects; without patterns, all but the costly ones.

    every: what to choose from; None for all registered measures. Raises InputError for a pattern without a measure.
    """
    from testbed.measure import measures

    if every is None:
        every = [measures.get(name) for name in measures.names()]
    if not wanted:
        return [one for one in every if one.default]
    found: dict[str, Measure] = {}
    for pattern in wanted:
        stem, _ = split_name(pattern)
        mine = [one for one in every if may_give(one, stem)]
        if not mine:
            raise unknown("measure", pattern, [one.name for one in every])
        found.update({one.name: one for one in mine})
    return [one for one in every if one.name in found]


def may_give(measure: Measure, stem: str) -> bool:
    """Return whether a measure may give a row of this name: its own, that of its gap, or one with a suffix."""
    names = [name for name in (measure.name, measure.gap, *getattr(measure, "also", ())) if name]
    stem = stem.removeprefix("conditional_")
    return any(selects(stem, name, name) or stem.startswith(f"{name}_") for name in names)


def rows_asked(
    measure: Measure, case: Any, wanted: Sequence[str], *, splits: Sequence[str], reference: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the rows of a measure that some pattern selects; all rows without patterns.

    If a pattern has qualifiers of the measure that select none of its registered rows, the measure is also called with
    them: `generalized_entropy_index[alpha=1]`.
    """
    from testbed.statistics import expand

    rows: list[dict[str, Any]] = []
    if not _only_other_numbers(measure, wanted):
        rows = expand(measure, measure(case), case, splits=splits, reference=reference)
    if not wanted:
        return rows
    kept = only_asked(rows, measure, wanted)
    for pattern in wanted:
        stem, inside = split_name(pattern)
        if not inside or not may_give(measure, stem) or not inside.keys() <= _keywords(measure).keys():
            continue
        if not only_asked(rows, measure, [pattern]):
            asked = {key: _typed(measure, key, value) for key, value in inside.items()}
            more = expand(measure, measure(case, **asked), case, splits=splits, reference=reference)
            kept += only_asked(more, measure, [pattern])
    return kept


def _only_other_numbers(measure: Measure, wanted: Sequence[str]) -> bool:
    """Return whether every pattern that is about a measure names another number than its default, as jitter[fits=5].

    The rows of the default would all be left out, and may be costly.
    """
    mine = [inside for stem, inside in map(split_name, wanted) if may_give(measure, stem)]
    numbers = {key: _short(value) for key, value in measure.qualifiers.items() if type(value) in (int, float)}
    return bool(mine) and all(
        any(value.isdigit() and value != numbers.get(key, value) for key, value in inside.items()) for inside in mine
    )


def only_asked(rows: list[dict[str, Any]], measure: Measure, wanted: Sequence[str]) -> list[dict[str, Any]]:
    """Return the given rows of a measure that some pattern selects; all of them without patterns."""
    names = {row["measure"] for row in rows}
    asked = {name for name in names if not wanted or any(asks(one, name, measure) for one in wanted)}
    return [row for row in rows if row["measure"] in asked]


def asks(pattern: str, row: str, measure: Measure) -> bool:
    """Return whether a pattern selects a row; qualifiers that the row leaves out are the registered defaults."""
    name, found = split_name(row)
    told = {key: split_name(f"m[q={_short(value)}]")[1]["q"] for key, value in measure.qualifiers.items()}
    told |= found
    inside = ",".join(f"{key}={value}" for key, value in told.items())
    return selects(pattern, f"{name}[{inside}]" if inside else name, measure.name)


def _short(value: object) -> str:
    return "on" if value is True else "off" if value is False else str(value)


def _keywords(measure: Measure) -> dict[str, object]:
    """Return the keyword arguments of a measure, with their defaults."""
    from inspect import Parameter, signature

    known = signature(measure.function).parameters.values()
    return {one.name: one.default for one in known if one.kind is Parameter.KEYWORD_ONLY}


def _typed(measure: Measure, key: str, text: str) -> object:
    """Return the value of a qualifier with the type of its default; without one, a whole number if it is one."""
    default = _keywords(measure)[key]
    if default is None:
        return int(text) if text.removeprefix("-").isdigit() else text
    if isinstance(default, bool):
        if text not in ("on", "off"):
            raise InputError(f"measure {measure.name}: {key} is {text!r}; allowed: on, off.")
        return text == "on"
    if isinstance(default, int | float):
        try:
            number = float(text)
        except ValueError:
            raise InputError(f"measure {measure.name}: {key} is {text!r}; a number is needed.") from None
        return int(number) if number == int(number) else number
    return text
