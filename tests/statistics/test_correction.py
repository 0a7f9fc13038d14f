"""Corrected p values against their published definitions, and which rows are one family."""

from __future__ import annotations

import numpy as np
import pytest

from testbed.findings import finding
from testbed.statistics import correct
from testbed.statistics.correction import benjamini_hochberg, holm


def findings(**p: float) -> object:
    rows = [
        {"measure": name, "harm": "opacity" if name.startswith("o") else "disparate impact", "value": value, "n": 9}
        for name, value in p.items()
    ]
    return finding.frame(rows)


def test_holm_gives_the_example_of_three() -> None:
    assert holm(np.array([0.01, 0.04, 0.03])) == pytest.approx([0.03, 0.06, 0.06])
    assert holm(np.array([0.9, 0.8])) == pytest.approx([1.0, 1.0])


def test_benjamini_hochberg_rejects_what_the_published_example_rejects() -> None:
    # Benjamini and Hochberg (1995), section 3.2: of fifteen tests four are rejected at 0.05.
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1,
    ]
    assert (benjamini_hochberg(np.array(p)) <= 0.05).sum() == 4
    assert (holm(np.array(p)) <= 0.05).sum() == 3


def test_a_family_is_the_comparisons_of_one_harm() -> None:
    made = correct(findings(a_gap_p=0.01, b_gap_p=0.04, o_gap_p=0.04, a_gap=0.2)).set_index("measure")["value"]
    assert made["a_gap_p_holm"] == pytest.approx(0.02)
    assert made["b_gap_p_holm"] == pytest.approx(0.04)
    assert made["o_gap_p_holm"] == pytest.approx(0.04)
    assert len(made) == 4 + 6


def test_corrected_rows_keep_their_brackets_and_follow_their_own() -> None:
    made = correct(finding.frame([{"measure": "adverse_gap_p[period=12]", "harm": "opacity", "value": 0.5, "n": 3}]))
    assert list(made["measure"]) == [f"adverse_gap_p{suffix}[period=12]" for suffix in ("", "_holm", "_bh")]


def test_undefined_p_values_do_not_count_and_correcting_twice_changes_nothing() -> None:
    rows = [
        {"measure": "a_gap_p", "harm": "opacity", "value": 0.02, "n": 3},
        {"measure": "b_gap_p", "harm": "opacity", "why": "b: no people in this group"},
    ]
    once = correct(finding.frame(rows))
    assert once["measure"].tolist() == [f"{name}_gap_p{suffix}" for name in "ab" for suffix in ("", "_holm", "_bh")]
    assert once["value"][1] == 0.02
    assert once["value"][3:].isna().all()
    assert set(once["why"][3:]) == {"b: no people in this group"}
    assert correct(once).equals(once)


def test_nothing_to_correct_is_left_alone() -> None:
    made = finding.frame([{"measure": "adverse_rate", "value": 0.1, "n": 3}])
    assert correct(made).equals(made)


SAME = {
    "adverse_gap": "parity",
    "parity_ratio": "parity",
    "widest": "parity",
    "theil_gap": "entropy_gap[alpha=1]",
}


def compared(*rows: tuple[str, str, str, float]) -> dict[tuple[str, str], float]:
    """Holm's p by measure and group, of rows (measure, group, versus, p) on one split."""
    made = finding.frame(
        {"measure": name, "harm": "opacity", "split": "place", "group": group, "versus": versus, "value": p, "n": 9}
        for name, group, versus, p in rows
    )
    held = correct(made, SAME)
    held = held[held["measure"].str.contains("_p_holm")]
    return dict(zip(zip(held["measure"].str.replace("_p_holm", ""), held["group"]), held["value"]))


def test_one_number_under_four_names_is_one_row_in_its_family() -> None:
    # Two comparisons, not five: 0.02 times 2, and 0.03.
    one = [(f"{name}_p", "b", "a", 0.02) for name in ("parity", "adverse_gap", "parity_ratio")]
    found = compared(*one, ("widest_p", "", "", 0.02), ("other_p", "b", "a", 0.03))
    assert set(found.values()) == {0.04}
    assert len(found) == 5


def test_equal_p_values_of_different_comparisons_count_twice() -> None:
    assert compared(("other_p", "b", "a", 0.02), ("parity_p", "b", "a", 0.02)) == {
        ("other", "b"): 0.04,
        ("parity", "b"): 0.04,
    }
    two_groups = compared(("parity_p", "b", "a", 0.01), ("adverse_gap_p", "c", "a", 0.01))
    assert set(two_groups.values()) == {0.02}


def test_the_widest_of_three_groups_is_a_comparison_of_its_own() -> None:
    rows = [("parity_p", "b", "a", 0.01), ("parity_p", "c", "a", 0.02), ("widest_p", "", "", 0.015)]
    assert compared(*rows) == pytest.approx({("parity", "b"): 0.03, ("parity", "c"): 0.03, ("widest", ""): 0.03})
    # One of the groups is empty: what is left is the pair, and the family has one comparison.
    rows = [("parity_p", "b", "a", 0.01), ("widest_observed_p", "", "", 0.01)]
    assert compared(*rows) == {("parity", "b"): 0.01, ("widest_observed", ""): 0.01}


def test_a_number_is_the_same_within_one_setting_of_its_qualifiers_and_one_pooling_only() -> None:
    entropy = [("theil_gap_p", "b", "a", 0.01), ("entropy_gap_p[alpha=1]", "b", "a", 0.01)]
    assert set(compared(*entropy).values()) == {0.01}
    assert set(compared(entropy[0], ("entropy_gap_p[alpha=2]", "b", "a", 0.01)).values()) == {0.02}
    pooled = [("conditional_parity_p", "b", "a", 0.01), ("conditional_adverse_gap_p", "b", "a", 0.01)]
    assert set(compared(*pooled).values()) == {0.01}
    assert set(compared(*pooled, ("parity_p", "b", "a", 0.01)).values()) == {0.02}
