"""The findings table and its files."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from synthetic.errors import InputError
from synthetic.writing import reserve_file
from testbed.findings import finding
from testbed.pytest_plugin.session import write
from testbed.report.curve_points import curve_rows, curve_text

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
        "n", "seed", "why", "given",
    )  # fmt: skip
    assert made["seed"].tolist() == [3] * 4
    assert not made[list(finding.TEXTS)].isna().any().any()


def test_a_table_from_before_a_row_said_what_its_interval_holds_fixed_is_read(tmp_path: Path) -> None:
    made = finding.frame([{"measure": "m", "value": 0.5, "given": "fitted cut-off"}, {"measure": "n", "value": 1.0}])
    old = [",".join(line.split(",")[:-1]) for line in finding.csv_text(made).splitlines()]
    assert old[0].endswith(",why")
    (tmp_path / "findings.csv").write_text("\n".join(old) + "\n")
    assert finding.read(tmp_path).equals(made.assign(given=""))
    for text in (finding.csv_text, finding.jsonl_text):
        assert text(made.drop(columns="given")) == text(made.assign(given=""))
    (tmp_path / "findings.csv").write_text(finding.csv_text(made))
    assert finding.read(tmp_path).equals(made)


def test_no_rows_are_an_empty_table_with_columns() -> None:
    made = finding.frame([])
    assert tuple(made.columns) == finding.COLUMNS
    assert made["value"].dtype == "float64"
    assert finding.csv_text(made) == ",".join(finding.COLUMNS) + "\n"


@pytest.mark.parametrize("row", [{"measure": "m"}, {"measure": "m", "value": 1.0, "why": "no"}])
def test_a_why_stands_beside_nan_and_nowhere_else(row: dict[str, object]) -> None:
    with pytest.raises(InputError, match="a why is needed for NaN, and allowed for nothing else"):
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


NAMES = st.text() | st.text("=+-@'\t\r\n\",\x85\u2028 a", max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(finding.TEXTS, NAMES)), max_size=3))
@example([dict.fromkeys(finding.TEXTS, "a\r=1+1")])
@example([dict.fromkeys(finding.TEXTS, "\u2028'-1")])
def test_every_name_is_read_back_as_it_was_from_csv_and_json_lines(tmp_path_factory, names) -> None:
    rows = [{**row, **({} if row["why"] else {"value": -0.5}), "n": 3, "seed": -1} for row in names]
    made = finding.frame(rows)
    folder = tmp_path_factory.mktemp("run")
    finding.write(made, folder)
    pd.testing.assert_frame_equal(finding.read(folder), made)
    lines = (folder / "findings.jsonl").read_bytes().decode("utf-8").splitlines()
    told = [{name: cell for name, cell in json.loads(line).items() if name in finding.TEXTS} for line in lines]
    assert told == names


@settings(deadline=None)
@given(NAMES)
@example("a\r=1+1")
def test_no_cell_of_a_name_is_a_formula_and_no_name_makes_a_row(name: str) -> None:
    text = finding.csv_text(finding.frame([{"measure": "m", "group": name, "why": "none"}]))
    for line_ends in ("\n", "\r", "\r\n"):
        head, row = csv.reader(io.StringIO(text, newline=line_ends))
        assert len(head) == len(row) == len(finding.COLUMNS)
        assert not any(cell.startswith(tuple("=+@\t\r\n")) for cell in row)
        assert not row[5].startswith("-")


@settings(deadline=None)
@given(NAMES)
@example("a\r=1+1")
def test_every_name_of_a_curve_is_read_back(name: str) -> None:
    row = {"figure": "calibration", "model": name, "split": name, "group": name, "mark": "bin", "n": 1}
    (told,) = curve_rows(curve_text([row]))
    assert {key: told[key] for key in row} == row


@pytest.mark.parametrize("name", ["a\r=1", "a\u2028b", 'a\n"b"', "a\x85"])
def test_tables_of_several_workers_are_merged_whatever_their_names(tmp_path, name: str) -> None:
    text = finding.csv_text(finding.frame([{"measure": "m", "group": name, "value": 1.0}]))
    write(reserve_file("--findings", tmp_path / "all.csv"), [text, text])
    assert (tmp_path / "all.csv").read_bytes() == text.encode()


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", ",".join(finding.COLUMNS) + "\n1,2\n"])
def test_another_table_is_not_read_as_findings(tmp_path, text: str) -> None:
    path = tmp_path / "other.csv"
    path.write_text(text)
    with pytest.raises(InputError, match="is not a findings table"):
        finding.read(path)
    with pytest.raises(InputError, match="no findings can be read"):
        finding.read(tmp_path / "absent.csv")
