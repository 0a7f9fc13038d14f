"""Deterrence, true and apparent, in towns where the response of people to the regime is planted."""

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case.case import run_case

pytestmark = pytest.mark.usefixtures("small_training")

READ = {"slip": ('column = "slip"', -1)}
PARTS = ("_sanctioned", "_rest", "_induced", "_moved")


@pytest.fixture
def town(plant, parts):
    """A town with a watched and an unwatched kind, and its run; `bar`: factors on their rates under a sanction."""

    def make(*, bar=None, response=None, rate=0.03, hidden=0.03, rights="open", people=12_288, periods=10, miss=0):
        lines = [parts.regime(minor=6), "[lists.black]", 'enter = "adverse"', f"stay = {number(0)}"]
        if bar:
            lines += [
                "[sanctions.bar]",
                'by = "black"',
                'source = "assumed"',
                'reading = "assumed"',
                "[sanctions.bar.raises]",
                *(f"{kind} = {number(factor)}" for kind, factor in bar.items()),
            ]
        if response:
            response = {"adaptation": 0, "avoidance": 0} | response
            lines += ["[response]", *(f"{key} = {number(value)}" for key, value in response.items())]
        scenario = plant(
            acts={"slip": parts.act(rate, most=0.3), "hidden": parts.act(hidden, most=0.3)}, rules=READ,
            rights=rights, channels={"watch": parts.channel(["slip"], miss=miss)}, follows="\n".join(lines),
        )  # fmt: skip
        return run_case(scenario, people=people, periods=periods, seed=4)

    return make


def test_a_regime_that_nobody_knows_of_and_that_bars_nobody_deters_0_exactly(town):
    case = town(rights="closed", response={"heeded": 1, "adaptation": 0.5})
    for name in ("deterrence", "apparent_deterrence"):
        for row in rows_of(case, name).values():
            assert row["value"] == row["low"] == row["high"] == 0


def test_planted_displacement_deters_nobody_and_seems_to(town):
    case = town(response={"heeded": 1, "avoidance": 0.4})
    true, apparent = rows_of(case, "deterrence"), rows_of(case, "apparent_deterrence")["apparent_deterrence"]
    assert true["deterrence"]["value"] == 0
    assert apparent["low"] < 1000 * 0.03 * 0.4 < apparent["high"]
    assert apparent["low"] > 0


def test_displacement_to_an_unwatched_kind_is_moved_and_cancels(town):
    # Under a sanction slips stop, and as many acts that nobody watches are done more.
    case = town(bar={"slip": 0, "hidden": 2})
    found = rows_of(case, "deterrence")
    assert found["deterrence"]["low"] < 0 < found["deterrence"]["high"]
    assert found["deterrence_sanctioned"]["low"] > 0
    assert found["deterrence_moved"]["high"] < 0
    assert found["deterrence_induced"]["value"] == found["deterrence_rest"]["value"] == 0
    assert rows_of(case, "apparent_deterrence")["apparent_deterrence"]["low"] > 0


def test_adaptation_to_known_rules_is_in_the_rest_at_its_closed_form(town):
    case = town(response={"heeded": 0.5, "adaptation": 0.6})
    found = rows_of(case, "deterrence")
    # The rules count slips; what is hidden no rule reads, so that nobody does it less for them.
    assert found["deterrence_rest"]["low"] < 1000 * 0.03 * 0.5 * 0.6 < found["deterrence_rest"]["high"]
    assert found["deterrence_sanctioned"]["value"] == 0
    assert found["deterrence"]["value"] == pytest.approx(found["deterrence_rest"]["value"])


def test_a_bar_that_makes_acts_is_induced_and_the_parts_sum_to_the_whole(town):
    case = town(bar={"slip": 3, "hidden": 0.5}, response={"heeded": 0.3, "adaptation": 0.5})
    found = rows_of(case, "deterrence")
    assert found["deterrence_induced"]["high"] < 0
    assert found["deterrence_sanctioned"]["low"] > 0
    assert sum(found[f"deterrence{part}"]["value"] for part in PARTS) == pytest.approx(found["deterrence"]["value"])
    other = case.twin(without(case))
    acts = {one: sum(len(month.person) for month in world.history.acts_) for one, world in
            (("with", case), ("without", other))}  # fmt: skip
    months = case.scored.sum() * case.periods / 1000
    assert found["deterrence"]["value"] == pytest.approx((acts["without"] - acts["with"]) / months)


def without(case):
    from testbed.twins import Switch

    return Switch("regime.active", False)


def test_without_a_switch_there_is_no_world_without_the_regime(plant, parts):
    case = run_case(plant(acts={"slip": parts.act(0.03, most=0.3)}, rules=READ), people=1024, periods=2)
    case.scenario.regime.numbers.pop("regime.active")
    for name in ("deterrence", "apparent_deterrence"):
        for row in rows_of(case, name).values():
            assert np.isnan(row["value"])
            assert "no switch" in row["why"]


def test_what_had_been_entered_by_the_end_is_the_same_in_a_run_that_goes_on(plant, parts):
    # Entries come up to a year late. The run knows of acts whose entries come after its end; the operator does not.
    lines = [parts.regime(minor=6), "[lists.black]", 'enter = "adverse"', f"stay = {number(0)}"]
    lines += ["[response]", f"heeded = {number(0.9)}", f"adaptation = {number(0.9)}", f"avoidance = {number(0)}"]
    scenario = plant(
        acts={"slip": parts.act(0.1, most=0.3)}, rules=READ,
        channels={"watch": parts.channel(["slip"], delay=6)}, follows="\n".join(lines),
    )  # fmt: skip
    short, longer = (run_case(scenario, people=2048, periods=periods, seed=4) for periods in (4, 8))
    assert (short.history.ledger.start >= 4).any()
    entered = {}
    for name, world in (("with", longer), ("without", longer.twin(without(longer)))):
        ledger = world.history.ledger
        seen = np.logical_or.reduce([ledger.standing(t) for t in range(4)])
        entered[name] = world.scored[ledger.subject[seen]].sum()
    found = rows_of(short, "apparent_deterrence")["apparent_deterrence"]["value"]
    assert entered["without"] > 1.3 * entered["with"] > 0
    assert found * short.scored.sum() * 4 / 1000 == pytest.approx(entered["without"] - entered["with"])
