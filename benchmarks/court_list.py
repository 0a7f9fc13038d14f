"""The court's published series of refused tickets, and rates for each listed person in a month."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

PUBLISHED = Path(__file__).parent / "published"
MONTH = 365.25 / 12
"""Days in a month."""


def published(name: str) -> dict[str, Any]:
    """The tables of one file of published figures."""
    return tomllib.loads((PUBLISHED / f"{name}.toml").read_text(encoding="utf-8"))


def monthly(series: Sequence[Mapping[str, Any]], key: str) -> Iterator[tuple[date, date, float]]:
    """Refused tickets per listed person-month between the days that have both figures: (from, to, rate).

    Listed means ever listed, in straight lines between the days. Many had left the list, so the rate is a lower bound.
    """
    rows = [row for row in series if key in row and "listed" in row]
    for one, other in pairwise(rows):
        months = (other["date"] - one["date"]).days / MONTH
        yield one["date"], other["date"], (other[key] - one[key]) / (months * (one["listed"] + other["listed"]) / 2)


def in_july(held: Mapping[str, Any], key: str) -> tuple[float, float]:
    """Refused tickets per listed person-month in July 2019: over all ever listed, over those not known to have left.

    Left: who had paid by the end of 2018, and in each month of 2019 as many as in July.
    """
    month = held["refused"]
    ever = month["listed"]["value"]
    left = month["paid"]["value"] + month["leaving"]["value"] * month["date"].month
    return month[key]["value"] / ever, month[key]["value"] / (ever - left)
