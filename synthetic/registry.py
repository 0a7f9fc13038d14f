"""Registries: named things, found on first use in a file of this project or an entry point of another package.

A registry knows a folder of this project (a package of `.py` files, or a folder of `.toml` files)
and an entry-point group. Names use hyphens or underscores as the file does; both are found.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from synthetic.errors import InputError, shown, unknown

T = TypeVar("T")


class Registry(Generic[T]):
    """The things of one kind, by name.

    `package` is the dotted name of the package that holds one `.py` file per thing (or per tight
    family of things), in folders or not; a file is imported when one of its names is first asked for. Things register
    themselves with `add`.
    """

    def __init__(self, noun: str, package: str) -> None:
        self.noun = noun
        self.package = package
        self._things: dict[str, T] = {}
        self._discovered = False

    def add(self, name: str, thing: T) -> T:
        """Register a thing. Raises InputError if the name is taken by a different one."""
        held = self._things.get(name)
        if held is not None and getattr(held, "__qualname__", held) != getattr(thing, "__qualname__", thing):
            raise InputError(f"{self.noun} {name!r} is registered twice.")
        self._things[name] = thing
        return thing

    def adder(self, name: str) -> Callable[[T], T]:
        """`add` as a decorator."""
        return lambda thing: self.add(name, thing)

    def discover(self) -> None:
        """Import every file of the package and every entry point of the group, once."""
        if self._discovered:
            return
        self._discovered = True
        from importlib.metadata import entry_points

        folder = Path(importlib.import_module(self.package).__file__ or "").parent
        for path in sorted(folder.rglob("*.py")):
            if path.stem not in ("__init__", "base"):
                inside = path.relative_to(folder).with_suffix("").parts
                importlib.import_module(".".join([self.package, *inside]))
        for entry in entry_points(group=f"scoring_testbed.{self.package.rsplit('.', 1)[-1]}"):
            if entry.name not in self._things:
                self._things[entry.name] = entry.load()

    def known(self) -> list[str]:
        """The names registered so far, sorted: of what was imported or added by a user. Discovers nothing."""
        return sorted(self._things)

    def names(self) -> list[str]:
        """Every name, sorted."""
        self.discover()
        return sorted(self._things)

    def get(self, name: str) -> T:
        """The thing of that name. Raises InputError with a suggestion if there is none."""
        if name not in self._things:
            self.discover()
        for spelling in (name, name.replace("-", "_"), name.replace("_", "-")):
            if spelling in self._things:
                return self._things[spelling]
        raise unknown(self.noun, name, self._things)


def toml_names(folder: Path) -> list[str]:
    """Names of the TOML files of a folder."""
    return sorted(name[: -len(".toml")] for name in os.listdir(folder) if name.endswith(".toml"))


def is_file(path: Path) -> bool:
    """Whether there is such a file; a name that is too long for any is the name of none.

    >>> is_file(Path("x" * 10_000))
    False
    """
    try:
        return path.is_file()
    except OSError:
        return False


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def find_toml(noun: str, name: str | Path, folder: Path, beside: Path | None = None) -> Path:
    """The TOML file of a registered name, or of a path that ends in `.toml`.

    A name or relative path is looked up in the folder `beside` first (that of the file that names it), then in the
    registry's folder. Raises InputError if it is in neither.
    """
    text = str(name)
    if text.endswith(".toml"):
        places = [beside / text] if beside is not None and not Path(text).is_absolute() else []
        for path in [*places, Path(text)]:
            if is_file(path):
                return path
            if _is_folder(path):
                raise InputError(f"{noun}: {text!r} is a folder, a file is needed.")
        raise InputError(f"{noun}: no file {shown(text)} was found.")
    if beside is not None and is_file(beside / f"{text}.toml"):
        return beside / f"{text}.toml"
    names = toml_names(folder)
    for spelling in (text, text.replace("_", "-"), text.replace("-", "_")):
        if spelling in names:
            return folder / f"{spelling}.toml"
    raise unknown(noun, text, names)
