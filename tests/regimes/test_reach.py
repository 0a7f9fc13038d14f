"""Whom else a sanction reaches: at home in the same month, along other ties a month later."""

import numpy as np
import pytest

from synthetic.errors import InputError
from testbed.regimes.state import Reach, RegimeState


def clause(head, **keys):
    return {head: {key.rstrip("_"): value for key, value in keys.items()}}


def sanction(name, **keys):
    return clause(f"sanctions.{name}", **keys)


BLACK = clause("lists.black", enter="adverse", stay=0)


def rows(pairs, people):
    """Symmetric ties as rows of these people."""
    both = np.unique(np.array([*pairs, *((b, a) for a, b in pairs)]), axis=0)
    both = both[np.isin(both[:, 0], people)]
    return Reach(np.searchsorted(both[:, 0], [*people, people[-1] + 1]), both[:, 1])


def walk(regime, pairs, people, months, size, around=None):
    """Sanctioned ids by month, when person 0 is decided adversely in month 0 alone."""
    n = len(people)
    state = RegimeState(
        regime,
        people,
        np.arange(n),
        np.zeros(n, bool),
        seed=3,
        reach={name: rows(pairs, people) for name in regime.ties},
    )
    seen, log = [], []
    bits = np.zeros(size, np.uint16)
    for t in range(months):
        decision = np.where((people == 0) & (t == 0), -1, 0).astype(np.int8)
        state.step(t, decision, bits if around is None else around[t])
        bits = bits.copy()
        bits[people] = state.lists
        log.append(bits)
        seen.append(set(people[np.flatnonzero(state.sanctions)]))
    return seen, [np.zeros(size, np.uint16), *log]


RING = [(one, (one + 1) % 8) for one in range(8)]


@pytest.mark.parametrize("reach", ["kin", "colleagues", "acquaintances"])
def test_along_ties_a_listing_arrives_a_month_later_at_neighbors_only(made, reach):
    regime = made(BLACK, sanction("shun", by="black", reach=reach), clause("family", share=1))
    seen, _ = walk(regime, RING, np.arange(8), 3, 8)
    assert seen == [{0}, {1, 7}, set()]
    assert regime.ties == (reach,)
    assert regime.reaches_ties
    assert regime.reaching_bits == 1


def test_a_share_of_ties_of_zero_reaches_nobody(made):
    regime = made(BLACK, sanction("shun", by="black", reach="colleagues", reach_share=0))
    assert walk(regime, RING, np.arange(8), 3, 8)[0] == [{0}, set(), set()]
    kin = made(BLACK, sanction("shun", by="black", reach="kin"), clause("family", share=0))
    assert walk(kin, RING, np.arange(8), 3, 8)[0] == [{0}, set(), set()]


def test_a_share_of_ties_of_a_third_reaches_a_third(made):
    regime = made(BLACK, sanction("shun", by="black", reach="acquaintances", reach_share=0.3333))
    star = [(0, other) for other in range(1, 4000)]
    seen, _ = walk(regime, star, np.arange(4000), 2, 4000)
    assert len(seen[1]) / 3999 == pytest.approx(0.3333, abs=0.03)


def test_a_part_of_the_society_sees_what_the_whole_sees(made):
    regime = made(BLACK, sanction("shun", by="black", reach="colleagues", reach_share=0.5), clause("family", share=0.5))
    star = [(0, other) for other in range(1, 60)] + [(one, one + 1) for one in range(1, 50)]
    whole, log = walk(regime, star, np.arange(60), 3, 60)
    part = np.array([3, 5, 6, 17, 40, 41])
    some, _ = walk(regime, star, part, 3, 60, around=log)
    assert some == [one & set(part.tolist()) for one in whole]


def test_the_listed_bear_their_own_sanction_not_their_neighbors(made):
    regime = made(BLACK, sanction("whisper", by="black", subject=False, reach="colleagues"))
    people = np.arange(3)
    state = RegimeState(
        regime, people, people, np.zeros(3, bool), seed=1, reach={"colleagues": rows([(0, 1), (1, 2)], people)}
    )
    both = np.array([1, 1, 0], np.uint16)
    state.step(1, np.array([-1, -1, 0], np.int8), both)
    assert state.sanctions.tolist() == [0, 0, 1]


def test_a_sanction_on_adults_meets_no_child_on_the_list_or_at_home(made):
    regime = made(BLACK, sanction("job", by="black", reach="household", adults=True), clause("family", share=1))
    child = np.array([False, True, False, True])
    state = RegimeState(regime, np.arange(4), np.array([0, 0, 1, 1]), child, seed=3)
    state.step(0, np.array([-1, 0, 0, -1], np.int8))
    assert state.sanctions.tolist() == [1, 0, 1, 0]


def test_without_ties_a_regime_that_reaches_along_them_says_so(made):
    regime = made(BLACK, sanction("shun", by="black", reach="kin"))
    state = RegimeState(regime, np.arange(2), np.arange(2), np.zeros(2, bool), seed=1)
    with pytest.raises(InputError, match="shun reaches kin, but these ties are not given"):
        state.step(0, np.array([-1, 0], np.int8))


def test_the_household_reach_is_the_older_family_by_another_word(made):
    old = made(BLACK, sanction("bar", by="black", family="all"), clause("family", share=0.5))
    new = made(BLACK, sanction("bar", by="black", reach="household"), clause("family", share=0.5))
    household = np.random.default_rng(0).permutation(np.repeat(np.arange(100), 3))
    decision = np.zeros(300, np.int8)
    decision[::7] = -1
    found = []
    for regime in (old, new):
        state = RegimeState(regime, np.arange(300), household, np.zeros(300, bool), seed=2)
        state.step(0, decision)
        found.append(state.sanctions)
    assert np.array_equal(*found)
    touched = household[(decision == -1) & state.on["black"]]
    assert set(household[found[0] == 1]) == set(touched)
    assert found[0].sum() < np.isin(household, touched).sum()


def test_a_sanction_hangs_on_its_own_switch_and_on_the_general_ones(made):
    off = '{ value = false, unit = "switch", source = "assumed", reading = "claimed" }'
    on = off.replace("false", "true")
    regime = made(
        BLACK, sanction("train", by="black"), sanction("pets", by="black", switch="rumors"),
        f"[switches]\nlow_grade = {on}\nrumors = {off}",
    )  # fmt: skip
    state = lambda regime: RegimeState(regime, np.arange(1), np.arange(1), np.zeros(1, bool), seed=1)  # noqa: E731
    for values, bits in (({}, 1), ({"regime.rumors.follows": "on"}, 3), ({"regime.low_grade.follows": "off"}, 0)):
        under = state(regime.set(values))
        under.step(0, np.array([-1], np.int8))
        assert under.sanctions[0] == bits
        assert under.lists[0] == 1
    assert regime.follows


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ([sanction("a", by="black", reach="friends")], "friends"),
        ([sanction("a", by="black", reach="kin", family="all")], "found both"),
        ([sanction("a", by="black", reach="household", reach_share=0.5)], "share of ties"),
        ([sanction("a", by="black", switch="nothing")], "unknown switch"),
        ([sanction("a", by="black", gate="train")], "unknown gate"),
    ],
)
def test_a_sanction_that_is_not_one_gets_one_sentence(made, clauses, said):
    with pytest.raises(InputError, match=said):
        made(BLACK, *clauses)
