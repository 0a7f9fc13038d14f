"""A table of people, who never were, and a scheme that can score them."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

BOOK = """title = "Hours"
as_of = 2026-01-01
higher_is = "better"
[base]
points = { value = 100, unit = "points", source = "assumed", reading = "assumed", range = [0, 1000] }
[rules.hours]
column = "hours"
per = "event"
points = { value = 1, unit = "points", source = "assumed", reading = "assumed", range = [0, 10] }
"""
MODELED = ("--features=hours,income,degree,job", "--groups=sex", "--outcome=y", "--positive=1", "--threshold=110")


@cache
def people() -> pd.DataFrame:
    """A table of forty people, who never were."""
    draw = np.random.default_rng(1)
    return pd.DataFrame(
        {
            "person": np.arange(40),
            "y": draw.integers(0, 2, 40),
            "p": draw.integers(0, 2, 40),
            "s": draw.random(40).round(3),
            "sex": draw.choice(["female", "male"], 40),
            "age": draw.integers(18, 80, 40),
            "w": draw.random(40).round(2) + 0.5,
            "n": draw.integers(1, 5, 40),
            "home": draw.integers(0, 12, 40),
            "hours": draw.integers(0, 40, 40),
            "income": draw.gamma(4, 10, 40).round(2),
            "degree": draw.choice(["bachelor", "master"], 40),
            "job": draw.choice(["clerk", "nurse", "driver"], 40),
        }
    )
