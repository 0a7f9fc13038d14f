"""A claim about one finding: it holds, is broken, or is undecided.

A claim holds if the whole 95 % interval is on the claimed side of the limit, and is broken if the whole interval is on
the other side. It is undecided in every other case: the interval includes the limit, there is no interval, the value is
NaN, or there is no such row. A broken or undecided claim raises, so a number that could not be computed never passes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from synthetic.errors import InputError
from testbed.findings.finding import audited
from testbed.findings.names import canonical

if TYPE_CHECKING:
    import pandas as pd


class ClaimError(AssertionError):
    """What a claim raises when it does not hold."""


class ClaimBroken(ClaimError):
    """A claim that the findings contradict: the whole interval lies on the wrong side of the limit.

    It is an AssertionError, so pytest shows it as a failed test.

    See Also
    --------
    ClaimUndecided : The findings neither support nor contradict the claim.
    claim : Take the finding that a claim is about.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import ClaimBroken, audit_table, claim
    >>> table = pd.DataFrame({"g": list("aabb") * 30, "p": [1, 1, 0, 1] * 30})
    >>> findings = audit_table(table, groups="g", prediction="p")
    >>> try:
    ...     claim(findings, "selection_rate", split="g", group="b").above(0.9)
    ... except ClaimBroken as problem:
    ...     print(type(problem).__name__)
    ClaimBroken
    """


class ClaimUndecided(ClaimError):
    """A claim that the findings do not decide: they neither support nor contradict it.

    The interval holds the limit, or there is no interval, no value, or no such row. It is an AssertionError, so pytest
    shows it as a failed test: what cannot be computed never passes.

    See Also
    --------
    ClaimBroken : The findings contradict the claim.
    claim : Take the finding that a claim is about.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import ClaimUndecided, audit_table, claim
    >>> table = pd.DataFrame({"g": list("aabb") * 30, "p": [1, 1, 0, 1] * 30})
    >>> findings = audit_table(table, groups="g", prediction="p")
    >>> try:
    ...     claim(findings, "selection_rate", split="g", group="b").above(0.5)
    ... except ClaimUndecided as problem:
    ...     print(type(problem).__name__)
    ClaimUndecided
    """


class Settled(NamedTuple):
    """How a claim ended: "held", "broken" or "undecided"; `claimed` is the threshold in words, such as "below 0.25"."""

    claim: Claim
    claimed: str
    verdict: str


listeners: list[Callable[[Settled], None]] = []
"""Functions that are called with each claim that was compared with a limit: a test run writes its verdicts by these."""


@dataclass(frozen=True)
class Claim:
    """One finding, ready to be compared with a limit.

    `claim` makes it. Each comparison returns the claim if it holds, raises `ClaimBroken` if the findings contradict it,
    and `ClaimUndecided` in every other case.

    Parameters
    ----------
    measure : str
        Name of the measure as the findings write it.
    split : str
        What the finding is split by: an attribute, a crossing `a*b`, a stratum `a|c`, or "all".
    group : str
        The group on that split; "" for a comparison over all groups.
    versus : str
        The group it is compared with; "" if there is none.
    scenario : str, default ""
        The scenario of the finding, with every departure from it.
    model : str, default ""
        The model of the finding.
    value : float, default NaN
        The value, in the unit of the measure. NaN if there is none.
    low, high : float, default NaN
        Limits of the 95 % interval, in the unit of the measure. NaN if there is none.
    n : int, default 0
        People in the denominator; for a comparison those of the smaller group.
    why : str, default ""
        Why there is no value.
    given : str, default ""
        What the interval holds fixed, such as "fitted cut-off". Over several seeds nothing is.

    See Also
    --------
    claim : Take a finding from a table.

    Notes
    -----
    With a limit c, "above c" holds if low > c and is broken if high <= c; "below c" holds if high < c and is broken if
    low >= c. A bound (-c, c) checked by `within` is the pair of one-sided tests of Schuirmann (1987), at 2.5 % each.

    Examples
    --------
    >>> from testbed import Claim
    >>> made = Claim("selection_rate", "g", "b", "", value=0.4, low=0.3, high=0.5, n=90)
    >>> made.above(0.2) is made
    True
    """

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
    given: str = ""

    def above(self, limit: float) -> Claim:
        """Check the claim that the number is above a limit.

        Parameters
        ----------
        limit : float
            The limit, in the unit of the measure.

        Returns
        -------
        Claim
            The claim itself, if the whole interval lies above the limit.

        Raises
        ------
        ClaimBroken
            If the whole interval lies at or below the limit.
        ClaimUndecided
            In every other case.

        Examples
        --------
        >>> from testbed import Claim
        >>> Claim("selection_rate", "g", "b", "", value=0.4, low=0.3, high=0.5).above(0.2).value
        0.4
        """
        return self._settle(f"above {limit:g}", self.low > limit, self.high <= limit)

    def below(self, limit: float) -> Claim:
        """Check the claim that the number is below a limit.

        Parameters
        ----------
        limit : float
            The limit, in the unit of the measure.

        Returns
        -------
        Claim
            The claim itself, if the whole interval lies below the limit.

        Raises
        ------
        ClaimBroken
            If the whole interval lies at or above the limit.
        ClaimUndecided
            In every other case.

        Examples
        --------
        >>> from testbed import Claim
        >>> Claim("selection_rate", "g", "b", "", value=0.4, low=0.3, high=0.5).below(0.6).value
        0.4
        """
        return self._settle(f"below {limit:g}", self.high < limit, self.low >= limit)

    def within(self, low: float, high: float) -> Claim:
        """Check the claim that the number lies between two limits, both included.

        Parameters
        ----------
        low : float
            The lower limit, in the unit of the measure.
        high : float
            The upper limit, at least `low`.

        Returns
        -------
        Claim
            The claim itself, if the whole interval lies between the limits.

        Raises
        ------
        ClaimBroken
            If the whole interval lies below the lower limit, or above the upper one.
        ClaimUndecided
            In every other case.
        InputError
            If the lower limit is above the upper one.

        Examples
        --------
        >>> from testbed import Claim
        >>> Claim("selection_gap", "g", "b", "a", value=0.0, low=-0.01, high=0.01).within(-0.02, 0.02).value
        0.0
        """
        if low > high:
            raise InputError(
                f"within({low:g}, {high:g}): found a first limit above the second; the lower limit comes first."
            )
        holds = low <= self.low and self.high <= high
        return self._settle(f"within {low:g} and {high:g}", holds, self.high < low or self.low > high)

    def equals(self, number: float) -> Claim:
        """Check the claim that the value is exactly this number.

        Use it only for what is exact by construction, such as an effect that a dial turns off. The interval is not
        looked at.

        Parameters
        ----------
        number : float
            The number, in the unit of the measure.

        Returns
        -------
        Claim
            The claim itself, if the value is this number.

        Raises
        ------
        ClaimBroken
            If the value is another number.
        ClaimUndecided
            If there is no value.

        Examples
        --------
        >>> from testbed import Claim
        >>> Claim("error_reach", "all", "all", "", value=0.0).equals(0).value
        0.0
        """
        if math.isnan(self.value):
            self._undecided(f"equal to {number:g}")
        return self._settle(f"equal to {number:g}", self.value == number, self.value != number, exact=True)

    def _settle(self, claimed: str, holds: bool, broken: bool, exact: bool = False) -> Claim:
        if math.isnan(self.value) or (not exact and (math.isnan(self.low) or math.isnan(self.high))):
            self._undecided(claimed)
        if not holds and not broken:
            self._undecided(claimed)
        _tell(Settled(self, claimed, "broken" if broken else "held"))
        if broken:
            raise ClaimBroken(f"broken: {self.describe()}; claimed: {claimed}.")
        return self

    def _undecided(self, claimed: str) -> NoReturn:
        _tell(Settled(self, claimed, "undecided"))
        raise ClaimUndecided(f"undecided: {self.describe()}; claimed: {claimed}.")

    def describe(self) -> str:
        """Return the finding in words: measure, groups, value, interval, n."""
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
            fixed = f" given the {self.given}" if self.given else ""
            interval = f"95 % interval {_number(self.low)} to {_number(self.high)}{fixed}"
        return f"{self.measure}{where}{whose} is {_number(self.value)} ({interval}, n = {self.n:,})"


def _tell(settled: Settled) -> None:
    for listen in listeners:
        listen(settled)


def _number(value: float) -> str:
    return f"{value:.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def claim(findings: pd.DataFrame, measure: str, *, split: str = "all", group: str = "all", versus: str = "") -> Claim:
    """Take one finding from a table, to claim something about it.

    Follow it with `.above`, `.below`, `.within` or `.equals`.

    Parameters
    ----------
    findings : DataFrame
        A findings table of one audited model, one row per number, as `audit` and `audit_table` return it. Rows of
        anchors beside the audited model are passed over, unless the table holds nothing else. If there are several
        seeds, the pooled row (seed -1) is taken.
    measure : str
        Name of the measure, with qualifiers in brackets if it has any. Qualifiers that are defaults may be left out.
    split : str, default "all"
        What the finding is split by: an attribute, a crossing `a*b`, a stratum `a|c`, or "all" for everybody.
    group : str, default "all"
        The group on that split. Leave it out for a comparison over all groups.
    versus : str, default ""
        The group that `group` is compared with.

    Returns
    -------
    Claim
        The finding. If there is no such row its value is NaN, and whatever is claimed is undecided.

    Raises
    ------
    InputError
        If rows of several models, scenarios or seeds match.

    See Also
    --------
    audit : Make findings in a synthetic society.
    audit_table : Make findings from a table of predictions.

    Examples
    --------
    >>> import pandas as pd
    >>> from testbed import audit_table, claim
    >>> table = pd.DataFrame({"g": list("aabb") * 30, "p": [1, 1, 0, 1] * 30})
    >>> findings = audit_table(table, groups="g", prediction="p")
    >>> claim(findings, "selection_rate", split="g", group="b").below(0.8).value
    0.5
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
        str(row.get("given") or ""),
    )  # fmt: skip
