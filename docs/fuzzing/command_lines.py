"""Random command lines."""

from __future__ import annotations

from pathlib import Path
from random import Random

from fuzzing.edits import NUMBERS, TEXTS
from fuzzing.people import people
from fuzzing.toml_files import FEW, SMALL
from testbed.commands.cli import COMMANDS, build_parser


def command_line(chance: Random, folder: Path) -> list[str]:
    """A command with options and values of all kinds; what could make it large comes last, and is small."""
    people().to_csv(folder / "t.csv", index=False)
    name = chance.choice([one for one in COMMANDS if one != "bench"])
    parts = build_parser([name])._subparsers._group_actions[0].choices[name]._actions  # type: ignore[union-attr,index]
    usage = [option for action in parts for option in action.option_strings]
    odd = (
        *TEXTS,
        *map(str, NUMBERS[:-1]),
        "t.csv",
        "own.toml",
        "out",
        "p.csv",
        "p.html",
        "p.parquet",
        "each",
        "serial",
    )
    words = [name, *(SMALL if "--periods" in usage else ()), *(FEW if "--grant" in usage or name == "sweep" else ())]
    for action in parts:
        if (action.option_strings and action.required) or (not action.option_strings and chance.random() < 0.95):
            words += [*action.option_strings[-1:], _given(action.dest, chance, odd)]
    optional = [one for one in parts if one.option_strings and (one.dest != "help" or chance.random() < 0.1)]
    for action in chance.sample(optional, min(len(optional), chance.choice((0, 1, 1, 2, 3, 4)))):
        words.append(action.option_strings[-1])
        if action.nargs != 0 and chance.random() < 0.97:
            words.append(_given(action.dest, chance, odd))
    words += [chance.choice(odd)] * (chance.random() < 0.05)
    if name == "lesson":
        words += ["--people", "50", "--worlds", "1", "--workers", "1"]
    return [word.replace("\0", "") for word in words]  # no system hands NUL on


GIVEN = {
    "scenario": ("rongcheng", "suining-2010", "dang"), "recipe": ("china-2020", "us-credit"), "file": ("t.csv",),
    "groups": ("sex", "sex,job"), "outcome": ("y",), "prediction": ("p",), "score": ("s",), "out": ("out", "p.csv"),
    "model": ("rongcheng", "lottery", "logistic"), "dial": ("channels.court.miss=0,0.1",),
    "set": ("channels.errors=off",), "measures": ("adverse_rate", "error_*"), "engine": ("serial",),
    "kind": ("scenarios", "rulebook"), "people": ("50",), "periods": ("3",), "seeds": ("2",), "grant": ("rules",),
    "sobol": ("4",), "screen": ("2",), "object": ("rongcheng",),
}  # fmt: skip
"""Values that are right, by the name of the option."""


def _given(dest: str, chance: Random, odd: tuple[str, ...]) -> str:
    """A value for an option: a right one more often than an odd one. Workers stay few."""
    if dest == "workers":
        return chance.choice(("1", "0", "-1", "x", ""))
    right = GIVEN.get(dest)
    return chance.choice(right) if right and chance.random() < 0.7 else chance.choice(odd)
