"""`testbed audit`: what a scenario's scheme does."""

from __future__ import annotations

import argparse
import time
from typing import Any

from testbed.commands.options import add_engine, add_out, add_world, dials_of, engine_of, numbers_of, seeds_of, tell


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add_world(parser)
    parser.add_argument(
        "--measures",
        action="append",
        metavar="PATTERN",
        help="only these: a name, error_*, hidden[k=100]; may be repeated",
    )
    parser.add_argument(
        "--equivalent",
        action="append",
        default=[],
        metavar="MEASURE=BOUND",
        help="say of each row of MEASURE whether its interval lies within the bound; may be repeated",
    )
    parser.add_argument(
        "--precision",
        action="append",
        default=[],
        metavar="MEASURE=HALF_WIDTH",
        help="with --seeds: stop once MEASURE is known so closely (ten seeds at least); may be repeated",
    )
    parser.add_argument("--paired", action="store_true", help="also compare each two models person by person")
    add_engine(parser)
    add_out(parser)


def run(args: argparse.Namespace) -> int:
    """Audit, write, and say the short answer."""
    began = time.monotonic()
    from testbed.runs import (
        LOTTERY,
        claim_folder,
        command_of,
        folder_path,
        identity,
        manifest_of,
        planned,
        run_audit,
        write_run,
    )

    out = folder_path(args.out)
    asked: dict[str, Any] = {
        "people": args.people,
        "periods": args.periods,
        "seeds": seeds_of(args),
        "dials": dials_of(args.set),
        "measures": args.measures,
        "equivalence": numbers_of("--equivalent", args.equivalent),
        "precision": numbers_of("--precision", args.precision),
        "paired": args.paired,
    }
    plan = planned(args.scenario, args.model, **asked)
    engine = engine_of(args, plan.people)
    folder = claim_folder(out, identity(plan), overwrite=args.overwrite) if out is not None else None
    tell(
        f"testbed: {plan.people:,} synthetic people, {plan.periods} months, "
        f"{len(plan.seeds)} seed{'s' * (len(plan.seeds) > 1)}; {', '.join(plan.names)}"
        f"{'' if LOTTERY in plan.names else ', and a lottery beside it'} ..."
    )
    made = run_audit(
        plan, engine=engine, workers=args.workers,
        done=lambda what: tell(f"testbed: {what} measured after {time.monotonic() - began:.0f} s"),
    )  # fmt: skip
    manifest = manifest_of(made)
    pages: list[str] = []
    if folder is not None:
        write_run(made.findings, manifest, folder)
        pages = [f"{args.out}/report.html", f"{args.out}/findings.csv"]
    for said in made.failures:
        tell(f"testbed: {said}")
    from testbed.report import answer

    manifest["command"] = command_of(made, folders=True)  # what is printed, and not kept, may name folders
    print("\n".join(answer(made.findings, manifest, made.life, pages=pages)))
    return 1 if made.failures or made.void else 0
