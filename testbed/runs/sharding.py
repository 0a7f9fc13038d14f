"""One world in several processes: runs of grids, where nothing leaves the grid."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from synthetic.draws import GRID
from synthetic.errors import InputError
from testbed.case import Setting
from testbed.history import History, joined
from testbed.runs.engine import run
from testbed.scenarios import Scenario
from testbed.world import Scheme, Society, World, apart

PRELOAD = ("testbed.case.setting", "scipy.special")


@dataclass(frozen=True)
class Shard:
    """A part of a world: the people start..stop-1, whole grids."""

    scenario: Scenario
    people: int
    seed: int
    periods: int
    scheme: Scheme
    start: int
    stop: int


def live(shard: Shard) -> History:
    """Make the people of a shard and run their months: a pure function of the shard."""
    part = (shard.start, shard.stop)
    society = Society(shard.scenario, shard.people, shard.seed, part=part)
    return World(society, shard.scheme, shard.periods).run()


def shards(setting: Setting, scheme: Scheme, count: int) -> list[Shard]:
    """The shards of a world: at most `count`, about equally large."""
    grids = -(-setting.size // GRID)
    count = min(max(count, 1), grids)
    edges = [grids * place // count * GRID for place in range(count)] + [setting.size]
    given = (setting.scenario, setting.size, setting.seed, setting.periods, scheme)
    return [Shard(*given, start, stop) for start, stop in pairwise(edges)]


def history(
    setting: Setting, model: Any = None, *, engine: str = "processes", workers: int | None = None, count: int = 2
) -> History:
    """The history of a model (default: the scenario's own) in a setting, the same bytes as in one process.

    `count`: shards; `engine` and `workers` as for `engine.run`. Raises InputError where something leaves the
    grid, so that the world cannot be run in parts.
    """
    scheme = setting.scheme(setting.own_model() if model is None else model)
    first = Society(setting.scenario, setting.size, setting.seed, part=(0, min(setting.size, 1)))
    if not apart(first, scheme):
        raise InputError(
            f"scenario {setting.scenario.name} cannot be run in parts: a quota, ties, namesakes, moves or the model "
            "couple people of different grids."
        )
    parts = run(live, shards(setting, scheme, count), engine=engine, workers=workers, preload=PRELOAD)
    return joined(parts)
