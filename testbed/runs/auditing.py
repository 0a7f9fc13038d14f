"""Scenario x models x measures x seeds -> findings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import combinations, count
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError, unknown
from testbed.findings.finding import ANCHOR_MODELS, audited
from testbed.findings.names import patterns
from testbed.findings.selection import chosen
from testbed.runs.engine import check_engine, cores, run
from testbed.runs.measuring import Answer, Task, died, forget, halved, model_of, work

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios.base import Scenario

LOTTERY = "lottery"
PRELOAD = (
    "testbed.case.setting",
    "testbed.statistics",
    "testbed.runs.anchors",
    "scipy.stats",
    "sklearn.tree",
    "sklearn.linear_model",
)
"""What worker processes need, imported once for all of them."""
OWN = ("scipy.stats", "jinja2")


@dataclass
class Outcome:
    """A whole audit. `failures` and verdicts that do not hold make the exit status 1.

    `findings` is the whole table, rows of anchors after those of what was audited, as `findings.csv` holds it.
    `seeds` are those that were run, `plan.seeds` those that were asked for: more where a precision was reached.
    """

    findings: pd.DataFrame
    scenario: Scenario
    models: list[str]
    people: int
    periods: int
    seeds: tuple[int, ...]
    verdicts: list[dict[str, Any]]
    failures: list[str]
    life: dict[str, Any] | None
    wanted: tuple[str, ...]
    specs: list[Any] = field(default_factory=list)
    plan: Plan | None = None

    @property
    def void(self) -> bool:
        """Whether an anchor failed."""
        return any(not verdict["holds"] for verdict in self.verdicts)


def audit(
    scenario: str | Path | Scenario,
    models: Any = None,
    *,
    people: int | None = None,
    periods: int | None = None,
    seeds: Sequence[int] = (0,),
    dials: Mapping[str, object] | None = None,
    measures: str | Iterable[str] | None = None,
    equivalence: Mapping[str, float] | None = None,
    precision: Mapping[str, float] | None = None,
    paired: bool = False,
    anchors: bool = False,
    engine: str = "serial",
    workers: int | None = None,
    out: str | Path | None = None,
) -> pd.DataFrame:
    """The findings of a scenario: what its scheme, or other models, do, measured in twin worlds.

    Parameters
    ----------
    scenario: a registered name, a path ending in `.toml`, or a Scenario.
    models: None for the scenario's own scheme; or one or several of: a name, a rule book's path,
        `package.module:object`, an object with `score`, a function of the records.
    people, periods: size of the society and months to run; None for the scenario's own.
    seeds: each its own world. Over several, rows with seed -1 hold the mean with a t interval.
    precision: half widths by measure. Seeds are run in their order, ten at least, until the pooled interval of every
        row of these measures (crossings apart) is at most that wide to each side, or the seeds are used up.
    dials: numbers to set, by path.
    measures: a pattern or several (`error_*`, `hidden[k=100]`); None for all.
    equivalence: bounds by measure, declared before the run: each row of theirs gets an `_equivalent` row, 1 where
        its interval lies within the bound (see `testbed.findings.equivalence`).
    paired: each two models are also compared person by person, the first minus the second, as model `A - B`. It
        runs both once more. Where both do the same to everybody the difference is 0, and exact for these people:
        models that differ on fewer than about 3 in n people may well differ on none of n.
    anchors: also return the rows of the anchors: the lottery, the faithful record, the oracle, redrawn labels. They
        are run, and written to `out`, either way; each carries a model or scenario of its own.
    engine, workers: where the worlds run; the findings are the same bytes whatever is chosen.
    out: a folder for the findings, manifest and page; see `testbed.runs.output`.

    Returns the findings table. `findings.attrs` says which (scenario, model) pairs were audited, and holds
    the anchors' verdicts. A model that fails leaves NaN rows with why, and a warning; so does an anchor.
    Raises InputError for wrong input.
    """
    asked: dict[str, Any] = {
        "people": people, "periods": periods, "seeds": seeds, "dials": dials, "measures": measures,
        "equivalence": equivalence, "precision": precision, "paired": paired,
    }  # fmt: skip
    folder = None
    if out is not None:
        from testbed.runs.manifest import identity
        from testbed.runs.output import claim_folder, folder_path

        out = folder_path(out)
        assert out is not None
        folder = claim_folder(out, identity(planned(scenario, models, **asked)))
    made = run_audit(scenario, models, **asked, engine=engine, workers=workers)
    if folder is not None:
        from testbed.runs.output import write_audit

        write_audit(made, folder)
    for said in made.failures:
        warnings.warn(said, RuntimeWarning, stacklevel=2)
    if made.void:
        failed = ", ".join(verdict["name"] for verdict in made.verdicts if not verdict["holds"])
        warnings.warn(f"these findings are void: anchors failed ({failed})", RuntimeWarning, stacklevel=2)
    return made.findings if anchors else audited(made.findings)


def run_audit(
    scenario: str | Path | Scenario,
    models: Any = None,
    *,
    people: int | None = None,
    periods: int | None = None,
    seeds: Sequence[int] = (0,),
    dials: Mapping[str, object] | None = None,
    measures: str | Iterable[str] | None = None,
    equivalence: Mapping[str, float] | None = None,
    precision: Mapping[str, float] | None = None,
    paired: bool = False,
    engine: str = "serial",
    workers: int | None = None,
    done: Callable[[str], None] | None = None,
) -> Outcome:
    """`audit` with everything that a report needs: verdicts, failures, one life. `done` is told of each world."""
    plan = planned(
        scenario, models, people=people, periods=periods, seeds=seeds, dials=dials, measures=measures,
        equivalence=equivalence, precision=precision, paired=paired,
    )  # fmt: skip
    check_engine(engine, workers)

    def tell(task: Task) -> None:
        if done is not None:
            half = {"run": ", first half,", "asked": ", second half,"}.get(task.part, "")
            done(f"seed {task.seed}, {task.name}{' (beside it)' if task.beside else ''}{half}")

    if engine != "serial":
        # While one process imports for all workers, this one has a core to itself for what it needs at the end.
        Thread(target=lambda: [import_module(name) for name in OWN], daemon=True).start()

    def some(tasks: list[Task]) -> tuple[list[Task], list[Answer]]:
        if engine != "serial" and len(tasks) <= (workers or cores()):
            tasks = halved(tasks)
        return tasks, run(work, tasks, engine=engine, workers=workers, done=tell, preload=PRELOAD, died=died)

    from testbed.runs.sequential import until_precise

    every = tasks_of(plan)
    if plan.precision:
        tasks, answers = until_precise(plan.precision, plan.seeds, every, some, workers or cores())
    else:
        tasks, answers = some(every)
    forget()
    ran = {task.seed for task in tasks}
    return gathered(replace(plan, seeds=tuple(seed for seed in plan.seeds if seed in ran)), tasks, answers, plan)


@dataclass(frozen=True)
class Plan:
    """An audit that was asked for, checked: nothing has been run yet."""

    scenario: Scenario
    specs: tuple[Any, ...]
    names: tuple[str, ...]
    people: int
    periods: int
    seeds: tuple[int, ...]
    wanted: tuple[str, ...]
    equivalence: Mapping[str, float] = field(default_factory=dict)
    precision: Mapping[str, float] = field(default_factory=dict)
    paired: bool = False

    def pairs(self) -> list[tuple[int, int]]:
        """The models that are compared person by person, by their places."""
        return list(combinations(range(len(self.names)), 2)) if self.paired else []


def planned(
    scenario: str | Path | Scenario,
    models: Any = None,
    *,
    people: int | None = None,
    periods: int | None = None,
    seeds: Sequence[int] = (0,),
    dials: Mapping[str, object] | None = None,
    measures: str | Iterable[str] | None = None,
    equivalence: Mapping[str, float] | None = None,
    precision: Mapping[str, float] | None = None,
    paired: bool = False,
) -> Plan:
    """Check what is asked for. Raises InputError before anything runs."""
    from testbed.findings.equivalence import checked as equal_enough
    from testbed.models.base import name_of
    from testbed.models.lottery import Lottery
    from testbed.runs.sequential import checked as half_widths
    from testbed.scenarios.base import Scenario

    if not isinstance(scenario, Scenario):
        scenario = Scenario.load(scenario)
    if dials:
        scenario = scenario.set(dials)
    specs = [scenario.model] if models is None else list(models) if isinstance(models, list | tuple) else [models]
    if not specs:
        raise InputError("models: found none, at least one is needed.")
    names = [str(spec) if isinstance(spec, str | Path) else name_of(spec) for spec in specs]
    for spec, name in zip(specs, names, strict=True):
        model = model_of(scenario, spec)
        if name in ANCHOR_MODELS and not isinstance(model, Lottery):
            raise InputError(f"models: {name!r} is the name of an anchor; give the model another name.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"models: {twice!r} is named twice.")
    seeds = tuple(_whole("seed", seed, 0) for seed in seeds)
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"seeds: found {list(seeds)!r}, different whole numbers are needed.")
    if paired and len(names) < 2:
        raise InputError("paired: found one model, two are needed to be compared.")
    wanted = tuple(patterns(measures))
    chosen(wanted)
    return Plan(
        scenario, tuple(specs), tuple(names),
        scenario.people if people is None else _whole("people", people, 1),
        scenario.periods if periods is None else _whole("periods", periods, 1),
        seeds, wanted, equal_enough(equivalence), half_widths(precision, len(seeds)), paired,
    )  # fmt: skip


def _whole(what: str, value: Any, least: int) -> int:
    import numpy as np

    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value < 2**31:
        raise InputError(f"{what}: found {value!r}, allowed: whole numbers from {least} to {2**31 - 1}.")
    return int(value)


_plans = count()


def tasks_of(plan: Plan) -> list[Task]:
    """One task per seed and model, the lottery beside them, and one per pair of models that are compared."""
    beside = [] if LOTTERY in plan.names else [(LOTTERY, LOTTERY, True)]
    models = [(spec, name, False) for spec, name in zip(plan.specs, plan.names, strict=True)]
    tasks, number = [], next(_plans)
    for seed in plan.seeds:
        for place, (spec, name, aside) in enumerate([*models, *beside]):
            life = seed == plan.seeds[0] and place == 0
            world = (plan.scenario, spec, name, plan.people, plan.periods, seed, plan.wanted)
            tasks.append(Task(*world, beside=aside, with_life=life, plan=number))
        for first, second in plan.pairs():
            name = f"{plan.names[first]} - {plan.names[second]}"
            world = (plan.scenario, plan.specs[first], name, plan.people, plan.periods, seed, plan.wanted)
            tasks.append(Task(*world, plan=number, rival=plan.specs[second]))
    return tasks


def gathered(plan: Plan, tasks: Sequence[Task], answers: Sequence[Answer], asked: Plan | None = None) -> Outcome:
    """One table of all answers: audited models first, then the lottery beside them, then other anchors.

    `plan` names the seeds that were run, `asked` those that were allowed.
    """
    import pandas as pd

    from testbed.findings.equivalence import judged
    from testbed.findings.finding import COLUMNS, frame
    from testbed.findings.pooling import KEY, pooled
    from testbed.statistics import correct

    worlds: dict[tuple[int, str, bool], dict[str, list[dict[str, Any]]]] = {}
    for task, answer in zip(tasks, answers, strict=True):
        worlds.setdefault((task.seed, task.name, task.beside), {}).update(answer.rows)

    def table(beside: bool) -> pd.DataFrame:
        made = frame(
            {**row, "scenario": plan.scenario.name, "model": name, "seed": seed}
            for (seed, name, aside), by_measure in worlds.items()
            if aside is beside
            for one in chosen(plan.wanted)
            for row in by_measure.get(one.name, ())
        )
        if made.empty:
            return made
        over = pooled(made)
        return correct(pd.concat([frame(over), made], ignore_index=True) if over else made)

    own = table(False)
    if plan.wanted and own.empty:
        raise unknown("measure", ", ".join(plan.wanted), [one.name for one in chosen(())])
    own = judged(own, plan.equivalence)
    names = set(COLUMNS)
    others = frame(
        {key: value for key, value in row.items() if key in names} for answer in answers for row in answer.anchor_rows
    )
    parts = [part for part in (own, table(True), others) if len(part)]
    # An anchor's row that the run has already is not said twice.
    findings = pd.concat(parts, ignore_index=True).drop_duplicates([*KEY, "seed"], ignore_index=True)
    pairs = [f"{plan.names[first]} - {plan.names[second]}" for first, second in plan.pairs()]
    findings.attrs["audited"] = [(plan.scenario.name, name) for name in (*plan.names, *pairs)]
    findings.attrs["curves"] = next((answer.curves for answer in answers if answer.curves), "")
    findings.attrs["anchors"] = verdicts = [verdict for answer in answers for verdict in answer.verdicts]
    failures = list(dict.fromkeys(said for answer in answers for said in answer.failures))
    life = next((answer.life for answer in answers if answer.life is not None), None)
    return Outcome(
        findings, plan.scenario, list(plan.names), plan.people, plan.periods, plan.seeds, verdicts, failures, life,
        plan.wanted, list(plan.specs), asked or plan,
    )  # fmt: skip
