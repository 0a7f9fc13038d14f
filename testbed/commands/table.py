"""`testbed table`: the audit of a real table of predictions."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from testbed.commands.options import add_out, numbers_of, tell

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
    weighing = parser.add_mutually_exclusive_group()
    weighing.add_argument(
        "--weights", metavar="COL", help="sampling weights, whole or not: never more certain than the rows"
    )
    weighing.add_argument("--counts", metavar="COL", help="people per row, whole numbers: as if rows were repeated")
    parser.add_argument("--positive", metavar="LABEL", help="the label that counts as positive")
    parser.add_argument(
        "--reference", action="append", default=[], metavar="COL=VALUE", help="the group others are compared with"
    )
    parser.add_argument("--clusters", metavar="COL", help="what the people were drawn by")
    parser.add_argument(
        "--control", metavar="COL[,COL]", help="compare within these strata too, and once pooled over them"
    )
    parser.add_argument("--features", metavar="COL[,COL]", help="what people are alike by, for consistency")
    parser.add_argument("--measures", metavar="PATTERN", help="measures or rows to make (default: all of a table)")
    parser.add_argument(
        "--equivalent",
        action="append",
        default=[],
        metavar="MEASURE=BOUND",
        help="say of each row of MEASURE whether its interval lies within the bound; may be repeated",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument("--stream", action="store_true", help="count the file in blocks (default: over a gigabyte)")
    size.add_argument("--whole", action="store_true", help="read the whole file however large it is")
    add_out(parser)


def run(args: argparse.Namespace) -> int:
    """Audit the table, write, and say the short answer."""
    from testbed.runs import claim_folder, folder_path, write_run
    from testbed.tables import audit_table, kind

    if args.outcome is None and args.prediction is None and args.score is None:
        raise InputError("a table needs --outcome and --prediction, or --outcome and --score.")
    out = folder_path(args.out)
    kind(Path(args.file))
    positive: Any = args.positive
    manifest = manifest_of_table(args)
    folder = claim_folder(out, manifest, overwrite=args.overwrite) if out is not None else None
    tell(f"testbed: reading {Path(args.file).name} ...")
    findings = audit_table(
        args.file,
        groups=args.groups.split(","),
        outcome=args.outcome,
        prediction=args.prediction,
        score=args.score,
        threshold=args.threshold,
        weights=args.weights,
        counts=args.counts,
        positive=positive,
        reference=_references(args.reference),
        clusters=args.clusters,
        control=args.control.split(",") if args.control else None,
        features=args.features.split(",") if args.features else (),
        measures=args.measures,
        equivalence=numbers_of("--equivalent", args.equivalent),
        stream=True if args.stream else False if args.whole else None,
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
    from testbed.runs import SCHEMA, facts, versions
    from testbed.tables import table_measures

    arguments = {
        key: getattr(args, key)
        for key in (
            "outcome",
            "prediction",
            "score",
            "threshold",
            "groups",
            "weights",
            "counts",
            "positive",
            "reference",
            "clusters",
            "control",
            "features",
            "measures",
            "equivalent",
            "stream",
            "whole",
        )
        if getattr(args, key) not in (None, [], False)
    }
    words = ["testbed", "table", Path(args.file).name]
    for key, value in arguments.items():
        for one in value if isinstance(value, list) else [value]:
            words += [f"--{key}"] if one is True else [f"--{key}", str(one)]
    return {
        "schema": SCHEMA,
        "kind": "table",
        "scenario": "table",
        "models": [args.prediction or args.score],
        "seeds": [0],
        "arguments": arguments,
        "versions": versions(),
        "digests": {"table": _digest(Path(args.file))},
        "title": f"The table {Path(args.file).name}",
        "compared": args.groups.split(","),
        "reference": _references(args.reference),
        "command": shlex.join(words),
        "assumed": [],
        "measures": {one.name: facts(one) for one in table_measures()},
    }


def _digest(path: Path) -> str:
    """The first 16 hexadecimal digits of a file's SHA-256 digest; the file may be larger than memory."""
    from hashlib import file_digest

    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()[:16]


def answer(findings: pd.DataFrame, notes: list[str]) -> list[str]:
    """Rates per group with their intervals and counts, largest differences, and what was decided on the way."""
    lines = list(notes)
    rates = findings[findings["measure"].isin(SHOWN) & (findings["versus"] == "") & (findings["group"] != "")]
    for split in rates["split"].unique():
        if "*" in split or "|" in split:
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
    return lines + pooled_lines(findings)


def pooled_lines(findings: pd.DataFrame) -> list[str]:
    """The gap in selection rates as it is, beside the one within strata: which may point the other way."""
    name = "statistical_parity_difference"
    pooled = findings[findings["measure"] == f"conditional_{name}"]
    lines = []
    for row in pooled.itertuples():
        split = str(row.split).partition("|")[0]
        here = (findings["split"] == split) & (findings["group"] == row.group) & (findings["versus"] == row.versus)
        plain = findings[here & (findings["measure"] == name)]
        if "*" in split or plain.empty:
            continue
        control = str(row.split).partition("|")[2]
        lines += [f"  {row.group} - {row.versus}: {_number(next(plain.itertuples()))}"]
        lines += [f"  {row.group} - {row.versus} at equal {control}: {_number(row)}"]
    return ["", f"{name}, plain and over strata", *lines] if lines else []


def _number(row: Any) -> str:
    if row.value != row.value:
        return f"undefined ({row.why})"
    interval = "no interval" if row.low != row.low else f"{row.low:.4f} to {row.high:.4f}"
    return f"{row.value:.4f} ({interval}, n = {row.n:,})"
