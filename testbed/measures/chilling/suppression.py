"""How much lawful conduct people give up because they believe they are watched, and how long the effect lasts."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import dense, uniform
from testbed.case import Case
from testbed.history import History
from testbed.measure import PerPerson, Row, measure
from testbed.statistics import enough, units_in
from testbed.twins import Switch

BELIEF, UNTIL = "regime.response.belief", "regime.response.belief_until"
RESAMPLES = 200
LEFT = 0.1
"""Conduct counts as recovered when this share of the fall, or less, is left."""

chilled = partial(
    measure,
    harm="chilling",
    better="lower",
    needs=("history", "twin"),
    reference="Penney (2016), Berkeley Technology Law Journal 31; MEASURES section 4",
)
Floats = NDArray[np.float64]


def _months(case: Case) -> tuple[int, int]:
    """The first month of the belief, and the first month after it."""
    value = case.scenario.regime.value
    until = value("response", "belief_until", case.periods)
    return int(value("response", "belief_from")), int(min(until, case.periods))


def _unheld(case: Case) -> str:
    """Why there is nothing to compare; "" if there is."""
    if BELIEF not in case.scenario.dials or case.scenario.regime.value("response", "belief") == 0:
        return "no one in this run believes they are watched: set regime.response.belief above 0"
    if _months(case)[0] >= case.periods:
        return "the run ends before the belief begins"
    return ""


def _done(case: Case, history: History, t: int, *, sensitive: bool) -> NDArray[np.int64]:
    """Number of lawful acts of each person in a month: the sensitive ones, or the others."""
    conduct = case.scenario.conduct
    wanted = np.array([one.direction == "lawful" and one.sensitive == sensitive for one in conduct])
    acts = history.acts_[t]
    return np.bincount(acts.person[wanted[acts.kind]], minlength=len(case.people))


@chilled(
    "lawful_conduct_suppressed",
    unit="rate",
    estimand="1 - (rate of sensitive lawful acts with the belief of being watched) / (rate without the belief)",
    interval="influence values by grid, t(G-1)",
    caveats="The comparison removes the belief and keeps watching and sanctions. How strongly the belief acts is an "
    "assumption of the scenario: vary it. The _insensitive row must be 0.",
)
def lawful_conduct_suppressed(case: Case) -> Iterator[PerPerson]:
    """Share of sensitive lawful acts that people do not do because they believe they are watched.

    Compares the months in which people hold the belief with the same months of the world without it. Both worlds share
    their random draws. `_insensitive`: the same share for lawful acts that are not declared sensitive.
    """
    why = _unheld(case)
    n = len(case.people)
    other = None if why else case.twin(Switch(BELIEF, 0.0))
    for suffix, sensitive in (("", True), ("_insensitive", False)):
        without, lost = np.zeros(n), np.zeros(n)
        if other is not None:
            for t in range(*_months(case)):
                base = _done(case, other.history, t, sensitive=sensitive)
                without += base
                lost += base - _done(case, case.history, t, sensitive=sensitive)
        none = f"no lawful act that is {'sensitive' if sensitive else 'not sensitive'} is done"
        kept, idle = np.where(without > 0, lost, 0.0), case.scenario.regime.value("response", "chilling") == 0
        exact = not lost.any() and (idle or not sensitive)
        yield PerPerson(kept, without, suffix=suffix, exact=exact, why=why or none, bounds=(-np.inf, 1.0))


@chilled(
    "chilling_recovery",
    unit="months",
    estimand="months after the belief of being watched ends until a tenth of the fall in sensitive lawful acts is left",
    interval=f"bootstrap over grids, {RESAMPLES} resamples, of the isotonic curve",
    caveats="The monthly falls are smoothed so that they never grow again. If a tenth is not reached before the run "
    "ends, there is no value: the recovery takes longer than the run.",
    splits=False,
    gap="",
)
def chilling_recovery(case: Case) -> Row:
    """Months from the end of the belief until a tenth of the fall in sensitive lawful acts is left.

    The fall of a month is 1 - (acts with the belief) / (acts without it). The tenth is of the fall in the months in
    which the belief was held. Isotonic regression, weighted by acts, makes the later monthly falls non-increasing. The
    value is the first month at or below a tenth.
    """
    why = _unheld(case)
    start, end = _months(case)
    why = why or ("" if end < case.periods else "the belief does not end during the run")
    if why:
        return Row(math.nan, why=why)
    other = case.twin(Switch(BELIEF, 0.0))
    names, owner = np.unique(case.clusters, return_inverse=True)
    table = np.zeros((2, case.periods, len(names)))
    for side, one in enumerate((case, other)):
        for t in range(start, case.periods):
            table[side, t] = np.bincount(owner, weights=_done(case, one.history, t, sensitive=True))
    months = case.periods - end
    value = _recovery(table.sum(axis=2), start, end)
    if math.isnan(value):
        return Row(math.nan, why="no sensitive lawful act is suppressed while the belief is held")
    if value > months:
        return Row(math.nan, why=f"a tenth of the fall is not reached in the {months} months after the belief")
    low = high = math.nan
    if enough(units_in(owner)):
        picks = (uniform(dense(case.seed, "chilling:resample", 0, RESAMPLES * len(names))) * len(names)).astype(int)
        many = [_recovery(table[:, :, pick].sum(axis=2), start, end) for pick in picks.reshape(RESAMPLES, -1)]
        low, high = np.nanquantile(many, [0.025, 0.975], method="nearest")
        high = math.inf if high > months else high
    return Row(float(value), float(low), float(high), int(case.scored.sum()))


def _recovery(acts: Floats, start: int, end: int) -> float:
    """First month at or below a tenth of the fall, from acts (with, without) by month; past the last if none is."""
    from scipy.optimize import isotonic_regression

    held, without = acts[0, start:end].sum(), acts[1, start:end].sum()
    fall = 1 - held / without if without > 0 else math.nan
    if not fall > 0:
        return math.nan
    after, base = acts[0, end:], acts[1, end:]
    falls = 1 - np.divide(after, base, out=np.ones(len(after)), where=base > 0)
    smooth = isotonic_regression(falls, weights=base + 1e-9, increasing=False).x
    below = np.flatnonzero(smooth <= LEFT * fall + 1e-12)
    return float(below[0]) if len(below) else len(falls) + 1.0
