"""`testbed audit`: what a scenario's scheme does to people, measured in a synthetic society."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

from testbed.commands.options import (
    add_engine,
    add_equivalent,
    add_limits,
    add_minimum,
    add_out,
    add_world,
    dials_of,
    engine_of,
    numbers_of,
    seeds_of,
    tell,
)

if TYPE_CHECKING:
    from testbed.runs import Plan


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add_world(parser)
    parser.add_argument(
        "--measures",
        action="append",
        metavar="PATTERN",
        help="only these measures, with commas between them: a name, a pattern such as error_* or hidden[k=100], or "
        "package.module:object for your own; may be repeated",
    )
    add_equivalent(parser)
    parser.add_argument(
        "--precision",
        action="append",
        default=[],
        metavar="MEASURE=HALF_WIDTH",
        help="with --seeds: stop once half the interval of MEASURE is this narrow: after ten seeds or more, more if "
        "they are skewed or all equal, and never if a row is undefined in one; repeatable",
    )
    parser.add_argument("--paired", action="store_true", help="also compare each pair of models person by person")
    parser.add_argument(
        "--grant",
        action="append",
        default=[],
        metavar="RIGHT,...",
        help="also show what rights would change, granted one at a time and together: own_record, rules, reasons, "
        "notice, contest, or each",
    )
    add_minimum(parser)
    add_engine(parser)
    add_limits(parser)
    parser.add_argument(
        "--figures",
        metavar="DIR",
        help="write every figure to this folder, as SVG and as PDF, with the same bytes each time",
    )
    add_out(parser)


def announced(plan: Plan) -> str:
    """The worlds and models of a run, in words."""
    from testbed.report import counted
    from testbed.runs import LOTTERY

    whose = "synthetic people" if plan.scenario.recipe.rows is None else f"people of {plan.scenario.recipe.name}"
    sizes = f"{plan.people:,} {whose}, {counted(plan.periods, 'month')}, {counted(len(plan.seeds), 'seed')}"
    beside = "" if LOTTERY in plan.names else ", compared with a lottery"
    return f"{sizes}; {', '.join(plan.names)}{beside}"


def run(args: argparse.Namespace) -> int:
    """Audit, write the findings, and print the short answer."""
    began = time.monotonic()
    from testbed.runs import (
        claim_figures,
        claim_folder,
        command_of,
        folder_path,
        identity,
        manifest_of,
        planned,
        run_audit,
        unreached,
        write_figures,
        write_run,
    )

    out = folder_path(args.out)
    plan = planned(
        args.scenario,
        args.model,
        people=args.people,
        periods=args.periods,
        seeds=seeds_of(args),
        dials=dials_of(args.set),
        measures=args.measures,
        equivalence=numbers_of("--equivalent", args.equivalent),
        precision=numbers_of("--precision", args.precision),
        paired=args.paired,
        grant=args.grant,
        minimum=args.minimum or 0,
    )
    engine = engine_of(args, plan.people)
    folder = claim_folder(out, identity(plan), overwrite=args.overwrite) if out is not None else None
    figures = claim_figures(args.figures, overwrite=args.overwrite) if args.figures is not None else None
    tell(f"testbed: {announced(plan)} ...")
    made = run_audit(
        plan, engine=engine, workers=args.workers,
        done=lambda what: tell(f"testbed: {what} measured after {time.monotonic() - began:.0f} s"),
    )  # fmt: skip
    manifest = manifest_of(made)
    pages: list[str] = []
    if folder is not None:
        write_run(made.findings, manifest, folder, made.seconds)
        pages = [f"{args.out}/report.html", f"{args.out}/findings.csv"]
    if figures is not None:
        drawn = write_figures(made, figures)
        tell(f"testbed: {len(drawn)} files of figures{'' if drawn else ': the findings have no rows for one'}")
        pages += [f"{args.figures}/{name}" for name in drawn[:1]]
    for said in [*made.failures, *unreached(made.precision)]:
        tell(f"testbed: {said}")
    from testbed.report import Findings, answer, ladder_lines

    manifest["command"] = command_of(plan, folders=True)  # what is printed, and not kept, may name folders
    print("\n".join(answer(made.findings, manifest, made.life, pages=pages)))
    if plan.grant:
        print("\n".join(["", *ladder_lines(Findings(made.findings, manifest), manifest)]))
    return 1 if made.failures or made.void else 0
