"""Commands that make a number, a life or a whole run again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from testbed.report.plaintext import clean

DROPPED = ("--out", "--engine", "--workers")
"""Options that change where or how a run happens, never what it says."""


def command_for(manifest: Mapping[str, Any], measure: str) -> str:
    """The command that makes one measure of a run again: the run's own, with that measure alone.

    >>> command_for({"command": "testbed audit rongcheng --seed 3 --out here"}, "flip_rate")
    'testbed audit rongcheng --seed 3 --measures flip_rate'
    """
    words = _words(manifest, DROPPED)
    if words[1:2] not in (["audit"], ["sweep"]) or "--sobol" in words:
        return shlex.join(words)
    return shlex.join([*_kept(words, ("--measures",)), "--measures", measure])


def next_commands(manifest: Mapping[str, Any], life: Mapping[str, Any] | None) -> list[str]:
    """Two commands that lead on from a run: one life of it, and the same world without the errors of its record."""
    words = _words(manifest, (*DROPPED, "--measures"))
    scenario = clean(manifest.get("scenario") or "").partition("{")[0]
    if not scenario or scenario == "table":
        return ["testbed list measures", "testbed show equalized_odds_difference"]
    case = case_command({**life, "options": words[3:]}) if life and "audit" in words[:2] else f"testbed show {scenario}"
    audit = shlex.join(words) if "audit" in words[:2] else f"testbed audit {scenario}"
    return [case, f"{audit} --set channels.errors=off"]


def case_command(life: Mapping[str, Any]) -> str:
    """The command that makes a case file again; empty where the life does not say its scenario.

    A departure in the scenario's name becomes an option. `options`, the words of a run, replace the life's own.

    >>> case_command({"person": 7, "scenario": "rongcheng{channels.errors=off}", "seed": 3})
    'testbed case rongcheng --person 7 --seed 3 --set channels.errors=off'
    """
    scenario, _, changed = clean(life.get("scenario") or "").partition("{")
    if not scenario:
        return ""
    words = ["testbed", "case", scenario, "--person", str(int(life["person"]))]
    if "options" in life:
        options = list(life["options"])
        if "--model" in options:
            words += ["--model", clean(life["model"])]
        return shlex.join([*words, *_kept(options, ("--model",), seed=life.get("seed"))])
    for name in ("model", "people", "periods", "seed"):
        if life.get(name) is not None and not (name == "model" and life[name] == scenario):
            words += [f"--{name}", clean(life[name])]
    for departure in changed.removesuffix("}").split(","):
        words += ["--set", departure] if departure else []
    return shlex.join(words)


def _words(manifest: Mapping[str, Any], dropped: Sequence[str]) -> list[str]:
    """The words of the run's own command, without some options and their values."""
    try:
        words = shlex.split(clean(manifest.get("command") or ""))
    except ValueError:
        return []
    return _kept([word for word in words if word != "--overwrite"], dropped)


def _kept(words: Sequence[str], dropped: Sequence[str], *, seed: object = None) -> list[str]:
    """The words without the dropped options; with a seed given, `--seeds K` becomes that one."""
    kept: list[str] = []
    skip = False
    for word in words:
        name = word.partition("=")[0]
        if skip:
            skip = False
        elif name == "--seeds" and seed is not None:
            kept += ["--seed", str(seed)]
            skip = "=" not in word
        elif name in dropped:
            skip = "=" not in word
        else:
            kept.append(word)
    return kept
