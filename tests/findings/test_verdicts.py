"""The table of verdicts: read back as it was written, and refused if it is another table."""

from __future__ import annotations

import math

import pytest

from synthetic.errors import InputError
from synthetic.writing import csv_text
from testbed.findings import VERDICT_COLUMNS, timeless, verdicts

ROW = ["c", "opacity", "'=m", "s", "", "held", "0.5", "", "", "below 1", "hidden", "20", "1.25", "one\ntwo"]


def table(*rows: list[str]) -> str:
    return csv_text([VERDICT_COLUMNS, *rows])


def test_a_row_is_read_as_it_was_meant():
    (one,) = verdicts(table(ROW), "it")
    assert (one.model, one.value, one.people, one.seconds, one.why) == ("=m", 0.5, 20, 1.25, "one\ntwo")
    assert math.isnan(one.low)


def test_seconds_alone_are_left_out():
    other = [*ROW[:12], "99", ROW[13]]
    assert timeless(table(ROW), "it") == timeless(table(other), "it")
    assert timeless(table(ROW), "it") != timeless(table(["d", *ROW[1:]]), "it")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n1,2\n",
        table(ROW[:-1]),
        table([*ROW[:5], "won", *ROW[6:]]),
        table([*ROW[:6], "much", *ROW[7:]]),
        table([*ROW[:11], "2.5", *ROW[12:]]),
    ],
)
def test_any_other_table_is_refused(text):
    with pytest.raises(InputError, match=r"^it"):
        verdicts(text, "it")
