"""Entries without an act: screening, averaging, files from before, gates; each against its closed form."""

from dataclasses import replace

import numpy as np
import pytest

from synthetic.channels.averaging import overpaid
from synthetic.channels.base import Acts, Channel
from synthetic.channels.reach import kept_up
from synthetic.draws import GRID
from synthetic.ledger import ORIGINS

URBAN, MINORITY = 0, 1


def people(size, **columns):
    """`at` for a society of adults in town, of the majority, each alone, with these columns in their place."""
    ids = np.arange(size)
    zero = np.zeros(size, np.int64)
    base = {"age": zero + 40, "household": ids, "community": zero, "residence": zero}
    held = {
        **base,
        "surname": zero,
        "internet": zero > -1,
        "phone": zero > -1,
        "legacy_file": zero > -1,
        "income": zero,
        **columns,
    }
    return lambda who, column: held[column][who]


def turned(name, **numbers):
    return Channel.load(name).set({f"channels.{name}.{key}": value for key, value in numbers.items()})


def arise(channel, at, size, period=0):
    grids = np.arange(-(-size // GRID))
    return channel.arise(period, at, grids=grids, size=size, seed=11, urban=URBAN, minority=MINORITY)


def near(found, expected):
    """Within 5 standard errors of a Poisson count."""
    return abs(found - expected) <= 5 * np.sqrt(expected) + 1


# --- screening -----------------------------------------------------------------------------------------------


def test_screening_60000_faces_at_one_in_a_thousand_makes_mostly_false_alarms():
    faces, sought, months, hit = 60_000, 7, 24, 0.9 * 0.9
    channel = turned("police_cameras", scans_urban=1, false_match=0.001, coverage_urban=0.9, miss=0.1)
    at = people(faces)
    false = sum(len(arise(channel, at, faces, t).acts.person) for t in range(months))
    assert near(false, months * faces * 0.001)
    found = 0
    for t in range(months):
        acts = Acts(np.arange(sought) * 1000, t, np.zeros(sought, np.int64), np.zeros(sought, np.int64))
        sensed = channel.sense(acts, at, seed=11, urban=URBAN, minority=MINORITY)
        found += int((~sensed.missed).sum())
        assert not sensed.strayed.any()
    right = found / (found + false)
    closed = sought * hit / (sought * hit + faces * 0.001)
    assert closed == pytest.approx(0.0863, abs=0.0001)
    assert right == pytest.approx(closed, abs=5 * np.sqrt(closed / (months * 65.7)))


def test_false_alarms_fall_on_the_minority_as_often_as_the_ratio_says():
    size = 100 * GRID
    at = people(size, community=np.arange(size) % 4 == 0)
    for ratio in (1, 2, 5, 10, 100):
        channel = turned("metro_gates", scans_urban=10, false_match=0.0001, false_match_ratio=ratio)
        found = arise(channel, at, size).acts.person
        assert near((found % 4 == 0).sum(), size / 4 * 0.001 * ratio)
        assert near((found % 4 > 0).sum(), size * 3 / 4 * 0.001)


def test_a_ratio_below_one_thins_false_alarms_of_the_minority():
    size = 100 * GRID
    at = people(size, community=np.arange(size) % 2)
    found = arise(turned("health_code", false_red=0.004, false_match_ratio=0.5, outbreak=0), at, size).acts.person
    assert near((found % 2 == 1).sum(), size / 2 * 0.002)
    assert near((found % 2 == 0).sum(), size / 2 * 0.004)


@pytest.mark.parametrize("key", ["false_match", "false_match_ratio", "scans_urban"])
def test_a_raised_rate_or_ratio_only_adds_false_alarms(key):
    size = 60 * GRID
    at = people(size, community=np.arange(size) % 2)
    low, high = {"false_match": (0.0001, 0.0002), "false_match_ratio": (2, 5), "scans_urban": (5, 9)}[key]
    few, many = (set(arise(turned("metro_gates", **{key: at_}), at, size).acts.address.tolist()) for at_ in (low, high))
    assert few < many


def test_only_those_whom_inspectors_visit_have_findings():
    size = 60 * GRID
    owner = np.arange(size) % 16 == 0
    at = people(size, restaurant_owner=owner)
    channel = turned("kitchen_inspections", scans_urban=1, false_match=0.1)
    found = arise(channel, at, size)
    assert owner[found.acts.person].all()
    assert near(len(found.acts.person), owner.sum() * 0.1)
    acts = Acts(np.arange(1000), 0, np.zeros(1000, np.int64), np.zeros(1000, np.int64))
    sensed = channel.sense(acts, at, seed=1, urban=URBAN, minority=MINORITY)
    assert owner[sensed.acts.person].all()
    assert not sensed.strayed.any()


# --- averaging -----------------------------------------------------------------------------------------------


def test_averaging_makes_debts_of_uneven_earnings_that_were_all_reported():
    free, taper, wage = 500.0, 0.5, 3000.0
    for worked in range(13):
        earned = np.where(np.arange(12) < worked, wage, 0.0)
        benefit = np.arange(12) >= worked
        due = taper * np.maximum(earned - free, 0)[benefit].sum()
        read = taper * np.maximum(earned.mean() - free, 0) * benefit.sum()
        made = overpaid(np.array([worked]), np.array([earned.sum()]), free, taper)[0]
        assert due == 0
        assert made == pytest.approx(read - due)
        assert (made > 0) == (2 < worked < 12)


def test_debts_by_averaging_befall_uneven_earners_on_a_benefit_and_nobody_else():
    size = 60 * GRID
    ids = np.arange(size)
    worked, benefit, income = ids % 13, ids % 2 == 0, np.where(ids % 3 == 0, 6000.0, 36_000.0)
    at = people(size, months_worked=worked, benefit=benefit, income=income)
    channel = turned("income_register", matched=1.2, averaged=1, free_income=500, taper=0.5, least_debt=1000)
    found = [arise(channel, at, size, t) for t in range(12)]
    who = np.concatenate([one.acts.person for one in found])
    assert benefit[who].all()
    assert ((worked[who] > 0) & (worked[who] < 12)).all()
    assert (income[who] == 36_000).all()
    assert all((one.origin == ORIGINS.index("averaged")).all() and not one.shadow.any() for one in found)
    owed = overpaid(worked, income, 500, 0.5) > 1000
    in_a_month = 1 - np.exp(-0.1)
    assert near(len(who), 12 * in_a_month * (owed & benefit).sum())
    steady = people(size, months_worked=np.full(size, 12), benefit=benefit, income=income)
    assert not len(arise(channel, steady, size).acts.person)


# --- files from before ---------------------------------------------------------------------------------------


def test_a_file_brings_its_marks_into_month_0_some_lost_some_forged():
    size = 200 * GRID
    at = people(size, community=np.arange(size) % 2)
    numbers = {"marks": 0.05, "lost": 0.1, "forged": 0.01, "coverage_urban": 0.5, "false_match_ratio": 2}
    channel = turned("personnel_file", **numbers)
    found = arise(channel, at, size)
    true = found.origin == 0
    assert near(true.sum(), size * 0.05 * 0.5)
    assert near((true & ~found.real).sum(), size * 0.05 * 0.5 * 0.1)
    assert found.shadow[true].all()
    forged = found.take(~true)
    assert set(forged.origin) == {ORIGINS.index("legacy")}
    assert near((forged.acts.person % 2 == 1).sum(), size / 2 * 0.02)
    assert near((forged.acts.person % 2 == 0).sum(), size / 2 * 0.01)
    assert (found.delay == 0).all()
    assert not len(arise(channel, at, size, period=1).acts.person)


def test_who_has_no_file_has_no_mark_from_before():
    size = 60 * GRID
    filed = np.arange(size) % 3 > 0
    some = arise(turned("personnel_file", marks=0.06, forged=0.01), people(size, legacy_file=filed), size)
    assert len(some.acts.person) > 100
    assert set(some.origin) == {0, ORIGINS.index("legacy")}
    assert filed[some.acts.person].all()


def test_marks_are_kept_by_file_and_not_by_mark():
    size = 400 * GRID
    found = arise(turned("personnel_file", marks=0.06, forged=0, coverage_urban=0.3), people(size), size).acts.person
    again = np.bincount(found, minlength=size)
    # Of those with a file the number of marks is Poisson; kept mark by mark, 0.09 of them would be twice marked.
    assert near((again > 1).sum(), size * 0.3 * (1 - np.exp(-0.06) * 1.06))


# --- gates ---------------------------------------------------------------------------------------------------


def test_a_gate_turns_red_by_place_and_by_household_where_there_is_an_outbreak():
    size = 300 * GRID
    at = people(size, household=np.arange(size) // 4 * 4)
    channel = turned("health_code", outbreak=0.1, exposed=0.2, contact=0.5, false_red=0, coverage_urban=1, miss=0.2)
    found = arise(channel, at, size)
    grids = np.unique(found.acts.person // GRID)
    assert abs(len(grids) - 30) <= 5 * np.sqrt(27)
    homes, many = np.unique(found.acts.person // 4, return_counts=True)
    expected = len(grids) * GRID / 4 * 0.2
    assert near(len(homes), expected * (1 - 0.5**4))
    assert many.mean() == pytest.approx(4 * 0.5 / (1 - 0.5**4), abs=0.1)
    assert near((~found.real).sum(), 0.2 * len(found.real))
    assert (found.origin == 0).all()
    assert found.shadow.all()


def test_codes_turn_red_by_mistake_outside_any_outbreak_too():
    size = 100 * GRID
    device = np.arange(size) % 2 == 0
    found = arise(turned("health_code", outbreak=0, false_red=0.004, without=0.1), people(size, phone=device), size)
    assert (found.origin == ORIGINS.index("false_match")).all()
    assert near(device[found.acts.person].sum(), device.sum() * 0.004)
    assert near((~device[found.acts.person]).sum(), (~device).sum() * 0.0004)


# --- reach ---------------------------------------------------------------------------------------------------


def acts_of(size):
    return Acts(np.arange(size), 0, np.zeros(size, np.int64), np.zeros(size, np.int64))


def test_a_platform_reaches_those_without_a_device_as_the_dial_says():
    size = 40_000
    device = np.arange(size) % 2 == 0
    channel = turned("platform", coverage_urban=0.6, without=0.1)
    sensed = channel.sense(acts_of(size), people(size, internet=device), seed=2, urban=URBAN, minority=MINORITY)
    assert near(device[sensed.acts.person].sum(), 20_000 * 0.6)
    assert near((~device[sensed.acts.person]).sum(), 20_000 * 0.06)


def test_a_warden_sees_one_group_as_many_times_more_often_as_the_dial_says():
    size = 100 * GRID
    group = np.arange(size) % 2
    channel = turned("wardens", coverage_urban=0.1, attention_ratio=5, load=0)
    at = people(size, community=group)
    sensed = channel.sense(acts_of(size), at, seed=2, urban=URBAN, minority=MINORITY)
    assert near((group[sensed.acts.person] == 1).sum(), size / 2 * 0.5)
    assert near((group[sensed.acts.person] == 0).sum(), size / 2 * 0.1)
    everything = turned("wardens", coverage_urban=0.5, attention_ratio=100, load=0)
    sensed = everything.sense(acts_of(size), at, seed=2, urban=URBAN, minority=MINORITY)
    assert (group[sensed.acts.person] == 1).sum() == size / 2


def test_reach_falls_with_the_load_that_is_expected_of_the_grid_and_not_with_the_cases_that_happen():
    even = turned("wardens", load=40, load_half=40, load_spread=0)
    np.testing.assert_allclose(kept_up(even, np.arange(5), seed=1), 0.5)
    spread = turned("wardens", load=40, load_half=40, load_spread=1)
    share = kept_up(spread, np.arange(20_000), seed=1)
    assert np.median(share) == pytest.approx(0.5, abs=0.01)
    # log(1/share - 1) is normal with the declared spread
    assert np.log(1 / share - 1).std() == pytest.approx(1, abs=0.02)
    size = 40 * GRID
    at = people(size)
    everybody = spread.sense(acts_of(size), at, seed=1, urban=URBAN, minority=MINORITY).acts.person
    few = spread.sense(acts_of(size).take(np.arange(0, size, 50)), at, seed=1, urban=URBAN, minority=MINORITY)
    np.testing.assert_array_equal(few.acts.person, everybody[everybody % 50 == 0])


# --- stale entries and namesakes -----------------------------------------------------------------------------


def test_a_share_of_entries_outlives_its_term_by_a_geometric_number_of_months():
    channel = turned("platform", stale=0.2, stale_months=6)
    months = channel.staleness(acts_of(100_000), seed=4)
    assert abs((months > 0).sum() - 20_000) < 5 * np.sqrt(16_000)
    assert months[months > 0].mean() == pytest.approx(6, abs=0.2)
    assert (months[months > 0] == 1).mean() == pytest.approx(1 / 6, abs=0.015)
    longer = turned("platform", stale=0.2, stale_months=12).staleness(acts_of(100_000), seed=4)
    assert (longer >= months).all()


def test_two_random_people_share_a_surname_as_often_as_the_squares_of_the_shares_add_up_to():
    from synthetic import Population

    size = 200 * GRID
    surname = Population("china-2020", size, seed=3).arrays()["surname"]
    shares = np.bincount(surname) / size
    together = float((shares**2).sum())
    assert (shares[:3] ** 2).sum() == pytest.approx(0.0151, abs=0.0003)
    anybody = replace(Channel.load("income_register"), mistakes="")
    victim = anybody.mistaken_for(acts_of(size), people(size), size, seed=5)
    found = surname[victim] == surname
    assert near(found.sum(), size * together)
    assert found.mean() == pytest.approx(together, rel=0.05)


def test_neighbors_alike_are_as_likely_and_somebody_else_is_entered_where_there_is_none():
    # Person 0 has three lookalikes, 1 has a child for one and 2 one of the same household: 1 and 2 have none.
    looks = np.arange(GRID)
    looks[[0, 100, 500, 1000]] = 5_000
    looks[[1, 200]] = 5_001
    looks[[2, 300]] = 5_002
    household, age = np.arange(GRID), np.full(GRID, 40)
    household[300], age[200] = household[2], 10
    at = people(GRID, community=looks, household=household, age=age)
    n = 6_000
    acts = Acts(np.repeat([0, 1, 2], n), 0, *(np.tile(part, 3) for part in divmod(np.arange(n), 4096)))
    victim = Channel.load("cameras").mistaken_for(acts, at, GRID, seed=5).reshape(3, n)
    found, many = np.unique(victim[0], return_counts=True)
    assert found.tolist() == [100, 500, 1000]
    assert (abs(many - n / 3) < 5 * np.sqrt(n * 2 / 9)).all()
    for person in (1, 2):
        assert not np.isin(victim[person], [person, 200, 300][: person + 1]).any()
        assert len(np.unique(victim[person])) > 900
        assert (victim[person] >= 0).all()


def test_nobody_is_entered_only_where_there_is_nobody_else():
    at = people(4, household=np.array([0, 0, 1, 1]), age=np.array([40, 40, 10, 10]))
    victim = Channel.load("cameras").mistaken_for(acts_of(4), at, 4, seed=5)
    assert victim[:2].tolist() == [-1, -1]
    assert set(victim[2:].tolist()) <= {0, 1}


def test_an_entry_that_strays_falls_on_somebody_whom_the_channel_is_about():
    size = 20 * GRID
    filed = np.arange(size) % 2 == 0
    channel = replace(Channel.load("personnel_file"), mistakes="", among="society")
    victim = channel.mistaken_for(acts_of(size), people(size, legacy_file=filed), size, seed=5)
    assert (victim >= 0).any()
    assert filed[victim[victim >= 0]].all()
