"""A store of audits on disk: each is made once, however many processes ask for it, and whenever they ask.

An audit is one file, named by a digest of everything that its findings depend on, and written completely or not at
all. Who wants an audit that another process makes waits for it. The kernel drops the lock of a process that died.
"""

# Any: an identity and the attributes of a table are JSON.
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synthetic.locks import locked
from synthetic.writing import replace_file
from testbed.findings import csv_text, parsed
from testbed.models import Here
from testbed.runs.auditing import run_audit, warn_of
from testbed.runs.digests import digest
from testbed.runs.manifest import identity

if TYPE_CHECKING:
    import pandas as pd

    from testbed.runs.plan import Plan

PACKAGES = Path(__file__).parents[1], Path(__file__).parents[2] / "synthetic"
"""The folders of the code and the data that findings depend on."""


class AuditStore:
    """Audits in a folder, which is made when the first one is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def findings(self, plan: Plan) -> pd.DataFrame:
        """Return the findings of a plan: those in the store, or else made now and stored.

        The table is always read back from its text, so that it is the same whoever made it. If a model fails, nothing
        is stored: who asks next tries again.
        """
        who = _identity(plan)
        key = digest(json.dumps(who, sort_keys=True, default=str))
        path = self.folder / f"{key}.json"
        self.folder.mkdir(parents=True, exist_ok=True)
        with locked(self.folder / f"{key}.lock"):
            text = _read(path, who)
            if text is None:
                made = run_audit(plan, engine=_engine(plan), workers=1)
                warn_of(made)
                text = _text(who, made.findings)
                if not made.failures:
                    replace_file(path, text)
        return _table(text, path.name)


def _engine(plan: Plan) -> str:
    """Return where a plan runs. A model that stays in the process of its run may end that, and not ours."""
    return "processes" if any(isinstance(one, Here) for one in plan.asked) else "serial"


def _text(who: Mapping[str, Any], table: pd.DataFrame) -> str:
    held = {"identity": who, "attrs": dict(table.attrs), "findings": csv_text(table)}
    return json.dumps(held, sort_keys=True, default=str, allow_nan=False) + "\n"


def _table(text: str, where: str) -> pd.DataFrame:
    held = json.loads(text)
    table = parsed(held["findings"], where)
    table.attrs = held["attrs"]
    return table


def _read(path: Path, who: Mapping[str, Any]) -> str | None:
    """Return the stored text of an identity; None if there is none, or if it is of another one."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return text if json.loads(text)["identity"] == json.loads(json.dumps(who, default=str)) else None


def _identity(plan: Plan) -> dict[str, Any]:
    """Return what findings depend on: the run's identity, the files that users gave, and the code."""
    given = {text: _digest_beside(Path(text)) for text in (plan.scenario.base, *map(str, plan.specs)) if _is_file(text)}
    named = {"scenario": plan.scenario.name, "names": list(plan.names), "alone": plan.alone}
    return {**identity(plan), **named, "given": given, "code": code()}


def _is_file(text: str) -> bool:
    return text.endswith((".toml", ".csv")) and Path(text).is_file()


def _digest_beside(path: Path) -> str:
    """Return a digest of a file and of the TOML files beside it, any of which may be a part of it."""
    return digest("".join(digest(one.read_bytes()) for one in (path, *sorted(path.parent.glob("*.toml")))))


@cache
def code() -> str:
    """Return a digest of the testbed's own code and data."""
    return digest("".join(f"{path.name} {digest(path.read_bytes())}\n" for path in _sources()))


def _sources() -> Iterator[Path]:
    for folder in PACKAGES:
        yield from sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".toml", ".csv", ".data"))
