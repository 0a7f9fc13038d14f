"""The manifest of a run: what made the findings, what they rest on, and digests that vouch for them. No paths."""

# Any: a manifest is JSON, whose values are of many kinds.
from __future__ import annotations

import json
import platform
import shlex
from collections.abc import Collection, Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.source import as_in, sources
from testbed.findings import by_reference, plain_name
from testbed.runs.digests import digest

if TYPE_CHECKING:
    from testbed.measure import Measure
    from testbed.runs.plan import Outcome, Plan
    from testbed.scenarios import Scenario

SCHEMA = 1
PACKAGES = ("scoring-testbed", "numpy", "pandas", "scipy", "scikit-learn", "fairlearn")
IDENTITY = ("schema", "kind", "scenario", "models", "people", "periods", "seeds", "arguments", "versions", "digests")
"""The keys of a manifest that two runs must share to be the same run. The rest follows from them."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that numbers depend on."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def identity(plan: Plan) -> dict[str, Any]:
    """Return what two runs must share to be the same run: arguments, seeds, versions, digests."""
    declared: dict[str, object] = {
        name: dict(bounds)
        for name, bounds in (("equivalence", plan.equivalence), ("precision", plan.precision))
        if bounds
    }
    if plan.paired:
        declared["paired"] = True
    if plan.grant:
        declared["grant"] = list(plan.grant)
    if plan.minimum:
        declared["minimum"] = plan.minimum
    names = [plain_name(name) for name in plan.names]
    return {
        "schema": SCHEMA,
        "kind": "audit",
        "scenario": plan.scenario.name,
        "models": names,
        "people": plan.people,
        "periods": plan.periods,
        "seeds": list(plan.seeds),
        "arguments": {
            "dials": {path: _value(value) for path, value in sorted(plan.scenario.changed.items())},
            "measures": list(plan.wanted),
            **declared,
        },
        "versions": versions(),
        "digests": {
            "scenario": scenario_digest(plan.scenario),
            **plan.digests,
        },
    }


def scenario_digest(scenario: Scenario) -> str:
    """Return a digest of every dial of a scenario and of its parts."""
    dials = {path: _value(dial.value) for path, dial in sorted(scenario.dials.items())}
    parts: list[object] = [
        scenario.base,
        scenario.recipe.name,
        scenario.kinds,
        [channel.name for channel in scenario.channels],
    ]
    parts += [scenario.model, scenario.regime.name, scenario.disclosure.name, scenario.outcome, scenario.held]
    parts += [] if scenario.recipe.rows is None else [scenario.recipe.rows.digest, scenario.lasting]
    return digest(json.dumps([dials, parts, list(scenario.compared)], sort_keys=True, default=str))


def manifest_of(made: Outcome) -> dict[str, Any]:
    """Return the manifest of an audit: its identity, what the findings rest on, anchors, one life."""
    from testbed.findings import may_give
    from testbed.measure import measures
    from testbed.runs.assumptions import MEASURE, facts_of
    from testbed.runs.plan import idle_dials
    from testbed.scenarios import readings, screening_of

    scenario, plan = made.plan.scenario, made.plan
    stems = {name.partition("[")[0] for name in made.findings["measure"].unique()}
    held, _ = screening_of(scenario, tuple(map(str, plan.specs)))
    has_shares = made.findings["measure"].str.startswith(MEASURE).any()
    used = {one.name: one for one in map(measures.get, measures.names()) if any(may_give(one, stem) for stem in stems)}
    assumed = assumed_dials(scenario, used.values(), idle_dials(plan))
    told = {name: facts(one) for name, one in used.items()}
    if has_shares:
        told[MEASURE] = facts_of(held, plan.people, plan.periods)
        for dial in assumed:
            dial["measures"] += [MEASURE] if dial["measures"] else []
    return {
        **identity(made.plan),
        "isolation": {plain_name(name): said for name, said in zip(plan.names, plan.isolation, strict=True)},
        "seeds_run": list(made.seeds),
        **({"precision_reached": made.precision} if made.precision else {}),
        "title": scenario.title,
        **({} if scenario.recipe.rows is None else {"rows": scenario.recipe.name}),
        "as_of": scenario.as_of,
        "compared": list(scenario.compared),
        "reference": dict(scenario.reference),
        "outcome": scenario.outcome,
        **({"grants": grants_of(made.plan)} if made.plan.grant else {}),
        "claimed": bool(scenario.regime.claimed) and scenario.regime.follows,
        "claimed_note": scenario.regime.claimed,
        "command": command_of(made.plan),
        "anchors": made.verdicts,
        "failures": made.failures,
        "assumed": assumed,
        "readings": readings(scenario),
        "sources": cited(scenario),
        "not_modelled": not_modelled(scenario),
        **({"screening": held} if held is not None else {}),
        "measures": told,
        "causes": {plain_name(name): dict(said) for name, said in sorted(made.causes.items())},
        "decided_by": {plain_name(name): said for name, said in sorted(made.decided_by.items())},
        "life": _life(made),
    }


def grants_of(plan: Plan) -> list[dict[str, Any]]:
    """Return the steps of the ladder of rights: what each gives, the scenario in which it does, or why it cannot."""
    from testbed.scenarios import GRANTS, rungs

    return [
        {"name": one.name, "said": GRANTS.get(one.name, ""), "scenario": one.scenario, "why": one.why}
        for one in rungs(plan.scenario, plan.grant)
    ]


def _life(made: Outcome) -> dict[str, Any] | None:
    """Return the life of the run, without folders in the model's name; no command if no name can be typed."""
    if made.life is None:
        return None
    typed = isinstance(made.plan.specs[0], str | Path)
    told = {**made.life, "model": plain_name(made.life["model"])}
    return told if typed else {**told, "command": ""}


def facts(measure: Measure) -> dict[str, Any]:
    """Return what a measure declares, for the manifest and the page."""
    names = ("harm", "unit", "better", "estimand", "interval", "reference", "caveats", "gap")
    said = {name: getattr(measure, name) for name in names}
    return {**said, "needs": list(measure.needs), "qualifiers": dict(measure.qualifiers)}


def command_of(plan: Plan, *, folders: bool = False) -> str:
    """Return the command that repeats the run; files of models are named without folders, unless `folders`.

    Returns "" if no command can: a model is a Python object, or the seeds are not a range.
    """
    scenario, seeds = plan.scenario, plan.seeds
    if any(not isinstance(spec, str | Path) for spec in plan.specs) or seeds not in (seeds[:1], (*range(len(seeds)),)):
        return ""
    words = ["testbed", "audit", scenario.base]
    if plan.names != (str(scenario.model), *scenario.beside):
        for name in plan.names:
            words += ["--model", name if folders else plain_name(name)]
    if plan.people != scenario.people:
        words += ["--people", str(plan.people)]
    if plan.periods != scenario.periods:
        words += ["--periods", str(plan.periods)]
    if len(seeds) > 1:
        words += ["--seeds", str(len(seeds))]
    elif seeds != (0,):
        words += ["--seed", str(seeds[0])]
    for path, value in sorted(scenario.changed.items()):
        words += ["--set", f"{path}={_value(value)}"]
    if plan.wanted:
        words += ["--measures", ",".join(by_reference(plan.wanted, plan.references))]
    for option, bounds in (("--equivalent", plan.equivalence), ("--precision", plan.precision)):
        for name, bound in bounds.items():
            words += [option, f"{name}={bound:.15g}"]
    words += ["--paired"] * plan.paired
    if plan.grant:
        words += ["--grant", ",".join(plan.grant)]
    if plan.minimum:
        words += ["--minimum", str(plan.minimum)]
    return shlex.join(words)


def assumed_dials(scenario: Scenario, used: Iterable[Measure], idle: Collection[str] = ()) -> list[dict[str, Any]]:
    """Return the dials that are analogs, guesses or claims, with the measures that rest on each.

    A dial of the world changes every number. The followed error changes only measures that read its twin, a
    disclosure only what scored people can see, and actions only recourse. Nothing rests on an `idle` one.
    """
    used = list(used)
    found = []
    for path, dial in sorted(scenario.dials.items()):
        if dial.reading not in ("analog", "assumed", "claimed"):
            continue
        resting = [one.name for one in used if path not in idle and _rests(one, path)]
        found.append(
            {
                "path": path,
                "value": dial.value,
                "unit": dial.unit,
                "source": dial.source,
                "reading": dial.reading,
                **({"as_in": as_in(dial.reading, dial.source)} if dial.reading == "analog" else {}),
                "range": list(dial.range) if dial.range is not None else None,
                "where": dial.where,
                "measures": resting,
            }
        )
    return found


def _rests(measure: Measure, path: str) -> bool:
    """Return whether a measure may change with a dial."""
    if path.startswith("error."):
        return measure.harm == "error propagation" and "twin" in measure.needs
    if path.startswith("disclosure."):
        return measure.harm == "opacity"
    if path.startswith("actions."):
        return measure.name.startswith("recourse")
    return True


def cited(scenario: Scenario) -> list[dict[str, str]]:
    """Return every source that the scenario's numbers and rules name."""
    ids = {dial.source for dial in scenario.dials.values()} | {one.source for one in scenario.regime.sanctions}
    ids |= {table.source for table in getattr(scenario.recipe, "tables", {}).values()}
    known = sources()
    names = ("id", "title", "publisher", "date", "locator")
    return [{name: str(getattr(known[one], name)) for name in names} for one in sorted(ids) if one in known]


def not_modelled(scenario: Scenario) -> list[str]:
    """Return what the scenario and its parts declare as not modelled."""
    book = scenario.rulebook.clauses_not_modelled if scenario.rulebook is not None else ()
    return [*scenario.not_modelled, *scenario.recipe.not_modelled, *scenario.regime.not_modelled, *map(str, book)]


def _value(value: object) -> object:
    """Return the value of a dial as people type it: switches as on and off."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:.15g}" if isinstance(value, float) else value


def same_run(left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    """Return whether two manifests are of the same run."""
    return all(_json(left.get(key)) == _json(right.get(key)) for key in IDENTITY)


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def manifest_text(manifest: Mapping[str, Any]) -> str:
    """Return the manifest as JSON, one sorted key per line. If all measures rest on a dial it says "all"."""
    every = sorted(manifest.get("measures") or {})
    dials = [
        {**dial, "measures": "all"} if sorted(dial.get("measures") or ()) == every else dial
        for dial in manifest.get("assumed") or []
    ]
    shown = {**manifest, "assumed": dials}
    lines = [
        f"{json.dumps(key)}: {json.dumps(shown[key], sort_keys=True, default=str, ensure_ascii=False, allow_nan=False)}"
        for key in sorted(shown)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def manifest_read(text: str) -> dict[str, Any]:
    """Return the manifest from the text of `manifest_text`. Raises ValueError for anything else."""
    manifest = json.loads(text)
    if not isinstance(manifest, dict):
        raise ValueError("it is not a table")
    every = sorted(manifest.get("measures") or {})
    for dial in manifest.get("assumed") or []:
        if dial.get("measures") == "all":
            dial["measures"] = every
    return manifest
