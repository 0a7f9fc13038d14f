"""Refusals, closed doors, publicity, lanes and rewards in towns whose regime bars known people for known months."""

import json

import numpy as np
import pytest
from shared import number, rows_of

from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.measures.accountability.audience_after_correction import audience_after_correction
from testbed.measures.benefit.privilege_gap import privilege_gap
from testbed.measures.disparate_impact.queue_cost import queue_cost
from testbed.statistics import expand
from testbed.twins import Inject

pytestmark = pytest.mark.usefixtures("small_training")

PEOPLE, MONTHS, TRIES = 12_288, 6, 0.25
WOMEN = {"woman": ('when = { sex = { is = "female" } }', -1)}
AT_ONCE = {"noticed": 1, "notice_delay": 0, "filed": 1, "filed_true": 0, "upheld": 1, "upheld_true": 0}


def gate(name, tries=TRIES, who="adults", more=""):
    return f'[gates.{name}]\ntitle = "{name}"\nwho = "{who}"\nattempts = {number(tries)}\n{more}'


def sanction(name, by="black", at="", **more):
    """A clause that closes the gate of its name, or another, or none."""
    lines = [f"{key} = {json.dumps(value)}" for key, value in more.items()]
    closes = [] if at == "none" else [f'gate = "{at or name}"']
    return "\n".join([f'[sanctions.{name}]\nby = "{by}"\nsource = "assumed"\nreading = "assumed"', *closes, *lines])


def black(stay=0):
    return f'[lists.black]\nenter = "adverse"\nstay = {number(stay)}\n'


@pytest.fixture
def town(plant, parts):
    """A town where everybody with an entry, or everybody, is listed, and the clauses that follow."""

    def make(
        *clauses,
        cutoff=1,
        rate=0.0,
        rules=None,
        people=PEOPLE,
        months=MONTHS,
        stay=0,
        rights="open",
        coupled="false",
        **given,
    ):
        follows = "\n".join([f"coupled = {coupled}", parts.regime(minor=40, **given), black(stay), *clauses])
        scenario = plant(
            acts={"slip": parts.act(rate)}, rules=rules or {"slip": ('column = "slip"', -1)}, cutoff=cutoff,
            follows=follows, rights=rights, held=("age", "sex"), compared=("sex",),
        )  # fmt: skip
        wrong = {"error.kind": "slip", "error.period": 2, "error.per_1000": 30}
        return run_case(scenario.set(wrong), people=people, periods=months, seed=5)

    return make


SHARE = f"[family]\nshare = {number(1)}\n"


def holds(row, truth):
    return row["low"] <= truth <= row["high"]


# --- Refusals ---


def test_everybody_barred_from_one_gate_is_refused_at_its_rate_for_the_months_that_it_is_closed(town):
    late = f'[agencies.rail]\ncopies = "black"\ndelay = {number(2)}\nforgets = {number(0)}\n'
    case = town(gate("train"), late, sanction("train", by="rail"))
    found = rows_of(case, "refused_attempts")
    assert holds(found["refused_attempts"], 1000 * TRIES * 4 / 6)
    assert holds(found["refused_attempts_people"], 1 - np.exp(-TRIES * 4))
    assert holds(found["refused_attempts_per_listed"], TRIES * 4 / 6)
    assert found["refused_attempts_undeserved"]["value"] == 0
    assert rows_of(case, "months_barred")["months_barred"]["value"] == 4
    assert rows_of(case, "doors_closed")["doors_closed"]["value"] == 1


def test_where_nobody_is_barred_nobody_is_refused_and_no_door_is_closed(town):
    case = town(gate("train"), sanction("train", audience=["public"]), cutoff=-1)
    found = rows_of(case, "refused_attempts")
    assert found["refused_attempts"]["value"] == found["refused_attempts_people"]["value"] == 0
    assert np.isnan(found["refused_attempts_undeserved"]["value"])
    assert rows_of(case, "months_barred")["months_barred"]["value"] == 0
    assert rows_of(case, "audience")["audience"]["value"] == 0
    assert rows_of(case, "audience_after_correction")["audience_after_correction"]["n"] == 0


def test_where_no_sanction_closes_a_gate_there_is_nothing_to_count(town):
    case = town(people=1024)
    for name in ("refused_attempts", "months_barred", "doors_closed", "doors_closed_by_family", "queue_cost"):
        row = rows_of(case, name)[name]
        assert np.isnan(row["value"])
        assert row["why"]


def test_one_gate_asked_for_counts_its_own_attempts_alone(town):
    case = town(gate("train"), gate("loan", 0.1), sanction("train"), sanction("loan"))
    every = rows_of(case, "refused_attempts")["refused_attempts"]["value"]
    one, other = (
        rows_of(case, "refused_attempts", gate=name)[f"refused_attempts[gate={name}]"] for name in ("train", "loan")
    )
    assert holds(one, 250)
    assert holds(other, 100)
    assert every == pytest.approx(one["value"] + other["value"])


@pytest.mark.parametrize(
    ("name", "asked", "allowed"),
    [
        ("refused_attempts", {"gate": "trian"}, "train"), ("audience", {"what": "scores"}, "reasons, score, status"),
        ("queue_cost", {"gate": "train"}, "any"), ("privilege_gap", {"reward": "perk"}, "any"),
    ],
)  # fmt: skip
def test_what_the_regime_does_not_have_cannot_be_asked_for(town, name, asked, allowed):
    case = town(gate("train"), sanction("train"), people=1024, months=2)
    with pytest.raises(InputError, match=f"Allowed: .*{allowed}"):
        rows_of(case, name, **asked)


def test_the_undeserved_share_is_that_of_the_entries_made_without_cause(town):
    misuse = '[misuse]\nkind = "slip"\n' + "".join(
        f"{key} = {number(value)}\n"
        for key, value in {"rate": 20, "logged": 0, "audited": 0, "reversal": 1, "answered": 0}.items()
    )
    case = town(gate("train", 2), sanction("train"), misuse, cutoff=-0.5, rate=0.03)
    months, own = np.arange(1, MONTHS + 1), 0.03
    barred, deserved = (1 - np.exp(-rate * months) for rate in (own + 0.02, own))
    assert holds(rows_of(case, "refused_attempts")["refused_attempts_undeserved"], 1 - deserved.sum() / barred.sum())


def test_on_a_faithful_record_the_deserved_sanctions_are_those_of_the_run():
    case = run_case_of("grid-and-cameras", "off")
    assert all(np.array_equal(case.deserved_sanctions[t], case.history.sanctions(t)) for t in range(case.periods))
    assert any(case.history.sanctions(t).any() for t in range(case.periods))


def run_case_of(name, errors):
    from testbed.scenarios.base import Scenario

    return run_case(Scenario.load(name).set({"channels.errors": errors}), people=2048, periods=10)


# --- Doors ---


def test_doors_add_up_and_those_of_children_are_closed_by_whoever_they_live_with(town):
    case = town(
        gate("train"), gate("loan"), gate("school", who="children"),
        sanction("train"), sanction("loan"), sanction("board", at="none"),
        sanction("school", subject=False, family="children"), SHARE,
    )  # fmt: skip
    people = case.people
    adult = people["age"] >= 18
    with_adult = people["household"].isin(people["household"][adult])
    child = ~adult & with_adult
    assert rows_of(case, "doors_closed")["doors_closed"]["value"] == pytest.approx(
        (2 * adult.sum() + child.sum()) / (adult.sum() + child.sum())
    )
    given = rows_of(case, "months_barred")
    assert given["months_barred_given_barred"]["value"] == MONTHS
    by_family = rows_of(case, "doors_closed_by_family")["doors_closed_by_family"]
    assert by_family["value"] == pytest.approx(1000 * child.sum() / (~adult).sum())
    assert by_family["n"] == (~adult).sum()


def test_a_door_that_ones_own_listing_closes_is_not_closed_by_the_family(town):
    case = town(gate("train", who="all"), sanction("train"), SHARE, people=1024)
    assert rows_of(case, "doors_closed_by_family")["doors_closed_by_family"]["value"] == 0


# --- Publicity ---


@pytest.mark.parametrize(
    ("rights", "status", "score", "reasons"), [("open", 2, 0, 0), ("public-list", 5, 0, 4), ("platform-app", 2, 2, 0)]
)
def test_each_party_that_sees_it_counts_once(town, rights, status, score, reasons):
    case = town(sanction("tone", at="none", audience=["callers", "public"]), rights=rights, people=1024, months=2)
    for what, truth in (("status", status), ("score", score), ("reasons", reasons)):
        found = rows_of(case, "audience", what=what)
        stem = "" if what == "status" else f"[what={what}]"
        assert found[f"audience{stem}"]["value"] == truth
        assert found[f"audience_publicity{stem}"]["value"] == pytest.approx(1000 * (truth > 0))


def test_a_status_is_still_shown_after_the_correction_for_as_long_as_people_stay_on_the_list(town):
    misuse = '[misuse]\nkind = "slip"\n' + "".join(
        f"{key} = {number(value)}\n"
        for key, value in {"rate": 10, "logged": 0, "audited": 0, "reversal": 1, "answered": 0}.items()
    )
    clauses = (misuse, sanction("tone", at="none", audience=["callers"]))
    case = town(*clauses, cutoff=-0.5, stay=40, months=12, people=4096, decision_delay=0, **AT_ONCE)
    part = next(iter(audience_after_correction(case)))
    ledger = case.history.ledger
    ledger = ledger.where(case.scored[ledger.subject] & (ledger.start < 12))
    once = np.flatnonzero(np.bincount(ledger.subject, minlength=len(case.people)) == 1)
    end = np.full(len(case.people), 99)
    end[ledger.subject] = ledger.end
    once = once[end[once] < 12]
    assert len(once) > 100
    assert np.array_equal(part.numerator[once], 12 - end[once])
    assert part.denominator[once].all()
    soon = town(*clauses, cutoff=-0.5, stay=0, months=12, people=4096, decision_delay=0, **AT_ONCE)
    assert rows_of(soon, "audience_after_correction")["audience_after_correction"]["value"] == 0


# --- Lanes and rewards ---


LANE = gate("checkpoint", 20, "all", f"wait = {number(15)}\nlane = {number(0.2)}\n")


def by_sex(measure, case):
    rows = expand(measure, measure(case), case, splits=["sex"], reference={"sex": "male"})
    return {(row["measure"], row["group"]): row["value"] for row in rows}


def test_what_some_are_spared_in_a_queue_the_others_wait_and_no_minute_is_lost(town):
    case = town(LANE, sanction("lane", at="checkpoint", reward=True), rules=WOMEN, cutoff=-0.5, coupled="true")
    favored = np.mean((case.people["sex"] == "female") & (case.people["age"] >= 18))
    found = by_sex(queue_cost, case)
    cost = 15 * 0.8 * favored / (1 - favored)
    assert found["queue_cost", "all"] == pytest.approx(cost)
    assert found["queue_cost_net", "male"] == pytest.approx(cost)
    assert found["queue_cost_net", "all"] == pytest.approx(0, abs=1e-9)
    assert found["queue_cost_net", "female"] < 0
    assert found["queue_cost_spared", "all"] == pytest.approx(12 * favored)


def test_a_reward_planted_at_equal_conduct_comes_back_and_none_is_no_gap(town):
    reward = sanction("perk", at="none", reward=True)
    rows = {row.suffix: row for row in privilege_gap(town(reward, rules=WOMEN, cutoff=-0.5))}
    assert rows[""].group == "female"
    assert rows[""].value == 1
    none = {row.suffix: row for row in privilege_gap(town(reward, cutoff=-0.5))}
    assert none[""].value == 0


# --- One wrong entry ---


def test_one_wrong_entry_leads_to_refusals_at_the_rate_of_attempts_for_root_and_household(town):
    case = town(gate("train", who="all"), sanction("train", family="all"), SHARE, cutoff=-0.5, people=8192, months=8)
    roots = case.twin(Inject()).roots
    size = case.people.groupby("household")["age"].transform("size").to_numpy()[roots]
    found = rows_of(case, "error_refusals")
    assert holds(found["error_refusals[who=self]"], TRIES * 6)
    assert holds(found["error_refusals"], TRIES * 6 * size.mean())
    others = rows_of(case, "error_reach")
    truth = (size.mean() - 1) * (1 - np.exp(-TRIES * 6))
    assert holds(others["error_reach[what=refused]"], truth)
    assert others["error_reach_net[what=refused]"]["value"] == others["error_reach[what=refused]"]["value"]
