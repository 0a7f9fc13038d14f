"""`testbed table FILE --model M`: an audit of a model on a table of people."""

from __future__ import annotations

import argparse

from synthetic.errors import InputError
from testbed.commands.options import add_limits, numbers_of, tell, whole

OURS = ("errors", "actions", "disclosure", "then", "model_timeout", "memory", "seed")
"""Options that need a model."""
OTHERS = ("prediction", "score", "weights", "counts", "clusters", "control")
"""Options of a table of predictions that were made elsewhere."""


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of an audit of a model on the table."""
    part = parser.add_argument_group("a model that is asked about the rows")
    part.add_argument(
        "--model",
        metavar="M",
        help="a name, a rule book .toml, package.module:object, cmd:PROGRAM or http:// here; needs --features",
    )
    part.add_argument(
        "--errors", metavar="F", help="a .toml of what can go wrong with the features (default: everyday errors)"
    )
    part.add_argument("--actions", metavar="F", help="a .toml of what people can change, for recourse")
    part.add_argument("--disclosure", metavar="D", help="what people may see: a preset or a .toml (default: notified)")
    part.add_argument("--then", metavar="M", help="a second model that is told the score and decision of the first")
    add_limits(part)
    part.add_argument("--seed", type=whole(0), metavar="S", help="the seed of samples and errors (default: 0)")


def refuse_model_options(args: argparse.Namespace) -> None:
    """Raise InputError for an option that needs a model where none is named."""
    for name in OURS:
        if getattr(args, name) is not None:
            raise InputError(f"--{name.replace('_', '-')} needs --model: only a model can be asked about other values.")


def audit_of_model(args: argparse.Namespace, reference: dict[str, str]) -> int:
    """Audit the model, write the findings, and print the short answer."""
    from testbed.models import ModelError
    from testbed.report import answer
    from testbed.tables import run_model

    for name in OTHERS:
        if getattr(args, name) is not None:
            raise InputError(f"--{name} goes without --model, which decides on the rows itself.")
    if args.stream or args.missing == "drop":
        raise InputError("--model needs the whole table as it is; leave out --stream and --missing.")
    if not args.features:
        raise InputError("--model needs --features: the columns that the model is given.")
    tell(f"testbed: asking model {args.model} about {args.file} ...")
    arguments = {
        "features": args.features.split(","),
        "groups": args.groups.split(","),
        "outcome": args.outcome,
        "errors": args.errors,
        "actions": args.actions,
        "disclosure": args.disclosure,
        "then": args.then,
        "measures": args.measures,
        "minimum": args.minimum or 0,
        "threshold": args.threshold,
        "positive": args.positive,
        "reference": reference,
        "equivalence": numbers_of("--equivalent", args.equivalent),
    }
    try:
        findings, manifest = run_model(
            args.model, args.file, arguments, seed=args.seed or 0, out=args.out, overwrite=args.overwrite
        )
    except ModelError as problem:
        tell(f"testbed: {problem}")
        return 1
    pages = [f"{args.out}/report.html", f"{args.out}/findings.csv"] if args.out is not None else []
    print("\n".join([*manifest["notes"], "", *answer(findings, manifest, pages=pages)]))
    return 0
