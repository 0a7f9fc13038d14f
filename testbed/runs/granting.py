"""What rights would change: the numbers of the ladder in worlds in which rights are granted, and their differences."""

# Any: parts of a measure of any kind, and rows of findings that hold texts and numbers.
from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from testbed.findings import NO_REASONS, asks, in_one_world
from testbed.runs.failing import Failure, failure_of
from testbed.runs.fixed import fixed

if TYPE_CHECKING:
    from testbed.case import Case
    from testbed.measure import Measure
    from testbed.scenarios import Scenario

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Number:
    """A column of the ladder: a measure, and the qualifiers that choose one of its rows. `name`: that of the row."""

    name: str
    measure: str
    qualifiers: Mapping[str, int]


LADDER = (
    Number("contest_cleared", "contest_cleared", {}),
    Number("contest_false_upheld", "contest_false_upheld", {}),
    Number("error_reach", "error_reach", {}),
    Number("error_lifetime", "error_lifetime", {}),
    Number("hidden[k=0]", "hidden", {"k": 0}),
    Number("hidden[k=100]", "hidden", {"k": 100}),
)
"""The numbers that every ladder has."""
RECOURSE = "recourse_findable"
CHILLING = Number("lawful_conduct_suppressed", "lawful_conduct_suppressed", {})
GAMING = (Number("gaming", "gaming", {}), Number("gaming_left", "gaming", {}))


def numbers_of(scenario: Scenario, wanted: Sequence[str]) -> tuple[Number, ...]:
    """The numbers of a ladder: recourse if the user asks for it, chilling and gaming if the scenario has responses."""
    from testbed.measure import measures, written

    value = scenario.regime.value
    found = list(LADDER)
    if RECOURSE in measures.names():
        recourse = measures.get(RECOURSE)
        name = written(RECOURSE, recourse.qualifiers, recourse.qualifiers)
        found += [Number(name, RECOURSE, {})] * any(asks(pattern, name, recourse) for pattern in wanted)
    found += [CHILLING] * (value("response", "belief") > 0)
    answered = value("response", "adaptation") > 0 or value("response", "avoidance") > 0
    found += GAMING * (value("response", "heeded") > 0 and answered)
    return tuple(found)


@dataclass
class Measured:
    """The rows of a number in a case, and the per-person parts that a difference is made of."""

    rows: Rows
    parts: Sequence[Any] = ()


class Granting:
    """The numbers of one case and of its twins with rights granted. `failures`: what failed."""

    def __init__(self, case: Case, wanted: Sequence[str]) -> None:
        self.case, self.wanted = case, wanted
        self.failures: list[Failure] = []
        self._base: dict[str, Measured] = {}

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """The columns of the ladder."""
        return numbers_of(self.case.scenario, self.wanted)

    def rows(self, rights: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The rows of the base world, then of each step of the ladder, each with the `scenario` that it is about."""
        from testbed.case import granted
        from testbed.scenarios import rungs

        name = self.case.scenario.name
        for number in self.numbers:
            self._base[number.name] = made = self._measured(self.case, number)
            yield from ({**row, "scenario": name} for row in made.rows)
        for step in rungs(self.case.scenario, rights):
            why = step.why or (NO_REASONS if step.name == "reasons" and self.case.reasons is None else "")
            if why:
                yield from ({**self._blank(number, why), "scenario": step.scenario} for number in self.numbers)
            elif step.dials:
                yield from self._step(granted(self.case, step.dials))

    def _step(self, other: Case) -> Iterator[dict[str, Any]]:
        """The rows of one world, and its differences from the base world."""
        name = other.scenario.name
        for number in self.numbers:
            # What reads the history alone is the same where nobody acts on the right.
            same = other.history is self.case.history and "asking" not in _measure(number).needs
            made = self._base[number.name] if same else self._measured(other, number)
            yield from ({**row, "scenario": name} for row in made.rows)
            for row in self._difference(number, other, made):
                yield {**row, "scenario": f"{name} - {self.case.scenario.name}"}

    def _measured(self, case: Case, number: Number) -> Measured:
        from testbed.statistics import expand, kept

        measure = _measure(number)
        if why := fixed(case, measure):
            return Measured([self._blank(number, why)])
        try:
            parts = list(measure(case, **number.qualifiers))
            splits, reference = case.scenario.compared, case.scenario.reference
            rows = expand(measure, parts, case, splits=splits, reference=reference)
        except InputError as problem:
            return Measured([self._blank(number, str(problem))])
        except MemoryError:
            raise
        except Exception as problem:
            part = f"{case.scenario.name}, {number.name}"
            self.failures.append(failure_of(problem, case.model_name, case.seed, part, number.name))
            return Measured([self._blank(number, self.failures[-1].said)])
        rows = [row for row in rows if row["measure"] == number.name and not row["versus"]]
        return Measured(in_one_world(rows, case.given), kept(parts))

    def _difference(self, number: Number, other: Case, made: Measured) -> Rows:
        """The number with the right less the same without, on the same people and coins, over everybody."""
        from testbed.measures.opacity import changed
        from testbed.statistics import expand, paired_rows

        measure, base = _measure(number), self._base[number.name]
        sides = [next((row for row in one.rows if row["split"] == "all"), None) for one in (made, base)]
        if any(row is None or row["why"] for row in sides):
            why = "; ".join(dict.fromkeys(row["why"] for row in sides if row is not None and row["why"]))
            return [self._blank(number, why or "there is no such number")]
        part = changed(number.measure, self.case, other, **number.qualifiers)
        if part is not None:
            rows = expand(measure, [part], self.case)
        else:
            rows = paired_rows(measure, made.parts, base.parts, self.case, splits=(), reference={})
        return in_one_world([row for row in rows if row["measure"] == number.name], self.case.given)

    def _blank(self, number: Number, why: str) -> dict[str, Any]:
        measure = _measure(number)
        return {
            "measure": number.name, "harm": measure.harm, "split": "all", "group": "all", "versus": "",
            "value": math.nan, "low": math.nan, "high": math.nan, "unit": measure.unit, "n": 0, "why": why,
        }  # fmt: skip


def _measure(number: Number) -> Measure:
    from testbed.measure import measures

    return measures.get(number.measure)
