"""Scenario x models x measures x seeds -> findings."""

# Any: models are a user's objects, and a row of findings holds texts and numbers.
from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from synthetic.errors import unknown
from testbed.findings import audited, chosen, plain_name
from testbed.models import checked_limits, within
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
"""What the main process needs at the end, imported while the workers begin."""


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
    grant: str | Iterable[str] = (),
    minimum: int = 0,
    anchors: bool = False,
    engine: str = "serial",
    workers: int | None = None,
    out: str | Path | None = None,
    model_timeout: float | None = None,
) -> pd.DataFrame:
    """Run a scenario and return what its scheme, or other models, do in it.

    Parameters
    ----------
    scenario : str, Path or Scenario
        A registered name, a path that ends in `.toml`, or a scenario.
    models : object or list of objects, optional
        One or several models: a name, the path of a rule book, `package.module:object`, `cmd:PROGRAM`, an `http://`
        address on this machine, a table of scores (`.csv`), an object with `score`, a function of the records, or an
        estimator of scikit-learn or fairlearn, fitted or not. Default: the scenario's own scheme.
    people : int, optional
        Size of the society. Default: that of the scenario.
    periods : int, optional
        Months to run. Default: those of the scenario.
    seeds : sequence of int, default (0,)
        Seeds from 0 on; each makes its own world. If there are several, rows with seed -1 hold the ratio of sums or
        the mean over seeds, with a t interval.
    dials : mapping of str to object, optional
        Dials to set, by path. Default: none.
    measures : str or iterable of str, optional
        Patterns that select measures, such as "error_*" or "hidden[k=100]", or `package.module:object` for a measure
        of your own, which is tried on a small world first. Default: all but the costly ones.
    equivalence : mapping of str to float, optional
        Bounds by measure, declared before the run. Each row of such a measure gets an `_equivalent` row: 1 if its
        interval lies within the bound, 0 if not. Default: none.
    precision : mapping of str to float, optional
        Half widths by measure. Seeds are run in their order, at least ten, until the pooled interval of every row of
        these measures (crossings apart) is at most that wide to each side, or no seed is left. See the notes on skewed,
        equal and undefined rows. Default: all seeds are run.
    paired : bool, default False
        Whether each two models are also compared person by person, the first minus the second, as model `A - B`.
        Both are run once more for this.
    grant : str or iterable of str, default ()
        Rights that are granted in twins, one at a time and all together: "own_record", "rules", "reasons", "notice",
        "contest", or "each". Their rows name the dials that differ in `scenario`, and rows of a scenario `A - B` are
        the difference of both on the same people and coins. `ladder` makes a table of them.
    minimum : int, default 0
        Numbers about fewer people than this are left blank, with the reason, and so are the names of such groups: for
        societies whose people are the rows of a real table. What is left may still give them away by subtraction.
    anchors : bool, default False
        Whether the rows of the anchors are returned too: the lottery, the faithful record, the oracle, redrawn labels.
        Anchors are run, and written to `out`, in either case.
    engine : {"serial", "processes", "dask"}, default "serial"
        Where the worlds run. The findings are the same bytes in every engine. Where worker processes cannot run this
        script or a model, "processes" runs in this process and warns.
    workers : int, optional
        Worker processes, at least 1. Default: the number of cores.
    out : str or Path, optional
        Folder for the findings, the manifest and the page. Default: nothing is written.
    model_timeout : float, optional
        Seconds that a model may take to answer one call, and ten times as many to be fitted. Default: 60. A model in
        Python runs in a process of its own, which is then ended. What cannot be sent there, such as a lambda or a class
        of a notebook, runs in this process, and the manifest says so.

    Returns
    -------
    DataFrame
        The findings, one row per number. `attrs["audited"]` lists the (scenario, model) pairs that were audited, and
        `attrs["anchors"]` holds the verdicts of the anchors. With rights granted, `attrs["grants"]` lists them.

    Raises
    ------
    InputError
        If an argument is wrong, a name is unknown, or `out` holds something else.
    ContractError
        If a measure of your own breaks its contract.

    Warns
    -----
    RuntimeWarning
        If a model or an anchor fails, or a precision is not reached. A model that fails leaves rows with NaN and a
        `why`.

    See Also
    --------
    audit_table : Audit a table of predictions instead.
    claim : Claim something about a finding.
    ladder : What granted rights change, as a table.

    Notes
    -----
    Two-sided 95 % intervals throughout. An `_equivalent` row is a pair of one-sided tests (Schuirmann 1987);
    `precision` is the fixed-width rule of Chow and Robbins (1965), with t intervals. It asks for K >= 25 (`|g|` +
    sqrt(6 / K))^2 seeds, g the skewness over seeds (after Cochran 1977), so for 13 or more where seeds differ. Heavy
    tails are still covered less often (exponential: 91 to 93 %, lognormal: 88 to 90 %). Rates that are equal in all K
    seeds, and not exact, may still differ in a share of up to about 3.7 / K of seeds, each by as much as their scale
    allows. Other equal rows are never precise; nor are rows that are undefined in a seed, unless they are ratios of
    sums.

    Over seeds a rate, a mean count, and their differences are ratios of sums over seeds, with a jackknife over seeds. A
    seed without anybody in the denominator adds nothing; a `_seeds_undefined` row counts such seeds. Other rows are
    means, and NaN if a seed has no value.

    If two models do the same to everybody, their paired difference is 0 and exact for these people only: models that
    differ on fewer than about 3 in n people may differ on none of n.

    Examples
    --------
    >>> from testbed import audit
    >>> findings = audit("rongcheng", people=1024, periods=3, measures="adverse_rate")
    >>> row = findings.query("measure == 'adverse_rate' and split == 'all'").iloc[0]
    >>> row["model"], row["unit"], bool(0 <= row["value"] <= 1)
    ('rongcheng', 'rate', True)
    """
    with within(checked_limits(model_timeout)):
        plan = planned(
            scenario, models, people=people, periods=periods, seeds=seeds, dials=dials, measures=measures,
            equivalence=equivalence, precision=precision, paired=paired, grant=grant, minimum=minimum,
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
    warn_of(made)
    return made.findings if anchors else audited(made.findings)


def warn_of(made: Outcome) -> None:
    """Warn of models and anchors that failed, and of precisions that were not reached."""
    from testbed.runs.sequential import unreached

    for said in [*made.failures, *unreached(made.precision)]:
        warnings.warn(said, RuntimeWarning, stacklevel=3)
    if made.void:
        failed = ", ".join(verdict["name"] for verdict in made.verdicts if not verdict["holds"])
        warnings.warn(f"these findings are void: anchors failed ({failed})", RuntimeWarning, stacklevel=3)


def run_audit(
    plan: Plan,
    *,
    engine: str = "serial",
    workers: int | None = None,
    done: Callable[[str], None] | None = None,
) -> Outcome:
    """Run a plan. Returns all that a report needs. `done` is called with a few words on each world that is done."""
    check_engine(engine, workers)

    def tell(task: Task) -> None:
        if done is not None:
            half = {"run": ", first half,", "asked": ", second half,"}.get(task.part, "")
            done(f"seed {task.seed}, {task.name}{' (beside it)' if task.beside else ''}{half}")

    if engine != "serial":
        # One process imports for all workers; meanwhile this one has a free core.
        Thread(target=lambda: [import_module(name) for name in OWN], daemon=True).start()

    def run_some(tasks: list[Task]) -> tuple[list[Task], list[Answer]]:
        if engine != "serial" and len(tasks) <= (workers or cores()):
            tasks = halved(tasks)
        return tasks, run(work, tasks, engine=engine, workers=workers, done=tell, preload=PRELOAD, died=died)

    from testbed.runs.sequential import reached, until_precise

    every = tasks_of(plan)
    if plan.precision:
        tasks, answers = until_precise(plan.precision, plan.seeds, every, run_some, workers or cores())
    else:
        tasks, answers = run_some(every)
    forget()
    made = gathered(plan, tasks, answers)
    made.precision = reached(plan.precision, tasks, answers)
    return made


def _of_rights(answers: Sequence[Answer]) -> pd.DataFrame:
    """Return the rows of worlds with rights granted, those over several seeds first."""
    import pandas as pd

    from testbed.findings import frame, pooled

    rows = [row for answer in answers for row in answer.granted]
    made = frame({key: value for key, value in row.items() if key != "terms"} for row in rows)
    if made.empty:
        return made
    over = pooled(made.assign(terms=[row.get("terms", ()) for row in rows]))
    return pd.concat([frame(over), made], ignore_index=True) if over else made


def gathered(plan: Plan, tasks: Sequence[Task], answers: Sequence[Answer]) -> Outcome:
    """Return the outcome of all answers: findings of audited models, then of the lottery, then of other anchors."""
    import pandas as pd

    from testbed.findings import COLUMNS, KEY, frame, judged, pooled, without_quotes, without_small
    from testbed.measure import same_rows
    from testbed.runs.assumptions import rows_owed
    from testbed.statistics import correct

    worlds: dict[tuple[int, str, bool], dict[str, list[dict[str, Any]]]] = {}
    for task, answer in zip(tasks, answers, strict=True):
        worlds.setdefault((task.seed, task.name, task.beside), {}).update(answer.rows)

    def table(beside: bool) -> pd.DataFrame:
        rows = [
            {**row, "scenario": plan.scenario.name, "model": name, "seed": seed}
            for (seed, name, aside), by_measure in worlds.items()
            if aside is beside
            for one in chosen(plan.wanted)
            for row in by_measure.get(one.name, ())
        ]
        made = frame(rows)
        if made.empty:
            return made
        over = pooled(made.assign(terms=[row.get("terms", ()) for row in rows]))
        made = pd.concat([frame(over), made], ignore_index=True) if over else made
        return correct(made, same_rows(plan.scenario.outcome))

    own = table(False)
    if plan.wanted and own.empty:
        raise unknown("measure", ", ".join(plan.wanted), [one.name for one in chosen(())])
    own = judged(own, plan.equivalence)
    rights = _of_rights(answers)
    ran = {task.seed for task in tasks}
    owed = frame(rows_owed(plan, own, ran))
    names = set(COLUMNS)
    others = frame(
        {key: value for key, value in row.items() if key in names} for answer in answers for row in answer.anchor_rows
    )
    parts = [part for part in (own, owed, rights, table(True), others) if len(part)]
    # A row of an anchor, or of a world without more rights, that the run has already is left out.
    findings = pd.concat(parts, ignore_index=True).drop_duplicates([*KEY, "seed"], ignore_index=True)
    small = dict.fromkeys(pair for answer in answers for pair in answer.small)
    findings = without_small(findings, plan.minimum, small)
    pairs = [f"{plan.names[first]} - {plan.names[second]}" for first, second in plan.pairs()]
    named = [(plan.scenario.name, name) for name in (*plan.names, *pairs)]
    granted = zip(rights["scenario"], rights["model"], strict=True) if len(rights) else ()
    findings.attrs["audited"] = list(dict.fromkeys([*named, *granted]))
    if plan.grant:
        from testbed.runs.manifest import grants_of

        findings.attrs["grants"] = grants_of(plan)
    # The points of a curve lie at scores that few people have.
    drawn = answers if plan.minimum <= 1 else ()
    findings.attrs["curves"] = next((answer.curves for answer in drawn if answer.curves), "")
    findings.attrs["anchors"] = verdicts = [verdict for answer in answers for verdict in answer.verdicts]
    failed = [one for answer in answers for one in answer.failures]
    if plan.scenario.recipe.rows is not None:
        failed = [replace(one, said=without_quotes(one.said)) for one in failed]
        findings["why"] = findings["why"].map(without_quotes).astype(findings["why"].dtype)
    life = next((answer.life for answer in answers if answer.life is not None), None)
    told = [(task, answer) for task, answer in zip(tasks, answers, strict=True) if answer.causes and not task.beside]
    causes = {task.name: answer.causes for task, answer in told}
    said = [
        (task, answer) for task, answer in zip(tasks, answers, strict=True) if answer.decided_by and not task.beside
    ]
    decided = {task.name: answer.decided_by for task, answer in reversed(said)}
    kept = tuple(seed for seed in plan.seeds if seed in ran)
    return Outcome(plan, kept, findings, verdicts, failed, life, causes, decided, seconds=seconds_of(tasks, answers))


def seconds_of(tasks: Sequence[Task], answers: Sequence[Answer]) -> dict[str, dict[str, float]]:
    """Return how many seconds each measure took, by model, summed over seeds; the lottery beside them is left out."""
    found: dict[str, dict[str, float]] = {}
    for task, answer in zip(tasks, answers, strict=True):
        if not task.beside:
            mine = found.setdefault(plain_name(task.name), {})
            for name, seconds in answer.times.items():
                mine[name] = round(mine.get(name, 0.0) + seconds, 3)
    return {name: mine for name, mine in found.items() if mine}
