"""`testbed people`: a synthetic population as a file, with its data card and metadata."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from synthetic.errors import InputError
from testbed.commands.options import tell, whole


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("recipe", metavar="RECIPE", help="a registered recipe, or a path ending in .toml")
    parser.add_argument("--people", type=whole(1), required=True, metavar="N", help="how many people")
    parser.add_argument("--seed", type=whole(0), default=0, metavar="S", help="the seed (default: 0)")
    parser.add_argument("--out", required=True, metavar="FILE", help="a file ending in .csv or .parquet")


def run(args: argparse.Namespace) -> int:
    """Write the people, and beside them FILE.card.md and FILE.croissant.json."""
    import json

    out = Path(args.out)
    if out.suffix not in (".csv", ".parquet"):
        raise InputError(f"--out {args.out!r}: a file ending in .csv or .parquet is needed.")
    if not out.absolute().parent.is_dir():
        raise InputError(f"--out {args.out!r}: there is no such folder.")
    from synthetic import Population
    from synthetic.card import croissant, page
    from synthetic.export import write_csv, write_parquet
    from testbed.finding import replace_file

    made = Population(args.recipe, args.people, seed=args.seed)
    tell(f"testbed: making {args.people:,} people of {args.recipe} ...")
    aside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        {".csv": write_csv, ".parquet": write_parquet}[out.suffix](made, aside)
        os.replace(aside, out)
    finally:
        aside.unlink(missing_ok=True)
    card = out.with_name(f"{out.name}.card.md")
    metadata = out.with_name(f"{out.name}.croissant.json")
    replace_file(card, "\n".join(page(made, (out.name, metadata.name))) + "\n")
    replace_file(metadata, json.dumps(croissant(made, out), indent=2, ensure_ascii=False) + "\n")
    print(f"{args.people:,} people in {args.out}, their data card in {card.name}, metadata in {metadata.name}")
    return 0
