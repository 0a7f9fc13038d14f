"""`testbed sweep --sobol N`: the share of each number's variance that the uncertain dials explain."""

# Any: rows of findings and manifests hold values of several types.
from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from synthetic.errors import InputError
from testbed.commands.guesses import kept_aside, without_numbers
from testbed.commands.options import command_of_worlds, dials_of, engine_of, tell
from testbed.commands.sobol_design import designed
from testbed.statistics import Factor, Share, salib, shares

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs import Plan
    from testbed.scenarios import Scenario

MEASURE = "assumption_share"
Key = tuple[str, str, str, str]
_numbers = count(-1, -1)


def run(args: argparse.Namespace) -> int:
    """Run the worlds of the design; print the shares for every number, over everybody and each single split."""
    from testbed.report import counted
    from testbed.runs import check_size, claim_folder, folder_path, identity, planned, write_run

    out = folder_path(args.out)
    salib()
    if args.seeds is not None:
        raise InputError("sobol: every world of the design has its own seed; leave out --seeds.")
    if not args.measures:
        raise InputError("sobol: name the measures to explain with --measures.")
    plan = planned(
        args.scenario, args.model, people=args.people, periods=args.periods, dials=dials_of(args.set),
        measures=args.measures,
    )  # fmt: skip
    if len(plan.specs) > 1:
        raise InputError("sobol: found several models; give one --model.")
    check_size(plan.people, plan.periods, 2 * args.sobol)
    factors, worlds, cut = designed(plan, args.dial, args.sobol)
    engine = engine_of(args, plan.people)
    who = {**identity(plan), "kind": "sobol", "seeds": [-1]}
    who["arguments"] = {**who["arguments"], "sobol": args.sobol, "dial": args.dial or []}
    folder = claim_folder(out, who, overwrite=args.overwrite) if out is not None else None
    groups = dict.fromkeys(factor.group for factor in factors)
    tell(
        f"testbed: {counted(len(worlds), 'world')} of {counted(plan.people, 'person')}, "
        f"{counted(plan.periods, 'month')}; {counted(len(factors), 'dial')} in {counted(len(groups), 'group')}, "
        "and the seed ..."
    )
    findings, failures, refused = explained(plan, factors, worlds, engine, args.workers)
    cut += refused
    for text in cut:
        tell(f"testbed: cut: {text}")
    if folder is not None:
        write_run(findings, {**manifest_of_sobol(plan, who, args, cut), "failures": failures}, folder)
    for said in failures:
        tell(f"testbed: {said}")
    print("\n".join(table_of(findings)))
    if folder is not None:
        print(f"Written: {args.out}/findings.csv, {args.out}/report.html")
    return 1 if failures else 0


def explained(
    plan: Plan,
    factors: Sequence[Factor],
    worlds: Sequence[tuple[Scenario, int]],
    engine: str,
    workers: int | None,
) -> tuple[pd.DataFrame, list[str], list[str]]:
    """The shares of every row of the plan's measures as findings, what failed, and which points were cut.

    worlds: the scenario and the seed of each row of the design. A point is cut as a whole if the scenario refuses one
    of its worlds when all people are made.
    """
    from testbed.findings import DERIVED, frame
    from testbed.runs import PRELOAD, Task, died, forget, told_once, work
    from testbed.runs import run as run_tasks

    tasks = [
        Task(
            scenario, plan.asked[0], plan.names[0], plan.people, plan.periods, seed, plan.wanted,
            plan=next(_numbers), bare=True, limits=plan.limits,
        )
        for scenario, seed in worlds
    ]  # fmt: skip
    with kept_aside():
        answers = run_tasks(work, tasks, engine=engine, workers=workers, preload=PRELOAD, died=died)
    forget()
    failures = told_once(one for answer in answers for one in answer.failures)
    size = len({factor.group for factor in factors}) + 3
    held_back = np.array([bool(answer.refused) for answer in answers]).reshape(-1, size)
    refused = held_back.sum(axis=1) > 0
    kept = [int(place) for place in np.flatnonzero(np.repeat(~refused, size))]
    reasons = Counter(without_numbers(answer.refused) for answer in answers if answer.refused)
    cut = [f"{refused.sum()} of {len(refused)} points: {'; '.join(reasons)}"] if refused.any() else []
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
        column = np.array([found.get(place, np.nan) for place in kept])
        held += _rows(key, facts[key], factors, column)
    return frame(held, scenario=plan.scenario.name, model=plan.names[0], seed=-1), failures, cut


def _rows(
    key: Key, fact: Mapping[str, Any], factors: Sequence[Factor], values: NDArray[np.float64]
) -> list[dict[str, Any]]:
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


def manifest_of_sobol(
    plan: Plan, who: Mapping[str, Any], args: argparse.Namespace, cut: Sequence[str]
) -> dict[str, Any]:
    """The manifest: what varied, and what the shares mean."""
    from testbed.findings import chosen
    from testbed.runs import assumed_dials, cited, idle_dials, not_modelled, share_facts
    from testbed.scenarios import readings

    used = chosen(plan.wanted)
    return {
        **who,
        "title": plan.scenario.title,
        "as_of": plan.scenario.as_of,
        "compared": list(plan.scenario.compared),
        "reference": dict(plan.scenario.reference),
        "command": command_of_worlds("sweep", args),
        "anchors": [],
        "cut": list(cut),
        "assumed": assumed_dials(plan.scenario, used, idle_dials(plan)),
        "readings": readings(plan.scenario),
        "sources": cited(plan.scenario),
        "not_modelled": not_modelled(plan.scenario),
        "measures": {
            MEASURE: {
                **share_facts(
                    "share of the variance over seeds and dials that the dials own: first order, total",
                    "resamples of the points of the design (SALib)",
                    "Sobol (2001); Saltelli et al. (2010)",
                    "Dials vary evenly and independently over their ranges, which are assumptions themselves."
                    + (f" Cut: {'; '.join(cut)}." if cut else ""),
                ),
                "harm": used[0].harm,
            }
        },
    }  # fmt: skip


def table_of(findings: pd.DataFrame) -> list[str]:
    """A line per number: the first-order and total share of all dials together, then of each group."""
    from testbed.findings import split_name
    from testbed.report import counted

    worlds = counted(max(findings["n"], default=0), "world")
    lines = [
        f"share of the variance over {worlds} that the dials explain, the rest is the seed (1: all; 95 % interval)"
    ]
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
