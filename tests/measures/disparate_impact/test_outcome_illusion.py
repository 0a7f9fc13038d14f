"""The illusion of recorded outcomes: a gap where the record sees one group better, none where it sees all."""

import numpy as np
import pytest

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.measures.disparate_impact.outcome_illusion import RATES, gaps, outcome_illusion, recorded_outcome
from testbed.statistics import expand

SLIPS = {"slip": ('column = "slip"', -1)}
SEEN = "recorded:slip:6"
RATE = 0.1


def rows(case, **qualifiers):
    made = expand(outcome_illusion, outcome_illusion(case, **qualifiers), case)
    return {row["measure"].replace(f"outcome={SEEN},", ""): row for row in made}


@pytest.fixture
def town(plant, parts):
    """A town in which all do the same; of what the majority does, `missed` is left out of the record."""

    def make(missed=0.5, *, ratio=1, people=20_480):
        acts = {"slip": parts.act(RATE, depends=parts.times("community", "minority", ratio))}
        channels = {"watch": parts.channel(acts, miss=missed, miss_ratio=0)}
        return run_case(plant(acts=acts, rules=SLIPS, channels=channels), people=people, periods=14, seed=3)

    return make


def test_a_gap_that_only_the_record_makes_is_all_illusion(town):
    made = rows(town(), outcome=SEEN)
    clean = lambda rate: np.exp(-rate * 6)  # noqa: E731
    outcome = clean(RATE) - clean(RATE / 2)
    right = lambda decided, true: decided * true + (1 - decided) * (1 - true)  # noqa: E731
    accuracy = right(clean(RATE), clean(RATE)) - right(clean(RATE / 2), clean(RATE / 2))
    truly = right(clean(RATE), clean(RATE)) - right(clean(RATE / 2), clean(RATE))
    expected = {
        "base_rate": outcome,
        "precision": outcome,
        "negative_predictive_value": -outcome,
        "true_positive_rate": 0,  # who slips later does not depend on who slipped before
        "false_positive_rate": 0,
        "accuracy": accuracy - truly,
    }
    assert set(expected) == set(RATES)
    for name, value in expected.items():
        row = made[f"outcome_illusion[rate={name}]"]
        assert row["low"] < value < row["high"], name
        assert row["high"] - row["low"] < 0.2
    found = made["outcome_illusion_recorded[rate=base_rate]"]
    assert found["low"] < outcome < found["high"]


def test_illusion_and_truth_add_up_to_what_is_recorded(town):
    case = town(ratio=3, people=8192)
    made = rows(case, outcome=SEEN, rate="base_rate")
    acts = case.history.true_counts(13)[:, 0] - case.history.true_counts(7)[:, 0]
    minority = (case.people["community"].to_numpy() == "minority") & case.scored
    truth = (acts[minority] == 0).mean() - (acts[case.scored & ~minority] == 0).mean()
    illusion, recorded = (made[f"outcome_illusion{suffix}[rate=base_rate]"]["value"] for suffix in ("", "_recorded"))
    assert truth < 0
    assert made["outcome_illusion[rate=base_rate]"]["n"] == minority.sum()
    decided = rows(case, outcome=SEEN, rate="precision")["outcome_illusion[rate=precision]"]
    assert decided["n"] == (minority & (case.history.decision(7) != -1)).sum()  # those it counts
    assert illusion + truth == pytest.approx(recorded)


def test_a_record_that_holds_everything_gives_no_illusion(town):
    case = town(missed=0, ratio=3)
    for name, row in rows(case, outcome=SEEN).items():
        if "_recorded" not in name:
            assert row["value"] == 0
            assert -0.05 < row["low"] < 0 < row["high"] < 0.05  # none seen to differ is not none
    assert abs(rows(case, outcome=SEEN)["outcome_illusion_recorded[rate=base_rate]"]["value"]) > 0.1


def test_outcomes_of_a_window_that_was_not_run_are_nan_and_say_so(town):
    case = town(people=2048)
    assert recorded_outcome(case.scenario) == "recorded:any:12"
    (row,) = outcome_illusion(case, outcome="recorded:any:14")
    assert np.isnan(row.value)
    assert "longer than the 14 months" in row.why
    with pytest.raises(InputError, match="recorded:KIND:WINDOW"):
        list(outcome_illusion(case, outcome="deserved"))
    with pytest.raises(InputError, match="nuisance"):
        list(outcome_illusion(case, outcome="recorded:nuisance:6"))
    with pytest.raises(InputError, match="accuracy"):
        list(outcome_illusion(case, rate="luck"))


def test_a_group_without_positive_outcomes_is_nan_and_says_so(town):
    case = town(people=4096)
    object.__setattr__(case.history, "decisions_", np.zeros_like(case.history.decisions_))
    row = rows(case, outcome=SEEN)["outcome_illusion[rate=negative_predictive_value]"]
    assert np.isnan(row["value"])
    assert "no one to count" in row["why"]


@pytest.mark.parametrize(("clusters", "missed"), [(12, 0.5), (20, 0.02), (40, 0.002)])
def test_the_interval_covers_the_illusion(clusters, missed):
    runs, size = 400, 50
    people = clusters * size
    cluster = np.repeat(np.arange(clusters), size)
    ours = np.arange(people) % 5 == 0
    words = np.arange(runs * 3 * people, dtype=np.uint64)
    bad, expected = 0.3, -0.3 * missed / 2  # of the group's bad outcomes half as many go missing as of the others'
    held = {"base_rate": 0, "true_positive_rate": 0}
    for decide, act, miss in uniform(sparse(7, f"illusion:{clusters}", words)).reshape(runs, 3, people):
        true, decided = act >= bad, decide >= 0.2
        recorded = true | (miss < np.where(ours, missed / 2, missed))
        for name, value in (("base_rate", expected), ("true_positive_rate", 0)):
            found = gaps(RATES[name](decided, recorded), RATES[name](decided, true), (ours, ~ours), cluster)[0]
            held[name] += found[1] <= value <= found[2]
    for name in held:
        assert held[name] / runs > 0.93 - 2 * np.sqrt(0.93 * 0.07 / runs), name


def test_gaps_of_rates_of_a_few_people_are_wide_and_counted_as_few():
    people = np.arange(400)
    ours, cluster = people % 2 == 0, people // 20
    counted = people % 100 < 2  # four of each group, all of the group and none of the other with a bad outcome
    gap = gaps((counted, ours), (counted, ours), (ours, ~ours), cluster)
    assert gap[0][0] == 0
    assert gap[0][1] < -0.3 < 0.3 < gap[0][2]
    assert gap[1][0] == 1
    assert gap[1][1] < 0.5
