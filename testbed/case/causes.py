"""What a group attribute causes in a world, and what reads it: whether people's own group can change their decision.

What it causes is asked of the recipe: the columns that differ if some people had another group and all else, all draws
included, were the same. What reads them is declared: conduct, channels, the operator's aim, and the scheme.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from testbed.case.case import Case
from testbed.case.conduct import kinds_read

SHOWN = 3
"""So many names of one sort are told."""


def caused(case: Case, attribute: str) -> frozenset[str]:
    """The columns that a group attribute changes, itself included: those that differ if half of the people had it.

    >>> from testbed.case import run_case
    >>> sorted(caused(run_case("rongcheng", people=2048, periods=2), "community"))
    ['community']
    """
    society = case.society
    levels = society.levels[attribute] or ()
    found = {attribute}
    if attribute in case.scenario.recipe.variables:
        for part in (0, 1):
            people = society.ids[society.household % 2 == part]
            for level in levels:
                made = society.assigned(attribute, level, people)
                found |= {name for name, column in society.columns.items() if not np.array_equal(column, made[name])}
    return frozenset(found)


def readers(case: Case, columns: Iterable[str]) -> dict[str, list[str]]:
    """What reads these columns on the way to a decision, by sort; only what can reach the scheme.

    conduct: kinds whose rate depends on one. channel: channels that record otherwise by one. operator: whether entries
    without cause are aimed by one. scheme: columns that the institution holds and the scheme reads. regime: columns on
    which appeals and sanctions depend.
    """
    columns, scenario, scheme = frozenset(columns), case.scenario, case.scheme
    kinds = [scenario.conduct[code] for code in kinds_read(case)]
    names = {kind.name for kind in kinds}
    told = getattr(scheme.scorer.model, "reads", None)
    seen = [name for name in scenario.held if name in scheme.scorer.columns and (told is None or name in told)]
    regime, aim = scenario.regime, scenario.regime.misused
    aims = aim is not None and aim.kind in names and scenario.errors and regime.value("misuse", "rate") > 0
    aims = aims and aim is not None and aim.column in columns and regime.value("misuse", "ratio", 1.0) != 1
    channels = [one if scenario.errors else one.faithful() for one in scenario.channels]
    return {
        "conduct": [
            kind.name
            for kind in kinds
            if "age" in columns or any(part.on in columns and part.ratio.value != 1 for part in kind.depends)
        ],
        "channel": [one.name for one in channels if one.heeds & columns and names.intersection(one.kinds)],
        "operator": ["aim"] if aims else [],
        "scheme": [name for name in seen if name in columns],
        "regime": [name for name in regime.reads if name in columns and not (aim is not None and name == aim.column)],
    }


def unread(case: Case, attribute: str) -> bool:
    """Whether nothing on the way to a decision reads what the attribute causes: its effect is 0 by construction."""
    return not any(readers(case, caused(case, attribute)).values())


def causes_said(case: Case, attribute: str) -> str:
    """What the attribute causes that decisions can rest on, in words.

    >>> from testbed.case import run_case
    >>> causes_said(run_case("rongcheng", people=2048, periods=2), "community")
    'in this recipe community causes nothing that decisions rest on but what the channel cameras records'
    """
    if why := case.scenario.recipe.fixed(attribute):
        return why
    found = readers(case, caused(case, attribute))
    said = []
    if found["conduct"]:
        said.append(f"how often people commit {_named(found['conduct'], 'kinds of acts')}")
    if found["channel"]:
        said.append(f"what {_channels(found['channel'])}")
    if found["operator"]:
        said.append("at whom operators aim entries without cause")
    if found["scheme"]:
        said.append(f"what the scheme reads of {_named(found['scheme'], 'columns')}")
    if found["regime"]:
        said.append(f"what appeals and sanctions depend on, {_named(found['regime'], 'columns')}")
    if said:
        return f"in this recipe {attribute} causes nothing that decisions rest on but {' and '.join(said)}"
    return (
        f"in this recipe {attribute} causes nothing that decisions rest on, so that its effect is 0 by construction "
        "and the spurious gap is the whole gap"
    )


def _channels(names: list[str]) -> str:
    if len(names) == 1:
        return f"the channel {_named(names, '')} records"
    return f"{'' if len(names) > SHOWN else 'the channels '}{_named(names, 'channels')} record"


def _named(names: list[str], many: str) -> str:
    shown = ", ".join(name.replace("_", " ") for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{len(names)} {many}"
