"""Regimes: what follows from a decision, as data.

Lists that a decision opens, agencies that copy a list and forget late, sanctions and rewards that an
agency or list brings, whom else in the household they reach, appeal, and how long an entry stands.
A regime acts on decisions and list membership, never on scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from synthetic.errors import InputError, check_keys, unknown
from synthetic.registry import find_toml, toml_names
from synthetic.source import Dial, check_source, dial, load_toml

FOLDER = Path(__file__).parent
DECISIONS = {"adverse": -1, "favored": 1}
FAMILY = ("none", "children", "all")
APPEAL = ("noticed", "notice_delay", "filed", "filed_true", "upheld", "upheld_true", "decision_delay")
EXPIRY = ("minor", "moderate", "serious")


@dataclass(frozen=True)
class ListClause:
    """A list: the decision (-1 or +1) that puts a person on it, and the months that nobody leaves before."""

    name: str
    enter: int
    stay: Dial


@dataclass(frozen=True)
class Agency:
    """An agency that copies a list after `delay` months and drops its copy `forgets` months after removal."""

    name: str
    copies: str
    delay: Dial
    forgets: Dial


@dataclass(frozen=True)
class Sanction:
    """What a list or an agency's copy of it brings, to whom, and which rates of conduct it multiplies."""

    name: str
    by: str
    subject: bool
    family: str
    reward: bool
    source: str
    reading: str
    raises: Mapping[str, Dial]


@dataclass(frozen=True)
class Regime:
    """A regime; `dials` holds its numbers by path, `regime.CLAUSE.KEY`."""

    name: str
    title: str
    claimed: str
    coupled: bool
    lists: tuple[ListClause, ...]
    agencies: tuple[Agency, ...]
    sanctions: tuple[Sanction, ...]
    numbers: Mapping[str, Dial]
    not_modelled: tuple[str, ...]

    @classmethod
    def load(cls, name: str | Path, *, beside: Path | None = None) -> Regime:
        """A regime by name or path. Raises InputError where the file is wrong."""
        path = find_toml("regime", name, FOLDER, beside)
        where = f"regime {path.stem}"
        table = check_keys(
            load_toml(path),
            (
                "title",
                "as_of",
                "claimed",
                "coupled",
                "not_modelled",
                "switches",
                "lists",
                "agencies",
                "sharing",
                "sanctions",
                "family",
                "expiry",
                "appeal",
            ),
            where,
        )
        if "title" not in table:
            raise InputError(f"{where} must have a title.")
        numbers: dict[str, Dial] = {}

        def number(value: object, clause: str, key: str) -> Dial:
            made = dial(value, f"regime.{clause}.{key}")
            numbers[made.path] = made
            return made

        for key, value in _table(table, "switches", where).items():
            numbers[f"regime.{key}.follows"] = dial(value, f"regime.{key}.follows")
        for clause, keys in (("sharing", ("share",)), ("family", ("share",)), ("expiry", EXPIRY), ("appeal", APPEAL)):
            for key, value in check_keys(table.get(clause, {}), keys, f"{where}, {clause}").items():
                number(value, clause, key)
        for key in EXPIRY:
            if f"regime.expiry.{key}" not in numbers:
                raise InputError(f"{where} must say in [expiry] how long a {key} entry stands.")
        lists = []
        for key, value in _table(table, "lists", where).items():
            part = check_keys(value, ("enter", "stay"), f"{where}, lists.{key}")
            if part.get("enter") not in DECISIONS:
                raise unknown(f"enter in {where}, lists.{key}", part.get("enter"), DECISIONS)
            lists.append(ListClause(key, DECISIONS[str(part["enter"])], number(part.get("stay"), key, "stay")))
        agencies = []
        for key, value in _table(table, "agencies", where).items():
            part = check_keys(value, ("copies", "delay", "forgets"), f"{where}, agencies.{key}")
            if part.get("copies") not in [one.name for one in lists]:
                raise unknown(
                    f"list copied in {where}, agencies.{key}", part.get("copies"), [one.name for one in lists]
                )
            agencies.append(
                Agency(
                    key,
                    str(part["copies"]),
                    number(part.get("delay"), key, "delay"),
                    number(part.get("forgets"), key, "forgets"),
                )
            )
        holders = [*(one.name for one in lists), *(one.name for one in agencies)]
        sanctions = []
        for key, value in _table(table, "sanctions", where).items():
            at = f"{where}, sanctions.{key}"
            part = check_keys(value, ("by", "subject", "family", "reward", "source", "reading", "raises"), at)
            if part.get("by") not in holders:
                raise unknown(f"by in {at}", part.get("by"), holders)
            if part.get("family", "none") not in FAMILY:
                raise unknown(f"family in {at}", part.get("family"), FAMILY)
            source, reading = check_source(part, at)
            raises = {kind: number(one, key, kind) for kind, one in _table(part, "raises", at).items()}
            sanctions.append(
                Sanction(
                    key,
                    str(part["by"]),
                    bool(part.get("subject", True)),
                    str(part.get("family", "none")),
                    bool(part.get("reward", False)),
                    source,
                    reading,
                    raises,
                )
            )
        return cls(
            path.stem,
            str(table["title"]),
            str(table.get("claimed", "")),
            bool(table.get("coupled", False)),
            tuple(lists),
            tuple(agencies),
            tuple(sanctions),
            numbers,
            tuple(str(line) for line in table.get("not_modelled", [])),  # type: ignore[attr-defined]
        )

    @property
    def dials(self) -> Mapping[str, Dial]:
        """Its numbers by path."""
        return self.numbers

    def set(self, values: Mapping[str, object]) -> Regime:
        """The same regime with some dials at other values."""
        return replace(self, numbers={p: d.set(values[p]) if p in values else d for p, d in self.numbers.items()})

    def value(self, clause: str, key: str, default: float = 0.0) -> float:
        """One of its numbers; the default where the regime has no such clause."""
        held = self.numbers.get(f"regime.{clause}.{key}")
        return default if held is None else float(held.value)

    def most_raised(self, kind: str) -> float:
        """The most by which all sanctions together can multiply the rate of a kind of conduct."""
        factor = 1.0
        for sanction in self.sanctions:
            if kind in sanction.raises:
                factor *= max(self.value(sanction.name, kind, 1.0), 1.0)
        return factor

    @property
    def follows(self) -> bool:
        """Whether anything follows from a low or high grade: every switch of the regime is on."""
        return all(bool(d.value) for path, d in self.numbers.items() if path.endswith(".follows"))


def _table(table: Mapping[str, object], key: str, where: str) -> dict[str, object]:
    part = table.get(key, {})
    return check_keys(part, part if isinstance(part, dict) else (), f"{where}, {key}")


def names() -> list[str]:
    """Every registered regime."""
    return toml_names(FOLDER)
