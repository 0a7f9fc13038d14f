"""One row of the findings table: the parts of its name, whom it is about, and how much it rests on."""

# Any: pandas gives the cells of a table as values of any type.
from __future__ import annotations

import math
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from testbed.findings import plain_name, split_name
from testbed.report.plaintext import counted

SUFFIXES = (
    "_p_holm",
    "_p_bh",
    "_p",
    "_detectable",
    "_equivalent",
    "_seeds_undefined",
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
Place = tuple[str, str, str, str]
LEVELS_BY_NAME = ("label_error_effect",)
"""Levels whose name ends like that of a contrast."""
OWN_GROUP = ("counterfactual_effect", "spurious_gap")
"""Contrasts that rest on what the recipe lets a group cause."""
SMALL_PEOPLE = 30
SMALL_EVENTS = 10
COUNTED = {
    "assumption_share": "world",
    "discretion_share": "rule",
    "widest_discretion": "rule",
    "out_of_scope_rules": "rule",
}
"""What `n` counts if it does not count people."""


@dataclass(frozen=True)
class Finding:
    """One row of the findings table. `number` is its line among the data rows of findings.csv, from 1.

    `qualifiers` are those written in the measure's name, `settings` the registered defaults too. `note`: what the
    recipe lets the group cause, if the row rests on that.
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
    given: str = ""
    name: str = ""
    suffix: str = ""
    qualifiers: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    note: str = ""

    @property
    def anchor(self) -> str:
        """The id of this row in the page."""
        return f"f{self.number}"

    @property
    def column(self) -> tuple[str, str]:
        """The scenario and the model that the row is about."""
        return (self.scenario, self.model)

    @property
    def place(self) -> Place:
        """The measure, the split, the group, and the group it is compared with."""
        return (self.measure, self.split, self.group, self.versus)

    @property
    def known(self) -> bool:
        """Whether there is a value."""
        return not math.isnan(self.value)

    @property
    def exact(self) -> bool:
        """Whether the value has no sampling error by construction."""
        return self.known and self.low == self.high == self.value

    @property
    def comparison(self) -> bool:
        """Whether the value is a difference or ratio of groups or worlds, rather than a level."""
        return (
            bool(self.versus)
            or (self.name.endswith(("_gap", "_difference", "_effect")) and self.name not in LEVELS_BY_NAME)
            or (self.split != "all" and not self.group)
        )

    @property
    def key(self) -> tuple[str | int, ...]:
        """What a row of another model must share to be shown beside this one."""
        return (self.scenario, self.measure, self.split, self.group, self.versus, self.seed)

    @property
    def counts(self) -> str:
        """The noun for what `n` counts."""
        return COUNTED.get(self.name, "person")

    @property
    def small(self) -> str:
        """Why the value counts as small; empty if it does not."""
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
        """The people that the row is about, in words."""
        if self.split == "all":
            return "everybody"
        if not self.group:
            return f"all groups of {self.split}"
        return f"{self.group}, against {self.versus}" if self.versus else self.group


def parts(measure: str, known: Container[str] = ()) -> tuple[str, str, dict[str, str]]:
    """The parts of a measure's spelling: name, suffix, qualifiers. The longest known name is the name.

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


def owner(name: str, info: Mapping[str, Mapping[str, object]]) -> str:
    """The registered measure that a name belongs to; a gap belongs to the rate that it compares.

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


def rows_of(
    frame: pd.DataFrame,
    info: Mapping[str, Mapping[str, Any]],
    causes: Mapping[str, Mapping[str, str]] | None = None,
) -> list[Finding]:
    """The rows of a findings table. `causes`: what each compared attribute causes, by model, in words."""
    names = ("scenario", "model", "measure", "harm", "split", "group", "versus", "unit", "why", "given")
    known = {*info, *(str(facts["gap"]) for facts in info.values() if facts.get("gap"))}
    spelled = {text: parts(text, known) for text in map(str, frame["measure"].unique())} if len(frame) else {}
    owners = {name: owner(name, info) for name, _, _ in spelled.values()}
    causes = causes or {}
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
                note=causes.get(plain_name(texts["model"]), {}).get(texts["split"], "") if name in OWN_GROUP else "",
                **texts,
            )
        )
    return made


def _setting(value: object) -> str:
    return "on" if value is True else "off" if value is False else str(value)


def _text(value: object) -> str:
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else str(value)


def _number(value: Any, empty: float = math.nan) -> float:
    number = empty if value is None or value is pd.NA or value == "" else float(value)
    return empty if math.isnan(number) else number
