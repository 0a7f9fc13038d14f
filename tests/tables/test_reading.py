"""Tables from files: what stays text, what is missing, what is refused."""

from __future__ import annotations

import gzip
import sys

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.tables.reading import read_table
from testbed.tables.table import audit_table


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
        ("t.csv", "", "is empty; a first line with column names is needed"),
        ("t.csv", "a,a\n1,2\n", "names the column 'a' twice"),
        ("t.csv", "a,b\n1,2\n1,2,3\n", "has more cells than its header in data row 2"),
        ("t.csv", "a,b\n1,2\n1,2,3,4\n", "cannot be read as CSV|more cells than its header"),
        ("t.csv", "a,b\n1,2,,4\n", "more cells than its header"),
        ("t.xlsx", "a", r"allowed: \.csv, \.csv\.gz, \.parquet"),
        ("t.parquet", "not parquet", "cannot be read as Parquet"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(tmp_path, name: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        read_table(written(tmp_path, text, name))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path) -> None:
    with pytest.raises(InputError, match=r"found no file '.*absent\.csv'"):
        read_table(tmp_path / "absent.csv")


def test_other_encodings_are_refused(tmp_path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes("g,p\nmä,1\n".encode("latin-1"))
    with pytest.raises(InputError, match="cannot be read as CSV"):
        read_table(path)


def rates(path, split: str = "g", **more: object) -> dict[str, tuple[float, int]]:
    """Selection rates by group, and how many people; read whole and in blocks, which must be one."""
    made = []
    for stream in (False, True):
        found = audit_table(path, stream=stream, **{"groups": split, "prediction": "p", **more})  # type: ignore[arg-type]
        rows = found[(found["measure"] == "selection_rate") & (found["split"] == split)]
        made.append(list(zip(rows["group"], zip(rows["value"], rows["n"]))))
    assert made[0] == made[1]
    return dict(made[0])


@pytest.mark.parametrize(
    "texts",
    [
        ("1234567890123456788", "1234567890123456789"),
        ("12345678901234567890123", "12345678901234567891234"),
        ("0.1", "0.10"),
        ("10", "1e1"),
        ("-0", "0"),
        ("1", "1.0"),
        ("007", "7"),
        ("TRUE", "True"),
        ("25", "30"),
    ],
)
def test_a_group_is_the_text_that_the_file_holds(tmp_path, texts: tuple[str, str]) -> None:
    path = written(tmp_path, f"g,p\n{texts[0]},1\n{texts[1]},0\n{texts[1]},0\n")
    assert rates(path) == {texts[0]: (1.0, 1), texts[1]: (0.0, 2)}
    for which in texts:
        found = audit_table(path, groups="g", prediction="p", reference={"g": which})
        assert found.attrs["notes"] == ["positive label of prediction column 'p': 1, as none was named."]


def test_strata_are_texts_too(tmp_path) -> None:
    path = written(tmp_path, "g,c,p\n" + "a,0.1,1\nb,0.1,0\na,0.10,0\nb,0.10,1\n" * 3)
    for stream in (False, True):
        found = audit_table(path, groups="g", prediction="p", control="c", stream=stream)
        assert {"a|0.1", "a|0.10", "b|0.1", "b|0.10"} <= set(found["group"])


def test_cluster_ids_of_twenty_digits_are_told_apart(tmp_path) -> None:
    def limits(ids: list[object]) -> list[tuple[float, float]]:
        rows = "".join(f"a,{at % 3 % 2},{one}\n" for at, one in enumerate(ids))
        path, made = written(tmp_path, "g,p,c\n" + rows), []
        for stream in (False, True):
            found = audit_table(path, groups="g", prediction="p", clusters="c", stream=stream)
            row = found[(found["measure"] == "selection_rate") & (found["split"] == "all")].iloc[0]
            made.append((row["low"], row["high"]))
        return made

    small = limits([at // 2 for at in range(40)])
    assert small[0][1] > small[0][0]
    np.testing.assert_allclose(limits([10**19 + at // 2 for at in range(40)]), small)


def test_groups_that_are_numbers_stand_in_their_order(tmp_path) -> None:
    path = written(tmp_path, "g,p\n" + "".join(f"{one},1\n" for one in ("10", "9", "1e1", "-3", "2.5", "10.0")))
    assert list(rates(path)) == ["-3", "2.5", "9", "10", "10.0", "1e1"]


def test_a_reference_named_by_number_is_found_where_only_one_group_is_that_number(tmp_path) -> None:
    path = written(tmp_path, "g,p\n1.0,1\n2.0,0\n2.0,1\n")
    for named in ("1.0", "1", 1, 1.0):
        found = audit_table(path, groups="g", prediction="p", reference={"g": named})
        assert set(found["versus"]) == {"", "1.0"}
    both = written(tmp_path, "g,p\n1.0,1\n1.00,0\n2,1\n", "both.csv")
    with pytest.raises(InputError, match="unknown reference group of g '1'"):
        audit_table(both, groups="g", prediction="p", reference={"g": 1})


@pytest.mark.parametrize(
    "labels", [("1", "0"), ("1.0", "0.0"), ("True", "False"), ("true", "false"), ("TRUE", "FALSE")]
)
def test_labels_in_any_writing_of_0_and_1_are_understood(tmp_path, labels: tuple[str, str]) -> None:
    path = written(tmp_path, f"g,p\na,{labels[0]}\na,{labels[1]}\nb,{labels[1]}\nb,{labels[1]}\n")
    assert rates(path) == {"a": (0.5, 2), "b": (0.0, 2)}
    assert rates(path, positive=labels[1]) == {"a": (0.5, 2), "b": (1.0, 2)}
    assert rates(path, positive=labels[0]) == rates(path, positive=1) == rates(path, positive=True) == rates(path)


def test_a_label_is_the_text_that_the_file_holds(tmp_path) -> None:
    path = written(tmp_path, "g,p\na,10\na,1e1\na,7\na,7\n")
    assert rates(path, positive="10") == {"a": (0.25, 4)}
    assert rates(path, positive="7") == rates(path, positive=7.0) == {"a": (0.5, 4)}
    with pytest.raises(InputError, match=r"unknown positive label of prediction column 'p' '10\.0'"):
        audit_table(path, groups="g", prediction="p", positive="10.0")


def test_scores_weights_and_features_of_a_file_are_numbers(tmp_path) -> None:
    path = written(tmp_path, "g,s,w\na,0.50,2\na,5e-1,1\na,.5,1\n")
    with pytest.raises(InputError, match=r"score column 's' must hold numbers, found '\.5'"):
        audit_table(path, groups="g", score="s", threshold=0.4)
    path = written(tmp_path, "g,s,w\na,0.50,2\na,5e-1,1\na,1,1\n")
    assert rates(path, prediction=None, score="s", threshold=0.5, counts="w") == {"a": (0.25, 4)}
    assert rates(path, prediction=None, score="s", threshold=0.5, weights="w") == {"a": (0.25, 3)}
    # Far apart as numbers, and as categories no nearer than any other two.
    x = ["1", "1.0", "2", "90", "90.0", "91"] * 2
    rows = "".join(f"{'ab'[at % 2]},{int(float(one) > 50)},{one}\n" for at, one in enumerate(x))
    path = written(tmp_path, "g,p,x\n" + rows)
    found = audit_table(path, groups="g", prediction="p", features="x", measures="consistency[k=3]")
    assert found.loc[found["measure"] == "consistency[k=3,own=out]", "value"].iloc[0] == 1


def test_a_table_read_for_all_uses_merges_no_texts(tmp_path) -> None:
    frame = read_table(written(tmp_path, "a,b,c,d\n0.1,1234567890123456788,1,1\n0.10,1234567890123456789,2,2.5\n"))
    assert frame["a"].tolist() == ["0.1", "0.10"]
    assert frame["b"].tolist() == ["1234567890123456788", "1234567890123456789"]
    assert frame["c"].tolist() == [1, 2]
    assert frame["d"].tolist() == [1, 2.5]
    assert audit_table(frame, groups="c", score="a", threshold=0)["value"].notna().any()
