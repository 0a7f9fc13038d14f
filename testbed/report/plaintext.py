"""Text that is safe to print: no control characters, never wider than the terminal."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Iterator

BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder their neighbors, with which a name could rewrite a sentence."""


def clean(text: object) -> str:
    r"""The text on one line, without control characters, direction marks and broken code points.

    >>> clean("a\x1b[31m\tb\n c")
    'a [31m b c'
    """
    text = str(text)
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    kept = (
        " " if unicodedata.category(letter) in ("Cc", "Zl", "Zp") else letter for letter in text if letter not in BIDI
    )
    return " ".join("".join(kept).encode("utf-8", "replace").decode("utf-8").split())


def columns(text: str) -> int:
    """Terminal columns that the text takes: 2 for wide letters, 0 for combining marks.

    >>> columns("abc"), columns("\u4fe1\u7528")
    (3, 4)
    """
    return len(text) if text.isascii() else sum(_columns(letter) for letter in text)


def _columns(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def wrap(text: object, width: int = 80, *, first: str = "", rest: str = "", cut: bool = True) -> list[str]:
    """The text in lines of at most `width` columns; longer words are cut, or stand on a longer line without `cut`.

    `first` is put before the first line, `rest` before every further line.

    >>> wrap("one two three", 9, first="- ", rest="  ")
    ['- one two', '  three']
    """
    lines: list[str] = []
    line, empty = first, True
    said = clean(text)
    for word in _pieces(said, width - max(columns(first), columns(rest))) if cut else said.split():
        if not empty and columns(line) + 1 + columns(word) > width:
            lines.append(line)
            line, empty = rest, True
        line += word if empty else f" {word}"
        empty = False
    return [*lines, line]


def wrap_command(command: str, width: int = 80, *, first: str = "", rest: str = "") -> list[str]:
    """A command in lines that a shell reads as one; each line but the last ends in a backslash.

    A word that does not fit on a line stands on a longer one. What is no command of a shell is wrapped like any text.

    >>> wrap_command("testbed audit town --people 100", 22, rest="  ")
    ['testbed audit town \\\\', '  --people 100']
    """
    try:
        words = [shlex.quote(word) for word in shlex.split(clean(command))]
    except ValueError:
        words = []
    if not words:
        return wrap(command, width, first=first, rest=rest, cut=False)
    lines: list[str] = []
    line = first + words[0]
    for word in words[1:]:
        if columns(line) + columns(word) + 3 > width:
            lines.append(f"{line} \\")
            line = rest + word
        else:
            line += f" {word}"
    return [*lines, line]


def _pieces(text: str, room: int) -> Iterator[str]:
    """The words of a text; a word wider than `room` comes in pieces that fit."""
    for word in text.split():
        piece = ""
        for letter in word:
            if piece and columns(piece) + _columns(letter) > room:
                yield piece
                piece = ""
            piece += letter
        yield piece


def counted(number: int, noun: str) -> str:
    """A count with its noun, in the plural unless the count is 1.

    >>> counted(1, "month"), counted(12000, "entry")
    ('1 month', '12,000 entries')
    """
    if number != 1:
        noun = {"person": "people", "entry": "entries", "other": "others"}.get(noun, f"{noun}s")
    return f"{number:,} {noun}"
