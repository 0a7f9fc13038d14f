"""Rights that can be granted in a scenario: which dials each one moves, and how far.

A right is granted in full, as far as the ranges of the dials allow: what comes out is the most that it can change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from synthetic.errors import unknown

if TYPE_CHECKING:
    from testbed.scenarios.base import Scenario

GRANTS: Mapping[str, str] = {
    "own_record": "people see the entries in force about themselves",
    "rules": "the rules, their weights and the cut-offs are published",
    "reasons": "people are told the reasons for adverse and for favorable decisions",
    "notice": "people are told of every entry and decision, and come to know of as many entries, as early, as the "
    "range allows",
    "contest": "a contest costs nothing, and as many are filed as the range allows, of wrong and of true entries",
}
"""The rights that can be granted, by name, each with what it gives."""

EACH, ALL = "each", "all"
"""What a user writes for every right, and the name of all granted rights together."""

SHOWN: Mapping[str, tuple[str, ...]] = {
    "own_record": ("own_record",),
    "rules": ("rules", "weights", "cutoffs"),
    "reasons": ("reasons_adverse", "reasons_favorable"),
    "notice": ("notice_of_entry", "notice_of_decision"),
    "contest": (),
}
"""The rights of a disclosure that each one switches on."""

APPEAL: Mapping[str, Mapping[str, int]] = {
    "notice": {"noticed": 1, "notice_delay": 0},
    "contest": {"filed": 1, "filed_true": 1, "cost": 0},
}
"""The numbers of the clause on appeals that a right moves: to the top of their range (1), or to the bottom (0)."""

NO_APPEAL = "nobody decides on a contest: the scenario's regime has no clause on appeals that upholds any"


@dataclass(frozen=True)
class Grant:
    """One or several rights granted in a scenario.

    name: the right, or "all". dials: those that change, with their new values; none if the right is granted already.
    scenario: the name of the scenario in which it is granted. why: why it cannot be granted; "" if it can.
    """

    name: str
    dials: Mapping[str, object]
    scenario: str
    why: str = ""


def rights_asked(wanted: str | Iterable[str]) -> tuple[str, ...]:
    """The rights that a user names, in the order of `GRANTS`; "each" stands for every one.

    Raises InputError for another name.

    >>> rights_asked("contest,rules"), rights_asked(["each"]) == tuple(GRANTS)
    (('rules', 'contest'), True)
    """
    texts = [wanted] if isinstance(wanted, str) else list(wanted)
    names = [name.strip() for text in texts for name in str(text).split(",") if name.strip()]
    for name in names:
        if name not in (*GRANTS, EACH):
            raise unknown("right to grant", name, (*GRANTS, EACH))
    return tuple(name for name in GRANTS if name in names or EACH in names)


def rungs(scenario: Scenario, rights: Iterable[str]) -> tuple[Grant, ...]:
    """The rights one at a time, then all that can be granted together, if they are several.

    >>> from testbed.scenarios import Scenario
    >>> steps = rungs(Scenario.load("rongcheng"), ["own_record", "rules"])
    >>> [(one.name, dict(one.dials)) for one in steps[:2]]
    [('own_record', {'disclosure.own_record': True}), ('rules', {})]
    >>> steps[2].scenario
    'rongcheng{disclosure.own_record=on}'
    """
    alone = [_granted(scenario, right) for right in rights]
    if len(alone) < 2:
        return tuple(alone)
    together = {path: value for one in alone if not one.why for path, value in one.dials.items()}
    none = "" if any(not one.why for one in alone) else "no right of these can be granted here"
    return (*alone, Grant(ALL, together, _named(scenario, together), none))


def _granted(scenario: Scenario, right: str) -> Grant:
    """One right in a scenario."""
    dials: dict[str, object] = {f"disclosure.{name}": True for name in SHOWN[right]}
    for key, top in APPEAL.get(right, {}).items():
        dial = scenario.dials.get(f"regime.appeal.{key}")
        if dial is not None:
            low, high = dial.range or (0.0, 1.0)
            dials[dial.path] = min(high, 1.0) if top else low  # what goes up is a share
    if right == "contest" and not scenario.regime.value("appeal", "upheld"):
        asked = {"regime.appeal.filed": 1, **dials}
        return Grant(right, {}, _named(scenario, asked), NO_APPEAL)
    now = scenario.dials
    changed = {path: value for path, value in dials.items() if now[path].value != value}
    return Grant(right, changed, _named(scenario, changed))


def _named(scenario: Scenario, dials: Mapping[str, object]) -> str:
    """The name of the scenario with these dials, also where it does not have them all."""
    made = scenario.set({path: value for path, value in dials.items() if path in scenario.dials})
    missing = {path: value for path, value in dials.items() if path not in scenario.dials}
    return replace(made, changed={**made.changed, **missing}).name
