"""Reading a rule book from its TOML file. Unknown keys are errors."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from synthetic.declaration import load_tables
from synthetic.errors import InputError, check_keys
from synthetic.registry import find_toml
from synthetic.source import Dial, check_source, dial
from testbed.models.grammar import ALWAYS, Condition, condition
from testbed.models.rulebook import FOLDER, RuleBook
from testbed.models.rules import Example, Grade, Rule

BOOK = {
    "title": "what the book is",
    "as_of": "the date for which it holds",
    "higher_is": "better or worse; default better",
    "scope": "whom it applies to, with its source",
    "base": "points that everybody begins with",
    "rules": "a table for each rule, applied in their order",
    "clamp": "lowest and highest points that are possible",
    "grades": "a table for each grade, best first; the last has no at_least",
    "clauses_not_modelled": "clauses of the text that are left out, a list of sentences",
    "examples": "worked examples, a list of tables; `testbed check` needs one",
}
RULE = {
    "title": "the rule in words; default its name",
    "column": "what it counts: a kind of conduct or a column that the institution holds",
    "per": "what is counted: event, month, person, or a unit of the column; default event",
    "when": "a condition on the record",
    "points": "points for each, a number",
    "cap": "most points in all, a number",
    "drops_to": "instead of points: the grade that a person falls to",
    "discretion": "the band that the text leaves to the official: low, high, unit, source, reading",
}
BASE = {"points": "points, a number"}
SAID = {"source": "the id of a source", "reading": "how the source gives it", "where": "where in the source"}
SCOPE = {"when": "a condition on the record", **SAID}
BAND = {"low": "fewest points", "high": "most points", "unit": "what one of it is", **SAID}
GRADE = {"at_least": "points from which the grade is given, a number", "brought": "what it brought, as told"}
BROUGHT = {"text": "what the grade brought", **SAID}
CLAMP = {"lowest": "fewest points possible, a number", "highest": "most points possible, a number"}
EXAMPLE = {
    "title": "the example in words",
    "record": "counts and attributes by column",
    "points": "the points that the text gives for it",
    "grade": "the grade that it gives",
}
GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "": BOOK,
    "scope": SCOPE,
    "base": BASE,
    "rules.NAME": RULE,
    "rules.NAME.discretion": BAND,
    "grades.NAME": GRADE,
    "grades.NAME.brought": BROUGHT,
    "clamp": CLAMP,
    "examples": EXAMPLE,
}


def load_rulebook(name_or_path: str | Path, *, beside: Path | None = None) -> RuleBook:
    """The rule book of a registered name, or of a path ending in `.toml`.

    Raises InputError with the file, the key and the allowed values.
    """
    path = find_toml("rule book", name_or_path, FOLDER, beside)
    name = path.stem
    table = check_keys(load_tables(path, f"rule book {name}"), BOOK, f"rule book {name}")
    if not isinstance(table.get("title"), str) or not isinstance(table.get("as_of"), date):
        raise InputError(f"rule book {name} must have a title and a date as_of.")
    if table.get("higher_is", "better") not in ("better", "worse"):
        raise InputError(f"rule book {name}: higher_is is {table['higher_is']!r}, allowed: better, worse.")
    base = check_keys(table.get("base"), BASE, f"rule book {name}: base")
    rules = check_keys(table.get("rules"), _anything(table.get("rules")), f"rule book {name}: rules")
    if not rules:
        raise InputError(f"rule book {name} has no rules.")
    for taken in ("base", "grades", "clamp"):
        if taken in rules:
            raise InputError(f"rule book {name}: a rule cannot be named {taken!r}.")
    book = RuleBook(
        name=name,
        title=str(table["title"]),
        as_of=str(table["as_of"]),
        base=_number(base.get("points"), "model.base.points"),
        rules=tuple(_rule(key, rule) for key, rule in rules.items()),
        grades=_grades(table.get("grades", {}), name),
        clamp=_clamp(table.get("clamp"), name),
        scope=_scope(table.get("scope"), name),
        examples=tuple(_example(one, name) for one in _list(table.get("examples", []), f"rule book {name}: examples")),
        clauses_not_modelled=tuple(
            map(str, _list(table.get("clauses_not_modelled", []), f"rule book {name}: clauses_not_modelled"))
        ),
        higher_is=str(table.get("higher_is", "better")),
    )
    book.check()
    return book


def _anything(table: object) -> list[str]:
    return list(table) if isinstance(table, Mapping) else []


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise InputError(f"{where} must be a list, found {value!r}.")
    return value


def _number(table: object, path: str) -> Dial:
    made = dial(table, path)
    if isinstance(made.value, str | bool):
        raise InputError(f"{path}: found {made.value!r}, a number is needed.")
    return made


def _rule(name: str, table: object) -> Rule:
    where = f"model.{name}"
    table = check_keys(table, RULE, where)
    if ("points" in table) == ("drops_to" in table):
        raise InputError(f"{where} needs either points or drops_to.")
    if "column" not in table and "when" not in table:
        raise InputError(f"{where} needs a column to count, or a condition (when).")
    if "cap" in table and "points" not in table:
        raise InputError(f"{where} has a cap but no points.")
    drops_to = dial(table["drops_to"], f"{where}.drops_to") if "drops_to" in table else None
    if drops_to is not None and not isinstance(drops_to.value, str):
        raise InputError(f"{where}.drops_to: found {drops_to.value!r}, the name of a grade is needed.")
    points = _number(table["points"], f"{where}.points") if "points" in table else None
    band = _band(table["discretion"], f"{where}.discretion") if "discretion" in table else None
    if band is not None and (points is None or not band[0] <= float(points.value) <= band[1]):
        raise InputError(f"{where}: the points must lie in the discretion band, {band[0]:g} to {band[1]:g}.")
    return Rule(
        name=name,
        title=str(table.get("title", name)),
        column=str(table.get("column", "")),
        per=str(table.get("per", "event" if "column" in table else "person")),
        when=condition(table.get("when"), f"{where}.when"),
        points=points,
        cap=_number(table["cap"], f"{where}.cap") if "cap" in table else None,
        drops_to=drops_to,
        discretion=band,
    )


def _band(table: object, where: str) -> tuple[float, float]:
    table = check_keys(table, BAND, where)
    check_source(table, where)
    low, high = table.get("low"), table.get("high")
    if not isinstance(low, int | float) or not isinstance(high, int | float) or not low <= high:
        raise InputError(f"{where} needs low and high, low first; found {low!r} and {high!r}.")
    return float(low), float(high)


def _grades(table: object, name: str) -> tuple[Grade, ...]:
    made = []
    for grade, said in check_keys(table, _anything(table), f"rule book {name}: grades").items():
        where = f"model.grades.{grade}"
        said = check_keys(said, GRADE, where)
        brought = ""
        if "brought" in said:
            told = check_keys(said["brought"], BROUGHT, f"{where}.brought")
            check_source(told, f"{where}.brought")
            brought = str(told.get("text", ""))
        made.append(Grade(grade, _number(said["at_least"], where) if "at_least" in said else None, brought))
    if any(grade.at_least is None for grade in made[:-1]) or (made and made[-1].at_least is not None):
        raise InputError(f"rule book {name}: every grade but the last needs at_least, and the last has none.")
    return tuple(made)


def _clamp(table: object, name: str) -> tuple[Dial | None, Dial | None]:
    if table is None:
        return None, None
    table = check_keys(table, CLAMP, f"rule book {name}: clamp")
    low, high = (_number(table[key], f"model.clamp.{key}") if key in table else None for key in ("lowest", "highest"))
    return low, high


def _scope(table: object, name: str) -> Condition:
    if table is None:
        return ALWAYS
    table = check_keys(table, SCOPE, f"rule book {name}: scope")
    check_source(table, f"rule book {name}: scope")
    return condition(table.get("when"), f"rule book {name}: scope.when")


def _example(table: object, name: str) -> Example:
    where = f"rule book {name}: an example"
    table = check_keys(table, EXAMPLE, where)
    record, points = table.get("record"), table.get("points")
    if not isinstance(record, dict) or isinstance(points, bool) or not isinstance(points, int | float):
        raise InputError(f"{where} needs a record and its points.")
    return Example(str(table.get("title", "")), record, float(points), str(table.get("grade", "")))
