"""Random edits of texts, tables and values, for `fuzz.py` and for the tests that fuzz with few cases.

Every choice is made by the `random.Random` that is given, so a case can be made again, and hypothesis can make it
smaller.
"""

from __future__ import annotations

import copy
import datetime
import json
import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

LONG = "a" * 5000
TEXTS = (
    "", " ", "x", "all", "-1", "0", "1e999", "nan", "inf", "-inf", "1_000", "0x10", "٣", "½", "true", "=1+1", "a,b",
    "a=b", "=", ",", "*", "[", "]", "{}", "(", "..", "../x", "/", "~", "\\", "'", '"', "\0", "\x1b[31mred", "\x07",
    "\x9b2J", "\u202etxt", "\u2028", "\ufeff", "é", "e\u0301", "信用", "👩‍👩‍👧", "\r\n", "\t", "-", "--",
    "--people", LONG, "none.toml", "none.csv", "x" * 300 + ".toml",
    "http://127.0.0.1:9", "http://example.org", "cmd:", "cmd:false",
    "no_such_module:thing", "os:getcwd", "math:pi", "rongcheng", "lottery", "china-2020", "sex", "community*sex",
)  # fmt: skip
NUMBERS: tuple[int | float, ...] = (
    0, -1, 1, 2, 3, 50, 0.5, -0.5, 1.5, -0.0, 1e-320, 1e308, -1e308, math.inf, -math.inf, math.nan, 2**31 - 1, 2**31,
    2**53 + 1, 2**63 - 1, 2**63, -(2**63), 2**64, 10**30, 10**400,
)  # fmt: skip
BYTES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\x1b[2J", b"\xc2\x9b", b"\xe2\x80\xae", b"\xed\xa0\x80", b"[" * 900, b"{" * 60,
    b"9" * 5000, b'"', b"'''", b"#", b"=", b",", b"\n", b"\r", b"\r\n", b"\t", b"]]", b"}", b"..", b"inf", b"nan",
)  # fmt: skip


def bytes_edited(data: bytes, chance: Random) -> bytes:
    """The bytes after one to three small edits: some removed, doubled, changed or put in, lines swapped, an end cut."""
    for _ in range(chance.choice((1, 1, 2, 3))):
        data = chance.choice(_BYTE_EDITS)(data, chance)
    return data


def _put(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(BYTES) + data[at:]


def _cut(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 1, 2, 8, 64, len(data))) :]


def _doubled(data: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at : at + chance.choice((1, 4, 40, 400))] * 2 + data[at:]


def _flipped(data: bytes, chance: Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _lines(data: bytes, chance: Random) -> bytes:
    lines = data.split(b"\n")
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    edit = chance.choice(("swap", "drop", "double", "copy"))
    if edit == "swap":
        lines[one], lines[other] = lines[other], lines[one]
    elif edit == "drop":
        del lines[one]
    else:
        lines.insert(one if edit == "double" else other, lines[one])
    return b"\n".join(lines)


_BYTE_EDITS: Sequence[Callable[[bytes, Random], bytes]] = (_put, _put, _cut, _doubled, _flipped, _flipped, _lines)


def value(chance: Random, others: Sequence[object] = ()) -> Any:
    """A value of any type that TOML knows, or one of `others`."""
    kind = chance.choice(("text", "number", "flag", "date", "list", "table", "other", "other", "dial"))
    if kind == "text":
        return chance.choice(TEXTS)
    if kind == "number":
        return chance.choice(NUMBERS)
    if kind == "flag":
        return chance.random() < 0.5
    if kind == "date":
        return chance.choice((datetime.date(1, 1, 1), datetime.date(2019, 1, 1), datetime.time(1, 2)))
    if kind == "list":
        return [value(chance, others) for _ in range(chance.choice((0, 1, 2, 2)))] * chance.choice((1, 1, 2))
    if kind == "table":
        return {chance.choice((*TEXTS, "value", "is", "at_least")): value(chance, others) for _ in range(2)}
    if kind == "dial":
        low, high = chance.choice(NUMBERS), chance.choice(NUMBERS)
        said = {"unit": "u", "source": "assumed", "reading": "assumed", "range": [low, high]}
        return {"value": chance.choice(NUMBERS), **said}
    return copy.deepcopy(chance.choice(list(others))) if others else None


def tree_edited(tree: dict[str, Any], chance: Random) -> dict[str, Any]:
    """A copy of nested tables and lists after one or two edits of its parts."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.choice((1, 1, 2))):
        places = list(_places(tree))
        if not places:
            return {chance.choice(TEXTS): value(chance)}
        held, key = chance.choice(places)
        others = [within[name] for within, name in chance.sample(places, min(len(places), 8))]
        edit = chance.choice(("set", "set", "set", "near", "near", "drop", "rename", "add", "wrap"))
        if edit == "drop":
            del held[key]
        elif edit == "rename" and isinstance(held, dict):
            held[chance.choice((*TEXTS, f"{key}x", *(str(name) for _, name in places[:40])))] = held.pop(key)
        elif edit == "add" and isinstance(held, dict):
            held[str(chance.choice(places)[1])] = value(chance, others)
        elif edit == "wrap":
            held[key] = chance.choice(([held[key]], [held[key]] * 2, {str(key): held[key]}, {"value": held[key]}))
        elif edit == "near":
            held[key] = near(held[key], chance)
        else:
            made = value(chance, others)
            held[key] = held[key] if made is None else made
    return tree


def nudged(tree: dict[str, Any], chance: Random) -> dict[str, Any]:
    """A copy of nested tables and lists in which one to three numbers are a little, or much, larger or smaller."""
    tree = copy.deepcopy(tree)
    places = [(held, key) for held, key in _places(tree) if type(held[key]) in (int, float)]
    for held, key in chance.sample(places, min(len(places), chance.choice((1, 2, 3)))):
        held[key] = near(held[key], chance)
    return tree


def near(held: Any, chance: Random) -> Any:
    """A value of the same type that is close to this one."""
    if isinstance(held, bool):
        return not held
    if isinstance(held, int | float):
        return chance.choice((-held, held + 1, held - 1, held * 10, held * 1000, held / 3, float(held), 0, str(held)))
    if isinstance(held, str):
        return chance.choice(
            (held.upper(), held[:-1], held + "x", held * 2, f" {held}", held.replace("-", "_"), [held])
        )
    if isinstance(held, list):
        return chance.choice((held[::-1], held[1:], held * 2, held[:1], [*held, 1]))
    if isinstance(held, dict):
        return dict(list(held.items())[: chance.choice((0, 1, -1))])
    return held


def _places(tree: Any) -> Any:
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from _places(tree[key])


def toml(tree: dict[str, Any]) -> str:
    """Nested tables as TOML, each top-level key on one line."""
    return "".join(f"{json.dumps(key, ensure_ascii=False)} = {_inline(held)}\n" for key, held in tree.items())


def _inline(held: Any) -> str:
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, str):
        return json.dumps(held, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(held, int | float):
        return repr(held) if isinstance(held, float) else _digits(held)
    if isinstance(held, list):
        return f"[{', '.join(map(_inline, held))}]"
    if isinstance(held, dict):
        return (
            f"{{{', '.join(f'{json.dumps(key, ensure_ascii=False)} = {_inline(one)}' for key, one in held.items())}}}"
        )
    return held.isoformat()


def _digits(held: int) -> str:
    return f"1{'0' * 400}" if held == 10**400 else str(held)


CELLS = (*TEXTS, *map(str, NUMBERS[:-1]), "2019-01-01", "None", "NaN", "N/A", "yes", "1,5", " 1", "1e5", "+1", "0.1.2")


def rows_edited(rows: list[list[str]], chance: Random) -> list[list[str]]:
    """A copy of the rows of a table, the first with its header, after one to three edits of cells, rows and columns."""
    rows = [list(row) for row in rows]
    for _ in range(chance.choice((1, 1, 2, 3))):
        if not rows or not rows[0]:
            return rows
        at, column = chance.randrange(len(rows)), chance.randrange(len(rows[0]))
        edit = chance.choice(("cell", "cell", "cell", "column", "column", "row", "header", "ragged", "few", "none"))
        if edit == "cell" and column < len(rows[at]):
            rows[at][column] = chance.choice(CELLS)
        elif edit == "column":
            held = chance.choice(CELLS)
            for row in rows[1 : chance.choice((None, 2, 5))]:
                row[column:] = [held, *row[column + 1 :]]
        elif edit == "row":
            rows.insert(at, list(chance.choice(rows)))
        elif edit == "header":
            rows[0][column] = chance.choice((*CELLS, *rows[0]))
        elif edit == "ragged":
            rows[at] = rows[at][: chance.choice((0, 1, -1))] if chance.random() < 0.5 else rows[at] * 2
        elif edit == "few":
            rows = rows[: chance.choice((0, 1, 2, 3))]
        else:
            rows[0] = rows[0][:column] + rows[0][column + 1 :]
    return rows
