"""The folder of a benchmark: findings, claims, manifest and leaderboard, written as a whole."""

# Any: a manifest is JSON, whose values are of many kinds.
from __future__ import annotations

import lzma
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.errors import InputError
from synthetic.writing import replace_file
from testbed.bench.suite import PEOPLE, Asked, Ran, suite_digest
from testbed.findings import VERDICTS, Verdict, csv_text, parsed, plain_name, timeless, verdicts
from testbed.runs import (
    CLAIMS,
    LEADERBOARD,
    PACKED,
    SCHEMA,
    check_seal,
    digest,
    model_digest,
    place_files,
    read_manifest,
    scenario_digest,
    versions,
)

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs import Folder

FINDINGS = "findings.csv"


@dataclass(frozen=True)
class Bench:
    """A finished benchmark, read from its folder: its manifest, and the texts and rows of both tables."""

    manifest: Mapping[str, Any]
    findings: pd.DataFrame
    claims: Sequence[Verdict]
    findings_text: str
    claims_text: str

    def asked(self) -> Asked:
        """Return what the run was asked for."""
        held, said = self.manifest, self.manifest["arguments"]
        names = tuple(held["models"]), tuple(held["scenario"])
        return Asked(said["suite"], *names, int(held["people"]), lean=bool(said.get("lean")))


def identity(asked: Asked) -> dict[str, Any]:
    """Return what two benchmarks must share to be the same: what was asked, versions, digests.

    Raises InputError if a model or a scenario cannot be loaded.
    """
    from testbed.models import load_apart
    from testbed.scenarios import Scenario

    digests = {"suite": suite_digest()}
    for name in asked.scenarios:
        digests[f"scenario {plain_name(name)}"] = scenario_digest(Scenario.load(name))
    for name in asked.models:
        load_apart(name)
        digests[f"model {plain_name(name)}"] = model_digest(name)
    return {
        "schema": SCHEMA,
        "kind": "bench",
        "scenario": [plain_name(name) for name in asked.scenarios],
        "models": [plain_name(name) for name in asked.models],
        "people": asked.people,
        "seeds": [0],
        "arguments": {"suite": asked.suite, **({"lean": True} if asked.lean else {})},
        "versions": versions(),
        "digests": digests,
    }


def command_of(asked: Asked) -> str:
    """Return the command that repeats a run; files are named without their folders."""
    words = ["testbed", "bench", "--suite", asked.suite]
    for option, names in (("--model", asked.models), ("--scenario", asked.scenarios)):
        words += [word for name in names for word in (option, plain_name(name))]
    if asked.people != PEOPLE[asked.suite]:
        words += ["--people", str(asked.people)]
    words += ["--lean"] * asked.lean
    return shlex.join(words)


def write_bench(asked: Asked, ran: Ran, folder: Folder) -> dict[str, Any]:
    """Write the tables of a run, the manifest and the leaderboard into a folder. Returns the manifest.

    A lean folder has packed tables and no page, which `testbed report` makes.
    """
    from testbed.report import render_leaderboard

    held = verdicts(ran.claims, CLAIMS)
    findings = ran.findings
    table = parsed(findings, FINDINGS)
    if asked.lean:
        table = table[read_by(held, table)]
        findings = csv_text(table)
    texts = {FINDINGS: findings, CLAIMS: ran.claims}
    ending = PACKED if asked.lean else ""
    manifest = {
        **identity(asked),
        "command": command_of(asked),
        "claims": {"rows": len(held), **dict(Counter(one.verdict for one in held))},
        "findings": {"rows": len(table), "digest": digest(findings)},
        "files": {name + ending: _digest(name, text) for name, text in texts.items()},
    }

    def page(sealed: dict[str, Any]) -> None:
        if not asked.lean:
            replace_file(folder.part / LEADERBOARD, render_leaderboard(held, sealed))

    packed = {name + ending: lzma.compress(text.encode()) if asked.lean else text for name, text in texts.items()}
    place_files(folder, packed, manifest, page)
    return manifest


def _digest(name: str, text: str) -> str:
    """The digest of a table, packed or not; that of the claims leaves their seconds out."""
    return digest(timeless(text, name) if name == CLAIMS else text)


def read_by(held: Sequence[Verdict], table: pd.DataFrame) -> list[bool]:
    """Return for each finding whether a claim reads it: one about its model, scenario and measure has its numbers."""
    known = {_key(one.model, one.scenario, one.measure, one.value, one.low, one.high) for one in held}
    columns = (table[name] for name in ("model", "scenario", "measure", "value", "low", "high"))
    return [_key(*row) in known for row in zip(*columns, strict=True)]


def unfounded(held: Sequence[Verdict], table: pd.DataFrame) -> list[Verdict]:
    """Return the decided claims whose numbers are those of no finding."""
    columns = (table[name] for name in ("model", "scenario", "measure", "value", "low", "high"))
    known = {_key(*row) for row in zip(*columns, strict=True)}
    return [
        one
        for one in held
        if one.verdict in ("held", "broken")
        and _key(one.model, one.scenario, one.measure, one.value, one.low, one.high) not in known
    ]


def _key(model: str, scenario: str, measure: str, value: float, low: float, high: float) -> tuple[str, ...]:
    return plain_name(model), base_of(scenario), measure, repr(float(value)), repr(float(low)), repr(float(high))


def base_of(scenario: str) -> str:
    """Return the name of a scenario without departures from it and without folders."""
    return plain_name(scenario.partition("{")[0])


def write_leaderboard(folder: Path) -> Sequence[Verdict]:
    """Make the page of a finished benchmark again. Returns its verdicts."""
    from testbed.report import render_leaderboard

    bench = read_bench(folder)
    replace_file(folder / LEADERBOARD, render_leaderboard(bench.claims, bench.manifest))
    return bench.claims


def read_bench(folder: str | Path) -> Bench:
    """Return a finished benchmark. Raises InputError if a file is missing, is no such file, or was changed."""
    path = Path(folder)
    if not path.is_dir():
        raise InputError(f"{str(folder)!r} is not a folder that testbed bench wrote.")
    manifest = read_manifest(path)
    if manifest.get("kind") != "bench":
        raise InputError(f"{str(folder)!r} holds {manifest.get('kind')!r}, not a benchmark.")
    check_seal(path, manifest)
    texts = {name: _text(path, name, manifest["files"]) for name in (FINDINGS, CLAIMS)}
    table, held = parsed(texts[FINDINGS], FINDINGS), verdicts(texts[CLAIMS], CLAIMS)
    return Bench(manifest, table, held, texts[FINDINGS], texts[CLAIMS])


def _text(path: Path, name: str, told: Mapping[str, str]) -> str:
    """The text of a table, unpacked if it is packed. Raises InputError if it is not what the manifest names."""
    packed = name + PACKED in told
    file = path / (name + PACKED if packed else name)
    try:
        data = file.read_bytes()
        text = (lzma.decompress(data) if packed else data).decode("utf-8")
    except (OSError, UnicodeDecodeError, lzma.LZMAError) as problem:
        raise InputError(f"{file.name} in {path.name!r} cannot be read ({type(problem).__name__}).") from None
    if _digest(name, text) != told.get(file.name):
        raise InputError(f"{file.name} in {path.name!r} differs from what the run wrote; run it again.")
    return text


def counts(held: Sequence[Verdict]) -> dict[str, dict[str, Counter[str]]]:
    """Return the verdicts by model and family, counted."""
    found: dict[str, dict[str, Counter[str]]] = {}
    for one in held:
        found.setdefault(one.model, {}).setdefault(one.family, Counter(dict.fromkeys(VERDICTS, 0)))[one.verdict] += 1
    return found
