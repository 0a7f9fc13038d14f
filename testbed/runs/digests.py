"""Digests that vouch for what made a run: texts, files, and the code of models, which is found without running it."""

# Any: a user's model can be anything.
from __future__ import annotations

import hashlib
import inspect
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

from testbed.models import source_of, theirs

LENGTH = 16
"""Hexadecimal digits of a digest."""


def digest(content: str | bytes) -> str:
    """The first 16 hexadecimal digits of the SHA-256 digest."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()[:LENGTH]


def file_digest(path: str | Path) -> str:
    """The same of a file, which may be larger than memory. Raises OSError if it cannot be read."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:LENGTH]


def model_digest(spec: Any) -> str:
    """A digest of the files that a model is made of; "" if there are none, as for a registered name or an address.

    They are the file of a rule book or of a table of scores; the program of `cmd:`, and every argument of it that is a
    file; the module of `module:object`; the module that an object or a function comes from.
    """
    try:
        found = [file_digest(path) for path in _files(spec)]
    except OSError:
        return ""
    return found[0] if len(found) == 1 else digest("".join(found)) if found else ""


def _files(spec: Any) -> Iterator[Path]:
    if not isinstance(spec, str | Path):
        yield from _source(spec)
        return
    text = str(spec)
    if text.startswith("cmd:"):
        yield from _program(text.removeprefix("cmd:"))
    elif text.endswith((".toml", ".csv")):
        yield Path(text)
    elif ":" in text and not text.startswith(("http:", "https:")):
        file = source_of(text)
        if file is not None:
            yield file


def _program(command: str) -> Iterator[Path]:
    """The program of a command, and its arguments that are files, as in `python3 scorer.py --weights=w.json`."""
    try:
        words = shlex.split(command)
    except ValueError:
        return
    program = shutil.which(words[0]) if words else None
    for word in [*([program] if program else []), *words[1:]]:
        held = next((Path(one) for one in (word, word.partition("=")[2]) if one and _is_file(one)), None)
        if held is not None:
            yield held


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a name
        return False


def _source(model: Any) -> Iterator[Path]:
    try:
        with theirs():
            found = inspect.getsourcefile(model if type(model) is FunctionType else type(model))
    except Exception:  # a class of no module, or one whose parts cannot be read
        return
    if found is not None and _is_file(found):
        yield Path(found)
