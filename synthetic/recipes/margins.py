"""Margins: published figures that a society is compared with.

A margin is not a parameter. It is in the recipe's TOML file under `[[margins]]`, and is one of the following among the
people that `among` selects:

- a share (`where`, `value`), or a share for each band of a number (`bands` with `counts` and `total`, or `shares`);
- a mean (`mean`, `value`; for a category, `worth` gives the number of each level);
- what that number has to do with that of the head of the household (`with_head`: "correlation", or "slope" on it);
- the acts of a kind that a channel enters in a year, per 100,000 people (`recorded`, `channel`, `value`).

A condition is a level, True or False, a list of levels, a number, or `{ at_least = 15, below = 60 }`.
`python -m synthetic.export.fidelity` prints all of them beside what a society shows.
"""

# Any: the entries come from TOML.
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synthetic.errors import InputError, check_keys, unknown
from synthetic.source import check_source

WITH_HEAD = ("correlation", "slope")
"""How a number of people can be compared with that of the head of their household."""

MARGIN = {
    "name": "what the figure is",
    "where": "a condition: the figure is the share of people for whom it holds",
    "among": "a condition: the people among whom it is taken; default all",
    "mean": "instead of where: the column whose mean it is",
    "bands": "instead of where: the column, and the edges of its bands",
    "counts": "with bands: people in each band",
    "total": "with bands: all people, if the counts leave some out",
    "shares": "with bands: the share of each band, instead of counts",
    "worth": "with mean: what each level of a category counts",
    "with_head": "with mean: how people are compared with the head of their household: correlation or slope",
    "recorded": "instead of where: the kind of conduct whose recorded entries per head are counted",
    "channel": "with recorded: the channel that records it",
    "value": "the published figure",
    "unit": "what one of it is",
    "source": "the id of a source",
    "reading": "how the source gives it",
    "note": "a note; optional",
    "within": "the largest difference allowed on top of sampling error",
}
"""What a margin says."""


@dataclass(frozen=True)
class Margin:
    """One published figure: the share of `where`, or the mean of `mean`, among the people selected by `among`.

    With `with_head` it is the correlation of `mean` with that of the head of the household, or its slope on it.
    With `recorded` it is the number of acts of that kind that `channel` enters in a year, per 100,000 people.
    `within` is the largest difference allowed on top of sampling error.
    """

    name: str
    value: float
    unit: str
    source: str
    reading: str
    within: float
    where: Mapping[str, Any] = field(default_factory=dict)
    among: Mapping[str, Any] = field(default_factory=dict)
    mean: str = ""
    worth: tuple[float, ...] = ()
    with_head: str = ""
    recorded: str = ""
    channel: str = ""
    note: str = ""

    @property
    def columns(self) -> list[str]:
        """The columns that it names, each once; a margin of two or more columns is a joint margin. Of recorded acts it
        is the kind of conduct."""
        return list(dict.fromkeys([*self.where, *filter(None, [self.mean, self.recorded]), *self.among]))


def read_margins(entries: object) -> tuple[Margin, ...]:
    """The margins of a recipe file. Raises InputError if a source, reading, unit or tolerance is missing."""
    if not isinstance(entries, list):
        raise InputError(f"margins must be a list of tables, found {entries!r}.")
    made: list[Margin] = []
    for number, entry in enumerate(entries):
        place = f"margin {entry.get('name', number)}" if isinstance(entry, dict) else f"margin {number}"
        made += _read(check_keys(entry, MARGIN, place), place)
    return tuple(made)


def _read(entry: Mapping[str, Any], place: str) -> list[Margin]:
    source, reading = check_source(entry, place)
    bands = "bands" in entry
    figures = ("shares",) if "shares" in entry else ("counts", "total")
    for key in ("name", "unit", "within", *(figures if bands else ("value",))):
        if key not in entry:
            raise InputError(f"{place} must have {key}.")
    name, where = str(entry["name"]), dict(entry.get("where", {}))
    shared: dict[str, Any] = {
        "unit": str(entry["unit"]),
        "source": source,
        "reading": reading,
        "within": float(entry["within"]),
        "among": dict(entry.get("among", {})),
        "note": str(entry.get("note", "")),
    }
    if not bands:
        worth = tuple(map(float, entry.get("worth", ())))
        if ("recorded" in entry) != ("channel" in entry):
            raise InputError(f"{place} must have both recorded and channel, or neither.")
        words: dict[str, Any] = {key: str(entry.get(key, "")) for key in ("mean", "with_head", "recorded", "channel")}
        if words["with_head"] not in ("", *WITH_HEAD):
            raise unknown(f"with_head in {place}", words["with_head"], WITH_HEAD)
        if words["with_head"] and not words["mean"]:
            raise InputError(f"{place} must have mean, since it has with_head.")
        return [Margin(name, float(entry["value"]), where=where, worth=worth, **words, **shared)]
    ((column, lows),) = entry["bands"].items()
    made = []
    shares = entry.get("shares") or [count / entry["total"] for count in entry["counts"]]
    for low, high, share in zip(lows, [*lows[1:], None], shares):
        band = {"at_least": low} if high is None else {"at_least": low, "below": high}
        label = f"{name}, {low} and over" if high is None else f"{name}, {low} to {high - 1}"
        made.append(Margin(label, float(share), where={**where, column: band}, **shared))
    return made
