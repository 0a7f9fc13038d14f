"""What is known of a lottery, in any scenario: it asks nobody who they are. If one is broken, the suite errs."""

import pytest

from testbed import claim
from testbed.scenarios import names

pytestmark = [
    pytest.mark.scenario(*names()),
    pytest.mark.model("lottery", only=True),
    pytest.mark.seeds(10, unit="city"),
]
FEW = ("childcare-benefits", "metro-sorting", "midas-auto", "robodebt-averaging")
AMS = {"scenario": "ams-2018", "people": 8192, "compared": "sex"}
RONGCHENG = {"scenario": "rongcheng", "people": 12288}


# Nobody can be moved alone where a group belongs to a grid, or where the regime decides about people together.
@pytest.mark.scenario(*(name for name in names() if name not in ("metro-sorting", "targeted-group")))
@pytest.mark.compared("community", "sex")
@pytest.mark.breaks(model="own", **AMS)
@pytest.mark.holds(model="lottery", **AMS)
def test_a_lottery_does_not_ask_which_group_one_is_of(findings, compared):
    """Would members of the compared group be drawn as they are, had they been of the other group?

    Harmed: nobody
    Measure: counterfactual_effect
    Threshold: equal to 0
    Origin: convention, assumed. Exact by construction: the draw has the person's address and nothing else.
    People: 1,000
    Wrong if: the draws of two worlds are not the same.
    """
    claim(findings, "counterfactual_effect", **compared).equals(0)


@pytest.mark.breaks(model="own", **RONGCHENG)
@pytest.mark.holds(model="lottery", **RONGCHENG)
def test_no_entry_moves_a_lottery(findings):
    """Does a wrong entry move the score that a lottery draws?

    Harmed: nobody
    Measure: error_gain
    Threshold: equal to 0
    Origin: convention, assumed. Exact by construction: a lottery reads no record.
    People: 1,000
    Wrong if: a decision changes who is entered, and so who is drawn.
    """
    claim(findings, "error_gain").equals(0)


# In four scenarios too few are drawn, or from fewer than ten clusters: their randomness has no interval.
@pytest.mark.scenario(*(name for name in names() if name not in FEW))
@pytest.mark.breaks(model="own", scenario="ams-2018", people=8192)
@pytest.mark.holds(model="lottery", scenario="ams-2018", people=8192)
def test_a_lottery_only_draws(findings):
    """Is a lottery chance alone: does the same record get another decision if it is drawn again?

    Harmed: whoever is drawn
    Measure: randomness
    Threshold: above 0.8
    Origin: convention, assumed. Known is 1; the rest is left to the estimate.
    People: 5,000
    Wrong if: the same coins are thrown twice.
    """
    claim(findings, "randomness").above(0.8)
