"""`testbed sweep --screen N`: which guesses own the headlines, from one sample of all guesses at small size."""

# Any: rows of findings, manifests and screenings hold values of several types.
from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from synthetic.draws import derive, pack, sparse, uniform
from synthetic.errors import InputError
from testbed.commands.guesses import as_dial, guesses, kept_aside, placed, without_numbers
from testbed.commands.options import POINTS, command_of_worlds, dials_of, engine_of, tell
from testbed.commands.sobol_design import ranges
from testbed.statistics import Factor, Screened, screened, spread

if TYPE_CHECKING:
    from testbed.runs import Plan
    from testbed.scenarios import Scenario

PEOPLE, PERIODS = 8_192, 12
AGAIN = 4
"""One draw in so many is run with a second seed too."""
MEASURES = (
    "adverse_gap", "wrong_adverse_gap", "flip_rate", "detection_precision", "targeting_precision",
    "operator_error_rate",
)  # fmt: skip
"""What the short answer leads with, apart from measures that ask the scheme for hundreds of scores."""
READINGS = ("assumed", "analog")
SLICE = 3
"""The worlds whose values are stored as they are, so that a test can make them again."""
SAMPLE = 12
"""Wrong entries that are followed one by one in each world, where people compete."""
PLACE = ("measure", "harm", "split", "group", "versus")
FEWEST = 32
STREAM = 1300
LONGEST = 8
"""So many draws for each point are tried, until enough are allowed."""
_numbers = count(-1_000_000, -1)


@dataclass
class Design:
    """The draws: the dials, each one's quantile in each world, the worlds with their seeds, and what was cut."""

    factors: list[Factor]
    quantiles: NDArray[np.float64]
    worlds: list[tuple[Scenario, int]]
    again: list[tuple[Scenario, int]]
    refused: Counter[str] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)


def run(args: argparse.Namespace) -> int:
    """Run the worlds, print the guesses that own most of each headline, and write the run."""
    from testbed.findings import chosen, frame
    from testbed.runs import (
        assumed_dials,
        check_size,
        cited,
        claim_folder,
        facts,
        facts_of,
        folder_path,
        identity,
        idle_dials,
        not_modelled,
        share_rows,
        write_run,
    )  # fmt: skip
    from testbed.scenarios import readings

    out = folder_path(args.out)
    if args.seeds is not None or args.sobol is not None:
        raise InputError("screen: every world has its own seed and draw; leave out --seeds and --sobol.")
    plan = screening_plan(
        args.scenario, args.model, people=args.people, periods=args.periods, dials=dials_of(args.set),
        measures=args.measures,
    )  # fmt: skip
    check_size(plan.people, plan.periods, args.screen)
    engine = engine_of(args, plan.people)
    who = {**identity(plan), "kind": "screening", "seeds": [-1]}
    who["arguments"] = {**who["arguments"], "screen": args.screen, "dial": args.dial or []}
    folder = claim_folder(out, who, overwrite=args.overwrite) if out is not None else None
    held = screening(plan, args.screen, args.dial, engine=engine, workers=args.workers, say=tell)
    print("\n".join(table_of(held)))
    if folder is not None:
        scenario, used = plan.scenario, chosen(plan.wanted)
        manifest = {
            **who,
            "title": scenario.title,
            "as_of": scenario.as_of,
            "compared": list(scenario.compared),
            "reference": dict(scenario.reference),
            "command": command_of_worlds("sweep", args),
            "anchors": [],
            "assumed": assumed_dials(scenario, used, idle_dials(plan)),
            "readings": readings(scenario),
            "sources": cited(scenario),
            "not_modelled": not_modelled(scenario),
            "screening": held,
            "measures": {
                "assumption_share": facts_of(held, plan.people, plan.periods),
                **{one.name: facts(one) for one in used},
            },
        }
        found = frame(share_rows(held), scenario=scenario.name, model=plan.names[0], seed=-1)
        write_run(found, manifest, folder)
        print(f"Written: {args.out}/findings.csv, {args.out}/report.html")
    return 0


def screening_plan(
    scenario: str | Scenario,
    model: Any = None,
    *,
    people: int | None = None,
    periods: int | None = None,
    dials: dict[str, str] | None = None,
    measures: Sequence[str] | None = None,
) -> Plan:
    """The plan of a screening, small unless told otherwise. Raises InputError for several models."""
    from testbed.runs import planned

    asked: dict[str, Any] = {"dials": dials, "measures": list(measures or MEASURES)}
    plan = planned(scenario, model, people=PEOPLE if people is None else people, periods=periods, **asked)
    if len(plan.specs) > 1:
        plan = planned(scenario, plan.specs[0] if model is None else model, people=plan.people, **asked)
    if len(plan.specs) > 1:
        raise InputError("screen: found several models; give one --model.")
    months = min(PERIODS, plan.periods) if periods is None else plan.periods
    return planned(scenario, plan.specs[0], people=plan.people, periods=months, **asked)


def screening(
    plan: Plan,
    points: int = POINTS,
    texts: Sequence[str] | None = None,
    *,
    engine: str = "serial",
    workers: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> dict[str, Any]:
    """What the guesses of a scenario do to its headlines, as it is stored and printed.

    texts: dials with their ranges; if None, all that are assumed or an analog.
    """
    from testbed.report import counted
    from testbed.runs import versions
    from testbed.scenarios import declaration_digest, screening_text

    made = drawn(plan, points, texts)
    say(
        f"testbed: {counted(len(made.worlds) + len(made.again), 'world')} of {counted(plan.people, 'person')}, "
        f"{counted(plan.periods, 'month')}; {counted(len(made.factors), 'dial')} vary at once ..."
    )
    tried = points + made.refused.total()
    names, first, again = numbers(plan, made, engine, workers, say)
    cut = [*made.left_out, *(f"{many} of {tried} draws: {why}" for why, many in sorted(made.refused.items()))]
    for text in cut:
        say(f"testbed: left out: {text}")
    headlines = []
    for place_of, values, others in zip(names, first, again, strict=True):
        told = screened(made.quantiles, values, others)
        headlines.append({**dict(zip(PLACE, place_of, strict=True)), **_plain(told, made.factors, plan.scenario)})
        headlines[-1]["first"] = [float(value) for value in values[:SLICE]]
    held = {
        "scenario": plan.scenario.name,
        "digest": declaration_digest(plan.scenario),
        "version": versions()["scoring-testbed"],
        "model": plan.names[0],
        "people": plan.people,
        "periods": plan.periods,
        "points": first.shape[1],
        "worlds": first.shape[1] + again.shape[1],
        "dials": len(made.factors),
        "left_out": cut,
        "headlines": headlines,
    }
    found: dict[str, Any] = json.loads(screening_text(held))
    return found


def drawn(plan: Plan, points: int, texts: Sequence[str] | None) -> Design:
    """The draws of a screening that the scenario allows; a refused one gives way to the next.

    Each dial has its own stream, named by its path: a new dial leaves the draws of the others as they are.
    """
    if points < FEWEST:
        raise InputError(f"screen: found {points} points, at least {FEWEST} are needed.")
    factors, left_out = ranges(texts, plan.scenario) if texts else guesses(plan, READINGS)
    if not factors:
        raise InputError("screen: there is no dial to vary.")
    scenario = plan.scenario
    if "error.sample" not in scenario.changed:
        scenario = scenario.set({"error.sample": min(SAMPLE, scenario.error.sample)})
    known = scenario.dials
    tried = np.arange(LONGEST * points)
    every = np.column_stack([uniform(sparse(STREAM, f"screen {one.name}", pack(tried))) for one in factors])
    at = np.column_stack(
        [spread(every[:, place], float(known[one.name].value), one.low, one.high)
         for place, one in enumerate(factors)]
    )  # fmt: skip
    made = Design(factors, every, [], [], left_out=left_out)
    kept: list[int] = []
    for number in tried:
        if len(kept) == points:
            break
        dials = {one.name: as_dial(known[one.name], one, at[number, place]) for place, one in enumerate(factors)}
        seeds = [derive(STREAM, f"{name} {number}") >> 32 for name in ("world", "again")]
        try:
            world = placed(scenario, dials, plan.people, seeds[0])
        except InputError as problem:
            made.refused[without_numbers(problem)] += 1
            continue
        kept.append(int(number))
        made.worlds.append((world, seeds[0]))
        if len(kept) <= points // AGAIN:
            made.again.append((scenario.set(dials), seeds[1]))
    if len(kept) < points:
        most, times = made.refused.most_common(1)[0]
        raise InputError(
            f"screen: the scenario refuses {made.refused.total()} of {len(tried)} draws ({times} times: {most}); "
            "give dials and narrower ranges with --dial."
        )
    made.quantiles = every[kept]
    return made


def numbers(
    plan: Plan, made: Design, engine: str, workers: int | None, say: Callable[[str], None]
) -> tuple[list[tuple[str, ...]], NDArray[np.float64], NDArray[np.float64]]:
    """The headlines, their values in the draws, and those of the first draws with a second seed: a row a headline.

    Draws that the scenario refuses only when their whole world is made are taken out of the design.
    """
    from testbed.runs import PRELOAD, Task, died, forget, work
    from testbed.runs import run as run_tasks

    tasks = [
        Task(scenario, plan.asked[0], plan.names[0], plan.people, plan.periods, seed, plan.wanted,
             plan=next(_numbers), bare=True, limits=plan.limits)
        for scenario, seed in [(plan.scenario, 0), *made.worlds, *made.again]
    ]  # fmt: skip
    with kept_aside():
        answers = run_tasks(
            work, tasks, engine=engine, workers=workers, preload=PRELOAD, died=died, done=_clock(len(tasks), say)
        )
    forget()
    if answers[0].refused:
        raise InputError(answers[0].refused)
    for answer in answers[1 : len(made.worlds) + 1]:
        made.refused.update([without_numbers(answer.refused)] if answer.refused else ())
    tables = [
        {tuple(str(row[part]) for part in PLACE): float(row["value"]) for rows in answer.rows.values() for row in rows}
        for answer in answers
    ]
    names = _headlines(plan, [row for rows in answers[0].rows.values() for row in rows])
    values = np.array([[table.get(name, np.nan) for table in tables[1:]] for name in names], float)
    values = values.reshape(len(names), len(tasks) - 1)
    points = len(made.worlds)
    kept = np.array([not answer.refused for answer in answers[1 : points + 1]])
    made.quantiles = made.quantiles[kept]
    return names, values[:, :points][:, kept], values[:, points:][:, kept[: len(made.again)]]


def _clock(worlds: int, say: Callable[[str], None]) -> Callable[[Any], None]:
    """A function that says, about twenty times, how many worlds are done and how long the rest will take."""
    began, every = time.monotonic(), max(1, worlds // 20)
    done = count(1)

    def tick(_: Any) -> None:
        number = next(done)
        if number % every == 0 and number < worlds:
            left = (time.monotonic() - began) / number * (worlds - number)
            say(f"testbed: {number} of {worlds} worlds; about {left / 60:.1f} minutes left")

    return tick


def _headlines(plan: Plan, rows: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The row that the short answer would pick for each measure that was named, from the world as it is declared."""
    from testbed.findings import frame, split_name
    from testbed.report import Findings

    scenario = plan.scenario
    table = frame(rows, scenario=scenario.name, model=plan.names[0], seed=0)
    manifest = {"scenario": scenario.name, "models": [plan.names[0]], "compared": list(scenario.compared)}
    found = Findings(table, manifest)
    held = dict.fromkeys(row.measure for row in found.main())
    asked: dict[str, None] = {}
    for pattern in plan.wanted:
        alike = [name for name in held if fnmatchcase(split_name(name)[0], split_name(pattern)[0])]
        asked.update(dict.fromkeys([pattern] if pattern in held else alike))
    picked: list[tuple[str, ...]] = []
    for measure in asked:
        row = found.pick(measure, (scenario.name, plan.names[0]))
        if row is not None and (row.split == "all" or row.comparison):
            picked.append((row.measure, row.harm, row.split, row.group, row.versus))
    return picked


def _plain(told: Screened, factors: Sequence[Factor], scenario: Scenario) -> dict[str, Any]:
    """A headline as it is stored."""
    names = ("share", "low", "high", "least", "middle", "most", "n", "why")
    owners = [
        {
            "dial": factors[one.place].name,
            "reading": scenario.dials[factors[one.place].name].reading,
            **{key: getattr(one, key) for key in ("share", "low", "high", "effect", "p")},
        }
        for one in told.owners
    ]
    return {**{key: getattr(told, key) for key in names}, "owners": owners}


def table_of(held: dict[str, Any]) -> list[str]:
    """The screening in lines: for each headline its range over the guesses, and the dials that own most of it."""
    from testbed.report import named

    lines = [
        f"what {held['dials']} guesses do to each number, over {held['worlds']} worlds (95 % ranges and intervals)",
    ]
    for one in held["headlines"]:
        who = "" if one["split"] == "all" else f" ({one['split']}: {one['group'] or 'all groups'}"
        who += (f" versus {one['versus']})" if one["versus"] else ")") if who else ""
        if one["share"] is None:
            lines.append(f"{one['measure']}{who}: undefined, {one['why'].removeprefix('undefined ')}")
            continue
        lines.append(
            f"{one['measure']}{who}: from {one['least']:.3g} over {one['middle']:.3g} to {one['most']:.3g}; "
            f"the guesses own {one['share']:.2f} of its variance ({one['low']:.2f} to {one['high']:.2f})"
        )
        lines += [
            f"  {owner['dial']} ({owner['reading']}): {owner['share']:.2f} ({owner['low']:.2f} to {owner['high']:.2f})"
            f"; {owner['effect']:+.3g} where it is above its value"
            for owner in named(one)
        ] or ["  no single dial stands out"]
    return lines
