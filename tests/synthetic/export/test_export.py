"""A population as a file: what the table says, whatever the size of the blocks, without holding it whole."""

from __future__ import annotations

import tracemalloc

import pandas as pd
import pytest

from synthetic import Population
from synthetic.export import export


@pytest.fixture(params=["china-2020", "us-credit", "job-seekers", "school-leavers", "template"])
def town(request):
    return Population(request.param, 3000, seed=2)


def test_the_csv_is_what_pandas_writes_of_the_table(town, tmp_path):
    export.write_csv(town, tmp_path / "people.csv")
    town.people().to_csv(tmp_path / "pandas.csv", lineterminator="\n")
    assert (tmp_path / "people.csv").read_bytes() == (tmp_path / "pandas.csv").read_bytes()


def test_the_parquet_file_gives_the_table_back(town, tmp_path):
    pytest.importorskip("pyarrow")
    export.write_parquet(town, tmp_path / "people.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "people.parquet"), town.people())


@pytest.mark.parametrize("chunk", [1024, 1000, 7])
def test_the_bytes_of_the_csv_do_not_depend_on_the_blocks(tmp_path, monkeypatch, chunk):
    town = Population("template", 3000, seed=2)
    export.write_csv(town, tmp_path / "one.csv")
    monkeypatch.setattr(export, "CHUNK", chunk)
    export.write_csv(town, tmp_path / "two.csv")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()


def test_memory_does_not_grow_with_the_size_of_the_population(tmp_path, monkeypatch):
    monkeypatch.setattr(export, "CHUNK", 2048)
    peaks = []
    for size in (4096, 16_384):
        export.write_csv(Population("template", 10, seed=1), tmp_path / "warm.csv")
        tracemalloc.start()
        export.write_csv(Population("template", size, seed=1), tmp_path / "people.csv")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
