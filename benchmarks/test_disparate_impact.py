"""Who is hit, and who at equal conduct? Claims about every scheme."""

import pytest

from testbed import claim
from testbed.scenarios import names

pytestmark = [
    pytest.mark.general,
    pytest.mark.scenario(*names()),
    pytest.mark.model("own", "lottery"),
    pytest.mark.seeds(10, unit="city"),
    pytest.mark.people(20_000),
]
WOMEN_IN_AMS = {"scenario": "ams-2018", "compared": "sex", "people": 8192}
"""The weights of this scheme hold a number for women: their gaps are known."""


@pytest.mark.breaks(model="own", **WOMEN_IN_AMS)
@pytest.mark.holds(model="lottery", **WOMEN_IN_AMS)
def test_groups_of_equal_conduct_are_treated_equally(findings, compared):
    """Are members of the compared group decided adversely as often as others of the same conduct?

    Harmed: members of the compared group, who bear more than others who did the same
    Measure: adverse_gap_at_equal_conduct
    Threshold: within -0.02 and 0.02
    Origin: convention, assumed. The schemes decide adversely on about 3 % of people; two points would nearly double it.
    People: 20,000
    Wrong if: the scheme reads conduct of months that the cells of the measure leave out.
    """
    claim(findings, "adverse_gap_at_equal_conduct", **compared).within(-0.02, 0.02)
