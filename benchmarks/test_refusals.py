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
    pytest.mark.model("judgment-debtors"),
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


def test_flights_are_refused_as_often_as_in_the_court_s_month(refused):
    claim(refused, rate("flight")).within(*COURT_LIST["in_july"](COURT, "flights"))


def test_trains_are_refused_less_often_than_in_any_period_of_the_court_s_series(refused):
    claim(refused, rate("train")).below(max(found for *_, found in COURT_LIST["monthly"](COURT["series"], "trains")))
