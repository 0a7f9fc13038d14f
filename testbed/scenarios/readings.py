"""How well the numbers of a scenario are known: its dials counted by reading, in all and where records go wrong."""

from __future__ import annotations

from synthetic.source import by_reading
from testbed.scenarios.base import Scenario

PARTS = ("all dials", "channels", "contest", "copies")
"""All dials; those of channels; of contesting an entry; of agencies that copy a list."""


def readings(scenario: Scenario) -> dict[str, dict[str, int]]:
    """How many dials of a scenario have each reading, without the choices of the experiment.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    dict[str, dict[str, int]]
        Counts by reading, for each of `PARTS`.

    Examples
    --------
    >>> from testbed.scenarios import Scenario
    >>> sorted(readings(Scenario.load("rongcheng"))["contest"])
    ['analog', 'assumed', 'claimed', 'inferred', 'stated']
    """
    copying = [f"regime.{agency.name}." for agency in scenario.regime.agencies]
    heads = (("",), ("channels.",), ("regime.appeal.",), ("regime.sharing.", *copying))
    return {
        part: by_reading(dial for path, dial in scenario.dials.items() if path.startswith(starts))
        for part, starts in zip(PARTS, heads, strict=True)
    }
