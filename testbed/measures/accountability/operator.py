"""The operator's report card: errors, corrections, reasons and appeals. Each share comes with its numerator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np

from synthetic.ledger import CAUSES, MENDED
from testbed.case import Case
from testbed.measure import PerPerson, Row, measure
from testbed.regimes import operator_log
from testbed.statistics import Durations

CORRECTED, STRUCK = CAUSES.index("corrected"), CAUSES.index("struck")
HORIZON = 12

card = partial(
    measure,
    harm="accountability",
    needs=("history",),
    reference="MEASURES section 4",
    interval="Wilson with effective n by grid, t(G-1)",
)


def _counted(part: PerPerson, unit: str) -> Iterator[PerPerson | Row]:
    """Yield the rate, and beside it the number it counts over everybody: `_numerator`."""
    yield part
    yield _numerator(float(np.sum(part.numerator)), int(np.count_nonzero(part.denominator)), unit, part.why)


def _numerator(many: float, n: int, unit: str, why: str) -> Row:
    """The `_numerator` row: how many of n are counted. `why` is the reason if n is 0."""
    return Row(many if n else np.nan, many, many, n, suffix="_numerator", why="" if n else why, unit=unit)


@card(
    "operator_error_rate",
    unit="rate",
    better="lower",
    caveats="A decision is wrong if the same scheme decides otherwise on true records. A harsh rule that is applied "
    "without error counts as right.",
)
def operator_error_rate(case: Case) -> Iterator[PerPerson | Row]:
    """Share of the operator's adverse decisions that the scheme does not make on true records."""
    decision, deserved = case.history.decision(case.decided), case.history.deserved(case.decided)
    adverse = case.scored & (decision == -1)
    yield from _counted(PerPerson(adverse & (deserved != -1), adverse, why="nobody is decided adversely"), "decisions")


@card(
    "operator_reason_coverage",
    unit="rate",
    better="higher",
    needs=("history", "asking"),
    caveats="Any reason that names a rule counts, true or not. If the disclosure grants no right to reasons, no "
    "reason is told.",
)
def operator_reason_coverage(case: Case) -> Iterator[PerPerson | Row]:
    """Share of the operator's adverse decisions whose subjects are told at least one reason.

    0 if the disclosure grants no reasons for adverse decisions, or if the model gives none.
    """
    scores = case.scores
    ids = case.records.index.to_numpy()
    told = np.zeros(len(case.people), bool)
    if case.disclosure.reasons_adverse and case.reasons is not None:
        told[np.asarray(case.reasons["person"], np.int64)] = True
    adverse = np.zeros(len(case.people), bool)
    if scores.decision is not None:
        adverse[ids[np.asarray(scores.decision) == -1]] = True
    yield from _counted(PerPerson(adverse & told, adverse, why="nobody is decided adversely"), "decisions")


@card(
    "operator_correction_time",
    unit="months",
    better="lower",
    interval="Kaplan-Meier, restricted mean; influence values by grid of the subject, t(G-1)",
    estimand="E min(months that a wrong entry stands, horizon), over all wrong entries made during the run",
    caveats="An entry that expires uncorrected also ends. Read the share corrected beside it.",
    qualifiers={"horizon": HORIZON},
    splits=False,
    gap="",
)
def operator_correction_time(case: Case, *, horizon: int = HORIZON) -> Iterator[Row]:
    """Mean months that a wrong entry stands before it is corrected or expires, cut at a horizon.

    Entries that still stand at the end of the run are censored there. `_corrected`: share corrected within the
    horizon (Aalen-Johansen, with expiry as a competing event). `_numerator`: wrong entries corrected during the run.
    """
    ledger = case.history.ledger
    wrong = ledger.where(ledger.wrong & (ledger.start < case.periods) & case.scored[ledger.subject])
    lasts, seen = wrong.end.astype(np.int64) - wrong.start, case.periods - wrong.start.astype(np.int64)
    ended = lasts < seen
    known = np.where(ended, lasts, seen - 1)
    mended = np.isin(wrong.end_cause, MENDED)
    table = Durations.of(known, ended, mended, case.clusters[wrong.subject], horizon)
    n = len(np.unique(wrong.subject))
    for suffix, found in (("", table.restricted_mean()), ("_corrected", table.incidence())):
        why = f"no wrong entry is followed for {horizon} months" if n else "there is no wrong entry"
        why = why if np.isnan(found.value) or not n else ""
        value = found.value if n else np.nan
        said, unit = {"horizon": horizon}, "rate" if suffix else ""
        yield Row(value, found.low, found.high, n, suffix=suffix, qualifiers=said, why=why, unit=unit)
    yield _numerator(float(np.sum(ended & mended)), n, "corrected entries", "there is no wrong entry")


def _appeals(case: Case, *, wrong: bool) -> PerPerson:
    """Struck entries over contested entries, by subject, among wrong entries or among true ones."""
    ledger = case.history.ledger
    in_time = ledger.filed & (ledger.noticed >= 0) & (ledger.noticed < case.periods)
    in_time &= ledger.noticed.astype(np.int64) + 1 < ledger.shadow_end
    mine = ledger.where(in_time & ledger.real & (ledger.wrong == wrong) & case.scored[ledger.subject])
    struck = mine.end_cause == (CORRECTED if wrong else STRUCK)
    n = len(case.people)
    contested = np.bincount(mine.subject, minlength=n)
    reversed_ = np.bincount(mine.subject[struck], minlength=n)
    return PerPerson(
        reversed_, contested, why=f"no {'wrong' if wrong else 'true'} entry was contested", bounds=(0.0, 1.0)
    )


REVERSAL = (
    "Counts entries contested during the run, each with its final fate even if that comes after the run. An entry that "
    "expires before its appeal is decided counts as not reversed."
)


@card(
    "operator_reversal_of_wrong",
    unit="rate",
    better="higher",
    caveats=f"{REVERSAL} Read it with operator_reversal_of_right.",
)
def operator_reversal_of_wrong(case: Case) -> Iterator[PerPerson | Row]:
    """Share of contested wrong entries that the operator strikes."""
    yield from _counted(_appeals(case, wrong=True), "entries")


@card(
    "operator_reversal_of_right",
    unit="rate",
    better="lower",
    caveats=f"{REVERSAL} Read it with operator_reversal_of_wrong.",
)
def operator_reversal_of_right(case: Case) -> Iterator[PerPerson | Row]:
    """Share of contested true entries that the operator strikes."""
    yield from _counted(_appeals(case, wrong=False), "entries")


@card(
    "operator_logged_share",
    unit="rate",
    better="higher",
    caveats="Counts entries that operators make without cause. They are known here because they are planted. That a "
    "log shows an entry does not mean that anybody reads it: see _audited and _answered.",
)
def operator_logged_share(case: Case) -> Iterator[PerPerson | Row]:
    """Share of the entries made by hand without cause that the operator's own log shows.

    Counts entries about people in scope, by subject. `_audited`: the share that an audit of the log looks at.
    `_answered`: the share for which somebody is held to account.
    """
    log = operator_log(case.history.ledger, case.scenario.regime, case.society.seed)
    log = log[case.scored[log["person"].to_numpy(np.int64)]]
    subject, n = log["person"].to_numpy(np.int64), len(case.people)
    made = np.bincount(subject, minlength=n)
    why = "no operator has made an entry without cause"
    for suffix, column in (("", "logged"), ("_audited", "audited"), ("_answered", "answered")):
        shown = np.bincount(subject[log[column].to_numpy(bool)], minlength=n)
        part = PerPerson(shown, made, suffix=suffix, why=why, bounds=(0.0, 1.0))
        yield from (_counted(part, "entries") if not suffix else (part,))


@card(
    "out_of_scope_rules",
    unit="rate",
    better="lower",
    needs=("scores",),
    interval="none: exact, from the rule books",
    reference="General Office of the State Council (2020), Guiding Opinions no. 49, on what a credit record may hold",
    caveats="Judges a rule by the kind of conduct that it reads, as the scenario declares it. It does not check "
    "whether a law names the breach with the weight that the rule gives it.",
    splits=False,
    gap="",
)
def out_of_scope_rules(case: Case) -> Iterator[Row]:
    """Share of a scheme's rules that judge something other than a breach: a lawful act, or who a person is.

    A rule is out of scope if it counts a kind of conduct that the scenario declares lawful, or if it reads attributes
    and no entry. Favorable acts are in scope. `_numerator`: how many rules. NaN if the model is not a rule book.
    """
    model = getattr(case.scheme.scorer, "model", case.model)
    books = [model] if hasattr(model, "rules") else list(getattr(model, "books", {}).values())
    rules = [rule for book in books for rule in book.rules]
    if not rules:
        for suffix in ("", "_numerator"):
            yield Row(np.nan, suffix=suffix, why="the model is not a rule book")
        return
    direction = {kind.name: kind.direction for kind in case.scenario.conduct}
    attributes = set(case.scenario.recipe.columns)

    def outside(reads: Iterable[str]) -> bool:
        kinds = [column for column in reads if column not in attributes]
        return not kinds or any(direction.get(kind) == "lawful" for kind in kinds)

    many = sum(outside(rule.reads) for rule in rules)
    share = many / len(rules)
    yield Row(share, share, share, len(rules))
    yield _numerator(float(many), len(rules), "rules", "")
