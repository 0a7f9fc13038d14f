"""What counts as a difference between two worlds, and until when."""

import numpy as np
import pytest
from shared import number

from testbed.case.case import run_case
from testbed.twins import Inject

pytestmark = pytest.mark.usefixtures("small_training")


def test_who_comes_under_the_scheme_of_another_city_differs_for_good_though_nothing_else_does(plant, parts):
    # Only the listed move, in the two months for which the wrong entry stands; no rule reads in which city they live.
    follows = f"""
[lists.black]
enter = "adverse"
stay = {number(0)}
[moving]
rate = {number(0.01)}
listed_ratio = {number(50)}
record_follows = {number(1)}
"""
    scenario = plant(
        acts={"slip": parts.act(0)}, rules={"slip": ('column = "slip"', -1)}, held=("age", "scheme"),
        follows=parts.regime(minor=2) + follows,
    ).set({"recipe.city.smallest": 1, "recipe.city.largest": 1, "recipe.scheme.share": 0.5})  # fmt: skip
    case = run_case(scenario, people=2048, periods=8, seed=1)
    roots = tuple(np.flatnonzero(case.scored)[::200].tolist())
    twin = case.twin(Inject("slip", 1, people=roots))
    rows = twin.touched.set_index("person")
    assert set(rows.index) == set(twin.roots)
    moved = twin.history.schemes[-1][twin.roots] != case.history.schemes[-1][twin.roots]
    assert 0 < moved.sum() < len(moved)
    assert (twin.history.scores[3:] == case.history.scores[3:])[:, twin.roots].all()
    assert (rows.loc[twin.roots[moved], "last"] == 7).all()
    assert (rows["first"] == 1).all()
    stayed = (twin.history.schemes[:] == case.history.schemes[:])[:, twin.roots].all(axis=0)
    assert stayed.any()
    assert (rows.loc[twin.roots[stayed], "last"] == 2).all()
