"""Tables from other libraries and from files: the same answer wherever the rows come from."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from synthetic.errors import InputError
from testbed import audit_table
from testbed.tables import streaming
from testbed.tables.counting import Tally, distinct
from testbed.tables.measuring import HOMES, ORDERED, table_measures


def drawn(n: int = 600, seed: int = 5) -> pd.DataFrame:
    words = np.random.Generator(np.random.Philox(seed)).random((6, n))
    return pd.DataFrame({
        "g": np.array(["north", "south", "=east"])[(words[0] * 3).astype(int)], "h": words[1] < 0.4,
        "y": np.array(["repaid", "late"])[(words[2] < 0.4).astype(int)],
        "p": np.array(["repaid", "late"])[(words[3] < 0.3).astype(int)],
        "s": (words[4] * 9).astype(int) / 8, "w": (words[5] * 3).astype(int), "k": np.arange(n) // 6,
    })  # fmt: skip


ASKED = {
    "groups": ["g", "h"], "outcome": "y", "prediction": "p", "positive": "repaid", "reference": {"g": "north"},
    "measures": "selection_rate,true_positive_rate,auc,mean_score,equalized_odds_difference,disparate_impact_ratio",
}  # fmt: skip
KINDS = {
    "counts": {},
    "scores": {"score": "s"},
    "weights": {"weights": "w", "score": "s"},
    "people": {"counts": "w", "score": "s"},
    "people of clusters": {"counts": "w", "clusters": "k", "score": "s"},
    "clusters": {"clusters": "k"},
    "strata": {"control": "w"},
}


def equal(found: pd.DataFrame, expected: pd.DataFrame, exact: bool = True) -> None:
    pd.testing.assert_frame_equal(found, expected, check_exact=exact, rtol=1e-9, check_flags=False)


@pytest.mark.parametrize("kind", KINDS)
def test_polars_arrow_and_pandas_frames_give_one_answer(kind: str) -> None:
    frame, asked = drawn(), {**ASKED, **KINDS[kind]}
    expected = audit_table(frame, **asked)  # type: ignore[arg-type]
    for other in (pl.from_pandas(frame), pl.from_pandas(frame).lazy(), pa.Table.from_pandas(frame)):
        equal(audit_table(other, **asked), expected)  # type: ignore[arg-type]


def test_an_enum_declares_its_groups_and_a_categorical_of_polars_is_text() -> None:
    rows = {"g": ["a", "a", "b"], "p": [1, 0, 1]}
    declared = pl.DataFrame(rows, schema_overrides={"g": pl.Enum(["b", "a", "none"])})
    for frame in (declared, declared.with_columns(s=pl.Series([1, 2, 3]))):
        found = audit_table(frame, groups="g", prediction="p", score="s" if "s" in frame.columns else None)
        levels = found.query("measure == 'selection_rate' and split == 'g'")
        assert levels["group"].tolist() == ["b", "a", "none"]
        assert levels["n"].tolist() == [1, 2, 0]
    text = audit_table(pl.DataFrame(rows, schema_overrides={"g": pl.Categorical}), groups="g", prediction="p")
    assert text.query("measure == 'selection_rate' and split == 'g'")["group"].tolist() == ["a", "b"]


def test_a_frame_without_an_index_takes_arrays_by_position_and_no_series_with_one() -> None:
    frame, rows = pl.from_pandas(drawn()), drawn()
    by_position = audit_table(frame, **{**ASKED, "outcome": rows["y"].to_numpy()})
    equal(by_position, audit_table(rows, **{**ASKED, "outcome": rows["y"].to_numpy()}))
    with pytest.raises(InputError, match="the outcome Series has an index and the table has none"):
        audit_table(frame, **{**ASKED, "outcome": rows["y"]})
    with pytest.raises(InputError, match=r"outcome has shape \(3,\), but the table has 600 rows"):
        audit_table(frame, **{**ASKED, "outcome": np.array(["late"] * 3)})


@pytest.mark.parametrize("make", ["polars", "parquet", "csv"])
def test_missing_values_and_unknown_columns_are_refused_by_name_and_number(make: str, tmp_path: Path) -> None:
    rows = drawn().assign(g=lambda frame: frame["g"].where(frame.index % 300 != 7))
    source: object = pl.from_pandas(rows)
    more = {} if make == "polars" else {"stream": True}
    if make == "parquet":
        rows.to_parquet(tmp_path / "t.parquet")
        source = tmp_path / "t.parquet"
    if make == "csv":
        rows.to_csv(tmp_path / "t.csv", index=False)
        source = tmp_path / "t.csv"
    with pytest.raises(InputError, match="groups column 'g' has 2 missing values, the first in row 7;"):
        audit_table(source, **ASKED, **more)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="unknown prediction column 'pp'; did you mean 'p'"):
        audit_table(source, groups="h", prediction="pp", **more)  # type: ignore[arg-type]
    floats = pl.DataFrame({"g": [1.0, float("nan")], "p": [1, 0]})
    with pytest.raises(InputError, match="groups column 'g' has 1 missing value, the first in row 1;"):
        audit_table(floats, groups="g", prediction="p")


def test_the_first_row_with_a_missing_value_is_named_in_a_later_block_too(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "BLOCK", 37)
    late = drawn().index.isin([150, 151, 400])
    frame = drawn().assign(s=lambda rows: rows["s"].mask(late), w=lambda rows: rows["w"].mask(late))
    for path in files(tmp_path, frame):
        for role in ("score", "weights"):
            with pytest.raises(InputError, match=f"{role} column '.' has 3 missing values, the first in row 150;"):
                audit_table(path, stream=True, **{**ASKED, role: role[0]})  # type: ignore[arg-type]


def test_a_categorical_in_a_parquet_file_declares_its_groups_and_orders_its_grades_in_blocks_too(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(streaming, "BLOCK", 7)
    kinds = {"g": ["south", "none", "north"], "s": ["low", "middle", "high"]}
    frame = pd.DataFrame({
        "g": pd.Categorical(["north", "south"] * 20, kinds["g"]), "p": [1, 0, 1, 1] * 10,
        "s": pd.Categorical(["high", "low", "middle", "high"] * 10, kinds["s"], ordered=True),
    })  # fmt: skip
    frame.to_parquet(tmp_path / "t.parquet", row_group_size=9)
    for more in ({}, {"score": "s"}, {"score": "s", "prediction": None, "threshold": 0}):
        asked: dict[str, Any] = {"groups": "g", "prediction": "p", **more}
        found = [audit_table(tmp_path / "t.parquet", stream=stream, **asked) for stream in (False, True)]
        equal(found[0], audit_table(frame, **asked))
        equal(found[1], found[0], exact=False)
        assert (found[0]["group"] == "none").any()


def test_a_score_of_text_in_blocks_is_refused_where_it_is_given_up(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(streaming, "BLOCK", 100)
    monkeypatch.setattr(streaming, "MOST", 120)
    path = files(tmp_path, drawn().assign(s=[f"A{at}" for at in range(600)]))[0]
    with pytest.raises(InputError, match="score column 's' must hold numbers, found 'A"):
        audit_table(path, stream=True, groups="g", score="s", threshold=0.5)


def files(folder: Path, frame: pd.DataFrame) -> list[Path]:
    """The frame as CSV, compressed CSV, and Parquet, with dictionaries in row groups of 70, and without."""
    text = frame.to_csv(index=False)
    (folder / "t.csv").write_text(text)
    (folder / "t.csv.gz").write_bytes(gzip.compress(text.encode()))
    pq.write_table(pa.Table.from_pandas(frame), folder / "t.parquet", row_group_size=70)
    pq.write_table(pa.Table.from_pandas(frame), folder / "plain.parquet", use_dictionary=False)
    return [folder / name for name in ("t.csv", "t.csv.gz", "t.parquet", "plain.parquet")]


@pytest.mark.parametrize("kind", KINDS)
def test_counting_in_blocks_gives_what_reading_the_whole_file_gives(kind: str, tmp_path: Path, monkeypatch) -> None:
    frame, asked = drawn(), {**ASKED, **KINDS[kind]}
    expected = audit_table(frame, **asked)  # type: ignore[arg-type]
    answers = []
    for block in (1 << 20, 37):
        monkeypatch.setattr(streaming, "BLOCK", block)
        for path in files(tmp_path, frame)[block == 37 :: 2]:
            found = audit_table(path, stream=True, **asked)  # type: ignore[arg-type]
            assert found.attrs["notes"][0].startswith("counted in blocks: 600 rows")
            equal(found, expected, exact=False)
            answers.append(found)
    equal(audit_table(tmp_path / "t.csv", stream=False, **asked), expected)  # type: ignore[arg-type]
    equal(audit_table(tmp_path / "t.parquet", **asked), expected)  # type: ignore[arg-type]
    for found in answers[1:]:
        equal(found, answers[0])


def test_sampling_weights_in_blocks_keep_the_effective_size(tmp_path: Path) -> None:
    frame = drawn().assign(w=lambda made: 0.3 + made["w"] / 7)
    asked = {**ASKED, "weights": "w"}
    expected = audit_table(frame, **asked)  # type: ignore[arg-type]
    for path in files(tmp_path, frame)[::2]:
        equal(audit_table(path, stream=True, **asked), expected, exact=False)  # type: ignore[arg-type]


def test_scores_of_too_many_values_are_given_up_with_a_reason_and_the_threshold_is_kept(
    tmp_path: Path, monkeypatch
) -> None:
    frame = drawn().assign(s=lambda made: made["s"] + np.arange(600) / 1e4)
    asked = {"groups": "g", "outcome": "y", "positive": "repaid", "score": "s", "threshold": 0.6}
    expected = audit_table(frame, **asked)  # type: ignore[arg-type]
    monkeypatch.setattr(streaming, "BLOCK", 100)
    monkeypatch.setattr(streaming, "MOST", 120)
    for path in files(tmp_path, frame)[::2]:
        found = audit_table(path, stream=True, **asked)  # type: ignore[arg-type]
        lost = found[found["measure"].isin(ORDERED)]
        assert set(lost["measure"]) == set(ORDERED)
        assert lost["value"].isna().all()
        assert lost["why"].str.startswith("the scores were not kept").all()
        kept = ~found["measure"].isin(ORDERED) & ~found["measure"].str.contains("_p_")
        rates = expected["measure"].isin(found.loc[kept, "measure"]) & ~expected["measure"].str.contains("_p_")
        equal(found[kept].reset_index(drop=True), expected[rates].reset_index(drop=True))
        with pytest.raises(InputError, match="more than 120 different rows together"):
            audit_table(path, stream=True, groups="g", prediction="p", positive="repaid", clusters="s")


def test_what_the_list_of_ordered_measures_says_needs_a_score_is_what_a_table_without_one_lacks() -> None:
    frame = drawn()
    every = {**ASKED, "groups": "h", "measures": None, "reference": None}
    full = audit_table(frame, **every, score="s")  # type: ignore[arg-type]
    without = audit_table(frame, **every)  # type: ignore[arg-type]
    stems = {one.name for one in table_measures()}
    assert (set(full["measure"]) - set(without["measure"])) & stems == set(ORDERED)
    assert {one.function.__module__.rpartition(".")[2] for one in table_measures()} == set(HOMES)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"features": ["s"]}, "features need the whole table"),
        ({"outcome": np.zeros(600)}, "for a file that is counted in blocks, names of columns are allowed"),
        ({"weights": "g"}, "weights column 'g' is also named as groups; one of the two is allowed"),
        ({"weights": "bad"}, "weights column 'bad' must hold numbers, found 'x'"),
        ({"weights": "minus"}, "weights column 'minus' has -1"),
        ({"counts": "minus"}, "counts column 'minus' has -1 in row 0; counts are whole numbers, 0 or more"),
        ({"counts": "half"}, "counts column 'half' has 0.5 in row 0; counts are whole numbers, 0 or more"),
        ({"counts": "many"}, "counts column 'many' adds up to .* people; fewer than"),
        ({"counts": "none"}, "counts column 'none' is 0 in every row"),
    ],
)
def test_what_cannot_be_counted_in_blocks_is_refused(more: dict[str, object], said: str, tmp_path: Path) -> None:
    frame = drawn().assign(bad="x", minus=-1, half=0.5, many=2**50, none=0)
    for path in files(tmp_path, frame)[::2]:
        with pytest.raises(InputError, match=said):
            audit_table(path, stream=True, **{**ASKED, **more})  # type: ignore[arg-type]


def test_distinct_rows_are_found_in_place_and_by_sorting() -> None:
    words = np.random.Generator(np.random.Philox(2)).integers(0, 3000, (3, 500))
    for sizes in ([3000] * 3, [3000, 1, 1]):
        columns = [word % size for word, size in zip(words, sizes)]
        index, places = distinct(columns, sizes)
        rows = [tuple(row) for row in np.stack(columns, axis=1).tolist()]
        assert len(places) == len(set(rows))
        assert all(rows[place] == rows[at] for at, place in enumerate(places[index].tolist()))


def test_an_empty_table_is_refused_from_everywhere(tmp_path: Path) -> None:
    empty = drawn().iloc[:0]
    for source in (pl.from_pandas(empty), *files(tmp_path, empty)):
        with pytest.raises(InputError, match="the table has no rows"):
            audit_table(source, **ASKED, stream=True if isinstance(source, Path) else None)  # type: ignore[arg-type]


def test_a_tally_does_not_depend_on_the_order_of_blocks() -> None:
    blocks = [{"g": (np.array([0, 1, 1]), ["a", "b"])}, {"g": (np.array([0, -1]), ["b"])}]
    seen = []
    for order in (blocks, blocks[::-1]):
        tally = Tally(["g"])
        for block in order:
            tally.add(block)
        (codes, values), sums = tally.rows()[0]["g"], tally.rows()[1]
        seen.append(dict(zip([values[code] for code in codes], sums[:, 0].tolist())))
    assert seen[0] == seen[1] == {"a": 1, "b": 3, None: 1}
