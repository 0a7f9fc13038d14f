"""Rule books: written point schemes as data, and the scores they give.

A score is `base + sum over rules of points x count`, each rule within its cap, the total within the
clamp; a rule may instead drop its people to a grade, whatever their points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from synthetic.errors import InputError, unknown
from synthetic.registry import toml_names
from synthetic.source import Dial
from testbed.models.base import REASON_COLUMNS, Scores
from testbed.models.grammar import ALWAYS, Condition, Levels

FOLDER = Path(__file__).parent / "rulebooks"


@dataclass(frozen=True)
class Rule:
    """One item: so many points per standing entry of a kind, or a drop to a grade.

    `column` is the counted kind ("" for a rule that only has a condition). `discretion` is the band
    within which an official may choose the points, best last; `points` is the value used.
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

    def dials(self) -> tuple[Dial, ...]:
        """The numbers of the rule."""
        return tuple(dial for dial in (self.points, self.cap, self.drops_to) if dial is not None)


@dataclass(frozen=True)
class Grade:
    """A band of scores: from `at_least` up to the next better grade; None: down to the lowest score.

    `brought` says what the grade led to, by report; it is not acted on here.
    """

    name: str
    at_least: Dial | None
    brought: str = ""


@dataclass(frozen=True)
class Example:
    """A worked example: what a record (columns left out are 0) should score."""

    title: str
    record: Mapping[str, Any]
    points: float
    grade: str = ""


@dataclass(frozen=True)
class RuleBook:
    """A written scheme that scores records. Made by `load_rulebook`; `set` gives one with other numbers."""

    name: str
    title: str
    as_of: str
    base: Dial
    rules: tuple[Rule, ...]
    grades: tuple[Grade, ...] = ()
    clamp: tuple[Dial | None, Dial | None] = (None, None)
    scope: Condition = ALWAYS
    examples: tuple[Example, ...] = ()
    clauses_not_modelled: tuple[str, ...] = ()
    higher_is: str = "better"

    needs: ClassVar[tuple[str, ...]] = ()
    row_wise: ClassVar[bool] = True

    # --- What it says of itself ---

    @property
    def dials(self) -> dict[str, Dial]:
        """Every number by its path: model.RULE.points, model.RULE.cap, model.base.points, model.grades.GRADE."""
        found = [self.base, *(dial for rule in self.rules for dial in rule.dials())]
        found += [dial for dial in self.clamp if dial is not None]
        found += [grade.at_least for grade in self.grades if grade.at_least is not None]
        return {dial.path: dial for dial in found}

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that its scores depend on, in the order of the rules."""
        return tuple(dict.fromkeys(column for rule in self.rules for column in rule.reads))

    @property
    def neutral(self) -> dict[str, int]:
        """The counted columns and the value, 0, at which each contributes nothing."""
        return {rule.column: 0 for rule in self.rules if rule.column}

    @property
    def discretion(self) -> dict[str, tuple[float, float]]:
        """Rules with a discretion band: rule name -> (lowest, highest) points."""
        return {rule.name: rule.discretion for rule in self.rules if rule.discretion is not None}

    def check_columns(self, columns: Levels | Sequence[str]) -> None:
        """Raise InputError if a rule reads a column that is not declared.

        `columns` are the declared names, or names with their labels (None for numbers).
        """
        levels = columns if isinstance(columns, Mapping) else dict.fromkeys(columns)
        for rule in self.rules:
            where = f"rule {rule.name} of rule book {self.name}"
            if rule.column and rule.column not in levels:
                raise unknown(f"column in {where}", rule.column, levels)
            if rule.column and levels[rule.column] is not None:
                raise InputError(f"{where}: {rule.column} has labels, a rule counts a column of numbers.")
            rule.when.check(levels, where)

    def set(self, values: Mapping[str, object]) -> RuleBook:
        """The same rule book with other numbers. Raises InputError for an unknown dial or a value not allowed."""
        dials = self.dials
        for path in values:
            if path not in dials:
                raise unknown("dial", path, dials)
        new = {path: dials[path].set(value) for path, value in values.items()}

        def swap(dial: Dial | None) -> Dial | None:
            return None if dial is None else new.get(dial.path, dial)

        made = replace(
            self,
            base=new.get(self.base.path, self.base),
            rules=tuple(
                replace(rule, points=swap(rule.points), cap=swap(rule.cap), drops_to=swap(rule.drops_to))
                for rule in self.rules
            ),
            grades=tuple(replace(grade, at_least=swap(grade.at_least)) for grade in self.grades),
            clamp=(swap(self.clamp[0]), swap(self.clamp[1])),
        )
        made.check()
        return made

    def check(self) -> None:
        """Raise InputError if grades are out of order, a drop names no grade, or the clamp is empty."""
        cuts = [float(grade.at_least.value) for grade in self.grades if grade.at_least is not None]
        sign = 1 if self.higher_is == "better" else -1
        if any(sign * better <= sign * worse for better, worse in pairwise(cuts)):
            shown = ", ".join(f"{grade.name} {grade.at_least.value:g}" for grade in self.grades if grade.at_least)
            raise InputError(
                f"rule book {self.name}: the cut-offs of the grades must run from best to worst, found {shown}."
            )
        low, high = self.clamp
        if low is not None and high is not None and float(low.value) > float(high.value):
            raise InputError(f"rule book {self.name}: the clamp runs from {low.value:g} to {high.value:g}.")
        for rule in self.rules:
            if rule.drops_to is not None and rule.drops_to.value != "off":
                self._edge(str(rule.drops_to.value), rule.name)

    def _edge(self, name: str, rule: str) -> float:
        """The best whole score of a grade: one point short of the next better grade."""
        names = [grade.name for grade in self.grades]
        if name not in names[1:]:
            raise unknown(f"grade that rule {rule} drops to", name, [*names[1:], "off"])
        better = self.grades[names.index(name) - 1].at_least
        assert better is not None
        return float(better.value) - (1 if self.higher_is == "better" else -1)

    # --- Scoring ---

    def contributions(self, records: Mapping[str, Any] | pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
        """(score (n,), contribution (n, rules + 1)): base + the sum of a row is the score.

        The last column is what the clamp adds. `records` is a frame or a mapping of arrays.
        """
        n = len(records.index) if isinstance(records, pd.DataFrame) else len(next(iter(records.values())))
        parts = np.zeros((n, len(self.rules) + 1))
        score = np.full(n, float(self.base.value))
        for place, rule in enumerate(self.rules):
            if rule.points is not None:
                parts[:, place] = _points(rule, records)
                score += parts[:, place]
        sign = 1 if self.higher_is == "better" else -1
        for place, rule in enumerate(self.rules):
            if rule.drops_to is None or rule.drops_to.value == "off":
                continue
            edge = self._edge(str(rule.drops_to.value), rule.name)
            hit = _applies(rule, records) & (sign * score > sign * edge)
            parts[hit, place] += edge - score[hit]
            score[hit] = edge
        kept = self._clamped(score)
        parts[:, -1] = kept - score
        return kept, parts

    def _clamped(self, score: np.ndarray) -> np.ndarray:
        low, high = self.clamp
        return np.clip(
            score, -np.inf if low is None else float(low.value), np.inf if high is None else float(high.value)
        )

    def score(self, records: pd.DataFrame) -> Scores:
        """Scores of the records, with every rule that contributed to each as its reasons."""
        score, parts = self.contributions(records)
        row, rule = np.nonzero(parts)
        names = np.array([*(rule.name for rule in self.rules), "clamp"], object)
        values = (records.index.to_numpy()[row], names[rule], parts[row, rule])
        return Scores(score, None, pd.DataFrame(dict(zip(REASON_COLUMNS, values, strict=True))))

    def grade(self, scores: Scores | np.ndarray) -> np.ndarray:
        """The grade of each score, as an array of names; "" throughout where the book has no grades."""
        score = scores.score if isinstance(scores, Scores) else np.asarray(scores, np.float64)
        if not self.grades:
            return np.full(score.shape, "", object)
        sign = 1 if self.higher_is == "better" else -1
        cuts = np.array([sign * float(grade.at_least.value) for grade in self.grades if grade.at_least is not None])
        names = np.array([grade.name for grade in self.grades], object)
        return names[len(cuts) - np.searchsorted(cuts[::-1], sign * score, side="right")]


def _applies(rule: Rule, records: Any) -> np.ndarray:
    """Whether a rule has anything to say of each record: bool (n,)."""
    held = rule.when.holds(records) if rule.when.tests or not rule.column else True
    return held & (np.asarray(records[rule.column]) > 0) if rule.column else np.asarray(held)


def _points(rule: Rule, records: Any) -> np.ndarray:
    assert rule.points is not None
    if rule.column:
        made = float(rule.points.value) * np.asarray(records[rule.column], np.float64)
        if rule.when.tests:
            made = made * rule.when.holds(records)
    else:
        made = float(rule.points.value) * rule.when.holds(records).astype(np.float64)
    if rule.cap is not None:
        most = abs(float(rule.cap.value))
        made = np.clip(made, -most, most)
    return made


def rulebook_names() -> list[str]:
    """Every registered rule book."""
    return toml_names(FOLDER)
