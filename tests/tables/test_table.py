"""The audit of a table: real data, the promises about input, and the shape of the answer."""

from __future__ import annotations

import hashlib
import runpy
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import audit_table
from testbed.tables.reading import read_table

DATA = files("testbed") / "data"
FRAME = pd.DataFrame({
    "g": list("aabbab"), "h": list("xyxyxy"),
    "y": [1, 0, 1, 0, 1, 1], "p": [1, 0, 0, 1, 1, 0], "s": [0.9, 0.2, 0.4, 0.7, 0.8, 0.1],
})  # fmt: skip


def audited(**more: object) -> pd.DataFrame:
    return audit_table(FRAME, **{"groups": "g", "outcome": "y", "prediction": "p", **more})  # type: ignore[arg-type]


def test_the_compas_counts_give_the_published_error_rates() -> None:
    # Larson et al. (2016): false positive 44.85 and 23.45 %, false negative 27.99 and 47.72 %; decile above 4.
    with (DATA / "compas_counts.csv").open() as file:
        counts = pd.read_csv(file)
    found = audit_table(counts, groups="race", outcome="two_year_recid", prediction="high", counts="n")
    rates = found[found["split"] == "race"].set_index(["measure", "group"])
    published = {
        ("false_positive_rate", "African-American"): 0.4485, ("false_positive_rate", "Caucasian"): 0.2345,
        ("false_negative_rate", "African-American"): 0.2799, ("false_negative_rate", "Caucasian"): 0.4772,
    }  # fmt: skip
    for row, rate in published.items():
        assert rates.loc[row, "value"] == pytest.approx(rate, abs=5e-5)
    assert rates.loc[("selection_rate", "African-American"), "n"] == 3696
    assert rates.loc[("selection_rate", "Caucasian"), "n"] == 2454


def test_shipped_data_are_what_their_card_says() -> None:
    card = (DATA / "README.md").read_text()
    shipped = [path for path in DATA.iterdir() if path.name.endswith((".csv", ".data"))]
    assert len(shipped) == 5
    for path in shipped:
        assert f"| `{path.name}` | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |" in card


def test_the_german_credit_example_runs_and_warns_of_the_sex_coding(capsys) -> None:
    example = runpy.run_path(str(Path(__file__).parents[2] / "examples" / "german_credit.py"))
    loans = example["loans"]()
    assert (loans["age_group"] == "over 25").sum() == 810
    assert (loans["outcome"] == "good").sum() == 700
    example["main"]()
    told = capsys.readouterr().out
    assert "female against male" in told
    assert "25 or under against over 25" in told
    assert "known to be poor" in told


def test_a_score_is_positive_strictly_above_its_threshold() -> None:
    frame = pd.DataFrame({"g": "a", "decile": [4, 5, 4, 6]})
    found = audit_table(frame, groups="g", score="decile", threshold=4)
    assert found.query("measure == 'selection_rate' and split == 'all'")["value"].item() == 0.5
    assert "positive prediction: decile above 4." in found.attrs["notes"]


def test_splits_are_each_column_and_their_crossing() -> None:
    found = audited(groups=["g", "h"])
    assert set(found["split"]) == {"all", "g", "h", "g*h"}
    assert set(found.loc[found["split"] == "g*h", "group"]) == {"", "a*x", "a*y", "b*x", "b*y"}
    assert set(audited(groups="g*h")["split"]) == {"all", "g*h"}


def test_margins_of_the_crossing_are_what_each_column_alone_gives() -> None:
    crossed, alone = audited(groups=["g", "h"]), audited(groups="h")
    of = ["measure", "split", "group", "versus", "value", "low", "high", "n"]
    plain = ~crossed["measure"].str.contains("_p_")
    left = crossed[plain & crossed["split"].isin(["h", "all"])][of].reset_index(drop=True)
    right = alone[~alone["measure"].str.contains("_p_")][of].reset_index(drop=True)
    pd.testing.assert_frame_equal(left, right)


def test_the_three_way_crossing_has_its_groups_in_order() -> None:
    frame = FRAME.assign(k=[1, 1, 2, 2, 3, 3])
    found = audit_table(frame, groups="k*g*h", prediction="p")
    rates = found[(found["measure"] == "selection_rate") & (found["split"] == "k*g*h")]
    assert rates["n"].sum() == 6
    assert rates.set_index("group").loc["3*a*x", "value"] == 1
    assert rates.set_index("group").loc["1*b*x", "why"] == "no people in this group"


def test_answers_name_the_table_the_column_and_the_seed() -> None:
    found = audited(seed=4)
    assert set(found["scenario"]) == {"table"}
    assert set(found["model"]) == {"p"}
    assert set(found["seed"]) == {4}
    assert set(audited(prediction=None, score="s", threshold=0.5)["model"]) == {"s"}
    assert set(audited(prediction=FRAME["p"].to_numpy())["model"]) == {"prediction"}


def test_what_was_not_named_is_said() -> None:
    notes = audited().attrs["notes"]
    assert "positive label of outcome column 'y': 1, as none was named." in notes
    assert "reference of g: a, the largest group." in notes
    assert audited(reference={"g": "b"}, positive=1).attrs["notes"] == []


def test_an_unused_category_is_listed_with_n_0_and_counts_as_left_out() -> None:
    frame = FRAME.assign(g=pd.Categorical(FRAME["g"], ["a", "b", "c"]))
    found = audit_table(frame, groups="g", prediction="p")
    row = found.query("measure == 'selection_rate' and group == 'c'").iloc[0]
    assert (row["n"], row["why"]) == (0, "no people in this group")
    overall = found[found["measure"].str.startswith("demographic_parity_difference")].set_index("measure")
    assert np.isnan(overall.loc["demographic_parity_difference", "value"])
    assert "c (no people in this group)" in overall.loc["demographic_parity_difference", "why"]
    assert overall.loc["demographic_parity_difference_observed", "value"] == pytest.approx(1 / 3)


def test_a_group_of_weight_0_is_listed_too() -> None:
    found = audited(weights=np.array([1, 1, 0, 0, 1, 0]))
    row = found.query("measure == 'selection_rate' and group == 'b'").iloc[0]
    assert row["n"] == 0
    assert np.isnan(row["value"])


def test_series_must_share_the_index_and_arrays_go_by_position() -> None:
    frame = FRAME.set_axis(list("uvwxyz"))
    whole = audit_table(frame, groups="g", outcome=frame["y"], prediction="p")
    by_position = audit_table(frame, groups="g", outcome=frame["y"].to_numpy(), prediction="p")
    assert whole["value"].equals(by_position["value"])
    for other in (frame["y"].iloc[::-1], FRAME["y"], frame["y"].iloc[:5]):
        with pytest.raises(InputError, match="does not have the frame's index"):
            audit_table(frame, groups="g", outcome=other, prediction="p")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"outcome": "yy"}, "unknown outcome column 'yy'; did you mean 'y'"),
        ({"groups": "z"}, "unknown groups column 'z'"),
        ({"groups": []}, "groups is empty"),
        ({"groups": ["g", "g"]}, "groups names 'g' twice"),
        ({"prediction": None}, "found neither a prediction nor a score"),
        ({"threshold": 0.5}, "a threshold goes with a score and without a prediction"),
        ({"prediction": None, "score": "s", "threshold": float("nan")}, "threshold is nan"),
        ({"outcome": np.array([1, 0])}, r"outcome has shape \(2,\), but the table has 6 rows"),
        ({"outcome": np.array([1, 0, 1, 0, 1, np.nan])}, "has 1 missing value, the first in row 5"),
        ({"groups": np.array([*"aabba", None], object)}, "missing value, the first in row 5"),
        ({"prediction": "s"}, "has 6 labels .*say which is positive"),
        ({"outcome": "g"}, "has 2 labels .*'a', 'b'.*say which is positive"),
        ({"positive": "yes"}, "unknown positive label of outcome column 'y' 'yes'"),
        ({"score": "g"}, "score column 'g' must hold numbers, found 'a'"),
        ({"score": np.array([1, 2, 3, 4, 5, np.inf])}, "has inf in row 5"),
        ({"weights": "g"}, "weights column 'g' must hold numbers"),
        ({"weights": np.array([1, 1, -2, 1, 1, 1])}, "has -2 in row 2; weights are 0 or more"),
        ({"weights": np.array([1, 1, np.inf, 1, 1, 1])}, "has inf in row 2"),
        ({"weights": np.zeros(6)}, "is 0 in every row; some weight must be above 0"),
        ({"counts": "g"}, "counts column 'g' must hold numbers"),
        ({"counts": np.array([1, 1, 1.5, 1, 1, 1])}, "has 1.5 in row 2; counts are whole numbers, 0 or more"),
        ({"counts": np.array([1, 1, -2, 1, 1, 1])}, "has -2 in row 2; counts are whole numbers, 0 or more"),
        ({"counts": np.zeros(6)}, "is 0 in every row; some count must be above 0"),
        ({"counts": np.full(6, 2**51)}, r"adds up to 1.3\d+e\+16 people; fewer than 2\*\*53 .* are allowed"),
        (
            {"counts": np.ones(6), "weights": np.ones(6)},
            r"found weights and counts; give weights \(sampling weights\) or counts",
        ),
        ({"reference": {"g": "z"}}, "unknown reference group of g 'z'"),
        ({"reference": {"k": "a"}}, "unknown reference column 'k'"),
        ({"groups": np.arange(6) * 0.5, "clusters": "nowhere"}, "unknown clusters column 'nowhere'"),
        ({"reference": "a"}, r"reference is 'a'; a group by column is needed: reference={'g': GROUP}"),
        ({"reference": ["a"]}, r"reference is \['a'\]; a group by column is needed"),
        ({"reference": {"g": ["a"]}}, "unknown reference group of g"),
        ({"prediction": None, "score": "s", "threshold": "4"}, "threshold is '4'; a finite number is allowed"),
        ({"prediction": None, "score": "s", "threshold": True}, "threshold is True"),
        ({"prediction": None, "score": "s", "threshold": [1]}, r"threshold is \[1\]"),
        ({"positive": ["1"]}, r"positive is \['1'\]; one label is allowed"),
        ({"positive": np.array([1, 0])}, r"positive is array\(\[1, 0\]\); one label is allowed"),
        ({"features": 5}, r"features is 5; names of columns are needed, such as \['age', 'income'\]"),
        ({"features": [["s"]]}, r"features is \[\['s'\]\]; names of columns"),
        ({"clusters": 5}, "unknown clusters column '5'"),
        ({"clusters": ["g"]}, r"clusters has shape \(1,\), but the table has 6 rows"),
        ({"groups": None}, "groups is empty"),
        ({"groups": FRAME[["g", "h"]]}, "groups is a DataFrame; the name of a column, a Series or an array is allowed"),
        ({"groups": {"g": 1}}, "groups is a dict"),
        ({"groups": {"g"}}, "groups is a set"),
        ({"outcome": FRAME[["y"]].to_numpy()}, r"outcome has shape \(6, 1\)"),
        ({"control": {"h": 1}}, "control is a dict"),
        ({"measures": 5}, "measures is 5; patterns of names are needed"),
        ({"measures": [5]}, r"measures is \[5\]; patterns of names are needed"),
        ({"equivalence": "auc=0.1"}, "equivalence is 'auc=0.1'; a bound by measure is needed"),
        ({"stream": "yes"}, "stream is 'yes'; allowed: True, False, None"),
        ({"seed": "x"}, "seed is 'x'; a whole number, 0 or more, is allowed"),
        ({"seed": 1.5}, "seed is 1.5; a whole number"),
        ({"seed": -1}, "seed is -1; a whole number, 0 or more, is allowed"),
    ],
)
def test_wrong_input_is_refused_in_one_sentence(more: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        audited(**more)
    assert "\n" not in str(caught.value)


def test_no_rows_and_no_frame_are_refused() -> None:
    with pytest.raises(InputError, match="the table has no rows"):
        audit_table(FRAME.iloc[:0], groups="g", prediction="p")
    with pytest.raises(InputError, match="needs a DataFrame, found list"):
        audit_table([1], groups="g", prediction="p")  # type: ignore[arg-type]


def test_a_column_that_stands_twice_is_refused() -> None:
    with pytest.raises(InputError, match="is in the table 2 times; once is allowed"):
        audit_table(pd.concat([FRAME, FRAME[["g"]]], axis=1), groups="g", prediction="p")


@pytest.mark.parametrize("role", ["groups", "control"])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("all", "findings about everyone are named 'all'"),
        ("", "every column needs a name"),
        ("g*h", r"'\*' in a name crosses two columns in the findings; rename the column"),
        ("g|h", r"'\|' in a name stands before a stratum in the findings; rename the column"),
    ],
)
def test_a_column_whose_name_has_another_meaning_in_the_findings_is_refused(
    role: str, name: str, said: str, tmp_path
) -> None:
    frame = FRAME.assign(**{name: FRAME["h"]})
    frame.to_csv(tmp_path / "t.csv", index=False)
    for one in (name, frame["h"].rename(name)):
        with pytest.raises(InputError, match=f"{role} column '.*': .*{said}"):
            audit_table(frame, **{"groups": "g", "prediction": "p", role: one})
    for stream in (False, True):
        with pytest.raises(InputError, match=said):
            audit_table(tmp_path / "t.csv", stream=stream, **{"groups": "g", "prediction": "p", role: name})
    # Nobody asks for it: it is in nobody's way.
    assert len(audit_table(frame, groups=["g", "h"], prediction="p"))


@pytest.mark.parametrize(
    ("a", "b", "more", "said"),
    [
        (["x*y", "x"], ["z", "y*z"], {"groups": ["a", "b"]}, r"groups of 'a\*b' are both written 'x\*y\*z'"),
        (["x*y", "x"], ["z", "y*z"], {"groups": "a*b"}, r"groups of 'a\*b' are both written 'x\*y\*z'"),
        (["x*y", "x"], ["z", "y*z"], {"groups": "g", "control": ["a", "b"]}, r"groups of 'a\*b' are both written"),
        (["x|y", "x"], ["z", "y|z"], {"groups": "a", "control": "b"}, r"control column 'b' has the value 'y\|z'"),
        (["", "x"], ["z", "y"], {"groups": "a", "control": "b"}, "groups column 'a' has a group without a name"),
        (["x", "y"], ["z", "y"], {"groups": ["a*b", "a*b"]}, r"groups names 'a\*b' twice"),
        (["x", "y"], ["z", "y"], {"groups": "a*a"}, r"groups crosses 'a' with itself in 'a\*a'"),
    ],
)
def test_groups_that_would_be_written_alike_are_refused(a: list, b: list, more: dict, said: str) -> None:
    frame = FRAME.assign(a=a * 3, b=b * 3)
    with pytest.raises(InputError, match=said):
        audit_table(frame, prediction="p", **more)


def test_no_two_findings_have_one_name() -> None:
    signs = FRAME.assign(g=["a*b", "all", "x|y", "a*b", "all", "x|y"], h=["=1", "all", "b", "=1", "b", "all"])
    for more in ({"groups": ["g", "h"]}, {"groups": ["g"], "control": "h"}, {"groups": "h*g", "outcome": "y"}):
        found = audit_table(signs, prediction="p", score="s", **more)  # type: ignore[arg-type]
        assert not found.duplicated(["measure", "split", "group", "versus"]).any()


def test_a_day_is_written_as_a_day() -> None:
    days = pd.to_datetime(["2020-01-02", "2020-01-01"] * 3)
    found = audit_table(FRAME.assign(g=days), groups="g", prediction="p", measures="selection_rate")
    assert found["group"].tolist() == ["all", "2020-01-01", "2020-01-02"]


def test_more_than_a_thousand_groups_are_refused() -> None:
    frame = pd.DataFrame({"g": np.arange(2000), "p": 1})
    with pytest.raises(InputError, match="'g' has 2000 groups; at most 1000"):
        audit_table(frame, groups="g", prediction="p")


def test_labels_other_than_0_and_1_need_a_positive_one_and_three_are_one_against_the_rest() -> None:
    text = FRAME.assign(y=FRAME["y"].map({1: "good", 0: "bad"}), p=FRAME["p"].map({1: "good", 0: "bad"}))
    assert audit_table(text, groups="g", outcome="y", prediction="p", positive="good")["value"].equals(
        audited()["value"]
    )
    three = FRAME.assign(p=["A", "B", "C", "A", "A", "B"])
    found = audit_table(three, groups="g", prediction="p", positive="A")
    assert found.query("measure == 'selection_rate' and split == 'all'")["value"].item() == 0.5


def test_zero_and_two_are_not_taken_for_0_and_1() -> None:
    with pytest.raises(InputError, match="has 2 labels \\('0', '2'\\)"):
        audit_table(FRAME.assign(p=FRAME["p"] * 2), groups="g", prediction="p")


def test_a_favorable_label_of_0_is_taken_at_its_word() -> None:
    swapped = audit_table(1 - FRAME[["y", "p"]].assign(), groups=FRAME["g"], outcome="y", prediction="p", positive=0)
    assert swapped["value"].equals(audited()["value"])
    assert audited(positive="1")["value"].equals(audited()["value"])


def test_a_prediction_that_never_is_positive_is_understood_from_the_outcome() -> None:
    text = pd.DataFrame({"g": list("aab"), "y": ["yes", "no", "yes"], "p": ["no", "no", "no"]})
    found = audit_table(text, groups="g", outcome="y", prediction="p", positive="yes")
    assert found.query("measure == 'selection_rate' and split == 'all'")["value"].item() == 0
    with pytest.raises(InputError, match="unknown positive label of prediction column 'p' 'yes'"):
        audit_table(text.assign(p=["x", "z", "x"]), groups="g", outcome="y", prediction="p", positive="yes")


@pytest.mark.parametrize(
    "kind", ["int8", "uint8", "int64", "float64", "bool", "Int64", "boolean", "object", "category"]
)
def test_the_kind_of_a_column_changes_nothing(kind: str) -> None:
    typed = FRAME.assign(y=FRAME["y"].astype(kind), p=FRAME["p"].astype(kind))
    assert audit_table(typed, groups="g", outcome="y", prediction="p")["value"].equals(audited()["value"])


def test_groups_of_any_kind_have_their_shortest_text() -> None:
    for values, levels in [
        (np.array([1, 1, 5, 5, 1, 5]), {"1", "5"}),
        (np.array([1.0, 1.0, 2.5, 2.5, 1.0, 2.5]), {"1", "2.5"}),
        (np.array([True, True, False, False, True, False]), {"True", "False"}),
        (np.array([True] * 6), {"True"}),
        (np.array([-3, 10**12] * 3), {"-3", "1000000000000"}),
        (pd.Series(["", "b"] * 3), {"", "b"}),
    ]:
        found = audit_table(FRAME, groups=values, prediction="p")
        rates = found[(found["measure"] == "selection_rate") & (found["split"] != "all")]
        assert set(rates["group"]) == levels


def test_values_that_are_written_alike_are_refused() -> None:
    with pytest.raises(InputError, match="different values that are all written '1'"):
        audit_table(FRAME, groups=np.array([1, "1", 1, "1", 1, "1"], object), prediction="p")


def test_clusters_widen_the_interval_and_fewer_than_ten_give_none() -> None:
    draw = np.random.Generator(np.random.Philox(1))
    owner = np.repeat(np.arange(30), 40)
    frame = pd.DataFrame({"g": draw.integers(0, 2, 1200), "c": owner, "p": draw.random(1200) < draw.random(30)[owner]})
    plain = audit_table(frame, groups="g", prediction="p").set_index(["measure", "split", "group"])
    clustered = audit_table(frame, groups="g", prediction="p", clusters="c").set_index(["measure", "split", "group"])
    row = ("selection_rate", "all", "all")
    wide = [table.loc[row, "high"].item() - table.loc[row, "low"].item() for table in (plain, clustered)]
    assert wide[1] > 2 * wide[0]
    few = audit_table(frame.assign(c=owner % 9), groups="g", prediction="p", clusters="c")
    assert few["low"].isna().all()
    assert few.query("measure == 'selection_rate'")["value"].notna().all()


def test_the_frame_is_left_as_it_was_and_the_same_call_gives_the_same_answer() -> None:
    before = FRAME.copy(deep=True)
    first, second = audited(), audited()
    pd.testing.assert_frame_equal(FRAME, before)
    pd.testing.assert_frame_equal(first, second)


def test_the_full_answer_can_be_written_and_read(tmp_path) -> None:
    from testbed.findings import finding

    found = audited(groups=["g", "h"], score="s")
    finding.write(found, tmp_path)
    pd.testing.assert_frame_equal(finding.read(tmp_path), found.reset_index(drop=True), check_flags=False)


def test_a_count_table_from_a_csv_file_is_audited_by_its_counts(tmp_path) -> None:
    path = tmp_path / "counts.csv"
    path.write_bytes((DATA / "compas_counts.csv").read_bytes())
    found = audit_table(read_table(path), groups="race", outcome="two_year_recid", prediction="high", counts="n")
    row = found.query("measure == 'disparate_impact_ratio_four_fifths'").iloc[0]
    assert (row["value"], row["n"]) == (0, 2454)


def test_features_give_individual_consistency_with_the_own_point_out_and_in() -> None:
    # Two clumps far apart, decided alike within each but for one person of ten.
    x = np.repeat([0.0, 100.0], 10) + np.tile(np.arange(10) / 1000, 2)
    frame = pd.DataFrame({"g": list("ab") * 10, "x": x, "p": [1] * 10 + [0] * 9 + [1]})
    found = audit_table(frame, groups="g", prediction="p", features=["x", "g"], measures="consistency[k=9]")
    rows = found.set_index("measure")["value"]
    assert set(rows.index) == {"consistency[k=9,own=in]", "consistency[k=9,own=out]"}
    assert rows["consistency[k=9,own=out]"] == pytest.approx(1 - (9 * 1 / 9 + 1) / 20)
    assert rows["consistency[k=9,own=in]"] > rows["consistency[k=9,own=out]"]
    assert not audit_table(frame, groups="g", prediction="p")["measure"].str.startswith("consistency").any()
    for features, said in ((["z"], "unknown features column 'z'"), (["x", "x"], "features names 'x' twice")):
        with pytest.raises(InputError, match=said):
            audit_table(frame, groups="g", prediction="p", features=features)
    with pytest.raises(InputError, match="features column 'x' has 1 missing value"):
        audit_table(frame.assign(x=frame["x"].where(frame.index != 3)), groups="g", prediction="p", features="x")


def test_grades_are_scores_in_their_order_and_one_class_against_the_rest_is_a_label() -> None:
    grades = pd.Categorical(["C", "A", "B", "A", "D", "B"], ["D", "C", "B", "A"], ordered=True)
    found = audited(score=pd.Series(grades), prediction=None)
    as_points = audited(score=np.array([1, 3, 2, 3, 0, 2]), prediction=None)
    of = ["measure", "split", "group", "value", "low", "high", "n"]
    pd.testing.assert_frame_equal(found[of], as_points[of])
    unordered = pd.Series(grades).cat.as_unordered()
    with pytest.raises(InputError, match="must hold numbers, found 'C'"):
        audited(score=unordered, prediction=None)


def test_measures_are_chosen_by_pattern_and_an_unknown_one_is_refused() -> None:
    found = audited(measures=["equal*_difference", "generalized_entropy_index[alpha=0.5]"])
    stems = set(found["measure"].str.replace(r"(_observed)?(_p|_p_holm|_p_bh|_equivalent)?$", "", regex=True))
    assert {"equal_opportunity_difference", "equalized_odds_difference"} <= stems
    assert any("[alpha=0.5]" in stem for stem in stems)
    assert not any(stem.startswith("selection") for stem in stems)
    with pytest.raises(InputError, match="unknown measure 'selection'; did you mean 'selection_rate'"):
        audited(measures="selection")


@pytest.mark.parametrize("kind", ["string", "str", "object", "category"])
def test_long_text_columns_are_coded_in_parallel_and_mean_the_same(kind: str, monkeypatch) -> None:
    from testbed.tables import coding

    monkeypatch.setattr(coding, "LONG", 1)
    words = {1: "good", 0: "bad"}
    text = FRAME.assign(**{name: FRAME[name].map(words).astype(kind) for name in "yp"}, g=FRAME["g"].astype(kind))
    found = audit_table(text, groups=["g", "h"], outcome="y", prediction="p", positive="good")
    assert found["value"].equals(audited(groups=["g", "h"])["value"])


def test_counting_in_blocks_of_keys_counts_every_key_once() -> None:
    from testbed.statistics import counts

    key = np.random.Generator(np.random.Philox(9)).integers(0, 200, 3 * counts.BLOCK + 17).astype(np.uint8)
    assert counts.tallied(key, 205).tolist() == np.bincount(key, minlength=205).tolist()
    assert counts.tallied(key[:5], 205).tolist() == np.bincount(key[:5], minlength=205).tolist()


def test_values_of_long_text_that_come_late_are_not_overlooked(monkeypatch) -> None:
    from testbed.tables import coding

    for head in (1, 3, 6):
        monkeypatch.setattr(coding, "LONG", 1)
        monkeypatch.setattr(coding, "HEAD", head)
        for groups in (list("aaabbb"), list("aaaaaa"), list("abbbcc"), list("aabbcd")):
            frame = FRAME.assign(g=pd.array(groups, dtype="str"))
            found = audit_table(frame, groups="g", prediction="p", measures="selection_rate")
            rates = found[found["split"] == "g"].set_index("group")["value"]
            assert rates.to_dict() == frame.groupby("g")["p"].mean().to_dict()


def test_missing_text_is_refused_in_long_tables_too(monkeypatch) -> None:
    from testbed.tables import coding

    monkeypatch.setattr(coding, "LONG", 1)
    with pytest.raises(InputError, match="groups column 'g' has 1 missing value, the first in row 2"):
        audit_table(FRAME.assign(g=FRAME["g"].where(FRAME.index != 2)), groups="g", prediction="p")
