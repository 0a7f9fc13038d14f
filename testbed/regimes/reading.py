"""The grammar of a regime's file: clauses with a source each, every number a dial `regime.CLAUSE.KEY`.

`title`, `as_of`, `claimed` (what the press or an essay says and no rule text), `coupled`, `not_modelled`; and clauses
(N: a number with its source):

* `[switches]` NAME = a true or false with its source. One that a sanction names is its own, the others are general.
* `[lists.NAME]` enter = "adverse" | "favored", or from = an earlier list; stay = N months at least; after = N months
  (of decisions in a row, or on the earlier list); times = N-th time on the earlier list; quota = N, the share of the
  scored for whom there is a place, where coupled = true; secret.
* `[agencies.NAME]` copies = a list or an earlier agency; delay, forgets = N months; secret. `[sharing]` share = N.
* `[sanctions.NAME]` by = a list or agency; source, reading, where; subject = false where others alone are met; reach =
  one of `REACH` (or family = "children" | "all"), reach_share = N of the ties; reward; gate; audience; switch; secret;
  adults = true where nobody under 18 is meant; said, in words; `[sanctions.NAME.raises]` KIND = N, the rate under it
  over the rate before. `[family]` share = N.
* `[gates.NAME]` title; who = "all" | "adults" | "children"; attempts = N a month; wait = N minutes, lane = N of them.
* `[debts.NAME]` by = a list; raised, penalty, months = N.
* `[misuse]` kind; column and level, with ratio = N; rate, logged, audited, reversal, answered = N.
* `[expiry]`, `[restoration]`, `[appeal]`, `[audit]`, `[response]`, `[moving]`: numbers alone, see `NUMBERS`; but for
  expiry and what is known of appeals they stand in `common/off.toml` and do nothing until a file or a dial says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml
from synthetic.source import Dial, check_source, dial, load_toml
from testbed.regimes.base import (
    EXPIRY,
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

DECISIONS = {"adverse": -1, "favored": 1}
WHO = ("all", "adults", "children")
WORDS = {
    "enter", "from", "copies", "title", "who", "by", "family", "reach", "source", "reading", "where", "gate", "switch",
    "said", "kind", "column", "level",
}  # fmt: skip
"""Keys of a clause that hold a text."""

BITS = 16
OFF = FOLDER / "common" / "off.toml"
NUMBERS: Mapping[str, tuple[str, ...]] = {
    "sharing": ("share",),
    "family": ("share",),
    "expiry": EXPIRY,
    "appeal": (
        "noticed", "notice_delay", "filed", "filed_true", "upheld", "upheld_true", "decision_delay", "cost", "bearable",
    ),
    "restoration": (*EXPIRY, "requested", "granted"),
    "audit": ("found",),
    "response": (
        "belief", "chilling", "belief_from", "belief_until", "half_life", "heeded", "adaptation", "avoidance",
    ),
    "moving": ("rate", "listed_ratio", "record_follows"),
    "misuse": ("rate", "ratio", "logged", "audited", "reversal", "answered"),
}  # fmt: skip
"""Clauses that hold nothing but numbers, and their keys."""

TEXTS = {"misuse": ("kind", "column", "level")}
KEYS = (
    "title", "as_of", "claimed", "coupled", "not_modelled", "switches", "lists", "agencies", "sanctions", "gates",
    "debts", *NUMBERS,
)  # fmt: skip


@cache
def common() -> Mapping[str, dict[str, object]]:
    """The clauses that every regime has, off in the base case."""
    return {clause: dict(part) for clause, part in load_toml(OFF).items() if isinstance(part, dict)}


class _Reader:
    """One file as it is read: its tables, and the numbers met so far."""

    def __init__(self, path: Path) -> None:
        self.name, self.where = path.stem, f"regime {path.stem}"
        self.table = check_keys(load_toml(path), KEYS, self.where)
        if "title" not in self.table:
            raise InputError(f"{self.where} must have a title.")
        self.coupled = self.flag(self.table, "coupled", self.where)
        on = Dial("regime.active", True, "switch", "assumed", "assumed", None, "a choice of the experiment")
        self.numbers: dict[str, Dial] = {on.path: on}

    def number(self, value: object, clause: str, key: str) -> Dial:
        """A number of the file as a dial: at least 0."""
        made = self.sourced(value, clause, key)
        if isinstance(made.value, bool | str) or made.value < 0:
            raise InputError(f"{made.path}: the value is {made.value!r}, allowed: a number from 0 on.")
        return made

    def sourced(self, value: object, clause: str, key: str) -> Dial:
        """A number or switch of the file as a dial."""
        if isinstance(value, dict):
            for word in ("source", "reading"):
                _text(value.get(word, ""), f"regime.{clause}.{key}, {word}")
        made = dial(value, f"regime.{clause}.{key}")
        if made.path in self.numbers:
            raise InputError(f"{self.where}: two clauses are named {clause!r} and both have {key!r}; rename one.")
        self.numbers[made.path] = made
        return made

    def maybe(self, part: Mapping[str, object], clause: str, key: str) -> Dial | None:
        return self.number(part[key], clause, key) if key in part else None

    def flag(self, part: Mapping[str, object], key: str, where: str) -> bool:
        value = part.get(key, False)
        if not isinstance(value, bool):
            raise InputError(f"{where}: {key} is {value!r}, allowed: true, false.")
        return value

    def parts(self, key: str, allowed: tuple[str, ...]) -> Iterator[tuple[str, dict[str, object], str]]:
        """The clauses of one kind: name, table, where it stands."""
        held = self.table.get(key, {})
        for name, part in check_keys(held, held if isinstance(held, dict) else (), f"{self.where}, {key}").items():
            at = f"{self.where}, {key}.{name}"
            clause = check_keys(part, allowed, at)
            for word in WORDS.intersection(clause):
                _text(clause[word], f"{at}, {word}")
            yield name, clause, at

    def plain(self) -> None:
        """Switches, and the clauses of numbers alone."""
        held = self.table.get("switches", {})
        for name, value in check_keys(held, held if isinstance(held, dict) else (), f"{self.where}, switches").items():
            if not isinstance(self.sourced(value, name, "follows").value, bool):
                raise InputError(f"{self.where}, switches.{name}: the value must be true or false.")
        for clause, keys in NUMBERS.items():
            texts = TEXTS.get(clause, ())
            part = check_keys(self.table.get(clause, {}), (*keys, *texts), f"{self.where}, {clause}")
            for key, value in {**common().get(clause, {}), **part}.items():
                if key not in texts:
                    self.number(value, clause, key)
        for key in EXPIRY:
            if f"regime.expiry.{key}" not in self.numbers:
                raise InputError(f"{self.where} must say in [expiry] how long a {key} entry stands.")

    def lists(self) -> tuple[ListClause, ...]:
        made: list[ListClause] = []
        allowed = ("enter", "from", "after", "times", "stay", "quota", "secret")
        for key, part, at in self.parts("lists", allowed):
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
            if "quota" in part and not self.coupled:
                raise InputError(f"{at} has a quota, which couples everybody, so the file must say coupled = true.")
            source = str(part.get("from", ""))
            enter = next(one.enter for one in made if one.name == source) if source else DECISIONS[str(part["enter"])]
            made.append(
                ListClause(
                    key,
                    enter,
                    self.number(part.get("stay"), key, "stay"),
                    source,
                    self.maybe(part, key, "after"),
                    self.maybe(part, key, "times"),
                    self.maybe(part, key, "quota"),
                    self.flag(part, "secret", at),
                )
            )
        return tuple(made)

    def agencies(self, lists: tuple[ListClause, ...]) -> tuple[Agency, ...]:
        made: list[Agency] = []
        for key, part, at in self.parts("agencies", ("copies", "delay", "forgets", "secret")):
            known = [*(one.name for one in lists), *(one.name for one in made)]
            if part.get("copies") not in known:
                raise unknown(f"list copied in {at}", part.get("copies"), known)
            if key in known:
                raise InputError(f"{at}: a list or agency of that name stands before it.")
            delay, forgets = (self.number(part.get(name), key, name) for name in ("delay", "forgets"))
            made.append(Agency(key, str(part["copies"]), delay, forgets, self.flag(part, "secret", at)))
        return tuple(made)

    def gates(self) -> tuple[Gate, ...]:
        made = []
        for key, part, at in self.parts("gates", ("title", "who", "attempts", "wait", "lane")):
            who = str(part.get("who", "all"))
            if who not in WHO:
                raise unknown(f"who in {at}", who, WHO)
            if ("wait" in part) != ("lane" in part):
                raise InputError(
                    f"{at}: 'wait' (minutes in the queue) and 'lane' (the favored share of it) go together."
                )
            attempts = self.number(part.get("attempts"), key, "attempts")
            wait, lane = (self.maybe(part, key, name) for name in ("wait", "lane"))
            made.append(Gate(key, str(part.get("title", key.replace("_", " "))), who, attempts, wait, lane))
        return tuple(made)

    def sanctions(self, holders: list[str], gates: list[str]) -> tuple[Sanction, ...]:
        allowed = (
            "by", "subject", "family", "reach", "reach_share", "reward", "source", "reading", "where", "raises",
            "secret", "gate", "audience", "switch",
            "said", "adults",
        )  # fmt: skip
        made = []
        for key, part, at in self.parts("sanctions", allowed):
            if part.get("by") not in holders:
                raise unknown(f"by in {at}", part.get("by"), holders)
            if "gate" in part and part["gate"] not in gates:
                raise unknown(f"gate in {at}", part["gate"], gates)
            switch = str(part.get("switch", ""))
            if switch and f"regime.{switch}.follows" not in self.numbers:
                raise unknown(f"switch in {at}", switch, [p.split(".")[1] for p in self.numbers if "follows" in p])
            source, reading = check_source(part, at)
            held = part.get("raises", {})
            raises = check_keys(held, held if isinstance(held, dict) else (), f"{at}, raises")
            reach = self.reach(part, key, at)
            made.append(
                Sanction(
                    key,
                    str(part["by"]),
                    self.flag({"subject": True, **part}, "subject", at),
                    reach,
                    self.flag(part, "reward", at),
                    source,
                    reading,
                    {kind: self.number(one, key, kind) for kind, one in raises.items()},
                    self.flag(part, "secret", at),
                    str(part.get("gate", "")),
                    _words(part.get("audience", []), f"{at}, audience"),
                    switch,
                    str(part.get("where", "")),
                    str(part.get("said", f"no {key.replace('_', ' ')}")),
                    self.flag(part, "adults", at),
                )
            )
        return tuple(made)

    def reach(self, part: Mapping[str, object], key: str, at: str) -> str:
        """Whom else a sanction reaches; `family` is the older word for those of the household."""
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
            self.number(part["reach_share"], key, "reach_share")
        return str(reach)

    def debts(self, lists: list[str]) -> tuple[Debt, ...]:
        made = []
        for key, part, at in self.parts("debts", ("by", "raised", "penalty", "months")):
            if part.get("by") not in lists:
                raise unknown(f"by in {at}", part.get("by"), lists)
            raised, penalty, months = (
                self.number(part.get(name), key, name) for name in ("raised", "penalty", "months")
            )
            made.append(Debt(key, str(part["by"]), raised, penalty, months))
        return tuple(made)

    def misuse(self) -> Misuse | None:
        part = self.table.get("misuse")
        if not isinstance(part, dict):
            return None
        at = f"{self.where}, misuse"
        for key in ("kind", "rate", "logged", "audited", "reversal", "answered"):
            if key not in part:
                raise InputError(f"{at} must have {key!r}.")
        if ("column" in part) != ("level" in part) or ("column" in part) != ("ratio" in part):
            raise InputError(f"{at}: 'column', 'level' and 'ratio' say together at whom it is aimed.")
        for word in WORDS.intersection(part):
            _text(part[word], f"{at}, {word}")
        return Misuse(str(part["kind"]), str(part.get("column", "")), str(part.get("level", "")))


def load_regime(name: str | Path, *, beside: Path | None = None) -> Regime:
    """A regime by name or path. Raises InputError where the file is wrong."""
    path = find_toml("regime", name, FOLDER, beside)
    reader = _Reader(path)
    reader.plain()
    lists = reader.lists()
    agencies = reader.agencies(lists)
    gates = reader.gates()
    holders = [*(one.name for one in lists), *(one.name for one in agencies)]
    sanctions = reader.sanctions(holders, [one.name for one in gates])
    for noun, found in (("lists and agencies", holders), ("sanctions", [one.name for one in sanctions])):
        if len(found) > BITS:
            raise InputError(f"{reader.where} has {len(found)} {noun}, allowed: {BITS}.")
    table = reader.table
    return Regime(
        path.stem,
        str(table["title"]),
        str(table.get("claimed", "")),
        reader.coupled,
        lists,
        agencies,
        sanctions,
        reader.numbers,
        _words(table.get("not_modelled", []), f"{reader.where}, not_modelled"),
        gates,
        reader.debts([one.name for one in lists]),
        reader.misuse(),
    )


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"{where} must be a text, found {value!r}.")
    return value


def _words(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise InputError(f"{where} must be a list of texts, found {value!r}.")
    return tuple(value)
