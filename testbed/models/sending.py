"""Which models run in a process of their own: those of the user that can be named there, or sent there."""

# Any: what a user's name stands for can be anything.
from __future__ import annotations

import os
import pickle
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testbed.models.apart import Apart, UnsentError
from testbed.models.base import name_of
from testbed.models.guard import first_line, theirs
from testbed.models.limit import limited, limits
from testbed.models.load import is_ours, load_model, source_of, usable
from testbed.models.outside import Address, Program
from testbed.models.spreadsheet import Spreadsheet

SWITCH = "TESTBED_APART"
"""The environment variable that says which models run in a process of their own: "no" for none, which helps to look
for an error in a model, "names" for those that are named and not for Python objects. Default: all that can."""


_named_now: weakref.WeakValueDictionary[tuple[Any, ...], Apart] = weakref.WeakValueDictionary()


@dataclass(frozen=True)
class Here:
    """A model that runs in this process, and why."""

    model: Any
    why: str


def load_apart(spec: Any, *, beside: Path | None = None) -> Any:
    """The model that `load_model` gives; a user's model in Python runs in a process of its own, if it can be sent.

    Raises InputError as `load_model` does. A model that ends its process when it is loaded has failed.
    """
    found = opened(spec, beside=beside)
    return usable(found.model, name_of(found.model)) if isinstance(found, Here) else found


def opened(spec: Any, *, beside: Path | None = None) -> Any:
    """The model that `load_apart` gives, or `Here` with the object itself if it is an object that stays here."""
    if isinstance(spec, Here | Apart):
        return spec
    if isinstance(spec, str | Path):
        return _named(spec, beside)
    if is_ours(spec):
        return load_model(spec)
    usual = usable(spec, name_of(spec))
    sent, why = _sent(spec)
    if not why:
        try:
            return Apart.started(name_of(spec), ("sent", name_of(spec), sent)) or usual
        except UnsentError as problem:
            why = f"cannot be made in another process ({problem})"
    return Here(spec, why)


def _named(spec: str | Path, beside: Path | None) -> Any:
    name = str(spec)
    model = ":" in name and not name.startswith(("cmd:", "http:", "https:")) and not name.endswith((".csv", ".toml"))
    if model and beside is not None and (beside / f"{name}.toml").is_file():
        model = False
    if not model:
        return load_model(spec, beside=beside)
    if os.environ.get(SWITCH) == "no":
        here = load_model(spec, beside=beside)
        return here if is_ours(here) else Here(here, f"{SWITCH}=no")
    file = source_of(name)
    changed = (file, file.stat().st_mtime_ns, file.stat().st_size) if file is not None else ()
    key = (name, os.getcwd(), limits().room, *changed)
    found = _named_now.get(key) or Apart.started(name, ("named", name))
    if found is None:
        return load_model(spec, beside=beside)
    _named_now[key] = found
    return found


def _sent(model: Any) -> tuple[bytes, str]:
    """An object as it is sent, or why it stays here."""
    if (held := os.environ.get(SWITCH)) in ("no", "names"):
        return b"", f"{SWITCH}={held}"
    try:
        with theirs(), limited(limits().asking):
            sent = pickle.dumps(model, protocol=5)
    except Exception as problem:
        return b"", f"cannot be sent ({first_line(problem)})"
    if b"__main__" in sent:
        return (
            b"",
            "cannot be sent (it is made in a script, a notebook or a console, which other processes do not know)",
        )
    return sent, ""


def isolation(found: Any) -> str:
    """Where a model that `opened` gave runs, in words."""
    if isinstance(found, Apart):
        return "own process"
    if isinstance(found, Here):
        return f"this process: {found.why}"
    kinds = {Program: "program", Address: "server", Spreadsheet: "table of scores"}
    return next((said for kind, said in kinds.items() if isinstance(found, kind)), "built in")
