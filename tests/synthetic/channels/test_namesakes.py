"""Namesakes: how often people are mistaken for others follows from how many bear their name, wherever it is sought."""

from dataclasses import replace

import numpy as np
import pytest

from synthetic import Recipe
from synthetic.channels.base import Acts, Channel, names
from synthetic.channels.namesakes import Roll, mistaken
from synthetic.errors import InputError
from synthetic.recipes.china_2020 import _given_names, _surnames
from testbed.scenarios import Scenario
from testbed.world import Society

SEARCHED = {name: Channel.load(name) for name in names() if Channel.load(name).by_name}


def columns(size, **given):
    at = np.arange(size)
    base = {"household": at, "given_name": at, "age": at * 0 + 40, "surname": at * 0, "city": at * 0}
    base["name_share"] = np.full(size, 1e-9)
    held = {**base, **given}
    return lambda people, column: held[column][people]


def channel(searched=1000, among="city", **given):
    held = replace(Channel.load("court"), among=among, **given)
    return replace(held, numbers={**held.numbers, "searched": replace(held.numbers["searched"], value=searched)})


def acts_of(person, many):
    at = np.arange(many)
    return Acts(np.full(many, person), 0, at // 4096, at % 4096)


def taken(roll, held, person, at, many=4000):
    return roll.taken(held, acts_of(person, many), at, 7)


def test_the_chance_to_be_mistaken_is_that_of_a_search_simulated():
    rng = np.random.default_rng(3)
    for share in (1e-7, 1e-6, 3e-6, 1e-4):
        others = rng.poisson(share * 670_000, 200_000)
        wrong = rng.random(200_000) < others / (others + 1)
        found = mistaken(np.array([share]), 670_000)[0]
        assert abs(wrong.mean() - found) < 5 * np.sqrt(found * (1 - found) / 200_000) + 1e-6


def test_full_names_are_as_frequent_as_published():
    numbers = Recipe.load("china-2020").numbers
    surname, given = numbers["surname"].made(_surnames), numbers["given_name"].made(_given_names)
    top = surname.shares(np.arange(3))[:, None] * given.shares(np.arange(5))
    people = np.sort(top.ravel())[::-1] * 1.3e9
    # 290,607 and 281,568 of 1.3 billion, and the tenth 233,708: names of our law are independent, and a sixth rarer.
    assert people[0] == pytest.approx(290_607, rel=0.15)
    assert people[1] == pytest.approx(281_568, rel=0.15)
    assert people[9] == pytest.approx(233_708, rel=0.2)
    held = given.shares(np.arange(1000))
    assert (held[[0, 9, 49, 999]] * 1_181_923_558).round() == pytest.approx(
        [3_279_488, 2_198_214, 1_160_454, 139_707], 0.001
    )
    # Ranks that the law does not know: 75th 870,410, about the 245th 407,000 and the 517th 238,000.
    assert held[[74, 244, 516]] * 1_181_923_558 == pytest.approx([870_410, 407_000, 238_000], rel=0.09)


def test_people_of_one_place_are_mistaken_at_the_stated_rate_on_average_and_common_names_more_often():
    share = np.where(np.arange(1000) < 100, 1e-3, 1e-7)
    roll = Roll(channel(10_000), columns(1000, name_share=share), np.arange(1000))
    assert roll.chance.mean() == pytest.approx(1)
    # With 10 others the wrong one is taken 0.9 times of 1, with 0.001 others 0.0005 times: (1 - e^-m) / m, by hand.
    common, rare = 1 - (1 - np.exp(-10)) / 10, 0.0005
    assert roll.chance[0] / roll.chance[999] == pytest.approx(common / rare, rel=0.001)


def test_each_city_has_its_own_average_and_children_are_never_taken():
    city, age = np.arange(1000) // 500, np.where(np.arange(1000) % 2, 40, 10)
    share = np.where(city == 0, 1e-3, 1e-6)
    at = columns(1000, city=city, age=age, name_share=share)
    held = channel(10_000)
    roll = Roll(held, at, np.arange(1000))
    for one in (0, 1):
        assert roll.chance[(city == one) & (age == 40)].mean() == pytest.approx(1)
        victim = taken(roll, held, 500 * one + 1, at)
        assert (city[victim] == one).all()
        assert (age[victim] == 40).all()
        assert (victim != 500 * one + 1).all()


def test_where_everybody_searched_is_in_the_run_a_namesake_is_taken_each_as_likely():
    surname, given = np.arange(1000) % 10, np.arange(1000)
    given[[0, 10, 20, 30]] = 5
    household = np.arange(1000)
    household[30] = 0
    at = columns(1000, surname=surname, given_name=given, household=household, name_share=np.full(1000, 0.004))
    held = channel(1000)
    found, many = np.unique(taken(Roll(held, at, np.arange(1000)), held, 0, at), return_counts=True)
    assert found.tolist() == [10, 20]
    assert abs(many[0] - 2000) < 5 * np.sqrt(1000)


def test_in_a_sample_of_a_nation_people_of_the_surname_stand_in_by_how_often_they_are_mistaken():
    surname = np.arange(1000) % 10
    share = np.where(np.arange(1000) % 20 < 10, 1e-5, 1e-6)
    at = columns(1000, surname=surname, given_name=np.zeros(1000, int), name_share=share)
    held = channel(1_000_000, "society")
    roll = Roll(held, at, np.arange(1000))
    victim = taken(roll, held, 3, at, 20_000)
    assert (surname[victim] == 3).all()
    # m = 10 and 1 others: 0.9 and 0.368, and 49 and 50 people who can be taken.
    often = (victim % 20 < 10).mean()
    assert often == pytest.approx(49 * 0.9 / (49 * 0.9 + 50 * 0.368), abs=0.02)


def test_somebody_of_another_surname_is_taken_only_where_nobody_bears_it_and_nobody_only_in_one_household():
    at = columns(100, surname=np.arange(100))
    held = channel()
    victim = taken(Roll(held, at, np.arange(100)), held, 0, at)
    assert (victim > 0).all()
    assert len(np.unique(victim)) == 99
    at = columns(4, household=np.zeros(4, int))
    assert (taken(Roll(held, at, np.arange(4)), held, 0, at) == -1).all()


def test_one_of_a_household_of_a_thousand_namesakes_is_taken_from_elsewhere():
    household = np.zeros(1000, int)
    household[999] = 999
    at = columns(1000, household=household, given_name=np.zeros(1000, int))
    held = channel()
    assert (taken(Roll(held, at, np.arange(1000)), held, 5, at, 300) == 999).all()


@pytest.mark.parametrize("name", SEARCHED)
def test_what_strays_in_4_000_people_finds_somebody_and_mostly_of_the_surname(name):
    society = Society(Scenario.load("rongcheng"), 4000, 3)
    at = lambda people, column: {**society.columns, "legacy_file": society.ids % 8 > 0}[column][people]  # noqa: E731
    held, actor = SEARCHED[name], np.flatnonzero(society.columns["age"] >= 18)
    roll = held.roll(at, society.ids)
    strays = Acts(np.repeat(actor, 5), 0, np.zeros(5 * len(actor), int), np.tile(np.arange(5), len(actor)))
    victim = held.mistaken_for(strays, at, society.size, seed=3, roll=roll)
    assert (victim >= 0).all()
    surname = society.columns["surname"]
    nobody = np.average(surname[victim] != surname[strays.person], weights=roll.rate(strays.person))
    # The nation has namesakes of people with rare surnames, 4,000 people have none: up to a twentieth.
    assert nobody < (0.01 if held.among == "city" else 0.05)


@pytest.mark.parametrize("name", SEARCHED)
def test_a_channel_that_goes_by_names_says_among_whom_it_searches_and_where_that_was_read(name):
    held = SEARCHED[name].numbers["searched"]
    assert SEARCHED[name].among in ("city", "society")
    assert held.where
    assert held.range[0] <= held.value <= held.range[1]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('among    = "city"', 'among    = "grid"', "allowed where mistakes is 'name': city, society"),
        ('mistakes = "name"', 'mistakes = "community"', "'searched' is for 'name', and needed"),
        ('among    = "city"', 'among    = "county"', "county"),
    ],
)
def test_a_search_that_cannot_be_is_refused(tmp_path, old, new, message):
    text = Channel.load("court")
    path = tmp_path / "court.toml"
    from synthetic.channels.base import FOLDER

    text = (FOLDER / "court.toml").read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        Channel.load(path)
