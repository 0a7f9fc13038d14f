"""`testbed case`: one person's life, with and without one wrong entry."""

from __future__ import annotations

import argparse

from testbed.commands.options import add_consent, add_limits, add_overwrite, add_world, dials_of, may_show, tell, whole


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add_world(parser, seeds=False, models=False)
    parser.add_argument(
        "--person",
        type=whole(0),
        metavar="ID",
        help="the person, a number from 0 (default: a typical person of the run)",
    )
    parser.add_argument("--out", metavar="FILE", help="write the case file as a page (.html) or as data (.json)")
    add_limits(parser)
    add_consent(parser)
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Print the life of one person, with and without the wrong entry of the scenario."""
    from synthetic.errors import InputError
    from synthetic.writing import reserve_file
    from testbed.case import Case, Setting
    from testbed.lives import life, way_out
    from testbed.models import ModelError
    from testbed.report import case_text, render_case
    from testbed.runs import planned
    from testbed.scenarios import model_of

    out = None
    if args.out is not None:
        out = reserve_file("--out", args.out, suffixes=(".html", ".json"), overwrite=args.overwrite)
    plan = planned(
        args.scenario,
        args.model,
        people=args.people,
        periods=args.periods,
        seeds=(args.seed or 0,),
        dials=dials_of(args.set),
    )
    may_show(plan.scenario, args)
    if args.person is not None and args.person >= plan.people:
        raise InputError(f"--person {args.person}: allowed are 0 to {plan.people - 1}.")
    tell(f"testbed: running {args.scenario} with {plan.people:,} people, and the same world with wrong entries ...")
    setting = Setting(plan.scenario, people=plan.people, periods=plan.periods, seed=plan.seeds[0])
    try:
        case = Case.of(setting, model_of(plan.scenario, plan.asked[0]), name=plan.names[0])
        told = life(case, args.person)
        told["way_out"] = way_out(case, told["person"])
    except ModelError as failure:
        tell(f"testbed: {failure}")
        return 1
    if out is not None:
        import json

        out.write(render_case(told) if args.out.endswith(".html") else json.dumps(told, indent=1) + "\n")
    print("\n".join(case_text(told)))
    return 0
