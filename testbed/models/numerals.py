"""Numbers that are written as text: plain decimal numbers in ASCII digits, and nothing that merely looks like one.

`1`, `-2.5` and `1e-3` are numbers. `1_000`, `0x10`, `nan`, `inf`, digits of other scripts and numbers beyond float64
are not. Every text that holds scores is read here: answers of programs and of servers, and tables of scores.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from testbed.models.base import ModelError, Scores

PLAIN = b"0123456789+-.eE \t\r\n"
"""The characters of plain numbers and of the space around them. Of what these spell, `float` takes nothing else."""

SHOWN = 60
"""Characters of a wrong line that are told."""


def number(text: bytes) -> float | None:
    """The number that a text is; None if it is none.

    >>> [number(text) for text in (b" -2.5", b"1e3", b"1_000", b"inf", b"1e999")]
    [-2.5, 1000.0, None, None, None]
    """
    try:
        made = float(text) if not text.translate(None, PLAIN) else float("nan")
    except ValueError:
        return None
    return made if np.isfinite(made) else None


def numbers(texts: list[bytes]) -> NDArray[np.float64] | None:
    """The numbers that many texts are; None if one of them is none."""
    if b"".join(texts).translate(None, PLAIN):
        return None
    try:
        made = np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return None
    return made if np.isfinite(made).all() else None


def wrong(texts: Iterable[bytes]) -> int:
    """The place of the first text that is no number."""
    return next(place for place, text in enumerate(texts) if number(text) is None)


def scores_in(answer: bytes, n: int, name: str) -> Scores:
    """The scores in an answer about n records: a line for each, `score` or `score,decision`; empty lines are skipped.

    Raises ModelError for anything else, with the first line that is wrong.
    """
    lines = [line for line in answer.splitlines() if line and not line.isspace()]
    if len(lines) != n:
        raise ModelError(f"model {name} gave {len(lines)} lines for {n} records.")
    columns = [lines]
    if b"," in answer:
        rows = [line.split(b",") for line in lines]
        width = min(len(rows[0]), 2)
        odd = next((place for place, row in enumerate(rows) if len(row) != width), None)
        if odd is not None:
            raise ModelError(f"model {name} gave {shown(lines[odd])} as score {odd}; one number, or score,decision.")
        columns = [list(column) for column in zip(*rows, strict=True)]
    made = []
    for column in columns:
        if (found := numbers(column)) is None:
            place = wrong(column)
            raise ModelError(f"model {name} gave {shown(lines[place])} as score {place}, a finite number is needed.")
        made.append(found)
    return Scores(*made)  # type: ignore[arg-type]


def shown(line: bytes) -> str:
    """The beginning of a line, in quotation marks."""
    return repr(line[: 4 * SHOWN].decode("utf-8", "replace").strip()[:SHOWN])
