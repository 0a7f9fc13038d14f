"""Twins: the incremental one equals the full one, and without a change the base comes back."""

import numpy as np
import pytest

from synthetic.ledger import FIELDS
from testbed.case.case import Case, run_case
from testbed.case.setting import Setting
from testbed.scenarios.base import Scenario
from testbed.twins import Assign, Inject, Switch, replay
from testbed.world.month import Injection, World
from testbed.world.society import Society


@pytest.fixture(scope="module")
def case():
    # Many strayed entries, so that differences leave the household.
    strays = {"channels.agencies.false_match": 0.02, "channels.cameras.false_match": 0.02}
    scenario = Scenario.load("rongcheng").set({**strays, "error.per_1000": 20})
    return run_case(scenario, people=6000, periods=14, seed=3)


def same(one, other):
    for name in ("scores", "decisions_", "deserved_", "lists_", "sanctions_"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in FIELDS:
        np.testing.assert_array_equal(one.ledger.columns[name], other.ledger.columns[name])


def test_an_incremental_twin_equals_the_full_twin_in_every_month(case):
    injection = case.roots_of(Inject())
    full = World(case.society, case.scheme, case.periods, injection=injection).run()
    same(case.twin(Inject()).history, full)
    assert len(injection.roots) > 50


TIES = """
[sanctions.guarantor]
by      = "bank"
reach   = "kin"
subject = false
source  = "dlf-2017"
reading = "claimed"
[sanctions.guarantor.raises]
bank_arrears = { value = 1.5, unit = "rate", source = "assumed", reading = "assumed", range = [1, 2] }
[sanctions.desk]
by      = "blacklist"
reach   = "colleagues"
subject = false
source  = "dlf-2017"
reading = "claimed"
[sanctions.desk.raises]
nuisance = { value = 1.5, unit = "rate", source = "assumed", reading = "assumed", range = [1, 2] }
[moving]
rate           = { value = 0.03, unit = "share of adults", source = "assumed", reading = "assumed", range = [0, 0.1] }
listed_ratio   = { value = 4, unit = "ratio", source = "assumed", reading = "assumed", range = [0.1, 10] }
record_follows = { value = 0.5, unit = "share", source = "assumed", reading = "assumed", range = [0, 1] }
"""


@pytest.fixture(scope="module")
def tied(tmp_path_factory):
    """Lists reach kin and colleagues, the scheme counts listed acquaintances, and people move between cities."""
    from testbed.regimes.base import FOLDER as REGIMES
    from testbed.scenarios.base import FOLDER

    folder = tmp_path_factory.mktemp("tied")
    (folder / "tied-lists.toml").write_text((REGIMES / "rongcheng-lists.toml").read_text() + TIES)
    text = (FOLDER / "rongcheng.toml").read_text().replace("rongcheng-lists", "tied-lists")
    held = 'held      = ["age", "residence", "scheme", "listed_acquaintances", "owns_firm"]'
    text = text.replace('held      = ["age", "residence"]', held).replace("[run]", 'ties = ["firms"]\n[run]', 1)
    (folder / "tied.toml").write_text(text)
    dials = {"recipe.city.smallest": 1, "recipe.city.largest": 2, "recipe.scheme.share": 0.5}
    scenario = Scenario.load(folder / "tied.toml").set(dials)
    return Case.of(Setting(scenario, people=6000, periods=9, seed=3), Contagious(), name="contagious")


class Contagious:
    """Points for entries, for acquaintances on lists and for the city."""

    row_wise = True
    name = "contagious"

    def score(self, records):
        bad = records[["judgment_default", "bank_arrears", "red_light", "nuisance"]].to_numpy(np.float64).sum(axis=1)
        known = records["listed_acquaintances"].to_numpy(np.float64)
        return 100 - 10 * bad - 4 * known - 3 * (records["scheme"] == "none").to_numpy(np.float64)


def test_an_incremental_twin_follows_ties_and_moves_and_equals_the_full_one(tied):
    change = Inject(kind="judgment_default", period=2, per_1000=1)
    injection = tied.roots_of(change)
    twin = tied.twin(change)
    full = World(tied.society, tied.scheme, tied.periods, injection=injection).run()
    same(twin.history, full)
    np.testing.assert_array_equal(twin.history.schemes[:], full.schemes[:])
    np.testing.assert_array_equal(twin.history.shadow_lists_[:], full.shadow_lists_[:])
    assert (full.shadow_lists_[:] != full.lists_[:]).any()
    hops = set(twin.touched["hop"])
    assert len(injection.roots) > 2
    assert {"self", "kin"} <= hops or {"self", "colleague"} <= hops or {"self", "acquaintance"} <= hops
    assert (full.schemes[8] != tied.society.columns["scheme"]).sum() > 100


def test_households_replayed_without_an_error_give_the_base_back_though_lists_reach_along_ties(tied):
    roots = tied.roots_of(Inject(kind="judgment_default", period=2, per_1000=2)).roots
    part = replay(tied.society, tied.scheme, tied.history, roots)
    for name, mine in part.history.by_month().items():
        np.testing.assert_array_equal(mine[:], getattr(tied.history, name)[:, part.people])
    assert part.links == []


def test_records_hold_the_listed_acquaintances_and_the_scheme_of_their_month(tied):
    for t in (0, 4, 8):
        asked = tied.scheme.scorer.model.score(tied.records_at(t))
        np.testing.assert_array_equal(asked, tied.history.score(t)[tied.scored])
    assert tied.records_at(8)["listed_acquaintances"].max() > 1


def test_replaying_the_touched_households_without_the_error_gives_the_base_back(case):
    roots = case.roots_of(Inject()).roots
    part = replay(case.society, case.scheme, case.history, roots)
    np.testing.assert_array_equal(part.history.scores, case.history.scores[:, part.people])
    np.testing.assert_array_equal(part.history.decisions_, case.history.decisions_[:, part.people])
    assert part.links == []


def test_assigning_a_community_to_some_equals_running_everybody_with_it(case):
    people = tuple(range(0, 3000, 60))
    change = Assign("community", "minority", people)
    views = case.society.shown("community", "minority", np.array(people), ())
    full = World(case.society, case.scheme, case.periods, views=views).run()
    same(case.twin(change).history, full)


def test_a_difference_can_leave_the_household_and_is_then_followed(case):
    minority = np.flatnonzero(case.society.columns["community"] == case.society.code("community", "minority"))
    hops = case.twin(Assign("community", "majority", minority[:400])).touched["hop"]
    assert (hops == "self").any()
    assert (hops == "none").any()


def test_every_touched_person_goes_back_to_one_root_and_crowded_roots_are_run_alone(case):
    twin = case.twin(Inject(per_1000=200))
    rows = twin.touched
    assert not rows.duplicated(["root", "person"]).any()
    assert set(rows["root"]) == set(twin.roots)


def test_with_the_family_share_at_zero_no_other_member_of_the_household_differs():
    scenario = Scenario.load("rongcheng").set({"regime.family.share": 0.0, "error.per_1000": 30})
    case = run_case(scenario, people=6000, periods=14, seed=3)
    assert not (case.twin(Inject()).touched["hop"] == "household").any()


def test_the_null_switch_changes_no_byte(case):
    dial = "regime.appeal.noticed"
    same(case.twin(Switch(dial, case.scenario.dials[dial].value)).history, case.history)


def test_a_faithful_record_equals_its_shadow_entry_by_entry():
    case = run_case(Scenario.load("rongcheng").set({"channels.errors": "off"}), people=4096, periods=12)
    ledger = case.history.ledger
    assert len(ledger) > 500
    np.testing.assert_array_equal(ledger.real, ledger.shadow)
    np.testing.assert_array_equal(ledger.end, ledger.shadow_end)
    np.testing.assert_array_equal(case.history.decisions_, case.history.deserved_)


def test_injected_entries_stand_in_the_record_only(case):
    twin = case.twin(Inject())
    ledger = twin.history.ledger
    added = ledger.where(ledger.origin == 4)
    assert sorted(added.subject) == sorted(twin.roots)
    assert added.real.all()
    assert not added.shadow.any()


def test_roots_are_innocent_adults_of_different_households(case):
    injection = case.roots_of(Inject())
    society: Society = case.society
    assert society.scored[injection.roots].all()
    assert len(set(society.household[injection.roots])) == len(injection.roots)
    done = case.history.true_counts(injection.period)[injection.roots, injection.kind]
    assert (done == 0).all()


def test_an_error_after_the_run_has_no_roots():
    twin = run_case("rongcheng", people=1024, periods=3).twin(Inject())
    assert len(twin.roots) == 0


def test_the_lottery_gains_nothing_from_an_error(case):
    from testbed.models.lottery import Lottery

    lottery = Case.of(Setting(case.scenario, people=4096, periods=10, seed=1), Lottery())
    twin = lottery.twin(Inject())
    np.testing.assert_array_equal(twin.history.scores, lottery.history.scores)
    assert isinstance(lottery.roots_of(Inject()), Injection)
