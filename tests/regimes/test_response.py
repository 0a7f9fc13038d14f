"""Responses: each the share it says, thinner by the coins that were there, off in the base case."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from testbed.regimes.base import FOLDER
from testbed.regimes.reading import load_regime
from testbed.regimes.response import Response
from testbed.regimes.state import RegimeState

KINDS = (
    SimpleNamespace(name="theft", adverse=True, sensitive=False),
    SimpleNamespace(name="reading", adverse=False, sensitive=True),
    SimpleNamespace(name="walking", adverse=False, sensitive=False),
)
NAMES = tuple(kind.name for kind in KINDS)
N = 20_000
OPEN, CLOSED = SimpleNamespace(rules=True), SimpleNamespace(rules=False)


def factors(regime, t=0, rights=OPEN, n=N, **given):
    """Factors of each kind: (kinds, n)."""
    people = np.arange(n)
    state = RegimeState(regime, people, people, np.zeros(n, bool), seed=5, rights=rights, kinds=KINDS, **given)
    person, kind = np.tile(people, len(KINDS)), np.repeat(np.arange(len(KINDS)), n)
    return state.factors(person, kind, NAMES, t).reshape(len(KINDS), n)


def test_belief_takes_its_share_off_lawful_sensitive_acts_and_off_nothing_else(made):
    found = factors(made({"response": {"belief": 0.6, "chilling": 0.25}}))
    assert found[1].mean() == pytest.approx(1 - 0.6 * 0.25, abs=0.005)
    assert set(found[1]) == {0.75, 1.0}
    assert (found[[0, 2]] == 1).all()


def test_belief_holds_with_no_regime_and_rules_need_one(made):
    regime = made({"response": {"belief": 1, "chilling": 0.5, "heeded": 1, "adaptation": 0.5}})
    off = factors(regime.set({"regime.active": "off"}))
    assert (off[1] == 0.5).all()
    assert (off[0] == 1).all()


def test_after_belief_ends_a_tenth_of_the_fall_is_left_after_the_stated_months(made):
    ends = {"belief_from": 2, "belief_until": 6, "half_life": 3}
    regime = made({"response": {"belief": 1, "chilling": 0.4, **ends}})
    falls = [1 - factors(regime, t, n=10)[1].mean() for t in range(30)]
    assert falls[:8] == pytest.approx([0, 0, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4 * 0.5 ** (1 / 3)])
    recovered = next(t for t in range(6, 30) if falls[t] <= 0.04) - 6
    assert recovered == math.ceil(3 * math.log2(10))


def test_without_a_memory_the_effect_ends_with_the_belief(made):
    regime = made({"response": {"belief": 1, "chilling": 0.4, "belief_until": 6, "half_life": 0}})
    assert [1 - factors(regime, t, n=5)[1].mean() for t in (5, 6)] == pytest.approx([0.4, 0])


def test_published_rules_are_kept_by_those_who_heed_them_and_secret_ones_by_nobody(made):
    regime = made({"response": {"heeded": 0.5, "adaptation": 0.2}})
    found = factors(regime)
    assert found[0].mean() == pytest.approx(1 - 0.5 * 0.2, abs=0.005)
    assert (found[1:] == 1).all()
    assert (factors(regime, rights=CLOSED) == 1).all()
    assert (factors(regime, counted=frozenset()) == 1).all()


def test_a_stronger_response_only_thins(made):
    weak = factors(made({"response": {"belief": 0.3, "chilling": 0.2, "heeded": 0.2, "adaptation": 0.3}}))
    strong = factors(made({"response": {"belief": 0.7, "chilling": 0.4, "heeded": 0.6, "adaptation": 0.5}}))
    assert (strong <= weak).all()
    assert (weak <= 1).all()
    assert (strong < weak).any()


def test_avoidance_hides_its_share_of_counted_acts_and_adds_none(made):
    regime = made({"response": {"heeded": 0.5, "avoidance": 0.4, "adaptation": 0}})
    people = np.arange(N)
    state = RegimeState(regime, people, people, np.zeros(N, bool), seed=5, rights=OPEN, kinds=KINDS)
    hidden = state.evades(people, np.zeros(N, int), np.zeros(N, int), NAMES, 3)
    assert hidden.mean() == pytest.approx(0.2, abs=0.01)
    assert not state.evades(people, np.full(N, 2), np.zeros(N, int), NAMES, 3).any()
    assert (state.factors(people, np.zeros(N, int), NAMES, 3) == 1).all()
    assert not hidden[~state.response.heeds(people)].any()


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_in_every_regime_people_do_not_respond_unless_a_dial_says_so(name):
    regime = load_regime(name)
    n = 200
    people = np.arange(n)
    response = Response(regime, people, seed=1, rights=OPEN, kinds=KINDS)
    factor = np.ones(n)
    for code in range(3):
        response.thin(factor, people, np.full(n, code), NAMES, 4)
        assert not response.evades(people, np.full(n, code), np.zeros(n, int), NAMES, 4).any()
    assert (factor == 1).all()
