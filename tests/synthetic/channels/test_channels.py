"""Channels: reach and delay belong to the scheme; misses, strays and duplicates are its errors."""

import numpy as np
import pytest

from synthetic.channels.base import Acts, Channel, names, waiting
from synthetic.draws import GRID
from synthetic.ledger import ORIGINS
from testbed.case import run_case
from testbed.scenarios.base import Scenario
from testbed.world.society import Society

DUPLICATE = ORIGINS.index("duplicate")


@pytest.fixture(scope="module")
def society():
    return Society(Scenario.load("rongcheng"), 60 * GRID, 2)


@pytest.fixture(scope="module")
def acts(society):
    rng = np.arange(0, society.size, 3)
    rng = rng[society.columns["age"][rng] >= 18]
    return Acts(rng, 0, np.zeros(len(rng), np.int64), np.zeros(len(rng), np.int64))


def sense(channel, acts, society):
    at = lambda people, column: society.columns[column][people]  # noqa: E731
    urban, minority = society.code("residence", "urban"), society.code("community", "minority")
    roll = society.views.roll(channel)
    return channel.sense(acts, at, seed=society.seed, urban=urban, minority=minority, roll=roll), at


def near(found, n, rate):
    return abs(found - n * rate) <= 5 * np.sqrt(n * rate * (1 - rate)) + 1


@pytest.mark.parametrize("name", names())
def test_every_channel_names_source_reading_and_unit_for_each_number(name):
    for dial in Channel.load(name).dials.values():
        assert dial.source
        assert dial.reading
        assert dial.unit


@pytest.mark.parametrize("name", names())
def test_a_rate_without_a_published_figure_stands_at_the_middle_of_its_range(name):
    dial = Channel.load(name).numbers["false_match"]
    if dial.reading == "assumed":
        assert float(dial.value) == pytest.approx(sum(dial.range) / 2)


def test_reach_misses_and_duplicates_come_at_their_rates(society, acts):
    channel = Channel.load("court")
    sensed, _ = sense(channel, acts, society)
    urban = society.columns["residence"][acts.person] == society.code("residence", "urban")
    expected = np.where(urban, channel.value("coverage_urban"), channel.value("coverage_rural")).sum()
    assert abs(len(sensed.delay) - expected) < 5 * np.sqrt(expected)
    n = len(sensed.delay)
    assert near(sensed.missed.sum(), n, channel.value("miss"))
    assert near(sensed.strayed.sum(), n, channel.value("false_match") * (1 - channel.value("miss")))
    assert near(sensed.doubled.sum(), n, channel.value("duplicate"))


def test_cameras_mistake_minority_faces_as_many_times_more_often_as_the_ratio_says(society, acts):
    channel = Channel.load("cameras").set(
        {"channels.cameras.false_match": 0.02, "channels.cameras.false_match_ratio": 20}
    )
    sensed, _ = sense(channel, acts, society)
    minority = society.columns["community"][sensed.acts.person] == society.code("community", "minority")
    seen = ~sensed.missed
    for group, rate in ((minority, 0.4), (~minority, 0.02)):
        assert near(sensed.strayed[group & seen].sum(), (group & seen).sum(), rate)


def test_as_many_entries_fall_on_somebody_else_as_the_dial_says():
    stated = {"court": 0.04, "agencies": 0.02, "cameras": 0.02}
    dials = {f"channels.{name}.false_match": share for name, share in stated.items()}
    dials |= {f"channels.{name}.coverage_{where}": 1.0 for name in stated for where in ("urban", "rural")}
    case = run_case(Scenario.load("rongcheng").set(dials), people=24 * GRID, periods=24, seed=4)
    ledger, minority = case.history.ledger, case.society.columns["community"] == 1
    for name, share in stated.items():
        entered = ledger.real & (ledger.channel == ledger.channels.index(name)) & (ledger.origin != DUPLICATE)
        elsewhere = entered & (ledger.subject != ledger.author)
        groups = ((~minority, 1), (minority, 10)) if name == "cameras" else ((minority | ~minority, 1),)
        for group, ratio in groups:
            mine = group[ledger.author]
            n = (entered & mine).sum()
            assert n * share * ratio > 10
            assert near((elsewhere & mine).sum(), n, share * ratio)


def test_only_namesakes_and_those_who_stand_in_for_them_are_called_collisions():
    dials = {"channels.court.false_match": 0.04, "channels.agencies.false_match": 0.02}
    case = run_case(Scenario.load("rongcheng").set(dials), people=300, periods=48, seed=4)
    ledger, surname = case.history.ledger, case.society.columns["surname"]
    elsewhere = ledger.where(ledger.real & (ledger.subject != ledger.author) & (ledger.channel < 2))
    assert ledger.channels[:2] == ("court", "agencies")
    same = surname[elsewhere.subject] == surname[elsewhere.author]
    assert 0.5 < same.mean() < 1  # 300 people are too few for every surname to be borne twice
    np.testing.assert_array_equal(elsewhere.origin == ORIGINS.index("collision"), same)
    np.testing.assert_array_equal(elsewhere.origin == ORIGINS.index("false_match"), ~same)


def test_the_wrong_person_is_an_adult_of_the_same_grid_and_community_in_another_household(society, acts):
    channel = Channel.load("cameras")
    _, at = sense(channel, acts, society)
    victim = channel.mistaken_for(acts, at, society.size, seed=society.seed)
    assert (victim >= 0).all()
    one, other = acts.person, victim
    assert (one // GRID == other // GRID).all()
    community = society.columns["community"]
    adults = np.flatnonzero(society.columns["age"] >= 18)
    others = np.bincount(adults // GRID, community[adults], minlength=60)[one // GRID]
    many = np.where(community[one] == 1, others, np.bincount(adults // GRID)[one // GRID] - others) > 20
    assert (community[one] == community[other])[many].all()
    assert (society.columns["household"][one] != society.columns["household"][other]).all()
    assert (society.columns["age"][other] >= 18).all()


def test_a_faithful_channel_keeps_reach_and_delay_coin_by_coin(society, acts):
    channel = Channel.load("agencies")
    with_errors, _ = sense(channel, acts, society)
    without, _ = sense(channel.faithful(), acts, society)
    np.testing.assert_array_equal(with_errors.acts.person, without.acts.person)
    np.testing.assert_array_equal(with_errors.delay, without.delay)
    assert not (without.missed.any())
    assert not (without.strayed.any())
    assert not (without.doubled.any())


def test_waiting_has_its_mean_and_grows_with_it():
    coin = (np.arange(100_000) + 0.5) / 100_000
    short, long = waiting(coin, 0.5), waiting(coin, 1.5)
    assert short.mean() == pytest.approx(0.5, abs=0.01)
    assert (long >= short).all()
    assert (waiting(coin, 0.0) == 0).all()


def test_the_chance_of_an_entry_is_the_share_of_acts_that_are_entered():
    n = 64 * 1024
    columns = {"residence": np.arange(n) % 2, "community": np.arange(n) % 3 % 2}
    court = Channel.load("court").set({"channels.court.miss": 0.1, "channels.court.miss_ratio": 4})

    def at(people, name):
        return columns[name][people]

    people = np.arange(n)
    sensed = court.sense(Acts(people, 3, np.zeros(n, int), people % 1024), at, seed=5, urban=0, minority=1)
    entered = np.zeros(n)
    entered[sensed.acts.person[~sensed.missed]] = 1
    chance = court.entered(people, at, seed=5, urban=0, minority=1)
    # By hand: reach 0.9 in town and 0.75 elsewhere, 10 % missed and 40 % of the minority.
    assert sorted(set(chance.round(6))) == [0.45, 0.54, 0.675, 0.81]
    for value in np.unique(chance):
        here = chance == value
        assert entered[here].mean() == pytest.approx(value, abs=4.5 * 0.5 / np.sqrt(here.sum()))
