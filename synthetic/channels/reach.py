"""How far a channel reaches: P(an act is within reach), by place, device, attention and the warden's load.

Reach is the scheme's own, not an error: an act out of reach is in neither record.
"""

from __future__ import annotations

import numpy as np

from synthetic.channels.declared import At, Declared, coin
from synthetic.draws import GRID, pack

Array = np.ndarray


def coverage(channel: Declared, people: Array, at: At, *, seed: int, urban: int, minority: int) -> Array:
    """P(an act of each person is within reach of the channel): float64 (n,).

    By place (`coverage_urban`, `coverage_rural`), and where the channel declares them: cameras of the grid
    (`density_half`: reach grows with them and is half of its largest at that many per 1,000 people), a column that
    must be yes (`through`: others are reached `without` times as often; `whose`: others never), attention
    (`attention_ratio`: minority over others, at most certainty), and the load of the grid's warden.
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
    """Share of the cases that the warden of each grid can follow: 1 / (1 + load / load_half), float64 (n,).

    The load is the number of cases that a warden is expected to have in a month: log-normal over grids, drawn by the
    grid's address. It does not depend on what happens, so that nobody's case takes another's place.
    """
    from synthetic.variables import normal

    spread = np.exp(channel.value("load_spread") * normal(coin(channel, "load", pack(grids), seed)))
    return 1 / (1 + channel.value("load") * spread / channel.value("load_half"))
