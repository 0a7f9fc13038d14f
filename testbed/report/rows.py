"""The findings table as a report reads it: rows of the audited scheme, rows of anchors, and which belong together."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from testbed.findings import plain_name, split_name
from testbed.report.finding_row import Finding, Place, rows_of
from testbed.report.owed import SURE, Owed, owed_in

LOTTERY = "lottery"
ANCHORS = (LOTTERY, "oracle", "null")
FAMILIES = ("disparate impact", "opacity", "error propagation", "chilling", "benefit")


class Findings:
    """The rows of one run, sorted into those of the audited scheme and those of the anchors.

    The audited models and scenarios are those that the manifest names (`models`; `scenario`, or the `steps` of
    a sweep). If it names none, they are every model except the anchors, and the most frequent scenario. A column is a
    model in a scenario. `columns` are all of them, comparisons of two models last; `heads` are those with headlines.
    `rights` are the rows about everybody in worlds with rights granted.
    """

    def __init__(self, frame: pd.DataFrame, manifest: Mapping[str, Any], info: Mapping[str, Any] | None = None) -> None:
        self.info: Mapping[str, Mapping[str, Any]] = info if info is not None else manifest.get("measures") or {}
        self.rows = rows_of(frame, self.info, manifest.get("causes"))
        held = Counter(row.scenario for row in self.rows)
        named = [str(name) for name in manifest.get("steps") or [manifest.get("scenario") or ""]]
        self.scenarios = [name for name in dict.fromkeys(named) if name in held] or (
            [name for name, _ in held.most_common(1)] or named
        )
        self.scenario = self.scenarios[0]
        found = list(dict.fromkeys(row.column for row in self.rows if row.scenario in self.scenarios))
        known = list(dict.fromkeys(model for _, model in found))
        # A manifest names a model's file without its folders, the findings as it was given.
        wanted = {plain_name(model) for model in manifest.get("models") or []}
        self.models = [model for model in known if plain_name(model) in wanted] or (
            [model for model in known if model not in ANCHORS and " - " not in model] or sorted(known)
        )
        self.heads = [(name, model) for name in self.scenarios for model in self.models if (name, model) in found]
        self.columns = [*self.heads, *(one for one in found if " - " in one[1] and one not in self.heads)]
        audited = set(self.columns)
        self.audited = [row for row in self.rows if row.column in audited]
        steps = {str(step["scenario"]) for step in manifest.get("grants") or []} - {self.scenario}
        granted = steps | {f"{name} - {self.scenario}" for name in steps}
        self.rights = [row for row in self.rows if row.scenario in granted and row.split == "all"]
        self.anchors = [row for row in self.rows if row.column not in audited and row.scenario not in granted]
        self.seeds = sorted({row.seed for row in self.audited})
        self.seed = -1 if -1 in self.seeds else (self.seeds[0] if self.seeds else 0)
        self.compared = [str(name) for name in manifest.get("compared") or []]
        points = manifest.get("points") or []
        self.rights = [row for row in self.rights if row.seed == self.seed]
        self._manifest = manifest
        self.points: dict[str, dict[str, str]] = dict(zip(named, points, strict=False))

    def label(self, column: tuple[str, str]) -> str:
        """The part of a column's name that differs: the model, the scenario, or both; "" for a single column."""
        told = [column[0]] if len(self.scenarios) > 1 else []
        told += [column[1]] if len({model for _, model in self.columns}) > 1 else []
        return ", ".join(told)

    def short(self, column: tuple[str, str]) -> str:
        """The label for a figure; a step of a sweep is named by the last words of its dials, `false_match=0.01`."""
        held = self.points.get(column[0])
        if not held or len(self.scenarios) < 2:
            return self.label(column)
        told = [said_point(held)]
        told += [column[1]] if len({model for _, model in self.columns}) > 1 else []
        return ", ".join(told)

    def failed(self, model: str) -> bool:
        """Whether the manifest says that a model failed, in any part of the run."""
        names = tuple(f"{name}, seed" for name in (model, plain_name(model)))
        return any(str(said).startswith(names) for said in self._manifest.get("failures") or [])

    def at(self, column: tuple[str, str], place: Place) -> Finding | None:
        """The row of a place about a column, pooled if there are several seeds; None if there is none."""
        return self._at.get((column, place))

    @cached_property
    def _at(self) -> dict[tuple[tuple[str, str], Place], Finding]:
        return {(row.column, row.place): row for row in reversed(self.audited) if row.seed == self.seed}

    @cached_property
    def _lottery(self) -> dict[tuple[str | int, ...], Finding]:
        return {row.key: row for row in reversed(self.rows) if row.model == LOTTERY}

    def beside(self, row: Finding) -> Finding | None:
        """The lottery's row of the same scenario, measure, people and seed; None if there is none."""
        return None if row.model == LOTTERY else self._lottery.get(row.key)

    def owed(self, row: Finding) -> Owed | None:
        """What guesses do to the row, if the scenario was screened; else None."""
        return owed_in(self._manifest, row)

    @cached_property
    def _places(self) -> dict[tuple[str | int | frozenset[tuple[str, str]], ...], dict[str, Finding]]:
        found: dict[tuple[str | int | frozenset[tuple[str, str]], ...], dict[str, Finding]] = {}
        for row in self.rows:
            found.setdefault(_place(row), {}).setdefault(row.name + row.suffix, row)
        return found

    def together(self, row: Finding) -> dict[str, Finding]:
        """The rows of the same model, people, seed and qualifiers, by name and suffix: `flip_rate_net`."""
        return self._places.get(_place(row), {})

    def on_page(self, row: Finding) -> bool:
        """Whether a report shows the row: with several seeds only pooled rows, if there are any."""
        return row.seed == -1 or -1 not in self.seeds

    def main(self, *, column: tuple[str, str] | None = None, harm: str | None = None) -> list[Finding]:
        """Audited rows without suffix: the pooled ones if there are any, else those of the first seed."""
        return [
            row
            for row in self.audited
            if not row.suffix
            and row.seed == self.seed
            and (column is None or row.column == column)
            and (harm is None or row.harm == harm)
        ]

    def pick(self, wanted: str, column: tuple[str, str]) -> Finding | None:
        """The row for a headline: with exactly that spelling, else the same name with other qualifiers.

        A comparison takes the first compared attribute and its first group, never the largest gap:
        a headline chosen for its size would overstate.
        """
        name, _ = split_name(wanted)
        rows = [row for row in self.main(column=column) if row.name == name]
        rows = [row for row in rows if row.measure == wanted] or rows
        return min(rows, key=self._order, default=None)

    def largest(self, wanted: str, column: tuple[str, str]) -> tuple[Finding | None, int]:
        """The largest decided difference of a measure on a table, and of how many; None if none is decided.

        Decided: the p value adjusted for all comparisons (`_p_holm`) is under 0.05; without one, the interval leaves
        out 0. A reader of a table asks who is hit most, and no group of it is chosen before the audit.
        """
        rows = [
            row
            for row in self.main(column=column)
            if row.measure == wanted and row.known and row.comparison and not set("*|") & set(row.split)
        ]
        decided = [row for row in rows if self._is_decided(row)]
        return max(decided, key=lambda row: (abs(row.value), -row.number), default=None), len(rows)

    def _is_decided(self, row: Finding) -> bool:
        adjusted = self.together(row).get(f"{row.name}_p_holm")
        if adjusted is not None and adjusted.known:
            return adjusted.value < SURE
        return row.low > 0 or row.high < 0

    def _order(self, row: Finding) -> tuple[bool, bool, int, int]:
        place = self.compared.index(row.split) if row.split in self.compared else len(self.compared)
        level = row.split == "all" or row.comparison
        return (not level, not row.known and row.split != "all", place, row.number)


def _place(row: Finding) -> tuple[str | int | frozenset[tuple[str, str]], ...]:
    return (*row.column, row.split, row.group, row.versus, row.seed, frozenset(row.qualifiers.items()))


def said_point(point: Mapping[str, str]) -> str:
    """Dials and their values in short: only the last word of each path if that tells the dials apart.

    >>> said_point({"channels.court.miss": "0.1", "channels.errors": "on"})
    'miss=0.1, errors=on'
    """
    last = [path.rpartition(".")[2] for path in point]
    names = last if len(set(last)) == len(last) else list(point)
    return ", ".join(f"{name}={value}" for name, value in zip(names, point.values(), strict=True))
