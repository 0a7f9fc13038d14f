"""`testbed people`: a synthetic population as a file, with its data card and metadata."""

from __future__ import annotations

import argparse
from pathlib import Path

from testbed.commands.options import add_overwrite, tell, whole


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("recipe", metavar="RECIPE", help="a registered recipe, or a path ending in .toml")
    parser.add_argument("--people", type=whole(1), required=True, metavar="N", help="how many people")
    parser.add_argument("--seed", type=whole(0), default=0, metavar="S", help="the seed (default: 0)")
    parser.add_argument("--out", required=True, metavar="FILE", help="a file ending in .csv or .parquet")
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Write the people, and next to them FILE.card.md and FILE.croissant.json."""
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
    tell(f"testbed: making {args.people:,} people of {args.recipe} ...")
    try:
        {".csv": write_csv, ".parquet": write_parquet}[Path(args.out).suffix](made, out.part)
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
