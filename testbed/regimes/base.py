"""Regimes: what follows from a decision, as data.

Lists that a decision, time or a repeat opens; agencies that copy a list and forget late; sanctions and rewards
that an agency or list brings, and whom else they reach; gates that they close; restoration, appeal and audit;
what operators do without cause; how people respond. A regime acts on decisions and list membership, never on
scores. `reading.py` describes the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from synthetic.registry import toml_names
from synthetic.source import Dial

FOLDER = Path(__file__).parent
FAMILY = ("none", "children", "all")
TIES = ("kin", "colleagues", "acquaintances")
REACH = ("none", "children", "household", *TIES)
EXPIRY = ("minor", "moderate", "serious")


@dataclass(frozen=True)
class ListClause:
    """A list, and the months that nobody leaves before.

    It takes those whose decision is `enter` (-1 or +1) for `after` months in a row; or, where `source` names another
    list, those on that one who have been on it for `after` months, or for the `times`-th time. `quota`: the places,
    as a share of the scored. `secret`: its members are not told.
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
    """An agency that copies a list (or an agency's copy) after `delay` months and drops it `forgets` months late."""

    name: str
    copies: str
    delay: Dial
    forgets: Dial
    secret: bool = False


@dataclass(frozen=True)
class Sanction:
    """What a list or an agency's copy of it brings, to whom, and which rates of conduct it multiplies.

    `reach`: whom else it meets, one of `REACH`. `gate`: the gate that it closes, or, of a reward, whose fast lane it
    opens. `audience`: the parties who see it. `switch`: the switch of the regime that it hangs on, beside the general
    ones. `adults`: nobody under 18 is under it. `secret`: the person is not told. `said`: being under it in words that
    fit before "for 9 months"; of a reward, being without it.
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
        """Whom of the household it reaches: none, children, all."""
        return {"children": "children", "household": "all"}.get(self.reach, "none")


@dataclass(frozen=True)
class Gate:
    """A gate at which people ask for something: who does, and how often; what its queue costs."""

    name: str
    title: str
    who: str
    attempts: Dial
    wait: Dial | None = None
    lane: Dial | None = None


@dataclass(frozen=True)
class Debt:
    """A sum that is raised against whoever comes onto a list: raised, its penalty, and how it is taken back."""

    name: str
    by: str
    raised: Dial
    penalty: Dial
    months: Dial


@dataclass(frozen=True)
class Misuse:
    """Entries that an operator makes without cause: of which kind, and at whom they are aimed more often."""

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
    def active(self) -> bool:
        """Whether the regime is there at all: off, there is no list, no sanction, and no response to them."""
        held = self.numbers.get("regime.active")
        return held is None or bool(held.value)

    @property
    def follows(self) -> bool:
        """Whether anything follows from a low or high grade: the regime is active and some sanction is switched on.

        Sanctions need every general switch on, and the switch of their own that some name.
        """
        return self._switched_on and (not self.sanctions or any(map(self.in_force, self.sanctions)))

    def in_force(self, sanction: Sanction) -> bool:
        """Whether a sanction follows at all: the general switches and its own are on."""
        return self._switched_on and (not sanction.switch or bool(self.value(sanction.switch, "follows")))

    @cached_property
    def _switched_on(self) -> bool:
        """Whether the regime is active and its general switches, those that no sanction names, are on."""
        own = {f"regime.{sanction.switch}.follows" for sanction in self.sanctions}
        general = (d for path, d in self.numbers.items() if path.endswith(".follows") and path not in own)
        return self.active and all(bool(d.value) for d in general)

    @cached_property
    def holders(self) -> tuple[str, ...]:
        """Names of lists and of agencies that copy them, in the order of the bits of `History.lists`."""
        return (*(one.name for one in self.lists), *(one.name for one in self.agencies))

    @cached_property
    def adverse_holders(self) -> frozenset[str]:
        """Names of the lists that go back to an adverse decision, and of all copies of them, of copies too.

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
        """Names of the ties that some sanction in force travels along to other households."""
        reached = {sanction.reach for sanction in self.sanctions if self.in_force(sanction)}
        return tuple(name for name in TIES if name in reached)

    @property
    def reaches_ties(self) -> bool:
        """Whether a listing reaches people of other households, a month later."""
        return bool(self.ties)

    @cached_property
    def reaching_bits(self) -> np.uint16:
        """The mask of the lists and copies whose members' ties are reached."""
        names = {one.by for one in self.sanctions if one.reach in TIES and self.in_force(one)}
        return np.uint16(sum(1 << bit for bit, name in enumerate(self.holders) if name in names))

    @cached_property
    def secret(self) -> frozenset[str]:
        """Names of the lists, agencies and sanctions that those they befall are not told of.

        A sanction by a secret list or agency is named only where it is itself secret: a refused ticket is noticed.
        """
        parts: list[ListClause | Agency | Sanction] = [*self.lists, *self.agencies, *self.sanctions]
        return frozenset(part.name for part in parts if part.secret)


def names() -> list[str]:
    """Every registered regime."""
    return toml_names(FOLDER)
