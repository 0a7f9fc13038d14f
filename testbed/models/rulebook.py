"""Rule books: written point schemes as data, and the scores that they give.

A score is `base + sum over rules of points x count`, with each rule within its cap and the total within the clamp. A
rule may instead drop people to a grade, whatever their points.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.errors import InputError, unknown
from synthetic.registry import toml_names
from synthetic.source import Dial
from testbed.models.base import REASON_COLUMNS, Scores
from testbed.models.grammar import ALWAYS, Condition, Levels, Records, length
from testbed.models.rules import Example, Grade, Rule

FOLDER = Path(__file__).parent / "rulebooks"


@dataclass(frozen=True)
class RuleBook:
    """A written scheme that scores records. `load_rulebook` makes one; `set` gives a copy with other numbers."""

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

    # --- Numbers and columns ---

    @property
    def dials(self) -> dict[str, Dial]:
        """The numbers by path: model.RULE.points, model.RULE.cap, model.base.points, model.grades.GRADE."""
        found = [self.base, *(dial for rule in self.rules for dial in rule.dials())]
        found += [dial for dial in self.clamp if dial is not None]
        found += [grade.at_least for grade in self.grades if grade.at_least is not None]
        return {dial.path: dial for dial in found}

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns on which the scores depend, in the order of the rules."""
        return tuple(dict.fromkeys(column for rule in self.rules for column in rule.reads))

    @property
    def discretion(self) -> dict[str, tuple[float, float]]:
        """The rules with a discretion band: rule name -> (lowest, highest) points."""
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

    def check_scope(self, levels: Levels) -> None:
        """Raise InputError if the scope names a column that the society does not have, or a value that it lacks."""
        self.scope.check(levels, f"scope of rule book {self.name}")

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

    def cut_at(self, side: str, grade: str) -> float:
        """The points at which a side of the decision is cut if it begins at this grade.

        side: "adverse" takes this grade and all worse ones, so the points of the next better one; "favored" takes this
        grade and all better ones, so its own points. Raises InputError if the side would hold every grade, or none is
        so named.
        """
        names = [one.name for one in self.grades]
        allowed = names[1:] if side == "adverse" else names[:-1]
        if grade not in allowed:
            raise unknown(f"grade of rule book {self.name} from which a decision is {side}", grade, allowed)
        at_least = self.grades[names.index(grade) - (side == "adverse")].at_least
        assert at_least is not None
        return float(at_least.value)

    def starts_as(self, other: RuleBook) -> bool:
        """Whether another book starts at the same points, within the same bounds, and in the same direction."""
        ours, theirs = (
            (book.higher_is, [dial and float(dial.value) for dial in (book.base, *book.clamp)])
            for book in (self, other)
        )
        return ours == theirs

    # --- Scoring ---

    def contributions(self, records: Records) -> tuple[np.ndarray, np.ndarray]:
        """(score (n,), contribution (n, rules + 1)): the base and the sum of a row give the score.

        The last column is what the clamp adds.
        """
        n = length(records)
        parts = np.zeros((n, len(self.rules) + 1))
        score = np.full(n, float(self.base.value))
        for place, rule in enumerate(self.rules):
            if rule.points is not None:
                parts[:, place] = rule.adds(records)
                score += parts[:, place]
        sign = 1 if self.higher_is == "better" else -1
        for place, rule in enumerate(self.rules):
            if rule.drops_to is None or rule.drops_to.value == "off":
                continue
            edge = self._edge(str(rule.drops_to.value), rule.name)
            hit = rule.applies(records) & (sign * score > sign * edge)
            parts[hit, place] += edge - score[hit]
            score[hit] = edge
        kept = self._clamped(score)
        parts[:, -1] = kept - score
        return kept, parts

    def conduct_terms(
        self, counts: Mapping[str, np.ndarray], alike: Mapping[str, Hashable] | None = None
    ) -> NDArray[np.float64]:
        """What the book makes of counts of conduct, whatever else is in a record: (n, terms).

        Records with the same terms that differ in nothing but conduct have the same score. The first term is the points
        of all rules that read conduct alone. Each such rule that drops people to a grade has a term: whether it
        applies. Each count that a rule reads beside something else is a term of its own.

        alike: what else must be the same of two kinds. If it is given, points are not summed: the terms are the numbers
        of acts of kinds that are alike and have the same points for each act, and single counts for all other kinds.
        """
        sums: dict[Hashable, np.ndarray] = {"points": np.zeros(length(counts))}
        terms: list[np.ndarray] = []
        apart: dict[str, None] = {}
        often = Counter(column for rule in self.rules for column in rule.reads)
        for rule in self.rules:
            read = [column for column in rule.reads if column in counts]
            drops = rule.drops_to is not None and rule.drops_to.value != "off"
            if len(read) < len(rule.reads) or (
                alike is not None and (often[rule.column] > 1 or drops or not rule.plain)
            ):
                apart |= dict.fromkeys(read)
            elif alike is not None and rule.points is not None:
                key = (float(rule.points.value), alike[rule.column])
                sums[key] = sums.get(key, 0) + np.asarray(counts[rule.column])
            elif read:
                sums["points"] += rule.adds(counts)
                terms += [rule.applies(counts)] if drops else []
        # Sums of the same points in another order may differ in their last digits.
        made = [*(np.round(one, 9) for one in sums.values()), *terms, *(counts[column] for column in apart)]
        return np.column_stack(made).astype(np.float64)

    def _clamped(self, score: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = self.clamp
        return np.clip(
            score, -np.inf if low is None else float(low.value), np.inf if high is None else float(high.value)
        )

    def score(self, records: pd.DataFrame) -> Scores:
        """The scores of the records; the reasons are the rules that contributed to each."""
        score, parts = self.contributions(records)
        row, rule = np.nonzero(parts)
        names = np.array([*(rule.name for rule in self.rules), "clamp"], object)
        values = (records.index.to_numpy()[row], names[rule], parts[row, rule])
        return Scores(score, None, pd.DataFrame(dict(zip(REASON_COLUMNS, values, strict=True))))

    def grade(self, scores: Scores | np.ndarray) -> np.ndarray:
        """The grade of each score, as an array of names; "" if the book has no grades."""
        score = scores.score if isinstance(scores, Scores) else np.asarray(scores, np.float64)
        if not self.grades:
            return np.full(score.shape, "", object)
        sign = 1 if self.higher_is == "better" else -1
        cuts = np.array([sign * float(grade.at_least.value) for grade in self.grades if grade.at_least is not None])
        names = np.array([grade.name for grade in self.grades], object)
        return names[len(cuts) - np.searchsorted(cuts[::-1], sign * score, side="right")]


def rulebook_names() -> list[str]:
    """The names of the registered rule books, sorted."""
    return toml_names(FOLDER)
