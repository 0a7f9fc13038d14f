"""How people respond to a scheme: they follow its rules, hide acts from it, or give up lawful acts.

A response lowers rates or hides acts and never adds any, so a twin without it has the same acts and more. All
responses are off (0) unless a regime or a dial turns them on. In months t:

* Belief: a share `belief` of people believe they are watched, from month `belief_from` on, whether or not they are.
  Their rates of lawful sensitive acts are lower by the share `chilling`. From month `belief_until` on the effect
  halves every `half_life` months. So the rate falls by belief x chilling, and a tenth of the fall is left
  half_life x log2(10) months after the end.
* Adaptation: if the rules are disclosed, the share `heeded` of people believe that they are applied. These people
  do a share `adaptation` less of what the rules count against a person.
* Avoidance: people who hold either belief move a share `avoidance` of such acts out of reach of every channel.

Adaptation and avoidance are responses to the scheme and stop if it is not active; belief needs no scheme.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from synthetic.draws import pack, sparse, uniform
from testbed.regimes.base import Regime

if TYPE_CHECKING:
    from synthetic.conduct import Conduct
    from testbed.disclosures import Disclosure
    from testbed.models import RuleBook

FOREVER = 1_000


def heeded(regime: Regime, rights: Disclosure) -> float:
    """The share of people who take the published rules to be applied; 0 where no rules are published."""
    return regime.value("response", "heeded") if regime.active and rights.rules else 0.0


class Response:
    """The responses of some people; the module's text says what each number does."""

    def __init__(
        self,
        regime: Regime,
        people: np.ndarray,
        *,
        seed: int,
        rights: Disclosure | None = None,
        kinds: tuple[Conduct, ...] = (),
        counted: frozenset[str] | None = None,
    ) -> None:
        self.people, self.seed = people, seed

        def value(key: str, default: float = 0.0) -> float:
            return regime.value("response", key, default)

        self.belief, self.chilling = value("belief"), value("chilling")
        self.start, self.end, self.half_life = value("belief_from"), value("belief_until", FOREVER), value("half_life")
        self.heeded = 0.0 if rights is None else heeded(regime, rights)
        self.adaptation = value("adaptation")
        self.avoidance = value("avoidance") if regime.active else 0.0
        self.sensitive = {one.name for one in kinds if getattr(one, "sensitive", False)}
        self.counted = {one.name for one in kinds if (one.adverse if counted is None else one.name in counted)}

    def effect(self, t: int) -> float:
        """The strength of belief in month t: 0 before it begins, 1 while it is held, then halved each half-life.

        >>> from testbed.regimes.reading import load_regime
        >>> Response(load_regime("rongcheng-lists"), np.arange(3), seed=0).effect(5)
        1.0
        """
        if t < self.start:
            return 0.0
        if t < self.end:
            return 1.0
        return float(0.5 ** ((t - self.end) / self.half_life)) if self.half_life > 0 else 0.0

    def believes(self, person: np.ndarray) -> np.ndarray:
        """Whether each person believes they are watched, when belief is at its height: bool, by position."""
        return self._coin("belief", person) < self.belief

    def heeds(self, person: np.ndarray) -> np.ndarray:
        """Whether each person believes that the published rules are applied: bool, by position."""
        return self._coin("heeded", person) < self.heeded

    def _coin(self, what: str, person: np.ndarray) -> np.ndarray:
        return uniform(sparse(self.seed, f"response:{what}", pack(self.people[person])))

    def thin(self, factor: np.ndarray, person: np.ndarray, kind: np.ndarray, kinds: tuple[str, ...], t: int) -> None:
        """Lower the factors of the rates of (person, kind) in place."""
        fall = self.chilling * self.effect(t)
        if self.belief > 0 and fall > 0:
            which = np.flatnonzero(_among(self.sensitive, kind, kinds))
            factor[which[self.believes(person[which])]] *= 1 - fall
        if self.heeded > 0 and self.adaptation > 0:
            which = np.flatnonzero(_among(self.counted, kind, kinds))
            factor[which[self.heeds(person[which])]] *= 1 - self.adaptation

    def evades(self, person: np.ndarray, kind: np.ndarray, k: np.ndarray, kinds: tuple[str, ...], t: int) -> np.ndarray:
        """Whether each act is done out of reach of every channel: bool (acts,)."""
        hidden = np.zeros(len(person), bool)
        if self.avoidance > 0 and (self.belief > 0 or self.heeded > 0):
            which = np.flatnonzero(_among(self.counted, kind, kinds))
            one = person[which]
            aware = self.heeds(one) | self.believes(one) if self.effect(t) > 0 else self.heeds(one)
            address = pack(self.people[one], t, kind[which], k[which])
            hidden[which] = aware & (uniform(sparse(self.seed, "response:avoidance", address)) < self.avoidance)
        return hidden


def counted_against(book: RuleBook | None) -> frozenset[str] | None:
    """The kinds of conduct that lower a score or grade in a rule book; None without a book.

    >>> from testbed.models import load_rulebook
    >>> against = counted_against(load_rulebook("rongcheng"))
    >>> "red_light" in against, "volunteering" in against
    (True, False)
    """
    if book is None:
        return None
    worse = -1 if book.higher_is == "better" else 1
    return frozenset(
        rule.column
        for rule in book.rules
        if rule.column
        and (rule.drops_to is not None or (rule.points is not None and float(rule.points.value) * worse > 0))
    )


def _among(names: set[str], kind: np.ndarray, kinds: tuple[str, ...]) -> np.ndarray:
    return np.isin(kind, [kinds.index(name) for name in sorted(names) if name in kinds])
