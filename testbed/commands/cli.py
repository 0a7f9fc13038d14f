"""The command `testbed`: progress on stderr, answers on stdout, bad input in one sentence.

Exit status 0: done, harm found or not. 1: it ran, but a claim, a contract check, an anchor or a model
failed. 2: wrong usage or input; nothing was written.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

from synthetic.errors import DEBUG, InputError
from synthetic.memory import is_scarce, prepare
from synthetic.supervision import supervised
from synthetic.writing import end_cleanly
from testbed.commands.options import limits_of
from testbed.commands.printing import LostError, hold_descriptors, printed

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COMMANDS = {
    "list": ("listing", "names of scenarios, models, measures and parts"),
    "show": ("show", "what a named thing is: its sources, dials, causal graph, and what is not modelled"),
    "audit": ("audit", "what a scenario's scheme does, measured in a synthetic society"),
    "table": ("table", "an audit of a real table of predictions, by group"),
    "bench": ("bench", "the shipped claims about models and scenarios, with a leaderboard"),
    "people": ("people", "a synthetic population as CSV or Parquet, with its data card"),
    "records": ("records", "what the institution holds of people, as CSV, for a model that is elsewhere"),
    "case": ("case", "one person's life, with and without one wrong entry"),
    "lesson": (
        "lesson",
        "a lesson about a scenario: one page for a class, every number in it from worlds that are run",
    ),
    "sweep": ("sweep", "findings at several values of a dial"),
    "new": ("new", "a commented file of your own that runs: a scenario, rule book, channel or another part"),
    "check": ("check", "whether your own model, measure or rule book keeps its contract"),
    "report": ("report", "the page of a run, made again from its findings"),
}

SCARCE = "there is not enough memory; ask for fewer people (--people)."


class Parser(argparse.ArgumentParser):
    """A parser that reports wrong usage in one sentence and exits with status 2."""

    def error(self, message: str) -> NoReturn:
        said = message[:1].upper() + message[1:]
        sys.stderr.write(f"{self.prog}: {' '.join(said.split())}; see {self.prog} --help\n")
        sys.exit(2)

    def _print_message(self, message: str, file: SupportsWrite[str] | None = None) -> None:
        (file or sys.stderr).write(message)  # argparse itself would not say that it cannot


def build_parser(argv: Sequence[str]) -> argparse.ArgumentParser:
    """The parser, with the options of the called command only."""
    from testbed import __version__

    parser = Parser(prog="testbed", description="A synthetic-society testbed for auditing scoring algorithms.")
    parser.add_argument("--version", action="version", version=f"testbed {__version__}")
    parts = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    called = next((word for word in argv if not word.startswith("-")), None)
    for name, (module, text) in COMMANDS.items():
        part = parts.add_parser(name, help=text, description=text[:1].upper() + text[1:] + ".", allow_abbrev=False)
        if name == called:
            import_module(f"testbed.commands.{module}").add_options(part)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status. Without `argv` the command line is run.

    It is `supervised` if it calls code of the user's in its own process.
    """
    if argv is not None:
        return _run(list(argv))
    words = sys.argv[1:]
    try:
        hold_descriptors()
        prepare()
    except InputError as problem:
        return complain(str(problem))
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end_cleanly)
    called = called_here(words)
    return supervised(lambda: _run(words), called) if called else _run(words)


def called_here(words: Sequence[str]) -> list[str]:
    """The user's code that a command calls in its own process: what it checks, and measures. Models run apart.

    >>> called_here(["audit", "rongcheng", "--model", "my.models:late", "--measures", "my.measures:rate"])
    ['my.measures:rate']
    """
    if words[:1] == ["check"]:
        return [word for word in words[1:] if ":" in word]
    after = [word for option, word in pairwise(words) if option == "--measures"]
    joined = [word.partition("=")[2] for word in words if word.startswith("--measures=")]
    return [word for word in (*after, *joined) if ":" in word]


def _run(words: list[str]) -> int:
    """Run a command, printing visible text only, and return its exit status."""
    with printed():
        try:
            return _called(words)
        except LostError as lost:
            return lost.status if lost.reader_gone else complain(f"standard output: {lost.strerror}.")


def _called(words: list[str]) -> int:
    try:
        for word in words:
            if word.startswith("--") and word.partition("=")[2] == "--":  # argparse takes it for no value at all
                raise InputError(f"{word}: '--' is no value.")
        try:
            args = build_parser(words).parse_args(words)
            command = import_module(f"testbed.commands.{COMMANDS[args.command][0]}")
        except SystemExit as ended:  # help, the version, wrong usage: the parser has said it
            sys.stdout.flush()
            return int(ended.code or 0)
        with limits_of(args):
            status = int(command.run(args))
        sys.stdout.flush()
        return status
    except InputError as problem:
        return complain(str(problem))
    except LostError:
        raise
    except OSError as problem:
        if is_scarce(problem):
            return complain(SCARCE)
        where = f" {os.path.basename(str(problem.filename))!r}" if problem.filename else ""
        return complain(f"{problem.strerror or type(problem).__name__}{where}.")
    except MemoryError:
        return complain(SCARCE)
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.stderr.write("testbed: stopped.\n")
        return 130
    except SystemExit as left:
        sys.stderr.write(f"testbed: code that was called ended the run early (SystemExit: {left.code}).\n")
        return 1
    except Exception as problem:
        if os.environ.get(DEBUG):
            raise
        if is_scarce(problem):
            return complain(SCARCE)
        if _is_broken_contract(problem):
            sys.stderr.write(f"testbed: the contract is broken: {' '.join(str(problem).split())}\n")
            return 1
        said = " ".join(f"{type(problem).__name__}: {problem}".split())
        sys.stderr.write(f"testbed: internal error, please report it ({said}); {DEBUG}=1 shows the traceback.\n")
        return 1


def _is_broken_contract(problem: Exception) -> bool:
    from testbed.checks import ContractError

    return isinstance(problem, ContractError)


def complain(sentence: str) -> int:
    """Print one sentence about the input and return exit status 2."""
    sys.stderr.write(f"testbed: {' '.join(sentence.split())}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
