"""What must stay as it is, or change in a known way, when a table is changed: metamorphic relations.

1 order of rows, 2 rows twice, 3 people per row, 4 scale of weights, 5 weight 0, 6 names and reference, 7 labels
swapped, 8 groups merged or split by a coin, 9 mean of groups, 10 rising scores, 11 Chouldechova's identity, 12
Kleinberg's impossibility, 13 Simpson's reversal, 14 entropy in two parts, 15 perfect, 16 constant, 17 one more group.
Each is a property that hypothesis searches, or a table known to be hard; other measures have theirs beside them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from testbed import audit_table
from testbed.measure import measures, same_rows

measures.discover()
PLAIN = [
    name
    for name in measures.names()
    if measures.get(name).function.__module__ == "testbed.measures.disparate_impact.rates"
]
"""The measures whose rows every relation is checked on, where it names no other."""

few = settings(derandomize=True, deadline=None, max_examples=6)
SIGNED = ("_gap", "statistical_parity_difference", "average_odds_difference")


@st.composite
def tables(draw: Callable, least: int = 4, groups: int = 3) -> pd.DataFrame:
    """A small table: group, outcome, prediction and a score with ties."""
    rows = draw(st.integers(least, 40))
    cells = st.tuples(st.integers(0, groups - 1), st.integers(0, 1), st.integers(0, 1), st.integers(0, 4))
    made = pd.DataFrame(draw(st.lists(cells, min_size=rows, max_size=rows)), columns=["g", "y", "p", "s"])
    return made.assign(g=pd.Categorical(made["g"].map(lambda at: "abc"[at]), list("abc"[:groups])))


def audited(frame: pd.DataFrame, **more: object) -> pd.DataFrame:
    arguments = {
        "groups": "g",
        "outcome": "y",
        "prediction": "p",
        "score": "s",
        "reference": {"g": "a"},
        "measures": PLAIN,
    }
    arguments |= more
    return audit_table(frame, **arguments)  # type: ignore[arg-type]


def values(findings: pd.DataFrame) -> pd.Series:
    """Values by row name, corrections and tests left out."""
    kept = findings[~findings["measure"].str.contains("_p$|_p_|_detectable")]
    return kept.set_index(["measure", "split", "group", "versus"])["value"]


def same(left: pd.Series, right: pd.Series) -> None:
    pd.testing.assert_series_equal(left.sort_index(), right.sort_index(), check_exact=False, rtol=1e-12, atol=1e-12)


# Relation 1.
@few
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(frame: pd.DataFrame, order) -> None:
    shuffled = list(range(len(frame)))
    order.shuffle(shuffled)
    pd.testing.assert_frame_equal(audited(frame), audited(frame.iloc[shuffled]))


# Relation 2.
@few
@given(tables())
def test_every_row_twice_gives_the_same_values_from_twice_the_people(frame: pd.DataFrame) -> None:
    once, twice = audited(frame), audited(pd.concat([frame, frame]))
    same(values(once), values(twice))
    assert (twice["n"] == 2 * once["n"]).all()


# Relation 3.
@few
@given(tables(), st.integers(0, 3))
def test_a_count_is_repetition_in_every_column_of_the_answer(frame: pd.DataFrame, shift: int) -> None:
    counts = (np.arange(len(frame)) + shift) % 4
    repeated = frame.iloc[np.repeat(np.arange(len(frame)), counts)]
    pd.testing.assert_frame_equal(audited(frame, counts=counts), audited(repeated), check_exact=False, rtol=1e-9)


# Relation 4.
@few
@given(tables(), st.sampled_from([0.5, 3.7, 1e-6, 4]))
def test_the_scale_of_weights_does_not_matter_to_values_and_limits(frame: pd.DataFrame, scale: float) -> None:
    weights = 0.25 + np.arange(len(frame)) % 5
    one, other = audited(frame, weights=weights), audited(frame, weights=weights * scale)
    same(values(one), values(other))
    numbers = ["low", "high", "n"]
    pd.testing.assert_frame_equal(one[numbers], other[numbers], check_exact=False, rtol=1e-9, atol=1e-12)


# Relation 5.
@few
@given(tables())
def test_a_row_of_weight_0_is_a_row_that_is_not_there(frame: pd.DataFrame) -> None:
    weights = 1.5 * (np.arange(len(frame)) % 3 > 0)
    there = audited(frame, weights=weights)
    pd.testing.assert_frame_equal(there, audited(frame[weights > 0], weights=weights[weights > 0]))


# Relation 6.
@few
@given(tables())
def test_names_of_groups_do_not_matter_to_symmetric_comparisons(frame: pd.DataFrame) -> None:
    renamed = frame.assign(g=frame["g"].cat.rename_categories({"a": "c", "b": "a", "c": "b"}))
    left, right = audited(frame), audited(renamed)
    numbers = ["measure", "value", "low", "high", "n"]
    # Corrected p values are of a family in which the signed comparisons are too, and those go by the reference.
    left, right = (made[(made["group"] == "") & ~made["measure"].str.contains("_p_")] for made in (left, right))
    pd.testing.assert_frame_equal(left[numbers], right[numbers])


# Relation 6.
@few
@given(tables(groups=2))
def test_the_other_reference_turns_differences_around_and_ratios_over(frame: pd.DataFrame) -> None:
    one, other = audited(frame), audited(frame, reference={"g": "b"})
    one, other = one[one["versus"] == "a"], other[other["versus"] == "b"]
    for left, right in zip(one.itertuples(), other.itertuples()):
        if left.measure.endswith(SIGNED):
            assert [left.value, left.low, left.high] == pytest.approx(
                [-right.value, -right.high, -right.low], nan_ok=True, abs=1e-12
            )
        elif left.measure in ("disparate_impact_ratio", "adverse_ratio") and left.value > 0 and right.value > 0:
            assert [left.value, left.low, left.high] == pytest.approx(
                [1 / right.value, 1 / right.high, 1 / right.low], rel=1e-6
            )


# Relation 7.
@few
@given(tables())
def test_labels_swapped_swap_the_rates(frame: pd.DataFrame) -> None:
    one, other = values(audited(frame)), values(audited(frame.assign(y=1 - frame["y"], p=1 - frame["p"])))
    for left, right in (
        ("true_positive_rate", "true_negative_rate"),
        ("false_positive_rate", "false_negative_rate"),
        ("precision", "negative_predictive_value"),
        ("selection_rate", "adverse_rate"),
        ("demographic_parity_difference", "demographic_parity_difference"),
        ("accuracy", "accuracy"),
    ):
        same(one[left], other[right])


# Relation 8.
@few
@given(tables())
def test_two_groups_merged_have_a_rate_between_theirs_and_no_greater_gap(frame: pd.DataFrame) -> None:
    merged = frame.assign(g=frame["g"].astype(str).replace("c", "b"))
    apart, joined = audited(frame), audited(merged, reference={})
    rates = [apart.query(f"measure == 'selection_rate' and group == '{g}'")["value"].item() for g in "bc"]
    both = joined.query("measure == 'selection_rate' and group == 'b'")["value"]
    if not np.isnan(rates).any():
        assert min(rates) - 1e-12 <= both.item() <= max(rates) + 1e-12
    gaps = [table.loc[table["measure"] == "demographic_parity_difference", "value"].item() for table in (apart, joined)]
    if not np.isnan(gaps).any():
        assert gaps[1] <= gaps[0] + 1e-12


# Relation 9.
@few
@given(tables())
def test_the_rate_of_everybody_is_the_mean_of_the_groups_weighted_by_people(frame: pd.DataFrame) -> None:
    found = audited(frame)
    for name in ("selection_rate", "true_positive_rate", "precision", "accuracy", "mean_score"):
        rows = found[found["measure"] == name]
        groups = rows[(rows["split"] == "g") & (rows["n"] > 0)]
        overall = rows[rows["split"] == "all"].iloc[0]
        assert groups["n"].sum() == overall["n"]
        if overall["n"]:
            assert np.average(groups["value"], weights=groups["n"]) == pytest.approx(overall["value"])


# Relation 10.
@few
@given(tables())
def test_scores_through_a_rising_function_order_people_alike(frame: pd.DataFrame) -> None:
    risen = frame.assign(s=np.exp(frame["s"]) - 7)
    left, right = audited(frame), audited(risen)
    for name in ("auc", "auc_gap", "auc_difference"):
        numbers = ["value", "low", "high"]
        pd.testing.assert_frame_equal(
            left.loc[left["measure"] == name, numbers], right.loc[right["measure"] == name, numbers]
        )


# Relation 11.
@few
@given(st.lists(st.integers(1, 50), min_size=4, max_size=4))
def test_the_identity_of_chouldechova_holds_on_every_table(cells: list[int]) -> None:
    frame = pd.DataFrame({"g": "a", "y": [0, 0, 1, 1], "p": [0, 1, 0, 1], "s": 0, "n": cells})
    rate = values(audited(frame, counts="n"))
    p, ppv, fnr, fpr = (
        Fraction(rate[name, "all", "all", ""]).limit_denominator(10_000)
        for name in ("base_rate", "precision", "false_negative_rate", "false_positive_rate")
    )
    assert fpr == p / (1 - p) * (1 - ppv) / ppv * (1 - fnr)


# Relation 15 and 16.
@few
@given(tables())
def test_a_perfect_prediction_has_no_error_gap_and_a_constant_one_no_difference(frame: pd.DataFrame) -> None:
    perfect, constant = values(audited(frame.assign(p=frame["y"]))), values(audited(frame.assign(p=1, s=3)))
    for name in ("equal_opportunity_difference", "equalized_odds_difference", "predictive_parity_difference"):
        assert set(perfect[name].dropna()) <= {0.0}
    assert set(constant["demographic_parity_difference"].dropna()) <= {0.0}
    assert set(constant["equalized_odds_difference"].dropna()) <= {0.0}
    assert set(constant["auc"].dropna()) <= {0.5}


# Relation 17.
@few
@given(tables(groups=2))
def test_one_more_group_like_another_changes_no_largest_difference(frame: pd.DataFrame) -> None:
    copy = frame[frame["g"] == "b"].assign(g="c")
    more = pd.concat([frame.astype({"g": str}), copy])
    left = audited(frame.astype({"g": pd.CategoricalDtype(["a", "b"])}))
    right = audited(more.assign(g=pd.Categorical(more["g"], list("abc"))))
    for name in ("demographic_parity_difference", "equal_opportunity_difference", "demographic_parity_ratio"):
        pair = [table.loc[table["measure"] == name, "value"].item() for table in (left, right)]
        assert pair[0] == pytest.approx(pair[1], nan_ok=True)


# Relation 13.
def test_simpsons_reversal_is_seen_pooled_and_by_department() -> None:
    # Bickel, Hammel and O'Connell (1975), the six largest departments of Berkeley, 1973: admitted, applied.
    men = {"A": (512, 825), "B": (353, 560), "C": (120, 325), "D": (138, 417), "E": (53, 191), "F": (22, 373)}
    women = {"A": (89, 108), "B": (17, 25), "C": (202, 593), "D": (131, 375), "E": (94, 393), "F": (24, 341)}
    rows = [
        {"sex": sex, "department": name, "admitted": admitted, "n": taken if admitted else applied - taken}
        for sex, table in (("male", men), ("female", women))
        for name, (taken, applied) in table.items()
        for admitted in (0, 1)
    ]
    found = audit_table(
        pd.DataFrame(rows),
        groups=["sex", "department"],
        prediction="admitted",
        counts="n",
        reference={"sex": "male"},
        measures=PLAIN,
    )
    pooled = found.query("measure == 'statistical_parity_difference' and split == 'sex'").iloc[0]
    assert pooled["high"] < -0.1
    rates = found.query("measure == 'selection_rate' and split == 'sex*department'").set_index("group")["value"]
    assert rates["female*A"] - rates["male*A"] > 0.15
    assert sum(rates[f"female*{name}"] > rates[f"male*{name}"] for name in men) == 4


# Relation 8, its other half.
def test_a_group_split_by_a_coin_shows_a_difference_that_grows_as_people_get_fewer_and_no_interval_believes_it() -> (
    None
):
    seen = {}
    for n in (40, 400, 4000):
        draw = np.random.Generator(np.random.Philox(n))
        rows = []
        for _ in range(40):
            frame = pd.DataFrame({"g": draw.integers(0, 2, n), "p": draw.integers(0, 2, n)})
            found = audit_table(frame, groups="g", prediction="p", measures="demographic_parity_difference")
            rows.append(found[found["measure"] == "demographic_parity_difference"].iloc[0])
        seen[n] = float(np.mean([row["value"] for row in rows]))
        assert sum(row["low"] == 0 for row in rows) >= 34
    # Half normal: the mean of |gap| is sqrt(2/pi) sqrt(1/n).
    for n, mean in seen.items():
        assert mean == pytest.approx(math.sqrt(2 / math.pi / n), rel=0.5)
    assert seen[40] > seen[400] > seen[4000]


# Relation 10 for what is beside the AUC, and its contrary.
@few
@given(tables(groups=2))
def test_scores_through_a_rising_function_keep_ks_and_cross_auc_and_change_calibration(frame: pd.DataFrame) -> None:
    share = frame.assign(s=(frame["s"] + 0.5) / 5)
    names = ["score_ks_distance", "cross_auc", "calibration_error"]
    left, right = (audited(table, measures=names) for table in (share, share.assign(s=share["s"] ** 3)))
    ordered = [table[table["measure"].str.match("score_ks_distance$|cross_auc")] for table in (left, right)]
    same(values(ordered[0]), values(ordered[1]))
    flat = share.assign(y=(np.arange(len(share)) % 10 < 5).astype(int), s=0.5)
    exact = [audited(table, measures=names) for table in (flat[:10], flat[:10].assign(s=0.125))]
    of_all = [table[(table["measure"] == "calibration_error") & (table["split"] == "all")] for table in exact]
    if len(flat) >= 10:
        assert [one["value"].item() for one in of_all] == pytest.approx([0.0, 0.375])


# Relation 12.
@few
@given(st.lists(st.integers(0, 6), min_size=6, max_size=6))
def test_calibrated_scores_with_unequal_base_rates_are_never_balanced_for_both_classes(held: list[int]) -> None:
    counts = {"a": held[:3], "b": held[3:]}
    rows = [
        {"g": g, "s": quarter / 4, "y": y, "n": n * (quarter if y else 4 - quarter)}
        for g, each in counts.items()
        for quarter, n in zip((1, 2, 3), each)
        for y in (0, 1)
    ]
    frame = pd.DataFrame(rows).query("n > 0")
    if any(sum(each) == 0 for each in counts.values()):
        return

    def mean(table: pd.DataFrame, g: str) -> Fraction:
        found = audit_table(table, groups="g", score="s", counts="n", measures="mean_score")
        row = found[(found["measure"] == "mean_score") & (found["group"] == g)]
        return Fraction(row["value"].item()).limit_denominator(10_000)

    everybody = {g: mean(frame, g) for g in "ab"}
    of = {(g, y): mean(frame[frame["y"] == y], g) for g in "ab" for y in (0, 1)}
    for g, p in everybody.items():
        # Calibrated: the mean score is the base rate, so the mean of negatives follows from that of positives.
        assert of[g, 0] == p * (1 - of[g, 1]) / (1 - p)
    if everybody["a"] != everybody["b"]:
        assert of["a", 0] != of["b", 0] or of["a", 1] != of["b", 1]


# Relation 14.
@few
@given(tables())
def test_the_entropy_of_everybody_is_the_part_between_groups_plus_the_part_within(frame: pd.DataFrame) -> None:
    found = audited(frame, measures=["theil_index", "selection_rate", "base_rate"])
    rows = {name: found[found["measure"] == name].set_index(["split", "group"]) for name in
            ("theil_index", "selection_rate", "base_rate")}  # fmt: skip
    n = rows["selection_rate"].loc["g", "n"]
    n = n[n > 0]
    mean = (1 + rows["selection_rate"]["value"] - rows["base_rate"]["value"]).fillna(1.0)
    total = mean["all", "all"]
    if total == 0:
        return
    parts = 0.0
    for g in n.index:
        ratio = mean["g", g] / total
        within = rows["theil_index"].loc[("g", g), "value"]
        if ratio > 0:
            parts += n[g] / n.sum() * ratio * (within + math.log(ratio))
    assert rows["theil_index"].loc[("all", "all"), "value"] == pytest.approx(parts, abs=1e-12)


# Relations 15 and 16 for entropy and for the ratio.
@few
@given(tables())
def test_a_perfect_prediction_has_no_entropy_and_a_constant_one_a_ratio_of_1(frame: pd.DataFrame) -> None:
    perfect = audited(frame.assign(p=frame["y"]), measures=["theil_index", "generalized_entropy_index"])
    entropy = perfect[perfect["measure"].isin(["theil_index", "generalized_entropy_index"])]["value"]
    assert len(entropy)
    assert entropy.dropna().abs().max() <= 1e-12
    constant = values(audited(frame.assign(p=1)))
    assert set(constant["demographic_parity_ratio"].dropna()) <= {1.0}
    assert set(constant["disparate_impact_ratio"].dropna()) <= {1.0}


def test_rows_declared_the_same_are_one_number_or_its_mirror_with_one_p_and_count_once() -> None:
    draw = np.random.default_rng(5)
    frame = pd.DataFrame({"g": draw.choice(["a", "b"], 400), "y": draw.integers(0, 2, 400), "s": draw.random(400)})
    frame["p"] = (frame["s"] + 0.1 * (frame["g"] == "a") > 0.5).astype(int)
    names = ["generalized_entropy_index[alpha=1]", "theil_index", *PLAIN]
    found = audit_table(frame, groups="g", outcome="y", prediction="p", score="s", measures=names)
    found = found[found["split"] == "g"]
    value = found.groupby("measure")["value"].agg(list)
    tested = []
    for row, other in same_rows().items():
        p, (stem, bracket, inside) = f"{row}_p", other.partition("[")
        if row in value and not row.endswith(("_ratio", "_difference")):
            mine, others = np.array(value[row]), np.array(value[other])
            assert min(np.abs(one - others).max() for one in (mine, -mine, 1 - mine)) < 1e-12
        if p in value:
            assert value[p] == pytest.approx(value[f"{stem}_p{bracket}{inside}"], abs=1e-9)
            assert value[f"{row}_p_holm"] == value[f"{stem}_p_holm{bracket}{inside}"]
            tested.append(row)
    assert len(tested) == 9
