"""The folder of an audit of a model on a table, and the manifest that names what made it."""

# Any: a manifest is JSON, whose values are of many kinds.
from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd

from synthetic.source import Dial, as_in, sources
from testbed.findings import plain_name
from testbed.measure import Measure
from testbed.models import name_of
from testbed.runs import SCHEMA, facts, file_digest, model_digest, versions

SHOWN = ("analog", "assumed", "claimed")
"""Readings of dials that a page lists."""


def identity(model: Any, frame: Any, arguments: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """What two runs must share to be the same run, and the command that repeats it ("" if no command can)."""
    given = {key: value for key, value in arguments.items() if value not in (None, [], (), {}, 0, False)}
    files = {key: Path(value) for key, value in given.items() if key in ("errors", "actions", "disclosure")}
    digests = {"table": _table_digest(frame)}
    digests |= {key: file_digest(path) for key, path in files.items() if path.is_file()}
    models = {"model": model, "then": given.get("then")}
    digests |= {key: said for key, one in models.items() if one is not None and (said := model_digest(one))}
    named = isinstance(model, str) and isinstance(frame, str | Path)
    title = f"The table {Path(frame).name}" if isinstance(frame, str | Path) else "A table"
    return {
        "schema": SCHEMA,
        "kind": "table model",
        "scenario": "table",
        "models": [plain_name(model) if isinstance(model, str) else name_of(model)],
        "seeds": [seed],
        "arguments": {key: _plain(value) for key, value in given.items()},
        "versions": versions(),
        "digests": digests,
        "title": title,
        "command": _command(str(model), Path(frame).name, given, seed) if named else "",
    }


def manifest(
    held: Mapping[str, Any], measures: Iterable[Measure], dials: Mapping[str, Dial], compared: list[str],
    reference: Mapping[str, str], notes: list[str],
) -> dict[str, Any]:  # fmt: skip
    """The whole manifest: the identity, what the measures declare, and the dials that are guesses."""
    known = list(measures)
    resting = {
        "errors": [one.name for one in known if one.harm == "error propagation"],
        "actions": [one.name for one in known if one.name.startswith("recourse")],
    }
    shown = [dial for _, dial in sorted(dials.items()) if dial.reading in SHOWN]
    cited = sources()
    return {
        **held,
        "compared": compared,
        "reference": dict(reference),
        "assumed": [
            {
                "path": dial.path,
                "value": dial.value,
                "unit": dial.unit,
                "source": dial.source,
                "reading": dial.reading,
                **({"as_in": as_in(dial.reading, dial.source)} if dial.reading == "analog" else {}),
                "range": list(dial.range) if dial.range is not None else None,
                "where": dial.where,
                "measures": resting.get(dial.path.partition(".")[0], []),
            }
            for dial in shown
        ],
        "sources": [
            {name: str(getattr(cited[one], name)) for name in ("id", "title", "publisher", "date", "locator")}
            for one in sorted({dial.source for dial in dials.values()})
        ],
        "measures": {one.name: facts(one) for one in known},
        "notes": notes,
    }


def _plain(value: Any) -> Any:
    """A value as JSON, a file by its name."""
    if isinstance(value, Path):
        return value.name
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, str | int | float | bool):
        return Path(value).name if isinstance(value, str) and value.endswith(".toml") else value
    return name_of(value)


def _command(model: str, file: str, given: Mapping[str, Any], seed: int) -> str:
    words = ["testbed", "table", file, "--model", plain_name(model)]
    for key, value in given.items():
        if key == "reference":
            for column, group in value.items():
                words += ["--reference", f"{column}={group}"]
        elif key == "equivalence":
            for name, bound in value.items():
                words += ["--equivalent", f"{name}={bound:.15g}"]
        else:
            said = _plain(value)
            words += [f"--{key}", ",".join(map(str, said)) if isinstance(said, list) else str(said)]
    return shlex.join([*words, *(["--seed", str(seed)] if seed else [])])


def _table_digest(frame: Any) -> str:
    """The digest of a file, or of the values of a frame."""
    if isinstance(frame, str | Path):
        return file_digest(frame)
    if isinstance(frame, pd.DataFrame):
        held = sha256(repr(list(frame.columns)).encode())
        for name in range(frame.shape[1]):
            column = frame.iloc[:, name]
            try:
                held.update(pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes())
            except TypeError:  # cells that cannot be hashed
                held.update(repr(column.tolist()).encode())
        return held.hexdigest()[:16]
    return "not known"
