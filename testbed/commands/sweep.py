"""`testbed sweep`: findings at several values of one or more dials, with the same seeds."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from testbed.commands.options import (
    POINTS,
    add_engine,
    add_limits,
    add_minimum,
    add_out,
    add_world,
    command_of_worlds,
    dials_of,
    engine_of,
    seeds_of,
    tell,
    whole,
)

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs import Outcome, Plan


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add_world(parser)
    parser.add_argument(
        "--dial",
        action="append",
        metavar="D=V1,V2,...",
        help="a dial and its values; with --screen or --sobol a dial and its range, D=LOW..HIGH; may be repeated",
    )
    parser.add_argument(
        "--sobol",
        type=whole(1),
        metavar="N",
        help="instead of values: the share of each number's variance that the dials explain, from N points"
        " (default dials: all that are assumed, claimed or an analog)",
    )
    parser.add_argument(
        "--screen",
        type=whole(1),
        nargs="?",
        const=POINTS,
        metavar="N",
        help="instead of values: which guesses own the headlines, from N small worlds (default: %(const)s) in which all"
        " dials that are assumed or an analog vary at once",
    )
    parser.add_argument(
        "--measures",
        action="append",
        metavar="PATTERN",
        help="only these measures: a name, a pattern, or package.module:object for your own; may be repeated",
    )
    add_minimum(parser)
    add_engine(parser)
    add_limits(parser)
    add_out(parser)


def run(args: argparse.Namespace) -> int:
    """Audit at each value; print the chosen measures, or the headlines. See `sobol` and `screening` too."""
    if args.minimum and (args.sobol is not None or args.screen is not None):
        raise InputError("--minimum goes with --dial; shares of variance are about worlds, not about people.")
    if args.sobol is not None and args.screen is None:
        from testbed.commands import sobol

        return sobol.run(args)
    if args.screen is not None:
        from testbed.commands import screening

        return screening.run(args)
    if not args.dial:
        raise InputError("sweep: give a dial and its values with --dial, or use --screen or --sobol.")
    from testbed.report import Findings, failures_said, side_by_side
    from testbed.runs import claim_folder, folder_path, planned, run_audit, write_run

    out = folder_path(args.out)
    fixed = dials_of(args.set)
    steps = points(args.dial, fixed)
    asked: dict[str, Any] = {
        "people": args.people,
        "periods": args.periods,
        "seeds": seeds_of(args),
        "measures": args.measures,
        "minimum": args.minimum or 0,
    }
    plans = [planned(args.scenario, args.model, dials={**fixed, **step}, **asked) for step in steps]
    engine = engine_of(args, plans[0].people)
    who = identity_of(plans, steps, args)
    folder = claim_folder(out, who, overwrite=args.overwrite) if out is not None else None
    runs = []
    for step, plan in zip(steps, plans, strict=True):
        tell(f"testbed: {_said(step)} ...")
        runs.append(run_audit(plan, engine=engine, workers=args.workers))
    findings, manifest = together(runs), manifest_of_sweep(runs, who, steps, args)
    if folder is not None:
        write_run(findings, manifest, folder)
    for said in manifest["failures"]:
        tell(f"testbed: {said}")
    print("\n".join([*side_by_side(Findings(findings, manifest), plans[0].wanted), *failures_said(manifest)]))
    if folder is not None:
        print(f"Written: {args.out}/findings.csv, {args.out}/report.html")
    return 1 if manifest["failures"] or any(made.void for made in runs) else 0


def _said(step: dict[str, str]) -> str:
    return ", ".join(f"{path}={value}" for path, value in step.items())


def identity_of(plans: Sequence[Plan], steps: Sequence[dict[str, str]], args: argparse.Namespace) -> dict[str, Any]:
    """The facts that identify a sweep. Raises InputError if a dial's value is given twice, in two spellings."""
    from testbed.runs import identity

    names = [plan.scenario.name for plan in plans]
    for place, name in enumerate(names):
        if name in names[:place]:
            said = f"{_said(steps[names.index(name)])} and {_said(steps[place])}"
            raise InputError(f"--dial: {said} are one scenario; give each value once.")
    who = identity(plans[0])
    dials = {path: str(value) for path, value in dials_of(args.set).items()}
    return {
        **who,
        "kind": "sweep",
        "scenario": plans[0].scenario.base,
        "steps": names,
        "arguments": {**who["arguments"], "dials": dials, "dial": args.dial},
    }


def together(runs: Sequence[Outcome]) -> pd.DataFrame:
    """The rows of all steps, one step after the other.

    An anchor that is itself a step is left to that step: if errors are swept, the world without errors is the anchor
    of the world with them, and its rows would be mistaken for rows of that step.
    """
    import pandas as pd

    from testbed.findings import audited

    pairs = {pair for made in runs for pair in made.findings.attrs["audited"]}
    tables = []
    for made in runs:
        own = audited(made.findings).index
        named = zip(made.findings["scenario"], made.findings["model"], strict=True)
        beside = [pair not in pairs for pair in named]
        tables.append(made.findings[made.findings.index.isin(own) | beside])
        tables[-1].attrs = {}
    return pd.concat(tables, ignore_index=True)


def manifest_of_sweep(
    runs: Sequence[Outcome], who: dict[str, Any], steps: Sequence[dict[str, str]], args: argparse.Namespace
) -> dict[str, Any]:
    """The manifest: the facts that all steps share, and the dials of each step."""
    from testbed.runs import manifest_of, told_once

    return {
        **manifest_of(runs[0]),
        **who,
        "findings_of": [made.plan.scenario.name for made in runs],
        "points": list(steps),
        "anchors": [{**one, "step": made.plan.scenario.name} for made in runs for one in made.verdicts],
        "failures": told_once(one for made in runs for one in made.failed),
        "command": command_of_worlds("sweep", args),
    }


def points(texts: list[str], fixed: dict[str, str]) -> list[dict[str, str]]:
    """Every combination of the values. Raises InputError if a dial has no values or is named twice."""
    axes: dict[str, list[str]] = {}
    for text in texts:
        path, equal, values = text.partition("=")
        held = [value.strip() for value in values.split(",") if value.strip()]
        if not equal or not path or not held:
            raise InputError(f"--dial {text!r}: needed is DIAL=V1,V2, such as channels.court.miss=0,0.1.")
        if path in axes or path in fixed:
            raise InputError(f"--dial: dial {path!r} is named twice.")
        axes[path] = list(dict.fromkeys(held))
    return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
