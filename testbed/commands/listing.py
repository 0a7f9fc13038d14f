"""`testbed list`: every registered name."""

from __future__ import annotations

import argparse
import textwrap

KINDS = (
    "scenarios", "models", "measures", "table-measures", "rulebooks", "regimes", "channels", "recipes", "actions",
)  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "kind", nargs="?", choices=KINDS, metavar="KIND", help=", ".join(KINDS) + " (default: all of them)"
    )


def run(args: argparse.Namespace) -> int:
    """Print every name with a line about it."""
    from testbed.commands.kinds import line, names

    registries = names()
    for kind in [args.kind] if args.kind else KINDS:
        found = registries[kind]()
        if not args.kind:
            print(f"{kind}:")
        indent = "" if args.kind else "  "
        width = max((len(name) for name in found), default=0)
        for name in found:
            said = textwrap.shorten(line(kind, name), max(30, 118 - width - len(indent)), placeholder=" ...")
            print(f"{indent}{name:<{width}}  {said}".rstrip())
    return 0
