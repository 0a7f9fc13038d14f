"""Error propagation on a table: what a wrong value does to the score and decision of its row, and who bears it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from synthetic.errors import unknown
from testbed.measure import PerPerson, Row
from testbed.statistics import estimate
from testbed.tables.modeled.case import Modeled
from testbed.tables.modeled.declaring import followed, of_model
from testbed.tables.modeled.effects import Change, Effect, Floats, effects, together
from testbed.tables.modeled.mistakes import Mistake
from testbed.tables.modeled.values import batch_of

FAMILY = "error propagation"
ROWS = "A root is a row with one wrong value; it is followed on a sample of up to 20,000 rows."
POOLED = (
    "Without a source, errors are taken in proportion to their rates: most rates of the default set are guesses. "
    "Errors are taken one at a time."
)
MEAN = "influence values by row (shifted batches: by batch), t"
OF = "error_burden"
TIMES = (0.0, 0.5, 1.0, 2.0, 4.0)
REPEATS = 60_000
"""Rows that are drawn in all for the errors made together: a small table is drawn several times."""
SYSTEMS = ("first", "second")


def _systems(case: Modeled) -> tuple[str, ...]:
    return SYSTEMS if case.second is not None else SYSTEMS[:1]


def _change(effect: Effect, system: str) -> Change:
    return effect.first if system == "first" or effect.second is None else effect.second


def _pooled(case: Modeled, what: str, system: str) -> PerPerson:
    """The mean over errors in proportion to their rates, and over the rows where each can be made."""
    n = len(case.rows)
    above, below = np.zeros(n), np.zeros(n)
    for one, effect in effects(case):
        if not (effect.why if system == "first" else effect.why_second):
            above += case.chances[one.name] * np.where(effect.possible, _value(_change(effect, system), what), 0.0)
            below += case.chances[one.name] * effect.possible
    qualifiers: dict[str, object] = {} if system == "first" else {"system": system}
    return _part(case, above, below, qualifiers, what, "no error can change a value of these rows")


def _of_source(case: Modeled, one: Mistake, effect: Effect, what: str) -> PerPerson:
    """The mean over the rows where this error can be made."""
    able = effect.possible.astype(float) * (not effect.why)
    value = np.where(effect.possible, _value(effect.first, what), 0.0)
    made = _part(case, value, able, {"source": one.name}, what, effect.why or "it can change no value of these rows")
    return replace(made, unit_of=batch_of(one, case.rows)) if one.kind == "shifted" else made


def _value(change: Change, what: str) -> Floats:
    return {
        "gain": change.gain,
        "size": np.abs(change.gain),
        "flip": change.flip.astype(float),
        "back": change.back.astype(float),
        "net": change.flip.astype(float) - change.back,
    }[what]


SUFFIXES = {"size": "_size", "net": "_net"}
BOUNDS = {"flip": (0.0, 1.0), "back": (0.0, 1.0), "net": (-1.0, 1.0), "gain": (-np.inf, np.inf)}
"""Bounds of what a row can add; all else is a size or a count, 0 or more."""


def _part(
    case: Modeled, above: Floats, below: Floats, qualifiers: dict[str, object], what: str = "burden", why: str = ""
) -> PerPerson:
    """A ratio of sums over rows; none if the model answers otherwise when it is asked again."""
    if case.unsteady:
        above, below, why = np.zeros(len(above)), np.zeros(len(below)), case.unsteady
    return PerPerson(
        above, below, qualifiers=qualifiers, suffix=SUFFIXES.get(what, ""), why=why, exact=case.reads_nothing,
        bounds=BOUNDS.get(what, (0.0, np.inf)),
    )  # fmt: skip


def _each(case: Modeled, source: str, what: str) -> Iterator[PerPerson | Row]:
    """All errors together, and each source about everybody; by group too for a source that is asked for by name."""
    for one, effect in _asked(case, source):
        part = _of_source(case, one, effect, what)
        yield part if source == one.name else about_everybody(case, part)
    if source == "any":
        for system in _systems(case):
            yield _pooled(case, what, system)


def _asked(case: Modeled, source: str) -> list[tuple[Mistake, Effect]]:
    """The errors of a source, or all. Raises InputError for an unknown source."""
    found = effects(case)
    names = [one.name for one, _ in found]
    if source not in ("any", *names):
        raise unknown("source of errors", source, ("any", *names))
    return [(one, effect) for one, effect in found if source in ("any", one.name)]


def about_everybody(case: Modeled, part: PerPerson) -> Row:
    """A part about everybody alone: with many sources, rows by group would be many and hardly read."""
    made = estimate(part, case, "all")
    (low,), (high,) = made.limits()
    value = float(made.value[0])
    return Row(
        value, float(low), float(high), int(made.n[0]), suffix=part.suffix, qualifiers=part.qualifiers,
        why=made.why[0] if np.isnan(value) else "",
    )  # fmt: skip


@of_model(
    "error_gain",
    harm=FAMILY,
    unit="points",
    better="none",
    estimand="mean over rows of the score with the wrong value minus the score without it, worse negative",
    interval=MEAN,
    reference="MEASURES sections 3 and 6",
    caveats=f"{ROWS} {POOLED} Points are those of the model's score. Changes up and down cancel: `_size` has the mean "
    "of their sizes.",
    qualifiers={"source": "any"},
    on=followed,
)
def error_gain(case: Modeled, *, source: str = "any") -> Iterator[PerPerson | Row]:
    """Score change of a row with one wrong value, negative if the score gets worse; `_size` without the sign."""
    yield from _each(case, source, "gain")
    yield from _each(case, source, "size")


@of_model(
    "flip_rate",
    harm=FAMILY,
    unit="rate",
    better="lower",
    estimand="P(adverse with the wrong value and not without it)",
    interval=f"one source: Wilson, Clopper-Pearson under 5 events; all: {MEAN}",
    reference="MEASURES sections 3 and 6",
    caveats=f"{ROWS} {POOLED}",
    qualifiers={"source": "any"},
    on=followed,
)
def flip_rate(case: Modeled, *, source: str = "any") -> Iterator[PerPerson | Row]:
    """Share of wrong values that turn their row's decision adverse. `_net`: less those that spare it one."""
    yield from _each(case, source, "flip")
    if source == "any":
        for system in _systems(case):
            yield _pooled(case, "net", system)


@of_model(
    "flip_back_rate",
    harm=FAMILY,
    unit="rate",
    better="none",
    estimand="P(not adverse with the wrong value and adverse without it)",
    interval=f"one source: Wilson, Clopper-Pearson under 5 events; all: {MEAN}",
    reference="MEASURES sections 3 and 6",
    caveats=f"{ROWS} {POOLED}",
    qualifiers={"source": "any"},
    on=followed,
)
def flip_back_rate(case: Modeled, *, source: str = "any") -> Iterator[PerPerson | Row]:
    """Share of wrong values that spare their row an adverse decision."""
    yield from _each(case, source, "back")


def _together(case: Modeled, times: float, system: str, qualifiers: dict[str, object]) -> PerPerson:
    """Wrong adverse decisions per 1,000 people with all errors at `times` their rates."""
    n = len(case.rows)
    made = None if case.unsteady else together(case, times, min(20, max(1, REPEATS // n)))
    if made is None or made.why:
        return _part(case, np.zeros(n), np.zeros(n), qualifiers, why=case.unsteady if made is None else made.why)
    wrong = made.first if system == "first" or made.second is None else made.second
    return _part(case, wrong, np.full(n, 1e-3), qualifiers)


@of_model(
    "error_burden",
    harm=FAMILY,
    unit="per 1,000 people",
    better="lower",
    estimand="expected wrong adverse decisions among 1,000 people",
    interval="influence values by row, t; few who bear any: at least the gamma limits of Fay and Feuer",
    reference="MEASURES sections 3 and 6",
    caveats="Wrong means that the same model decides otherwise on the true values of the table, which are taken to be "
    "true. It scales with the rates of the errors, and most rates of the default set are guesses. Whoever is decided "
    "adversely anyway can bear none.",
    qualifiers={"source": "any"},
    on=followed,
)
def error_burden(case: Modeled, *, source: str = "any") -> Iterator[PerPerson | Row]:
    """Wrong adverse decisions per 1,000 people if all errors are made at their rates; by kind of error, one at a time.

    `source` asks for one source, by group too. The parts are expectations over each error alone. They need not sum
    to the whole, since errors of one row can hide each other or act together.
    """
    kinds = list(dict.fromkeys(one.kind for one, _ in effects(case)))
    for kind in kinds if source == "any" else ():
        yield _burden(case, [(one, effect) for one, effect in effects(case) if one.kind == kind], {"kind": kind})
    for one, effect in _asked(case, source):
        part = _burden(case, [(one, effect)], {"source": one.name})
        yield part if source == one.name else about_everybody(case, part)
    if source == "any":
        for system in _systems(case):
            yield _together(case, 1.0, system, {} if system == "first" else {"system": system})


def _burden(case: Modeled, found: list[tuple[Mistake, Effect]], qualifiers: dict[str, object]) -> PerPerson:
    """Expected wrong adverse decisions by these errors, each alone."""
    known = [(one, effect) for one, effect in found if not effect.why]
    share = np.zeros(len(case.rows))
    for one, effect in known:
        share += case.chances[one.name] * effect.first.flip
    whole = np.full(len(case.rows), 1e-3 if known else 0.0)
    return _part(case, share, whole, qualifiers, why=next((effect.why for _, effect in found if not known), ""))


@of_model(
    "dose_response",
    harm=FAMILY,
    unit="per 1,000 people",
    better="lower",
    estimand="wrong adverse decisions among 1,000 people at a multiple of the rates of all errors",
    interval="that of error_burden",
    reference="MEASURES section 3",
    caveats="All rates change together, up to 1. The model stays as fitted.",
    qualifiers={"of": OF, "times": "grid"},
    gap="",
    splits=False,
    on=followed,
)
def dose_response(case: Modeled, *, of: str = OF, times: float | str = "grid") -> Iterator[PerPerson]:
    """`error_burden` at 0, 0.5, 1, 2 and 4 times the rates of the errors, with the same draws."""
    if of != OF:
        raise unknown("measure of a dose response on a table", of, (OF,))
    for one in TIMES if times == "grid" else (float(times),):
        yield _together(case, one, "first", {"of": OF, "times": one})


@of_model(
    "most_fragile",
    harm=FAMILY,
    unit="per 1,000 people",
    better="lower",
    estimand="expected decisions turned, either way, among 1,000 people by the errors of the column with most of them",
    interval=f"{MEAN}; the choice of the column is not in it",
    reference="MEASURES section 6",
    caveats="The column is chosen for its number, which is then too high by chance where several columns are close. "
    "Errors that strike several columns together belong to none of them.",
    gap="",
    on=followed,
)
def most_fragile(case: Modeled) -> Iterator[PerPerson | Row]:
    """Decisions turned per 1,000 people by the errors of one column: that whose errors turn most decisions."""
    turned: dict[str, Floats] = {}
    for one, effect in effects(case):
        if len(one.columns) == 1 and not effect.why:
            both = case.chances[one.name] * (effect.first.flip | effect.first.back)
            turned[one.columns[0]] = turned.get(one.columns[0], np.zeros(len(case.rows))) + both
    if case.unsteady or not turned:
        yield Row(float("nan"), why=case.unsteady or "no error strikes one column alone")
        return
    top = max(turned, key=lambda name: turned[name].sum())
    part = PerPerson(turned[top], np.full(len(case.rows), 1e-3), exact=case.reads_nothing, bounds=(0.0, np.inf))
    said = str(top).translate(dict.fromkeys(map(ord, "[],="), "_")) if turned[top].any() else "none"
    yield replace(part, qualifiers={"column": said})
