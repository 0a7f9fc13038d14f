"""Reach of a channel: P(an act is within reach), by place, device, attention and the warden's load.

Reach belongs to the scheme and is not an error: an act out of reach is in neither record.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import At, Declared, coin
from synthetic.draws import GRID, pack

Array = np.ndarray


def coverage(channel: Declared, people: Array, at: At, *, seed: int, urban: int, minority: int) -> Array:
    """P(an act of each person is within reach of the channel): float64 (n,).

    It depends on the place (`coverage_urban`, `coverage_rural`) and on what else the channel declares: cameras of the
    grid (reach grows with their number and is half of its maximum at `density_half` per 1,000 people), a column that
    must be yes (`through`: other people are reached `without` times as often; `whose`: other people never), attention
    (`attention_ratio`: minority over others, capped at 1), and the load of the grid's warden.
    """
    reach = np.where(at(people, "residence") == urban, channel.value("coverage_urban"), channel.value("coverage_rural"))
    if "density_half" in channel.numbers:
        density = at(people, "camera_density").astype(np.float64)
        reach = reach * density / (density + channel.value("density_half"))
    if channel.through:
        reach = reach * np.where(at(people, channel.through).astype(bool), 1.0, channel.value("without"))
    if channel.whose:
        reach = reach * at(people, channel.whose).astype(bool)
    if "attention_ratio" in channel.numbers:
        ratio = np.where(at(people, "community") == minority, channel.value("attention_ratio"), 1.0)
        reach = np.minimum(reach * ratio, 1.0)
    if "load" in channel.numbers:
        reach = reach * kept_up(channel, people // GRID, seed=seed)
    return reach


def kept_up(channel: Declared, grids: Array, *, seed: int) -> Array:
    """Share of the cases that the warden of each grid can follow up: 1 / (1 + load / load_half), float64 (n,).

    The load is the expected number of cases of a warden in a month: log-normal over grids, drawn by the grid's address.
    It does not depend on what happens, so no case displaces another.
    """
    from synthetic.variables import normal

    spread = np.exp(channel.value("load_spread") * normal(coin(channel, "load", pack(grids), seed)))
    return 1 / (1 + channel.value("load") * spread / channel.value("load_half"))
