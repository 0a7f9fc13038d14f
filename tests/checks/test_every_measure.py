"""The contract checks over every registered measure, on one small world."""

from __future__ import annotations

import pytest

from testbed.case.case import run_case
from testbed.checks import check_measure
from testbed.measure import measures


@pytest.fixture(scope="module")
def case():
    """Three grids, eight months."""
    return run_case("rongcheng", people=3072, periods=8)


@pytest.mark.parametrize("name", measures.names())
def test_a_registered_measure_keeps_the_contract(name, case):
    check_measure(name, case=case)
