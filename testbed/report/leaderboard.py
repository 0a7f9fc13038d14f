"""The page of a benchmark: models by family of harm, in counts, with every claim and its numbers one click away.

There is no overall score and no rank: models are sorted by name.
"""

# Any: a manifest is JSON; a template's context is of many kinds.
from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from testbed.report.plaintext import clean, counted

if TYPE_CHECKING:
    from testbed.findings import Verdict

FAMILIES = ("disparate impact", "opacity", "error propagation", "benefit", "chilling", "accountability")
"""Families in the order of their columns. Any other family follows them by name."""
ORDER = ("broken", "undecided", "failed", "held", "skipped")
"""Verdicts in the order in which the claims of a cell are listed."""
SHOWN = ("held", "broken", "undecided")
"""Verdicts that are counted in every cell; others only where there are some."""


def render_leaderboard(verdicts: Sequence[Verdict], manifest: Mapping[str, Any]) -> str:
    """Return the page as one self-contained HTML text."""
    from testbed.report.templating import page

    models = sorted({one.model for one in verdicts}, key=lambda name: (name.casefold(), name))
    families = families_of(verdicts)
    rows = [
        {"model": model, "place": place, "cells": [_cell(verdicts, model, family) for family in families]}
        for place, model in enumerate(models)
    ]
    return page(
        "leaderboard.html.j2",
        title="Claims about scoring models",
        families=families,
        rows=rows,
        scenarios=_by_scenario(verdicts, families),
        facts=_facts(verdicts, manifest),
        command=clean(manifest.get("command", "")),
    )


def families_of(verdicts: Sequence[Verdict]) -> list[str]:
    """Return the families of some verdicts, those of harm and benefit in their fixed order first."""
    found = {one.family for one in verdicts}
    return [*(name for name in FAMILIES if name in found), *sorted(found - set(FAMILIES))]


def said_counts(found: Counter[str]) -> list[tuple[str, int]]:
    """Return the counts of a cell: held, broken and undecided always, others where there are some."""
    return [(name, found[name]) for name in (*SHOWN, "failed", "skipped") if name in SHOWN or found[name]]


def _cell(verdicts: Sequence[Verdict], model: str, family: str) -> dict[str, Any]:
    mine = [one for one in verdicts if one.model == model and one.family == family]
    mine.sort(key=lambda one: (ORDER.index(one.verdict), one.claim, one.scenario, one.compared))
    return {"family": family, "counts": said_counts(Counter(one.verdict for one in mine)), "claims": mine}


def _by_scenario(verdicts: Sequence[Verdict], families: Sequence[str]) -> list[tuple[str, list[int]]]:
    """How many claims were made in each scenario, by family."""
    found = Counter((one.scenario, one.family) for one in verdicts)
    return [
        (scenario, [found[scenario, family] for family in families])
        for scenario in sorted({one.scenario for one in verdicts})
    ]


def _facts(verdicts: Sequence[Verdict], manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the run was, in words: claims, suite, people, versions."""
    names, scenarios = {one.claim for one in verdicts}, {one.scenario for one in verdicts}
    models = {one.model for one in verdicts}
    asked = f"{counted(len(names), 'claim')}, {counted(len(models), 'model')}, {counted(len(scenarios), 'scenario')}"
    versions = ", ".join(f"{name} {version}" for name, version in sorted(manifest.get("versions", {}).items()))
    return [
        ("Asked", f"{asked}: {len(verdicts):,} answers"),
        ("Suite", str(manifest.get("arguments", {}).get("suite", ""))),
        ("People", f"{int(manifest.get('people') or 0):,} synthetic people in each society"),
        ("Versions", versions),
    ]
