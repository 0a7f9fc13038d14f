"""Path effects: coefficients of a linear society, halves of a product, all of one reader; and sums that are exact."""

import numpy as np
import pytest
from shared import without_dials

from synthetic.errors import InputError
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.measures.disparate_impact.counterfactual import counterfactual_effect, effects
from testbed.measures.disparate_impact.paths import (
    READERS,
    limits_of_mean,
    path_effect,
    shapley,
    unlike,
    weights,
    worlds,
)
from testbed.models.lottery import Lottery
from testbed.scenarios.base import Scenario
from testbed.statistics import expand
from testbed.twins import Assign

SLIPS = {"slip": ('column = "slip"', -1)}
SURCHARGE = {"surcharge": ('when = { community = { is = "minority" } }', -2)}
MONTHS = 6
COMPARED = (("community", "minority", "majority"), ("sex", "female", "male"))

# People on their own; the group causes a debt, a badge and where one lives.
FUNCTIONS = """
import numpy as np
from synthetic.variables.columns import chances, variable

@chances("person", "category", "group", levels=("majority", "minority"))
def community(numbers):
    return 1 - numbers.minority, numbers.minority

@variable("person", "integer", "age", bounds=(0, 127))
def age(draw):
    return 20 + 40 * draw()

@variable("person", "integer", "debt", bounds=(0, 100))
def debt(community, draw, numbers):
    return np.floor(10 * draw()) + numbers.lift * community

@variable("person", "category", "badge", levels=("no", "yes"))
def badge(community):
    return community

@variable("person", "integer", "income", unit="yuan", bounds=(0, 10**12))
def income(community, numbers):
    return np.where(community == 1, numbers.poor, 10**12)

@variable("person", "category", "home", levels=("urban", "rural"))
def residence(community, draw, numbers):
    return draw() < np.where(community == 1, numbers.minority, numbers.majority)
"""
NUMBER = '{{ value = {0}, unit = "planted", source = "assumed", reading = "assumed", range = [0, 10] }}'
NUMBERS = f"""
schema = 1
title = "A planted society"
not_modelled = ["Everything else."]
[community]
minority = {NUMBER.format(0.4)}
[debt]
lift = {NUMBER.format(3)}
[income]
poor = {NUMBER.format(0)}
[residence]
minority = {NUMBER.format(0.75)}
majority = {NUMBER.format(0.25)}
"""


@pytest.fixture
def town(plant, parts, tmp_path):
    """A function that runs a planted town of this recipe, in which one kind of act can happen."""

    def make(rules, *, rate=0.0, people=12_288, held=("community", "debt", "badge"), **given):
        (tmp_path / "own.toml").write_text(NUMBERS)
        (tmp_path / "own.py").write_text(FUNCTIONS)
        acts = {"slip": parts.act(rate, depends=given.pop("depends", ""))}
        channels = {"watch": parts.channel(acts, **given.pop("channel", {}))}
        plant(acts=acts, rules=SLIPS, channels=channels, held=("age",), compared=("community",), **given)
        points = {name: f"{where}\npoints = {NUMBER.format(-each)}" for name, (where, each) in rules.items()}
        scheme = (tmp_path / "scheme.toml").read_text().partition("[rules.")[0]
        scheme += "\n".join(f"[rules.{name}]\n{rule}" for name, rule in points.items()).replace("value = ", "value = -")
        (tmp_path / "scheme.toml").write_text(scheme.replace("range = [0, 10]", "range = [-10, 10]"))
        text = (tmp_path / "town.toml").read_text().replace('recipe = "china-2020"', 'recipe = "own.toml"')
        text = without_dials(text)
        text = text.replace(', sex = "male"', "").replace("held = ['age']", f"held = {list(held)}")
        (tmp_path / "town.toml").write_text(text)
        return run_case(Scenario.load(str(tmp_path / "town.toml")), people=people, periods=MONTHS, seed=1)

    return make


def rows(case, **qualifiers):
    made = expand(path_effect, path_effect(case, **qualifiers), case)
    return {row["measure"].replace("of=score,", ""): row for row in made}


def found(case, suffix="", **qualifiers):
    """The value of each path, in the order of READERS."""
    made = rows(case, **qualifiers)
    return [made[f"path_effect{suffix}[path={reader}]"]["value"] for reader in READERS]


def test_a_linear_society_gives_its_coefficients_and_no_interaction(town):
    case = town(SURCHARGE | {"debt": ('column = "debt"', -1)}, cutoff=-100)
    for suffix in ("", "_alone", "_last"):
        assert found(case, suffix, of="score") == [-3, 0, -2, 0]
    made = rows(case, of="score")
    assert made["path_effect[path=direct]"]["unit"] == "points"
    interaction = next(row for name, row in made.items() if name.startswith("path_effect_interaction"))
    assert interaction["value"] == 0


def test_a_linear_scheme_gives_each_person_what_their_own_acts_and_column_add(plant, parts):
    acts = {"slip": parts.act(0.2, depends=parts.times("community", "minority", 3))}
    case = run_case(plant(acts=acts, rules=SLIPS | SURCHARGE, held=("community",)), people=8192, periods=MONTHS, seed=2)
    people, values, _ = worlds(case, "community", "minority", "majority", of="score")
    parts_of = shapley(values) / 24
    moved = case.twin(Assign("community", "majority", people.tolist()))
    slips = case.history.counts(5)[people, 0] - moved.history.counts(5)[people, 0]
    np.testing.assert_array_equal(parts_of, [-slips, 0 * slips, 0 * slips - 2, 0 * slips])
    assert slips.mean() == pytest.approx(0.2 * MONTHS * (3**0.5 - 3**-0.5), rel=0.1)


def test_a_product_of_two_readers_gives_halves_and_interaction_1(town):
    both = 'when = { community = { is = "minority" }, badge = { is = "yes" } }'
    case = town({"both": (both, -1)})
    assert found(case) == [0.5, 0, 0.5, 0]
    assert found(case, "_alone") == [0, 0, 0, 0]
    assert found(case, "_last") == [1, 0, 1, 0]
    assert rows(case)["path_effect_interaction"]["value"] == 1


def test_either_of_two_readers_gives_halves_and_interaction_minus_1(town):
    either = {
        "group": ('when = { community = { is = "minority" } }', -1),
        "badge": ('when = { badge = { is = "yes" } }', -1),
    }
    case = town(either)
    assert found(case) == [0.5, 0, 0.5, 0]
    assert found(case, "_alone") == [1, 0, 1, 0]
    assert found(case, "_last") == [0, 0, 0, 0]
    assert rows(case)["path_effect_interaction"]["value"] == -1


def test_coverage_by_place_only_is_all_sensing(town):
    case = town(SLIPS, rate=0.1, channel={"coverage_rural": 0.2}, people=20_480)
    made = rows(case)
    seen = made["path_effect[path=sensing]"]
    # Half of the minority would live in town, had they been of the majority.
    expected = (0.75 - 0.25) * (np.exp(-0.1 * MONTHS) - np.exp(-0.02 * MONTHS))
    assert seen["low"] < expected < seen["high"]
    assert found(case) == found(case, "_alone") == found(case, "_last") == [0, seen["value"], 0, 0]
    assert made["path_effect_interaction"]["value"] == 0
    effect = expand(counterfactual_effect, counterfactual_effect(case), case)[0]
    assert (seen["value"], seen["n"]) == (effect["value"], effect["n"])


def test_conduct_that_a_group_does_more_of_is_all_circumstances_and_what_is_missed_of_it_is_shared(town, parts):
    times = parts.times("community", "minority", 4)
    case = town(SLIPS, rate=0.05, depends=times)
    effect = np.exp(-0.025 * MONTHS) - np.exp(-0.1 * MONTHS)
    own = rows(case)["path_effect[path=circumstances]"]
    assert own["low"] < effect < own["high"]
    assert found(case) == [own["value"], 0, 0, 0]
    # Acts of the minority are always seen, those of others only every second time.
    case = town(SLIPS, rate=0.05, depends=times, channel={"miss": 0.5, "miss_ratio": 0}, people=20_480)
    alike = lambda acts, seen: 1 - np.exp(-acts * seen * MONTHS)  # noqa: E731
    none, sensing, acts, whole = alike(0.025, 0.5), alike(0.025, 1), alike(0.1, 0.5), alike(0.1, 1)
    expected = {
        "path_effect[path=circumstances]": (acts - none + whole - sensing) / 2,
        "path_effect[path=sensing]": (sensing - none + whole - acts) / 2,
        "path_effect_interaction": whole - acts - sensing + none,
    }
    made = rows(case)
    for name, value in expected.items():
        assert made[name]["low"] < value < made[name]["high"]


CONTESTED = {
    "noticed": 1, "notice_delay": 0, "filed": 1, "filed_true": 1, "upheld": 1, "upheld_true": 1, "decision_delay": 0,
    "cost": 1, "bearable": 1,
}  # fmt: skip


def test_a_fee_that_deters_the_poor_of_a_group_is_all_regime(town, parts):
    # Who can pay gets every entry struck after a month; the minority has no income and keeps it for six.
    case = town(SLIPS, rate=0.05, follows=parts.regime(**CONTESTED))
    made = rows(case)
    own = made["path_effect[path=regime]"]
    expected = np.exp(-0.05) - np.exp(-0.05 * MONTHS)
    assert own["low"] < expected < own["high"]
    assert own["high"] - own["low"] < 0.1
    assert found(case) == found(case, "_alone") == found(case, "_last") == [0, 0, 0, own["value"]]
    assert made["path_effect_interaction"]["value"] == 0
    effect = expand(counterfactual_effect, counterfactual_effect(case), case)[0]
    assert (own["value"], own["n"]) == (effect["value"], effect["n"])
    # Without the fee, income is read by nobody.
    free = town(SLIPS, rate=0.05, follows=parts.regime(**CONTESTED | {"cost": 0}), people=2048)
    assert found(free) == [0, 0, 0, 0]


def test_what_is_done_more_often_and_contested_less_is_shared_between_conduct_and_regime(town, parts):
    times = parts.times("community", "minority", 4)
    case = town(SLIPS, rate=0.05, depends=times, follows=parts.regime(**CONTESTED))
    stays = lambda acts, months: 1 - np.exp(-acts * months)  # noqa: E731
    none, regime, acts, whole = stays(0.025, 1), stays(0.025, MONTHS), stays(0.1, 1), stays(0.1, MONTHS)
    expected = {
        "path_effect[path=circumstances]": (acts - none + whole - regime) / 2,
        "path_effect[path=regime]": (regime - none + whole - acts) / 2,
        "path_effect_interaction": whole - acts - regime + none,
    }
    made = rows(case)
    for name, value in expected.items():
        assert made[name]["low"] < value < made[name]["high"]
    _, values, _ = worlds(case, "community", "minority", "majority")
    _, tau = effects(case, "community", "minority", "majority")
    np.testing.assert_array_equal(shapley(values).sum(axis=0), 24 * tau)


def test_whom_misuse_is_aimed_at_is_read_by_the_regime(town, parts):
    aimed = f"""
[misuse]
kind = "slip"
column = "community"
level = "minority"
rate = {NUMBER.format(20).replace("10]", "30]")}
ratio = {NUMBER.format(10)}
logged = {NUMBER.format(0)}
audited = {NUMBER.format(0)}
reversal = {NUMBER.format(0)}
answered = {NUMBER.format(0)}
"""
    case = town(SLIPS, follows=parts.regime() + aimed)
    own = rows(case)["path_effect[path=regime]"]
    expected = np.exp(-0.02 * MONTHS) - np.exp(-0.2 * MONTHS)
    assert own["low"] < expected < own["high"]
    assert found(case) == [0, 0, 0, own["value"]]


def test_a_common_cause_has_no_path(plant, parts):
    # Villages are recorded less and held against people; the group depends on the place, not the place on it.
    rules = SLIPS | {"place": ('when = { residence = { is = "rural" } }', -1)}
    acts = {"slip": parts.act(0.1)}
    channels = {"watch": parts.channel(acts, coverage_rural=0.2)}
    case = run_case(plant(acts=acts, rules=rules, channels=channels, held=("residence",)), people=12_288, periods=6)
    assert found(case) == found(case, "_alone") == found(case, "_last") == [0, 0, 0, 0]


@pytest.fixture(scope="module")
def crowded():
    # Many strayed entries, so that differences of the sample meet; groups differ in conduct and in what is seen of it.
    dials = {
        "channels.cameras.false_match": 0.02,
        "channels.cameras.miss": 0.3,
        "channels.cameras.miss_ratio": 2,
        "recipe.diligence.community_shift": -1.5,
        "regime.appeal.cost": 2_000,
        "decide.worst_share": 0.2,
    }
    scenario = Scenario.load("rongcheng").set(dials)
    return run_case(scenario, people=6144, periods=12, seed=4)


@pytest.fixture(scope="module")
def scored_worlds(crowded):
    """The worlds of scores of 1,200 people of the crowded city, by what they are compared in."""
    return {pair: worlds(crowded, *pair, sample=1200, of="score") for pair in COMPARED}


def test_paths_add_up_to_the_effect_of_each_person_exactly(crowded, scored_worlds):
    for attribute, group, reference in COMPARED:
        people, values, _ = worlds(crowded, attribute, group, reference, sample=400)
        same, tau = effects(crowded, attribute, group, reference, sample=400)
        np.testing.assert_array_equal(people, same)
        np.testing.assert_array_equal(values[-1] - values[0], tau)
        np.testing.assert_array_equal(shapley(values).sum(axis=0), 24 * tau)
        assert tau.any()
        people, values, _ = scored_worlds[attribute, group, reference]
        np.testing.assert_array_equal(shapley(values).sum(axis=0), 24 * (values[-1] - values[0]))
        assert (np.ptp(values, axis=0) > 0).sum() > 5


def test_each_world_is_what_the_person_has_when_set_alone(crowded, scored_worlds):
    month, checked = crowded.decided, 0
    for attribute, group, reference in COMPARED:
        people, values, bits = scored_worlds[attribute, group, reference]
        assert bits == (0b1011 if attribute == "sex" else 0b0011)  # an appeal has a fee, and sex a part in income
        for seen, hidden in ((0b1110, ("circumstances",)), (0b1101, ("sensing",)), (0b0111, ("regime",))):
            differing = np.flatnonzero(values[seen] != values[-1])
            checked += len(differing)
            for place in np.r_[differing[:3], 0].tolist():
                person = int(people[place])
                alone = crowded.twin(Assign(attribute, reference, [person], hidden)).history
                assert values[seen, place] == alone.score(month)[person]
    assert checked > 40


def test_a_reader_who_is_shown_nothing_else_has_no_worlds_of_their_own(crowded, town):
    people = np.flatnonzero(crowded.scored)[:200]
    held = unlike(crowded, "sex", "male", people)
    assert held >> READERS.index("direct") & 1 == 0  # the scheme does not hold sex
    assert held >> READERS.index("regime") & 1 == 1  # an appeal has a fee, and sex a part in income
    assert unlike(crowded, "community", "majority", people) >> READERS.index("regime") & 1 == 0
    case = town(SURCHARGE, held=("community",))
    assert unlike(case, "community", "majority", np.arange(200)) == 0b0110  # no fee, no misuse
    case = town({"badge": ('when = { badge = { is = "yes" } }', -1)})
    assert unlike(case, "community", "majority", np.arange(200)) == 0b0011  # held, but not read by the rules


def test_a_model_that_is_asked_about_everybody_at_once_is_split_too(town):
    class Joint:
        name = "joint"
        row_wise = False

        def score(self, records):
            return -2.0 * (records["community"] == "minority") - records["debt"]

    case = town(SURCHARGE, people=2048, cutoff=-100)
    case = Case.of(Setting(case.scenario, people=2048, periods=3, seed=1), Joint())
    assert not case.separable
    assert found(case, of="score") == [-3, 0, -2, 0]


def test_the_lottery_has_no_path_exactly():
    case = Case.of(Setting(Scenario.load("rongcheng"), people=4096, periods=4), Lottery())
    for row in path_effect(case):
        assert (row.value, row.low, row.high) == (0, 0, 0)


def test_one_path_can_be_asked_for_and_what_is_unknown_is_refused(town):
    case = town(SURCHARGE, people=2048)
    assert {row.qualifiers["path"] for row in path_effect(case, path="direct")} == {"direct"}
    with pytest.raises(InputError, match=r"luck.*circumstances"):
        rows(case, path="luck")
    with pytest.raises(InputError, match=r"fate.*decision"):
        rows(case, of="fate")
    with pytest.raises(InputError, match="reader is 'luck', allowed: circumstances"):
        case.society.shown("community", "majority", np.array([1]), ("luck",))


def test_what_cannot_be_moved_alone_is_nan_and_says_why(plant, parts):
    acts = {"slip": parts.act(0.05)}
    case = run_case(plant(acts=acts, rules=SLIPS, compared=("residence",)), people=2048, periods=3)
    (row,) = path_effect(case)
    assert np.isnan(row.value)
    assert "assigned to a grid" in row.why


def test_shapley_values_are_those_of_all_orders_of_the_readers():
    from itertools import permutations

    coin = np.random.default_rng(1)
    values = coin.integers(-5, 6, (16, 7))
    expected = np.zeros((4, 7), int)
    for order in permutations(range(4)):
        seen = 0
        for player in order:
            expected[player] += values[seen | 1 << player] - values[seen]
            seen |= 1 << player
    np.testing.assert_array_equal(shapley(values), expected)
    assert weights(4).sum() + 2 * weights(4)[1:3].sum() == 24  # 1, 3, 3, 1 sets of each size


@pytest.mark.parametrize(("clusters", "halves", "wholes"), [(12, 0.1, 0.05), (20, 0.01, 0.0), (40, 0.0, 0.004)])
def test_the_interval_covers_the_mean_of_halves_and_wholes(clusters, halves, wholes):
    from synthetic.draws import sparse, uniform

    runs, size = 400, 40
    cluster = np.repeat(np.arange(clusters), size)
    words = np.arange(runs * clusters * size, dtype=np.uint64)
    covered = 0
    for coin in uniform(sparse(5, f"paths:{clusters}", words)).reshape(runs, clusters * size):
        part = 0.5 * (coin < halves) - (coin > 1 - wholes)
        low, high = limits_of_mean(part, cluster)
        covered += low <= halves / 2 - wholes <= high
    assert covered / runs > 0.93 - 2 * np.sqrt(0.93 * 0.07 / runs)


def test_scores_that_nobody_was_moved_in_have_no_limits():
    assert np.isnan(limits_of_mean(np.zeros(100), np.arange(100) // 5, bounded=False)[0])
    assert np.isnan(limits_of_mean(np.ones(100), np.zeros(100, int))[0])
