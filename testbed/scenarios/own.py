"""The dials that belong to a scenario itself, not to one of its parts: errors, the followed entry, what is adverse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from synthetic.errors import InputError, check_keys
from synthetic.source import CHOICE, Dial
from testbed.models import RuleBook

SHARES = {"adverse": "worst_share", "favored": "best_share"}
"""The key that gives each side of a decision as a share of people; the other ways are a `cutoff` in points and a
`grade` of the rule book."""

Cuts = Mapping[str, Mapping[str, float | str]]
"""For each side of a decision what it is cut at, by key: a share, a `cutoff`, a `grade`, or a grade and a share."""

WITHIN = {"worst_share": (0.001, 0.2), "best_share": (0.0, 1.0)}
"""The shares that are allowed. No scheme that we know lists more than a fifth of people, or fewer than one in 1,000."""

GRADED = {
    "adverse": "grade of the rule book; this one and worse are adverse",
    "favored": "grade of the rule book; this one and better are favored",
}

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
            if key == "grade":
                found.append(Dial(_path(side, key), value, GRADED[side], "assumed", "assumed", None, OURS))
            elif key == "cutoff":
                found.append(_assumed(_path(side, key), value, "points", -1e9, 1e9))
            else:
                found.append(_assumed(_path(side, key), value, "share of the training society", *WITHIN[key]))
    return {one.path: one for one in found}


def cut(value: object, side: str, where: str) -> dict[str, float | str]:
    """What the file says of one side of a decision; empty if it says nothing.

    Raises InputError for two ways at once. A grade and a share are no two ways: the share is for models without grades.
    """
    share = SHARES[side]
    table = check_keys(value if value is not None else {}, (share, "cutoff", "grade"), where)
    if "cutoff" in table and len(table) > 1:
        raise InputError(f"{where} must have one of {share}, cutoff, found both.")
    made: dict[str, float | str] = {}
    for key, found in table.items():
        if key == "grade":
            made[key] = str(found)
            continue
        if isinstance(found, bool) or not isinstance(found, int | float):
            raise InputError(f"{where}.{key} must be a number, found {found!r}.")
        made[key] = float(found)
    return made


def cuts_at(decide: Cuts, own: Mapping[str, Dial]) -> dict[str, dict[str, float | str]]:
    """What each side is cut at, at the present values of the dials."""
    return {
        side: {
            key: str(own[_path(side, key)].value) if key == "grade" else float(own[_path(side, key)].value)
            for key in spec
        }
        for side, spec in decide.items()
    }


def cuts_of(decide: Cuts, book: RuleBook | None) -> dict[str, dict[str, float]]:
    """What each side is cut at for a scheme: the points of its grades, or the share if it has no grades.

    book: the scheme, if it is a rule book. Raises InputError if there is a grade and no share, and the scheme has no
    such grade.
    """
    found: dict[str, dict[str, float]] = {}
    for side, spec in decide.items():
        numbers = {key: float(value) for key, value in spec.items() if key != "grade"}
        if "grade" in spec and book is not None and spec["grade"] in [one.name for one in book.grades]:
            numbers = {"cutoff": book.cut_at(side, str(spec["grade"]))}
        elif "grade" in spec and not numbers:
            raise InputError(
                f"decide.{side} begins at the grade {spec['grade']!r}, which the model does not have; give it "
                f"{SHARES[side]} too, for models without grades."
            )
        found[side] = numbers
    return found


def _path(side: str, key: str) -> str:
    return f"decide.{side}_{key}" if key in ("cutoff", "grade") else f"decide.{key}"


def _assumed(path: str, value: object, unit: str, low: float, high: float) -> Dial:
    return Dial(path, cast("float", value), unit, "assumed", "assumed", (low, high), OURS).set(value)
