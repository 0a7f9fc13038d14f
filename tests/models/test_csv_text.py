"""Records as CSV are the bytes that pandas writes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from testbed.models.csv_text import csv_of

PEOPLE = pd.Index([4, 2**33, 7], name="person")
COLUMNS: dict[str, Any] = {
    "int": np.array([0, -3, 2**31 - 1], np.int32),
    "float": [0.1, -0.0, 1e22],
    "small": [1e-7, 5e-324, np.inf],
    "missing": [np.nan, 1.0, -np.inf],
    "bool": [True, False, True],
    "labels": pd.Categorical(["a,b", None, 'c"\nd'], categories=['c"\nd', "a,b", "x"]),
    "text": ["", " x ", "名"],
    "gaps": ["a", None, "\r"],
    "mixed": ["a", 3, None],
    "single": np.array([0.1, 2, 3], np.float32),
    "day": pd.to_datetime(["2020-01-01", "2021-05-05", "2020-01-02"]),
    "whole": pd.array([1, None, 3], dtype="Int64"),
    "numbered": pd.Categorical([3, 1, 3]),
}


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("rows", [3, 1, 0])
def test_a_column_of_each_kind_is_written_as_pandas_writes_it(name: str, rows: int) -> None:
    frame = pd.DataFrame({name: COLUMNS[name], "n,ext": [1, 2, 3]}, index=PEOPLE)[:rows]
    assert csv_of(frame) == frame.to_csv(lineterminator="\n").encode()
    assert csv_of(frame, header=False) == frame.to_csv(lineterminator="\n", header=False).encode()


def test_frames_of_other_shapes_are_written_too() -> None:
    twice = pd.DataFrame([[1, 2]], columns=["a", "a"])
    deep = pd.DataFrame({"a": [1]}, index=pd.MultiIndex.from_tuples([(1, 2)]))
    for frame in (twice, deep, pd.DataFrame(index=PEOPLE), pd.DataFrame({0: [1.5]}, index=["x"])):
        assert csv_of(frame) == frame.to_csv(lineterminator="\n").encode()
