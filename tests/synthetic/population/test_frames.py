"""Populations of real people: their table as given, its categories as codes, and what is refused."""

import numpy as np
import pandas as pd
import pytest

from synthetic import Population
from synthetic.errors import InputError


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "group": pd.Categorical(["a", "b", "a", "b"], categories=["b", "a", "c"]),
            "city": ["north", "south", "south", "north"],
            "age": [20, 30, 40, 50],
            "score": [0.5, 1.5, 2.5, 3.5],
            "fair": [True, False, True, True],
        },
        index=[7, 8, 9, 12],
    )


def test_a_real_table_keeps_its_columns_as_given(frame):
    people = Population.from_frame(frame, truth=["fair"])
    assert people.size == 4
    assert people.truth == ("fair",)
    assert people.people().index.tolist() == [0, 1, 2, 3]
    assert people.people().index.name == "person"
    pd.testing.assert_frame_equal(people.people().reset_index(drop=True), frame.reset_index(drop=True))
    assert people.people(1, 3)["age"].tolist() == [30, 40]


def test_a_real_table_codes_its_categories(frame):
    people = Population.from_frame(frame)
    found = people.arrays()
    assert people.recipe.variables["group"].levels == ("b", "a", "c")
    assert found["group"].tolist() == [1, 0, 1, 0]
    assert people.recipe.variables["city"].levels == ("north", "south")
    assert found["city"].tolist() == [0, 1, 1, 0]
    assert found["fair"].dtype == np.bool_
    assert people.arrays(2, 4, names=["age"])["age"].tolist() == [40, 50]


def test_setting_a_column_of_a_real_table_changes_it_alone(frame):
    people = Population.from_frame(frame)
    done = people.do({"group": "c", "age": 33}, people=[1]).people()
    assert done["group"].tolist() == ["a", "c", "a", "b"]
    assert done["age"].tolist() == [20, 33, 40, 50]
    assert people.people()["age"].tolist() == [20, 30, 40, 50]
    with pytest.raises(InputError, match="unknown level of group 'd'"):
        people.do({"group": "d"})
    with pytest.raises(InputError, match="unknown variable of table 'agee'"):
        people.do({"agee": 3})


def test_a_frame_changed_later_does_not_change_its_population(frame):
    people = Population.from_frame(frame)
    frame.loc[7, "age"] = 99
    handed_out = people.people()
    handed_out.loc[0, "age"] = 98
    assert people.arrays()["age"].tolist() == [20, 30, 40, 50]


def test_missing_values_are_refused_with_count_and_first_row(frame):
    frame.loc[[8, 12], "score"] = np.nan
    with pytest.raises(InputError, match="column 'score' has 2 missing values, the first in row 8"):
        Population.from_frame(frame)


def test_a_table_that_cannot_be_is_refused(frame):
    with pytest.raises(InputError, match="at least one row"):
        Population.from_frame(frame.iloc[:0])
    with pytest.raises(InputError, match="did you mean 'fair'"):
        Population.from_frame(frame, truth=["fare"])
    with pytest.raises(InputError, match="column 'age' is in the table twice"):
        Population.from_frame(pd.concat([frame, frame[["age"]]], axis=1))
