"""Findings in the shape of fairlearn's MetricFrame, equal to fairlearn's own."""

from __future__ import annotations

import fairlearn.metrics as fair
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.errors import InputError
from testbed import audit_table, metric_frame
from testbed.findings.metric_frames import METHODS

METRICS = {
    name: getattr(fair, name) for name in ("selection_rate", "true_positive_rate", "false_positive_rate")
}  # fmt: skip


def drawn(seed: int, n: int = 400) -> pd.DataFrame:
    """A table in which every group of every stratum has positives and negatives."""
    words = np.random.Generator(np.random.Philox(seed)).random((5, n))
    frame = pd.DataFrame({
        "g": np.array(list("abc"))[(words[0] * 3).astype(int)], "h": np.array(list("uv"))[(words[1] * 2).astype(int)],
        "c": np.array(list("xy"))[(words[2] * 2).astype(int)],
        "y": (words[3] < 0.5).astype(int), "p": (words[4] < 0.4).astype(int),
    })  # fmt: skip
    every = pd.MultiIndex.from_product([list("abc"), list("uv"), list("xy"), [0, 1], [0, 1]], names=frame.columns)
    return pd.concat([frame, every.to_frame(index=False)], ignore_index=True)


def alike(ours: object, theirs: object) -> None:
    left, right = (pd.DataFrame(one).sort_index().astype(float) for one in (ours, theirs))
    pd.testing.assert_frame_equal(left, right, check_index_type=False, check_column_type=False, check_names=False)


@settings(derandomize=True, deadline=None, max_examples=4)
@given(st.integers(0, 10_000), st.sampled_from([["g"], ["g", "h"]]), st.sampled_from([None, "c"]))
def test_every_part_of_the_shape_is_what_fairlearn_gives(seed: int, groups: list[str], control: str | None) -> None:
    frame = drawn(seed)
    theirs = fair.MetricFrame(
        metrics=METRICS, y_true=frame["y"], y_pred=frame["p"], sensitive_features=frame[groups],
        control_features=None if control is None else frame[[control]],
    )  # fmt: skip
    found = audit_table(
        frame, groups="*".join(groups), outcome="y", prediction="p", control=control, measures=list(METRICS)
    )
    split = "*".join(groups) + ("" if control is None else f"|{control}")
    ours = metric_frame(found, split=split, measures=list(METRICS))
    alike(ours.overall, theirs.overall)
    alike(ours.by_group, theirs.by_group)
    alike(ours.group_max(), theirs.group_max())
    alike(ours.group_min(), theirs.group_min())
    for method in METHODS:
        alike(ours.difference(method), theirs.difference(method=method))
        alike(ours.ratio(method), theirs.ratio(method=method))
    assert ours.sensitive_levels == theirs.sensitive_levels
    assert ours.control_levels == theirs.control_levels


def test_a_group_without_a_value_leaves_no_difference_unless_it_is_left_out() -> None:
    frame = pd.DataFrame({"g": list("aabbc"), "y": [1, 1, 1, 0, 0], "p": [1, 0, 1, 0, 1]})
    ours = metric_frame(audit_table(frame, groups="g", outcome="y", prediction="p"), measures=["true_positive_rate"])
    assert ours.difference().isna().all()
    assert ours.ratio("to_overall").isna().all()
    assert ours.difference(skipna=True)["true_positive_rate"] == 0.5


def test_measures_and_splits_are_chosen_by_name() -> None:
    found = audit_table(drawn(1), groups=["g", "h"], outcome="y", prediction="p")
    every = metric_frame(found)
    assert {"selection_rate", "accuracy", "theil_index"} <= set(every.by_group.columns)
    assert every.by_group.index.name == "g"
    assert metric_frame(found, split="g*h").by_group.index.names == ["g", "h"]
    for more, said in (
        ({"split": "k"}, "unknown split 'k'"),
        ({"measures": ["selection"]}, "unknown measure 'selection'; did you mean 'selection_rate'"),
    ):
        with pytest.raises(InputError, match=said):
            metric_frame(found, **more)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="unknown method 'between'"):
        every.difference("between")
    with pytest.raises(InputError, match="findings hold 2 values of model; keep the rows of one"):
        metric_frame(pd.concat([found, found.assign(model="other")]))
