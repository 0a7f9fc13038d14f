"""What a page says of how decisions come about: by grades, points, shares, or the model itself."""

from __future__ import annotations

import numpy as np
import pytest

from testbed import Scenario, Scores
from testbed.case import Case, Setting, decided_by
from testbed.models import load_model


class Itself:
    """A model that decides itself."""

    row_wise = True

    def score(self, records):
        return Scores(np.zeros(len(records)), np.zeros(len(records), np.int8))


@pytest.fixture
def said(plant, parts, tmp_path):
    """A function that says how a model decides in a town with these cut-offs."""
    plant(acts={"slip": parts.act(0.1)}, rules={"slip": ('column = "slip"', -1)})

    def make(decide, model=None):
        path = tmp_path / "town.toml"
        head, _, _ = path.read_text().partition("[decide]")
        path.write_text(f"{head}[decide]\n{decide}\n")
        return decided_by(Case.of(Setting(Scenario.load(path), people=1_000, periods=1), model))

    return make


BOTH = "adverse = { cutoff = -0.5, worst_share = 0.05 }\nfavored = { cutoff = 1, best_share = 0.1 }"


def test_a_scheme_decides_by_its_points_and_another_model_by_shares(said):
    assert said(BOTH) == "adverse if the score is less than -0.5; favored if the score is 1 or more"
    shares = (
        "adverse if the score is among the worst 5 % of the training society; "
        "favored if the score is among the best 10 % of the training society"
    )
    assert said(BOTH, lambda records: records["slip"].to_numpy(float)) == shares


def test_points_of_a_scheme_in_which_more_is_worse_are_said_so(said):
    class Worse:
        higher_is = "worse"

        def score(self, records):
            return records["slip"].to_numpy(float)

    one = "adverse = { cutoff = 2 }\nfavored = { cutoff = 1 }"
    assert said(one, Worse()) == "adverse if the score is more than 2; favored if the score is 1 or less"


def test_a_model_that_decides_itself_is_said_to(said):
    assert said(BOTH, Itself()) == "made by the model itself"
    assert said("outcome = 'deserved'", Itself()) == "made by the model itself, if at all: the scenario has no cut-offs"


def test_a_lottery_decides_on_as_many_as_the_scheme(said):
    lot = said(BOTH, load_model("lottery"))
    share = float(lot.split("worst ")[1].split(" %")[0])
    assert "favored" in lot
    assert 10 < share < 100  # everybody with a slip in the training society, not 5 %
