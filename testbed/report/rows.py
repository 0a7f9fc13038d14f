"""The findings table as a report reads it: rows of the audited scheme, rows of anchors, and which go together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from testbed.findings import plain_name, split_name
from testbed.report.plaintext import counted

LOTTERY = "lottery"
ANCHORS = (LOTTERY, "oracle", "null")
SUFFIXES = (
    "_p_holm",
    "_p_bh",
    "_p",
    "_detectable",
    "_equivalent",
    "_four_fifths",
    "_flips_net",
    "_flips",
    "_net",
    "_observed",
    "_null",
    "_spread",
    "_alone",
    "_last",
    "_given_found",
    "_operator",
    "_person",
    "_numerator",
)
FAMILIES = ("disparate impact", "opacity", "error propagation", "chilling", "benefit")
Place = tuple[str, str, str, str]
SMALL_PEOPLE = 30
SMALL_EVENTS = 10
COUNTED = {
    "assumption_share": "world",
    "discretion_share": "rule",
    "widest_discretion": "rule",
    "out_of_scope_rules": "rule",
}
"""What `n` counts where it does not count people."""


@dataclass(frozen=True)
class Finding:
    """One row of the findings table. `number` is its line among the data rows of findings.csv, from 1.

    `qualifiers` are those written in the measure's name, `settings` the registered defaults too.
    """

    number: int
    scenario: str
    model: str
    measure: str
    harm: str
    split: str
    group: str
    versus: str
    value: float
    low: float
    high: float
    unit: str
    n: int
    seed: int
    why: str
    name: str = ""
    suffix: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def anchor(self) -> str:
        """The id of this row in the page."""
        return f"f{self.number}"

    @property
    def column(self) -> tuple[str, str]:
        """What the row is about: the scenario and the model."""
        return (self.scenario, self.model)

    @property
    def place(self) -> Place:
        """What the row says of whom: measure, split, group, and whom it is compared with."""
        return (self.measure, self.split, self.group, self.versus)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    @property
    def exact(self) -> bool:
        """Whether the value carries no sampling error by construction."""
        return self.known and self.low == self.high == self.value

    @property
    def comparison(self) -> bool:
        """Whether the value is a difference or ratio of groups or worlds, rather than a level."""
        return (
            bool(self.versus)
            or self.name.endswith(("_gap", "_difference", "_effect"))
            or (self.split != "all" and not self.group)
        )

    @property
    def key(self) -> tuple[str | int, ...]:
        """What a row of another model must share to stand beside this one."""
        return (self.scenario, self.measure, self.split, self.group, self.versus, self.seed)

    @property
    def counts(self) -> str:
        """What `n` is a number of."""
        return COUNTED.get(self.name, "person")

    @property
    def small(self) -> str:
        """Why the number behind the value is small; empty where it is not."""
        if not self.known or self.exact:
            return ""
        if self.n < SMALL_PEOPLE:
            return f"small: under {counted(SMALL_PEOPLE, self.counts)}"
        if self.unit == "rate" and not self.comparison and not self.suffix:
            events = min(self.value, 1 - self.value) * self.n
            if -0.5 < events < SMALL_EVENTS - 0.5:
                return f"small: under {SMALL_EVENTS} events or non-events"
        return ""

    @property
    def who(self) -> str:
        """Whom the row is about, in words."""
        if self.split == "all":
            return "everybody"
        if not self.group:
            return f"all groups of {self.split}"
        return f"{self.group}, against {self.versus}" if self.versus else self.group


def parts(measure: str, known: Container[str] = ()) -> tuple[str, str, dict[str, str]]:
    """A measure's spelling taken apart: name, suffix, qualifiers. The longest known name is the name.

    >>> parts("error_reach_net[hop=household]")
    ('error_reach', '_net', {'hop': 'household'})
    >>> parts("correction_time_corrected", {"correction_time"})
    ('correction_time', '_corrected', {})
    """
    name, qualifiers = split_name(measure)
    stem = name
    while stem:
        if stem in known:
            return stem, name.removeprefix(stem), qualifiers
        stem = stem.rpartition("_")[0]
    for suffix in SUFFIXES:
        if name.endswith(suffix) and name != suffix:
            return name.removesuffix(suffix), suffix, qualifiers
    return name, "", qualifiers


def owner(name: str, info: Mapping[str, Mapping[str, Any]]) -> str:
    """The registered measure that a name belongs to; a gap belongs to the rate whose difference it is.

    >>> owner("adverse_gap", {"adverse_rate": {}})
    'adverse_rate'
    """
    if name in info:
        return name
    for measure, facts in info.items():
        if facts.get("gap") and facts["gap"] == name:
            return measure
    stem = name.removesuffix("_gap")
    return next((candidate for candidate in (f"{stem}_rate", stem) if stem != name and candidate in info), name)


class Findings:
    """The rows of one run, sorted into the audited scheme's and the anchors'.

    The audited models and scenarios are those that the manifest names (`models`; `scenario`, or the `steps` of
    a sweep); where it names none, every model but the anchors', and the most frequent scenario. A column is what was
    audited: a model in a scenario. `columns` are all of them, comparisons of two models last; `heads` those that
    headlines speak of.
    """

    def __init__(self, frame: pd.DataFrame, manifest: Mapping[str, Any], info: Mapping[str, Any] | None = None) -> None:
        self.info: Mapping[str, Mapping[str, Any]] = info if info is not None else manifest.get("measures") or {}
        self.rows = _rows(frame, self.info)
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
        self.anchors = [row for row in self.rows if row.column not in audited]
        self.seeds = sorted({row.seed for row in self.audited})
        self.seed = -1 if -1 in self.seeds else (self.seeds[0] if self.seeds else 0)
        self.compared = [str(name) for name in manifest.get("compared") or []]
        points = manifest.get("points") or []
        self.points: dict[str, dict[str, str]] = dict(zip(named, points, strict=False))

    def label(self, column: tuple[str, str]) -> str:
        """What tells a column from the others: the model, the scenario, or both; "" where there is but one."""
        told = [column[0]] if len(self.scenarios) > 1 else []
        told += [column[1]] if len({model for _, model in self.columns}) > 1 else []
        return ", ".join(told)

    def short(self, column: tuple[str, str]) -> str:
        """The label for a figure: a step of a sweep by the last words of its dials, `false_match=0.01`."""
        held = self.points.get(column[0])
        if not held or len(self.scenarios) < 2:
            return self.label(column)
        told = [said_point(held)]
        told += [column[1]] if len({model for _, model in self.columns}) > 1 else []
        return ", ".join(told)

    def at(self, column: tuple[str, str], place: Place) -> Finding | None:
        """The one row of a place about a column, over all seeds where there are several; None where there is none."""
        return self._at.get((column, place))

    @cached_property
    def _at(self) -> dict[tuple[tuple[str, str], Place], Finding]:
        return {(row.column, row.place): row for row in reversed(self.audited) if row.seed == self.seed}

    @cached_property
    def _lottery(self) -> dict[tuple[str | int, ...], Finding]:
        return {row.key: row for row in reversed(self.rows) if row.model == LOTTERY}

    def beside(self, row: Finding) -> Finding | None:
        """The lottery's row of the same scenario, measure, people and seed; None where there is none."""
        return None if row.model == LOTTERY else self._lottery.get(row.key)

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
        """Whether a report shows the row: of several seeds only what is said over all of them, where that exists."""
        return row.seed == -1 or -1 not in self.seeds

    def main(self, *, column: tuple[str, str] | None = None, harm: str | None = None) -> list[Finding]:
        """Audited rows without suffix, over all seeds where such rows exist, else of the first seed."""
        return [
            row
            for row in self.audited
            if not row.suffix
            and row.seed == self.seed
            and (column is None or row.column == column)
            and (harm is None or row.harm == harm)
        ]

    def pick(self, wanted: str, column: tuple[str, str]) -> Finding | None:
        """The row that a headline asks for: exactly that spelling, else the same name with other qualifiers.

        Of a comparison the first compared attribute and its first group are taken, never the largest gap:
        a headline chosen for its size would overstate.
        """
        name, _ = split_name(wanted)
        rows = [row for row in self.main(column=column) if row.name == name]
        rows = [row for row in rows if row.measure == wanted] or rows
        return min(rows, key=self._order, default=None)

    def _order(self, row: Finding) -> tuple[bool, bool, int, int]:
        place = self.compared.index(row.split) if row.split in self.compared else len(self.compared)
        level = row.split == "all" or row.comparison
        return (not level, not row.known and row.split != "all", place, row.number)


def _place(row: Finding) -> tuple[str | int | frozenset[tuple[str, str]], ...]:
    return (*row.column, row.split, row.group, row.versus, row.seed, frozenset(row.qualifiers.items()))


def said_point(point: Mapping[str, str]) -> str:
    """Dials and their values in short: the last word of a path where that tells the dials apart.

    >>> said_point({"channels.court.miss": "0.1", "channels.errors": "on"})
    'miss=0.1, errors=on'
    """
    last = [path.rpartition(".")[2] for path in point]
    names = last if len(set(last)) == len(last) else list(point)
    return ", ".join(f"{name}={value}" for name, value in zip(names, point.values(), strict=True))


def _rows(frame: pd.DataFrame, info: Mapping[str, Any]) -> list[Finding]:
    """The rows of a findings table."""
    names = ("scenario", "model", "measure", "harm", "split", "group", "versus", "unit", "why")
    known = {*info, *(str(facts["gap"]) for facts in info.values() if facts.get("gap"))}
    spelled = {text: parts(text, known) for text in map(str, frame["measure"].unique())} if len(frame) else {}
    owners = {name: owner(name, info) for name, _, _ in spelled.values()}
    made = []
    for number, values in enumerate(frame.to_dict("records"), start=1):
        texts = {name: _text(values.get(name)) for name in names}
        name, suffix, qualifiers = spelled[texts["measure"]]
        defaults = info.get(owners[name], {}).get("qualifiers") or {}
        made.append(
            Finding(
                number=number,
                value=_number(values.get("value")),
                low=_number(values.get("low")),
                high=_number(values.get("high")),
                n=int(_number(values.get("n"), 0)),
                seed=int(_number(values.get("seed"), 0)),
                name=name,
                suffix=suffix,
                qualifiers=qualifiers,
                settings={
                    **{key: _setting(value) for key, value in defaults.items() if value is not None},
                    **qualifiers,
                },
                **texts,
            )
        )
    return made


def _setting(value: object) -> str:
    return "on" if value is True else "off" if value is False else str(value)


def _text(value: Any) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def _number(value: Any, empty: float = math.nan) -> float:
    number = empty if value is None or value is pd.NA or value == "" else float(value)
    return empty if math.isnan(number) else number
