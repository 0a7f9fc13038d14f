"""The effect of one's own group: a planted surcharge comes back; a shared place or cause is none."""

import numpy as np
import pytest
from shared import number

from synthetic.draws import sparse, uniform
from synthetic.errors import InputError
from testbed.case import caused, causes_said, unread
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.measures.disparate_impact.counterfactual import (
    adverse_if,
    counterfactual_effect,
    effects,
    mean_effect,
    sampled,
    spurious_gap,
)
from testbed.models.lottery import Lottery
from testbed.statistics import expand
from testbed.twins import Assign

SLIPS = {"slip": ('column = "slip"', -1)}
MINORITY = 'when = { community = { is = "minority" } }'
OLDER = 'when = { community = { is = "minority" }, age = { at_least = 45 } }'


def rows(case, **qualifiers):
    made = expand(counterfactual_effect, counterfactual_effect(case, **qualifiers), case)
    return {(row["measure"], row["split"]): row for row in made}


def effect(case, suffix="", split="community"):
    return rows(case)[f"counterfactual_effect{suffix}", split]


def test_a_direct_surcharge_is_its_own_effect(plant, parts):
    scenario = plant(
        acts={"slip": parts.act(0.05)}, rules=SLIPS | {"surcharge": (OLDER, -1)}, held=("community", "age")
    )
    case = run_case(scenario, people=12_288, periods=6, seed=1)
    people, tau = effects(case, "community", "minority", "majority")
    older = case.people["age"].to_numpy()[people] >= 45
    slipped = case.history.counts(5)[people, 0] > 0
    np.testing.assert_array_equal(tau, older & ~slipped)
    share = (case.people["age"].to_numpy()[case.scored] >= 45).mean() * np.exp(-0.05 * 6)
    assert effect(case)["low"] < share < effect(case)["high"]
    assert effect(case, "_flips")["value"] == effect(case)["value"] == effect(case, "_flips_net")["value"]
    assert effect(case, "_spread")["value"] == pytest.approx(tau.std())


def test_what_follows_from_the_group_through_conduct_is_counted_at_its_closed_form(plant, parts):
    acts = {"slip": parts.act(0.05, depends=parts.times("community", "minority", 4))}
    case = run_case(plant(acts=acts, rules=SLIPS), people=20_480, periods=6, seed=1)
    expected = np.exp(-0.025 * 6) - np.exp(-0.1 * 6)
    assert effect(case)["low"] < expected < effect(case)["high"]
    _, tau = effects(case, "community", "minority", "majority")
    assert set(np.unique(tau)) == {0, 1}  # coins are shared: a raised rate only adds acts


@pytest.mark.parametrize(
    ("rules", "coverage"),
    [
        (SLIPS, {"coverage_urban": 1, "coverage_rural": 0.2}),
        ({"place": ('when = { residence = { is = "rural" } }', -1)}, {}),
    ],
)
def test_coverage_by_place_and_a_common_cause_are_no_effect_of_ones_own_group(plant, parts, rules, coverage):
    acts = {"slip": parts.act(0.1)}
    channels = {"watch": parts.channel(acts, **coverage)}
    case = run_case(plant(acts=acts, rules=rules, channels=channels, held=("residence",)), people=12_288, periods=6)
    made = effect(case)
    # Nothing reads what the community causes: 0 whatever the seed, so the limits are 0 too.
    assert made["value"] == made["low"] == made["high"] == 0
    assert effect(case, "_flips")["value"] == 0


def test_a_surcharge_on_sex_comes_back_though_households_hold_both(plant, parts):
    rules = SLIPS | {"surcharge": ('when = { sex = { is = "female" } }', -1)}
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=rules, held=("sex",), compared=("sex",))
    case = run_case(scenario, people=6144, periods=6)
    people, tau = effects(case, "sex", "female", "male")
    np.testing.assert_array_equal(tau, case.history.counts(5)[people, 0] == 0)
    households = case.society.household[people]
    assert len(np.unique(households)) < len(people)  # a mother and her daughter: set in different twins


def test_each_effect_is_what_the_person_has_when_set_alone():
    # Many strayed entries, so that differences of the sample meet.
    from testbed.scenarios.base import Scenario

    scenario = Scenario.load("rongcheng").set({"channels.cameras.false_match": 0.02, "decide.worst_share": 0.2})
    case = run_case(scenario, people=6144, periods=12, seed=4)
    moved = []
    for attribute, group, value in (("community", "minority", "majority"), ("sex", "female", "male")):
        codes, levels = case.coded(attribute)
        people = sampled(case, case.scored & (codes == levels.index(group)), 300)
        together = adverse_if(case, attribute, value, people)
        base = case.history.decision(11)[people] == -1
        moved.append(np.any(together != base))
        checked = np.unique(np.r_[np.flatnonzero(together != base), np.arange(0, len(people), 75)])[:10]
        for place in checked.tolist():
            alone = case.twin(Assign(attribute, value, [people[place]])).history.decision(11)[people[place]]
            assert together[place] == (alone == -1)
    assert any(moved)
    assert any(len(twin.alone) for twin in case._twins.values())


def test_the_lottery_has_no_effect_exactly():
    from testbed.scenarios.base import Scenario

    case = Case.of(Setting(Scenario.load("rongcheng"), people=4096, periods=4), Lottery())
    for row in rows(case).values():
        assert (row["value"], row["low"], row["high"]) == (0, 0, 0)


def test_over_all_counts_those_of_the_other_group_too(plant, parts):
    rules = SLIPS | {"surcharge": (OLDER, -1)}
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=rules, held=("community", "age"))
    case = run_case(scenario, people=12_288, periods=6, seed=1)
    people, tau = effects(case, "community", "minority", "majority", over="all", sample=800)
    codes, _ = case.coded("community")
    assert len(np.unique(codes[people])) == 2
    older = case.people["age"].to_numpy()[people] >= 45
    np.testing.assert_array_equal(tau, older & (case.history.counts(5)[people, 0] == 0))
    assert ("counterfactual_effect[over=all]", "community") in rows(case, over="all")
    with pytest.raises(InputError, match="all, members"):
        rows(case, over="most")


def test_what_cannot_be_moved_alone_is_nan_and_says_why(plant, parts):
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=SLIPS, compared=("residence", "community"))
    case = run_case(scenario, people=2048, periods=3)
    made = rows(case)
    assert "assigned to a grid" in made["counterfactual_effect", "residence"]["why"]
    coupled = plant(acts={"slip": parts.act(0.05)}, rules=SLIPS, follows="coupled = true\n" + parts.regime())
    case = run_case(coupled, people=2048, periods=3)
    assert "world of their own" in rows(case)["counterfactual_effect", "community"]["why"]


def test_the_same_people_are_asked_about_every_model(plant, parts):
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=SLIPS)
    setting = Setting(scenario, people=4096, periods=3)
    one, other = Case.of(setting), Case.of(setting, Lottery())
    np.testing.assert_array_equal(sampled(one, one.scored, 100), sampled(other, other.scored, 100))
    assert len(sampled(one, one.scored, 100)) == 100


@pytest.mark.parametrize(
    ("clusters", "up", "down", "shared"),
    [(12, 0.1, 0.05, 0.5), (20, 0.01, 0.0, 0.3), (40, 0.002, 0.002, 0.0), (60, 0.3, 0.0, 0.5)],
)
def test_the_interval_covers_the_mean_effect_with_clusters_and_rare_flips(clusters, up, down, shared):
    from scipy.special import ndtri

    runs, size = 400, 40
    cluster = np.repeat(np.arange(clusters), size)
    words = np.arange(runs * clusters * (size + 1), dtype=np.uint64)
    coins = uniform(sparse(5, f"{clusters}:{up}", words)).reshape(runs, clusters * (size + 1))
    covered = 0
    for coin in coins:
        level = np.exp(shared * ndtri(coin[:clusters]) - shared**2 / 2)[cluster]
        tau = (coin[clusters:] < up * level).astype(int) - (coin[clusters:] > 1 - down * level)
        found = mean_effect(tau, cluster)
        covered += found.low <= up - down <= found.high
    assert covered / runs > 0.93 - 2 * np.sqrt(0.93 * 0.07 / runs)


def test_no_flip_in_the_sample_is_not_taken_for_certainty():
    found = mean_effect(np.zeros(200, int), np.arange(200) // 10)
    assert found.low == -found.high < 0
    assert found.flips[2] > 0
    assert np.isnan(mean_effect(np.zeros(50, int), np.zeros(50, int)).low)


def test_the_spurious_gap_is_what_a_shared_place_makes_and_the_effect_what_the_group_makes(plant, parts):
    # Adverse in villages, and for the older of the minority wherever they live.
    rules = {"place": ('when = { residence = { is = "rural" } }', -1), "surcharge": (OLDER, -1)}
    scenario = plant(acts={"slip": parts.act(0.05)}, rules=rules, held=("residence", "community", "age"))
    case = run_case(scenario, people=20_480, periods=3, seed=2)
    adverse = (case.history.decision(2) == -1) & case.scored
    minority = (case.people["community"].to_numpy() == "minority") & case.scored
    rural = case.people["residence"].to_numpy() == "rural"
    shared = rural[minority].mean() - rural[case.scored & ~minority].mean()
    (row,) = expand(spurious_gap, spurious_gap(case), case)
    assert row["low"] < shared < row["high"]
    gap = adverse[minority].mean() - adverse[case.scored & ~minority].mean()
    assert row["value"] + effect(case)["value"] == pytest.approx(gap)


@pytest.mark.usefixtures("small_training")
def test_where_the_group_is_all_that_parts_them_no_gap_is_left_over_and_that_is_certain(plant, parts):
    # Adverse are the older of the minority and nobody else: gap and effect are the same people, whoever is drawn.
    scenario = plant(acts={"slip": parts.act(0)}, rules={"surcharge": (OLDER, -1)}, held=("community", "age"))
    case = run_case(scenario, people=12_288, periods=2)
    whole = effect(case)
    assert whole["high"] - whole["low"] > 0.02
    (row,) = expand(spurious_gap, spurious_gap(case), case)
    assert (row["value"], row["low"], row["high"]) == pytest.approx((0, 0, 0), abs=1e-9)


@pytest.mark.usefixtures("small_training")
def test_what_a_place_does_to_both_groups_is_no_less_sure_for_an_effect_that_is_subtracted(plant, parts):
    # Beside the place, the older of the minority: what they add comes and goes with the effect, grid by grid.
    place = {"place": ('when = { residence = { is = "rural" } }', -1)}
    widths = []
    for rules in (place, place | {"surcharge": (OLDER, -1)}):
        scenario = plant(acts={"slip": parts.act(0)}, rules=rules, held=("residence", "community", "age"))
        case = run_case(scenario, people=12_288, periods=2)
        (row,) = expand(spurious_gap, spurious_gap(case), case)
        widths.append((row["low"], row["high"]))
    assert widths[1] == pytest.approx(widths[0])


@pytest.mark.usefixtures("small_training")
def test_where_the_recipe_lets_the_group_cause_something_it_is_said_and_elsewhere_the_effect_is_0(plant, parts):
    # Diligence descends from the community only where its dial says so; the rate of slips reads diligence.
    depends = "[depends.diligence]\nlow = 0\nhigh = 1\nratio = " + number(0.05) + "\n"
    scenario = plant(acts={"slip": parts.act(0.05, most=0.8, depends=depends)}, rules=SLIPS)
    base = run_case(scenario, people=8192, periods=6, seed=1)
    assert caused(base, "community") == {"community"}
    assert unread(base, "community")
    assert causes_said(base, "community") == (
        "in this recipe community causes nothing that decisions rest on, so that its effect is 0 by construction and"
        " the spurious gap is the whole gap"
    )
    found = effect(base)
    assert (found["value"], found["low"], found["high"]) == (0, 0, 0)
    (row,) = expand(spurious_gap, spurious_gap(base), base)
    minority, adverse = base.people["community"].to_numpy() == "minority", base.history.decision(5) == -1
    gap = adverse[minority & base.scored].mean() - adverse[~minority & base.scored].mean()
    assert row["value"] == pytest.approx(gap)
    shifted = scenario.set({"recipe.diligence.community_shift": -1.5})
    case = run_case(shifted, people=12_288, periods=6, seed=1)
    assert caused(case, "community") == {"community", "diligence"}
    assert causes_said(case, "community") == (
        "in this recipe community causes nothing that decisions rest on but how often people commit slip"
    )
    assert effect(case)["low"] > 0.02


@pytest.mark.usefixtures("small_training")
@pytest.mark.parametrize(
    ("channel", "held", "words"),
    [
        ({"miss": 0.2, "miss_ratio": 2}, (), "but what the channel watch records"),
        ({"false_match": 0.1, "mistakes": "community"}, (), "but what the channel watch records"),
        ({"miss": 0.0, "miss_ratio": 2}, (), "its effect is 0 by construction"),
        ({}, ("community",), "but what the scheme reads of community"),
    ],
)
def test_every_reader_of_the_group_is_named(plant, parts, channel, held, words):
    channel = dict(channel)
    rules = SLIPS | ({"surcharge": (MINORITY, -1)} if held else {})
    acts = {"slip": parts.act(0.05)}
    mistakes = f'mistakes = "{channel.pop("mistakes")}"\n' if "mistakes" in channel else ""
    watch = {"watch": mistakes + parts.channel(acts, **channel)}
    scenario = plant(acts=acts, rules=rules, channels=watch, held=("age", *held))
    case = run_case(scenario, people=1024, periods=2)
    assert words in causes_said(case, "community")


@pytest.mark.parametrize("name", ["zhima-like", "joint-sanctions", "robodebt-averaging"])
def test_an_effect_that_is_0_by_construction_is_0_for_everybody_who_is_moved(name):
    from testbed.scenarios.base import Scenario

    case = run_case(Scenario.load(name), people=2048, periods=8, seed=2)
    assert unread(case, "community")
    codes, _ = case.coded("community")
    people = sampled(case, case.scored & (codes == 1), 200)
    assert len(people) > 20
    base = case.history.decision(case.decided)[people] == -1
    np.testing.assert_array_equal(adverse_if(case, "community", "majority", people), base)
