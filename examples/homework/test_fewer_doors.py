"""Second homework: make this test pass by changing `town.toml`, with the family rule left as it is.

pytest -p testbed.pytest_plugin examples/homework/test_fewer_doors.py
"""

import pytest

from testbed import Scenario, claim

pytestmark = pytest.mark.scenario("town.toml")
LOST = 0.01
"""The share of true breaches by which fewer may be found."""


def number(findings, measure):
    """The value of a measure over everybody."""
    return findings.query("measure == @measure and split == 'all'")["value"].iloc[0]


def test_half_as_many_doors_close_and_as_many_breaches_are_found(audit, scenario):
    published = Scenario.load("rongcheng").dials
    regime = {path: dial.value for path, dial in published.items() if path.startswith("regime.")}
    if scenario.dials["regime.family.share"].value != regime["regime.family.share"]:
        pytest.fail("The family rule was the first homework; leave it as it is.", pytrace=False)
    measures = ["months_barred", "detection_recall", "error_reach"]
    before, after = (audit(scenario, dials=dials, measures=measures) for dials in (regime, {}))
    claim(before, "error_reach[hop=household]").above(0.1)  # what the town does as it was handed out
    doors = number(after, "months_barred") / number(before, "months_barred")
    if doors > 0.5:
        pytest.fail(
            f"Doors are closed for {doors:.2f} of the time that they were in the town as handed out; at most half is "
            "asked. Look at what stands between the list and a closed door (testbed show rongcheng-lists), set one "
            "dial under [dials] in town.toml, with value, range, source and reading, and say who bears the cost.",
            pytrace=False,
        )
    assert number(after, "detection_recall") >= number(before, "detection_recall") - LOST
