"""A world in parts is the same world."""

from itertools import pairwise

import numpy as np
import pytest

from synthetic.draws import GRID
from synthetic.errors import InputError
from synthetic.ledger import FIELDS
from testbed.case.setting import Setting
from testbed.runs import sharding
from testbed.runs.anchors import same
from testbed.scenarios.base import Scenario
from testbed.world.month import TOGETHER, World


@pytest.fixture(scope="module")
def setting():
    return Setting(Scenario.load("rongcheng"), people=TOGETHER + 256 * GRID + 1000 - 1024, periods=4, seed=1)


@pytest.fixture(scope="module")
def whole(setting):
    return World(setting.society, setting.scheme(setting.own_model()), setting.periods).run()


def test_a_world_in_shards_and_processes_has_the_same_bytes(setting, whole):
    parted = sharding.history(setting, count=3, engine="processes", workers=2)
    assert same(whole, parted)
    for name, dtype in FIELDS.items():
        assert parted.ledger.columns[name].dtype == dtype
    np.testing.assert_array_equal(parted.people, whole.people)


def test_shards_are_whole_grids_and_hold_everybody_once(setting):
    alone = Setting(Scenario.load("grid-and-cameras"), people=setting.size, periods=4, seed=1)
    scheme = alone.scheme(alone.own_model())
    made = sharding.shards(alone, scheme, 2)
    assert [(one.start, one.stop) for one in made] == [(0, 256 * GRID), (256 * GRID, setting.size)]
    starts = [one.start for one in sharding.shards(alone, scheme, 7)]
    assert starts[0] == 0
    assert all(start % GRID == 0 for start in starts)
    assert len(set(starts)) == 7


def test_where_namesakes_are_sought_in_the_city_shards_are_whole_cities(setting):
    made = sharding.shards(setting, setting.scheme(setting.own_model()), 7)
    assert (made[0].start, made[-1].stop) == (0, setting.size)
    assert all(one.stop == other.start for one, other in pairwise(made))
    city = setting.society.columns["city"]
    for one in made[1:]:
        assert city[one.start] != city[one.start - 1]
    assert len(made) > 3


def test_a_whole_city_is_one_shard():
    setting = Setting(Scenario.load("rongcheng"), people=8 * GRID, periods=4, seed=1)
    assert len(sharding.shards(setting, setting.scheme(setting.own_model()), 4)) == 1


def test_who_owns_a_firm_is_the_same_in_a_part_though_its_workers_live_all_over_the_city():
    setting = Setting(Scenario.load("restaurant-hygiene"), people=6 * GRID, periods=4)
    whole = World(setting.society, setting.scheme(setting.own_model()), setting.periods).run()
    assert setting.society.scored.any()
    assert same(whole, sharding.history(setting, engine="serial", count=3))


def test_a_world_with_namesakes_elsewhere_is_not_parted():
    scenario = Scenario.load("many-cities")
    with pytest.raises(InputError, match="cannot be run in parts"):
        sharding.history(Setting(scenario, people=2048, periods=2))
