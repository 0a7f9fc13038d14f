"""Recipe files: a TOML file and the Python file beside it, read and checked."""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from synthetic.contradiction import CONTRADICTIONS, FIGURES, Contradiction, contradictions
from synthetic.declaration import load_tables
from synthetic.errors import InputError, shown, unknown
from synthetic.recipes.margins import MARGIN, Margin, read_margins
from synthetic.recipes.people_file import COLUMN, is_table, read_people
from synthetic.recipes.people_file import KEYS as OF_TABLE
from synthetic.recipes.rows import Rows
from synthetic.recipes.tables import TABLE, Table, read_table
from synthetic.registry import find_toml, is_file
from synthetic.schema import DAY, FLAG, NAME, SENTENCES, TEXT, By, Either, Fields, Grammar, Key, Number
from synthetic.source import Dial, Sourced
from synthetic.toml_file import DEEPEST
from synthetic.variables import Variable

FOLDER = Path(__file__).parent
HEAD = {
    "title": Key("what society it is", TEXT),
    "as_of": Key("the date for which the numbers hold", DAY),
    "base": Key(
        "the recipe that this one changes, a name or path; without it, a Python file of the same stem is beside it",
        NAME,
    ),
    "not_modelled": Key("what is left out", SENTENCES),
    "margins": Key(
        "published figures that the society is compared with",
        By("a list of tables, [[margins]] each", read_margins, list),
    ),
    "contradictory": Key("figures that contradict each other", CONTRADICTIONS),
}
"""Keys of a recipe file that are not sections of numbers."""

NUMBER = Sourced(Either((Number(), FLAG)))
_ANY = By("a table of numbers", lambda table, _: table)
"""A section, whose numbers are read on their own, since their paths are those of dials."""

GRAMMAR: Grammar = {
    "": HEAD,
    "VARIABLE": {"KEY": Key("a number of the variable; or a table of numbers", Either((NUMBER, TABLE)))},
    "VARIABLE.KEY": TABLE.keys,
    "margins": MARGIN.keys,
    "contradictory": FIGURES.keys,
    "the file beside a table of people": OF_TABLE.keys,
    "a table of it for each of its columns, [columns.NAME]": COLUMN.keys,
}


@dataclass(frozen=True)
class RecipeFile:
    """What a recipe file declares: variables, their numbers, and facts about the whole recipe."""

    name: str
    variables: Mapping[str, Variable]
    dials: Mapping[str, Dial]
    tables: Mapping[str, Table]
    title: str
    as_of: str
    not_modelled: tuple[str, ...]
    margins: tuple[Margin, ...]
    contradictory: tuple[Contradiction, ...]
    path: Path
    rows: Rows | None = None


def find_recipe(name: str | Path, beside: Path | None = None) -> Path:
    """The file of a recipe: of a registered name, or of a path that ends in `.toml`, `.csv` or `.parquet`.

    A name or relative path is sought in the folder `beside` first. Raises InputError if there is no such file.
    """
    if not is_table(name):
        return find_toml("recipe", name, FOLDER, beside)
    for path in [*([] if beside is None else [beside / name]), Path(name)]:
        if is_file(path):
            return path.resolve()
    raise InputError(f"recipe: no file {shown(str(name))} was found.")


def read_recipe(path: Path, above: tuple[Path, ...] = ()) -> RecipeFile:
    """What a recipe file declares, added to what its `base` declares if it names one.

    `above` holds the files that start from this one. Raises InputError if the file is wrong.
    """
    if is_table(path):
        held = read_people(path)
        said = held.title, held.as_of, held.not_modelled
        return RecipeFile(path.name, held.variables, held.dials, {}, *said, (), (), path, held.rows)
    if len(above) > DEEPEST:
        raise InputError(f"recipe {path.name} is more than {DEEPEST} recipes below the first that names a `base`.")
    if path in above:
        raise InputError(f"recipe {path.name} starts from itself, through its own `base` or that of another recipe.")
    text = load_tables(path, path.name)
    if "base" in text:
        name = NAME.read(text["base"], f"{path.name}, base")
        if is_table(name):
            raise InputError(f"{path.name}: base is {name!r}, a table of people, which has no numbers to set.")
        base = read_recipe(find_recipe(name, path.parent), (*above, path))
    else:
        base = _start(path)
    keys = Fields({**HEAD, **{name: Key("numbers of the variable", _ANY) for name in base.variables}})
    made = keys.read(text, path.name)
    dials, tables = _numbers(made, base, path)
    return RecipeFile(
        path.stem.replace("_", "-"),
        base.variables,
        dials,
        tables,
        title=made.get("title", base.title),
        as_of=made.get("as_of", base.as_of),
        not_modelled=made.get("not_modelled", base.not_modelled),
        margins=made.get("margins", base.margins),
        contradictory=contradictions(made["contradictory"]) if "contradictory" in made else base.contradictory,
        path=path,
    )


def _start(path: Path) -> RecipeFile:
    """What the Python file beside a recipe file declares: variables, and no numbers yet."""
    variables = {v.name: v for v in vars(_module(path)).values() if isinstance(v, Variable)}
    if not variables:
        raise InputError(f"{path.with_suffix('.py').name} declares no variable.")
    name = path.stem.replace("_", "-")
    return RecipeFile(name, variables, {}, {}, name, "", (), (), (), path)


def _numbers(text: Mapping[str, Any], base: RecipeFile, path: Path) -> tuple[dict[str, Dial], dict[str, Table]]:
    """The dials and tables of a recipe file, over those of its base."""
    dials, tables = dict(base.dials), dict(base.tables)
    for section in base.variables:
        for key, entry in text.get(section, {}).items():
            where = f"recipe.{section}.{key}"
            if isinstance(entry, dict) and ("values" in entry or "file" in entry):
                tables[where] = read_table(entry, where, path.parent)
            else:
                dials[where] = NUMBER.read(entry, where)
            if "base" in text:
                _check_alike(where, dials, tables, base, path)
    return dials, tables


def _check_alike(
    where: str, dials: Mapping[str, Dial], tables: Mapping[str, Table], base: RecipeFile, path: Path
) -> None:
    """Raise InputError if a number is not of the same sort as that of the base which it replaces."""
    if where not in base.dials and where not in base.tables:
        raise unknown(f"number in {path.name}", where, [*base.dials, *base.tables])
    if where in base.dials:
        alike = where not in tables and isinstance(dials[where].value, bool) == isinstance(
            base.dials[where].value, bool
        )
    else:
        alike = where not in dials and tables[where].values.shape == base.tables[where].values.shape
    if not alike:
        said = "one number" if where in base.dials else f"a table of {base.tables[where].values.shape} numbers"
        raise InputError(
            f"{path.name}: {where} replaces {said}, which its functions read; another sort is not allowed."
        )


def _module(path: Path) -> ModuleType:
    """The Python module of the same stem beside a recipe file."""
    if path.parent == FOLDER:
        return importlib.import_module(f"synthetic.recipes.{path.stem}")
    file = path.with_suffix(".py")
    if not file.is_file():
        raise InputError(f"{path.name} needs {file.name} beside it, or a `base` recipe to start from.")
    spec = importlib.util.spec_from_file_location(f"recipe_{path.stem}", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as problem:
        raise InputError(f"{file.name}: running it failed ({type(problem).__name__}: {problem}).") from problem
    return module
