"""Recourse in planted worlds: plans that are walked, rules that are secret, promises that are broken, a surcharge."""

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import run_case
from testbed.measure import measures
from testbed.measures.opacity.recourse_plans import recourse
from testbed.recourse import Plan, Step, walked
from testbed.statistics import expand
from testbed.world import World

pytestmark = pytest.mark.usefixtures("small_training")

PEOPLE = 2048
ONCE = f'column = "bad"\ncap = {number(-3, -1000, 1000)}'
"""However often somebody does it, the rule takes its points once: later acts change nothing."""


def value(case, name, **qualifiers):
    return rows_of(case, name, **qualifiers)


@pytest.fixture
def town(plant, parts):
    """People of whom many are three points short for good, and can add good acts, recorded with a half."""

    def make(*, good=0.5, stray=0, budget=3, horizon=6, rights="open", rules=None, held=("age",), dials=None, **given):
        channels = {
            "watch": parts.channel(["bad"]),
            "friends": parts.channel(["good"], coverage_urban=good, coverage_rural=good, false_match=stray),
        }
        scenario = plant(
            acts={"bad": parts.act(0.1, severity="serious"), "good": parts.act(0, adverse=False, severity="serious")},
            rules=rules or {"bad": (ONCE, -3), "good": ('column = "good"', 1)},
            channels=channels,
            held=held,
            rights=rights,
            actions=parts.doings(horizon=horizon, budget=budget, act={"does": "adds", "kinds": ["good"]}),
            **given,
        )  # fmt: skip
        return run_case(scenario.set(dials or {}), people=PEOPLE, periods=4)

    return make


def test_plans_are_not_taken_in_by_the_coins_of_the_world(town):
    """Six acts, each recorded with 1/2, three needed, three affordable.

    Walked, a plan works for 1/8. Whoever knew the world's coins would find three that are recorded for 42/64.
    """
    case = town()
    held = recourse(case)
    n = len(held.people)
    assert n > 300
    assert value(case, "recourse_rate")["recourse_rate"]["value"] == 0
    assert value(case, "recourse_fixed")["recourse_fixed"]["value"] == 0
    assert {round(one.best, 9) for one in held.found} == {0.125}
    good = case.scenario.kinds.index("good")
    for months, chance in (((1, 2, 3), 0.125), ((1, 2, 3, 4, 5, 6), 42 / 64)):
        plan = Plan(6, len(months), chance, (Step(0, good, months),))
        works = walked(case, held.rules, held.period, held.people, dict.fromkeys(range(n), plan), held.situations)
        assert abs(works.mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / n)
    # The rules promise that three acts are enough.
    kept = value(case, "recourse_kept")
    row = kept["recourse_kept"]
    assert abs(row["value"] - 0.125) < 4 * np.sqrt(0.125 * 0.875 / row["n"])
    assert kept["recourse_kept_exact"]["why"] == "nobody has a plan to walk"
    assert value(case, "recourse_cost")["recourse_cost"]["value"] == 3


def test_nobody_is_certain_to_be_stuck_who_can_afford_enough_and_everybody_is_who_cannot(town):
    case = town(budget=2)
    assert value(case, "recourse_fixed")["recourse_fixed"]["value"] == 1
    assert value(case, "recourse_rate")["recourse_rate"]["value"] == 0


def test_a_secret_rule_leaves_recourse_to_all_who_know_it_and_nobody_finds_it(town):
    """Everybody is adverse who has done fewer than two good acts, and nobody has done any."""
    rules = {"good": ('column = "good"', 1)}
    for rights, found in (("closed", 0), ("notified", 0), ("open", 1)):
        case = town(good=1, rules=rules, cutoff=1.5, rights=rights)
        assert value(case, "recourse_rate")["recourse_rate"]["value"] == 1
        assert value(case, "recourse_cost")["recourse_cost"]["value"] == 2
        (row,) = value(case, "recourse_findable").values()
        assert row["value"] == found


def test_what_the_person_cannot_see_is_not_planned_for(town, plant, parts):
    """Rules are published, and the record is not: people take every act to be recorded, and do too little.

    With the record they see that nine in ten are recorded, and do one more.
    """
    wide = {"good": 0.9, "budget": 6}
    (hidden,) = value(town(rights="rules-published", **wide), "recourse_findable").values()
    (shown,) = value(town(rights="open", **wide), "recourse_findable").values()
    assert (hidden["value"], shown["value"]) == (0, 1)  # 0.9 ** 3 = 0.729; of four, three or more: 0.948


def test_who_knows_the_rules_but_not_their_points_takes_each_to_count_alike(town):
    """One good act seems to make up for the bad one, which costs as much as three."""
    seen = {"good": 1, "budget": 6}
    (points,) = value(town(**seen), "recourse_findable").values()
    (signs,) = value(town(dials={"disclosure.weights": "off"}, **seen), "recourse_findable").values()
    assert (points["value"], signs["value"]) == (1, 0)


def test_a_surcharge_of_a_group_is_the_gap_and_the_gap_alone(town):
    """Members of the minority lose one point more than others, so they need four acts where three are affordable."""
    surcharge = {"more": ('when = { community = { is = "minority" }, bad = { at_least = 1 } }', -1)}
    rules = {"bad": (ONCE, -3), "good": ('column = "good"', 1), **surcharge}
    case = town(good=1, rules=rules, held=("age", "community"))
    made = measures.get("recourse_rate")
    rows = list(expand(made, made(case), case, splits=["community"], reference={"community": "majority"}))
    (gap,) = (row for row in rows if row["measure"] == "recourse_gap")
    (alone,) = value(case, "recourse_gap_alone").values()
    assert (gap["value"], alone["value"]) == (-1, -1)
    assert (alone["group"], alone["versus"]) == ("minority", "majority")


def test_a_group_whose_acts_are_seen_less_has_the_gap_alone_too(town, plant, parts):
    """The channel records good acts of the minority less often: six of ten instead of all."""
    channels = {"watch": parts.channel(["bad"]), "friends": parts.channel(["good"], miss=0.04, miss_ratio=10)}
    acts = {"bad": parts.act(0.1, severity="serious"), "good": parts.act(0, adverse=False, severity="serious")}
    scenario = plant(
        acts=acts,
        rules={"bad": (ONCE, -3), "good": ('column = "good"', 1)},
        channels=channels,
        actions=parts.doings(budget=3, do_good={"does": "adds", "kinds": ["good"]}),
    )
    case = run_case(scenario, people=PEOPLE, periods=4)
    (alone,) = value(case, "recourse_gap_alone").values()
    assert alone["value"] == -1  # 0.96 ** 3 = 0.885 against 0.6 ** 3 = 0.216


def test_an_act_that_is_entered_on_somebody_else_is_no_help(town):
    """Four in ten acts are entered on a neighbor: three of three acts count with the chance 0.6 cubed."""
    (best,) = {round(one.best, 9) for one in recourse(town(good=1, stray=0.4)).found}
    assert best == 0.216


def test_what_an_operator_may_decide_is_a_plan_and_no_promise(plant, parts):
    """Every appeal is upheld: all have a plan that works, and the rules promise nobody anything."""
    scenario = plant(
        acts={"bad": parts.act(0.1, severity="serious")},
        rules={"bad": ('column = "bad"', -1)},
        follows=parts.regime(
            noticed=0, notice_delay=0, filed=0, filed_true=0, upheld=1, upheld_true=1, decision_delay=0
        ),
        actions=parts.doings(appeal={"does": "contests"}),
    )
    case = run_case(scenario, people=PEOPLE, periods=2)
    assert value(case, "recourse_rate")["recourse_rate"]["value"] == 1
    kept = value(case, "recourse_kept")
    assert kept["recourse_kept"]["why"] == "nobody has a plan to walk"
    assert kept["recourse_kept_expected"]["value"] == 1


def test_what_people_are_is_immutable(town):
    """A rule that reads a person's sex: good acts can be done, and nothing that can be done is read."""
    case = town(rules={"men": ('when = { sex = { is = "male" } }', -1)}, held=("age", "sex"))
    assert value(case, "recourse_fixed")["recourse_fixed"]["value"] == 1
    assert value(case, "recourse_cost")["recourse_cost"]["value"] == 3


def test_the_numbers_of_actions_rest_under_recourse_alone():
    from testbed.runs import assumed_dials
    from testbed.scenarios import Scenario

    used = [measures.get("adverse_rate"), measures.get("recourse_rate")]
    for dial in assumed_dials(Scenario.load("rongcheng"), used):
        if dial["path"].startswith("actions."):
            assert dial["measures"] == ["recourse_rate"]


RATE = 0.02


@pytest.mark.parametrize(
    ("action", "chance", "first"),
    [
        ({"does": "ends", "kinds": ["bad"], "works": 0.9, "delay": 1}, 0.9, 2),
        ({"does": "contests"}, 0.85, 2),
        ({"does": "adds", "kinds": ["good"]}, 1 - (2 / 3) ** 4, 4),
    ],
)
def test_the_exact_chance_is_the_share_that_works_in_the_world_but_for_new_acts(plant, parts, action, chance, first):
    """Payments, appeals and delayed acts: the chance by hand, that of the plan, and the share among those who walk it.

    Among those who do not act badly again before the plan's month, since a plan is about nothing else.
    """
    appeal = {"noticed": 0, "notice_delay": 0, "filed": 0, "filed_true": 0, "upheld": 0.85, "upheld_true": 0.85}
    channels = {"watch": parts.channel(["bad"]), "friends": parts.channel(["good"], delay=2)}
    scenario = plant(
        acts={"bad": parts.act(RATE, severity="serious"), "good": parts.act(0, adverse=False, severity="serious")},
        rules={"bad": ('column = "bad"', -1), "good": ('column = "good"', 1)},
        channels=channels,
        follows=parts.regime(decision_delay=0, **appeal),
        actions=parts.doings(horizon=6, budget=1, act=action),
    )
    case = run_case(scenario, people=8192, periods=4)
    held = recourse(case)
    who = [at for at, one in enumerate(held.situations) if len(one.entries) == 1]
    plans = {at: held.found[at].plan for at in who}
    assert {plan.month for plan in plans.values()} == {first}
    assert {round(plan.chance, 9) for plan in plans.values()} == {round(chance, 9)}
    works = walked(case, held.rules, held.period, held.people, plans, held.situations)
    again = acts_again(case, held, first)
    clean = [at for at in who if not again[held.people[at]]]
    assert len(clean) > 200
    assert abs(works[clean].mean() - chance) < 4 * np.sqrt(chance * (1 - chance) / len(clean))


def acts_again(case, held, months):
    """Who acts badly in the months of the plan, in the world that goes on."""
    longer = World(case.society, case.scheme, held.period + months + 1).run()
    bad = case.scenario.kinds.index("bad")
    return (longer.true_counts(held.period + months) - longer.true_counts(held.period))[:, bad] > 0


def test_the_rate_is_the_sum_of_time_and_action_and_costs_are_cut_at_the_budget():
    case = run_case("rongcheng", people=4096, periods=10)
    found = {name: rows_of(case, name) for name in ("recourse_rate", "recourse_by_time", "recourse_by_action")}
    rate, time, action = (found[name][name]["value"] for name in found)
    assert rate == pytest.approx(time + action)
    assert 0 < action < 1
    cost = rows_of(case, "recourse_cost")
    assert 0 < cost["recourse_cost_given_found"]["value"] <= cost["recourse_cost"]["value"] <= 160


def test_a_scheme_that_can_only_be_asked_is_searched_and_proves_nothing(town):
    """The same points, asked as a black box: a bound on the rate, with the questions that it took."""
    from testbed.models import Scores

    class Asked:
        row_wise = True

        def score(self, records):
            return Scores(records["good"].to_numpy(float) - 3 * (records["bad"] > 0).to_numpy())

    table = town(good=0.9, budget=6)
    box = run_case(table.scenario, Asked(), people=PEOPLE, periods=4)
    rows = rows_of(box, "recourse_rate")
    assert 0 < rows["recourse_rate"]["value"] <= rows_of(table, "recourse_rate")["recourse_rate"]["value"]
    assert rows["recourse_rate_questions"]["value"] > 0
    assert "proves nothing" in rows_of(box, "recourse_fixed")["recourse_fixed"]["why"]
    assert rows_of(box, "recourse_cost")["recourse_cost"]["value"] >= 4


def test_where_nobody_is_adverse_there_is_no_recourse_to_speak_of(town):
    case = town(rules={"good": ('column = "good"', 1)})
    for name in measures.names():
        if name.startswith("recourse"):
            for row in rows_of(case, name).values():
                assert np.isnan(row["value"])
                assert row["why"] == "nobody is decided adversely in the last month"
