"""The plan of an audit, checked before anything runs, and its outcome."""

# Any: models are a user's objects, and an argument can be anything until it is checked.
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError, check_whole
from testbed.findings import ANCHOR_MODELS, by_name, chosen, patterns, plain_name
from testbed.models import USUAL, Elsewhere, Here, Limits
from testbed.runs.digests import model_digest
from testbed.runs.failing import Failure, told_once
from testbed.runs.measuring import Task
from testbed.runs.size import check_size
from testbed.scenarios import model_of

if TYPE_CHECKING:
    import pandas as pd

    from testbed.scenarios import Scenario

LOTTERY = "lottery"
"""The model that every run measures beside those that were asked for."""
TRIED, TRIED_MONTHS = 3072, 8
"""The largest world on which a measure of somebody else is tried."""


@dataclass(frozen=True)
class Plan:
    """An audit that was asked for and checked. Nothing has been run yet.

    `specs` are the models as the user named them, or the objects themselves; `names` are what the findings call them;
    `asked` are what tasks are given, which share one process for each model of the user's; `isolation` says where each
    runs. `limits`: what models may take.
    `grant`: the rights that are granted in twins. `references`: where measures of somebody else are found, by name.
    `alone`: only the models' own rows are made: no lottery beside them, no anchors, no life. `minimum`: numbers about
    fewer people are not shown. `digests`: of the files of models and measures, as they are when the plan is made.
    """

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
    grant: tuple[str, ...] = ()
    references: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False
    minimum: int = 0
    digests: Mapping[str, str] = field(default_factory=dict)
    limits: Limits = USUAL
    asked: tuple[Any, ...] = ()
    isolation: tuple[str, ...] = ()

    def pairs(self) -> list[tuple[int, int]]:
        """Return the places of each two models that are compared person by person."""
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
    grant: str | Iterable[str] = (),
    alone: bool = False,
    minimum: int = 0,
) -> Plan:
    """Return the checked plan of an audit. Raises InputError before anything runs.

    A measure of somebody else is tried on a small world first. Raises ContractError if it breaks its contract.
    """
    from testbed.checks import check_measure
    from testbed.findings import checked as equal_enough
    from testbed.findings import checked_minimum
    from testbed.models import Lottery, by_person, isolation, limits, load_apart, name_of
    from testbed.runs.sequential import checked as half_widths
    from testbed.scenarios import Scenario, opened_of, rights_asked

    if not isinstance(scenario, Scenario):
        scenario = Scenario.load(scenario)
    if dials:
        scenario = scenario.set(dials)
    specs = (
        [scenario.model, *scenario.beside]
        if models is None
        else list(models)
        if isinstance(models, list | tuple)
        else [models]
    )
    if not specs:
        raise InputError("models: found an empty list; at least one model is needed.")
    names = [str(spec) if isinstance(spec, str | Path) else name_of(spec) for spec in specs]
    found = [opened_of(scenario, spec) for spec in specs]
    made = list(map(load_apart, found))
    for model, name in zip(made, names, strict=True):
        if name in ANCHOR_MODELS and not isinstance(model, Lottery):
            raise InputError(f"models: {name!r} is the name of an anchor; give the model another name.")
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"models: {twice!r} is named twice; once is allowed.")
    months = scenario.periods if periods is None else check_whole("periods", periods, 1)
    people = scenario.people if people is None else check_whole("people", people, 1)
    check_size(people, months, len(seeds) * len(specs))
    seeds = tuple(check_whole("seed", seed, 0) for seed in seeds)
    if not seeds or len(set(seeds)) < len(seeds):
        raise InputError(f"seeds: found {list(seeds)!r}; different whole numbers are needed.")
    for model, name in zip(made, names, strict=True):
        if by_person(model) and len(seeds) > 1:
            raise InputError(f"seeds: {name} has scores of the people of one seed; found {len(seeds)} seeds.")
    if paired and len(names) < 2:
        raise InputError("paired: found one model; at least two are needed for a comparison.")
    wanted, references = by_name(patterns(measures))
    chosen(wanted)
    if scenario.recipe.rows is not None:
        scenario.recipe.rows.check_size(people)
    for name in references:
        check_measure(name, scenario=scenario, people=min(people, TRIED), periods=min(months, TRIED_MONTHS))
    digests = {f"model {plain_name(name)}": model_digest(spec) for name, spec in zip(names, specs, strict=True)}
    digests |= {f"measure {name}": model_digest(where) for name, where in sorted(references.items())}
    return Plan(
        scenario, tuple(specs), tuple(names),
        people,
        months,
        seeds, wanted, equal_enough(equivalence), half_widths(precision, len(seeds)), paired,
        rights_asked(grant), references, alone, checked_minimum(minimum), digests, limits(),
        tuple(one if isinstance(one, Elsewhere | Here) else spec for one, spec in zip(found, specs, strict=True)),
        tuple(map(isolation, found)),
    )  # fmt: skip


def idle_dials(plan: Plan) -> set[str]:
    """Return the cut-offs, grades and shares of `[decide]` by which no model of the plan decides.

    A model that learns what people deserve reads those of the scenario's own scheme too.
    """
    from testbed.models import learns

    scenario = plan.scenario
    models = [model_of(scenario, spec) for spec in plan.asked]
    if scenario.learn == "deserved" and any(map(learns, models)):
        models.append(scenario.own_model())
    return set.intersection(*map(scenario.idle, models))


_plans = count()


def tasks_of(plan: Plan) -> list[Task]:
    """Return one task per seed and model, the lottery included, and one per seed and pair of models compared."""
    beside = [] if plan.alone or LOTTERY in plan.names else [(LOTTERY, LOTTERY, True)]
    models = [(spec, name, False) for spec, name in zip(plan.asked, plan.names, strict=True)]
    tasks, number, own = [], next(_plans), tuple(plan.references.values())
    for seed in plan.seeds:
        for place, (spec, name, aside) in enumerate([*models, *beside]):
            first_of_all = seed == plan.seeds[0] and place == 0
            life = first_of_all and not plan.alone and plan.scenario.recipe.rows is None  # no real person's
            world = (plan.scenario, spec, name, plan.people, plan.periods, seed, plan.wanted)
            grant = () if aside else plan.grant
            task = Task(*world, beside=aside, with_life=life, plan=number, grant=grant, own=own)
            tasks.append(replace(task, alone=plan.alone, minimum=plan.minimum))
        for first, second in plan.pairs():
            name = f"{plan.names[first]} - {plan.names[second]}"
            world = (plan.scenario, plan.asked[first], name, plan.people, plan.periods, seed, plan.wanted)
            tasks.append(Task(*world, plan=number, rival=plan.asked[second], own=own))
    return [replace(task, limits=plan.limits) for task in tasks]


@dataclass
class Outcome:
    """The answer to a plan. What `failed` and verdicts that do not hold make the exit status 1.

    `findings` is the whole table, as `findings.csv` holds it: the rows of what was audited, then those of anchors.
    `seeds` were run; `plan.seeds` were allowed, and are more if a precision was reached early. `precision` says, by
    measure, how many rows are as precise as was asked. `causes` says, by model and compared attribute, what it causes.
    `decided_by` says, by model, how its decisions come about, in the first seed.
    `seconds` says, by model, how long each measure took, over all seeds.
    """

    plan: Plan
    seeds: tuple[int, ...]
    findings: pd.DataFrame
    verdicts: list[dict[str, Any]]
    failed: list[Failure]
    life: dict[str, Any] | None
    causes: dict[str, dict[str, str]] = field(default_factory=dict)
    decided_by: dict[str, str] = field(default_factory=dict)
    precision: dict[str, dict[str, float]] = field(default_factory=dict)
    seconds: dict[str, dict[str, float]] = field(default_factory=dict)

    @property
    def failures(self) -> list[str]:
        """Return a sentence for each model that failed."""
        return told_once(self.failed)

    @property
    def void(self) -> bool:
        """Return whether an anchor failed."""
        return any(not verdict["holds"] for verdict in self.verdicts)
