"""What guesses do to a headline, in words: the dials that own most of it, and whether its sign is theirs."""

# Any: a manifest is a JSON object; its values are of any JSON type.
from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from testbed.report.finding_row import Finding
from testbed.report.numbers import Scale, decimals
from testbed.report.plaintext import clean, counted

NAMED = 3
"""The most dials that are named."""
SURE = 0.05
"""A dial is named if so large a share would come up less often than this were it to do nothing."""


def named(headline: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The dials that own most of a number's variance, at most three, without those that may own nothing."""
    return [one for one in headline["owners"] if one["p"] < SURE][:NAMED]


@dataclass(frozen=True)
class Owed:
    """What a screening says about one number. `dials` is how many guesses varied in it."""

    headline: Mapping[str, Any]
    dials: int

    @property
    def ends(self) -> tuple[float, float]:
        """The 95 % range of the number as the guesses vary."""
        return float(self.headline["least"]), float(self.headline["most"])

    def turns(self, nothing: float) -> bool:
        """Whether the guesses own part of the number and put it on both sides of no difference."""
        low, high = self.ends
        owned = self.headline["low"] > 0 or bool(named(self.headline))
        return owned and not math.isnan(nothing) and low < nothing < high

    def turning(self, by: Scale, *, brief: bool = False) -> str:
        """The words for a sign that depends on guesses; `brief` leaves out the unit and how many guesses vary."""
        low, high = self.ends
        places = decimals((low + high) / 2, low, high, by.factor)
        unit = f" {by.unit}" if by.unit else ""
        reach = f"{by.bare(low, places)} to {by.bare(high, places)}"
        if brief:
            return f"sign depends on assumptions: {reach}"
        return (
            f"its sign depends on assumptions: it runs from {reach}{unit}"
            f" over the ranges of {counted(self.dials, 'guessed dial')}"
        )


def owed_in(manifest: Mapping[str, Any], row: Finding) -> Owed | None:
    """What the screening of a manifest says about a row; None if it says nothing."""
    held = manifest.get("screening") or {}
    if not held or row.suffix or row.column != (held["scenario"], held["model"]):
        return None
    place = ("measure", "split", "group", "versus")
    for one in held["headlines"]:
        if one["share"] is not None and row.place == tuple(one[part] for part in place):
            return Owed(one, int(held["dials"]))
    return None


def owners_said(owed: Owed, name: str, dials: Mapping[str, str], most: int) -> str:
    """The dials that a number depends on most, and how much of its variance each owns.

    name: the number in words. dials: each dial as it is written, with value and range, by its path. most: how many are
    written so; the others by their paths.
    """
    whole = f"{100 * owed.headline['share']:.0f} %"
    owners = named(owed.headline)
    if not owners:
        return f"No single guess stands out behind the {name}; all together own {whole} of its variance"
    paths = [str(one["dial"]) for one in owners]
    written = [dials.get(path, path) for path in paths[:most]] + paths[most:]
    told = [f"{clean(text)}, {100 * one['share']:.0f} %" for text, one in zip(written, owners, strict=True)]
    return f"The largest owners of the variance of the {name}: {'; '.join(told)} (all guesses: {whole})"
