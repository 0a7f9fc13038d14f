"""Channels in a world: every mechanism at once, with and without errors."""

import numpy as np
import pytest

from synthetic.channels.base import MECHANISMS
from synthetic.draws import GRID
from synthetic.ledger import ORIGINS
from testbed.case.case import run_case
from testbed.scenarios.base import Scenario
from testbed.twins import replay

CHANNELS = ("police_cameras", "kitchen_inspections", "income_register", "personnel_file", "health_code", "wardens")
KINDS = (
    "wanted", "fake_identity", "hygiene_violation", "benefit_overclaim", "political_mark", "party_warning",
    "library_visit", "exposure", "travel", "unregistered_guest", "nuisance", "unplanned_child",
)  # fmt: skip


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    rules = "\n".join(
        f"[rules.{kind}]\ncolumn = '{kind}'\nper = 'entry'\n"
        'points = { value = -1, unit = "points", source = "assumed", reading = "assumed", range = [-9, 9] }'
        for kind in KINDS
    )
    (folder / "scheme.toml").write_text(
        'schema = 1\ntitle = "All"\nas_of = 2020-01-01\n[base]\n'
        f'points = {{ value = 9, unit = "points", source = "assumed", reading = "assumed", range = [0, 900] }}\n{rules}'
    )
    town = folder / "all.toml"
    town.write_text(
        'schema = 1\ntitle = "All channels"\nas_of = 2020-01-01\nrecipe = "china-2020"\nties = ["firms"]\n'
        f'channels = {list(CHANNELS)}\nconduct = {list(KINDS)}\nmodel = "scheme.toml"\n'
        'regime = "rongcheng-lists"\ndisclosure = "open"\n'
        '[who]\nscored = { age = { at_least = 18 } }\nheld = ["age"]\ncompared = ["community"]\n'
        'reference = { community = "majority" }\n[decide]\nadverse = { worst_share = 0.05 }\n'
        '[error]\nkind = "nuisance"\n'
    )
    return Scenario.load(str(town))


@pytest.fixture(scope="module")
def case(scenario):
    return run_case(scenario, people=40 * GRID, periods=6)


@pytest.fixture(scope="module")
def ledger(case):
    return case.history.ledger


def test_every_mechanism_is_in_the_town(scenario):
    assert {one.mechanism for one in scenario.channels} == set(MECHANISMS)


def test_entries_arise_without_an_act_with_their_origin(ledger):
    arisen = ledger.where((ledger.columns["id"] >> 8 & 1023) >= 512)
    held = {ledger.channels[code]: set() for code in np.unique(arisen.channel)}
    for code, origin in zip(arisen.channel, arisen.origin, strict=True):
        held[ledger.channels[code]].add(ORIGINS[origin])
    assert held["police_cameras"] == {"false_match"}
    assert held["income_register"] == {"averaged"}
    assert held["personnel_file"] == {"faithful", "legacy"}
    assert held["health_code"] == {"faithful", "false_match"}
    assert "wardens" not in held
    assert len(np.unique(ledger.columns["id"])) == len(ledger)


def test_some_entries_outlive_their_term_and_are_wrong_from_then_on(ledger):
    late = ledger.where(ledger.real & (ledger.end > ledger.shadow_end))
    assert len(late) > 10
    t = int(late.shadow_end.min())
    assert late.stale(t).any()
    assert (late.wrong_at(t) >= late.stale(t)).all()
    assert not late.standing(t, shadow=True)[late.stale(t)].any()


def test_some_households_run_again_alone_get_the_entries_they_had(case):
    roots = np.arange(0, case.society.size, 97)
    part = replay(case.society, case.scheme, case.history, roots)
    mine = case.history.ledger.where(np.isin(case.history.ledger.subject, part.people))
    assert ((mine.columns["id"] >> 8 & 1023) >= 512).any()
    for name, column in part.history.ledger.columns.items():
        np.testing.assert_array_equal(column, mine.columns[name])
    np.testing.assert_array_equal(part.history.scores, case.history.scores[:, part.people])


def test_without_errors_the_record_is_its_shadow_entry_by_entry(scenario):
    clean = run_case(scenario.set({"channels.errors": "off"}), people=30 * GRID, periods=6).history
    ledger = clean.ledger
    assert len(ledger) > 100
    assert (ledger.real & ledger.shadow).all()
    np.testing.assert_array_equal(ledger.end, ledger.shadow_end)
    assert (ledger.origin == 0).all()
    for t in range(6):
        np.testing.assert_array_equal(clean.counts(t), clean.shadow_counts(t))
        np.testing.assert_array_equal(clean.decision(t), clean.deserved(t))
