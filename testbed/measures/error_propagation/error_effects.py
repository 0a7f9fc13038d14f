"""What one wrong entry does to the score and the decision of its subject."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from testbed.case import Case
from testbed.measure import PerPerson, measure
from testbed.measures.error_propagation.error_roots import COUPLING, HORIZON, INJECTED, Effects, effects, worse
from testbed.statistics import Relative

FAMILY = "error propagation"
MEAN = "influence values by root, t(R-1)"
SHARE = "Wilson over roots, Clopper-Pearson under 5 events; net: influence values, t(R-1), if roots differ"
TWINS = "Hudgens and Halloran (2008), Journal of the American Statistical Association 103"


@measure(
    "error_gain",
    harm=FAMILY,
    unit="points",
    better="none",
    needs=("twin",),
    estimand="mean over roots of the score with the wrong entry minus the score without it",
    interval=f"{MEAN}; scale=sd: influence values of mean and deviation by grid, t(G-1)",
    reference=TWINS,
    caveats=f"{INJECTED} Points of different models are not comparable. scale=sd makes them roughly comparable. "
    f"span=horizon: {HORIZON[0].lower()}{HORIZON[1:]}",
    qualifiers={"scale": "points", "span": "next"},
)
def error_gain(case: Case, scale: str = "points", span: str = "next") -> Iterator[PerPerson | Relative]:
    """Score change of a wrong entry's subject at the next decision, negative if the score gets worse.

    The next decision is that of the month in which the entry enters the record. scale=sd: in standard deviations of
    the base world's scores in that month. span=horizon: summed over the months to the end of the run. Exactly 0 for a
    model that reads no record. The defaults give all four combinations.
    """
    found = effects(case)
    wanted = [(scale, span)] if (scale, span) != ("points", "next") else [
        (a, b) for b in ("next", "horizon") for a in ("points", "sd")
    ]  # fmt: skip
    gains = None if found.why else _gains(found)
    for scale, span in wanted:
        qualifiers = {"scale": scale, "span": span}
        unit = "points" if scale == "points" else "standard deviations"
        if gains is None:
            yield found.part(np.empty(0), "", qualifiers, unit=unit)
            continue
        gain = gains[0] if span == "next" else gains.sum(axis=0)
        why = ""
        if scale == "sd":
            spread, moved = _deviation(case, found.since)
            why = "" if spread > 0 else "all scores of the base world are equal"
        part = found.part(gain, "", qualifiers, exact=found.blind, why=why, unit=unit)
        yield part if scale == "points" or why else Relative(part, spread, moved)


def _deviation(case: Case, month: int) -> tuple[float, NDArray[np.float64]]:
    """The standard deviation of the base world's scores in a month, and the influence of each person on it."""
    scored = np.asarray(case.scored, bool)
    score = case.history.score(month)[scored]
    spread = float(np.std(score))
    moved = np.zeros(len(scored))
    if spread > 0:
        moved[scored] = ((score - score.mean()) ** 2 - spread**2) / (2 * spread * len(score))
    return spread, moved


def _gains(found: Effects) -> NDArray[np.float64]:
    """Score changes by month and root, worse negative: (months, R)."""
    base, error = found.own()
    return worse(found.case) * (error.scores - base.scores) + 0.0


flip = partial(
    measure,
    harm=FAMILY,
    unit="rate",
    needs=("twin",),
    interval=SHARE,
    reference=TWINS,
    caveats=f"{INJECTED} {HORIZON} {COUPLING}",
)


@flip(
    "flip_rate",
    better="lower",
    estimand="P(some decision up to the horizon is adverse with the wrong entry and not without it)",
)
def flip_rate(case: Case) -> tuple[PerPerson, ...]:
    """Share of wrong entries that turn their subject's decision adverse in some month up to the end of the run.

    `_net`: share of roots with any adverse decision in that time, error world minus base world.
    """
    return _flips(effects(case), adverse=True)


@flip(
    "flip_back_rate",
    better="none",
    estimand="P(some decision up to the horizon is not adverse with the wrong entry and adverse without it)",
)
def flip_back_rate(case: Case) -> tuple[PerPerson, ...]:
    """Share of wrong entries that, in some month, spare their subject an adverse decision.

    Above 0 if a scheme rewards an adverse entry, or if effects run through other people. `_net`: share of roots with
    any decision that is not adverse in that time, error world minus base world.
    """
    return _flips(effects(case), adverse=False)


def _flips(found: Effects, *, adverse: bool) -> tuple[PerPerson, ...]:
    """Roots that turn to this side of the decision in some month, gross and net."""
    if found.why:
        return found.part(np.empty(0)), found.part(np.empty(0), "_net")
    base, error = ((lives.decisions == -1) == adverse for lives in found.own())
    net = error.any(axis=0).astype(float) - base.any(axis=0)
    gross = (error & ~base).any(axis=0)
    return found.part(gross, exact=found.blind), found.part(net, "_net", exact=found.blind, bounds=(-1.0, 1.0))
