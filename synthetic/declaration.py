"""Reading the file of a recipe, a channel, a kind of conduct, or anything else that the testbed is told in TOML.

Every such file may say `schema = 1`, which is the only one there is, and may bring sources of its own: a table
`[sources.NAME]` in the file, or a file `sources.toml` beside it with a table `[NAME]` for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthetic.errors import InputError
from synthetic.source import add_sources, load_toml

Grammar = Mapping[str, Mapping[str, str]]
"""What a kind of file says: by the head of each table ("" for the top of the file) its keys, with their meaning."""

SCHEMA = 1
BESIDE = "sources.toml"


def load_declaration(path: Path, where: str) -> dict[str, object]:
    """The tables of a file without `schema` and `sources`; its own sources are known from now on.

    `where` names the file in messages. Raises InputError if the file cannot be read, is of another schema, or has a
    source that lacks a part or contradicts another of its name.
    """
    table = load_toml(path)
    schema = table.pop("schema", SCHEMA)
    if schema != SCHEMA or isinstance(schema, bool):
        raise InputError(f"{where}: schema is {schema!r}, allowed: {SCHEMA}.")
    beside = path.parent / BESIDE
    if beside.is_file():
        add_sources(load_toml(beside), beside, BESIDE)
    if "sources" in table:
        add_sources(table.pop("sources"), path, f"{where}, sources")
    return table
