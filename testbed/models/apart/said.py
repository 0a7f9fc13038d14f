"""What a model declares, as plain data: what its process says of it, checked before anybody reads it."""

# Any: a declaration is JSON.
from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from testbed.models.base import NEEDS

PLAIN = (str, int, float, bool)
LONGEST = 10_000
"""Characters of a text, and entries of a list, that are read."""


@dataclass(frozen=True)
class Said:
    """What a model declares. See `testbed.models.ScoringModel` for most of it.

    learns, gives_reasons, predicts: whether it has the methods `fit`, `reasons` and `said` (see `Predictor`).
    classes: the classes that an estimator tells apart; labels: whether it predicts one of them. fits_again: whether it
    can be had as before it was fitted. draws: whether its fit draws at random. row_wise: None if it does not say.
    ours: the model is a part of the testbed.
    """

    name: str = ""
    higher_is: str = "better"
    needs: tuple[str, ...] = ()
    row_wise: bool | None = None
    reads: tuple[Any, ...] | None = None
    by_person: bool = False
    yardstick: bool = False
    additive: bool = False
    base: float | None = None
    reasons_are: str | None = None
    neutral: Mapping[str, Any] | None = None
    usual: Mapping[str, Any] | None = None
    sensitive: str | None = None
    classes: tuple[Any, ...] | None = None
    learns: bool = False
    gives_reasons: bool = False
    predicts: bool = False
    labels: bool = False
    fits_again: bool = False
    draws: bool = False
    ours: bool = False

    @classmethod
    def read(cls, told: Any) -> Said:
        """The declarations in the answer of a process. Raises ValueError for anything that cannot be one."""
        if not isinstance(told, dict) or set(told) - {one.name for one in fields(cls)}:
            raise ValueError("declarations are a table of known names")
        listed = {
            name: tuple(told[name]) if isinstance(told.get(name), list) else told.get(name)
            for name in ("needs", "reads", "classes")
            if name in told
        }
        made = cls(**{**told, **listed})
        switches = (made.by_person, made.yardstick, made.additive, made.learns, made.gives_reasons, made.predicts)
        right = (
            _text(made.name)
            and made.higher_is in ("better", "worse")
            and isinstance(made.needs, tuple)
            and set(map(str, made.needs)) <= set(NEEDS)
            and made.row_wise in (None, True, False)
            and all(one is None or _plain(one) for one in (made.reads, made.classes))
            and all(isinstance(one, bool) for one in (*switches, made.labels, made.fits_again, made.draws, made.ours))
            and (made.base is None or (isinstance(made.base, float | int) and not math.isnan(made.base)))
            and all(one is None or _text(one) for one in (made.reasons_are, made.sensitive))
            and all(one is None or isinstance(one, dict) for one in (made.neutral, made.usual))
        )
        if not right:
            raise ValueError("a declaration is not of the kind that is allowed")
        return made


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST


def _plain(values: Any) -> bool:
    return isinstance(values, tuple) and len(values) <= LONGEST and all(isinstance(one, PLAIN) for one in values)
