"""How many people are decided as they are only because one scheme was chosen among others that serve as well.

Of a model that learns, the others are fitted on bootstrap samples of its training records, with other random states if
it has any, and kept if they err hardly more on another training society. Of a rule book, they are the books that its
declared discretion allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthetic import draws
from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.models import RuleBook, Scorer, learns, name_of, reseeded, row_wise
from testbed.world import Scheme, record_columns

MODELS, CORNERS, WITHIN = 100, 10, 100
"""Models of a pool; bands of which all corners are tried, for more a hundred corners are drawn; books within bands."""
MORE = 0.01
"""How much more often a model of the pool may err than the scheme itself."""
PEOPLE = 4_096
OTHER = 1_000_000
"""Number of the training society on which errors are counted."""


@dataclass(frozen=True)
class Pool:
    """Decisions of the scheme (n,) and of those that serve as well (models, n) on sampled people (places).

    tried: how many were looked at. why: why there is no pool.
    """

    place: NDArray[np.int64]
    own: NDArray[np.int8]
    others: NDArray[np.int8]
    tried: int
    why: str = ""

    @property
    def differs(self) -> NDArray[np.bool_]:
        """Whether each of the others decides each person otherwise."""
        return np.asarray(self.others != self.own)

    def turned_by(self, schemes: slice) -> NDArray[np.bool_]:
        """Whether any of these schemes decides each person otherwise."""
        return np.asarray(self.differs[schemes].any(axis=0), np.bool_)


def pool_of(case: Case) -> Pool:
    """The pool of a case, made once."""
    held: dict[str, Pool] = vars(case).setdefault("_pools", {})
    if "" not in held:
        held[""] = _made(case)
    return held[""]


def _made(case: Case) -> Pool:
    model = case.model
    if isinstance(model, RuleBook):
        schemes, why = _within_bands(case, model), "the rule book declares no discretion"
        tried = len(schemes)
    elif learns(model):
        schemes, why = _as_good(case), f"none of {MODELS} models errs as little as the scheme"
        tried = MODELS
    else:
        schemes, tried = [], 0
        why = f"{name_of(model)} learns nothing and declares no discretion"
    place, own = decisions(case, case.scheme)
    if not schemes or not len(own):
        return Pool(place, own, np.empty((0, len(own)), np.int8), tried, why if not schemes else "nobody is in scope")
    return Pool(place, own, np.stack([decisions(case, one)[1] for one in schemes]), tried)


def decisions(case: Case, scheme: Scheme) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """(places, decisions) of an addressed sample of people in scope, on their records of the last month, same coins."""
    records = case.records
    ids = records.index.to_numpy(np.int64)
    words = draws.sparse(case.seed, "opacity:pool people", draws.pack(ids))
    chosen = np.sort(np.argsort(words, kind="stable")[:PEOPLE])
    asked = records.iloc[chosen] if row_wise(case.model) else records
    said = np.asarray(case.under(scheme).ask(asked).decision, np.int8)
    place = case.people.index.get_indexer(pd.Index(ids[chosen]))
    return place, said if len(asked) == len(chosen) else said[chosen]


def _within_bands(case: Case, book: RuleBook) -> list[Scheme]:
    """The scheme with every book at a corner of the declared bands, and with a hundred books drawn within them."""
    bands = book.discretion
    if not bands:
        return []
    names, (low, high) = list(bands), np.array(list(bands.values())).T
    ends = list(product((0.0, 1.0), repeat=len(names))) if len(names) <= CORNERS else []
    drawn = draws.uniform(draws.dense(case.seed, "opacity:bands", 0, WITHIN * len(names))).reshape(WITHIN, -1)
    if not ends:
        more = draws.uniform(draws.dense(case.seed, "opacity:corners", 0, WITHIN * len(names))).reshape(WITHIN, -1)
        ends = [tuple(row) for row in (more < 0.5).astype(float).tolist()]
    points = low + np.vstack([np.array(ends), drawn]) * (high - low)
    columns, scheme = record_columns(case.scenario), case.scheme
    books = [_with(book, dict(zip(names, one, strict=True))) for one in points.tolist()]
    return [Scheme(Scorer(one, columns), scheme.decide, scheme.row_wise, scheme.needs) for one in books]


def _with(book: RuleBook, points: dict[str, float]) -> RuleBook:
    """The book with other points in some rules."""
    rules = tuple(
        replace(rule, points=replace(rule.points, value=points[rule.name]))
        if rule.name in points and rule.points is not None
        else rule
        for rule in book.rules
    )
    return replace(book, rules=rules)


def _as_good(case: Case) -> list[Scheme]:
    """The schemes fitted on bootstrap samples that err at most 0.01 more than the scheme in another society."""
    setting = case.setting
    records, outcomes = setting.lessons()
    test, truth = setting.taught(OTHER).lessons()
    most = error(case, case.scheme, test, truth) + MORE + 1e-12
    found = []
    for number in range(MODELS):
        words = draws.uniform(draws.dense(setting.seed, f"opacity:bootstrap:{number}", 0, len(records)))
        rows = (words * len(records)).astype(np.int64)
        again = records.iloc[rows].set_axis(pd.RangeIndex(len(rows), name="person"))
        seeded = reseeded(case.model, number + 1)
        model = case.model if seeded is None else seeded
        scheme = setting.scheme(model, lessons=(again, outcomes[rows]))
        if error(case, scheme, test, truth) <= most:
            found.append(scheme)
    return found


def error(case: Case, scheme: Scheme, records: pd.DataFrame, outcomes: NDArray[np.int8]) -> float:
    """Share of these records that are decided adversely though the outcome is positive, or the other way round."""
    adverse = np.asarray(case.under(scheme).ask(records, coins=1).decision) == -1
    return float((adverse == (np.asarray(outcomes) == 1)).mean())


multiple = partial(
    measure,
    harm="opacity",
    unit="rate",
    better="lower",
    needs=("scores", "asking"),
    reference="Marx, Calmon and Ustun 2020 (ICML): predictive multiplicity",
    interval="rate, clustered Wilson; given the pool",
    default=False,
)
BOUND = (
    f"A lower bound: the pool holds {MODELS} models, or the corners and {WITHIN} books within declared bands, not all "
    f"that there are. On at most {PEOPLE:,} people. An official is taken to use one number for everybody."
)


def counted(found: Pool) -> Iterator[Row]:
    """How many schemes serve as well, and how many were tried."""
    for suffix, many in (("_models", len(found.others)), ("_tried", found.tried)):
        yield Row(many, many, many, len(found.own), suffix=suffix, unit="models", why="")


def per_person(case: Case, found: Pool, differs: NDArray[np.bool_]) -> PerPerson:
    """Whom this is said of, as a part of everybody in the sample."""
    part, whole = np.zeros(len(case.people)), np.zeros(len(case.people))
    if not found.why:
        part[found.place], whole[found.place] = differs, 1
    return PerPerson(part, whole, why=found.why, bounds=(0.0, 1.0))


@multiple("ambiguity", caveats=BOUND)
def ambiguity(case: Case) -> Iterator[PerPerson | Row]:
    """Share of people whom at least one scheme that serves as well would decide otherwise.

    As well: it errs at most 0.01 more on another training society; of a rule book, it lies within the bands that the
    book leaves to an official. `_models`: how many such schemes there are, of `_tried`. NaN if the scheme neither
    learns nor declares discretion.
    """
    found = pool_of(case)
    yield per_person(case, found, found.turned_by(slice(None)))
    if not found.why:
        yield from counted(found)


@multiple("discrepancy", splits=False, gap="", caveats=f"{BOUND} The interval is of the one scheme that was found.")
def discrepancy(case: Case) -> PerPerson | Row:
    """Largest share of people whom any one scheme that serves as well would decide otherwise.

    NaN if the scheme neither learns nor declares discretion.
    """
    found = pool_of(case)
    if found.why:
        return Row(math.nan, why=found.why)
    most = int(found.differs.sum(axis=1).argmax())
    return per_person(case, found, found.turned_by(slice(most, most + 1)))
