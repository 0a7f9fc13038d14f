"""Scenario x models x measures x seeds -> findings."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from synthetic.errors import unknown
from testbed.findings import audited, chosen
from testbed.runs.engine import check_engine, cores, run
from testbed.runs.measuring import Answer, Task, died, forget, halved, work
from testbed.runs.plan import Outcome, Plan, planned, tasks_of

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios import Scenario

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
    plan = planned(
        scenario, models, people=people, periods=periods, seeds=seeds, dials=dials, measures=measures,
        equivalence=equivalence, precision=precision, paired=paired,
    )  # fmt: skip
    folder = None
    if out is not None:
        from testbed.runs.manifest import identity
        from testbed.runs.output import claim_folder, folder_path

        out = folder_path(out)
        assert out is not None
        folder = claim_folder(out, identity(plan))
    made = run_audit(plan, engine=engine, workers=workers)
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
    plan: Plan,
    *,
    engine: str = "serial",
    workers: int | None = None,
    done: Callable[[str], None] | None = None,
) -> Outcome:
    """Run a plan: what `audit` returns with all that a report needs. `done` is told of each world."""
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


def gathered(plan: Plan, tasks: Sequence[Task], answers: Sequence[Answer], asked: Plan | None = None) -> Outcome:
    """One table of all answers: audited models first, then the lottery beside them, then other anchors.

    `plan` names the seeds that were run, `asked` those that were allowed.
    """
    import pandas as pd

    from testbed.findings import COLUMNS, KEY, frame, judged, pooled
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
