"""`testbed check`: whether a model, measure, rule book or file of claims keeps its contract."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from testbed.commands.options import add_limits, tell

USAGE, NO_TESTS = 4, 5
"""Exit statuses of pytest."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument(
        "object",
        metavar="OBJECT",
        help="a registered name, a rule book .toml, package.module:object, or a test file (.py) with claims",
    )
    parser.add_argument(
        "--scenario",
        metavar="S",
        help="the scenario whose records are used (default: rongcheng, with what a rule book reads)",
    )
    add_limits(parser)


def run(args: argparse.Namespace) -> int:
    """Run the checks; the exit status is 1 if the contract is broken."""
    from testbed.checks import ContractError, check_measure, check_model, check_rulebook
    from testbed.models import ModelError

    if args.object.endswith(".py"):
        return proved(args.object)
    try:
        tried(args.object, args.scenario)
    except ModelError as failure:
        print(f"{args.object}: the contract of a model is broken: {failure}")
        return 1
    kind, thing = found(args.object)
    tell(f"testbed: checking {args.object} ...")
    checks: dict[str, Callable[..., None]] = {
        "measure": check_measure,
        "model": check_model,
        "rule book": check_rulebook,
    }
    given = {} if args.scenario is None else {"scenario": args.scenario}
    try:
        checks[kind](thing, **given)
        if kind == "rule book":
            check_model(thing, **given)
    except (ContractError, ModelError) as broken:
        print(f"{args.object}: the contract of a {kind} is broken: {broken}")
        return 1
    print(f"{args.object}: the contract of a {kind} is kept.")
    return 0


def tried(name: str, scenario: str | None) -> None:
    """Check a model of the user's in a process of its own first, which it may end, or in which it may never answer.

    Raises ModelError if it does. What else is wrong with it is told by the checks here, which see more of it.
    """
    from synthetic.errors import InputError
    from testbed.checks import ContractError, check_model
    from testbed.models import Apart, ModelError, opened

    if ":" not in name or name.startswith(("cmd:", "http:", "https:")):
        return
    with suppress(InputError):
        model = opened(name)
        if isinstance(model, Apart):
            with suppress(ContractError, ModelError):
                check_model(model, scenario=scenario)
            if model.failure:
                raise ModelError(model.failure)


def proved(path: str) -> int:
    """Run the proofs of a file of claims; the exit status is 1 if a claim lacks a card or a proof, or a proof fails."""
    from synthetic.errors import InputError

    if not Path(path).is_file():
        raise InputError(f"object {path!r}: there is no such file.")
    tell(f"testbed: running the proofs of {path} ...")
    words = ("-q", "--tb=line", "--import-mode=importlib", "-p", "no:cacheprovider", "-p", "testbed.pytest_plugin")
    done = subprocess.run([sys.executable, "-m", "pytest", *words, "--proofs", "only", path], check=False)
    if done.returncode == NO_TESTS:
        raise InputError(f"object {path!r}: found no test; a test file with claims is needed.")
    if done.returncode == USAGE:
        return 2
    print(f"{path}: " + ("every claim is proved both ways." if done.returncode == 0 else "a claim is not proved."))
    return min(done.returncode, 1)


def found(name: str) -> tuple[str, object]:
    """The kind ("model", "measure" or "rule book") and the thing of a name. Raises InputError for an unknown name."""
    from synthetic.errors import InputError, unknown
    from testbed.measure import measures
    from testbed.models import imported, load_model, model_names, rulebook_names

    if name.endswith(".toml") or name in rulebook_names():
        return "rule book", name
    if name.endswith(".csv"):
        load_model(name)
        raise InputError(f"object {name!r}: a table of scores can be read, and has no contract to check; audit it.")
    if name in measures.names():
        return "measure", measures.get(name)
    if name.startswith(("cmd:", "http:", "https:")) or name in model_names():
        return "model", load_model(name)
    if ":" not in name:
        raise unknown("model, measure or rule book", name, [*model_names(), *measures.names()])
    return kind_of(imported(name, "object"), name)


def kind_of(thing: object, name: str) -> tuple[str, object]:
    """The kind of an object from a user's module, and the object: a measure, a rule book or its path, else a model."""
    from testbed.measure import Measure
    from testbed.models import RuleBook, usable

    if isinstance(thing, Measure):
        return "measure", thing
    if isinstance(thing, RuleBook) or (isinstance(thing, str | Path) and str(thing).endswith(".toml")):
        return "rule book", thing
    return "model", usable(thing, name)
