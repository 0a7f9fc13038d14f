"""The recipe job-seekers: shares that follow by hand from its numbers."""

import pytest

from synthetic import Population, Recipe

N = 40_000


@pytest.fixture(scope="module")
def people():
    return Population("job-seekers", N, seed=2).people()


def test_shares_are_those_of_the_file(people):
    assert people["sex"].eq("female").mean() == pytest.approx(0.44, abs=0.01)
    assert people["age"].between(30, 49).mean() == pytest.approx(0.45, abs=0.01)
    assert people["age"].ge(50).mean() == pytest.approx(0.30, abs=0.01)
    assert people["age"].between(18, 64).all()
    women = people[people["sex"].eq("female")]
    assert women[women["age"] < 50]["care_duty"].mean() == pytest.approx(0.30, abs=0.015)
    assert women[women["age"] >= 50]["care_duty"].mean() == pytest.approx(0.09, abs=0.015)
    minority = people[people["community"].eq("minority")]
    assert minority["state"].eq("third").mean() == pytest.approx(0.50, abs=0.015)
    # Weights 0.15, 0.2, 0.25 of types 1 to 3, and twice 0.15 and 0.25 of types 4 and 5.
    assert minority["region"].eq("type 5").mean() == pytest.approx(0.5 / 1.4, abs=0.015)


def test_a_long_case_needs_a_case(people):
    assert not people[people["case_years"] == 0]["long_case"].any()
    assert people[people["case_years"] > 0]["long_case"].mean() > 0.2


def test_all_its_numbers_are_guesses_with_a_range():
    dials = Recipe.load("job-seekers").dials
    assert {dial.reading for dial in dials.values()} == {"assumed"}
    assert all(dial.range[0] <= dial.value <= dial.range[1] for dial in dials.values())


@pytest.mark.parametrize("end", [0, 1])
def test_every_number_can_be_turned_to_either_end_of_its_range(end):
    recipe = Recipe.load("job-seekers")
    for path, dial in recipe.dials.items():
        assert len(Population(recipe.set({path: dial.range[end]}), 64, seed=1).people()) == 64
