"""Worlds whose channels reach less or err more: responses to doses, frontiers, rates of exchange."""

import math

import numpy as np
import pytest
from shared import rows_of

from synthetic.errors import InputError
from testbed.case.case import run_case
from testbed.case.other_worlds import errors_of, scaled_coverage, scaled_errors
from testbed.measures.benefit.frontier import dominated

pytestmark = pytest.mark.usefixtures("small_training")

READ = {"slip": ('column = "slip"', -1)}
RATE, LASTS, PERIODS = 0.05, 6, 8


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return {}


@pytest.fixture
def town(plant, parts, made):
    def make(**channel):
        key = tuple(sorted(channel.items()))
        if key not in made:
            scenario = plant(
                acts={"slip": parts.act(RATE, most=0.3)}, rules=READ,
                channels={"watch": parts.channel(["slip"], **channel)}, follows=parts.regime(minor=LASTS),
            )  # fmt: skip
            made[key] = run_case(scenario, people=12_288, periods=PERIODS, seed=6)
        return made[key]

    return make


def burden(stray):
    """Wrong adverse person-months in 1,000: no act of one's own within reach, and a stray of somebody's."""
    months = np.minimum(np.arange(1, PERIODS + 1), LASTS)
    strays = np.minimum(np.arange(PERIODS), LASTS)  # a strayed entry comes a month later
    return 1000 * np.mean(np.exp(-RATE * months) * (1 - np.exp(-RATE * stray * strays)))


def test_the_response_to_a_dose_of_strays_has_its_closed_form_at_every_dose(town):
    found = rows_of(town(false_match=0.2), "dose_response")
    for name, times in (("times=0", 0), ("times=0.5", 0.5), ("times=1", 1), ("times=2", 2)):
        row = found[f"dose_response[{name}]"]
        truth = burden(0.2 * times)
        assert row["value"] == pytest.approx(truth, rel=0.15), name
        assert row["unit"] == "per 1,000 person-months"
    assert found["dose_response[times=0]"]["value"] == 0


def test_a_dose_of_one_is_the_case_itself_and_any_measure_can_be_asked(town):
    case = town(false_match=0.2)
    alone = rows_of(case, "wrong_adverse_rate")["wrong_adverse_rate"]
    found = rows_of(case, "dose_response", of="wrong_adverse_rate", times=1)
    assert found["dose_response[of=wrong_adverse_rate,times=1]"]["value"] == alone["value"]
    with pytest.raises(InputError, match="measure"):
        rows_of(case, "dose_response", of="nothing")


def test_errors_and_coverage_are_scaled_apart_and_no_chance_above_1(town):
    scenario = town(false_match=0.4, duplicate=0.1).scenario
    channel = scaled_errors(scenario, 4).channels[0]
    assert set(errors_of(scenario.channels[0])) == {"false_match", "duplicate"}
    assert (channel.value("false_match"), channel.value("duplicate")) == (1.0, 0.4)
    assert channel.value("coverage_urban") == 1
    assert scaled_coverage(scenario, 0.25).channels[0].value("coverage_rural") == 0.25
    assert scaled_coverage(scenario, 0.25).channels[0].value("false_match") == 0.4


def test_recall_grows_with_coverage_as_independent_sightings_do(town):
    found = rows_of(town(false_match=0.2), "benefit_harm_frontier")
    for coverage in (0.25, 0.5, 0.75):
        # Four fifths of entries are the actor's own; a fifth falls on anybody, the guilty too.
        row = found[f"benefit_harm_frontier_benefit[coverage={coverage}]"]
        guilty = 1 - math.exp(-RATE * LASTS)
        own = 1 - math.exp(-RATE * LASTS * 0.8 * coverage)
        fell = 1 - math.exp(-RATE * LASTS * 0.2 * coverage)
        assert row["low"] < (own + (guilty - own) * fell) / guilty < row["high"]
        assert found[f"benefit_harm_frontier_dominated[coverage={coverage}]"]["value"] == 0
    harms = [found[f"benefit_harm_frontier_harm[coverage={c}]"]["value"] for c in (0.25, 0.5, 0.75, 1)]
    assert harms == sorted(harms)


def test_dominated_values_are_those_that_another_beats():
    benefit, harm = np.array([0.1, 0.3, 0.3, 0.5, 0.3]), np.array([0.1, 0.2, 0.1, 0.4, 0.1])
    assert dominated(benefit, harm).tolist() == [True, True, False, False, False]


def test_harm_is_read_at_the_least_coverage_that_finds_enough(town):
    case = town(false_match=0.2)
    frontier = rows_of(case, "benefit_harm_frontier")
    found = rows_of(case, "harm_at_benefit", share=0.4)
    at = found["harm_at_benefit_coverage[share=0.4]"]["value"]
    assert at == 0.5
    assert (
        found["harm_at_benefit[share=0.4]"]["value"] == frontier[f"benefit_harm_frontier_harm[coverage={at}]"]["value"]
    )
    row = rows_of(town(false_match=0.9), "harm_at_benefit", share=0.9)["harm_at_benefit[share=0.9]"]
    assert np.isnan(row["value"])
    assert "recall reaches" in row["why"]


def test_the_rate_of_exchange_is_the_slope_of_the_frontier_and_its_limits_hold_it(town):
    case = town(false_match=0.2)
    frontier, found = rows_of(case, "benefit_harm_frontier"), rows_of(case, "exchange_rate")
    value = {
        (what, c): frontier[f"benefit_harm_frontier_{what}[coverage={c}]"]["value"]
        for what in ("benefit", "harm") for c in (0.25, 0.5, 0.75, 1)
    }  # fmt: skip
    for low, high in ((0.25, 0.5), (0.5, 0.75), (0.75, 1)):
        row = found[f"exchange_rate[coverage={high}]"]
        slope = (value["harm", high] - value["harm", low]) / (value["benefit", high] - value["benefit", low])
        assert row["value"] == pytest.approx(slope)
        assert row["low"] < slope < row["high"]


def test_where_coverage_costs_no_errors_the_exchange_rate_is_0(town):
    found = rows_of(town(), "exchange_rate")
    assert all(row["value"] == 0 for row in found.values())
