"""Anchors hold in fair runs and fail where something is broken."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from testbed.case.case import Case
from testbed.case.setting import Setting
from testbed.models.base import Scores
from testbed.models.lottery import Lottery
from testbed.runs.anchors import (
    Relabelled,
    anchors,
    faithful,
    labels,
    lottery_holds,
    null_twin,
    oracle,
    relabelled,
    tail,
)
from testbed.runs.anchors.known import at_most_all
from testbed.runs.anchors.verdicts import rows_of
from testbed.scenarios.base import Scenario


@pytest.fixture(scope="module")
def setting():
    return Setting(Scenario.load("rongcheng"), people=8192, periods=10, seed=1)


@pytest.fixture(scope="module")
def case(setting):
    return Case.of(setting)


@pytest.fixture(scope="module")
def lottery(setting):
    return Case.of(setting, Lottery())


def tampered(case, **arrays):
    """The same case with other arrays in its history."""
    made = object.__new__(type(case))
    made.__dict__.update({**case.__dict__, "history": replace(case.history, **arrays), "_twins": {}})
    made.__dict__.pop("outcome", None)
    return made


def test_every_anchor_of_a_fair_run_holds(case):
    rows, verdicts = anchors(case)
    assert [one["name"] for one in verdicts if not one["holds"]] == []
    assert [one["name"] for one in verdicts] == ["null twin", "faithful record", "oracle", "labels redrawn"]
    assert all(one["detail"] for one in verdicts)
    assert {(row["scenario"], row["model"]) for row in rows} == {
        ("rongcheng{channels.errors=off}", "rongcheng"),
        ("rongcheng", "oracle"),
        ("rongcheng{labels.community=redrawn}", "rongcheng"),
        ("rongcheng{labels.sex=redrawn}", "rongcheng"),
    }


def test_the_lottery_s_own_anchors_are_checked_on_its_own_case_without_further_rows(lottery):
    rows, verdicts = anchors(lottery)
    assert rows == []
    assert [one["name"].split(":")[0] for one in verdicts] == ["lottery"] * 3
    assert all(one["holds"] for one in verdicts)


def test_the_lottery_s_own_anchors_are_not_checked_on_a_model_made_from_it(setting):
    class ReadsAges(Lottery):
        needs = ()
        row_wise = True
        reads = None

        def score(self, records):
            return Scores(records["age"].to_numpy(float))

    _, verdicts = anchors(Case.of(setting, ReadsAges()))
    assert not [one for one in verdicts if one["name"].startswith("lottery")]
    assert all(one["holds"] for one in verdicts)


def test_the_lottery_s_error_gain_is_exactly_zero(lottery):
    row = rows_of(lottery, "error_gain", "lottery", "rongcheng")[0]
    assert row["value"] == row["low"] == row["high"] == 0


def test_a_world_that_comes_out_differently_when_run_again_voids_the_run(case):
    scores = case.history.scores.copy()
    scores[3, int(np.flatnonzero(case.scored)[5])] += 1
    assert not null_twin(tampered(case, scores=scores))["holds"]


def test_a_model_that_draws_its_own_coins_voids_the_run(setting):
    class Moody:
        times = 0

        def score(self, records):
            self.times += 1
            return np.full(len(records), float(self.times))

    assert not null_twin(Case.of(setting, Moody()))["holds"]


def test_a_wrong_decision_on_a_faithful_record_voids_the_run(case):
    clean = Case.of(Setting(case.scenario.set({"channels.errors": "off"}), people=2048, periods=4))
    rows, verdicts = faithful(clean)
    assert verdicts[0]["holds"]
    assert all(row["value"] == row["low"] == row["high"] == 0 for row in rows)
    decisions = clean.history.decisions_.copy()
    decisions[2, int(np.flatnonzero(clean.scored)[0])] = -1
    assert not faithful(tampered(clean, decisions_=decisions))[1][0]["holds"]


def test_the_oracle_finds_as_many_as_its_budget_allows(case):
    rows, verdicts = oracle(case)
    budget = int((case.history.decision(case.decided)[case.scored] == -1).sum())
    row = {row["measure"]: row for row in rows}
    assert row["detection_precision"]["n"] == budget
    assert row["detection_precision"]["value"] == 1
    assert row["detection_recall"]["value"] == pytest.approx(budget / row["detection_recall"]["n"])
    assert verdicts[0]["holds"]


def test_what_an_oracle_finds_in_one_society_has_an_interval_over_societies():
    draw, held = np.random.default_rng(3), []
    for _ in range(300):
        near = draw.beta(4, 12, 40).repeat(50)  # neighbors misbehave alike; a quarter of them do
        guilty = (draw.random(2000) < near).astype(float)
        adverse = (draw.random(2000) < 0.05).astype(float)
        town = SimpleNamespace(clusters=np.arange(2000) // 50, scored=np.ones(2000, bool))
        _, low, high = at_most_all(town, adverse, guilty)
        held.append(low <= 0.05 / 0.25 <= high)
        assert at_most_all(town, guilty, adverse) == (1, 1, 1)  # far more misbehave than are decided adversely
    assert np.mean(held) >= 0.92


def test_redrawn_labels_have_the_shares_of_the_real_ones_and_stay_within_a_household(case):
    view = Relabelled(case, "community")
    codes, levels = view.coded("community")
    real, _ = case.coded("community")
    assert levels == ("majority", "minority")
    assert abs(codes[case.scored].mean() - real[case.scored].mean()) < 0.02
    first = np.unique(case.society.household, return_index=True)[1]
    np.testing.assert_array_equal(codes, codes[first][case.society.household])
    assert (codes != real).mean() > 0.05


def test_labels_that_were_not_redrawn_in_a_scheme_that_reads_them_void_the_run(setting, monkeypatch):
    class Bigot:
        row_wise = True

        def score(self, records):
            return records["age"].to_numpy(float)

    case = Case.of(setting, Bigot())
    assert relabelled(case)[1][0]["holds"]
    ages = np.where(case.history.decision(case.decided) == -1, 1, 0)

    class Leaking(Relabelled):
        def __init__(self, case, attribute):
            super().__init__(case, attribute)
            self.codes = np.where(ages == 1, len(self.levels) - 1, self.codes)

    monkeypatch.setattr(labels, "Relabelled", Leaking)
    assert not relabelled(case)[1][0]["holds"]


def test_a_lottery_that_reads_a_record_voids_the_run(setting):
    class Loaded(Lottery):
        def score(self, records, *, draws):
            return Scores(draws - 0.2 * records["judgment_default"].to_numpy(float))

    verdicts = {one["name"]: one["holds"] for one in lottery_holds(Case.of(setting, Loaded()))}
    assert not verdicts["lottery: error_gain 0"]
    assert not verdicts["lottery: hidden 0"]


def test_a_lottery_that_knows_a_group_voids_the_run(case):
    minority = case.society.code("community", "minority")
    community = np.resize(case.society.columns["community"], 1 << 15)  # the training society has other people

    class Loaded(Lottery):
        def score(self, records, *, draws):
            mine = community[records.index] == minority
            return Scores(np.where(mine, draws / 2, draws))

    verdicts = {one["name"]: one["holds"] for one in lottery_holds(Case.of(case.setting, Loaded()))}
    assert not verdicts["lottery: no gap, randomness 1"]


def test_fair_worlds_are_not_void(case):
    # One fair run in a thousand may fail: none of these 60 redraws of the labels does, few adverse decisions or many.
    few = case.history.decisions_.copy()
    few[:, np.flatnonzero(few[case.decided] == -1)[3:]] = 0
    for seed in range(60):
        for made in (case, tampered(case, decisions_=few)):
            again = tampered(made)
            again.seed = seed
            assert relabelled(again)[1][0]["holds"], seed


def test_a_run_that_ends_before_the_entry_has_anchors_all_the_same():
    setting = Setting(Scenario.load("rongcheng"), people=1024, periods=3)
    for model in (None, Lottery()):
        assert all(one["holds"] for one in anchors(Case.of(setting, model))[1])


def test_the_tail_bounds_the_exact_chance_and_is_not_far_above_it():
    from scipy.stats import binom

    # 30 signs of each kind, each in with a half: the sum, moved by 30, is binomial.
    signs = np.concatenate([np.ones(30), -np.ones(30)])
    for s in (8, 14, 20):
        exact = 2 * binom.sf(30 + s - 1, 60, 0.5)
        assert exact <= tail(float(s), signs, 0.5) <= 12 * exact
    # 25 heavy units among 1,000, each in with 0.08: a long upper tail, where a normal one would be far too thin.
    heavy, light, q = 1 - 0.025, -0.025, 0.08
    weights = np.concatenate([np.full(25, heavy), np.full(975, light)])
    sums = heavy * np.arange(26)[:, None] + light * np.arange(976)
    chance = binom.pmf(np.arange(26), 25, q)[:, None] * binom.pmf(np.arange(976), 975, q)
    for s in (3.0, 5.0, 7.0):
        exact = chance[np.abs(sums) >= s].sum()
        assert exact <= tail(s, weights, q) <= 40 * exact
    # One unit that is nearly everything.
    assert tail(0.9, np.array([0.999, *np.full(999, -0.001)]), 0.06) >= 0.06


def test_no_difference_at_all_has_the_chance_one():
    assert tail(0.0, np.array([1.0, -1.0]), 0.3) == 1
    assert tail(5.0, np.zeros(4), 0.3) == 1
