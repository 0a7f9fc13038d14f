"""`testbed records`: what the institution holds of people, as a table for a model that is elsewhere."""

from __future__ import annotations

import argparse

from testbed.commands.options import add_consent, add_limits, add_overwrite, add_world, dials_of, may_show, tell, whole


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add_world(parser, seeds=False, models=False)
    parser.add_argument("--period", type=whole(0), metavar="T", help="the month, from 0 (default: the last)")
    parser.add_argument(
        "--training",
        action="store_true",
        help="the training society instead, with the column outcome: 1 for the side that [decide] learn calls positive",
    )
    parser.add_argument("--out", required=True, metavar="FILE", help="a file ending in .csv")
    add_limits(parser)
    add_consent(parser)
    add_overwrite(parser)


def run(args: argparse.Namespace) -> int:
    """Write the records of the people in scope, one row each, `person` first."""
    from synthetic.errors import InputError
    from synthetic.writing import reserve_file
    from testbed.case import Case, Setting
    from testbed.models import ModelError
    from testbed.runs import planned
    from testbed.scenarios import model_of

    out = reserve_file("--out", args.out, suffixes=(".csv",), overwrite=args.overwrite)
    seeds, dials = (args.seed or 0,), dials_of(args.set)
    plan = planned(args.scenario, args.model, people=args.people, periods=args.periods, seeds=seeds, dials=dials)
    may_show(plan.scenario, args)
    if args.training and args.period is not None:
        raise InputError(f"--period {args.period}: the training society has one month of records; leave it out.")
    period = plan.periods - 1 if args.period is None else args.period
    if period >= plan.periods:
        raise InputError(f"--period {period}: the run has {plan.periods} months, allowed are 0 to {plan.periods - 1}.")
    setting = Setting(plan.scenario, people=plan.people, periods=period + 1, seed=plan.seeds[0])
    tell(f"testbed: running {args.scenario} with {plan.people:,} people ...")
    if args.training:
        frame, outcomes = setting.lessons()
        frame = frame.assign(outcome=outcomes)
    else:
        try:
            frame = Case.of(setting, model_of(plan.scenario, plan.asked[0]), name=plan.names[0]).records
        except ModelError as failure:
            tell(f"testbed: {failure}")
            return 1
    out.write(frame.to_csv(lineterminator="\n"))
    whose = "the training society" if args.training else f"month {period}"
    print(f"{len(frame):,} records of {whose} in {args.out}: {', '.join(map(str, frame.columns))}")
    return 0
