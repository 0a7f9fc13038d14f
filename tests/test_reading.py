"""Tables from files: what stays text, what is missing, what is refused."""

from __future__ import annotations

import gzip
import sys

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.table import audit_table, read_table


def written(tmp_path, text: str, name: str = "t.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_numbers_are_numbers_and_codes_with_leading_zeros_stay_text(tmp_path) -> None:
    frame = read_table(written(tmp_path, "zip,n,x,flag,g\n007,3,0.5,True,NA\n010,-4,1e-3,False,nan\n"))
    assert frame["zip"].tolist() == ["007", "010"]
    assert frame["n"].tolist() == [3, -4]
    assert frame["n"].dtype == np.int64
    assert frame["x"].tolist() == [0.5, 0.001]
    assert frame["flag"].dtype == bool
    assert frame["g"].tolist() == ["NA", "nan"]


def test_only_an_empty_cell_is_missing(tmp_path) -> None:
    frame = read_table(written(tmp_path, 'g,n\nNone,1\n,2\n"",\n'))
    assert frame["g"].isna().tolist() == [False, True, True]
    assert frame["n"].isna().tolist() == [False, False, True]
    with pytest.raises(InputError, match="groups column 'g' has 2 missing values, the first in row 1"):
        audit_table(frame, groups="g", prediction=np.array([1, 0, 1]))


def test_quotes_byte_order_marks_and_gzip_are_read(tmp_path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress('\ufeffa b,c\n"x, ""y""",1\n'.encode()))
    frame = read_table(path)
    assert list(frame) == ["a b", "c"]
    assert frame["a b"].tolist() == ['x, "y"']


def test_parquet_keeps_its_types(tmp_path) -> None:
    frame = pd.DataFrame({"g": pd.Categorical(["a", "a"], ["a", "b"]), "p": np.array([1, 0], np.int8)})
    frame.to_parquet(tmp_path / "t.parquet")
    assert read_table(tmp_path / "t.parquet")["g"].cat.categories.tolist() == ["a", "b"]


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"needs pyarrow: pip install 'scoring-testbed\[parquet\]'"):
        read_table(path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.csv", "", "is empty: a first line with column names is needed"),
        ("t.csv", "a,a\n1,2\n", "names the column 'a' twice"),
        ("t.csv", "a,b\n1,2\n1,2,3\n", "has more cells than its header in data row 2"),
        ("t.csv", "a,b\n1,2\n1,2,3,4\n", "cannot be read as CSV|more cells than its header"),
        ("t.xlsx", "a", r"allowed: \.csv, \.csv\.gz, \.parquet"),
        ("t.parquet", "not parquet", "cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, name: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_table(written(tmp_path, text, name))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(InputError, match=r"no file '.*absent\.csv' was found"):
        read_table(tmp_path / "absent.csv")


def test_other_encodings_are_refused(tmp_path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("g,p\nmä,1\n".encode("latin-1"))
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_table(path)
