"""Reading a regime's file. Each clause has a source, and each number is a dial `regime.CLAUSE.KEY`.

What the clauses are and say stands in `clauses`. Those that `common/off.toml` gives do nothing until a file or a dial
sets them.
"""

# Any: a table of a file holds values of many types; a schema has checked each of them.
from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from synthetic.errors import InputError, unknown
from synthetic.registry import find_toml
from synthetic.source import check_source
from testbed.regimes.base import (
    FOLDER,
    TIES,
    Agency,
    Debt,
    Gate,
    ListClause,
    Misuse,
    Regime,
    Sanction,
)
from testbed.regimes.clauses import DECISIONS
from testbed.regimes.regime_file import RegimeFile

BITS = 16


def load_regime(name: str | Path, *, beside: Path | None = None) -> Regime:
    """A regime by name or path. Raises InputError if the file is wrong."""
    path = find_toml("regime", name, FOLDER, beside)
    file = RegimeFile(path)
    file.plain()
    lists = _lists(file)
    agencies = _agencies(file, lists)
    gates = _gates(file)
    holders = [*(one.name for one in lists), *(one.name for one in agencies)]
    sanctions = _sanctions(file, holders, [one.name for one in gates])
    for noun, found in (("lists and agencies", holders), ("sanctions", [one.name for one in sanctions])):
        if len(found) > BITS:
            raise InputError(f"{file.where} has {len(found)} {noun}, allowed: {BITS}.")
    table = file.table
    return Regime(
        path.stem,
        table["title"],
        table.get("claimed", ""),
        table["coupled"],
        lists,
        agencies,
        sanctions,
        file.numbers,
        table["not_modelled"],
        gates,
        _debts(file, [one.name for one in lists]),
        _misuse(file),
    )


def _lists(file: RegimeFile) -> tuple[ListClause, ...]:
    made: list[ListClause] = []
    for key, part in file.table["lists"].items():
        at = f"{file.where}, lists.{key}"
        earlier = [one.name for one in made]
        if ("enter" in part) == ("from" in part):
            raise InputError(f"{at} must have one of 'enter' (a decision) and 'from' (an earlier list).")
        if "from" in part and part["from"] not in earlier:
            raise unknown(f"earlier list in {at}", part["from"], earlier)
        if "from" in part and not {"after", "times"} & set(part):
            raise InputError(f"{at} follows from a list, so it must have 'after' or 'times'.")
        if "enter" in part and "times" in part:
            raise InputError(f"{at}: 'times' counts listings, so it goes with 'from'.")
        if "quota" in part and not file.table["coupled"]:
            raise InputError(
                f"{at} has a quota, so one person's listing affects others; the file must say coupled = true."
            )
        source = part.get("from", "")
        enter = next(one.enter for one in made if one.name == source) if source else DECISIONS[part["enter"]]
        made.append(
            ListClause(
                key,
                enter,
                file.number(part, key, "stay"),
                source,
                file.maybe(part, key, "after"),
                file.maybe(part, key, "times"),
                file.maybe(part, key, "quota"),
                part["secret"],
            )
        )
    return tuple(made)


def _agencies(file: RegimeFile, lists: tuple[ListClause, ...]) -> tuple[Agency, ...]:
    made: list[Agency] = []
    for key, part in file.table["agencies"].items():
        at = f"{file.where}, agencies.{key}"
        known = [*(one.name for one in lists), *(one.name for one in made)]
        if part["copies"] not in known:
            raise unknown(f"list copied in {at}", part["copies"], known)
        if key in known:
            raise InputError(f"{at}: an earlier list or agency has the same name.")
        delay, forgets = (file.number(part, key, name) for name in ("delay", "forgets"))
        made.append(Agency(key, part["copies"], delay, forgets, part["secret"]))
    return tuple(made)


def _gates(file: RegimeFile) -> tuple[Gate, ...]:
    made = []
    for key, part in file.table["gates"].items():
        at = f"{file.where}, gates.{key}"
        if ("wait" in part) != ("lane" in part):
            raise InputError(f"{at}: 'wait' (minutes in the queue) and 'lane' (the favored share of it) go together.")
        attempts = file.number(part, key, "attempts")
        wait, lane = (file.maybe(part, key, name) for name in ("wait", "lane"))
        made.append(Gate(key, part.get("title", key.replace("_", " ")), part["who"], attempts, wait, lane))
    return tuple(made)


def _sanctions(file: RegimeFile, holders: list[str], gates: list[str]) -> tuple[Sanction, ...]:
    made = []
    for key, part in file.table["sanctions"].items():
        at = f"{file.where}, sanctions.{key}"
        if part["by"] not in holders:
            raise unknown(f"by in {at}", part["by"], holders)
        if "gate" in part and part["gate"] not in gates:
            raise unknown(f"gate in {at}", part["gate"], gates)
        switch = part.get("switch", "")
        if switch and f"regime.{switch}.follows" not in file.numbers:
            raise unknown(f"switch in {at}", switch, [p.split(".")[1] for p in file.numbers if "follows" in p])
        source, reading = check_source(part, at)
        reach = _reach(file, part, key, at)
        made.append(
            Sanction(
                key,
                part["by"],
                part["subject"],
                reach,
                part["reward"],
                source,
                reading,
                {kind: file.number(part["raises"], key, kind) for kind in part["raises"]},
                part["secret"],
                part.get("gate", ""),
                part["audience"],
                switch,
                part.get("where", ""),
                part.get("said", f"no {key.replace('_', ' ')}"),
                part["adults"],
            )
        )
    return tuple(made)


def _reach(file: RegimeFile, part: Mapping[str, Any], key: str, at: str) -> str:
    """Whom else a sanction reaches; `family` is the older key for people of the household."""
    if "family" in part and "reach" in part:
        raise InputError(f"{at} must have one of 'family' and 'reach', found both.")
    reach: str = part.get("reach", {"children": "children", "all": "household"}.get(part.get("family", ""), "none"))
    if "reach_share" in part:
        if reach not in TIES:
            raise InputError(f"{at}: reach_share is a share of ties, so reach must be one of {', '.join(TIES)}.")
        file.number(part, key, "reach_share")
    return reach


def _debts(file: RegimeFile, lists: list[str]) -> tuple[Debt, ...]:
    made = []
    for key, part in file.table["debts"].items():
        at = f"{file.where}, debts.{key}"
        if part["by"] not in lists:
            raise unknown(f"by in {at}", part["by"], lists)
        raised, penalty, months = (file.number(part, key, name) for name in ("raised", "penalty", "months"))
        made.append(Debt(key, part["by"], raised, penalty, months))
    return tuple(made)


def _misuse(file: RegimeFile) -> Misuse | None:
    part = file.table.get("misuse")
    if part is None:
        return None
    if ("column" in part) != ("level" in part) or ("column" in part) != ("ratio" in part):
        raise InputError(
            f"{file.where}, misuse: 'column', 'level' and 'ratio' must be given together: they say at whom misuse is "
            "aimed."
        )
    return Misuse(part["kind"], part.get("column", ""), part.get("level", ""))
