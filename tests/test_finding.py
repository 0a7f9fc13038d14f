"""The findings table and its files."""

from __future__ import annotations

import csv
import io
import json
import math

import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import finding

ROWS = [
    {"measure": "adverse_rate", "split": "all", "group": "all", "value": 0.1, "low": 0.05, "high": 0.3, "n": 40},
    {"measure": "adverse_ratio", "split": "g", "group": "-1", "versus": "0", "value": 3, "low": 0.5, "high": math.inf},
    {"measure": "auc", "group": "=SUM(A1)", "split": 'said, "so"', "why": "nobody\nis here"},
    {"measure": "error_gain", "group": "'+x", "value": -12.5},
]


def test_columns_stand_in_the_order_of_the_contract() -> None:
    made = finding.frame(ROWS, scenario="table", model="p", seed=3)
    assert tuple(made.columns) == (
        "scenario", "model", "measure", "harm", "split", "group", "versus", "value", "low", "high", "unit",
        "n", "seed", "why",
    )  # fmt: skip
    assert made["seed"].tolist() == [3] * 4
    assert not made[list(finding.TEXTS)].isna().any().any()


def test_no_rows_are_an_empty_table_with_columns() -> None:
    made = finding.frame([])
    assert tuple(made.columns) == finding.COLUMNS
    assert made["value"].dtype == "float64"
    assert finding.csv_text(made) == ",".join(finding.COLUMNS) + "\n"


@pytest.mark.parametrize("row", [{"measure": "m"}, {"measure": "m", "value": 1.0, "why": "no"}])
def test_a_why_stands_beside_nan_and_nowhere_else(row: dict[str, object]) -> None:
    with pytest.raises(InputError, match="a why stands beside NaN and nowhere else"):
        finding.frame([row])


def test_unknown_columns_are_refused() -> None:
    with pytest.raises(InputError, match="'extra'"):
        finding.frame([{"measure": "m", "value": 1.0, "extra": 2}])


def test_csv_is_what_another_reader_expects() -> None:
    lines = list(csv.DictReader(io.StringIO(finding.csv_text(finding.frame(ROWS)))))
    assert lines[0]["value"] == "0.1"
    assert (lines[1]["high"], lines[1]["group"]) == ("inf", "'-1")
    assert (lines[2]["value"], lines[2]["low"]) == ("", "")
    assert (lines[2]["group"], lines[2]["split"], lines[2]["why"]) == ("'=SUM(A1)", 'said, "so"', "nobody\nis here")
    assert lines[3]["value"] == "-12.5"


def test_json_lines_have_null_and_the_text_inf() -> None:
    lines = [json.loads(line) for line in finding.jsonl_text(finding.frame(ROWS)).splitlines()]
    assert lines[1]["high"] == "inf"
    assert lines[2]["value"] is None
    assert lines[2]["group"] == "=SUM(A1)"
    assert list(lines[0]) == list(finding.COLUMNS)


def test_what_is_written_is_read_back(tmp_path) -> None:
    made = finding.frame(ROWS, scenario="s{a=1}", model="m")
    finding.write(made, tmp_path)
    pd.testing.assert_frame_equal(finding.read(tmp_path), made)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["findings.csv", "findings.jsonl"]


def test_the_same_findings_are_the_same_bytes() -> None:
    assert finding.csv_text(finding.frame(ROWS)) == finding.csv_text(finding.frame(ROWS))


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path, monkeypatch) -> None:
    path = tmp_path / "findings.csv"
    finding.replace_file(path, "old")

    def broken(handle: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="no space"):
        finding.replace_file(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(finding.COLUMNS) + "\n1,2\n"])
def test_another_table_is_not_read_as_findings(tmp_path, text: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(InputError, match="is not a findings table"):
        finding.read(path)
    with pytest.raises(InputError, match="no findings can be read"):
        finding.read(tmp_path / "absent.csv")
