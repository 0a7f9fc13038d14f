"""Rows that lack a value: refused, or left out on request as if they had not been there."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from synthetic.errors import InputError
from testbed.commands.cli import main
from testbed.tables import audit_table

N = 400
RNG = np.random.default_rng(0)
FULL = pd.DataFrame({
    "g": RNG.choice(list("ab"), N), "h": RNG.choice(list("xy"), N),
    "y": RNG.integers(0, 2, N), "p": RNG.integers(0, 2, N), "s": RNG.random(N), "c": RNG.integers(0, 20, N),
})  # fmt: skip
ASKED = {"groups": ["g", "h"], "outcome": "y", "prediction": "p"}


def holed():
    """The table with values missing in three columns, and which rows are whole."""
    table = FULL.astype({"y": "Int64", "g": "object"})
    table.loc[:9, "y"] = pd.NA
    table.loc[5:24, "g"] = None
    table.loc[30, "s"] = np.nan
    return table, (np.arange(N) > 24)


def same(found, expected):
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected.reset_index(drop=True))


def test_rows_that_lack_a_value_are_left_out_as_if_they_had_not_been_there():
    table, whole = holed()
    with pytest.raises(InputError, match="missing values"):
        audit_table(table, **ASKED)
    found = audit_table(table, **ASKED, missing="drop")
    same(found, audit_table(FULL[whole], **ASKED))
    assert found.attrs["notes"][0] == (
        "25 of 400 rows were left out because a value is missing: 10 in column 'y', 20 in column 'g'."
    )


def test_a_column_that_is_not_asked_for_may_lack_values():
    table, _ = holed()
    with_score = audit_table(table, groups="h", outcome="y", score="s", missing="drop", clusters="c")
    kept = (np.arange(N) > 9) & (np.arange(N) != 30)
    same(with_score, audit_table(FULL[kept], groups="h", outcome="y", score="s", clusters="c"))


def test_arrays_and_series_lose_the_same_rows():
    table, _ = holed()
    given = {
        "groups": FULL["h"],
        "outcome": table["y"],
        "prediction": FULL["p"].to_numpy(),
        "clusters": list(FULL["c"]),
    }
    found = audit_table(FULL[["s"]], **given, missing="drop")
    kept = np.arange(N) > 9
    expected = audit_table(FULL[kept], groups="h", outcome="y", prediction="p", clusters="c")
    pd.testing.assert_series_equal(found["value"], expected["value"])
    assert "10 in outcome y" in found.attrs["notes"][0]


def test_a_polars_frame_and_a_csv_file_lose_the_same_rows(tmp_path):
    table, whole = holed()
    expected = audit_table(FULL[whole], **ASKED)
    same(audit_table(pl.DataFrame(table.to_dict("list")), **ASKED, missing="drop"), expected)
    table.to_csv(tmp_path / "table.csv", index=False)
    same(audit_table(tmp_path / "table.csv", **ASKED, missing="drop"), expected)


def test_the_command_says_how_many_rows_were_left_out(tmp_path, capsys):
    table, _ = holed()
    table.to_csv(tmp_path / "table.csv", index=False)
    words = ["table", str(tmp_path / "table.csv"), "--groups", "g", "--outcome", "y", "--prediction", "p"]
    assert main(words) == 2
    assert main([*words, "--missing", "drop", "--stream"]) == 2
    capsys.readouterr()
    assert main([*words, "--missing", "drop"]) == 0
    assert "25 of 400 rows were left out" in capsys.readouterr().out


def test_a_whole_table_is_not_touched_and_an_empty_one_is_refused():
    found = audit_table(FULL, **ASKED, missing="drop")
    assert not any("left out" in note for note in found.attrs["notes"])
    with pytest.raises(InputError, match="every row of the table lacks a value: 400 in column 'g'"):
        audit_table(FULL.assign(g=None), **ASKED, missing="drop")
    with pytest.raises(InputError, match="missing is 'skip'; allowed: 'refuse', 'drop'"):
        audit_table(FULL, **ASKED, missing="skip")
