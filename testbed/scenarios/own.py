"""The dials that belong to a scenario itself, not to one of its parts: errors, the followed entry, the cut-offs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from synthetic.errors import InputError, check_keys
from synthetic.source import CHOICE, Dial

SHARES = {"adverse": "worst_share", "favored": "best_share"}
"""The key that gives each side of a decision as a share of people; the other way is a `cutoff` in points."""

WITHIN = {"worst_share": (0.001, 0.2), "best_share": (0.0, 1.0)}
"""The shares that are allowed. No scheme that we know lists more than a fifth of people, or fewer than one in 1,000."""

OURS = f"{CHOICE}, not of the scheme"


def own_dials(
    followed: str, error: Mapping[str, object], decide: Mapping[str, object], outcome: str, learn: str, where: str
) -> dict[str, Dial]:
    """The scenario's own dials by path, from its tables `[error]` and `[decide]`.

    `followed` is the kind of the wrong entry that is followed, `outcome` what decisions are judged by, `learn`
    what models learn from.
    """
    found = [
        Dial("channels.errors", True, "switch", "assumed", "assumed", None, OURS),
        Dial("decide.outcome", outcome, "what decisions are judged by", "assumed", "assumed", None, OURS),
        Dial("decide.learn", learn, "what models learn from", "assumed", "assumed", None, OURS),
        Dial("error.kind", followed, "kind of conduct", "assumed", "assumed", None, OURS),
        _assumed("error.period", error.get("period", 6), "month", 0, 1_000),
        _assumed("error.per_1000", error.get("per_1000", 2), "people in 1,000", 0, 1_000),
        _assumed("error.sample", error.get("sample", 50), "people, each followed in a world of their own", 1, 10_000),
    ]
    for side in SHARES:
        for key, value in cut(decide.get(side), side, f"{where}, decide.{side}").items():
            if key == "cutoff":
                found.append(_assumed(_path(side, key), value, "points", -1e9, 1e9))
            else:
                found.append(_assumed(_path(side, key), value, "share of the training society", *WITHIN[key]))
    return {one.path: one for one in found}


def cut(value: object, side: str, where: str) -> dict[str, float]:
    """The share or cut-off of one side of a decision; empty if the file gives none. Raises InputError for both."""
    share = SHARES[side]
    table = check_keys(value if value is not None else {}, (share, "cutoff"), where)
    if len(table) > 1:
        raise InputError(f"{where} must have one of {share}, cutoff, found both.")
    made: dict[str, float] = {}
    for key, number in table.items():
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise InputError(f"{where}.{key} must be a number, found {number!r}.")
        made[key] = float(number)
    return made


def cuts_at(decide: Mapping[str, Mapping[str, float]], own: Mapping[str, Dial]) -> dict[str, dict[str, float]]:
    """The shares and cut-offs of both sides at the present values of the dials."""
    return {side: {key: float(own[_path(side, key)].value) for key in spec} for side, spec in decide.items()}


def _path(side: str, key: str) -> str:
    return f"decide.{side}_cutoff" if key == "cutoff" else f"decide.{key}"


def _assumed(path: str, value: object, unit: str, low: float, high: float) -> Dial:
    return Dial(path, cast("float", value), unit, "assumed", "assumed", (low, high), OURS).set(value)
