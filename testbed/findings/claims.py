"""A claim about one finding: it holds, is broken, or is undecided.

It holds when the whole 95 % interval lies on the right side, is broken when the whole interval lies
on the wrong side, and is undecided in every other case: an interval across the limit, no interval,
NaN, no such row. Broken and undecided raise. So a quantity that could not be computed never passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from synthetic.errors import InputError
from testbed.findings.finding import audited
from testbed.findings.names import canonical

if TYPE_CHECKING:
    import pandas as pd


class ClaimError(AssertionError):
    """What a claim raises when it does not hold."""


class ClaimBroken(ClaimError):
    """The whole interval lies on the wrong side."""


class ClaimUndecided(ClaimError):
    """The data do not decide the claim: interval across the limit, no interval, NaN, or no such row."""


decided: list[Callable[[Claim], None]] = []
"""Called with each claim that was decided, held or broken: how a test run knows that it decided anything."""


@dataclass(frozen=True)
class Claim:
    """One finding, about which something is claimed. Made by `claim`."""

    measure: str
    split: str
    group: str
    versus: str
    scenario: str = ""
    model: str = ""
    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    why: str = ""

    def above(self, limit: float) -> Claim:
        """Claim that the number is larger than the limit."""
        return self._settle(f"above {limit:g}", self.low > limit, self.high <= limit)

    def below(self, limit: float) -> Claim:
        """Claim that the number is smaller than the limit."""
        return self._settle(f"below {limit:g}", self.high < limit, self.low >= limit)

    def within(self, low: float, high: float) -> Claim:
        """Claim that the number lies between the limits, both included. Raises InputError if low > high."""
        if low > high:
            raise InputError(f"within({low:g}, {high:g}): the first limit must not be above the second.")
        holds = low <= self.low and self.high <= high
        return self._settle(f"within {low:g} and {high:g}", holds, self.high < low or self.low > high)

    def equals(self, number: float) -> Claim:
        """Claim that the value itself is exactly this number: for what is exact by construction."""
        if math.isnan(self.value):
            self._undecided(f"equal to {number:g}")
        return self._settle(f"equal to {number:g}", self.value == number, self.value != number, exact=True)

    def _settle(self, claimed: str, holds: bool, broken: bool, exact: bool = False) -> Claim:
        if math.isnan(self.value) or (not exact and (math.isnan(self.low) or math.isnan(self.high))):
            self._undecided(claimed)
        if not holds and not broken:
            self._undecided(claimed)
        for listen in decided:
            listen(self)
        if broken:
            raise ClaimBroken(f"broken: {self.describe()}; claimed: {claimed}.")
        return self

    def _undecided(self, claimed: str) -> NoReturn:
        raise ClaimUndecided(f"undecided: {self.describe()}; claimed: {claimed}.")

    def describe(self) -> str:
        """The finding in words: measure, groups, value, interval, n."""
        where = ""
        if self.split != "all":
            group = f"{self.group} versus {self.versus}" if self.versus else self.group
            where = f" ({self.split}: {group})" if group else f" (over {self.split})"
        whose = f" of model {self.model} in scenario {self.scenario}" if self.model else ""
        if math.isnan(self.value):
            return f"{self.measure}{where}{whose} is undefined (n = {self.n:,}): {self.why or 'no reason was given'}"
        if math.isnan(self.low) or math.isnan(self.high):
            interval = "no interval"
        else:
            interval = f"95 % interval {_number(self.low)} to {_number(self.high)}"
        return f"{self.measure}{where}{whose} is {_number(self.value)} ({interval}, n = {self.n:,})"


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def claim(findings: pd.DataFrame, measure: str, *, split: str = "all", group: str = "all", versus: str = "") -> Claim:
    """The finding about which something is claimed, to be followed by `.above`, `.below`, `.within` or `.equals`.

    `findings` is a findings table of one audited model; rows of anchors beside it are passed over, unless
    it holds nothing else. Over several seeds the pooled row (seed -1) is taken. `measure` may be written with
    or without the qualifiers that are defaults. For a comparison over all groups give the split alone.
    Raises InputError if rows of several models or scenarios match.

    >>> import pandas as pd
    >>> row = dict(scenario="town", model="mine", measure="flip_rate", split="all", group="all", versus="",
    ...            value=0.25, low=0.2, high=0.3, n=400, seed=0, why="")
    >>> claim(pd.DataFrame([row]), "flip_rate").below(0.5).value
    0.25
    """
    name = canonical(measure)
    group, versus = str(group), str(versus)
    if split != "all" and group == "all":
        group = ""
    mine = audited(findings)
    rows = mine[
        (mine["measure"] == name) & (mine["split"] == split) & (mine["group"] == group) & (mine["versus"] == versus)
    ]
    if rows.empty:
        return Claim(name, split, group, versus, why="there is no such row in the findings")
    if (rows["seed"] == -1).any():
        rows = rows[rows["seed"] == -1]
    if len(rows) > 1:
        pairs = sorted({f"{row.model} in {row.scenario}, seed {row.seed}" for row in rows.itertuples()})
        raise InputError(f"claim {name!r}: several rows match ({'; '.join(pairs)}); keep the rows of one of them.")
    row = rows.iloc[0]
    return Claim(
        name, split, group, versus, str(row["scenario"]), str(row["model"]),
        float(row["value"]), float(row["low"]), float(row["high"]), int(row["n"]), str(row["why"] or ""),
    )  # fmt: skip
