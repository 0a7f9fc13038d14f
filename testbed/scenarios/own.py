"""The dials that belong to a scenario itself, not to one of its parts: errors, the followed entry, what is adverse."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import cast

from synthetic.errors import InputError
from synthetic.schema import NAME, By, Fields, Key, Number
from synthetic.source import CHOICE, Dial
from testbed.models import RuleBook, name_of

SHARES = {"adverse": "worst_share", "favored": "best_share"}
"""The key that gives each side of a decision as a share of people; the other ways are a `cutoff` in points and a
`grade` of the rule book."""

Cuts = Mapping[str, Mapping[str, float | str]]
"""For each side of a decision what it is cut at, by key: a share, a `cutoff`, a `grade`, or one of these and a share
for models that count in other points."""

WITHIN = {"worst_share": (0.001, 0.2), "best_share": (0.0, 1.0)}
"""The shares that are allowed. No scheme that we know lists more than a fifth of people, or fewer than one in 1,000."""

GRADED = {
    "adverse": "grade of the rule book; this one and worse are adverse",
    "favored": "grade of the rule book; this one and better are favored",
}

OURS = f"{CHOICE}, not of the scheme"


def _side(side: str, said: str) -> Key:
    """What the file says of one side of a decision."""
    share = SHARES[side]
    cut = {
        share: Key(
            "share of the training society; beside a cut-off or grade it is for models that count in other points",
            Number(*WITHIN[share]),
        ),
        "cutoff": Key(f"points: {said}. Alone it is for every model without decisions of its own", Number(-1e9, 1e9)),
        "grade": Key(GRADED[side], NAME),
    }
    return Key(
        f"which decisions are {side}; one of cutoff and grade, or neither",
        By("a table", _one_cut, dict, Fields(cut)),
        default={},
    )


def _one_cut(table: dict[str, float | str], where: str) -> dict[str, float | str]:
    if "cutoff" in table and "grade" in table:
        raise InputError(f"{where} must have one of cutoff, grade, found both.")
    return {key: value if isinstance(value, str) else float(value) for key, value in table.items()}


SIDES = {"adverse": _side("adverse", "worse than these"), "favored": _side("favored", "these or better")}
"""The keys of `[decide]` that say at what a score becomes a decision."""


def own_dials(followed: str, error: Mapping[str, float], decide: Cuts, outcome: str, learn: str) -> dict[str, Dial]:
    """The scenario's own dials by path, from its tables `[error]` and `[decide]`.

    `followed` is the kind of the wrong entry that is followed, `outcome` what decisions are judged by, `learn`
    what models learn from.
    """
    found = [
        Dial("channels.errors", True, "switch", "assumed", "assumed", None, OURS),
        Dial("decide.outcome", outcome, "what decisions are judged by", "assumed", "assumed", None, OURS),
        Dial("decide.learn", learn, "what models learn from", "assumed", "assumed", None, OURS),
        Dial("error.kind", followed, "kind of conduct", "assumed", "assumed", None, OURS),
        _assumed("error.period", error["period"], "month", 0, 1_000),
        _assumed("error.per_1000", error["per_1000"], "people in 1,000", 0, 1_000),
        _assumed("error.sample", error["sample"], "people, each followed in a world of their own", 1, 10_000),
    ]
    for side, spec in decide.items():
        for key, value in spec.items():
            if key == "grade":
                found.append(Dial(_path(side, key), value, GRADED[side], "assumed", "assumed", None, OURS))
            elif key == "cutoff":
                found.append(_assumed(_path(side, key), value, "points", -1e9, 1e9))
            else:
                for_whom = ", for models that count otherwise than the scheme" if len(spec) > 1 else ""
                unit = f"share of the training society{for_whom}"
                found.append(_assumed(_path(side, key), value, unit, *WITHIN[key]))
    return {one.path: one for one in found}


def cuts_at(decide: Cuts, own: Mapping[str, Dial]) -> dict[str, dict[str, float | str]]:
    """What each side is cut at, at the present values of the dials."""
    return {
        side: {
            key: str(own[_path(side, key)].value) if key == "grade" else float(own[_path(side, key)].value)
            for key in spec
        }
        for side, spec in decide.items()
    }


def alike(model: object, own: object) -> bool:
    """Whether a model counts in the points of the scenario's own scheme, so that its cut-offs mean the same.

    The scheme does itself, whatever its dials; so does a rule book that starts at the same points as it does.
    """
    same = type(model) is type(own) and name_of(model) == name_of(own)
    return same or (isinstance(model, RuleBook) and isinstance(own, RuleBook) and model.starts_as(own))


def keys_of(decide: Cuts, book: RuleBook | None, in_points: Collection[str]) -> dict[str, str]:
    """The key that cuts each side of a decision for a model: its own "grade", "cutoff", or the share; "" if none does.

    book: the model, if it is a rule book. in_points: the sides whose cut-off is for the model even if a share stands
    beside it. Raises InputError if there is a grade and no share, and the model has no such grade.
    """
    grades = [one.name for one in book.grades] if book is not None else []
    found: dict[str, str] = {}
    for side, spec in decide.items():
        share = SHARES[side]
        if spec.get("grade") in grades:
            found[side] = "grade"
        elif "cutoff" in spec and (side in in_points or share not in spec):
            found[side] = "cutoff"
        elif share in spec or not spec:
            found[side] = share if spec else ""
        else:
            raise InputError(
                f"decide.{side} begins at the grade {spec['grade']!r}, which the model does not have; give it "
                f"{share} too, for models without grades."
            )
    return found


def cuts_of(decide: Cuts, keys: Mapping[str, str], book: RuleBook | None) -> dict[str, dict[str, float]]:
    """What these keys cut each side of a decision at, as a share or a `cutoff`: a grade by the points of the book."""
    found: dict[str, dict[str, float]] = {}
    for side, key in keys.items():
        if key == "grade" and book is not None:
            found[side] = {"cutoff": book.cut_at(side, str(decide[side][key]))}
        else:
            found[side] = {key: float(decide[side][key])} if key else {}
    return found


def idle_of(decide: Cuts, keys: Mapping[str, str]) -> set[str]:
    """The dials of the decision that a model does not read if these keys cut its sides."""
    return {_path(side, key) for side, spec in decide.items() for key in spec if key != keys[side]}


def given_points(decide: Cuts, changed: Collection[str]) -> set[str]:
    """The sides whose cut-off is one of the dials that were set: it is meant for whatever models are run."""
    return {side for side in decide if _path(side, "cutoff") in changed}


def _path(side: str, key: str) -> str:
    return f"decide.{side}_{key}" if key in ("cutoff", "grade") else f"decide.{key}"


def _assumed(path: str, value: object, unit: str, low: float, high: float) -> Dial:
    return Dial(path, cast("float", value), unit, "assumed", "assumed", (low, high), OURS).set(value)
