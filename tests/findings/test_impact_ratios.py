"""Impact ratios against planted truth: rates in small whole numbers, so that every ratio is known exactly."""

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import audit_table
from testbed.findings import above_median, impact_ratios


def people(category: str, many: int, picked: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"group": category, "sex": ["f", "m"] * (many // 2), "hired": [1] * picked + [0] * (many - picked)}
    )


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    """Rates of 1/2, 2/5 and 3/10, and one of 1 among ten people, who are less than two percent."""
    parts = [people("a", 400, 200), people("b", 300, 120), people("c", 200, 60), people("few", 10, 10)]
    return pd.concat(parts, ignore_index=True)


def test_each_ratio_is_to_the_highest_rate_of_those_that_count(table: pd.DataFrame) -> None:
    found = impact_ratios(audit_table(table, groups="group", prediction="hired"), "group")
    assert found["people"].to_dict() == {"a": 400, "b": 300, "c": 200, "few": 10}
    assert found["impact_ratio"].round(12).to_dict() == pytest.approx(
        {"a": 1, "b": 0.8, "c": 0.6, "few": np.nan}, nan_ok=True
    )
    assert found.index[found["apart"]].tolist() == ["few"]
    assert found.loc["few", "rate"] == 1, "a category that is set apart is still told with its rate"


def test_with_none_set_apart_the_few_set_the_highest_rate(table: pd.DataFrame) -> None:
    found = impact_ratios(audit_table(table, groups="group", prediction="hired"), "group", apart=0)
    assert found["impact_ratio"].round(12).to_dict() == {"a": 0.5, "b": 0.4, "c": 0.3, "few": 1}


def test_a_crossing_is_compared_with_its_own_highest_rate(table: pd.DataFrame) -> None:
    table = table[table["group"] != "few"]
    table = table.assign(hired=np.where((table["group"] == "a") & (table["sex"] == "f"), 1, table["hired"]))
    found = impact_ratios(audit_table(table, groups=["group", "sex"], prediction="hired"), "group*sex")
    assert found.loc["a*f", "impact_ratio"] == 1
    assert found.loc["a*m", "impact_ratio"] == pytest.approx(0.5)
    assert found.loc["c*m", "impact_ratio"] == pytest.approx(0.3)


def test_a_scoring_rate_counts_scores_above_the_median_of_all() -> None:
    score = [9, 8, 7, 1, 6, 2, 3, 4]
    table = pd.DataFrame({"group": list("aaaabbbb"), "above": above_median(score)})
    assert table["above"].tolist() == [1, 1, 1, 0, 1, 0, 0, 0]
    found = impact_ratios(audit_table(table, groups="group", prediction="above"), "group")
    assert found["impact_ratio"].to_dict() == pytest.approx({"a": 1, "b": 1 / 3})


def test_where_nobody_is_selected_there_is_no_ratio(table: pd.DataFrame) -> None:
    none = audit_table(table.assign(hired=0), groups="group", prediction="hired")
    assert impact_ratios(none, "group")["impact_ratio"].isna().all()


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({"split": "age"}, "found no selection_rate on 'age'; allowed are group"),
        ({"split": "group", "apart": 2}, "apart is 2; allowed is a share from 0 to 1"),
    ],
)
def test_a_wrong_question_gets_one_sentence(table: pd.DataFrame, ask: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        impact_ratios(audit_table(table, groups="group", prediction="hired"), **ask)  # type: ignore[arg-type]


def test_a_table_of_two_audits_is_refused(table: pd.DataFrame) -> None:
    once = audit_table(table, groups="group", prediction="hired")
    with pytest.raises(InputError, match="several times; one audit of one seed is needed"):
        impact_ratios(pd.concat([once, once]), "group")


@pytest.mark.parametrize("score", [[], [1.0, np.nan]])
def test_a_missing_score_is_refused(score: list[float]) -> None:
    with pytest.raises(InputError, match="every score is needed"):
        above_median(score)
