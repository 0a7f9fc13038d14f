"""Options that several commands share, and the functions that read them."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from synthetic.errors import InputError

if TYPE_CHECKING:
    from testbed.scenarios import Scenario

POINTS = 192
"""Draws of all guesses in a screening, unless told otherwise."""
LARGE = 10_000
"""The number of people from which several processes are faster than one."""


def whole(least: int) -> Callable[[str], int]:
    """A reader of whole numbers of at least `least`; it reads 100_000 as 100000."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise argparse.ArgumentTypeError(f"found {text!r}, a whole number is needed") from None
        if not least <= value < 2**31:
            raise argparse.ArgumentTypeError(f"found {text}, allowed: {least} to {2**31 - 1}")
        return value

    return number


def add_world(parser: argparse.ArgumentParser, *, seeds: bool = True, models: bool = True) -> None:
    """Add the options that choose which worlds are run."""
    parser.add_argument("scenario", metavar="SCENARIO", help="a registered name, or a path ending in .toml")
    parser.add_argument(
        "--model",
        action="append" if models else "store",
        metavar="M",
        help="a name, a rule book .toml, package.module:object, cmd:PROGRAM, http:// on this machine, or scores.csv"
        + ("; may be repeated" if models else ""),
    )
    parser.add_argument("--people", type=whole(1), metavar="N", help="people in the society (default: the scenario's)")
    parser.add_argument("--periods", type=whole(1), metavar="T", help="months to run (default: the scenario's)")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--seed", type=whole(0), metavar="S", help="the seed of the society (default: 0)")
    if seeds:
        group.add_argument(
            "--seeds", type=whole(1), metavar="K", help="run seeds 0 to K-1, and add rows pooled over all of them"
        )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="DIAL=V",
        help="set a dial to a value; `testbed show SCENARIO` lists the dials; may be repeated",
    )


def command_of_worlds(name: str, args: argparse.Namespace) -> str:
    """The command that runs these worlds again; files of models are named without their folders."""
    from testbed.findings import plain_name

    words = ["testbed", name, args.scenario]
    for option in (
        "model",
        "people",
        "periods",
        "seed",
        "seeds",
        "set",
        "sobol",
        "screen",
        "dial",
        "measures",
        "minimum",
    ):
        held = getattr(args, option, None)
        for value in held if isinstance(held, list) else [] if held is None else [held]:
            words += [f"--{option}", plain_name(value) if option == "model" else str(value)]
    return shlex.join(words)


def seeds_of(args: argparse.Namespace) -> Sequence[int]:
    """The seeds that the user chose; a range is not written out before it is known to fit."""
    if getattr(args, "seeds", None) is not None:
        return range(args.seeds)
    return (args.seed or 0,)


def dials_of(texts: Iterable[str]) -> dict[str, str]:
    """Dials from DIAL=V texts. Raises InputError if there is no `=` or a dial is set twice."""
    found: dict[str, str] = {}
    for text in texts:
        path, equal, value = text.partition("=")
        if not equal or not path or not value:
            raise InputError(f"--set {text!r}: needed is DIAL=V, such as regime.family.share=0.")
        if path in found:
            raise InputError(f"--set: dial {path!r} is set twice.")
        found[path] = value
    return found


def numbers_of(option: str, texts: Iterable[str]) -> dict[str, float]:
    """Numbers by measure from MEASURE=NUMBER texts. Raises InputError if one is not a number or is named twice."""
    found: dict[str, float] = {}
    for text in texts:
        name, equal, number = text.rpartition("=")
        try:
            value = float(number)
        except ValueError:
            equal = ""
        if not equal or not name:
            raise InputError(f"{option} {text!r}: needed is MEASURE=NUMBER, such as adverse_gap=0.02.")
        if name in found:
            raise InputError(f"{option}: {name!r} is named twice.")
        found[name] = value
    return found


def add_equivalent(parser: argparse.ArgumentParser) -> None:
    """Add the option that declares bounds of equivalence."""
    parser.add_argument(
        "--equivalent",
        action="append",
        default=[],
        metavar="MEASURE=BOUND",
        help="test for each row of MEASURE whether its interval lies within plus or minus BOUND; may be repeated",
    )


def add_engine(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose where the worlds run."""
    parser.add_argument(
        "--engine",
        metavar="E",
        help="serial, processes or dask (default: processes for large societies on several cores)",
    )
    parser.add_argument("--workers", type=whole(1), metavar="N", help="workers of the engine (default: one per core)")


def engine_of(args: argparse.Namespace, people: int) -> str:
    """The engine that the user chose; else processes if they are faster. All give the same bytes."""
    from testbed.runs import check_engine, cores

    check_engine(args.engine or "serial", args.workers)
    if args.engine is not None:
        return str(args.engine)
    return "processes" if people >= LARGE and (args.workers or cores()) > 1 else "serial"


def positive(text: str) -> float:
    """A number above 0."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"found {text!r}, a finite number above 0 is needed")
    return value


def add_timeout(parser: argparse._ActionsContainer) -> None:
    """Add the option that says how long a model may take."""
    parser.add_argument(
        "--model-timeout",
        type=positive,
        metavar="S",
        help="seconds that a model may take to answer one call, and ten times as many to be fitted (default: 60)",
    )


def add_limits(parser: argparse._ActionsContainer) -> None:
    """Add the options that say what a model may take."""
    add_timeout(parser)
    parser.add_argument(
        "--memory",
        type=positive,
        metavar="GIB",
        help="memory that the process of a model in Python may use (default: three quarters of the machine's)",
    )


def limits_of(args: argparse.Namespace) -> AbstractContextManager[None]:
    """A context in which models may take what the user says."""
    seconds, gib = getattr(args, "model_timeout", None), getattr(args, "memory", None)
    if seconds is None and gib is None:
        return nullcontext()
    from testbed.models import checked_limits, within

    return within(checked_limits(seconds, gib))


def add_out(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose where the findings are written."""
    parser.add_argument("--out", metavar="DIR", help="write findings, manifest and report.html to this folder")
    parser.add_argument("--overwrite", action="store_true", help="replace the files of another run in the folder")


def add_overwrite(parser: argparse.ArgumentParser) -> None:
    """Add the option that allows replacing an existing file."""
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def add_minimum(parser: argparse.ArgumentParser) -> None:
    """Add the option that keeps numbers about few people back."""
    parser.add_argument("--minimum", type=whole(0), metavar="N", help="leave numbers about fewer people than N blank")


def add_consent(parser: argparse.ArgumentParser) -> None:
    """Add the option without which no row of a real table is shown."""
    parser.add_argument(
        "--i-may-show-this-person",
        action="store_true",
        help="needed where the people are the rows of a table of one's own: single people are shown",
    )


def may_show(scenario: Scenario, args: argparse.Namespace) -> None:
    """Raise InputError if the people are the rows of a table, and the user does not say that they may be shown."""
    if scenario.recipe.rows is not None and not args.i_may_show_this_person:
        raise InputError(
            f"{scenario.recipe.name} is a table of people, and this shows single people; give --i-may-show-this-person "
            "if you may."
        )


def tell(text: str) -> None:
    """Print a line of progress on stderr."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
