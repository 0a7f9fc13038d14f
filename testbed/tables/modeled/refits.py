"""What changes when the model is fitted again: on wrong labels, on other samples of the same table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from synthetic import draws
from testbed.measure import PerPerson, Row
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import followed, of_model
from testbed.tables.modeled.effects import struck
from testbed.tables.modeled.mistakes import Mistake
from testbed.tables.modeled.scheme import Scheme
from testbed.tables.modeled.values import DONORS

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

DRAWS = 5
"""Tables of wrong labels that the model is fitted on."""
FITS = 10
"""Resamples that the model is fitted on."""
MARGIN = 0.01
"""How much more often than the first model another may be wrong, and still be one that could have been chosen."""
TRAINED = "It is fitted on the rows of this table, up to 20,000, whatever the model itself was fitted on."


def unfit_again(case: Modeled) -> str:
    """Why the model cannot be fitted again; "" if it can."""
    if case.scheme.unfitted is None:
        return f"model {case.called} cannot be fitted again"
    return "no outcome is named, so nothing can be fitted" if case.outcome is None else ""


def _labels(case: Modeled, mistakes: list[Mistake], draw: int) -> tuple[Rows, Bools]:
    """The rows that are fitted on, with their recorded outcomes after the errors."""
    assert case.outcome is not None
    outcome, rows = case.outcome.copy(), np.arange(len(case.rows))
    extra = [rows]
    for one in mistakes:
        at = np.flatnonzero(struck(case, one, 1.0, rows, np.full(len(rows), draw)))
        if one.kind == "duplicated":
            extra.append(at)
        elif one.kind == "wrong_category":
            outcome[at] = ~case.outcome[at]
        else:
            words = draws.sparse(case.seed, f"table:label:{one.name}", draws.pack(at, k=draw))
            others = DONORS[one.kind](one, case.whole.iloc[case.rows], at, words)
            outcome[at] = case.outcome[others]
    return np.concatenate(extra), outcome


def _decided(case: Modeled, rows: Rows, outcome: Bools) -> Bools:
    """Whom the model decides adversely after it was fitted on these rows and outcomes."""
    made = case.scheme.refitted(case.records.iloc[rows], outcome[rows])
    return made.answer(case.records, case.rows).adverse


@of_model(
    "label_error_effect",
    harm="error propagation",
    unit="rate",
    better="lower",
    estimand="P(the decision differs between a fit on the recorded outcomes and one on outcomes with errors)",
    interval="influence values by row, given the fits, t",
    reference="MEASURES section 6",
    caveats=f"{TRAINED} Recorded outcomes are taken to be true. Mean over {DRAWS} draws of the errors.",
    gap="label_error_effect_gap",
    on=followed,
)
def label_error_effect(case: Modeled) -> Iterator[PerPerson | Row]:
    """Share of people decided otherwise after the model is fitted on outcomes with errors; `_net`: more adversely.

    The errors are those of the outcome and duplicated rows, at their rates.
    """
    mistakes = [one for one in case.mistakes if one.refits_only]
    why = unfit_again(case) or ("" if mistakes else "the errors named leave the outcome as it is")
    if why:
        yield Row(float("nan"), n=len(case.rows), why=why)
        return
    assert case.outcome is not None
    everyone = np.arange(len(case.rows))
    base = _decided(case, everyone, case.outcome)
    differs, net = np.zeros(len(everyone)), np.zeros(len(everyone))
    for draw in range(DRAWS):
        now = _decided(case, *_labels(case, mistakes, draw))
        differs += now != base
        net += now.astype(float) - base
    whole = np.ones(len(everyone))
    yield PerPerson(differs / DRAWS, whole, bounds=(0.0, 1.0))
    yield PerPerson(net / DRAWS, whole, suffix="_net", bounds=(-1.0, 1.0))


def _resampled(case: Modeled) -> list[tuple[Scheme, Bools, Bools]]:
    """Fits on resamples of the rows: the scheme, whom it decides adversely, and who was not fitted on."""
    if "resampled" not in case.kept:
        assert case.outcome is not None
        made = []
        n = len(case.rows)
        for fit in range(FITS):
            coins = draws.uniform(draws.sparse(case.seed, "table:resample", draws.pack(np.arange(n), k=fit)))
            rows = np.sort((coins * n).astype(np.int64))
            out = np.ones(n, bool)
            out[rows] = False
            scheme = case.scheme.refitted(case.records.iloc[rows], case.outcome[rows])
            made.append((scheme, scheme.answer(case.records, case.rows).adverse, out))
        case.kept["resampled"] = made
    found: list[tuple[Scheme, Bools, Bools]] = case.kept["resampled"]
    return found


@of_model(
    "jitter",
    harm="opacity",
    unit="rate",
    better="lower",
    estimand="P(two models fitted on resamples of the table decide a person differently)",
    interval="influence values by row, given the fits, t",
    reference="Cooper et al. 2024; MEASURES section 2",
    caveats=f"{TRAINED} Resamples of one table share rows, so two samples of new people would differ more often. "
    f"{FITS} fits.",
    gap="jitter_gap",
    default=False,
    on=followed,
)
def jitter(case: Modeled) -> Iterator[PerPerson | Row]:
    """Share of pairs of models, fitted on resamples of the rows, that decide a person differently."""
    if why := unfit_again(case):
        yield Row(float("nan"), n=len(case.rows), why=why)
        return
    adverse = np.sum([one for _, one, _ in _resampled(case)], axis=0)
    pairs = len(list(combinations(range(FITS), 2)))
    yield PerPerson(adverse * (FITS - adverse) / pairs, np.ones(len(case.rows)), bounds=(0.0, 1.0))


@of_model(
    "ambiguity",
    harm="opacity",
    unit="rate",
    better="lower",
    estimand="P(some model that is about as often right decides a person otherwise)",
    interval="Wilson, given the fits",
    reference="Marx et al. 2020; MEASURES section 2",
    caveats=f"{TRAINED} A lower bound: the pool is {FITS} fits on resamples of the rows, those wrong at most {MARGIN} "
    "more often on rows that they were not fitted on than the first one.",
    gap="ambiguity_gap",
    default=False,
    on=followed,
)
def ambiguity(case: Modeled) -> Iterator[PerPerson | Row]:
    """Share of people whom some other fit, about as often right as the first, decides otherwise than the first."""
    if why := unfit_again(case):
        yield Row(float("nan"), n=len(case.rows), why=why)
        return
    assert case.outcome is not None
    fits = _resampled(case)
    errors = [float(np.mean(adverse[out] == case.outcome[out])) for _, adverse, out in fits]
    first = fits[0][1]
    alike = [adverse for (_, adverse, _), wrong in zip(fits, errors) if wrong <= errors[0] + MARGIN]
    differs = np.any([one != first for one in alike], axis=0)
    yield PerPerson(differs, np.ones(len(case.rows)))
