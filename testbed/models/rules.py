"""The pieces of a rule book: its rules, its grades and its worked examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from synthetic.source import Dial
from testbed.models.grammar import Condition, Records, length


@dataclass(frozen=True)
class Rule:
    """One rule: points for each entry in force of a kind, or a drop to a grade.

    `column` is the kind that is counted ("" for a rule that only has a condition). `discretion` is the band within
    which an official may choose the points, best last; `points` is the value in use.
    """

    name: str
    title: str
    column: str
    per: str
    when: Condition
    points: Dial | None = None
    cap: Dial | None = None
    drops_to: Dial | None = None
    discretion: tuple[float, float] | None = None

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the rule reads."""
        return tuple(dict.fromkeys([*([self.column] if self.column else []), *self.when.columns]))

    @property
    def plain(self) -> bool:
        """Whether the rule gives the same points for each entry of one kind, without condition or cap."""
        return bool(self.column) and not self.when.tests and self.cap is None

    def dials(self) -> tuple[Dial, ...]:
        """The numbers of the rule."""
        return tuple(dial for dial in (self.points, self.cap, self.drops_to) if dial is not None)

    def applies(self, records: Records) -> NDArray[np.bool_]:
        """Whether the rule applies to each record: its condition holds, and there is something to count."""
        held = self.when.holds(records)
        return held & (np.asarray(records[self.column]) > 0) if self.column else held

    def adds(self, records: Records) -> NDArray[np.float64]:
        """The points that the rule adds to each record, within its cap; 0 for a rule without points."""
        if self.points is None:
            return np.zeros(length(records))
        points = float(self.points.value)
        if self.column:
            made = points * np.asarray(records[self.column], np.float64)
            if self.when.tests:
                made = made * self.when.holds(records)
        else:
            made = points * self.when.holds(records).astype(np.float64)
        if self.cap is not None:
            most = abs(float(self.cap.value))
            made = np.clip(made, -most, most)
        return made


@dataclass(frozen=True)
class Grade:
    """A band of scores: from `at_least` up to the next better grade; None: down to the lowest score.

    `brought` says what the grade led to, according to reports; nothing here depends on it.
    """

    name: str
    at_least: Dial | None
    brought: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example: what a record (columns left out are 0) should score."""

    title: str
    record: Mapping[str, object]
    points: float
    grade: str = ""
