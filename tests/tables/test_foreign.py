"""Metrics of other libraries as measures."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import fairlearn.metrics as fair
import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from synthetic.errors import InputError
from testbed import audit_table, from_callable
from testbed.case.decisions import Table
from testbed.measure import measures
from testbed.statistics import expand


@pytest.fixture(autouse=True)
def registry() -> Iterator[None]:
    """What a test registers is gone after it; what is imported meanwhile would be too, so it is imported before."""
    measures.discover()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measures, "_things", dict(measures._things))
        yield


def drawn(n: int = 900, seed: int = 1) -> pd.DataFrame:
    words = np.random.Generator(np.random.Philox(seed)).random((5, n))
    y = (words[1] < 0.4).astype(int)
    return pd.DataFrame({
        "g": np.array(list("abc"))[(words[0] * 3).astype(int)], "y": y, "s": np.round(words[2] + y / 4, 2),
        "p": (words[3] < 0.3 + 0.4 * y).astype(int), "w": (words[4] * 4).astype(int), "k": np.arange(n) // 3,
    })  # fmt: skip


def asked(frame: pd.DataFrame, name: str, **more: object) -> pd.DataFrame:
    return audit_table(frame, groups="g", outcome="y", prediction="p", measures=f"{name}*", **more)  # type: ignore[arg-type]


def row(found: pd.DataFrame, measure: str, group: str) -> pd.Series:
    return found[(found["measure"] == measure) & (found["group"] == group)].iloc[0]


@pytest.mark.parametrize(
    "metric",
    [sk.f1_score, sk.balanced_accuracy_score, sk.matthews_corrcoef, sk.zero_one_loss, fair.mean_prediction,
     fair.false_positive_rate, fair.selection_rate],
    ids=lambda metric: metric.__name__,
)  # fmt: skip
def test_a_metric_has_its_own_value_in_every_group_and_fairlearns_difference_over_all(metric) -> None:
    frame = drawn()
    from_callable(metric, name="theirs")
    made = fair.MetricFrame(
        metrics=metric, y_true=frame["y"], y_pred=frame["p"], sensitive_features=frame["g"],
        sample_params={"sample_weight": frame["w"]},
    )  # fmt: skip
    found = asked(frame, "theirs", weights="w")
    rows = found[found["measure"] == "theirs"].set_index("group")
    assert rows.loc["all", "value"] == pytest.approx(made.overall)
    assert rows["value"].drop("all").to_dict() == pytest.approx(made.by_group.to_dict())
    assert found.query("measure == 'theirs_difference'")["value"].item() == pytest.approx(made.difference())
    assert (rows["low"] < rows["value"]).all()
    assert (rows["high"] > rows["value"]).all()


@pytest.mark.parametrize("more", [{}, {"counts": "w"}, {"clusters": "k"}])
def test_influences_of_a_mean_are_the_binomial_ones(more: dict[str, str]) -> None:
    frame = drawn()
    from_callable(sk.accuracy_score, name="theirs")
    found = audit_table(frame, groups="g", outcome="y", prediction="p", measures="theirs,accuracy", **more)
    for group in "abc":
        ours, theirs = (row(found, name, group) for name in ("accuracy", "theirs"))
        assert theirs["value"] == pytest.approx(ours["value"])
        assert theirs["high"] - theirs["low"] == pytest.approx(ours["high"] - ours["low"], rel=0.02)
        assert theirs["n"] == ours["n"]


def test_a_metric_of_scores_is_what_our_own_of_that_kind_is_and_its_jackknife_comes_close() -> None:
    frame = drawn()
    from_callable(sk.roc_auc_score, name="theirs", on="score")
    found = audit_table(frame, groups="g", outcome="y", score="s", measures="theirs,auc", clusters="k")
    for group in ("a", "b", "c", "all"):
        ours, theirs = (row(found, name, group) for name in ("auc", "theirs"))
        assert theirs["value"] == pytest.approx(ours["value"])
        assert theirs["high"] - theirs["low"] == pytest.approx(ours["high"] - ours["low"], rel=0.2)


def f1(y_true: np.ndarray, y_pred: np.ndarray, sample_weight: np.ndarray) -> float:
    """F1 without the checks that make scikit-learn's slow in a loop."""
    return 2 * (sample_weight * y_true * y_pred).sum() / (sample_weight * (y_true + y_pred)).sum()


@pytest.mark.parametrize("on", ["prediction", "score"])
def test_intervals_of_a_metric_hold_a_planted_truth(on: str) -> None:
    # A perfect decision but for one in five: F1 is 0.8; as a score the same decision is asked about row by row.
    metric = from_callable(
        f1 if on == "prediction" else lambda y_true, y_pred: f1(y_true, y_pred, np.ones(len(y_true))),
        name="theirs", on=on,
    )  # fmt: skip
    held, runs = 0, 60
    draw = np.random.Generator(np.random.Philox(4))
    for _ in range(runs):
        y = draw.random(300) < 0.5
        p = y ^ (draw.random(300) < 0.2)
        case = Table(pd.DataFrame(index=range(300)), {}, p, y, p.astype(float))
        (made,) = expand(metric, metric(case), case)
        held += made["low"] <= 0.8 <= made["high"]
    assert 0.95 - 4 * np.sqrt(0.95 * 0.05 / runs) <= held / runs


def test_what_a_metric_cannot_say_is_undefined_with_its_own_words() -> None:
    frame = pd.DataFrame({"g": list("aabb"), "y": [1, 0, 1, 1], "p": [1, 0, 0, 0], "s": [0.1, 0.2, 0.3, 0.4]})
    from_callable(sk.precision_score, name="theirs")
    row = asked(frame, "theirs").query("measure == 'theirs' and group == 'b'").iloc[0]
    assert np.isnan(row["value"])
    assert "Precision is ill-defined" in row["why"]
    from_callable(sk.roc_auc_score, name="theirs_too", on="score")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = audit_table(frame, groups="g", outcome="y", score="s", measures="theirs_too")
    assert np.isnan(found.query("measure == 'theirs_too' and group == 'b'")["value"].item())


def test_a_metric_without_weights_is_undefined_in_a_weighted_table() -> None:
    from_callable(lambda y_true, y_pred: float(np.mean(y_true == y_pred)), name="theirs")
    assert asked(drawn(), "theirs")["value"].notna().any()
    row = asked(drawn(), "theirs", weights="w").query("measure == 'theirs' and group == 'all'").iloc[0]
    assert row["why"] == "theirs takes no weights"


@pytest.mark.parametrize("more", [{}, {"clusters": "k"}])
@pytest.mark.parametrize("metric", [sk.roc_auc_score, lambda y_true, y_pred: float(np.mean(y_true * y_pred))])
def test_a_metric_of_people_per_row_is_that_of_the_rows_repeated(metric, more: dict[str, str], monkeypatch) -> None:
    frame = drawn(300)
    repeated = frame.loc[np.repeat(frame.index, frame["w"])].sample(frac=1, random_state=3).reset_index(drop=True)
    asked = {"groups": "g", "outcome": "y", "score": "s", "measures": "theirs*", **more}
    weighted = from_callable(metric, name="theirs", on="score").function.part.weighted
    one, other = audit_table(frame, counts="w", **asked), audit_table(repeated, **asked)
    pd.testing.assert_frame_equal(one, other, check_exact=False, rtol=1e-9, atol=1e-12)
    assert one.loc[one["measure"] == "theirs", "low"].notna().all()
    monkeypatch.setattr("testbed.tables.metric.LAID_OUT", 100)
    many = audit_table(frame, counts="w", **asked).query("measure == 'theirs' and group == 'all'").iloc[0]
    if weighted:
        assert many["value"] == pytest.approx(row(other, "theirs", "all")["value"])
        assert np.isnan(many["low"]) == (not more)
    else:
        assert many["why"] == "theirs takes no weights, and more than 100 people are not laid out one by one"


def test_the_interval_that_is_used_is_declared_and_a_name_is_taken_once() -> None:
    assert from_callable(sk.f1_score, name="theirs").interval.startswith("influence")
    assert from_callable(sk.f1_score, name="theirs").name == "theirs"
    assert from_callable(sk.roc_auc_score, name="other", on="score").interval.startswith("jackknife")
    with pytest.raises(InputError, match="'theirs' is registered already"):
        from_callable(sk.recall_score, name="theirs")


@pytest.mark.parametrize(
    ("metric", "more", "said"),
    [
        (fair.demographic_parity_difference, {"name": "x"}, "compares groups itself"),
        (sk.f1_score, {"name": "F 1"}, "allowed are small letters"),
        (sk.f1_score, {"name": "x", "on": "scores"}, "unknown input of a metric 'scores'"),
        (sk.f1_score, {"name": "x", "harm": "bias"}, "unknown harm 'bias'"),
        ("f1", {"name": "x"}, "metric is a str"),
    ],
)
def test_what_is_no_metric_is_refused(metric, more: dict[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said):
        from_callable(metric, **more)


def test_a_metric_that_changes_its_arguments_changes_nothing_of_ours() -> None:
    def vandal(y_true, y_pred, sample_weight=None):
        value = sk.accuracy_score(y_true, y_pred, sample_weight=sample_weight)
        for one in (y_true, y_pred, sample_weight):
            if one is not None:
                one[:] = 0
        return value

    from_callable(sk.accuracy_score, name="theirs")
    from_callable(vandal, name="vandal")
    frame = drawn()
    kept = frame.copy()
    for more in ({}, {"weights": "w"}):
        for group in ("all", *"abc"):
            ours, found = (row(asked(frame, name, **more), name, group) for name in ("theirs", "vandal"))
            numbers = ["value", "low", "high", "n"]
            assert found[numbers].tolist() == pytest.approx(ours[numbers].tolist())
    pd.testing.assert_frame_equal(frame, kept)


def test_a_metric_that_leaves_has_failed_and_says_so() -> None:
    def leaves(y_true, y_pred):
        raise SystemExit(0)

    from_callable(leaves, name="theirs")
    assert row(asked(drawn(), "theirs"), "theirs", "all")["why"] == "theirs failed (SystemExit: 0)"
