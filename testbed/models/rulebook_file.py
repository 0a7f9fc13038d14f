"""Reading a rule book from its TOML file. Unknown keys are errors."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthetic.declaration import load_declaration
from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml
from synthetic.schema import (
    DAY,
    FLAG,
    NAME,
    SENTENCES,
    TEXT,
    Either,
    Fields,
    Key,
    Listed,
    Named,
    Number,
    OneOf,
    grammar,
)
from synthetic.source import CITED, Dial, Sourced, check_source
from testbed.models.grammar import ALWAYS, CONDITION
from testbed.models.rulebook import FOLDER, RuleBook
from testbed.models.rules import Example, Grade, Rule

PER = (
    "event", "month", "person", "acquaintance", "act", "alarm", "case", "claim", "day", "discrepancy", "entry",
    "finding", "grade", "hour", "letter", "mark", "paper", "picture", "report", "ticket", "violation", "year", "yuan",
)  # fmt: skip
"""What points can be for."""

POINTS = Sourced(Number(-1e9, 1e9))
RULE = Fields(
    {
        "title": Key("the rule in words; default its name", TEXT),
        "column": Key("what it counts: a kind of conduct or a column that the institution holds", NAME),
        "per": Key(
            "what is counted, in a word; default event, or person without a column",
            OneOf(PER),
        ),
        "when": Key("a condition on the record", CONDITION, default={}),
        "points": Key("points for each", POINTS),
        "cap": Key("most points in all", POINTS),
        "drops_to": Key("instead of points: the grade that a person falls to, or off", Sourced(TEXT)),
        "discretion": Key(
            "the band that the text leaves to the official",
            Fields(
                {
                    "low": Key("fewest points", Number(), needed=True),
                    "high": Key("most points", Number(), needed=True),
                    "unit": Key("what one of it is", TEXT),
                    **CITED,
                }
            ),
        ),
    }
)
GRADE = Fields(
    {
        "at_least": Key("points from which the grade is given", POINTS),
        "brought": Key(
            "what it brought, as told",
            Fields({"text": Key("what the grade brought", TEXT, needed=True), **CITED}),
        ),
    }
)
EXAMPLE = Fields(
    {
        "title": Key("the example in words", TEXT),
        "record": Key("counts and attributes by column", Named(Either((Number(), TEXT, FLAG)), "column"), needed=True),
        "points": Key("the points that the text gives for it", Number(), needed=True),
        "grade": Key("the grade that it gives", TEXT),
    }
)
KEYS = Fields(
    {
        "title": Key("what the book is", TEXT, needed=True),
        "as_of": Key("the date for which it holds", DAY, needed=True),
        "higher_is": Key("whether more points are better", OneOf(("better", "worse")), default="better"),
        "scope": Key(
            "whom it applies to", Fields({"when": Key("a condition on the record", CONDITION, default={}), **CITED})
        ),
        "base": Key(
            "points that everybody begins with", Fields({"points": Key("points", POINTS, needed=True)}), needed=True
        ),
        "rules": Key("the rules, applied in their order", Named(RULE, least=1), needed=True),
        "clamp": Key(
            "lowest and highest points that are possible",
            Fields({"lowest": Key("fewest points", POINTS), "highest": Key("most points", POINTS)}),
            default={},
        ),
        "grades": Key("the grades, best first; the last has no at_least", Named(GRADE), default={}),
        "clauses_not_modelled": Key("clauses of the text that are left out", SENTENCES, default=[]),
        "examples": Key(
            "worked examples; `testbed check` needs one",
            Listed(EXAMPLE, "tables, [[examples]] each", twice=True),
            default=[],
        ),
    }
)
"""What the file of a rule book says."""

GRAMMAR = grammar(KEYS)


def load_rulebook(name_or_path: str | Path, *, beside: Path | None = None) -> RuleBook:
    """The rule book of a registered name, or of a path ending in `.toml`.

    Raises InputError with the file, the key and the allowed values.
    """
    path = find_toml("rule book", name_or_path, FOLDER, beside)
    name = path.stem
    where = f"rule book {name}"
    table = load_declaration(path, where, KEYS)
    for taken in ("base", "grades", "clamp"):
        if taken in table["rules"]:
            raise InputError(f"{where}: a rule cannot be named {taken!r}.")
    grades = tuple(_grade(key, part) for key, part in table["grades"].items())
    if any(grade.at_least is None for grade in grades[:-1]) or (grades and grades[-1].at_least is not None):
        raise InputError(f"{where}: every grade but the last needs at_least, and the last has none.")
    for one in table["examples"]:
        if "grade" in one and one["grade"] not in table["grades"]:
            raise unknown(f"grade in an example of {where}", one["grade"], table["grades"])
    scope, clamp = table.get("scope"), table["clamp"]
    if scope is not None:
        check_source(scope, f"{where}, scope")
    book = RuleBook(
        name=name,
        title=table["title"],
        as_of=table["as_of"],
        base=table["base"]["points"].at("model.base.points"),
        rules=tuple(_rule(key, part) for key, part in table["rules"].items()),
        grades=grades,
        clamp=(_number(clamp, "lowest", "model.clamp"), _number(clamp, "highest", "model.clamp")),
        scope=ALWAYS if scope is None else scope["when"],
        examples=tuple(
            Example(one.get("title", ""), one["record"], float(one["points"]), one.get("grade", ""))
            for one in table["examples"]
        ),
        clauses_not_modelled=table["clauses_not_modelled"],
        higher_is=table["higher_is"],
    )
    book.check()
    return book


def _number(part: Mapping[str, Any], key: str, where: str) -> Dial | None:
    """A number of a table as the dial WHERE.KEY; None if the table does not have it."""
    made: Dial | None = part.get(key)
    return None if made is None else made.at(f"{where}.{key}")


def _rule(name: str, part: Mapping[str, Any]) -> Rule:
    where = f"model.{name}"
    if ("points" in part) == ("drops_to" in part):
        raise InputError(f"{where} needs either points or drops_to.")
    if "column" not in part and not part["when"].tests:
        raise InputError(f"{where} needs a column to count, or a condition (when).")
    if "cap" in part and "points" not in part:
        raise InputError(f"{where} has a cap but no points.")
    points, band = _number(part, "points", where), None
    if "discretion" in part:
        held = part["discretion"]
        check_source(held, f"{where}.discretion")
        band = (float(held["low"]), float(held["high"]))
        if band[0] > band[1]:
            raise InputError(f"{where}.discretion: found low {band[0]:g} and high {band[1]:g}, low comes first.")
        if points is None or not band[0] <= float(points.value) <= band[1]:
            raise InputError(f"{where}: the points must lie in the discretion band, {band[0]:g} to {band[1]:g}.")
    return Rule(
        name=name,
        title=part.get("title", name),
        column=part.get("column", ""),
        per=part.get("per", "event" if "column" in part else "person"),
        when=part["when"],
        points=points,
        cap=_number(part, "cap", where),
        drops_to=_number(part, "drops_to", where),
        discretion=band,
    )


def _grade(name: str, part: Mapping[str, Any]) -> Grade:
    told, least = part.get("brought", {}), part.get("at_least")
    if told:
        check_source(told, f"model.grades.{name}.brought")
    return Grade(name, None if least is None else least.at(f"model.grades.{name}"), told.get("text", ""))
