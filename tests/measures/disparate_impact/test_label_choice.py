"""The choice of a label, in a society where cost understates the need of one group at equal need."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import rankdata
from shared import number, without_dials

from testbed.case import run_case
from testbed.measures.disparate_impact.label_choice import label_choice, ranks, relearned
from testbed.models import load_model
from testbed.scenarios import Scenario
from testbed.statistics import estimate

ACCESS = 0.6
"""Of the same need, the second community runs up this share of the cost."""

RECIPE = """
from synthetic.variables import chances, normal, variable


@chances("person", "category", "abstract community", levels=("first", "second"))
def community(numbers):
    return 1 - numbers.second, numbers.second


@variable("person", "float", "need of care", unit="points", truth=True)
def need(draw):
    return 100 * draw()


@variable("person", "float", "cost of care", unit="points", truth=True)
def cost(need, community, numbers):
    return need * (1 - (1 - numbers.access) * community)


@variable("person", "float", "conditions on file: need with an error that knows no community", unit="points")
def conditions(need, draw):
    return need + 10 * normal(draw())


@variable("person", "integer", "age in years", unit="years", bounds=(0, 120))
def age(draw):
    return (20 + 60 * draw()).astype("int16")


@chances("person", "category", "place", levels=("urban", "rural"))
def residence(numbers):
    return 1 - numbers.rural, numbers.rural


@variable("person", "float", "diligence: keeping to obligations, a rank", unit="rank", bounds=(0, 1), truth=True)
def diligence(draw):
    return draw()
"""


@pytest.fixture
def care(plant, parts, tmp_path):
    """The scenario: the institution holds conditions and community, and means to find those whose need is above 50."""
    plant(acts={"slip": parts.act(0.01)}, rules={"slip": ('column = "slip"', -1)}, held=())
    (tmp_path / "care.py").write_text(RECIPE)
    (tmp_path / "care.toml").write_text(
        'schema = 1\ntitle = "Planted"\nas_of = 2020-01-01\n'
        f"[community]\nsecond = {number(0.3, 0, 1)}\n[cost]\naccess = {number(ACCESS, 0, 1)}\n"
        f"[residence]\nrural = {number(0.5, 0, 1)}\n"
    )
    town = tmp_path / "town.toml"
    text = without_dials(town.read_text()).replace("china-2020", "care").replace('"majority", sex = "male"', '"first"')
    text = text.replace("scored = { age = { at_least = 18 } }\n", "").replace(
        "held = []", 'held = ["conditions", "community"]'
    )
    town.write_text(f'{text}outcome = "column:need:above:50"\nlearn = "column:cost:above:50"\n')
    return Scenario.load(town)


@pytest.fixture
def case(care):
    """The logistic regression that learns cost."""
    return run_case(care, load_model("logistic"), people=12_288, periods=2)


def gap_at_equal_need(case, place):
    """How much lower the second community is ranked than the first at equal need, mean over 20 bands of need."""
    need, second = case.people["need"].to_numpy(), (case.people["community"] == "second").to_numpy()
    bands = np.minimum(need // 5, 19)
    return np.mean([place[(bands == b) & second].mean() - place[(bands == b) & ~second].mean() for b in range(20)])


def test_learning_cost_ranks_who_costs_less_at_equal_need_lower_and_learning_need_does_not(care, case):
    # At cost 50 the first community has a need of 50, the second of 50 / ACCESS: it must show 33 points more.
    people = case.people
    behind = (50 / ACCESS - 50) * (people["community"] == "second").to_numpy()
    expected = (rankdata(people["conditions"] - behind) - 0.5) / len(people)
    of_cost = gap_at_equal_need(case, ranks(case))
    of_need = gap_at_equal_need(case, ranks(relearned(case, "column:need:above:50")))
    assert gap_at_equal_need(case, expected) < -0.25
    assert of_cost == pytest.approx(gap_at_equal_need(case, expected), abs=0.02)
    assert abs(of_need) < 0.01


def test_the_measure_tells_how_far_the_label_moves_each_community(case):
    people = case.people
    second = (people["community"] == "second").to_numpy()
    behind = (50 / ACCESS - 50) * second
    shift = (rankdata(people["conditions"] - behind) - rankdata(people["conditions"])) / len(people)
    (row,) = label_choice(case)
    made = estimate(row, case, "community")
    assert made.value[1] == pytest.approx(shift[second].mean(), abs=0.02)
    assert (row.numerator.sum(), row.denominator.sum()) == (pytest.approx(0, abs=1e-6), len(people))
    low, high = made.limits()
    assert -0.25 < low[1] < made.value[1] < high[1] < -0.15, (low, high)


def test_the_label_is_a_dial_and_the_same_label_moves_nobody(care):
    same = run_case(care.set({"decide.learn": "column:need:above:50"}), load_model("logistic"), people=1024, periods=2)
    assert (same.scenario.learn, care.learn) == ("column:need:above:50", "column:cost:above:50")
    (row,) = label_choice(same)
    assert np.isnan(row.value)
    assert "learns column:need:above:50 already" in row.why
    (row,) = label_choice(same, label="future:slip:1")
    assert np.abs(row.numerator).max() > 0.1


def test_who_learns_nothing_has_no_label(care):
    (row,) = label_choice(run_case(care, people=1024, periods=2))
    assert "learns from no label" in row.why
