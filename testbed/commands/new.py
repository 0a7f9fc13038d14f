"""`testbed new`: a commented file of one's own that runs: a scenario, rule book, channel, regime, or another part."""

from __future__ import annotations

import argparse
import re

from testbed.commands.files import DRAFTS, kinds
from testbed.commands.options import add_overwrite

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("kind", metavar="KIND", choices=sorted(kinds()), help=", ".join(kinds()))
    parser.add_argument("name", metavar="NAME", help="the file NAME.toml is written here")
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Write the file and say how it is used."""
    from synthetic.errors import InputError
    from synthetic.writing import reserve_file

    name = args.name.removesuffix(".toml")
    if not NAME.fullmatch(name):
        raise InputError(f"NAME {args.name!r}: letters, digits, '-' and '_' are allowed.")
    draft = (DRAFTS / f"{args.kind}.toml").read_text(encoding="utf-8").replace("my-source", f"{name}-source")
    reserve_file("NAME", f"{name}.toml", overwrite=args.overwrite).write(draft)
    print(f"Written: {name}.toml")
    print(f"Use it:  {kinds()[args.kind].used.format(name=name)}")
    print("All keys: testbed show files")
    return 0
