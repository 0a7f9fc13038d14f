"""`testbed show`: what a named thing is, with its sources, dials, causal graph and what is not modelled."""

from __future__ import annotations

import argparse

from testbed.commands.descriptions import SHOWN, SINGULAR, scenario
from testbed.commands.doors import DOORS
from testbed.commands.options import add_overwrite


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a registered name, a scenario's path ending in .toml, files (what files may say), or a way to bring a "
        "model: " + ", ".join(DOORS),
    )
    parser.add_argument(
        "--graph", metavar="FILE", help="also draw the causal graph of a recipe, as FILE ending in .svg"
    )
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Print the description of a name from each registry that has it."""
    from synthetic.errors import unknown
    from testbed.commands.kinds import names

    if args.name == "files":
        from testbed.commands.files import page

        print("\n".join(page()))
        return 0
    if args.graph is not None:
        draw(args.name, args.graph, overwrite=args.overwrite)
    if args.name.endswith(".toml"):
        print("\n".join(["scenario " + args.name, *scenario(args.name)]))
        return 0
    if args.name in DOORS:
        print(DOORS[args.name])
        return 0
    registries = names()
    spellings = {args.name, args.name.replace("-", "_"), args.name.replace("_", "-")}
    found = [(kind, name) for kind, listed in registries.items() for name in listed() if name in spellings]
    books = {name for kind, name in found if kind == "rulebooks"}
    found = [(kind, name) for kind, name in found if kind != "models" or name not in books]
    if not found:
        raise unknown("name", args.name, {*DOORS, *(name for listed in registries.values() for name in listed())})
    for place, (kind, name) in enumerate(found):
        one = SINGULAR[kind]
        print("\n".join([*([""] if place else []), f"{one} {name}", *SHOWN[kind](name)]))
    return 0


def draw(name: str, file: str, *, overwrite: bool = False) -> None:
    """Write the causal graph of a recipe, or of a scenario's recipe, as an SVG file."""
    from synthetic.recipes import Recipe, svg
    from synthetic.writing import reserve_file
    from testbed.commands.kinds import names
    from testbed.scenarios import Scenario

    out = reserve_file("--graph", file, suffixes=(".svg",), overwrite=overwrite)
    spellings = {name, name.replace("-", "_"), name.replace("_", "-")}
    held = Recipe.load(name) if spellings & set(names()["recipes"]()) else Scenario.load(name).recipe
    out.write(svg(held))
