"""How often two fits of one model decide a person differently: by the sample that they learn from, or by their seed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import unknown
from testbed.case import Case
from testbed.measure import Row, measure
from testbed.measures.opacity.multiplicity import decisions
from testbed.measures.opacity.surrogates import Floats
from testbed.models import learns, name_of, reseeded
from testbed.statistics import FEW_EVENTS, effective_number, enough, quantile, wilson
from testbed.world import Scheme

FITS = 20
SOURCES = ("sample", "seed")


def apart(said: NDArray[np.int8]) -> Floats:
    """The share of pairs of fits that decide each person differently: said is (fits, n), the answer (n,).

    >>> apart(np.array([[-1, 0], [0, 0], [-1, 0]])).round(3).tolist()
    [0.667, 0.0]
    """
    fits = len(said)
    many = np.stack([(said == code).sum(axis=0) for code in (-1, 0, 1)])
    return np.asarray(1 - (many * (many - 1)).sum(axis=0) / (fits * (fits - 1)))


def mean_apart(said: NDArray[np.int8], clusters: NDArray[np.integer]) -> tuple[float, float, float]:
    """The mean over people of `apart`, with 95 % limits over people's clusters and over the fits.

    The variance over fits is that of the values without each fit (jackknife of a mean over pairs, Efron and Stein
    1981), added to that over clusters. t with the fewer degrees of freedom of the two. If fits differ on fewer than
    five people, limits are as wide as those of Wilson at least.
    """
    each, fits = apart(said), len(said)
    value = float(each.mean())
    _, place, many = np.unique(clusters, return_inverse=True, return_counts=True)
    units = effective_number(many)
    if not enough(units) or fits < 3:
        return value, math.nan, math.nan
    moved = np.bincount(place, each - value) / len(each)
    left_out = [float(apart(np.delete(said, one, axis=0)).mean()) for one in range(fits)]
    over_people = units / (units - 1) * float((moved**2).sum())
    over_fits = (fits - 1) / fits * float(((np.array(left_out) - np.mean(left_out)) ** 2).sum())
    reach = float(quantile(0.05, min(units, fits) - 1)) * math.sqrt(over_people + over_fits)
    low, high = max(value - reach, 0.0), min(value + reach, 1.0)
    if np.count_nonzero(each) < FEW_EVENTS:
        least, most = wilson(value, len(each), quantile(0.05))
        low, high = min(low, float(least)), max(high, float(most))
    return value, low, high


def fits_of(case: Case, source: str, fits: int) -> Sequence[Scheme]:
    """The scheme fitted again: on training societies drawn independently, or on its own with other random states."""
    setting, model = case.setting, case.model
    if source == "sample":
        return [setting.taught(number).scheme(model) for number in range(fits)]
    return [setting.scheme(reseeded(model, number)) for number in range(fits)]


@measure(
    "jitter",
    harm="opacity",
    unit="rate",
    better="lower",
    needs=("scores", "asking"),
    estimand="P(two models fitted on independent samples of the training size decide a person differently)",
    interval="influence values by cluster plus the jackknife over fits, t",
    reference="Cooper et al. 2024 (AAAI): one minus self-consistency",
    caveats=f"All pairs of {FITS} fits, cut-offs set anew for each. People keep the records of the world in which the "
    "scheme decided. That fits agree does not make them right.",
    qualifiers={"source": None},
    gap="",
    splits=False,
    default=False,
)
def jitter(case: Case, *, source: str | None = None, fits: int | None = None) -> Iterator[Row]:
    """Chance that two fits of the same model decide a person differently, by group too.

    Rows for two sources: `sample`, fits on training societies drawn independently; `seed`, fits on the same one with
    other random states. NaN if the model does not learn, for `seed` if it has no random state, and for `sample` if the
    people are the rows of a table.
    """
    if source is not None and source not in SOURCES:
        raise unknown("source of jitter", source, SOURCES)
    many = FITS if fits is None else int(fits)
    for one in SOURCES if source is None else (source,):
        said: dict[str, object] = {"source": one} | ({} if fits is None else {"fits": many})
        why = "" if learns(case.model) else f"{name_of(case.model)} does not learn"
        if not why and one == "seed" and reseeded(case.model, 0) is None:
            why = f"{name_of(case.model)} has no random state"
        if not why and one == "sample" and case.scenario.recipe.rows is not None:
            why = (
                f"the rows of {case.scenario.recipe.name} are all there are: no other people to fit it on can be drawn"
            )
        if why:
            yield Row(math.nan, qualifiers=said, why=why)
            continue
        made = [decisions(case, scheme) for scheme in fits_of(case, one, many)]
        place, answers = made[0][0], np.stack([found for _, found in made])
        yield from _by_group(case, place, answers, said)


def _by_group(
    case: Case, place: NDArray[np.int64], answers: NDArray[np.int8], said: dict[str, object]
) -> Iterator[Row]:
    clusters = np.asarray(case.clusters)[place]
    if not len(place):
        yield Row(math.nan, qualifiers=said, why="nobody is in scope")
        return
    yield Row(*mean_apart(answers, clusters), len(place), qualifiers=said)
    for split in case.scenario.compared:
        codes, levels = case.coded(split)
        for code, level in enumerate(levels):
            here = codes[place] == code
            at = {"split": split, "group": level, "qualifiers": said}
            if here.any():
                yield Row(*mean_apart(answers[:, here], clusters[here]), int(here.sum()), **at)  # type: ignore[arg-type]
            else:
                yield Row(math.nan, why="nobody in this group is in scope", **at)  # type: ignore[arg-type]
