"""`testbed people`: a synthetic population as a file, with its data card and metadata."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic.errors import InputError
from testbed.commands.options import tell, whole

if TYPE_CHECKING:
    import pandas as pd

    from synthetic import Population

CHUNK = 65_536


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
    from testbed.finding import replace_file

    made = Population(args.recipe, args.people, seed=args.seed)
    tell(f"testbed: making {args.people:,} people of {args.recipe} ...")
    aside = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        {".csv": _csv, ".parquet": _parquet}[out.suffix](made, aside)
        os.replace(aside, out)
    finally:
        aside.unlink(missing_ok=True)
    card = out.with_name(f"{out.name}.card.md")
    metadata = out.with_name(f"{out.name}.croissant.json")
    replace_file(card, "\n".join(page(made, (out.name, metadata.name))) + "\n")
    replace_file(metadata, json.dumps(croissant(made, out), indent=2, ensure_ascii=False) + "\n")
    print(f"{args.people:,} people in {args.out}, their data card in {card.name}, metadata in {metadata.name}")
    return 0


def _chunks(made: Population) -> Iterator[pd.DataFrame]:
    for start in range(0, made.size, CHUNK):
        yield made.people(start, min(start + CHUNK, made.size))


def _csv(made: Population, path: Path) -> None:
    for place, people in enumerate(_chunks(made)):
        people.to_csv(path, mode="w" if place == 0 else "a", header=place == 0, lineterminator="\n")


def _parquet(made: Population, path: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(
            "Parquet needs the package pyarrow; install scoring-testbed[parquet], or write .csv."
        ) from None
    writer = None
    try:
        for people in _chunks(made):
            table = pa.Table.from_pandas(people)
            writer = writer or pq.ParquetWriter(path, table.schema)
            writer.write_table(table.cast(writer.schema))
    finally:
        if writer is not None:
            writer.close()
