"""`testbed table`: the audit of a real table of predictions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from testbed.commands.options import add_out, tell

if TYPE_CHECKING:
    import pandas as pd

SHOWN = (
    "selection_rate",
    "adverse_rate",
    "base_rate",
    "true_positive_rate",
    "false_positive_rate",
    "false_negative_rate",
    "precision",
    "auc",
)


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("file", metavar="FILE", help="a table ending in .csv or .parquet, one row per person or count")
    parser.add_argument("--outcome", metavar="COL", help="what really happened")
    parser.add_argument("--prediction", metavar="COL", help="what was decided")
    parser.add_argument("--score", metavar="COL", help="a score, with --threshold or for AUC and calibration")
    parser.add_argument("--threshold", type=float, metavar="X", help="positive is a score above X")
    parser.add_argument(
        "--groups", required=True, metavar="COL[,COL]", help="columns whose groups are compared; a*b is a crossing"
    )
    parser.add_argument("--weights", metavar="COL", help="numbers of people, or sampling weights")
    parser.add_argument("--positive", metavar="LABEL", help="the label that counts as positive")
    parser.add_argument(
        "--reference", action="append", default=[], metavar="COL=VALUE", help="the group others are compared with"
    )
    parser.add_argument("--clusters", metavar="COL", help="what the people were drawn by")
    add_out(parser)


def run(args: argparse.Namespace) -> int:
    """Audit the table, write, and say the short answer."""
    from testbed.output import claim_folder, write_run
    from testbed.table import audit_table, read_table

    if args.outcome is None and args.prediction is None and args.score is None:
        raise InputError("a table needs --outcome and --prediction, or --outcome and --score.")
    frame = read_table(args.file)
    positive: Any = args.positive
    manifest = manifest_of_table(args)
    folder = claim_folder(args.out, manifest, overwrite=args.overwrite) if args.out else None
    tell(f"testbed: {len(frame):,} rows of {Path(args.file).name} ...")
    findings = audit_table(
        frame,
        groups=args.groups.split(","),
        outcome=args.outcome,
        prediction=args.prediction,
        score=args.score,
        threshold=args.threshold,
        weights=args.weights,
        positive=positive,
        reference=_references(args.reference),
        clusters=args.clusters,
    )
    notes = list(findings.attrs.get("notes") or [])
    if folder is not None:
        write_run(findings, {**manifest, "notes": notes}, folder)
    print("\n".join(answer(findings, notes)))
    if folder is not None:
        print(f"Written: {args.out}/report.html, {args.out}/findings.csv")
    return 0


def _references(texts: list[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        column, equal, value = text.partition("=")
        if not equal or not column:
            raise InputError(f"--reference {text!r}: needed is COL=VALUE.")
        found[column] = value
    return found


def manifest_of_table(args: argparse.Namespace) -> dict[str, Any]:
    """What the run is: the file by its digest, the columns, versions."""
    from testbed.manifest import SCHEMA, digest, facts, versions
    from testbed.measures.base import measures

    arguments = {
        key: getattr(args, key)
        for key in (
            "outcome",
            "prediction",
            "score",
            "threshold",
            "groups",
            "weights",
            "positive",
            "reference",
            "clusters",
        )
        if getattr(args, key) not in (None, [])
    }
    words = ["testbed table", Path(args.file).name]
    for key, value in arguments.items():
        words += [f"--{key} {one}" for one in (value if isinstance(value, list) else [value])]
    used = [one for one in map(measures.get, measures.names()) if one.needs == ("table",)]
    return {
        "schema": SCHEMA,
        "kind": "table",
        "scenario": "table",
        "models": [args.prediction or args.score],
        "seeds": [0],
        "arguments": arguments,
        "versions": versions(),
        "digests": {"table": digest(Path(args.file).read_bytes())},
        "title": f"The table {Path(args.file).name}",
        "compared": args.groups.split(","),
        "reference": _references(args.reference),
        "command": " ".join(words),
        "assumed": [],
        "measures": {one.name: facts(one) for one in used},
    }


def answer(findings: pd.DataFrame, notes: list[str]) -> list[str]:
    """Rates per group with their intervals and counts, largest differences, and what was decided on the way."""
    lines = list(notes)
    rates = findings[findings["measure"].isin(SHOWN) & (findings["versus"] == "") & (findings["group"] != "")]
    for split in rates["split"].unique():
        if "*" in split:
            continue
        part = rates[rates["split"] == split]
        lines += ["", "everybody" if split == "all" else f"by {split}"]
        for measure in [name for name in SHOWN if (part["measure"] == name).any()]:
            for row in part[part["measure"] == measure].itertuples():
                who = "" if split == "all" else f" {row.group}"
                lines.append(f"  {measure:<20}{who}: {_number(row)}")
    wide = findings[
        findings["measure"].str.match(r"(demographic_parity|equalized_odds|equal_opportunity)_difference$")
        & (findings["group"] == "")
    ]
    if len(wide):
        lines += ["", "largest differences between groups"]
        lines += [f"  {row.measure} by {row.split}: {_number(row)}" for row in wide.itertuples()]
    return lines


def _number(row: Any) -> str:
    if row.value != row.value:
        return f"undefined ({row.why})"
    interval = "no interval" if row.low != row.low else f"{row.low:.4f} to {row.high:.4f}"
    return f"{row.value:.4f} ({interval}, n = {row.n:,})"
