"""People are scored by the rule book of their city, on a scale that books share."""

import numpy as np
import pandas as pd
import pytest

from synthetic.errors import InputError
from testbed.models.cities import Cities
from testbed.models.load import load_model
from testbed.models.rulebook_file import load_rulebook

SCHEMES = ["none", "rongcheng", "suining-2010"]


def records(schemes, defaults):
    n = len(schemes)
    made = pd.DataFrame(
        {"scheme": pd.Categorical(schemes, categories=SCHEMES)}, index=pd.Index(range(n), name="person")
    )
    for book in SCHEMES[1:]:
        for column in load_rulebook(book).reads:
            made[column] = np.zeros(n, np.int32)
    made["judgment_default"] = np.array(defaults, np.int32)
    return made


@pytest.fixture(scope="module")
def fitted():
    train = records(["rongcheng"] * 50 + ["none"] * 50, [*range(5)] * 20)
    return Cities().fit(train, np.zeros(100, np.int8))


def test_a_score_is_the_share_of_the_training_society_with_fewer_points_and_half_of_those_with_as_many(fitted):
    score = fitted.score(records(["rongcheng"] * 3, [0, 4, 2])).score
    np.testing.assert_allclose(score, [0.9, 0.1, 0.5])


def test_people_whom_no_scheme_judges_have_the_middle_whatever_they_did(fitted):
    assert fitted.score(records(["none"] * 2, [0, 9])).score.tolist() == [0.5, 0.5]
    bare = records(["none"], [3]).drop(columns="scheme")
    assert Cities().fit(bare, np.zeros(1, np.int8)).score(bare).score.tolist() == [0.5]


def test_who_moves_is_judged_by_the_other_citys_book_and_told_its_rules(fitted):
    told = {}
    for city in SCHEMES[1:]:
        made = fitted.score(records([city], [1]))
        assert made.reasons is not None
        book = load_rulebook(city)
        told[city] = set(made.reasons["rule"])
        assert told[city] <= {*(rule.name for rule in book.rules), "clamp"}
    assert told["rongcheng"]


def test_a_scheme_that_was_not_there_when_it_was_fitted_is_refused():
    with pytest.raises(InputError, match="was not fitted"):
        load_model("cities").score(records(["rongcheng"], [0]))
