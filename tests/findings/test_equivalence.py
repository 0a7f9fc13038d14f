"""Equal enough: shown only by an interval within a bound that was declared before."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed import audit_table
from testbed.findings.equivalence import checked, judged
from testbed.findings.finding import frame


def row(measure: str, value: float, low: float, high: float, **more: Any) -> dict[str, Any]:
    return {"measure": measure, "value": value, "low": low, "high": high, **more}


@pytest.mark.parametrize(
    ("low", "high", "equal"), [(-0.01, 0.03, 1), (-0.05, 0.03, 0), (0.0, 0.04, 0), (0.02, 0.06, 0), (0.05, 0.06, 0)]
)
def test_both_ends_must_lie_strictly_within_the_bound(low: float, high: float, equal: int) -> None:
    found = judged(frame([row("adverse_gap", (low + high) / 2, low, high)]), {"adverse_gap": 0.04})
    assert found["measure"].tolist() == ["adverse_gap", "adverse_gap_equivalent"]
    assert found["value"].tolist()[1] == equal
    assert found["unit"].tolist()[1] == "flag"


def test_of_a_largest_difference_the_high_end_decides_and_of_a_ratio_both_ways_up() -> None:
    rows = [
        row("demographic_parity_difference", 0.01, 0.0, 0.05),
        row("demographic_parity_ratio", 0.9, 0.82, 1.0),
        row("disparate_impact_ratio", 1.1, 0.9, 1.3),
    ]
    bounds = {"demographic_parity_difference": 0.05, "demographic_parity_ratio": 0.8, "disparate_impact_ratio": 0.8}
    found = judged(frame(rows), bounds).set_index("measure")["value"]
    assert found["demographic_parity_difference_equivalent"] == 0
    assert found["demographic_parity_ratio_equivalent"] == 1
    assert found["disparate_impact_ratio_equivalent"] == 0


def test_a_row_without_value_or_interval_is_not_equal_enough_but_undefined() -> None:
    rows = [
        row("adverse_gap", math.nan, math.nan, math.nan, why="no people in this group", group="a"),
        row("adverse_gap", 0.0, math.nan, math.nan, group="b"),
    ]
    found = judged(frame(rows), {"adverse_gap": 0.5})
    verdicts = found[found["measure"] == "adverse_gap_equivalent"]
    assert verdicts["value"].isna().all()
    assert verdicts["why"].tolist() == ["no people in this group", "the row has no interval"]
    assert verdicts["group"].tolist() == ["a", "b"]


def test_a_planted_difference_is_equal_enough_for_a_wider_bound_only_and_few_people_never_show_it() -> None:
    def table(n: int) -> pd.DataFrame:
        taken = [np.arange(n) < share * n for share in (0.50, 0.52)]
        return pd.DataFrame({"g": np.repeat(["a", "b"], n), "p": np.concatenate(taken).astype(int)})

    def verdict(n: int, bound: float) -> float:
        made = audit_table(table(n), groups="g", prediction="p", reference={"g": "a"})
        found = judged(made, {"statistical_parity_difference": bound})
        return float(found.loc[found["measure"] == "statistical_parity_difference_equivalent", "value"].item())

    assert verdict(20_000, 0.04) == 1
    assert verdict(20_000, 0.02) == 0
    assert verdict(100, 0.04) == 0


def test_at_the_bound_itself_it_is_shown_in_at_most_one_run_in_forty() -> None:
    draw = np.random.Generator(np.random.Philox(8))
    rows = []
    for _ in range(400):
        g, r = draw.normal(0.05, 1, 300), draw.normal(0.0, 1, 300)
        error = math.sqrt(g.var(ddof=1) / 300 + r.var(ddof=1) / 300)
        gap = float(g.mean() - r.mean())
        rows.append(row("score_gap", gap, gap - 1.96 * error, gap + 1.96 * error))
    found = judged(frame(rows), {"score_gap": 0.05})
    shown = found.loc[found["unit"] == "flag", "value"].sum()
    assert shown / 400 <= 0.025 + 4 * math.sqrt(0.025 * 0.975 / 400)


def test_bounds_that_bound_nothing_are_refused() -> None:
    for bounds in ({"adverse_gap": 0}, {"adverse_gap": -1}, {"adverse_gap": math.nan}, {"disparate_impact_ratio": 1.2}):
        with pytest.raises(InputError, match="bound"):
            checked(bounds)
    with pytest.raises(InputError, match="measure with a bound"):
        judged(frame([row("adverse_gap", 0.0, 0.0, 0.0)]), {"adverse_gab": 0.1})
    plain = frame([row("adverse_gap", 0.0, 0.0, 0.0)])
    assert judged(plain, None) is plain


def test_a_table_says_of_its_rows_too_whether_they_lie_within_the_bound():
    frame = pd.DataFrame({"g": list("ab") * 5000, "p": [1, 1, 0, 0] * 2500})
    found = audit_table(frame, groups="g", prediction="p", equivalence={"demographic_parity_difference": 0.05})
    told = found[found["measure"] == "demographic_parity_difference_equivalent"]
    assert told["value"].tolist() == [1.0]
    near = audit_table(frame, groups="g", prediction="p", equivalence={"demographic_parity_difference": 0.001})
    assert near[near["measure"] == "demographic_parity_difference_equivalent"]["value"].tolist() == [0.0]
