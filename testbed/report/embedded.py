"""The rows of a page as compact data: the page's script shows them on demand, `findings.csv` has the same."""

# Any: a row of the data holds numbers, texts and nothing.
from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from testbed.report.family_figures import Figure
from testbed.report.finding_row import Finding
from testbed.report.plaintext import clean
from testbed.report.rows import Findings

BYTES = 170_000
"""The most that the rows may take; of a larger run the page holds the most important rows, and says so."""
DIGITS = 4
"""The digits of a value, as in every table of the page; findings.csv has all of them."""


class Texts:
    """Texts by their place in a list, each once."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        """The place of a text, at the end if it is new."""
        return self.places.setdefault(clean(text), len(self.places))


def embedded(
    findings: Findings, blocks: Sequence[Mapping[str, Any]], figures: Iterable[Figure], first: Iterable[int]
) -> tuple[Markup, int, int]:
    """The data of the page's script, how many rows it holds, and of how many.

    blocks: the measures of the page, each with its rows. figures: those whose data are shown on demand. first: the
    numbers of rows that are kept before all others.
    """
    drawn = list(figures)
    texts = Texts()
    told, wanted = set(first), {row.number for figure in drawn for row in figure.rows}
    rows = [(row, place) for place, block in enumerate(blocks) for row in block["rows"]]

    def order(pair: tuple[Finding, int]) -> tuple[object, ...]:
        row = pair[0]
        return row.number not in told, row.number not in wanted, *_rank(row), row.number

    ranked = sorted(rows, key=order)
    kept, size = [], 0
    for row, place in ranked:
        packed = _row(findings, row, place, texts)
        size += len(json.dumps(packed, separators=(",", ":"))) + 1
        if size > BYTES:
            break
        kept.append(packed)
    data = {
        "texts": list(texts.places),
        "rows": sorted(kept),
        "tables": [[list(figure.table[0]), [list(row) for row in figure.table[1]]] for figure in drawn if figure.table],
    }
    return safe_json(data), len(kept), len(rows)


def safe_json(data: object) -> Markup:
    """JSON that can stand in a script block: no character of it can end the block or open a comment.

    >>> str(safe_json({"a": "</script><!--"}))
    '{"a":"\\\\u003c/script\\\\u003e\\\\u003c!--"}'
    """
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _rank(row: Finding) -> tuple[bool, bool, bool]:
    return bool(row.suffix), row.split != "all", bool(set("*|") & set(row.split))


def _row(findings: Findings, row: Finding, block: int, texts: Texts) -> list[Any]:
    """A row as a list: number, block, measure, who, of, value, low, high, n, unit, note, and the lottery's row.

    Nothing stands where there is no number.
    """
    lottery = findings.beside(row)
    about = "everybody" if row.split == "all" else f"{row.split}: {row.who}" if row.group else row.who
    of = findings.label(row.column) if row.column in findings.columns else f"{row.model}, {row.scenario}"
    note = "; ".join(text for text in (row.why, row.small, f"given the {row.given}" if row.given else "") if text)
    packed: list[Any] = [row.number, block, texts(row.measure), texts(about), texts(of)]
    packed += [*map(_number, (row.value, row.low, row.high)), row.n, texts(row.unit), texts(note)]
    return packed if lottery is None else [*packed, _number(lottery.value), lottery.n, lottery.number]


def _number(value: float) -> float | int | str | None:
    if math.isnan(value):
        return None
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    short = float(f"{value:.{DIGITS}g}") if abs(value) < 1000 else round(value)
    return int(short) if short == int(short) else short
