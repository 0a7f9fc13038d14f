"""Dials that take their number from a comparable system: what they say, and that it gives the figure back."""

import re

import pytest

from synthetic.channels import Channel
from synthetic.channels import names as channels
from synthetic.registry import toml_names
from synthetic.source import shipped, sources
from testbed.regimes import load_regime
from testbed.regimes.base import FOLDER as REGIMES
from testbed.scenarios import Scenario, readings

PARTS = [*map(Channel.load, channels()), *map(load_regime, toml_names(REGIMES))]
ANALOGS = [(part.name, dial) for part in PARTS for dial in part.dials.values() if dial.reading == "analog"]


@pytest.mark.parametrize(("part", "dial"), ANALOGS, ids=[f"{part}:{dial.path}" for part, dial in ANALOGS])
def test_an_analog_names_a_system_and_says_how_its_figure_becomes_the_number(part, dial):
    assert sources()[dial.source].system
    assert re.search(r"\d", dial.where), "the figure is not said"
    low, high = dial.range
    assert low < high
    assert low <= dial.value <= high
    named = re.findall(r"\b[a-z]+(?:-[a-z]+)*-[0-9]{4}\b", dial.where)
    assert set(named) <= set(sources())


def test_every_source_of_analogs_is_used_and_no_system_is_named_for_anything_else():
    used = {dial.source for _, dial in ANALOGS} | {one for _, dial in ANALOGS for one in sources() if one in dial.where}
    assert {one.id for one in shipped().values() if one.system} == used
    assert len({source.system for source in shipped().values() if source.system}) == len(used)


def at_least_one(share, entries):
    """The share of people with at least one, if each of their entries has it with this chance."""
    return 1 - (1 - share) ** entries


def standing(months, term):
    """The share of standing entries that are late, if each stands this many months longer than its term."""
    return months / (term + months)


def number(part, path):
    (dial,) = [one.dials[path] for one in PARTS if one.name == part]
    return float(dial.value), dial.range[1]


def test_the_numbers_give_the_published_figures_back():
    charges, accounts = 2406 / 101, 13
    _, wrong = number("court", "channels.court.false_match")
    assert at_least_one(wrong, charges) == pytest.approx(0.60, abs=0.03)
    _, missed = number("court", "channels.court.miss")
    assert at_least_one(missed, charges) == pytest.approx(0.90, abs=0.03)
    shared, _ = number("joint-sanctions", "regime.sharing.share")
    assert at_least_one(1 - shared, charges) == pytest.approx(0.90, abs=0.01)
    _, wrong = number("agencies", "channels.agencies.false_match")
    assert at_least_one(wrong, accounts) == pytest.approx(206 / 1001, abs=0.03)
    missed, most = number("agencies", "channels.agencies.miss")
    assert at_least_one(missed, 9 * 3) == pytest.approx(0.78, abs=0.04)
    assert at_least_one(most, 9) == pytest.approx(0.78, abs=0.03)
    forged, _ = number("personnel_file", "channels.personnel_file.forged")
    marks = Channel.load("personnel_file").value("marks")
    assert forged / (forged + marks) == pytest.approx(131 / 563, abs=0.005)


@pytest.mark.parametrize("name", [name for name in channels() if name != "health_code"])
def test_late_entries_are_as_many_as_in_the_file_and_the_list(name):
    value, high = number(name, f"channels.{name}.stale")
    months = Channel.load(name).value("stale_months")
    assert standing(value * months, 60) == pytest.approx(600 / 150_000, abs=0.0003)
    if months == 12:
        assert standing(high * months, 24) == pytest.approx(17 / 169, abs=0.015)


def test_copies_that_outlive_a_listing_are_as_many_as_in_the_list_at_most():
    value, high = number("joint-sanctions", "regime.bank.forgets")
    assert standing(value, 24) == pytest.approx(17 / 169 / 2, abs=0.015)
    assert standing(high, 60) == pytest.approx(17 / 169, abs=0.01)


def test_contests_add_up_to_those_of_the_sanctions():
    wrong = 0.13  # as many as were overturned
    vain, _ = number("joint-sanctions", "regime.appeal.filed_true")
    assert 0.20 <= wrong + (1 - wrong) * vain <= 0.33


def test_copies_of_the_court_list_rest_on_no_guess_and_contests_and_its_channel_on_fewer():
    found = readings(Scenario.load("joint-sanctions"))
    assert found["copies"]["assumed"] == 0
    assert found["copies"]["analog"] == 2 * 5 + 1
    assert found["contest"]["analog"] >= 5
    assert found["channels"]["analog"] >= 5
