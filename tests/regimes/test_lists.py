"""Lists: stages, repeats, places, and the stock that flows build up, worked by hand."""

import numpy as np
import pytest

from synthetic.draws import pack, sparse, uniform
from synthetic.errors import InputError
from testbed.regimes.state import RegimeState


def clause(head, **keys):
    return {head: {key.rstrip("_"): value for key, value in keys.items()}}


def run(regime, decisions, **given):
    """Members of each list, month by month: `decisions` is (months, people)."""
    decisions = np.asarray(decisions, np.int8)
    n = decisions.shape[1]
    state = RegimeState(regime, np.arange(n), np.arange(n), np.zeros(n, bool), seed=1, **given)
    seen = []
    for t, decision in enumerate(decisions):
        state.step(t, decision)
        seen.append({name: set(np.flatnonzero(state.on[name])) for name in regime.holders})
        for bit, name in enumerate(regime.holders):
            assert set(np.flatnonzero(state.lists >> bit & 1)) == seen[-1][name]
    return seen


def one(regime, decisions, name):
    """Months in which a single person is on a list."""
    return [t for t, seen in enumerate(run(regime, [[one] for one in decisions])) if seen[name]]


def test_a_list_that_takes_after_three_months_takes_in_the_third_month_in_a_row(made):
    regime = made(clause("lists.black", enter="adverse", after=3, stay=0))
    assert one(regime, [-1, -1, 0, -1, -1, -1, -1, 0], "black") == [5, 6]


def test_a_favored_decision_opens_the_other_list(made):
    regime = made(clause("lists.red", enter="favored", stay=2))
    assert one(regime, [1, 0, 0, -1], "red") == [0, 1]


def test_a_stage_follows_after_so_many_months_on_the_list_before_it(made):
    regime = made(
        clause("lists.first", enter="adverse", stay=0), clause("lists.second", from_="first", after=2, stay=3)
    )
    assert one(regime, [-1, -1, -1, -1, 0, 0, 0], "second") == [2, 3, 4]
    assert one(regime, [-1, -1, 0, -1, -1, 0], "second") == []


def test_the_second_listing_is_another_list(made):
    regime = made(
        clause("lists.black", enter="adverse", stay=0), clause("lists.repeat", from_="black", times=2, stay=0)
    )
    assert one(regime, [-1, -1, 0, -1, -1, 0], "repeat") == [3, 4]


def test_a_quota_fills_its_places_in_one_order_and_a_newcomer_displaces_one(made):
    regime = made(clause("lists.checked", enter="adverse", stay=0, quota=0.1), coupled=True)
    everybody = np.zeros((2, 100), np.int8)
    everybody[:, :40] = -1
    order = np.argsort(uniform(sparse(1, "regime:quota:checked", pack(np.arange(100)))))
    called = [person for person in order if person < 40]
    before = run(regime, everybody)
    assert before[0]["checked"] == before[1]["checked"] == set(called[:10])
    newcomer = next(person for person in order if person >= 40)
    everybody[:, newcomer] = -1
    after = run(regime, everybody)[1]["checked"]
    assert newcomer in after
    assert before[1]["checked"] - after == {called[9]}


def test_a_place_is_kept_for_the_least_stay_and_the_quota_is_a_share_of_the_scored(made):
    regime = made(clause("lists.checked", enter="adverse", stay=2, quota=0.1), coupled=True)
    months = np.zeros((3, 40), np.int8)
    months[0, :5] = -1
    months[1:, 5:] = -1
    seen = run(regime, months, scored=np.arange(40) < 20)
    assert len(seen[0]["checked"]) == 2
    assert seen[1]["checked"] == seen[0]["checked"] <= set(range(5))
    assert len(seen[2]["checked"]) == 2
    assert seen[2]["checked"] <= set(range(5, 40))


def test_the_stock_of_a_list_is_what_came_in_less_what_went_out(made):
    # Monthly flows of the court's list, December 2018, one person here for 1,000: 282 in, 202 out.
    n, months, inward, outward = 20_000, 24, 282, 202
    decisions = np.zeros((months, n), np.int8)
    stock = np.zeros(n, bool)
    for t in range(months):
        stock[np.flatnonzero(stock)[:outward]] = False
        stock[t * inward : (t + 1) * inward] = True
        decisions[t] = -stock.astype(np.int8)
    seen = run(made(clause("lists.black", enter="adverse", stay=0)), decisions)
    sizes = [len(each["black"]) for each in seen]
    assert sizes[0] == 282
    assert set(np.diff(sizes)) == {80}


def test_agencies_may_copy_from_one_another_and_each_forgets_in_its_own_time(made):
    regime = made(
        clause("lists.black", enter="adverse", stay=0),
        clause("agencies.bank", copies="black", delay=1, forgets=1),
        clause("agencies.landlord", copies="bank", delay=1, forgets=2),
    )
    seen = run(regime, [[one] for one in [-1, -1, -1, 0, 0, 0, 0, 0]])
    assert [t for t, each in enumerate(seen) if each["bank"]] == [1, 2, 3]
    assert [t for t, each in enumerate(seen) if each["landlord"]] == [2, 3, 4, 5]


def test_with_no_sharing_no_agency_has_a_copy(made):
    regime = made(
        clause("lists.black", enter="adverse", stay=0),
        clause("agencies.bank", copies="black", delay=0, forgets=0),
        clause("sharing", share=0),
    )
    assert not any(each["bank"] for each in run(regime, -np.ones((3, 50))))


def test_where_the_regime_is_off_there_is_no_list_and_no_sanction(made):
    regime = made(clause("lists.black", enter="adverse", stay=0)).set({"regime.active": "off"})
    assert not regime.follows
    assert not any(each["black"] for each in run(regime, -np.ones((2, 5))))


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ([clause("lists.a", enter="adverse", stay=0, quota=0.1)], "coupled = true"),
        ([clause("lists.a", stay=0)], "one of 'enter'"),
        ([clause("lists.a", from_="b", after=1, stay=0)], "unknown earlier list"),
        ([clause("lists.a", enter="adverse", stay=0), clause("lists.b", from_="a", stay=0)], "'after' or 'times'"),
        ([clause("lists.a", enter="adverse", times=2, stay=0)], "goes with 'from'"),
        ([clause(f"lists.a{i}", enter="adverse", stay=0) for i in range(17)], "17 lists and agencies, allowed: 16"),
        ([clause("lists.a", enter="adverse", stay=0, secret="yes")], "secret: found 'yes', allowed: true or false"),
        ([clause("lists.a", enter="adverse", stay=0), clause("gates.a", stay=1)], "unknown key"),
    ],
)
def test_a_list_that_is_not_one_gets_one_sentence(made, clauses, said):
    with pytest.raises(InputError, match=said):
        made(*clauses)
