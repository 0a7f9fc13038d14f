"""Edited TOML files of every kind, each with a command that reads it."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from fuzzing.edits import bytes_edited, nudged, toml, tree_edited
from fuzzing.people import BOOK, MODELED, people

ROOT = Path(__file__).parents[2]
SMALL = ("--people", "50", "--periods", "3")
FEW = ("--measures", "adverse_rate,flip_rate,record_access")
DRAFTS = ROOT / "testbed" / "drafts"
Maker = Callable[[Random, Path], list[str]]


@cache
def shipped(folder: str, *, draft: str = "") -> tuple[Path, ...]:
    """The shipped TOML files of a kind, and its draft."""
    return (*sorted((ROOT / folder).glob("*.toml")), *([DRAFTS / f"{draft}.toml"] if draft else []))


@cache
def tree_of(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def edited(path: Path, chance: Random) -> bytes:
    """The bytes of a TOML file after an edit: of its bytes, of what it holds, or of its numbers alone."""
    how = chance.random()
    if how < 0.3:
        return bytes_edited(path.read_bytes(), chance)
    return toml((tree_edited if how < 0.7 else nudged)(tree_of(path), chance)).encode("utf-8", "surrogatepass")


def audited(file: str, chance: Random) -> list[str]:
    """A command that reads a scenario."""
    return chance.choice(
        (
            ["audit", file, *SMALL, *FEW],
            ["audit", file, *SMALL, *FEW, "--out", "out"],
            ["show", file],
            ["case", file, *SMALL],
            ["records", file, *SMALL, "--out", "records.csv"],
        )
    )


def scenario(chance: Random, folder: Path) -> list[str]:
    """An edited scenario."""
    path = chance.choice(shipped("testbed/scenarios", draft="scenario"))
    (folder / "own.toml").write_bytes(edited(path, chance))
    return audited("own.toml", chance)


@cache
def _users(key: str) -> Mapping[str, Path]:
    """A shipped scenario for each name that stands under a key."""
    found: dict[str, Path] = {}
    for path in shipped("testbed/scenarios"):
        held = tree_of(path).get(key, [])
        for name in held if isinstance(held, list) else [held]:
            found.setdefault(name, path)
    return found


def part(key: str, source: str, draft: str) -> Maker:
    """A maker of an edited part, beside a scenario that names it."""

    def make(chance: Random, folder: Path) -> list[str]:
        path = chance.choice(shipped(source, draft=draft))
        name = path.stem.replace("_", "-") if key == "recipe" else path.stem
        town = _users(key).get(name) or _users(key).get(path.stem) or DRAFTS / "scenario.toml"
        said = dict(tree_of(town))
        if path.parent == DRAFTS:
            name = "own"
        if name not in (said.get(key), *(said.get(key) if isinstance(said.get(key), list) else ())):
            said[key] = [*said.get(key, []), name] if key in ("channels", "conduct") else name
        (folder / "town.toml").write_text(toml(said), encoding="utf-8")
        (folder / f"{name}.toml").write_bytes(edited(path, chance).replace(b"my-source", b"own-source"))
        if key == "model" and chance.random() < 0.5:
            return ["check", f"{name}.toml"]
        if key == "recipe" and chance.random() < 0.5:
            return ["people", f"{name}.toml", "--people", "50", "--out", chance.choice(("p.csv", "p.parquet"))]
        return audited("town.toml", chance)

    return make


def table_file(option: str, sources: tuple[str, ...]) -> Maker:
    """A maker of an edited file of errors or actions of a table."""

    def make(chance: Random, folder: Path) -> list[str]:
        (folder / "t.csv").write_text(people().to_csv(index=False), encoding="utf-8")
        (folder / "book.toml").write_text(BOOK, encoding="utf-8")
        (folder / "own.toml").write_bytes(
            edited(ROOT / chance.choice(sources), chance).replace(b"my-source", b"own-source")
        )
        return ["table", "t.csv", "--model", "book.toml", *MODELED, option, "own.toml"]

    return make


def lesson(chance: Random, folder: Path) -> list[str]:
    """An edited lesson."""
    (folder / "own.toml").write_bytes(edited(chance.choice(shipped("testbed/lesson")), chance))
    return ["lesson", "own.toml", "--out", "lesson.html", "--people", "50", "--worlds", "1", "--workers", "1"]
