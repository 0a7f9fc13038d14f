"""Regimes: what follows from a decision, as data.

A regime has lists that people enter by a decision, after a time or on a repeat; agencies that copy a list and drop
their copy late; sanctions and rewards that a list or agency brings, and whom else they reach; gates that these close;
restoration, appeal and audit; entries that operators make without cause; and how people respond. A regime acts on
decisions and list membership, never on scores. `reading.py` describes the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from synthetic.errors import InputError
from synthetic.registry import toml_names
from synthetic.source import Dial

FOLDER = Path(__file__).parent
FAMILY = ("none", "children", "all")
TIES = ("kin", "colleagues", "acquaintances")
REACH = ("none", "children", "household", *TIES)
EXPIRY = ("minor", "moderate", "serious")

MOST_MISUSE = 3000.0
"""The largest rate of misuse in 1,000 person-months: the chance that a grid has over 4,096 such entries in a month,
more than an address can number, is then below 1e-60."""


@dataclass(frozen=True)
class ListClause:
    """A list: who enters it, and the months that members stay at least.

    People enter if their decision is `enter` (-1 or +1) for `after` months in a row. If `source` names another list,
    people enter who are on that one for `after` months, or for the `times`-th time. `quota`: the number of places, as
    a share of the scored. `secret`: members are not told.
    """

    name: str
    enter: int
    stay: Dial
    source: str = ""
    after: Dial | None = None
    times: Dial | None = None
    quota: Dial | None = None
    secret: bool = False


@dataclass(frozen=True)
class Agency:
    """An agency: it copies a list (or an agency's copy) after `delay` months and drops it `forgets` months late."""

    name: str
    copies: str
    delay: Dial
    forgets: Dial
    secret: bool = False


@dataclass(frozen=True)
class Sanction:
    """A sanction or reward that a list or agency brings: to whom, and which rates of conduct it multiplies.

    `reach`: whom else it affects, one of `REACH`. `gate`: the gate that a sanction closes, or whose fast lane a reward
    opens. `audience`: the parties who see it. `switch`: a switch of the regime that must be on, like the general
    ones. `adults`: it affects nobody under 18. `secret`: the person is not told. `said`: words for being under it that
    fit before "for 9 months"; for a reward, words for being without it.
    """

    name: str
    by: str
    subject: bool
    reach: str
    reward: bool
    source: str
    reading: str
    raises: Mapping[str, Dial]
    secret: bool = False
    gate: str = ""
    audience: tuple[str, ...] = ()
    switch: str = ""
    where: str = ""
    said: str = ""
    adults: bool = False

    @property
    def family(self) -> str:
        """The members of the household that it reaches: none, children, all."""
        return {"children": "children", "household": "all"}.get(self.reach, "none")


@dataclass(frozen=True)
class Gate:
    """A gate at which people ask for something: who asks, how often, and how long the queue takes."""

    name: str
    title: str
    who: str
    attempts: Dial
    wait: Dial | None = None
    lane: Dial | None = None


@dataclass(frozen=True)
class Debt:
    """A sum that is claimed from people who come onto a list: the sum, its penalty, and the months of repayment."""

    name: str
    by: str
    raised: Dial
    penalty: Dial
    months: Dial


@dataclass(frozen=True)
class Misuse:
    """Entries that an operator makes without cause: their kind, and the group at which more of them are aimed."""

    kind: str
    column: str = ""
    level: str = ""


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
    gates: tuple[Gate, ...] = ()
    debts: tuple[Debt, ...] = ()
    misused: Misuse | None = None

    def __post_init__(self) -> None:
        """Refuse misuse that is more frequent than the run can number."""
        rate, ratio = self.value("misuse", "rate"), max(self.value("misuse", "ratio", 1.0), 1.0)
        if rate * ratio > MOST_MISUSE:
            raise InputError(
                f"regime {self.name}, misuse: rate times ratio is {rate * ratio:g}, allowed: up to {MOST_MISUSE:g} "
                "entries per 1,000 person-months."
            )

    @property
    def dials(self) -> Mapping[str, Dial]:
        """The numbers of the regime by path."""
        return self.numbers

    def set(self, values: Mapping[str, object]) -> Regime:
        """The same regime with some dials at other values."""
        return replace(self, numbers={p: d.set(values[p]) if p in values else d for p, d in self.numbers.items()})

    def value(self, clause: str, key: str, default: float = 0.0) -> float:
        """One number of the regime; the default if the regime has no such clause."""
        held = self.numbers.get(f"regime.{clause}.{key}")
        return default if held is None else float(held.value)

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns of people that it reads: age, income if an appeal has a cost, whom misuse is aimed at."""
        aimed = self.misused.column if self.misused is not None and self.value("misuse", "rate") > 0 else ""
        return ("age", *["income"] * (self.value("appeal", "cost") > 0), *[aimed] * bool(aimed))

    def most_raised(self, kind: str) -> float:
        """The largest factor by which all sanctions together can multiply the rate of a kind of conduct."""
        factor = 1.0
        for sanction in self.sanctions:
            if kind in sanction.raises:
                factor *= max(self.value(sanction.name, kind, 1.0), 1.0)
        return factor

    @property
    def active(self) -> bool:
        """Whether the regime is active; if not, there are no lists, no sanctions and no responses to them."""
        held = self.numbers.get("regime.active")
        return held is None or bool(held.value)

    @property
    def follows(self) -> bool:
        """Whether anything follows from a low or high grade: the regime is active and some sanction is switched on.

        A sanction is on if every general switch is on, and its own switch if it names one.
        """
        return self._switched_on and (not self.sanctions or any(map(self.in_force, self.sanctions)))

    def in_force(self, sanction: Sanction) -> bool:
        """Whether a sanction is switched on: the general switches and its own switch are on."""
        return self._switched_on and (not sanction.switch or bool(self.value(sanction.switch, "follows")))

    @cached_property
    def _switched_on(self) -> bool:
        """Whether the regime is active and all general switches (those that no sanction names) are on."""
        own = {f"regime.{sanction.switch}.follows" for sanction in self.sanctions}
        general = (d for path, d in self.numbers.items() if path.endswith(".follows") and path not in own)
        return self.active and all(bool(d.value) for d in general)

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """Names of the lists and of the agencies that copy them, in the order of the bits of `History.lists`."""
        return (*(one.name for one in self.lists), *(one.name for one in self.agencies))

    @cached_property
    def adverse_holders(self) -> frozenset[str]:
        """Names of the lists that follow from an adverse decision, and of all copies of them, direct or indirect.

        >>> from testbed.regimes.reading import load_regime
        >>> sorted(load_regime("personnel-file").adverse_holders)
        ['employer', 'marked', 'next_employer']
        """
        found = {one.name for one in self.lists if one.enter < 0}
        for agency in self.agencies:
            found |= {agency.name} if agency.copies in found else set()
        return frozenset(found)

    @cached_property
    def ties(self) -> tuple[str, ...]:
        """Names of the ties by which a sanction in force reaches other households."""
        reached = {sanction.reach for sanction in self.sanctions if self.in_force(sanction)}
        return tuple(name for name in TIES if name in reached)

    @property
    def reaches_ties(self) -> bool:
        """Whether a listing reaches people of other households; it does so a month later."""
        return bool(self.ties)

    @cached_property
    def reaching_bits(self) -> np.uint16:
        """The mask of the lists and copies from which a sanction reaches the members' ties."""
        names = {one.by for one in self.sanctions if one.reach in TIES and self.in_force(one)}
        return np.uint16(sum(1 << bit for bit, name in enumerate(self.holders) if name in names))

    @cached_property
    def secret(self) -> frozenset[str]:
        """Names of the lists, agencies and sanctions of which the people affected are not told.

        A sanction by a secret list or agency is among them only if it is secret itself: people notice a refused ticket.
        """
        parts: list[ListClause | Agency | Sanction] = [*self.lists, *self.agencies, *self.sanctions]
        return frozenset(part.name for part in parts if part.secret)


def names() -> list[str]:
    """The names of the registered regimes, sorted."""
    return toml_names(FOLDER)
