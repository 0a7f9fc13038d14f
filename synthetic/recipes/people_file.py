"""A table of people as a recipe: a CSV or Parquet file, and beside it a TOML file that declares its columns.

Columns that are not declared are not read. A file has no causes: nothing follows from a column, unless the declaration
says what it causes, and by how much (see `synthetic.recipes.shifts`).
"""

# Any: pandas gives columns of every dtype.
from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthetic.cells import complete, plain
from synthetic.csv_file import csv_texts
from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.recipes.rows import Rows, households
from synthetic.recipes.shifts import columns_in_file, declared_causes, shifted
from synthetic.schema import (
    DAY,
    FLAG,
    NAMES,
    NOTE,
    SENTENCES,
    TEXT,
    Either,
    Fields,
    Key,
    Listed,
    Named,
    Number,
    OneOf,
    Range,
)
from synthetic.source import Dial, Sourced
from synthetic.variables import Column, Variable

TABLES = (".csv", ".parquet")
"""Endings of files whose rows are people."""

KINDS: dict[str, type] = {"category": np.int16, "integer": np.int64, "float": np.float64, "flag": np.bool_}
LEVEL = Either((TEXT, Number(), FLAG))
COLUMN = Fields(
    {
        "kind": Key("what it holds", OneOf(KINDS), needed=True),
        "meaning": Key("what the column is", TEXT),
        "unit": Key("the unit of a number", NOTE, default=""),
        "column": Key("the name in the file, where it is not the same", TEXT),
        "levels": Key("the labels of a category", Listed(TEXT, "texts", least=1, most=np.iinfo(np.int16).max)),
        "values": Key(
            "the values in the file that stand for the levels, in the same order; default the levels",
            Listed(LEVEL, "values", twice=True),
        ),
        "range": Key("the smallest and the largest value of a number", Range()),
        "value": Key("one value for everybody, for a column that the file does not have", LEVEL),
        "truth": Key("true for what no institution can hold", FLAG, default=False),
        "causes": Key("all columns that it causes, [] for none; without it nothing is known of what it causes", NAMES),
        "shift": Key(
            "of a number: for each level of a cause how much larger it is",
            Named(Named(Sourced(), "level"), "cause"),
            default={},
        ),
    }
)
KEYS = Fields(
    {
        "title": Key("what people these are", TEXT),
        "as_of": Key("the date for which the table holds", DAY),
        "household": Key("the column of the file that says who lives together; without it everybody lives alone", TEXT),
        "not_modelled": Key("what the table leaves out", SENTENCES, default=[]),
        "columns": Key("the columns, by the name that a scenario calls them", Named(COLUMN, least=1), needed=True),
    }
)
"""What the file beside a table of people says."""

TAKEN = ("grid", "household", "place", "person", "scheme", "city")
"""Names that a society gives itself."""
READ = {"age": ("integer", "float"), "residence": ("category",), "community": ("category",)}
"""The kinds that columns may have which channels, conduct and regimes read by name."""
PLACES = ("urban", "rural")
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")


@dataclass(frozen=True)
class PeopleFile:
    """What a table of people and the declaration beside it say."""

    variables: dict[str, Variable]
    dials: dict[str, Dial]
    rows: Rows
    title: str
    as_of: str
    not_modelled: tuple[str, ...]


def is_table(name: object) -> bool:
    """Whether a recipe of this name or path is a table of people.

    >>> is_table("people.csv"), is_table("china-2020")
    (True, False)
    """
    return str(name).endswith(TABLES)


def read_people(path: Path) -> PeopleFile:
    """The people of a table. Raises InputError if it, or the declaration beside it, is wrong."""
    beside, where = path.with_suffix(".toml"), path.with_suffix(".toml").name
    if not beside.is_file():
        raise InputError(
            f"{path.name} needs {where} beside it, which declares its columns; "
            f"`testbed people --describe {path.name} --out {where}` drafts it."
        )
    text = load_declaration(beside, where, KEYS)
    told, home = text["columns"], text.get("household")
    drawn = {name: _variable(name, one, home, f"{where}, columns.{name}") for name, one in told.items()}
    declares = declared_causes(told, where)
    variables, dials = shifted(drawn, told, where)
    named = {one.get("column", name) for name, one in told.items() if "value" not in one}
    frame = _frame(path, sorted(named | ({home} if home is not None else set())))
    columns = {
        name: _constant(drawn[name], one["value"], len(frame))
        if "value" in one
        else _coded(drawn[name], one, frame[one.get("column", name)], f"{path.name}, column {name!r}")
        for name, one in told.items()
    }
    if home is None:
        at, cut = np.arange(len(frame), dtype=np.int64), 0
    else:
        labels = complete(frame[home], f"{path.name}, column {home!r}")
        at, cut = households(pd.factorize(labels)[0].astype(np.int64), home)
    rows = Rows(path.name, columns_in_file(columns, variables), at, declares, cut)
    moved = [name for name, each in variables.items() if each.function is not None]
    said = (*text["not_modelled"], *_limits(rows, moved))
    numbers = {one.path: one for one in dials}
    return PeopleFile(variables, numbers, rows, text.get("title", path.name), text.get("as_of", ""), said)


def _limits(rows: Rows, moved: list[str]) -> tuple[str, ...]:
    """What no table of people can tell, in sentences."""
    said = [
        f"The people are the rows of {rows.source}, the same under every seed: seeds differ in conduct, records and "
        "appeals alone, and intervals over several seeds hold the people fixed. A smaller society is the first rows of "
        "the file.",
        "The training society is the same people under other draws, not other people.",
        "A grid, whose people are neighbors, is 1,024 rows that follow each other. There are no cities, and no ties to "
        "kin, colleagues or acquaintances.",
        f"{'But for declared shifts, nothing' if moved else 'Nothing'} follows from a column of the file: conduct does "
        "not change with a person's group unless a kind of conduct says so.",
    ]
    if moved:
        said.append(
            f"How much a cause shifts {', '.join(moved)} is declared, level by level, not measured. A shifted value "
            "stays within the declared range."
        )
    if rows.cut:
        said.append(f"{rows.cut:,} households lie across the border of two grids, and count as two each.")
    return tuple(said)


def _variable(name: str, one: Mapping[str, Any], home: str | None, where: str) -> Variable:
    """The variable of a declared column."""
    if not NAME.match(name) or name in TAKEN:
        said = ", ".join(TAKEN)
        raise InputError(
            f"{where}: found the name {name!r}; letters, digits and _ are allowed, and none of {said} (the file's own "
            "name can be given as `column`)."
        )
    kind = one["kind"]
    if kind not in READ.get(name, KINDS):
        raise InputError(f"{where}: found the kind {kind!r}, allowed here: {' or '.join(READ[name])}.")
    levels = _levels(one, where) if kind == "category" else None
    for level in levels if name == "residence" and levels else ():
        if level not in PLACES:
            raise InputError(f"{where}: found the level {level!r}, allowed here: {', '.join(PLACES)}.")
    for key, wanted in (("levels", "category"), ("values", "category")):
        if key in one and kind != wanted:
            raise InputError(f"{where}: {key} are of a category, and the kind is {kind!r}.")
    return Variable(
        name,
        None,
        (),
        "person",
        kind,
        one.get("meaning", f"column {name} of the file"),
        unit=one["unit"],
        levels=levels,
        bounds=_range(one.get("range"), kind, where),
        dtype=KINDS[kind],
        truth=one["truth"],
        drawn_by="" if home is None else "household",
    )


def _levels(one: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """The labels of a category: printable texts."""
    if "levels" not in one:
        raise InputError(f"{where} must have 'levels', since it is a category.")
    levels: tuple[str, ...] = one["levels"]
    for each in levels:
        if not each.isprintable():
            raise InputError(f"{where}: level {each!r} is not allowed; levels are printable texts.")
    values = one.get("values", levels)
    if len(values) != len(levels) or len(set(map(str, values))) < len(values):
        raise InputError(f"{where}: values must be {len(levels)} different values of the file, one for each level.")
    return levels


def _range(found: tuple[float, float] | None, kind: str, where: str) -> tuple[float, float] | None:
    if kind not in ("integer", "float"):
        if found is not None:
            raise InputError(f"{where}: a range is of a number, and the kind is {kind!r}.")
        return None
    if found is None or max(map(abs, found)) >= 2**53:
        raise InputError(f"{where}: a number needs range = [smallest, largest] within 2**53, found {found}.")
    return found


def _constant(each: Variable, value: object, n: int) -> Column:
    return np.full(n, each.code(value), each.dtype)


def _coded(each: Variable, one: Mapping[str, Any], cells: pd.Series, what: str) -> Column:
    """A column of the file as the codes or numbers that a society holds."""
    values = complete(cells, what)
    if each.levels is not None:
        known: Any = one.get("values", list(each.levels))
        codes = pd.Index([str(value) for value in known]).get_indexer(pd.Index(texts(values)))
        _refuse(codes < 0, values, what, f"its {len(each.levels)} declared levels")
        return codes.astype(each.dtype)
    if each.kind == "flag":
        flags = pd.Index(["False", "True", "0", "1"]).get_indexer(pd.Index(texts(values)))
        _refuse(flags < 0, values, what, "True, False, 1, 0")
        return np.asarray(flags % 2 == 1)
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    assert each.bounds is not None
    low, high = each.bounds
    wrong = ~((numbers >= low) & (numbers <= high))
    if each.kind == "integer":
        wrong |= np.where(wrong, True, numbers != np.rint(numbers))
    _refuse(wrong, values, what, f"{'whole ' if each.kind == 'integer' else ''}numbers from {low:g} to {high:g}")
    return numbers.astype(each.dtype)


def texts(values: pd.Series) -> list[str]:
    """The values of a column as a CSV file would hold them; whole numbers without a decimal point.

    >>> texts(pd.Series([1.0, 2.0])), texts(pd.Series(["a", "b"]))
    (['1', '2'], ['a', 'b'])
    """
    if values.dtype.kind == "f":
        numbers = values.to_numpy(np.float64)
        if (numbers == np.rint(numbers)).all() and (abs(numbers) < 1e15).all():
            return [str(value) for value in numbers.astype(np.int64).tolist()]
    return [str(value) for value in values.tolist()]


def _refuse(wrong: np.ndarray, values: pd.Series, what: str, allowed: str) -> None:
    """Raise InputError for the first wrong cell, if there is one."""
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise InputError(f"{what}, row {row}: found {str(values.iloc[row])[:40]!r}, allowed: {allowed}.")


def _frame(path: Path, names: list[str]) -> pd.DataFrame:
    """The named columns of the file: of CSV as texts, of Parquet as they are. An empty cell of CSV is missing."""
    try:
        made = csv_texts(path) if path.suffix == ".csv" else pd.read_parquet(path)
    except ImportError:
        raise InputError(
            f"reading {path.name!r} needs pyarrow: pip install 'scoring-testbed[parquet]', or give a CSV file."
        ) from None
    except InputError:
        raise
    except (OSError, ValueError) as problem:  # and what pyarrow and pandas raise
        said = str(problem).strip().split("\n")[0].rstrip(".")
        raise InputError(f"{path.name!r} cannot be read as {path.suffix[1:]}: {said}.") from problem
    for name in names:
        if name not in made.columns:
            raise unknown(f"column of {path.name}", name, map(str, made.columns))
    if not len(made):
        raise InputError(f"{path.name} has no rows; at least one person is needed.")
    return pd.DataFrame({name: plain(made[name]) for name in names}).reset_index(drop=True)
