"""`testbed sweep --sobol N`: how much of each number's variance its assumptions own."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from synthetic.errors import InputError, unknown
from testbed.commands.options import command_of_worlds, dials_of, engine_of, tell
from testbed.statistics import Factor, Share, design, salib, shares

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs import Plan
    from testbed.scenarios import Scenario

MEASURE = "assumption_share"
Key = tuple[str, str, str, str]
WHOLE_STEPS = 10
"""A dial that is a whole number and has at least so many of them in its range is set to whole numbers."""

PROBED = 1024
"""People of the society, at most, on which dials are tried before any world is run."""

_numbers = count(-1, -1)


def run(args: argparse.Namespace) -> int:
    """Run the worlds of the design; print the shares of every number over everybody and each single split."""
    from testbed.report import counted
    from testbed.runs import claim_folder, folder_path, identity, planned, write_run

    out = folder_path(args.out)
    salib()
    if args.seeds is not None:
        raise InputError("sobol: every world of the design has its own seed; leave out --seeds.")
    if not args.measures:
        raise InputError("sobol: name the numbers to be explained by --measures.")
    plan = planned(
        args.scenario, args.model, people=args.people, periods=args.periods, dials=dials_of(args.set),
        measures=args.measures,
    )  # fmt: skip
    if len(plan.specs) > 1:
        raise InputError("sobol: found several models, one is explained at a time.")
    factors, left_out = ranges(args.dial, plan.scenario) if args.dial else assumed(plan)
    rows = design(factors, args.sobol)
    scenarios: list[Scenario] = []
    while len(scenarios) < len(rows):
        row = rows[len(scenarios)]
        try:
            scenarios.append(placed(plan.scenario, dials_at(plan.scenario, factors, row), plan.people, _seed(row)))
        except InputError:
            if args.dial:
                raise
            factors, said = without_refused(plan.scenario, factors, row, plan.people)
            left_out.append(said)
            rows, scenarios = design(factors, args.sobol), []
    engine = engine_of(args, plan.people)
    who = {**identity(plan), "kind": "sobol", "seeds": [-1]}
    who["arguments"] = {**who["arguments"], "sobol": args.sobol, "dial": args.dial or []}
    folder = claim_folder(out, who, overwrite=args.overwrite) if out is not None else None
    groups = dict.fromkeys(factor.group for factor in factors)
    tell(
        f"testbed: {counted(len(rows), 'world')} of {counted(plan.people, 'person')}, "
        f"{counted(plan.periods, 'month')}; {counted(len(factors), 'dial')} in {counted(len(groups), 'group')}, "
        "and the seed ..."
    )
    for text in left_out:
        tell(f"testbed: left out: {text}")
    findings, failures = explained(plan, factors, scenarios, [_seed(row) for row in rows], engine, args.workers)
    if folder is not None:
        write_run(findings, {**manifest_of_sobol(plan, who, args), "failures": failures}, folder)
    for said in failures:
        tell(f"testbed: {said}")
    print("\n".join(table_of(findings)))
    if folder is not None:
        print(f"Written: {args.out}/findings.csv, {args.out}/report.html")
    return 1 if failures else 0


def ranges(texts: Sequence[str], scenario: Scenario) -> tuple[list[Factor], list[str]]:
    """Factors from D=lo..hi texts (D alone: the dial's own range), each its own group. Raises InputError."""
    made: list[Factor] = []
    for text in texts:
        path, equal, ends = text.partition("=")
        dial = scenario.dials.get(path)
        if dial is None:
            raise unknown("dial", path, scenario.dials)
        given = ends.split("..") if equal else list(map(str, dial.range or ()))
        try:
            low, high = (float(end) for end in given)
        except ValueError:
            raise InputError(
                f"--dial {text!r}: needed is DIAL=LOW..HIGH, such as channels.court.miss=0..0.1."
            ) from None
        if not low < high:
            raise InputError(f"--dial {text!r}: the low end must be below the high end.")
        if path in {factor.name for factor in made}:
            raise InputError(f"--dial: dial {path!r} is named twice.")
        dial.set(low), dial.set(high)
        made.append(Factor(path, low, high, path))
    return made, []


def assumed(plan: Plan) -> tuple[list[Factor], list[str]]:
    """The assumed dials with a range behind the measures of a plan, by the part of the scenario they belong to.

    Left out, and said so: a dial whose range alone, the others as they are, makes a scenario that is refused.
    """
    from testbed.findings import chosen
    from testbed.runs import assumed_dials

    made, left_out = [], []
    for dial in assumed_dials(plan.scenario, chosen(plan.wanted)):
        path, ends = str(dial["path"]), dial["range"]
        value = dial["value"]
        if not dial["measures"] or ends is None or isinstance(value, bool | str) or path in plan.scenario.changed:
            continue
        low, high = map(float, ends)
        if path == "error.period":
            high = min(high, plan.periods - 1.0)
        if not low < high:
            continue
        try:
            for end in (low, high):
                decided(plan.scenario.set({path: end}))
        except InputError as problem:
            left_out.append(f"{path}, for {problem}")
            continue
        made.append(Factor(path, low, high, path.partition(".")[0]))
    return made, left_out


def without_refused(
    scenario: Scenario, factors: Sequence[Factor], row: np.ndarray, people: int
) -> tuple[list[Factor], str]:
    """The factors without the first one with which this row of the design is refused, and what is said of it."""
    dials = list(dials_at(scenario, factors, row).items())
    accepted, refused, said = 0, len(dials), ""
    while refused - accepted > 1:
        middle = (accepted + refused) // 2
        try:
            placed(scenario, dict(dials[:middle]), people, _seed(row))
            accepted = middle
        except InputError:
            refused = middle
    try:
        placed(scenario, dict(dials[:refused]), people, _seed(row))
    except InputError as problem:
        said = str(problem)
    place = refused - 1
    return [*factors[:place], *factors[place + 1 :]], f"{dials[place][0]}, for {said}"


def placed(scenario: Scenario, dials: Mapping[str, float], people: int, seed: int) -> Scenario:
    """The scenario at these dials. Raises InputError where its decisions, recipe or conduct refuse them.

    Conduct is tried on the first of the people of that seed, so that a larger society may still be refused.
    """
    from testbed.world import Society

    made = scenario.set(dials)
    decided(made)
    assert Society(made, min(people, PROBED), seed).views
    return scenario.set(dials)  # one that has run nothing can be sent to another process


def _seed(row: np.ndarray) -> int:
    """The seed of a row: its last column, 0 to 1, as a whole number."""
    return int(row[-1] * 2**31)


def decided(scenario: Scenario) -> None:
    """Raises InputError where the shares or cut-offs of the rule of decision do not go together."""
    from testbed.models import Decide

    Decide.fit([0.0, 1.0], adverse=scenario.decide.get("adverse"), favored=scenario.decide.get("favored"))


def dials_at(scenario: Scenario, factors: Sequence[Factor], row: np.ndarray) -> dict[str, float]:
    """The dials of a row of the design; whole where the dial is a whole number with ten of them in its range."""
    made = {}
    for factor, value in zip(factors, row, strict=False):
        whole = isinstance(scenario.dials[factor.name].value, int) and factor.high - factor.low >= WHOLE_STEPS
        made[factor.name] = float(round(value)) if whole else float(value)
    return made


def explained(
    plan: Plan,
    factors: Sequence[Factor],
    scenarios: Sequence[Scenario],
    seeds: Sequence[int],
    engine: str,
    workers: int | None,
) -> tuple[pd.DataFrame, list[str]]:
    """The shares of every row of the measures of a plan as findings, and what failed.

    `scenarios` and `seeds` are those of the rows of the design.
    """
    from testbed.findings import DERIVED, frame
    from testbed.runs import PRELOAD, Task, died, forget, work
    from testbed.runs import run as run_tasks

    tasks = [
        Task(
            scenario, plan.specs[0], plan.names[0], plan.people, plan.periods, seed, plan.wanted,
            plan=next(_numbers), bare=True,
        )
        for scenario, seed in zip(scenarios, seeds, strict=True)
    ]  # fmt: skip
    answers = run_tasks(work, tasks, engine=engine, workers=workers, preload=PRELOAD, died=died)
    forget()
    failures = list(dict.fromkeys(said for answer in answers for said in answer.failures))
    values: dict[Key, dict[int, float]] = {}
    facts: dict[Key, Mapping[str, Any]] = {}
    for place, answer in enumerate(answers):
        for row in (row for found in answer.rows.values() for row in found):
            if row["measure"].partition("[")[0].endswith(DERIVED) or "*" in row["split"]:
                continue
            key: Key = (row["measure"], row["split"], row["group"], row["versus"])
            values.setdefault(key, {})[place] = row["value"]
            if key not in facts or (row["why"] and not facts[key]["why"]):
                facts[key] = row
    held: list[dict[str, Any]] = []
    for key, found in values.items():
        column = np.array([found.get(place, np.nan) for place in range(len(tasks))])
        held += _rows(key, facts[key], factors, column)
    return frame(held, scenario=plan.scenario.name, model=plan.names[0], seed=-1), failures


def _rows(key: Key, fact: Mapping[str, Any], factors: Sequence[Factor], values: np.ndarray) -> list[dict[str, Any]]:
    measure, split, group, versus = key
    place = {"harm": fact["harm"], "split": split, "group": group, "versus": versus, "unit": "share of variance"}
    of = measure.replace(",", ";")
    try:
        found, why = shares(factors, values), ""
    except InputError as problem:
        found, why = [Share("dials", "first", np.nan, np.nan, np.nan)], f"{problem}: {fact['why']}".removesuffix(": ")
    return [
        {
            **place, "measure": f"{MEASURE}[by={one.by},of={of},order={one.order}]", "value": one.value,
            "low": one.low, "high": one.high, "n": len(values), "why": why,
        }
        for one in found
    ]  # fmt: skip


def manifest_of_sobol(plan: Plan, who: Mapping[str, Any], args: argparse.Namespace) -> dict[str, Any]:
    """The manifest: what varied, and what the shares are."""
    from testbed.findings import chosen
    from testbed.runs import assumed_dials, cited, not_modelled

    used = chosen(plan.wanted)
    return {
        **who,
        "title": plan.scenario.title,
        "as_of": plan.scenario.as_of,
        "compared": list(plan.scenario.compared),
        "reference": dict(plan.scenario.reference),
        "command": command_of_worlds("sweep", args),
        "anchors": [],
        "assumed": assumed_dials(plan.scenario, used),
        "sources": cited(plan.scenario),
        "not_modelled": not_modelled(plan.scenario),
        "measures": {
            MEASURE: {
                "harm": used[0].harm, "unit": "share of variance", "better": "none", "needs": ["history"], "gap": "",
                "estimand": "share of the variance over seeds and assumed dials that the dials own: first order, total",
                "interval": "resamples of the points of the design (SALib)",
                "reference": "Sobol (2001); Saltelli et al. (2010)",
                "caveats": "Dials vary evenly and independently over their ranges, which are assumptions themselves.",
            }
        },
    }  # fmt: skip


def table_of(findings: pd.DataFrame) -> list[str]:
    """A line per number: what the dials own together, first and total, and the greatest group."""
    from testbed.findings import split_name
    from testbed.report import counted

    worlds = counted(max(findings["n"], default=0), "world")
    lines = [f"share of the variance over {worlds}, their seeds and dials, that the dials own (1: all; 95 % interval)"]
    held: dict[Key, list[Any]] = {}
    every: list[Any] = list(findings.itertuples())
    for row in every:
        of = split_name(str(row.measure))[1]["of"]
        held.setdefault((of, row.split, row.group, row.versus), []).append(row)
    for (of, split, group, versus), rows in held.items():
        who = "" if split == "all" else f" ({split}: {group or 'all groups'}{f' versus {versus}' if versus else ''})"
        if rows[0].value != rows[0].value:
            lines.append(f"{of}{who}: undefined, {rows[0].why.removeprefix('undefined ')}")
            continue
        told = {(name["by"], name["order"]): row for row in rows for name in (split_name(str(row.measure))[1],)}
        first, total = (_share(told["dials", order]) for order in ("first", "total"))
        lines.append(f"{of}{who}: first {first}, total {total}")
        groups = sorted(
            (row.value, name) for (name, order), row in told.items() if order == "total" and name != "dials"
        )
        lines += [f"  {name}: first {_share(told[name, 'first'])}, total {_share(told[name, 'total'])}"
                  for _, name in reversed(groups) if (name, "first") in told]  # fmt: skip
    return lines


def _share(row: Any) -> str:
    return f"{row.value:.2f} ({row.low:.2f} to {row.high:.2f})"
