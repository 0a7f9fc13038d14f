"""Reading a regime's file. Each clause has a source, and each number is a dial `regime.CLAUSE.KEY`.

What the clauses are and say stands in `clauses`. Those that `common/off.toml` gives do nothing until a file or a dial
sets them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml
from synthetic.source import check_source
from testbed.regimes.base import (
    FAMILY,
    FOLDER,
    REACH,
    TIES,
    Agency,
    Debt,
    Gate,
    ListClause,
    Misuse,
    Regime,
    Sanction,
)
from testbed.regimes.clauses import AGENCY, DEBT, GATE, LIST, SANCTION
from testbed.regimes.regime_file import WORDS, RegimeFile, text, texts

DECISIONS = {"adverse": -1, "favored": 1}
WHO = ("all", "adults", "children")
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
        str(table["title"]),
        str(table.get("claimed", "")),
        file.coupled,
        lists,
        agencies,
        sanctions,
        file.numbers,
        texts(table.get("not_modelled", []), f"{file.where}, not_modelled"),
        gates,
        _debts(file, [one.name for one in lists]),
        _misuse(file),
    )


def _lists(file: RegimeFile) -> tuple[ListClause, ...]:
    made: list[ListClause] = []
    for key, part, at in file.parts("lists", LIST):
        earlier = [one.name for one in made]
        if ("enter" in part) == ("from" in part):
            raise InputError(f"{at} must have one of 'enter' (a decision) and 'from' (an earlier list).")
        if "enter" in part and part["enter"] not in DECISIONS:
            raise unknown(f"enter in {at}", part["enter"], DECISIONS)
        if "from" in part and part["from"] not in earlier:
            raise unknown(f"earlier list in {at}", part["from"], earlier)
        if "from" in part and not {"after", "times"} & set(part):
            raise InputError(f"{at} follows from a list, so it must have 'after' or 'times'.")
        if "enter" in part and "times" in part:
            raise InputError(f"{at}: 'times' counts listings, so it goes with 'from'.")
        if "quota" in part and not file.coupled:
            raise InputError(
                f"{at} has a quota, so one person's listing affects others; the file must say coupled = true."
            )
        source = str(part.get("from", ""))
        enter = next(one.enter for one in made if one.name == source) if source else DECISIONS[str(part["enter"])]
        made.append(
            ListClause(
                key,
                enter,
                file.number(part.get("stay"), key, "stay"),
                source,
                file.maybe(part, key, "after"),
                file.maybe(part, key, "times"),
                file.maybe(part, key, "quota"),
                file.flag(part, "secret", at),
            )
        )
    return tuple(made)


def _agencies(file: RegimeFile, lists: tuple[ListClause, ...]) -> tuple[Agency, ...]:
    made: list[Agency] = []
    for key, part, at in file.parts("agencies", AGENCY):
        known = [*(one.name for one in lists), *(one.name for one in made)]
        if part.get("copies") not in known:
            raise unknown(f"list copied in {at}", part.get("copies"), known)
        if key in known:
            raise InputError(f"{at}: an earlier list or agency has the same name.")
        delay, forgets = (file.number(part.get(name), key, name) for name in ("delay", "forgets"))
        made.append(Agency(key, str(part["copies"]), delay, forgets, file.flag(part, "secret", at)))
    return tuple(made)


def _gates(file: RegimeFile) -> tuple[Gate, ...]:
    made = []
    for key, part, at in file.parts("gates", GATE):
        who = str(part.get("who", "all"))
        if who not in WHO:
            raise unknown(f"who in {at}", who, WHO)
        if ("wait" in part) != ("lane" in part):
            raise InputError(f"{at}: 'wait' (minutes in the queue) and 'lane' (the favored share of it) go together.")
        attempts = file.number(part.get("attempts"), key, "attempts")
        wait, lane = (file.maybe(part, key, name) for name in ("wait", "lane"))
        made.append(Gate(key, str(part.get("title", key.replace("_", " "))), who, attempts, wait, lane))
    return tuple(made)


def _sanctions(file: RegimeFile, holders: list[str], gates: list[str]) -> tuple[Sanction, ...]:
    made = []
    for key, part, at in file.parts("sanctions", SANCTION):
        if part.get("by") not in holders:
            raise unknown(f"by in {at}", part.get("by"), holders)
        if "gate" in part and part["gate"] not in gates:
            raise unknown(f"gate in {at}", part["gate"], gates)
        switch = str(part.get("switch", ""))
        if switch and f"regime.{switch}.follows" not in file.numbers:
            raise unknown(f"switch in {at}", switch, [p.split(".")[1] for p in file.numbers if "follows" in p])
        source, reading = check_source(part, at)
        held = part.get("raises", {})
        raises = check_keys(held, held if isinstance(held, dict) else (), f"{at}, raises")
        reach = _reach(file, part, key, at)
        made.append(
            Sanction(
                key,
                str(part["by"]),
                file.flag({"subject": True, **part}, "subject", at),
                reach,
                file.flag(part, "reward", at),
                source,
                reading,
                {kind: file.number(one, key, kind) for kind, one in raises.items()},
                file.flag(part, "secret", at),
                str(part.get("gate", "")),
                texts(part.get("audience", []), f"{at}, audience"),
                switch,
                str(part.get("where", "")),
                str(part.get("said", f"no {key.replace('_', ' ')}")),
                file.flag(part, "adults", at),
            )
        )
    return tuple(made)


def _reach(file: RegimeFile, part: Mapping[str, object], key: str, at: str) -> str:
    """Whom else a sanction reaches; `family` is the older key for people of the household."""
    if "family" in part and "reach" in part:
        raise InputError(f"{at} must have one of 'family' and 'reach', found both.")
    if part.get("family", "none") not in FAMILY:
        raise unknown(f"family in {at}", part.get("family"), FAMILY)
    reach = part.get("reach", {"children": "children", "all": "household"}.get(str(part.get("family")), "none"))
    if reach not in REACH:
        raise unknown(f"reach in {at}", reach, REACH)
    if "reach_share" in part:
        if reach not in TIES:
            raise InputError(f"{at}: reach_share is a share of ties, so reach must be one of {', '.join(TIES)}.")
        file.number(part["reach_share"], key, "reach_share")
    return str(reach)


def _debts(file: RegimeFile, lists: list[str]) -> tuple[Debt, ...]:
    made = []
    for key, part, at in file.parts("debts", DEBT):
        if part.get("by") not in lists:
            raise unknown(f"by in {at}", part.get("by"), lists)
        raised, penalty, months = (file.number(part.get(name), key, name) for name in ("raised", "penalty", "months"))
        made.append(Debt(key, str(part["by"]), raised, penalty, months))
    return tuple(made)


def _misuse(file: RegimeFile) -> Misuse | None:
    part = file.table.get("misuse")
    if not isinstance(part, dict):
        return None
    at = f"{file.where}, misuse"
    for key in ("kind", "rate", "logged", "audited", "reversal", "answered"):
        if key not in part:
            raise InputError(f"{at} must have {key!r}.")
    if ("column" in part) != ("level" in part) or ("column" in part) != ("ratio" in part):
        raise InputError(
            f"{at}: 'column', 'level' and 'ratio' must be given together: they say at whom misuse is aimed."
        )
    for word in WORDS.intersection(part):
        text(part[word], f"{at}, {word}")
    return Misuse(str(part["kind"]), str(part.get("column", "")), str(part.get("level", "")))
