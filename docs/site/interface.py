"""The pages about the interface: the public names by room, and the help of every command."""

from __future__ import annotations

import inspect
import io
import os
from contextlib import redirect_stdout
from importlib import import_module
from types import ModuleType

from escaping import fenced

WIDTH = 100
"""Characters in a line of a command's help."""


def groups() -> dict[str, tuple[str, list[str]]]:
    """The public names by the room that they come from: what the room is, and (module, name) as users write it.

    A name of `testbed` is listed in its room, under `testbed`. The names of `testbed.plot` and `synthetic` follow.
    """
    import synthetic
    import testbed
    from testbed import plot

    rooms: dict[str, list[str]] = {}
    for name in testbed.__all__:
        home = inspect.getmodule(getattr(testbed, name))
        named = getattr(getattr(testbed, name), "__module__", None) or (home.__name__ if home else "testbed")
        rooms.setdefault(".".join(named.split(".")[:2]), []).append(f"testbed.{name}")
    found = {room: (_said(import_module(room)), held) for room, held in sorted(rooms.items())}
    drawn = [f"testbed.plot.{name}" for name in plot.__all__ if callable(getattr(plot, name))]
    found["testbed.plot"] = (_said(plot), drawn)
    found["synthetic"] = (_said(synthetic), [f"synthetic.{name}" for name in synthetic.__all__])
    return found


def _said(module: ModuleType) -> str:
    """The first paragraph of a module's docstring."""
    return " ".join((inspect.getdoc(module) or "").split("\n\n")[0].split())


def names_page() -> str:
    """The page of all public names, in reStructuredText; autosummary makes a page of each."""
    head = "Python interface"
    said = "The public names, by the room that they come from. Import those of ``testbed`` from ``testbed`` itself."
    lines = [head, "=" * len(head), "", said, ""]
    for room, (said, names) in groups().items():
        package = "testbed.plot" if room == "testbed.plot" else names[0].split(".")[0]
        lines += [room, "-" * len(room), "", said, "", f".. currentmodule:: {package}", ""]
        lines += [".. autosummary::", "   :toctree: names", "   :nosignatures:", ""]
        lines += [f"   {name.removeprefix(package + '.')}" for name in names]
        lines.append("")
    return "\n".join(lines)


def commands_page() -> str:
    """The page of all commands, each with its help."""
    from testbed.commands.cli import COMMANDS

    parts = ["# Commands\n", "What `testbed COMMAND --help` prints.\n"]
    for name, (_, said) in COMMANDS.items():
        parts += [f"## testbed {name}\n", f"{said[:1].upper()}{said[1:]}.\n", fenced(_help(name))]
    return "\n".join(parts)


def _help(name: str) -> str:
    """The help of a command, at a width that does not depend on the terminal."""
    from testbed.commands.cli import build_parser

    before, told = os.environ.get("COLUMNS"), io.StringIO()
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with redirect_stdout(told):
            build_parser([name]).parse_args([name, "--help"])
    except SystemExit:  # the help has been printed
        return told.getvalue()
    finally:
        if before is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = before
    return told.getvalue()
