"""The file of errors: per column what can go wrong in a table, how often, and for which groups more often.

A file names its columns, or says "each number", "each category", "each" or "all" (one error that strikes all of them
at once). The default set is such a file.
"""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml
from synthetic.schema import (
    AMOUNT,
    FLAG,
    NAME,
    NOTE,
    SHARE,
    TEXT,
    Either,
    Fields,
    Key,
    Listed,
    Named,
    Number,
    OneOf,
    Whole,
    grammar,
)
from synthetic.source import Dial, Sourced

FOLDER = Path(__file__).parent
DEFAULT = "everyday-errors"
"""The file that is taken if none is named."""

KINDS: Mapping[str, str] = {
    "missing": "the value is not there, or `fill` stands in its place",
    "stale": "an older value: that of the column `older`, or else a value that is drawn from the same column",
    "transposed": "two neighboring digits of a number change places",
    "off_by_unit": "a number is off by a unit: `by` is added",
    "wrong_category": "another of the column's values, each as likely",
    "somebody_else": "the value of another row: any, one with the same value of `within`, or one at most `near` away",
    "shifted": "in a batch of `batch` rows, each row holds the value of the row before it, the first that of the last",
    "duplicated": "the row stands in the table twice: this changes no decision, only what a model is fitted on",
}
"""What can go wrong with a value."""

ERROR = Fields(
    {
        "kind": Key(
            "what goes wrong: " + "; ".join(f"{kind} ({said})" for kind, said in KINDS.items()),
            OneOf(KINDS),
            needed=True,
        ),
        "columns": Key(
            'the columns that it strikes, by name, or "each number", "each category", "each" (an error for each such '
            'feature), "all" (all features of a row at once), "outcome" (the recorded outcome); duplicated has none',
            Either((TEXT, Listed(NAME, least=1))),
        ),
        "rate": Key("the share of rows that it strikes", Sourced(SHARE, unit="share of rows"), needed=True),
        "ratio": Key(
            "by what the rate is multiplied, for groups of a column",
            Named(Named(Sourced(AMOUNT, unit="times the rate"), "group"), "column"),
            default={},
        ),
        "by": Key("off_by_unit: what is added; default 1", Number()),
        "fill": Key(
            "missing: what stands in place of a missing value; default nothing", Either((NOTE, Number(), FLAG))
        ),
        "older": Key("stale: the column that holds the older value; default a draw from the same column", NAME),
        "within": Key("somebody_else: a column; the other row has the same value there, such as a household", NAME),
        "near": Key("somebody_else: how many rows away the other row is at most; default any", Whole(1)),
        "batch": Key("shifted: how many rows are shifted together; default 20", Whole(2)),
    }
)
KEYS = Fields(
    {
        "title": Key("what the file describes", TEXT),
        "errors": Key("what can go wrong", Named(ERROR, least=1), needed=True),
    }
)
GRAMMAR = grammar(KEYS)

ONLY = {"by": "off_by_unit", "fill": "missing", "older": "stale", "within": "somebody_else", "near": "somebody_else",
        "batch": "shifted"}  # fmt: skip
OF_OUTCOMES = ("wrong_category", "somebody_else", "shifted")
"""Kinds that a recorded outcome can have."""
EACH = {"each": None, "each number": True, "each category": False}
"""Patterns of columns, and whether these hold numbers."""
FEW_VALUES = 20
"""A number with at most so many values can be a category."""


@dataclass(frozen=True)
class Mistake:
    """One thing that can go wrong, and how often.

    columns: features that it strikes together; none for the outcome (`outcome`) or a duplicated row. rate: share of
    rows. ratio: by column of groups and group, the factor of the rate.
    """

    name: str
    kind: str
    columns: tuple[str, ...]
    rate: Dial
    ratio: Mapping[str, Mapping[str, Dial]] = field(default_factory=dict)
    outcome: bool = False
    by: float = 1.0
    fill: object = None
    older: str = ""
    within: str = ""
    near: int = 0
    batch: int = 20

    @property
    def dials(self) -> dict[str, Dial]:
        """Its numbers by path."""
        inner = {one.path: one for groups in self.ratio.values() for one in groups.values()}
        return {self.rate.path: self.rate, **inner}

    @property
    def refits_only(self) -> bool:
        """Whether it changes what a model is fitted on, and no record that a model is asked about."""
        return self.outcome or self.kind == "duplicated"

    @property
    def beside(self) -> tuple[str, ...]:
        """The columns that it reads beside those it strikes."""
        return tuple(one for one in (self.older, self.within) if one)


def load_errors(name: str | Path | None) -> list[Mistake]:
    """The errors of a file, whose columns may still be patterns (see `spread`); the default set for None."""
    path = find_toml("file of errors", DEFAULT if name is None else name, FOLDER, None)
    where = f"errors {path.stem}"
    table = load_declaration(path, where, KEYS)
    return [_mistake(name, part, f"{where}, errors.{name}") for name, part in table["errors"].items()]


def _mistake(name: str, part: Mapping[str, Any], where: str) -> Mistake:
    if set(name) & set("[],="):
        raise InputError(f"{where}: a name without [ ] , = is needed.")
    kind, path = part["kind"], f"errors.{name}"
    for key, owner in ONLY.items():
        if key in part and kind != owner:
            raise InputError(f"{where}: {key} goes with the kind {owner}, found {kind}.")
    found = part.get("columns", ())
    columns = (found,) if isinstance(found, str) else found
    if (kind == "duplicated") == bool(columns):
        raise InputError(f"{where}: columns is {list(columns)}; a list of names is needed, and none of duplicated.")
    ratio = {
        column: {group: one.at(f"{path}.ratio.{column}.{group}") for group, one in groups.items()}
        for column, groups in part["ratio"].items()
    }
    if ratio and kind == "shifted":
        raise InputError(f"{where}: a batch is shifted whole, so shifted has no ratio by group.")
    outcome = columns == ("outcome",)
    if outcome and kind not in OF_OUTCOMES:
        raise InputError(f"{where}: an outcome cannot be {kind}; allowed: {', '.join(OF_OUTCOMES)}.")
    return Mistake(
        name, kind, () if outcome else columns, part["rate"].at(f"{path}.rate"), ratio, outcome,
        by=float(part.get("by", 1)), fill=part.get("fill"), older=part.get("older", ""),
        within=part.get("within", ""), near=part.get("near", 0), batch=part.get("batch", 20),
    )  # fmt: skip


def spread(mistakes: Sequence[Mistake], records: pd.DataFrame, *, outcome: bool, strict: bool = True) -> list[Mistake]:
    """The errors with the features of this table in place of patterns.

    outcome: whether the table has one. Raises InputError for a column that is no feature, for a kind that does not fit
    one, and, if `strict`, for an error of an outcome that the table does not have.
    """
    made: list[Mistake] = []
    for one in mistakes:
        pattern = one.columns[0] if len(one.columns) == 1 else ""
        if one.refits_only:
            if one.outcome and not outcome:
                if strict:
                    raise InputError(f"error {one.name!r} strikes the outcome; name its column (outcome=, --outcome).")
                continue
            made.append(one)
        elif pattern == "all":
            made.append(replace(one, columns=tuple(records.columns)))
        elif pattern in EACH:
            wanted = EACH[pattern]
            fitting = [name for name in records.columns if wanted is None or is_number(records[name]) == wanted]
            fitting = [name for name in fitting if not unfit(one.kind, records[name])]
            made += [replace(one, name=f"{one.name} of {_plain(name)}", columns=(name,)) for name in fitting]
        else:
            made += _named(one, records)
    return made


def _named(one: Mistake, records: pd.DataFrame) -> list[Mistake]:
    """The error for each column that the file names; somebody else's values and shifts strike them together."""
    for name in one.columns:
        if name not in records.columns:
            raise unknown(f"column of the error {one.name!r}", name, map(str, records.columns))
        if said := unfit(one.kind, records[name]):
            raise InputError(f"error {one.name!r}: column {name!r} cannot be {one.kind}: {said}.")
    if len(one.columns) == 1 or one.kind in ("somebody_else", "shifted"):
        return [one]
    return [replace(one, name=f"{one.name} of {_plain(name)}", columns=(name,)) for name in one.columns]


def _plain(name: object) -> str:
    """A column's name without the signs that mean something in the name of a finding."""
    return str(name).translate(dict.fromkeys(map(ord, "[],="), "_"))


def is_number(values: pd.Series) -> bool:
    """Whether a column holds numbers that are no switches."""
    return bool(pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values))


def unfit(kind: str, values: pd.Series) -> str:
    """Why a column cannot go wrong in this way; "" if it can."""
    if kind in ("transposed", "off_by_unit") and not is_number(values):
        return "it holds no numbers"
    if kind == "wrong_category":
        few = values.nunique()
        if few < 2:
            return "all its values are alike"
        if is_number(values) and few > FEW_VALUES:
            return f"it holds {few:,} numbers; a number with up to {FEW_VALUES} values can be a category"
    return ""


def chances(
    one: Mistake, groups: Mapping[str, tuple[NDArray[np.integer], tuple[str, ...]]], n: int
) -> NDArray[np.float64]:
    """How likely the error strikes each row: its rate, times the ratios of the row's groups, at most 1.

    Raises InputError if the error names a group that the audit does not compare.
    """
    made = np.full(n, float(one.rate.value))
    for column, factors in one.ratio.items():
        if column not in groups:
            raise unknown(f"ratio column of the error {one.name!r}", column, groups)
        codes, levels = groups[column]
        for level, factor in factors.items():
            if level not in levels:
                raise unknown(f"group of {column} in the error {one.name!r}", level, levels)
            made[codes == levels.index(level)] *= float(factor.value)
    return np.asarray(np.minimum(made, 1.0))
