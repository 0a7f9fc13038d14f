"""Recipe files: a TOML file and the Python file beside it, read and checked."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from synthetic.contradiction import Contradiction, read_contradictions
from synthetic.declaration import load_tables
from synthetic.errors import InputError, check_keys, unknown
from synthetic.recipes.margins import MARGIN, Margin, read_margins
from synthetic.recipes.people_file import COLUMN, is_table, read_people
from synthetic.recipes.people_file import HEAD as OF_TABLE
from synthetic.recipes.rows import Rows
from synthetic.recipes.tables import Table, read_table
from synthetic.registry import find_toml
from synthetic.source import Dial, dial
from synthetic.variables import Variable

FOLDER = Path(__file__).parent
HEAD = {
    "title": "what society it is",
    "as_of": "the date for which the numbers hold",
    "base": "the recipe that this one changes, a name or path; without it, a Python file of the same stem is beside it",
    "not_modelled": "what is left out, a list of sentences",
    "margins": "published figures that the society is compared with, a list of tables",
    "contradictory": "figures that contradict each other: about, figures (says, source), used",
}
NUMBERS = {"KEY": "a number of the variable, or a table of numbers: values or file, skip, unit, source, reading, where"}
GRAMMAR: Mapping[str, Mapping[str, str]] = {
    "": HEAD,
    "VARIABLE": NUMBERS,
    "margins": MARGIN,
    "the file beside a table of people": OF_TABLE,
    "a table of it for each of its columns, [columns.NAME]": COLUMN,
}
"""Keys of a recipe file that are not sections of numbers."""


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
        if path.is_file():
            return path.resolve()
    raise InputError(f"recipe: no file {str(name)!r} was found.")


def read_recipe(path: Path, above: tuple[Path, ...] = ()) -> RecipeFile:
    """What a recipe file declares, added to what its `base` declares if it names one.

    `above` holds the files that start from this one. Raises InputError if the file is wrong.
    """
    if is_table(path):
        held = read_people(path)
        said = held.title, held.as_of, held.not_modelled
        return RecipeFile(path.name, held.variables, held.dials, {}, *said, (), (), path, held.rows)
    if path in above:
        raise InputError(f"recipe {path.name} starts from itself, through its own `base` or that of another recipe.")
    text = load_tables(path, path.name)
    if "base" in text:
        if is_table(text["base"]):
            raise InputError(f"{path.name}: base is {text['base']!r}, a table of people, which has no numbers to set.")
        base = read_recipe(find_recipe(str(text["base"]), path.parent), (*above, path))
    else:
        base = _start(path)
    check_keys(text, (*HEAD, *base.variables), path.name)
    dials, tables = _numbers(text, base, path)
    left_out = text.get("not_modelled", base.not_modelled)
    return RecipeFile(
        path.stem.replace("_", "-"),
        base.variables,
        dials,
        tables,
        title=str(text.get("title", base.title)),
        as_of=str(text.get("as_of", base.as_of)),
        not_modelled=tuple(str(line) for line in left_out),  # type: ignore[attr-defined]
        margins=read_margins(text["margins"]) if "margins" in text else base.margins,
        contradictory=read_contradictions(text["contradictory"], path.name)
        if "contradictory" in text
        else base.contradictory,
        path=path,
    )


def _start(path: Path) -> RecipeFile:
    """What the Python file beside a recipe file declares: variables, and no numbers yet."""
    variables = {v.name: v for v in vars(_module(path)).values() if isinstance(v, Variable)}
    if not variables:
        raise InputError(f"{path.with_suffix('.py').name} declares no variable.")
    name = path.stem.replace("_", "-")
    return RecipeFile(name, variables, {}, {}, name, "", (), (), (), path)


def _numbers(text: dict[str, object], base: RecipeFile, path: Path) -> tuple[dict[str, Dial], dict[str, Table]]:
    """The dials and tables of a recipe file, over those of its base."""
    dials, tables = dict(base.dials), dict(base.tables)
    for section in base.variables:
        entries = _section(text.get(section, {}), section)
        for key, entry in entries.items():
            where = f"recipe.{section}.{key}"
            if isinstance(entry, dict) and ("values" in entry or "file" in entry):
                tables[where] = read_table(entry, where, path.parent)
            else:
                dials[where] = dial(entry, where)
            if "base" in text and where not in base.dials and where not in base.tables:
                raise unknown(f"number in {path.name}", where, [*base.dials, *base.tables])
    return dials, tables


def _section(section: object, name: str) -> dict[str, object]:
    """The section itself if it is a table; otherwise an InputError."""
    if not isinstance(section, dict):
        raise InputError(f"recipe.{name} must be a table of numbers, found {section!r}.")
    return section


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
