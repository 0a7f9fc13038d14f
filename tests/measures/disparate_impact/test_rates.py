"""Plain rates: worked numbers, fairlearn and scikit-learn as references, and what is undefined."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from fairlearn import metrics as fair
from sklearn.metrics import accuracy_score, precision_score, recall_score

from testbed import audit_table
from testbed.case.decisions import Table
from testbed.measure import measures

RATES = (
    "selection_rate", "adverse_rate", "true_positive_rate", "false_positive_rate", "true_negative_rate",
    "false_negative_rate", "precision", "negative_predictive_value", "accuracy", "base_rate",
)  # fmt: skip


def drawn(seed: int, rows: int = 300, groups: int = 3) -> pd.DataFrame:
    draw = np.random.Generator(np.random.Philox(seed))
    group = draw.integers(0, groups, rows)
    outcome = (draw.random(rows) < 0.3 + 0.1 * group).astype(int)
    prediction = (draw.random(rows) < 0.2 + 0.5 * outcome + 0.05 * group).astype(int)
    return pd.DataFrame({"g": group, "y": outcome, "p": prediction})


def value(
    findings: pd.DataFrame, measure: str, group: str = "all", split: str | None = None, versus: str = ""
) -> float:
    rows = findings[(findings["measure"] == measure) & (findings["group"] == group) & (findings["versus"] == versus)]
    rows = rows if split is None else rows[rows["split"] == split]
    assert len(rows) == 1, (measure, group, len(rows))
    return float(rows["value"].iloc[0])


def test_every_plain_rate_of_a_worked_table() -> None:
    # 40 true positives, 10 false positives, 20 false negatives, 30 true negatives.
    frame = pd.DataFrame({"g": "a", "y": [1, 0, 1, 0], "p": [1, 1, 0, 0], "n": [40, 10, 20, 30]})
    found = audit_table(frame, groups="g", outcome="y", prediction="p", counts="n")
    wanted = dict(
        zip(RATES, ["50/100", "50/100", "40/60", "10/40", "30/40", "20/60", "40/50", "30/50", "70/100", "60/100"])
    )
    for name, share in wanted.items():
        assert value(found, name, split="all") == pytest.approx(float(Fraction(share)), abs=1e-15), name
    assert (found[found["measure"].isin(RATES) & (found["split"] == "all")]["n"].tolist()) == [
        100, 100, 100, 60, 40, 50, 50, 100, 40, 60,
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_comparisons_agree_with_fairlearn_where_every_rate_is_defined(seed: int) -> None:
    frame = drawn(seed)
    found = audit_table(frame, groups="g", outcome="y", prediction="p")
    arguments = {"y_true": frame["y"], "y_pred": frame["p"], "sensitive_features": frame["g"]}
    for name in (
        "demographic_parity_difference", "demographic_parity_ratio", "equal_opportunity_difference",
        "equalized_odds_difference", "equalized_odds_ratio",
    ):  # fmt: skip
        assert value(found, name, group="", split="g") == pytest.approx(getattr(fair, name)(**arguments)), name
    frames = fair.MetricFrame(
        metrics={name: getattr(fair, name) for name in (*RATES[2:6], "selection_rate")}, **arguments
    ).by_group
    for name in frames.columns:
        for group, cell in frames[name].items():
            assert value(found, name, group=str(group)) == pytest.approx(cell), (name, group)


def test_rates_agree_with_scikit_learn() -> None:
    frame = drawn(20)
    found = audit_table(frame, groups="g", outcome="y", prediction="p")
    assert value(found, "accuracy") == pytest.approx(accuracy_score(frame["y"], frame["p"]))
    assert value(found, "precision") == pytest.approx(precision_score(frame["y"], frame["p"]))
    assert value(found, "true_positive_rate") == pytest.approx(recall_score(frame["y"], frame["p"]))
    assert value(found, "negative_predictive_value") == pytest.approx(
        precision_score(frame["y"], frame["p"], pos_label=0)
    )


@pytest.mark.parametrize("name", RATES)
def test_the_parts_laid_down_per_person_give_what_the_counts_give(name: str) -> None:
    frame = drawn(30)
    case = Table(frame, {}, frame["p"].to_numpy() == 1, frame["y"].to_numpy() == 1)
    (part,) = measures.get(name)(case)
    found = audit_table(frame, groups="g", outcome="y", prediction="p")
    assert part.numerator.sum() / part.denominator.sum() == pytest.approx(value(found, name, split="all"))
    assert not (part.numerator & ~part.denominator).any()


def test_where_fairlearn_sees_a_gap_or_parity_without_positives_there_is_none() -> None:
    frame = pd.DataFrame({"g": list("aabb"), "y": [1, 1, 0, 0], "p": [1, 0, 0, 1]})
    found = audit_table(frame, groups="g", outcome="y", prediction="p")
    assert fair.equal_opportunity_difference(frame["y"], frame["p"], sensitive_features=frame["g"]) == 0.5
    row = found[found["measure"] == "equal_opportunity_difference"].iloc[0]
    assert np.isnan(row["value"])
    assert row["why"] == "left out: b (no positive outcomes)"
    rate = found[(found["measure"] == "true_positive_rate") & (found["group"] == "b")].iloc[0]
    assert (rate["why"], rate["n"]) == ("no positive outcomes", 0)


def test_at_two_against_one_percent_sanctioned_one_ratio_is_0_99_and_the_other_2() -> None:
    frame = pd.DataFrame({"g": list("aabb"), "p": [1, 0, 1, 0], "n": [98_000, 2_000, 99_000, 1_000]})
    found = audit_table(frame, groups="g", prediction="p", counts="n", reference={"g": "b"})
    assert value(found, "disparate_impact_ratio", "a", versus="b") == pytest.approx(0.98 / 0.99)
    assert value(found, "adverse_ratio", "a", versus="b") == pytest.approx(2)
    assert value(found, "disparate_impact_ratio_four_fifths", "a", versus="b") == 1
    assert value(found, "disparate_impact_ratio_p", "a", versus="b") < 1e-10


def test_signed_comparisons_are_of_the_group_against_the_reference() -> None:
    frame = drawn(40, groups=2)
    found = audit_table(frame, groups="g", outcome="y", prediction="p", reference={"g": 1})
    rate = {g: value(found, "selection_rate", g) for g in "01"}
    assert value(found, "statistical_parity_difference", "0", versus="1") == pytest.approx(rate["0"] - rate["1"])
    assert value(found, "disparate_impact_ratio", "0", versus="1") == pytest.approx(rate["0"] / rate["1"])
    odds = np.mean([
        value(found, f"{name}_positive_gap", "0", versus="1") for name in ("true", "false")
    ])  # fmt: skip
    assert value(found, "average_odds_difference", "0", versus="1") == pytest.approx(odds)


def test_opposite_gaps_cancel_in_average_odds_and_not_in_equalized_odds() -> None:
    frame = pd.DataFrame({"g": np.repeat(["a", "b"], 4), "y": [1, 1, 0, 0] * 2, "p": [1, 1, 0, 0, 1, 0, 1, 0]})
    found = audit_table(frame, groups="g", outcome="y", prediction="p", reference={"g": "a"})
    assert value(found, "average_odds_difference", "b", versus="a") == 0
    assert value(found, "equalized_odds_difference", "", split="g") == 0.5


def test_a_table_without_outcomes_has_no_error_rates_and_without_predictions_no_decisions() -> None:
    frame = drawn(50).assign(s=np.arange(300) / 300)
    assert {"selection_rate", "demographic_parity_difference", "disparate_impact_ratio"} <= set(
        audit_table(frame, groups="g", prediction="p")["measure"]
    )
    assert not {"true_positive_rate", "accuracy", "base_rate", "precision"} & set(
        audit_table(frame, groups="g", prediction="p")["measure"]
    )
    only_scores = set(audit_table(frame, groups="g", outcome="y", score="s")["measure"])
    assert {"auc", "auc_difference", "mean_score", "base_rate"} <= only_scores
    assert not {"selection_rate", "adverse_rate", "accuracy", "disparate_impact_ratio"} & only_scores


@pytest.mark.parametrize(
    ("name", "planted"), [("selection_rate", 0.4), ("true_positive_rate", 0.7), ("precision", 0.7)]
)
def test_planted_rates_are_recovered_within_their_intervals(name: str, planted: float) -> None:
    hits, seeds = 0, 60
    for seed in range(seeds):
        draw = np.random.Generator(np.random.Philox(1000 + seed))
        # P(y) = 0.4, P(p | y) = 0.7, P(p | not y) = 0.2: P(p) = 0.4, P(y | p) = 0.7.
        y = draw.random(400) < 0.4
        p = draw.random(400) < np.where(y, 0.7, 0.2)
        found = audit_table(pd.DataFrame({"g": 0, "y": y, "p": p}), groups="g", outcome="y", prediction="p")
        row = found[(found["measure"] == name) & (found["split"] == "all")].iloc[0]
        hits += row["low"] <= planted <= row["high"]
    assert hits / seeds >= 0.95 - 4 * np.sqrt(0.05 * 0.95 / seeds)


def test_every_measure_here_states_its_reference_caveat_and_interval() -> None:
    for name in (*RATES, "auc", "mean_score", "disparate_impact_ratio", "equalized_odds_difference"):
        made = measures.get(name)
        assert made.reference
        assert made.caveats
        assert made.interval
        assert made.estimand
