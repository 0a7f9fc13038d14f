"""`testbed table`: an audit of a real table of predictions."""

# Any: a manifest is a JSON object.
from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import Any

from synthetic.errors import InputError
from testbed.commands.options import add_equivalent, add_minimum, add_out, numbers_of, tell
from testbed.commands.table_model import add_model_options, audit_of_model, refuse_model_options


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a table ending in .csv or .parquet, with one row per person (or per group of equal people: --counts)",
    )
    _add_columns(parser)
    _add_groups(parser)
    parser.add_argument(
        "--measures",
        metavar="PATTERN",
        help="only these measures or rows: a name, a pattern, or package.module:object for your own (default: all)",
    )
    add_equivalent(parser)
    add_minimum(parser)
    add_model_options(parser)
    parser.add_argument(
        "--missing",
        choices=("refuse", "drop"),
        default="refuse",
        help="what happens to rows that lack a value that is asked for; drop says how many (default: refuse)",
    )
    size = parser.add_mutually_exclusive_group()
    size.add_argument(
        "--stream", action="store_true", help="read the file in blocks (default for files over a gigabyte)"
    )
    size.add_argument("--whole", action="store_true", help="read the whole file however large it is")
    add_out(parser)


def _add_columns(parser: argparse.ArgumentParser) -> None:
    """Add the options that name the columns of outcomes, decisions and weights."""
    parser.add_argument("--outcome", metavar="COL", help="the column of recorded outcomes")
    parser.add_argument("--prediction", metavar="COL", help="the column of decisions or predicted outcomes")
    parser.add_argument(
        "--score",
        metavar="COL",
        help="the column of scores, for AUC and calibration, or for decisions with --threshold",
    )
    parser.add_argument("--threshold", type=float, metavar="X", help="a score above X is a positive decision")
    weighing = parser.add_mutually_exclusive_group()
    weighing.add_argument(
        "--weights", metavar="COL", help="the column of sampling weights; they never narrow an interval"
    )
    weighing.add_argument(
        "--counts", metavar="COL", help="the column with the number of people per row, as if rows were repeated"
    )
    parser.add_argument(
        "--positive", metavar="LABEL", help="the label that counts as positive, in outcomes and decisions"
    )
    parser.add_argument("--clusters", metavar="COL", help="the column of sampling clusters, such as households")


def _add_groups(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose which groups are compared, and how."""
    parser.add_argument(
        "--groups",
        required=True,
        metavar="COL[,COL]",
        help="the columns whose groups are compared; a*b crosses two columns",
    )
    parser.add_argument(
        "--reference",
        action="append",
        default=[],
        metavar="COL=VALUE",
        help="the group that other groups are compared with (default: the largest)",
    )
    parser.add_argument(
        "--control",
        metavar="COL[,COL]",
        help="also compare within the strata of these columns, and pooled over the strata",
    )
    parser.add_argument(
        "--features",
        metavar="COL[,COL]",
        help="the columns by which people count as alike, for consistency; with --model, those that it is given",
    )


def run(args: argparse.Namespace) -> int:
    """Audit the table, write the findings, and print the short answer."""
    from testbed.report import answer
    from testbed.runs import claim_folder, folder_path, write_run
    from testbed.tables import audit_table, kind

    if args.model is not None:
        return audit_of_model(args, _references(args.reference))
    refuse_model_options(args)
    if args.outcome is None and args.prediction is None and args.score is None:
        raise InputError("a table needs --outcome and --prediction, or --outcome and --score, or --model.")
    out = folder_path(args.out)
    kind(Path(args.file))
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
        positive=args.positive,
        reference=_references(args.reference),
        clusters=args.clusters,
        control=args.control.split(",") if args.control else None,
        features=args.features.split(",") if args.features else (),
        measures=args.measures,
        equivalence=numbers_of("--equivalent", args.equivalent),
        missing=args.missing,
        minimum=args.minimum or 0,
        stream=True if args.stream else False if args.whole else None,
    )
    manifest["notes"] = list(findings.attrs.get("notes") or [])
    if folder is not None:
        write_run(findings, manifest, folder)
    pages = [f"{args.out}/report.html", f"{args.out}/findings.csv"] if folder is not None else []
    print("\n".join(answer(findings, manifest, pages=pages)))
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
    """The facts that identify the run: the file by its digest, the columns, versions."""
    from testbed.runs import SCHEMA, facts, file_digest, versions
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
            "missing",
            "minimum",
            "stream",
            "whole",
        )
        if getattr(args, key) not in (None, [], False, "refuse")
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
        "digests": {"table": file_digest(args.file)},
        "title": f"The table {Path(args.file).name}",
        "compared": args.groups.split(","),
        "reference": _references(args.reference),
        "command": shlex.join(words),
        "assumed": [],
        "measures": {one.name: facts(one) for one in table_measures()},
    }
