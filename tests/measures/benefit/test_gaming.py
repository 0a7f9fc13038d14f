"""Gaming in towns where people's response to published rules is planted."""

import numpy as np
import pytest
from shared import number, rows_of

from testbed.case import granted, run_case

pytestmark = pytest.mark.usefixtures("small_training")


@pytest.fixture
def town(plant, parts):
    """A town in which a slip costs a point, and its run."""

    def make(rights="open", people=12_288, **response):
        lines = [parts.regime(), "[response]", *(f"{key} = {number(value)}" for key, value in response.items())]
        scenario = plant(
            acts={"slip": parts.act(0.03, most=0.3), "calm": parts.act(0.03, adverse=False, most=0.3)},
            rules={"slip": ('column = "slip"', -1), "calm": ('column = "calm"', 1)},
            rights=rights, follows="\n".join(lines),
        )  # fmt: skip
        return run_case(scenario, people=people, periods=6, seed=4)

    return make


def test_gaming_is_what_is_hidden_of_what_is_still_done_and_left_is_what_is_not_done(town):
    found = rows_of(town(heeded=0.5, adaptation=0.4, avoidance=0.3), "gaming")
    left, hidden = 30 * 0.5 * 0.4, 30 * 0.5 * (1 - 0.4) * 0.3
    assert found["gaming_left"]["low"] < left < found["gaming_left"]["high"]
    assert found["gaming"]["low"] < hidden < found["gaming"]["high"]
    assert found["gaming"]["high"] - found["gaming"]["low"] < 1.5


def test_people_who_cannot_read_the_rules_game_nothing_until_the_rules_are_published(town):
    case = town("closed", 2048, heeded=1, adaptation=0.4, avoidance=0.3)
    for row in rows_of(case, "gaming").values():
        assert row["value"] == row["low"] == row["high"] == 0
    published = granted(case, {"disclosure.rules": True})
    assert published.history is not case.history
    assert rows_of(published, "gaming")["gaming_left"]["value"] > 5
    acts = [sum(np.isin(one.kind, [0, 1]).sum() for one in world.history.acts_) for world in (case, published)]
    assert acts[1] < acts[0]


def test_where_nobody_would_heed_the_rules_gaming_is_undefined(town):
    for row in rows_of(town(people=1024), "gaming").values():
        assert np.isnan(row["value"])
        assert "regime.response.heeded" in row["why"]
