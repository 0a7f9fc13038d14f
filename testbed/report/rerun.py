"""Commands that make a number, a life or a whole run again."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from testbed.report.plaintext import clean

DROPPED = ("--out", "--figures", "--engine", "--workers")
"""Options that change where or how a run happens, never its findings."""

OWED = "assumption_share"
"""The measure that no audit makes: it comes from a screening."""
OF_AUDITS = (
    "--grant",
    "--measures",
    "--people",
    "--periods",
    "--seed",
    "--seeds",
    "--equivalent",
    "--precision",
    "--minimum",
    "--model",
)
"""Options of an audit that a screening does not take over as they are; of several models it takes the first."""

OF_CASE = ("--people", "--periods", "--seed", "--set")
"""Options of an audit that a case takes unchanged; the model and the seed are those of the life."""


def command_for(manifest: Mapping[str, Any], measure: str) -> str:
    """The command that makes one measure of a run again: the command of the run, with only that measure.

    >>> command_for({"command": "testbed audit rongcheng --seed 3 --out here"}, "flip_rate")
    'testbed audit rongcheng --seed 3 --measures flip_rate'
    >>> command_for({"command": "testbed audit rongcheng --people 5000 --model logistic"}, "assumption_share")
    'testbed sweep rongcheng --model logistic --screen'
    """
    words = _words(manifest, DROPPED)
    asked = words[1:2] == ["table"] and "--model" in words
    if (words[1:2] not in (["audit"], ["sweep"]) and not asked) or {"--sobol", "--screen"} & set(words):
        return shlex.join(words)
    if measure == OWED:
        model = words[words.index("--model") :][:2] if "--model" in words else []
        kept = _kept([word for word in words[2:] if word != "--paired"], OF_AUDITS)
        return shlex.join(["testbed", "sweep", *kept, *model, "--screen"])
    return shlex.join([*_kept(words, ("--measures", "--grant")), "--measures", measure])


def next_commands(manifest: Mapping[str, Any], life: Mapping[str, Any] | None) -> list[str]:
    """The commands to try after a run: one of its lives, and the same world without errors of record.

    Without a life, the first command shows the scenario. If the record has no errors, there is no second command.
    """
    words = _words(manifest, (*DROPPED, "--measures", "--grant"))
    scenario = clean(manifest.get("scenario") or "").partition("{")[0]
    if not scenario or scenario == "table":
        if "--model" in words:
            return ["testbed list table-measures", "testbed show most_fragile"]
        return ["testbed list measures", "testbed show equalized_odds_difference"]
    show = shlex.join(["testbed", "show", scenario])
    if words[1:2] != ["audit"]:
        words = ["testbed", "audit", scenario]
        life = None
    case = case_command({**life, "options": words[3:]}) if life else show
    if not _has_errors(manifest):
        return [case]
    return [case, shlex.join([*words, "--set", "channels.errors=off"])]


def granting_command(manifest: Mapping[str, Any]) -> str:
    """The command that shows what each right would change in a run; empty if there is none.

    >>> granting_command({"command": "testbed audit rongcheng --seed 3"})
    'testbed audit rongcheng --seed 3 --grant each'
    """
    words = _words(manifest, (*DROPPED, "--measures", "--grant"))
    return shlex.join([*words, "--grant", "each"]) if words[1:2] == ["audit"] else ""


def _has_errors(manifest: Mapping[str, Any]) -> bool:
    """Whether the run has errors of record that can be turned off."""
    if "channels.errors=off" in clean(manifest.get("scenario") or ""):
        return False
    held = {dial.get("path"): dial.get("value") for dial in manifest.get("assumed") or []}
    return bool(held.get("channels.errors", True))


MAY_SHOW = "--i-may-show-this-person"
"""The option of `testbed case` without which nobody in a table of people is shown."""


def case_command(life: Mapping[str, Any]) -> str:
    """The command that makes a case file again; empty if the life does not name its scenario.

    A departure in the scenario's name becomes an option. `options`, the words of a run, replace the life's own.

    >>> case_command({"person": 7, "scenario": "rongcheng{channels.errors=off}", "seed": 3})
    'testbed case rongcheng --person 7 --seed 3 --set channels.errors=off'
    """
    scenario, _, changed = clean(life.get("scenario") or "").partition("{")
    if not scenario:
        return ""
    words = ["testbed", "case", scenario, "--person", str(int(life["person"]))]
    words += [MAY_SHOW] if "rows" in life else []
    if "options" in life:
        options = list(life["options"])
        if "--model" in options:
            words += ["--model", clean(life["model"])]
        return shlex.join([*words, *_of_case(options, life.get("seed"))])
    for name in ("model", "people", "periods", "seed"):
        if life.get(name) is not None and not (name == "model" and life[name] == scenario):
            words += [f"--{name}", clean(life[name])]
    for departure in changed.removesuffix("}").split(","):
        words += ["--set", departure] if departure else []
    return shlex.join(words)


def granting_command_of(life: Mapping[str, Any]) -> str:
    """The command that shows what each right would change in the world of a life; empty if no command makes the life.

    >>> granting_command_of({"person": 7, "scenario": "rongcheng", "seed": 3})
    'testbed audit rongcheng --seed 3 --grant each'
    """
    words = shlex.split(clean(life["command"]) if "command" in life else case_command(life))
    words = [word for word in words if word != MAY_SHOW]
    return shlex.join(["testbed", "audit", *_kept(words[2:], ("--person",)), "--grant", "each"]) if words[2:] else ""


def _words(manifest: Mapping[str, Any], dropped: Sequence[str]) -> list[str]:
    """The words of the run's own command, without some options and their values."""
    try:
        words = shlex.split(clean(manifest.get("command") or ""))
    except ValueError:
        return []
    return _kept([word for word in words if word != "--overwrite"], dropped)


def _kept(words: Sequence[str], dropped: Sequence[str]) -> list[str]:
    """The words without the dropped options and their values."""
    kept: list[str] = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.partition("=")[0] in dropped:
            skip = "=" not in word
        else:
            kept.append(word)
    return kept


def _of_case(words: Sequence[str], seed: object) -> list[str]:
    """The options of an audit that a case takes too; of several seeds, the seed of the life."""
    kept: list[str] = []
    for place, word in enumerate(words):
        name, equal, value = word.partition("=")
        if not equal:
            value = words[place + 1] if place + 1 < len(words) else ""
        if name in OF_CASE:
            kept += [name, value]
        elif name == "--seeds" and seed is not None:
            kept += ["--seed", str(seed)]
    return kept
