"""One world in several processes, each with some of its grids or cities, if nothing leaves a grid or a city."""

# Any: a model is a user's object.
from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from synthetic.draws import GRID
from synthetic.errors import InputError
from testbed.case import Setting
from testbed.history import History, joined
from testbed.runs.engine import run
from testbed.scenarios import Scenario
from testbed.world import Scheme, Society, World, apart, borders

PRELOAD = ("testbed.case.setting", "scipy.special")


@dataclass(frozen=True)
class Shard:
    """A part of a world: the people from `start` to `stop` - 1, in whole grids or cities."""

    scenario: Scenario
    people: int
    seed: int
    periods: int
    scheme: Scheme
    start: int
    stop: int


def live(shard: Shard) -> History:
    """Make the people of a shard and run their months. The history depends on nothing but the shard."""
    part = (shard.start, shard.stop)
    society = Society(shard.scenario, shard.people, shard.seed, part=part)
    return World(society, shard.scheme, shard.periods).run()


def shards(setting: Setting, scheme: Scheme, count: int) -> list[Shard]:
    """Return the shards of a world: at most `count`, of about equal size, as whole as the world can be parted.

    Raises InputError if it cannot be parted.
    """
    first = Society(setting.scenario, setting.size, setting.seed, part=(0, min(setting.size, 1)))
    unit = apart(first, scheme)
    if not unit:
        raise InputError(
            f"scenario {setting.scenario.name} cannot be run in parts: a quota, ties, namesakes, moves or the model "
            "couple people of different cities."
        )
    grids = -(-setting.size // GRID)
    count = min(max(count, 1), grids)
    wanted = np.array([grids * place // count * GRID for place in range(count)])
    starts = borders(first.population, range(setting.size), unit)
    wanted = np.unique(starts[np.searchsorted(starts, wanted, side="right") - 1])
    edges = [*wanted.tolist(), setting.size]
    given = (setting.scenario, setting.size, setting.seed, setting.periods, scheme)
    return [Shard(*given, start, stop) for start, stop in pairwise(edges)]


def history(
    setting: Setting, model: Any = None, *, engine: str = "processes", workers: int | None = None, count: int = 2
) -> History:
    """Return the history of a model in a setting, with the same bytes as in one process.

    model: None for the scenario's own. count: how many shards. engine, workers: as for `engine.run`.
    Raises InputError if something leaves its city, so that the world cannot run in parts.
    """
    scheme = setting.scheme(setting.own_model() if model is None else model)
    parts = run(live, shards(setting, scheme, count), engine=engine, workers=workers, preload=PRELOAD)
    return joined(parts)
