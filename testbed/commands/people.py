"""`testbed people`: a synthetic population as a file, with its data card and metadata; or a draft for a table's."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from testbed.commands.options import add_overwrite, tell, whole

if TYPE_CHECKING:
    from synthetic import Population
    from synthetic.writing import Reserved

LARGE, SAMPLE = 1_000_000, 16_384
"""From how many people on the size of the file is foretold, and from how many of them."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("recipe", nargs="?", metavar="RECIPE", help="a registered recipe, or a path ending in .toml")
    parser.add_argument("--people", type=whole(1), metavar="N", help="how many people")
    parser.add_argument("--seed", type=whole(0), default=0, metavar="S", help="the seed (default: 0)")
    parser.add_argument("--out", metavar="FILE", help="a file ending in .csv or .parquet; with --describe, in .toml")
    parser.add_argument(
        "--describe",
        metavar="TABLE",
        help="draft the declaration of a table of people (.csv or .parquet), by which a scenario can name the table as "
        "its recipe; printed without --out",
    )
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Write the people, and next to them FILE.card.md and FILE.croissant.json; or the draft for a table of people."""
    from synthetic.errors import InputError
    from synthetic.recipes import is_table

    if args.describe is not None:
        if args.recipe is not None or args.people is not None:
            raise InputError("--describe reads a table; leave RECIPE and --people out.")
        return _describe(args)
    for option, given in (("RECIPE", args.recipe), ("--people", args.people), ("--out", args.out)):
        if given is None:
            raise InputError(f"{option} is missing; it is needed unless --describe TABLE is given.")
    if is_table(args.recipe):
        raise InputError(
            f"{args.recipe!r} is a table of people, who are not made; name it as the recipe of a scenario."
        )
    return _write(args)


def _describe(args: argparse.Namespace) -> int:
    """Print the draft for a table of people, or write it."""
    from synthetic.writing import reserve_file
    from testbed.tables import describe

    out = None
    if args.out is not None:
        out = reserve_file("--out", args.out, suffixes=(".toml",), overwrite=args.overwrite)
    draft = describe(args.describe)
    if out is None:
        print(draft, end="")
        return 0
    out.write(draft)
    print(f"a draft for {Path(args.describe).name} in {args.out}; check every line")
    return 0


def _foretold(args: argparse.Namespace, write: Callable[[Population, Path], None], out: Reserved) -> str:
    """How large the file will be and how long it will take, from the first people. Raises InputError if it cannot fit.

    Blocks of people are written one after the other, so memory does not grow with their number.
    """
    from synthetic import Population
    from synthetic.memory import check_disk, spelled

    some = Population(args.recipe, SAMPLE, seed=args.seed)
    write(some, out.part)  # once to load what is needed
    began = time.monotonic()
    write(some, out.part)
    times = args.people / SAMPLE
    size, minutes = out.part.stat().st_size * times, (time.monotonic() - began) * times / 60
    check_disk(size, out.room, f"{args.people:,} people in {args.out}")
    return f", about {spelled(size)} and {minutes:,.0f} minutes"


def _write(args: argparse.Namespace) -> int:
    """Write a synthetic population with its data card and metadata."""
    import json

    from synthetic import Population
    from synthetic.export import croissant, page, write_csv, write_parquet
    from synthetic.writing import reserve_file

    names = [f"{args.out}{ending}" for ending in ("", ".card.md", ".croissant.json")]
    suffixes = (".csv", ".parquet")
    out, card, metadata = (
        reserve_file("--out", name, suffixes=() if at else suffixes, overwrite=args.overwrite)
        for at, name in enumerate(names)
    )
    made = Population(args.recipe, args.people, seed=args.seed)
    write = {".csv": write_csv, ".parquet": write_parquet}[Path(args.out).suffix]
    try:
        foretold = _foretold(args, write, out) if args.people >= LARGE else ""
        tell(f"testbed: making {args.people:,} people of {args.recipe}{foretold} ...")
        write(made, out.part)
        data, *beside = (Path(name).name for name in names)
        about = "\n".join(page(made, (data, beside[1]))) + "\n"
        described = json.dumps(croissant(made, Path(args.out), written=out.part), indent=2, ensure_ascii=False) + "\n"
        out.put()
    finally:
        out.part.unlink(missing_ok=True)
    card.write(about)
    metadata.write(described)
    print(f"{args.people:,} people in {args.out}, their data card in {beside[0]}, metadata in {beside[1]}")
    return 0
