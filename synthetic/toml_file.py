"""Reading TOML: bounds that hold for every file, before anything in it means something."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path

from synthetic.errors import InputError, shown

LARGEST = 1 << 20
"""The largest size of a TOML file, in bytes."""

DEEPEST = 32
"""How deep tables and lists of a TOML file may be nested."""

LONGEST = 20_000
"""The largest length of a text, in characters."""

LONGEST_KEY = 200
"""The same of a key."""

PART = r"""(?<![\w-])(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
CHAIN = re.compile(rf"{PART}(?:[ \t]*\.[ \t]*{PART}){{{DEEPEST}}}")
"""More names with dots between them than tables may be nested; the time of the parser is quadratic in their number."""

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that no text may hold: they steer a terminal, or turn the direction of what is shown."""


def load_toml(path: Path) -> dict[str, object]:
    """The tables of a TOML file, in UTF-8 with or without a byte order mark.

    Raises InputError if the file cannot be read or parsed, is too large or nested too deep, or holds a number that is
    not finite or needs more than 64 bits, a text that is too long or has control characters, or an empty name.
    """
    try:
        with path.open("rb") as file:
            held = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path.name}: cannot be read ({error.strerror}).") from None
    if len(held) > LARGEST:
        raise InputError(f"{path.name}: it has more than {LARGEST:,} bytes, which no TOML file needs here.")
    try:
        text = held.decode("utf-8-sig")
        if any(line.count(".") >= DEEPEST and CHAIN.search(line) for line in text.split("\n")):
            raise RecursionError
        made = tomllib.loads(text)
        if not _plain(made):
            _check(made, path.name)
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML: byte {error.start} is not UTF-8; save it as UTF-8.") from None
    except RecursionError:
        raise InputError(f"{path.name}: its brackets or keys are nested more than {DEEPEST} deep.") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path.name}: not valid TOML: {CONTROL.sub('?', str(error).splitlines()[0])}.") from None
    except InputError:
        raise
    except ValueError:  # Python refuses to read a whole number of thousands of digits
        raise InputError(f"{path.name}: a number in it has too many digits.") from None
    return made


def _plain(made: dict[str, object]) -> bool:
    """Whether nothing in the tables is even unusual, at a fraction of the time of `_check`."""
    level: list[object] = [made]
    for _ in range(DEEPEST):
        below: list[object] = []
        for held in level:
            if isinstance(held, dict):
                for key in held:
                    if not key.isprintable() or not 0 < len(key) <= LONGEST_KEY or key.isspace():
                        return False
            for value in held.values() if isinstance(held, dict) else held:  # type: ignore[attr-defined]
                kind = type(value)
                if kind is str:
                    if not value.isprintable() or len(value) > LONGEST:
                        return False
                elif kind is dict or kind is list:
                    below.append(value)
                elif (kind is float or kind is int) and not -(2**63) <= value < 2**63:
                    return False
        if not below:
            return True
        level = below
    return False


def _check(made: dict[str, object], file: str) -> None:
    """Raise InputError for what no file may hold, and RecursionError if tables and lists are nested too deep."""
    for key in made:
        _check_key(key, file)
    inside: list[tuple[str, object]] = list(made.items())
    for _ in range(DEEPEST):
        inside = [part for place, value in inside for part in _parts(place, value, file)]
    if inside:
        raise RecursionError


def _parts(place: str, value: object, file: str) -> list[tuple[str, object]]:
    """What a table or list holds, each with its path. Raises InputError for a value that no file may hold."""
    if isinstance(value, dict):
        for key in value:
            _check_key(key, f"{file}, {place}")
        return [(f"{place}.{key}", part) for key, part in value.items()]
    if isinstance(value, list):
        return [(f"{place} {number}", part) for number, part in enumerate(value, 1)]
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise InputError(f"{file}, {place}: found {len(value):,} characters, allowed: up to {LONGEST:,}.")
        if CONTROL.search(value):
            raise InputError(f"{file}, {place}: found {shown(value)}; a text has no control characters.")
    elif isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"{file}, {place}: found {value!r}, a finite number is needed.")
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise InputError(f"{file}, {place}: found {shown(value)}, allowed: whole numbers of up to 64 bits.")
    return []


def _check_key(key: str, where: str) -> None:
    """Raise InputError for a name that is empty or too long, or has control characters."""
    if not key.strip() or len(key) > LONGEST_KEY or CONTROL.search(key) or "\n" in key:
        raise InputError(
            f"{where}: found the name {shown(key)}; a name is not empty, has up to {LONGEST_KEY} characters, and none "
            "that controls a terminal."
        )
