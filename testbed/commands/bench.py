"""`testbed bench`: the shipped claims about models and scenarios, with a leaderboard; or a check of such a folder."""

from __future__ import annotations

import argparse
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic.errors import InputError
from testbed.commands.options import add_out, add_timeout, tell, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from testbed.bench import Asked
    from testbed.findings import Verdict

MONTHS = 12
"""Months of the shortest world of the suite, for an estimate of what it takes."""
SHARE = 0.1
"""The share of the audits that --verify makes again, unless told otherwise."""
LINES = 20
"""Differences and failed tests that are told; the others are counted."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="M",
        help="a model to run instead of those of the suite: any that testbed audit takes; may be repeated",
    )
    parser.add_argument(
        "--scenario", action="append", default=[], metavar="S", help="only this scenario; may be repeated"
    )
    parser.add_argument(
        "--suite", default=None, metavar="quick|full", help="how much is run (default: quick, about a minute)"
    )
    parser.add_argument("--people", type=whole(1), metavar="N", help="people in each society (default: the suite's)")
    parser.add_argument(
        "--lean", action="store_true", help="a small folder: only findings that claims read, packed, no page"
    )
    parser.add_argument(
        "--workers", type=whole(1), metavar="N", help="processes, with pytest-xdist (default: all cores)"
    )
    add_timeout(parser)
    parser.add_argument("--verify", metavar="DIR", help="instead: make a random share of the audits of DIR again")
    parser.add_argument("--share", type=_share, metavar="P", help=f"with --verify: the share (default: {SHARE})")
    parser.add_argument("--seed", type=whole(0), metavar="S", help="with --verify: the seed of the choice")
    add_out(parser)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"found {text!r}, allowed: a share above 0 and at most 1")
    return share


def run(args: argparse.Namespace) -> int:
    """Run the suite, write the folder, and print how many claims held."""
    if args.verify is not None:
        return _verify(args)
    for option in ("share", "seed"):
        if getattr(args, option) is not None:
            raise InputError(f"bench: --{option} is an option of --verify, which is not given.")
    from testbed.bench import FINDINGS, CutShortError, failed_models, identity, run_suite, write_bench
    from testbed.findings import parsed, verdicts
    from testbed.report import cleaned
    from testbed.runs import CLAIMS, claim_folder, folder_path

    out = folder_path(args.out)
    asked = _asked(args)
    who = identity(asked)
    folder = claim_folder(out, who, overwrite=args.overwrite) if out is not None else None
    with tempfile.TemporaryDirectory(prefix="testbed-bench-") as aside:
        # Audits that a killed run has made stand beside its folder; the next run into the same place goes on from them.
        store = Path(aside) if folder is None else folder.room / f".{folder.path.name}.audits.part"
        if args.overwrite:
            shutil.rmtree(store, ignore_errors=True)
        if store.is_dir() and (made := len(list(store.glob("*.json")))):
            tell(f"testbed: a run that wrote here did not end; this one goes on from the audits that it made: {made}")
        try:
            ran = run_suite(asked, store, workers=args.workers, tell=_tell)
        except CutShortError as problem:
            tell(f"testbed: {problem}; the audits that are made are kept, and the same command goes on from them.")
            return 1
        if folder is not None:
            write_bench(asked, ran, folder)
            shutil.rmtree(store, ignore_errors=True)
    held = verdicts(ran.claims, CLAIMS)
    print_counts(held)
    failed = failed_models(parsed(ran.findings, FINDINGS))
    print("".join(f"FAILED: {cleaned(said)}\n" for said in failed.values()), end="")
    if folder is None:
        print("Nothing was written: add --out DIR for leaderboard.html and claims.csv.")
    elif asked.lean:
        print(f"Written: {args.out}; for its page: testbed report {args.out}")
    else:
        print(f"Written: {args.out}/leaderboard.html, {args.out}/claims.csv")
    told = [name for name in ran.failed if not any(f"{mark}{model}@" in name for model in failed for mark in "[~")]
    for name in told[:LINES]:
        tell(f"testbed: not as expected: {name}")
    if len(told) > LINES:
        tell(f"testbed: and {len(told) - LINES} more not as expected.")
    return ran.status


def _tell(said: str) -> None:
    tell(f"testbed: {said}")


def _asked(args: argparse.Namespace) -> Asked:
    from testbed.bench import PEOPLE, SUITES, Asked
    from testbed.runs import check_size

    suite = args.suite or SUITES[0]
    if suite not in SUITES:
        raise InputError(f"--suite: found {suite!r}; allowed: {', '.join(SUITES)}.")
    for option, names in (("--model", args.model), ("--scenario", args.scenario)):
        if twice := {name for name in names if names.count(name) > 1}:
            raise InputError(f"{option}: {min(twice)!r} is named twice; once is allowed.")
    check_size(args.people or PEOPLE[suite], MONTHS)
    return Asked(suite, tuple(args.model), tuple(args.scenario), args.people or PEOPLE[suite], lean=args.lean)


def print_counts(held: Sequence[Verdict]) -> None:
    """Print the counts by model and family, as a table."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from testbed.bench import counts
    from testbed.report import cleaned, families_of

    families, found = families_of(held), counts(held)
    table = Table(title="Claims held/broken/undecided", title_justify="left", box=SIMPLE)
    for head in ("model", *families):
        table.add_column(head or "other", overflow="fold")
    for model in sorted(found, key=lambda name: (name.casefold(), name)):
        cells = [found[model].get(family) for family in families]
        shown = ["" if cell is None else f"{cell['held']}/{cell['broken']}/{cell['undecided']}" for cell in cells]
        table.add_row(Text(cleaned(model)), *shown)
    Console(soft_wrap=False, color_system=None).print(table)
    others = [f"{sum(one.verdict == name for one in held)} {name}" for name in ("skipped", "failed")]
    print(f"{len(held)} claims, of which {' and '.join(others)}. Models are sorted by name; there is no overall score.")


def _verify(args: argparse.Namespace) -> int:
    """Make a share of a folder's audits again; print what differs. Status 1 if something does."""
    from testbed.bench import CutShortError, read_bench, verify
    from testbed.runs import as_written

    given = ("model", "scenario", "suite", "people", "lean", "out", "overwrite")
    if wrong := [f"--{name}" for name in given if getattr(args, name)]:
        raise InputError(f"bench --verify runs what the folder names; leave out {', '.join(wrong)}.")
    seed = secrets.randbelow(2**31) if args.seed is None else args.seed
    with as_written(args.verify):
        bench = read_bench(args.verify)
        asked = bench.asked()
    try:
        made = verify(bench, asked, share=args.share or SHARE, seed=seed, workers=args.workers, tell=_tell)
    except CutShortError as problem:
        tell(f"testbed: {problem}")
        return 1
    for note in made.notes:
        tell(f"testbed: note: {note}")
    for said in made.differences[:LINES]:
        print(f"Differs: {said}")
    if len(made.differences) > LINES:
        print(f"... and {len(made.differences) - LINES} differences more.")
    verdict = "Refused" if made.differences else "Verified"
    print(f"{verdict}: {len(made.pairs)} of {made.all_pairs} pairs of model and scenario made again, with "
          f"{made.claims} claims and {made.findings} findings; --seed {seed} repeats the choice.")  # fmt: skip
    return 1 if made.differences else 0
