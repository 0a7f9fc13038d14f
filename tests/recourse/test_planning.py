"""Plans against brute force: every schedule of actions, and every outcome of the coins, written out."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from synthetic.source import Dial
from testbed.actions import Action, Actions
from testbed.models import Condition
from testbed.recourse import Beam, Entry, Plan, Planner, Rules, Situation, Step
from testbed.recourse.chances import CERTAIN, Way, delays, lands

GOOD, BAD = 0, 1
HORIZON = 2


def dial(value):
    return Dial("planted", value, "planted", "assumed", "assumed", (0.0, 1000.0))


def action(name, does, kinds, **numbers):
    return Action(name, name, does, kinds, Condition(), {key: dial(value) for key, value in numbers.items()})


class Points:
    """A sheet of points: each good entry adds, each bad one subtracts; not adverse from 0 on. `ties` at exactly 0."""

    def __init__(self, good, bad, base, ties=1.0):
        self.good, self.bad, self.base, self.ties = good, bad, base, ties

    def key(self, place):
        return place

    def __call__(self, places, counts, schemes):
        points = self.base + self.good * counts[:, GOOD] - self.bad * counts[:, BAD]
        return np.where(points == 0, self.ties, (points > 0).astype(float))


def drawn(seed):
    """A small problem at random: (rules, answers, situation)."""
    draw = np.random.default_rng(seed)
    numbers = {"hours": int(draw.integers(1, 4)), "money": 0}
    actions = Actions(
        "planted",
        "planted",
        {
            "horizon": dial(HORIZON),
            "budget": dial(int(draw.integers(2, 12))),
            "success": dial(float(draw.choice([0.5, 0.7, 0.8, 1.0]))),
        },
        (
            action("good", "adds", ("good",), per_month=2, **numbers),
            action("pay", "ends", ("bad",), per_month=1, hours=int(draw.integers(1, 6)), money=1,
                   works=float(draw.choice([0.6, 0.9, 1.0])), delay=int(draw.integers(0, 2))),
            action("contest", "contests", (), per_month=1, hours=2, money=0),
        ),
    )  # fmt: skip
    upheld = (float(draw.choice([0.0, 0.2])), float(draw.choice([0.5, 0.95])))
    life = (int(draw.integers(1, 4)), 9)
    rules = Rules(actions, ("good", "bad"), life, (False, True), upheld, float(draw.choice([0.0, 1.0])), 1.0, ())
    way = Way(float(draw.choice([0.5, 0.9, 1.0])), float(draw.choice([0.0, 0.7])), 0.0)
    entries = tuple(
        sorted(
            (Entry(BAD, int(draw.integers(1, 5)), bool(draw.integers(2))) for _ in range(draw.integers(0, 3))),
            key=lambda one: (one.left, one.wrong),
        )
    )
    answers = Points(int(draw.integers(1, 3)), int(draw.integers(1, 4)), -int(draw.integers(0, 4)), ties=0.9)
    return rules, answers, Situation(entries, ((way,),), (True, True, bool(draw.integers(2))))


def within(mean, months):
    """P(a geometric delay is at most so many months), written out."""
    return sum((1 / (1 + mean)) * (mean / (1 + mean)) ** delay for delay in range(months + 1)) if months >= 0 else 0.0


def every_plan(rules, answers, one):
    """(cost, chance) of every schedule: so many good acts in each month; each entry left, paid for or contested."""
    good, pay, contest = rules.actions.actions
    fates = [None, *(("pay", at) for at in range(1, HORIZON + 1))]
    fates += [("contest", at) for at in range(1, HORIZON + 1)] if one.can[2] else []
    ((way,),) = one.ways
    for acts in product(range(3), repeat=HORIZON):
        for chosen in product(fates, repeat=len(one.entries)):
            if any(chosen.count((what, at)) > 1 for what in ("pay", "contest") for at in range(1, HORIZON + 1)):
                continue
            cost = good.cost * sum(acts)
            cost += sum((pay if fate[0] == "pay" else contest).cost for fate in chosen if fate)
            if cost > rules.actions.budget:
                continue
            for month in range(1, HORIZON + 1):
                units = []  # (column, change, chance) of each coin
                standing = [
                    (entry, fate) for entry, fate in zip(one.entries, chosen, strict=True) if entry.left > month
                ]
                for at, many in enumerate(acts, start=1):
                    after = month - at
                    stands = within(way.delay, after) - within(way.delay, after - rules.life[GOOD]) if after >= 0 else 0
                    units += [(GOOD, 1, way.enters * stands)] * many
                for entry, fate in standing:
                    if fate and fate[0] == "pay":
                        units.append((BAD, -1, pay.value("works") * (month - fate[1] >= pay.value("delay"))))
                    elif fate:
                        units.append((BAD, -1, rules.upheld[entry.wrong] * within(rules.decision, month - fate[1] - 1)))
                yield cost, chance_of(answers, len(standing), units)


def chance_of(answers, standing, units):
    """P(not adverse) over all outcomes of independent coins."""
    if not units:
        return float(answers(None, np.array([[0, standing]]), None)[0])
    outcomes = np.array(list(product([0, 1], repeat=len(units))))
    odds = np.array([chance for *_, chance in units])
    weights = np.where(outcomes == 1, odds, 1 - odds).prod(axis=1)
    counts = np.zeros((len(outcomes), 2), int)
    counts[:, BAD] = standing
    for coin, (column, change, _) in zip(outcomes.T, units, strict=True):
        counts[:, column] += change * coin
    return float((weights * answers(None, counts, None)).sum())


@pytest.mark.parametrize("seed", range(30))
def test_the_cheapest_plan_and_the_best_chance_are_those_of_every_schedule_written_out(seed):
    rules, answers, one = drawn(seed)
    (found,) = Planner(rules, answers).plans([one])
    plans = list(every_plan(rules, answers, one))
    works = [cost for cost, chance in plans if chance >= rules.actions.success - 1e-9]
    assert (found.plan is not None) == bool(works)
    if works:
        assert found.plan.cost == pytest.approx(min(works))
    else:
        assert found.best == pytest.approx(max(chance for _, chance in plans), abs=1e-9)
        # The certificate: nobody is said to be without any chance who has one, and the reverse.
        assert (found.best == 0) == (max(chance for _, chance in plans) == 0)


def test_plans_that_are_weighed_part_by_part_are_the_same(monkeypatch):
    whole = [Planner(rules, answers).plans([one])[0] for rules, answers, one in map(drawn, range(30))]
    monkeypatch.setattr("testbed.recourse.planning.LARGEST", 3)
    for seed, found in enumerate(whole):
        rules, answers, one = drawn(seed)
        (parts,) = Planner(rules, answers).plans([one])
        assert parts.best == pytest.approx(found.best)
        assert (parts.plan is None) == (found.plan is None)
        assert parts.plan is None or parts.plan.cost == found.plan.cost
        if parts.plan is not None:
            assert Planner(rules, answers).chance(0, one, parts.plan) == pytest.approx(parts.plan.chance)


def test_the_problems_hold_all_sorts_of_people():
    """People who need only wait, who must act, who have a chance that is too small, and who have none at all."""
    sorts = set()
    for seed in range(30):
        rules, answers, one = drawn(seed)
        (found,) = Planner(rules, answers).plans([one])
        sorts.add(("waits" if found.plan.waits else "acts") if found.plan else "fixed" if found.best == 0 else "small")
    assert sorts == {"waits", "acts", "small", "fixed"}


def test_a_beam_finds_no_plan_that_is_not_there_and_none_that_is_cheaper():
    missed = 0
    for seed in range(30):
        rules, answers, one = drawn(seed)
        (exact,), (beam,) = Planner(rules, answers).plans([one]), Beam(rules, answers, seed).plans([one])
        assert beam.plan is None or (exact.plan is not None and beam.plan.cost >= exact.plan.cost - 1e-9)
        missed += exact.plan is not None and beam.plan is None
    assert missed <= 3


def six_chances(budget, success=0.8):
    """Six acts, one a month, each recorded with 1/2; three entries are needed."""
    actions = Actions(
        "planted",
        "planted",
        {"horizon": dial(6), "budget": dial(budget), "success": dial(success)},
        (action("good", "adds", ("good",), per_month=1, hours=1, money=0),),
    )
    rules = Rules(actions, ("good", "bad"), (12, 12), (False, True), (0.0, 0.0), 0.0, 1.0, ())
    return rules, Points(1, 0, -3), Situation((), ((Way(0.5, 0.0, 0.0),),), (True,))


def test_three_acts_that_are_each_recorded_with_a_half_are_no_recourse():
    """Three affordable: 1/8, whichever three. A search on the world's coins would claim 42/64, for any three of six."""
    rules, answers, one = six_chances(budget=3)
    (found,) = Planner(rules, answers).plans([one])
    assert found.plan is None
    assert found.best == pytest.approx(0.125)
    rules, answers, one = six_chances(budget=6)
    assert Planner(rules, answers).plans([one])[0].best == pytest.approx(42 / 64)


def test_a_beam_is_not_taken_in_by_its_own_luck():
    for seed in range(20):
        rules, answers, one = six_chances(budget=6, success=0.7)
        (found,) = Beam(rules, answers, seed).plans([one])
        assert found.plan is None
        assert found.best <= 42 / 64 + 1e-9


def test_a_plan_that_others_made_has_the_chance_that_its_steps_have():
    rules, answers, one = six_chances(budget=6)
    planner, plan = Planner(rules, answers), Plan(6, 4.0, 1.0, (Step(0, GOOD, (1, 2, 3, 5)),))
    assert planner.chance(0, one, plan) == pytest.approx(5 / 16)
    assert planner.chance(0, one, Plan(2, 4.0, 1.0, (Step(0, GOOD, (1, 2)),))) == 0.0
    assert Beam(rules, answers, 0).chance(0, one, plan) == pytest.approx(5 / 16)


def test_who_moves_comes_under_the_other_scheme_and_may_leave_the_record_behind():
    """Only the other city spares, and only people without a bad entry; three in ten records stay behind."""

    class Cities:
        def key(self, place):
            return place

        def __call__(self, places, counts, schemes):
            return ((schemes == 1) & (counts[:, BAD] == 0)).astype(float)

    for success, works in ((0.3, True), (0.31, False)):
        bounds = {"horizon": dial(3), "budget": dial(10), "success": dial(success)}
        actions = Actions("planted", "planted", bounds, (action("move", "moves", (), hours=5, money=2),))
        rules = Rules(actions, ("good", "bad"), (9, 9), (False, True), (0.0, 0.0), 0.0, 0.7, (0, 1))
        (found,) = Planner(rules, Cities()).plans([Situation((Entry(BAD, 9, False),), (), (True,))])
        assert found.best == pytest.approx(0.3)
        assert (found.plan is not None) == works
        if works:
            assert (found.plan.scheme, found.plan.cost, found.plan.month) == (1, 7, 1)


def test_the_chance_of_delays_and_doubles_is_that_of_the_channels():
    """Delays against the draw of the channels itself; a double comes a month later and goes a month later."""
    from synthetic.channels import waiting

    coins = (np.arange(200_000) + 0.5) / 200_000
    share = np.bincount(waiting(coins, 1.5), minlength=13) / len(coins)
    assert delays(1.5) == pytest.approx(share, abs=1e-4)
    twice = (Way(0.8, 0.0, 0.25),)
    assert lands(twice, 0, 2).tolist() == pytest.approx([0.2, 0.8])
    assert lands(twice, 1, 2).tolist() == pytest.approx([0.2, 0.6, 0.2])
    assert lands(twice, 2, 2).tolist() == pytest.approx([0.8, 0.2])
    assert lands(CERTAIN, 2, 2).tolist() == [1.0]
