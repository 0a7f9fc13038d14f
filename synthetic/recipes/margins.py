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

from synthetic.errors import InputError, shown
from synthetic.schema import FLAG, NAME, NOTE, SHARE, TEXT, Either, Fields, Key, Listed, Named, Number, OneOf
from synthetic.source import CITED, check_source

WITH_HEAD = ("correlation", "slope")
"""How a number of people can be compared with that of the head of their household."""

LEVEL = Either((TEXT, FLAG, Number()))
CONDITION = Named(
    Either(
        (
            *LEVEL.types,
            Listed(LEVEL, "levels", least=1),
            Fields({"at_least": Key("the lower bound", Number()), "below": Key("the upper bound", Number())}),
        )
    ),
    "column",
)
MARGIN = Fields(
    {
        "name": Key("what the figure is", TEXT, needed=True),
        "where": Key("a condition: the figure is the share of people for whom it holds", CONDITION, default={}),
        "among": Key("a condition: the people among whom it is taken; default all", CONDITION, default={}),
        "mean": Key("instead of where: the column whose mean it is", NAME),
        "bands": Key(
            "instead of where: the column, and the edges of its bands",
            Named(Listed(Number(), "numbers", least=1), "column", least=1),
        ),
        "counts": Key("with bands: people in each band", Listed(Number(0), "numbers", twice=True)),
        "total": Key("with bands: all people, if the counts leave some out", Number(above=0)),
        "shares": Key("with bands: the share of each band, instead of counts", Listed(SHARE, "numbers", twice=True)),
        "worth": Key(
            "with mean: what each level of a category counts", Listed(Number(), "numbers", twice=True), default=[]
        ),
        "with_head": Key("with mean: how people are compared with the head of their household", OneOf(WITH_HEAD)),
        "recorded": Key("instead of where: the kind of conduct whose recorded entries per head are counted", NAME),
        "channel": Key("with recorded: the channel that records it", NAME),
        "value": Key("the published figure", Number()),
        "unit": Key("what one of it is", TEXT, needed=True),
        "source": CITED["source"],
        "reading": CITED["reading"],
        "note": Key("a note", NOTE, default=""),
        "within": Key("the largest difference allowed on top of sampling error", Number(0), needed=True),
    }
)
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


def read_margins(entries: object, where: str = "margins") -> tuple[Margin, ...]:
    """The margins of a recipe file. Raises InputError if a source, reading, unit or tolerance is missing."""
    if not isinstance(entries, list):
        raise InputError(f"{where} must be a list of tables, found {shown(entries)}.")
    made: list[Margin] = []
    for number, entry in enumerate(entries):
        place = f"margin {entry.get('name', number)}" if isinstance(entry, dict) else f"margin {number}"
        made += _read(MARGIN.read(entry, place), place)
    return tuple(made)


def _read(entry: Mapping[str, Any], place: str) -> list[Margin]:
    source, reading = check_source(entry, place)
    figures = ("value",) if "bands" not in entry else ("shares",) if "shares" in entry else ("counts", "total")
    for key in figures:
        if key not in entry:
            raise InputError(f"{place} must have {key!r}.")
    shared: dict[str, Any] = {
        "unit": entry["unit"],
        "source": source,
        "reading": reading,
        "within": float(entry["within"]),
        "among": entry["among"],
        "note": entry["note"],
    }
    name, where = entry["name"], entry["where"]
    if "bands" in entry:
        return _bands(entry, place, shared)
    if ("recorded" in entry) != ("channel" in entry):
        raise InputError(f"{place} must have both recorded and channel, or neither.")
    words: dict[str, Any] = {key: entry.get(key, "") for key in ("mean", "with_head", "recorded", "channel")}
    if words["with_head"] and not words["mean"]:
        raise InputError(f"{place} must have mean, since it has with_head.")
    worth = tuple(map(float, entry["worth"]))
    return [Margin(name, float(entry["value"]), where=where, worth=worth, **words, **shared)]


def _bands(entry: Mapping[str, Any], place: str, shared: dict[str, Any]) -> list[Margin]:
    """A margin for each band of a number."""
    if len(entry["bands"]) > 1:
        raise InputError(f"{place}, bands: found {', '.join(entry['bands'])}, one column is allowed.")
    ((column, lows),) = entry["bands"].items()
    name, where = entry["name"], entry["where"]
    made = []
    shares = entry["shares"] if "shares" in entry else [count / entry["total"] for count in entry["counts"]]
    if len(shares) != len(lows):
        raise InputError(f"{place}: found {len(lows)} bands and {len(shares)} numbers, as many are needed.")
    for low, high, share in zip(lows, [*lows[1:], None], shares):
        band = {"at_least": low} if high is None else {"at_least": low, "below": high}
        label = f"{name}, {low} and over" if high is None else f"{name}, {low} to {high - 1}"
        made.append(Margin(label, float(share), where={**where, column: band}, **shared))
    return made
