"""Homework: make this test pass by changing `town.toml`, and nothing else.

pytest -p testbed.pytest_plugin examples/homework/test_homework.py
"""

import pytest

from testbed import claim

pytestmark = pytest.mark.scenario("town.toml")


def test_a_wrong_entry_stays_with_its_subject(audit, scenario):
    found = audit(scenario, measures="error_reach")
    try:
        claim(found, "error_reach[hop=household]").below(0.1)
    except AssertionError as problem:
        pytest.fail(
            f"One wrong entry about one person reaches others who live with them ({problem}) "
            "Find the dial of the regime that lets it (testbed show rongcheng-lists) and set it under [dials] in "
            "town.toml, with value, range, source and reading; then say who bears the cost of your change.",
            pytrace=False,
        )
