"""What changes when the model is fitted again: on wrong labels, on other samples of the same table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from synthetic import draws
from synthetic.errors import InputError
from testbed.measure import PerPerson, Row
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import followed, of_model
from testbed.tables.modeled.effects import struck
from testbed.tables.modeled.mistakes import Mistake
from testbed.tables.modeled.values import DONORS

Bools = NDArray[np.bool_]
Rows = NDArray[np.int64]

DRAWS = 5
"""Tables of wrong labels that the model is fitted on."""
FITS, MODELS = 20, 100
"""Resamples that the model is fitted on: those of which all pairs are compared, and those in a pool of models."""
MARGIN = 0.01
"""How much more often than the first model another may be wrong, and still be one that could have been chosen."""
TRAINED = "It is fitted on the rows of this table, up to 20,000, whatever the model itself was fitted on."


@dataclass(frozen=True)
class Fit:
    """A fit on a resample: whom it decides adversely, whom it decides wrongly, and who was not fitted on."""

    adverse: Bools
    wrong: Bools
    out: Bools

    def as_good_as(self, other: Fit) -> bool:
        """Whether it is hardly more often wrong than another on the rows that neither was fitted on."""
        both = self.out & other.out
        return not both.any() or float(self.wrong[both].mean() - other.wrong[both].mean()) <= MARGIN + 1e-12


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


def _resampled(case: Modeled, many: int) -> list[Fit]:
    """The first fits on resamples of the rows; made once."""
    made: list[Fit] = case.kept.setdefault("resampled", [])
    assert case.outcome is not None
    n = len(case.rows)
    for fit in range(len(made), many):
        coins = draws.uniform(draws.sparse(case.seed, "table:resample", draws.pack(np.arange(n), k=fit)))
        rows = np.sort((coins * n).astype(np.int64))
        out = np.ones(n, bool)
        out[rows] = False
        adverse = _decided(case, rows, case.outcome)
        made.append(Fit(adverse, adverse == case.outcome, out))
    return made[:many]


def _at_least(measure: str, key: str, found: int, least: int) -> int:
    if int(found) < least:
        raise InputError(f"measure {measure}: {key} is {found}; {least} or more are allowed.")
    return int(found)


@of_model(
    "jitter",
    harm="opacity",
    unit="rate",
    better="lower",
    estimand="P(two models fitted on resamples of the table decide a person differently)",
    interval="influence values by row, given the fits, t",
    reference="Cooper et al. 2024; MEASURES section 2",
    caveats=f"{TRAINED} Resamples of one table share rows, so two samples of new people would differ more often. All "
    f"pairs of {FITS} fits; of a model that is slow to fit, fewer can be asked for, such as jitter[fits=5].",
    qualifiers={"fits": FITS},
    gap="jitter_gap",
    default=False,
    on=followed,
)
def jitter(case: Modeled, *, fits: int = FITS) -> Iterator[PerPerson | Row]:
    """Share of pairs of models, fitted on resamples of the rows, that decide a person differently."""
    said: dict[str, object] = {"fits": _at_least("jitter", "fits", fits, 2)}
    if why := unfit_again(case):
        yield Row(float("nan"), n=len(case.rows), why=why, qualifiers=said)
        return
    adverse = np.sum([one.adverse for one in _resampled(case, fits)], axis=0)
    pairs = fits * (fits - 1) // 2
    yield PerPerson(adverse * (fits - adverse) / pairs, np.ones(len(case.rows)), bounds=(0.0, 1.0), qualifiers=said)


def _others(case: Modeled, models: int) -> list[Bools]:
    """Whom each fit about as often right as the first one decides otherwise than it."""
    first, *others = _resampled(case, models + 1)
    return [one.adverse != first.adverse for one in others if one.as_good_as(first)]


many_models = partial(
    of_model,
    harm="opacity",
    unit="rate",
    better="lower",
    reference="Marx et al. 2020; MEASURES section 2",
    qualifiers={"models": MODELS},
    default=False,
    on=followed,
)
POOL = (
    f"{TRAINED} A lower bound: the pool is {MODELS} fits on resamples of the rows, those wrong at most {MARGIN} more "
    "often than the first one on rows that neither was fitted on. Of a model that is slow to fit, fewer can be asked "
    "for, such as ambiguity[models=20]."
)


def _without_pool(case: Modeled, models: int, others: list[Bools] | None) -> Row:
    """The row of a measure of a pool that cannot be made, or in which nobody serves as well."""
    why = unfit_again(case) if others is None else f"none of {models} fits errs as little as the first"
    return Row(float("nan"), n=len(case.rows), why=why, qualifiers={"models": models})


@many_models(
    "ambiguity",
    estimand="P(some model that is about as often right decides a person otherwise)",
    interval="Wilson, given the fits",
    caveats=POOL,
    gap="ambiguity_gap",
)
def ambiguity(case: Modeled, *, models: int = MODELS) -> Iterator[PerPerson | Row]:
    """Share of people whom some other fit, about as often right as the first, decides otherwise than the first.

    `_models`: how many such fits there are, of `_tried`.
    """
    models = _at_least("ambiguity", "models", models, 1)
    others = None if unfit_again(case) else _others(case, models)
    if not others:
        yield _without_pool(case, models, others)
        return
    said: dict[str, object] = {"models": models}
    yield PerPerson(np.any(others, axis=0), np.ones(len(case.rows)), qualifiers=said)
    for suffix, many in (("_models", len(others)), ("_tried", models)):
        yield Row(many, many, many, len(case.rows), suffix=suffix, unit="models", qualifiers=said)


@many_models(
    "discrepancy",
    estimand="max over models that are about as often right of P(it decides a person otherwise)",
    interval="Wilson, given the fits and the one that differs most",
    caveats=POOL.replace("ambiguity[", "discrepancy["),
    gap="",
    splits=False,
)
def discrepancy(case: Modeled, *, models: int = MODELS) -> PerPerson | Row:
    """Largest share of people whom any one fit, about as often right as the first, decides otherwise than the first."""
    models = _at_least("discrepancy", "models", models, 1)
    others = None if unfit_again(case) else _others(case, models)
    if not others:
        return _without_pool(case, models, others)
    return PerPerson(max(others, key=np.sum), np.ones(len(case.rows)), qualifiers={"models": models})
