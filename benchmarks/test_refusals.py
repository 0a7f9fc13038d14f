"""How often are listed people refused tickets, in the court's own unit: attempts per listed person and month?

Published are refused tickets, summed up and for one month (`published/court-list.toml`, worked out by `court_list.py`).
So nothing is claimed about how many people were refused, nor about business class, of which no series was found.
"""

import runpy
from pathlib import Path

import pytest

from testbed import claim

pytestmark = [
    pytest.mark.scenario("joint-sanctions"),
    pytest.mark.model("judgment-debtors", only=True),
    pytest.mark.people(20_000),
]
COURT_LIST = runpy.run_path(str(Path(__file__).with_name("court_list.py")))
COURT = COURT_LIST["published"]("court-list")
LISTED = {"conduct.judgment_default.rate": 0.001}
"""More people are listed than in the country: a rate for each of them stays what it is, and is known sooner."""


def rate(gate):
    return f"refused_attempts_per_listed[gate={gate}]"


@pytest.fixture
def refused(audit, scenario):
    return audit(scenario, dials=LISTED, measures=[rate("flight"), rate("train")])


@pytest.mark.breaks(dials={"regime.flight.attempts": 0.5, "regime.train.attempts": 0.1}, people=10240)
@pytest.mark.holds(people=20480)
def test_flights_are_refused_as_often_as_in_the_court_s_month(refused):
    """Are listed people refused flights as often as the court counted in July 2019?

    Harmed: people on the list
    Measure: refused_attempts_per_listed[gate=flight]
    Threshold: within 0.176552 and 0.260573
    Origin: published (ndrc-2019-07), inferred. Refused flights of the month over all who were ever listed, and over
        those not known to have left.
    People: 20,000
    Wrong if: one refusal was counted several times, as when somebody tries again.
    """
    claim(refused, rate("flight")).within(*COURT_LIST["in_july"](COURT, "flights"))


@pytest.mark.breaks(dials={"regime.flight.attempts": 0.5, "regime.train.attempts": 0.1}, people=10240)
@pytest.mark.holds(people=20480)
def test_trains_are_refused_less_often_than_in_any_period_of_the_court_s_series(refused):
    """Are listed people refused trains less often than in the worst period of the court's series?

    Harmed: people on the list
    Measure: refused_attempts_per_listed[gate=train]
    Threshold: below 0.0146388
    Origin: published (chinadaily-2018-01-09), inferred. The rise of the sum over listed person-months, greatest of the
        periods with both figures.
    People: 20,000
    Wrong if: people who left the list were many: the published rate is a lower bound.
    """
    claim(refused, rate("train")).below(max(found for *_, found in COURT_LIST["monthly"](COURT["series"], "trains")))
