"""`testbed sweep`: findings along the values of one or several dials, the same seeds throughout."""

from __future__ import annotations

import argparse
from itertools import product
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from testbed.commands.options import add_engine, add_out, add_world, dials_of, engine_of, seeds_of, tell, whole

if TYPE_CHECKING:
    import pandas as pd


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    add_world(parser)
    parser.add_argument(
        "--dial",
        action="append",
        metavar="D=V1,V2,...",
        help="a dial and its values, with --sobol its range LOW..HIGH; may be repeated",
    )
    parser.add_argument(
        "--sobol",
        type=whole(1),
        metavar="N",
        help="share of each number's variance that the dials own, from N points (default dials: the assumed ones)",
    )
    parser.add_argument("--measures", action="append", metavar="PATTERN", help="only these; may be repeated")
    add_engine(parser)
    add_out(parser)


def run(args: argparse.Namespace) -> int:
    """Audit at each value; print the headline numbers side by side. With --sobol: see `testbed.commands.sobol`."""
    if args.sobol is not None:
        from testbed.commands import sobol

        return sobol.run(args)
    if not args.dial:
        raise InputError("sweep: name a dial and its values by --dial, or ask for --sobol.")
    import pandas as pd

    from testbed.audit import planned, run_audit
    from testbed.manifest import identity, manifest_of
    from testbed.output import claim_folder, folder_path, write_run

    out = folder_path(args.out)
    fixed = dials_of(args.set)
    steps = points(args.dial, fixed)
    asked: dict[str, Any] = {
        "people": args.people,
        "periods": args.periods,
        "seeds": seeds_of(args),
        "measures": args.measures,
    }
    plans = [planned(args.scenario, args.model, dials={**fixed, **step}, **asked) for step in steps]
    engine = engine_of(args, plans[0].people)
    who = {
        **identity(plans[0]),
        "kind": "sweep",
        "scenario": plans[0].scenario.base,
        "steps": [plan.scenario.name for plan in plans],
    }
    who["arguments"] = {
        **who["arguments"],
        "dials": {path: str(value) for path, value in fixed.items()},
        "dial": args.dial,
    }
    folder = claim_folder(out, who, overwrite=args.overwrite) if out is not None else None
    runs = []
    for step in steps:
        said = ", ".join(f"{path}={value}" for path, value in step.items())
        tell(f"testbed: {said} ...")
        runs.append(
            run_audit(
                args.scenario,
                args.model,
                dials={**fixed, **step},
                **asked,
                engine=engine,
                workers=args.workers,
            )
        )
    tables = [made.findings for made in runs]
    for table in tables:
        table.attrs = {}
    findings = pd.concat(tables, ignore_index=True)
    manifest = {**manifest_of(runs[0]), **who, "findings_of": [made.scenario.name for made in runs]}
    manifest["anchors"] = [{**one, "step": made.scenario.name} for made in runs for one in made.verdicts]
    manifest["failures"] = [said for made in runs for said in made.failures]
    manifest["command"] = " ".join(["testbed sweep", args.scenario, *(f"--dial {text}" for text in args.dial)])
    if folder is not None:
        manifest["scenario"] = runs[0].scenario.name
        write_run(findings, {**manifest, "scenario": who["scenario"]}, folder)
    for said in manifest["failures"]:
        tell(f"testbed: {said}")
    print("\n".join(table_of(steps, runs)))
    if folder is not None:
        print(f"Written: {args.out}/findings.csv, {args.out}/report.html")
    return 1 if manifest["failures"] or any(made.void for made in runs) else 0


def points(texts: list[str], fixed: dict[str, str]) -> list[dict[str, str]]:
    """Every combination of the values. Raises InputError where a dial has no values or is named twice."""
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


def table_of(steps: list[dict[str, str]], runs: list[Any]) -> list[str]:
    """The headline numbers of the first model, a line per value of the dials."""
    names = [
        "adverse_rate",
        "wrong_adverse_rate",
        "flip_rate",
        "error_gain",
        "error_reach[hop=household]",
        "detection_precision",
    ]
    have = [name for name in names if any((made.findings["measure"] == name).any() for made in runs)]
    if not have:
        first = runs[0].findings
        have = list(first.loc[first["split"] == "all", "measure"].unique()[:6])
    head = [", ".join(steps[0]), *have]
    rows = [head]
    for step, made in zip(steps, runs, strict=True):
        rows.append([", ".join(step.values()), *(_cell(made.findings, made.models[0], name) for name in have)])
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cell(findings: pd.DataFrame, model: str, measure: str) -> str:
    rows = findings[(findings["measure"] == measure) & (findings["split"] == "all") & (findings["model"] == model)]
    rows = rows[rows["seed"] == -1] if (rows["seed"] == -1).any() else rows
    if rows.empty:
        return "-"
    row = rows.iloc[0]
    if row["value"] != row["value"]:
        return "undefined"
    interval = "" if row["low"] != row["low"] else f" ({row['low']:.3g} to {row['high']:.3g})"
    return f"{row['value']:.4g}{interval}"
