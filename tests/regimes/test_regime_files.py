"""Every regime of the project runs, says where its clauses come from, and keeps what is claimed apart."""

import random
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from synthetic.source import sources
from testbed.regimes.base import FOLDER, names
from testbed.regimes.gates import refusals, waits
from testbed.regimes.reading import load_regime
from testbed.regimes.sentences import clauses
from testbed.regimes.state import RegimeState

N, MONTHS = 3_000, 14


def walked(regime, people=None, before=None):
    """Bits of lists and sanctions by month: some people are called always, some in spells; ties are a ring.

    `people`: whole households that are run, with everybody's lists by month in `before`.
    """
    people = np.arange(N) if people is None else people
    ring = np.stack([(people - 1) % N, (people + 1) % N], axis=1).reshape(-1)
    tied = dict.fromkeys(regime.ties, (np.arange(0, 2 * len(people) + 1, 2), ring))
    _, household = np.unique(people // 3, return_inverse=True)
    state = RegimeState(regime, people, household, people % 3 == 2, seed=1, reach=tied)
    lists, sanctions = np.zeros((2, MONTHS, len(people)), np.uint16)
    for t in range(MONTHS):
        called = (people % 20 < 2) | ((people % 20 == 2) & (t // 4 % 2 == 0))
        decision = np.select([called, people % 20 > 17], [-1, 1], 0).astype(np.int8)
        state.step(t, decision, None if t == 0 else (lists if before is None else before)[t - 1])
        lists[t], sanctions[t] = state.lists, state.sanctions
    return lists, sanctions


@pytest.mark.parametrize("name", names())
def test_every_clause_has_a_source_and_every_list_agency_and_sanction_comes_to_something(name):
    regime = load_regime(name)
    assert {one.source for one in regime.sanctions} | {one.source for one in regime.dials.values()} <= set(sources())
    own = {one.switch for one in regime.sanctions if one.switch}
    everything = regime.set({f"regime.{switch}.follows": "on" for switch in own})
    lists, sanctions = walked(everything)
    for bit, holder in enumerate(regime.holders):
        assert (lists >> bit & 1).any(), holder
    for bit, one in enumerate(regime.sanctions):
        assert (sanctions >> bit & 1).any(), one.name


@pytest.mark.parametrize("name", [name for name in names() if not load_regime(name).coupled])
def test_households_that_are_run_apart_have_the_lives_they_have_among_all(name):
    regime = load_regime(name)
    lists, sanctions = walked(regime)
    people = np.flatnonzero((np.arange(N) // 3) % 7 == 2)
    some = walked(regime, people, lists)
    assert np.array_equal(some[0], lists[:, people])
    assert np.array_equal(some[1], sanctions[:, people])


@pytest.mark.parametrize("name", names())
def test_switched_off_a_regime_binds_nobody(name):
    regime = load_regime(name)
    off = regime.set({"regime.active": "off"})
    assert not walked(off)[1].any()
    assert not off.follows
    assert off.ties == ()


@pytest.mark.parametrize("name", names())
def test_what_only_the_seed_claims_hangs_on_a_switch_that_is_off_or_on_the_note_of_the_regime(name):
    regime = load_regime(name)
    claimed = [one for one in regime.sanctions if one.reading == "claimed" and regime.in_force(one)]
    assert not claimed or regime.claimed
    dials = [one for one in regime.dials.values() if one.reading == "claimed"]
    assert bool(regime.claimed) == bool(dials or [one for one in regime.sanctions if one.reading == "claimed"])
    if name == "essay-claims":
        assert not regime.follows
        assert all(one.reading == "claimed" and one.switch for one in regime.sanctions)


def test_only_stated_or_inferred_facts_go_by_their_own_source_in_the_tiers_of_suining():
    regime = load_regime("suining-tiers")
    for dial in regime.dials.values():
        assert dial.source != "creemers-2018" or dial.reading == "assumed"
    for sanction in regime.sanctions:
        assert sanction.source != "creemers-2018" or sanction.reading == "assumed"


def test_refused_flights_outnumber_refused_trains_as_in_the_court_s_figures():
    regime = load_regime("joint-sanctions")
    lists, sanctions = walked(regime)
    past = SimpleNamespace(people=np.arange(N), periods=MONTHS, sanctions=lambda t: sanctions[t])
    rows = refusals(past, regime, pd.DataFrame({"age": np.where(np.arange(N) % 3 == 2, 10, 40)}), seed=1)
    by = rows.groupby("gate")["attempts"].sum()
    months = (lists >> regime.holders.index("airline") & 1).sum()
    assert by["flight"] / months == pytest.approx(0.21, abs=0.02)
    assert by["flight"] > 10 * by["train"]
    assert set(by.index) <= {gate.name for gate in regime.gates}
    assert waits(past, regime, pd.DataFrame({"age": np.full(N, 40)})).empty


def test_the_white_list_of_the_metro_fills_its_places_and_no_more():
    regime = load_regime("metro-lanes").set({"regime.white_list.quota": 0.05})
    lists, _ = walked(regime)
    assert ((lists & 1).sum(axis=1) == 150).all()


WORDS = ("true", "-1", '"x"', "[]", "{}", "nan", "inf", "1e400", '""', '["a"]', "2020-01-01", "10" * 12)


def spoiled(rng, text):
    """A regime's file with a few lines lost, doubled, or given another value."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        what = rng.randrange(4)
        if what == 0:
            lines.pop(at)
        elif what == 1:
            lines.insert(at, rng.choice(lines))
        elif what == 2:
            lines[at] = re.sub(r"value = [^,]+", f"value = {rng.choice(WORDS)}", lines[at])
        elif "=" in lines[at]:
            lines[at] = f"{lines[at].split('=')[0]}= {rng.choice(WORDS)}"
    return "\n".join(lines)


def test_a_spoiled_file_is_refused_as_wrong_input_or_is_a_regime(tmp_path):
    rng = random.Random(7)
    texts = [(FOLDER / f"{name}.toml").read_text() for name in ("health-gate", "joint-sanctions", "suining-tiers")]
    people = np.arange(9)
    refused = 0
    for _ in range(100):
        path = tmp_path / "spoiled.toml"
        path.write_text(spoiled(rng, rng.choice(texts)))
        try:
            regime = load_regime(str(path))
        except InputError:
            refused += 1
            continue
        assert list(clauses(regime))
        state = RegimeState(regime, people, people // 3, people % 3 == 2, seed=1)
        state.step(0, np.array([-1, 1, 0] * 3, np.int8))
    assert 30 < refused < 100
