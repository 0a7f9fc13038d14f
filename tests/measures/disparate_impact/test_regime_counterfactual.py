"""Everyone moved: a surcharge counts in full at a fixed cut-off, and not at one that is fitted to whoever is there."""

import numpy as np
import pytest

from testbed.case.case import run_case
from testbed.measures.disparate_impact.counterfactual import effects
from testbed.measures.disparate_impact.regime_counterfactual import (
    everyone_moved,
    regime_counterfactual,
    regime_effects,
)
from testbed.scenarios.base import Scenario

SLIPS = {"slip": ('column = "slip"', -1)}
SURCHARGE = SLIPS | {"surcharge": ('when = { community = { is = "minority" } }', -1)}


def test_a_surcharge_at_a_fixed_cutoff_hits_all_who_would_be_spared(plant, parts):
    case = run_case(
        plant(acts={"slip": parts.act(0.05)}, rules=SURCHARGE, held=("community",)), people=12_288, periods=6
    )
    people, tau = regime_effects(case, "community", "minority", "majority")
    np.testing.assert_array_equal(people, np.flatnonzero(case.scored))
    np.testing.assert_array_equal(tau, case.history.counts(5)[people, 0] == 0)
    (row,) = regime_counterfactual(case)
    assert row.low < np.exp(-0.05 * 6) < row.high


def test_a_scheme_that_takes_its_worst_share_of_whoever_is_there_shows_nothing(plant, parts, tmp_path):
    plant(acts={"slip": parts.act(0.5)}, rules=SURCHARGE, held=("community",))
    town = tmp_path / "town.toml"
    town.write_text(town.read_text().replace("cutoff = -0.5", "worst_share = 0.2"))
    case = run_case(Scenario.load(str(town)), people=12_288, periods=6)
    _, tau = effects(case, "community", "minority", "majority")
    assert tau.mean() > 0.05  # one person moved among those who stay
    (row,) = regime_counterfactual(case)
    assert abs(row.value) < 0.005


def test_what_conduct_the_group_shapes_is_moved_with_everybody(plant, parts):
    acts = {"slip": parts.act(0.05, depends=parts.times("community", "minority", 4))}
    case = run_case(plant(acts=acts, rules=SLIPS), people=12_288, periods=6)
    (row,) = regime_counterfactual(case)
    assert row.low < np.exp(-0.025 * 6) - np.exp(-0.1 * 6) < row.high


def test_the_model_is_fitted_anew_and_the_case_is_left_as_it_was(plant, parts):
    from testbed.models.load import load_model

    acts = {"slip": parts.act(0.05), "word": parts.act(0.02)}
    scenario = plant(acts=acts, rules=SLIPS, held=("community", "age"))
    case = run_case(scenario, load_model("logistic"), people=4096, periods=4)
    before = case.history.scores.copy()
    made = everyone_moved(case, "community", "minority")
    assert (made.people["community"] == "minority").all()
    assert (case.people["community"] == "majority").any()
    assert made.scheme.scorer.model is not case.scheme.scorer.model
    np.testing.assert_array_equal(case.history.scores, before)
    back = everyone_moved(case, "community", "minority")
    np.testing.assert_array_equal(back.history.scores, made.history.scores)


def test_a_place_can_be_moved_where_one_person_cannot(plant, parts):
    rules = {"place": ('when = { residence = { is = "rural" } }', -1)}
    case = run_case(
        plant(acts={"slip": parts.act(0.05)}, rules=rules, held=("residence",), compared=("residence",)),
        people=11_264,
        periods=2,
    )
    (row,) = regime_counterfactual(case)
    assert row.value == pytest.approx(1 if row.group == "rural" else -1)
