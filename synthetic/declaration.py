"""Reading the file of a recipe, a channel, a kind of conduct, or anything else that the testbed is told in TOML.

Every such file may say `schema = 1`, which is the only one there is, and may bring sources of its own: a table
`[sources.NAME]` in the file, or a file `sources.toml` beside it with a table `[NAME]` for each.
"""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from pathlib import Path
from typing import Any

from synthetic.errors import InputError, shown
from synthetic.schema import Fields
from synthetic.source import add_sources
from synthetic.toml_file import load_toml

SCHEMA = 1
BESIDE = "sources.toml"


def load_declaration(path: Path, where: str, keys: Fields) -> dict[str, Any]:
    """What a file says, as its schema reads it, without `schema` and `sources`.

    Raises InputError as `load_tables` does, and for a key or value that the schema does not allow.
    """
    return keys.read(load_tables(path, where), where)


def load_tables(path: Path, where: str) -> dict[str, object]:
    """The tables of a file without `schema` and `sources`; its own sources are known from now on.

    `where` names the file in messages. Raises InputError if the file cannot be read, is of another schema, or has a
    source that lacks a part or contradicts another of its name.
    """
    table = load_toml(path)
    schema = table.pop("schema", SCHEMA)
    if type(schema) is not int or schema != SCHEMA:
        raise InputError(f"{where}: schema is {shown(schema)}, allowed: {SCHEMA}.")
    beside = path.parent / BESIDE
    if beside.is_file():
        add_sources(load_toml(beside), beside, BESIDE)
    if "sources" in table:
        add_sources(table.pop("sources"), path, f"{where}, sources")
    return table
