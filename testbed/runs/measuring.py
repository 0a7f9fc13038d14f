"""One model in one world, measured: the unit of parallel work. An answer is a pure function of its task."""

# Any: a model is a user's object, and a row of findings holds texts and numbers.
from __future__ import annotations

import gc
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from synthetic.variables import DRAWN_BY
from testbed.findings import asks, chosen, in_one_world, own_measure, rows_asked, small_groups
from testbed.models import USUAL, Limits, within
from testbed.runs.failing import Failure, failure_of
from testbed.runs.fixed import fixed
from testbed.scenarios import model_of, splits_of

if TYPE_CHECKING:
    from testbed.case import Case, Setting
    from testbed.measure import Measure
    from testbed.scenarios import Scenario

LARGE = 5_000
"""People of a world whose memory is freed at once; Python frees that of smaller ones in its own time."""


@dataclass(frozen=True)
class Task:
    """One model in one world: the unit of parallel work.

    model: what the user named, or the object itself.
    part: a half of the measures, if there are more cores than worlds: "asked" (opacity, whose measures ask the scheme)
        or "run" (the rest, which share twins, and the anchors); "" for all.
    plan: tasks of one plan and seed share a society.
    rival: the task is a comparison, the model minus the rival, person by person.
    beside: the model is the lottery beside the audited models.
    bare: no anchors are checked, and a failure is not reported.
    grant: the rights that are granted in twins, one at a time and together.
    own: where measures of somebody else are found, for a process that has not imported them.
    alone: no anchors are checked.
    minimum: groups of fewer people are not named.
    limits: what the models may take.
    """

    scenario: Scenario
    model: Any
    name: str
    people: int
    periods: int
    seed: int
    wanted: tuple[str, ...]
    beside: bool = False
    with_life: bool = False
    part: str = ""
    plan: int = 0
    rival: Any = None
    bare: bool = False
    grant: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    alone: bool = False
    minimum: int = 0
    limits: Limits = USUAL

    def measures(self) -> list[Measure]:
        """Return the measures of this task, in the order of the registry."""
        return [one for one in chosen(self.wanted) if self.part in ("", _part(one))]


@dataclass
class Answer:
    """The answer to a task: rows by measure, verdicts of anchors, one life, and what failed.

    causes: what each compared attribute causes, in words. decided_by: how decisions come about, in words. granted:
    rows of worlds with rights granted. refused: why the scenario allows no such world, if a bare task asked for
    one. seconds: of the whole task. times: seconds of each measure; what several measures share, such as a twin, is
    in the time of the first. small: the groups of each split that have too few people to be named.
    """

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    anchor_rows: list[dict[str, Any]] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    life: dict[str, Any] | None = None
    causes: dict[str, str] = field(default_factory=dict)
    decided_by: str = ""
    curves: str = ""
    granted: list[dict[str, Any]] = field(default_factory=list)
    refused: str = ""
    seconds: float = 0.0
    times: dict[str, float] = field(default_factory=dict)
    small: list[tuple[str, str]] = field(default_factory=list)


def _part(measure: Measure) -> str:
    return "asked" if measure.harm == "opacity" else "run"


def halved(tasks: Sequence[Task]) -> list[Task]:
    """Return each world as two tasks, ordered so that the long ones begin first."""
    whole = [task for task in tasks if task.rival is not None]
    tasks = [task for task in tasks if task.rival is None]
    audited = [replace(task, part=part) for task in tasks if not task.beside for part in ("run", "asked")]
    return [*audited, *whole, *(replace(task, part=part) for task in tasks if task.beside for part in ("asked", "run"))]


_latest: list[tuple[tuple[int, int], Setting]] = []


def setting_of(task: Task) -> Setting:
    """Return the society of a task: the latest one if it is the same, as for the models of one seed."""
    from testbed.case import Setting

    key = (task.plan, task.seed)
    if not _latest or _latest[0][0] != key:
        _latest[:] = [(key, Setting(task.scenario, people=task.people, periods=task.periods, seed=task.seed))]
    return _latest[0][1]


def forget() -> None:
    """Free the latest society."""
    _latest.clear()


def work(task: Task) -> Answer:
    """Run one model in one world and measure it. The answer depends on nothing but the task."""
    with within(task.limits):
        return _worked(task)


def _worked(task: Task) -> Answer:
    from testbed.case import Case, causes_said, decided_by
    from testbed.models import ModelError

    for reference in task.own:
        own_measure(reference)
    if task.rival is not None:
        return work_paired(task)
    began = time.perf_counter()
    answer = Answer()
    try:
        case = Case.of(setting_of(task), model_of(task.scenario, task.model), name=task.name)
    except (ModelError, InputError) as failure:
        if isinstance(failure, InputError) and not task.bare:
            raise
        answer = failed(task, str(failure))
        answer.refused = str(failure) if isinstance(failure, InputError) else ""
    else:
        answer.decided_by = decided_by(case)
        for one in task.measures():
            start = time.perf_counter()
            measured(case, one, task, answer)
            answer.times[one.name] = time.perf_counter() - start
        answer.small = small_groups(case.coded, splits_of(task.scenario), task.minimum)
        if task.grant and task.part != "run":
            _granted(case, task, answer)
        if task.part != "asked" and not task.bare:
            if {"counterfactual_effect", "spurious_gap"}.intersection(one.name for one in task.measures()):
                answer.causes = {split: causes_said(case, split) for split in task.scenario.compared}
            if not task.alone:
                _anchored(case, task, answer)
        if task.with_life and task.part != "asked":
            _told(case, answer)
            if any(one.harm == "disparate impact" for one in task.measures()):
                from testbed.report import curve_text, curves

                answer.curves = curve_text(curves(case, task.name))
        del case
    _free(task)
    answer.seconds = time.perf_counter() - began
    return answer


def _free(task: Task) -> None:
    """Free the memory of a large world now: a case and its twins refer to each other, and the next world needs it."""
    if task.people >= LARGE:
        gc.collect()


def failed(task: Task, said: str) -> Answer:
    """Return the answer to a task that could not be measured: NaN rows that say why."""
    rows = {one.name: [_nan(one, one.name, said)] for one in task.measures()}
    return Answer(rows, failures=[] if task.bare else [Failure(task.name, task.seed, said)])


def died(task: Task) -> Answer:
    """Return the answer to a task whose worker process ended early."""
    return failed(
        task, f"model {task.name}: its worker process ended before it answered; it was ended, or memory ran out."
    )


def work_paired(task: Task) -> Answer:
    """Run two models in one world and measure the first minus the second, on the same people and coins.

    Only ratios of sums over people can be paired. Measures that ask the scheme again are left out.
    """
    from testbed.case import Case
    from testbed.statistics import kept, paired_rows
    from testbed.world import given

    began, answer = time.perf_counter(), Answer()
    units: list[str] = []
    some = [one for one in task.measures() if one.harm != "opacity" or "asking" not in one.needs]
    sides: list[dict[str, Any]] = []
    schemes = []
    unknown: dict[str, str] = {}
    names = task.name.split(" - ")
    for spec, name in zip((task.model, task.rival), names, strict=True):
        held: dict[str, Any] = {}
        try:
            case = Case.of(setting_of(task), model_of(task.scenario, spec), name=name)
            for one in some:
                if said := fixed(case, one):
                    unknown[one.name] = said
                    continue
                try:
                    held[one.name] = kept(one(case))
                except InputError as problem:
                    if not case.scheme.fixed:
                        raise
                    unknown[one.name] = str(problem)
        except MemoryError:  # the run cannot go on; the command says so
            raise
        except Exception as problem:
            failure = failure_of(problem, name, task.seed, task.name)
            return Answer({one.name: [_nan(one, one.name, failure.said)] for one in some}, failures=[failure])
        sides.append(held)
        schemes.append(case.scheme)
        units.append(case.unit)
    splits, reference = splits_of(task.scenario), task.scenario.reference
    case = case.clustered_by(max(units, key=DRAWN_BY.index))
    for one in some:
        if one.name in unknown:
            answer.rows[one.name] = [_nan(one, one.name, unknown[one.name])]
            continue
        rows = paired_rows(one, sides[0][one.name], sides[1][one.name], case, splits=splits, reference=reference)
        wanted = task.wanted
        kept_rows = [row for row in rows if not wanted or any(asks(w, row["measure"], one) for w in wanted)]
        answer.rows[one.name] = in_one_world(kept_rows, given(*schemes))
    del case
    _free(task)
    answer.seconds = time.perf_counter() - began
    return answer


def measured(case: Case, measure: Measure, task: Task, answer: Answer) -> None:
    """Add the rows of one measure to the answer. A measure that fails gives a NaN row that says why.

    So does one that asks what a change would do to scores that cannot change.
    """
    scenario = case.scenario
    if said := fixed(case, measure):
        answer.rows[measure.name] = [_nan(measure, measure.name, said)]
        return
    try:
        rows = rows_asked(measure, case, task.wanted, splits=splits_of(scenario), reference=scenario.reference)
    except InputError as problem:
        rows = [_nan(measure, measure.name, str(problem))]
    except MemoryError:
        raise
    except Exception as problem:
        failure = failure_of(problem, task.name, task.seed, measure.name)
        answer.failures.append(failure)
        rows = [_nan(measure, measure.name, failure.said)]
    answer.rows[measure.name] = in_one_world(rows, case.given)


def _nan(measure: Measure, name: str, why: str) -> dict[str, Any]:
    return {
        "measure": name, "harm": measure.harm, "split": "all", "group": "all", "versus": "", "value": math.nan,
        "low": math.nan, "high": math.nan, "unit": measure.unit, "n": 0, "why": " ".join(why.split()) or "it failed",
    }  # fmt: skip


def _anchored(case: Case, task: Task, answer: Answer) -> None:
    """Add the rows and verdicts of the anchors to the answer."""
    try:
        from testbed.runs.anchors import anchors

        rows, verdicts = anchors(case)
    except MemoryError:
        raise
    except Exception as problem:
        answer.failures.append(failure_of(problem, task.name, task.seed, "anchors"))
        return
    answer.anchor_rows += [{"seed": task.seed, **row} for row in in_one_world(rows, case.given)]
    answer.verdicts += [{**verdict, "model": task.name, "seed": task.seed} for verdict in verdicts]


def _granted(case: Case, task: Task, answer: Answer) -> None:
    """Add what the rights of the task would change to the answer."""
    from testbed.runs.granting import Granting

    granting = Granting(case, task.wanted)
    answer.granted += [{**row, "model": task.name, "seed": task.seed} for row in granting.rows(task.grant)]
    answer.failures += granting.failures


def _told(case: Case, answer: Answer) -> None:
    """Add the life of a typical person to the answer."""
    from testbed.lives import life, typical
    from testbed.models import ModelError

    try:
        person = typical(case)
        answer.life = None if person is None else life(case, person)
    except ModelError as failure:
        answer.failures.append(failure_of(failure, case.model_name, case.seed, "one life"))
