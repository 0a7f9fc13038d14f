"""Whether a submitted folder is what its own command gives: a random share of its audits is made again.

Three things are compared: the files with the digests of the manifest; every claim with the finding that it is about;
and, for the chosen pairs of model and scenario, findings and claims with those of a new run.
"""

from __future__ import annotations

import math
import random
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from synthetic.writing import csv_text
from testbed.bench.folder import FINDINGS, Bench, base_of, identity, read_by, unfounded
from testbed.bench.suite import Asked, run_suite
from testbed.findings import Verdict, parsed, plain_name, verdicts
from testbed.runs import CLAIMS

if TYPE_CHECKING:
    import pandas as pd

Pair = tuple[str, str]


@dataclass
class Verified:
    """What a verification found: the pairs that were made again, out of how many, and each difference in a sentence."""

    pairs: list[Pair]
    all_pairs: int
    findings: int = 0
    claims: int = 0
    differences: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def verify(
    bench: Bench,
    asked: Asked,
    *,
    share: float,
    seed: int,
    workers: int | None = None,
    tell: Callable[[str], None] = lambda said: None,
) -> Verified:
    """Make a random share of the audits of a benchmark, which were `asked` for, again, at least one, and compare."""
    everything = sorted({(plain_name(one.model), one.scenario) for one in bench.claims if one.verdict != "skipped"})
    chosen = sorted(random.Random(seed).sample(everything, min(len(everything), math.ceil(share * len(everything)))))
    made = Verified(chosen, len(everything))
    here = identity(asked)
    for key in ("versions", "digests"):
        told = bench.manifest[key]
        made.notes += [
            f"{name}: the folder was made with {told.get(name, 'none')}, here is {here[key].get(name, 'none')}"
            for name in sorted({*told, *here[key]})
            if told.get(name) != here[key].get(name)
        ]
    made.differences += [
        f"claim {one.claim} of {one.model} in {one.scenario}: no finding has {one.value!r}"
        for one in unfounded(bench.claims, bench.findings)
    ]
    if not chosen:
        made.differences.append("no claim was decided, so there is nothing to make again")
        return made
    with tempfile.TemporaryDirectory(prefix="testbed-verify-") as store:
        ran = run_suite(asked, Path(store), workers=workers, pairs=chosen, tell=tell)
    new, table = verdicts(ran.claims, CLAIMS), parsed(ran.findings, FINDINGS)
    if asked.lean:
        table = table[read_by(new, table)]
    told_claims, new_claims = _claims(bench.claims, chosen), _claims(new, chosen)
    told_findings, new_findings = _findings(bench.findings, chosen), _findings(table, chosen)
    made.claims, made.findings = len(new_claims), len(new_findings)
    made.differences += _told("claim", told_claims, new_claims)
    made.differences += _told("finding", told_findings, new_findings)
    return made


def _claims(held: Sequence[Verdict], pairs: Collection[Pair]) -> set[str]:
    """The claims about some pairs, each as one line of CSV without seconds."""
    rows = [{**asdict(one), "seconds": ""} for one in held if (plain_name(one.model), one.scenario) in pairs]
    return {csv_text([row.values()]).strip() for row in rows}


def _findings(table: pd.DataFrame, pairs: Collection[Pair]) -> set[str]:
    """The findings about some pairs, each as one line of CSV."""
    of_pairs = [
        (plain_name(model), base_of(scenario)) in pairs
        for model, scenario in zip(table["model"], table["scenario"], strict=True)
    ]
    return {csv_text([row]).strip() for row in table[of_pairs].itertuples(index=False)}


def _told(what: str, told: Collection[str], found: Collection[str]) -> list[str]:
    """A sentence for each row that only the folder has, and for each that only the new run has."""
    only = [f"{what} in the folder that a new run does not give: {line}" for line in sorted(set(told) - set(found))]
    return only + [
        f"{what} that a new run gives and the folder does not have: {line}" for line in sorted(set(found) - set(told))
    ]
