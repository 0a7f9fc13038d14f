"""The arguments of an audit of a table, checked before anything is read."""

# Any: an argument of a user can be anything until it is checked.
from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from synthetic.errors import InputError


def check_roles(roles: Mapping[str, Any], threshold: float | None) -> None:
    """Raise InputError if the columns named do not make an audit, or if two of them exclude each other."""
    named = {role for role, given in roles.items() if given is not None}
    if not named & {"prediction", "score"}:
        raise InputError("found neither a prediction nor a score; give one of them to audit.")
    if threshold is not None and ("score" not in named or "prediction" in named):
        found = "a prediction" if "prediction" in named else "no score"
        raise InputError(f"found a threshold and {found}; a threshold goes with a score and without a prediction.")
    if {"weights", "counts"} <= named:
        raise InputError("found weights and counts; give weights (sampling weights) or counts (people per row).")


def check_arguments(
    groups: Any, threshold: Any, positive: Any, reference: Any, features: Any, stream: Any, seed: Any
) -> None:
    """Raise InputError for an argument of the wrong kind. It says what the right kind is."""
    if threshold is not None and (isinstance(threshold, bool) or not isinstance(threshold, Real)):
        raise InputError(f"threshold is {threshold!r}; a finite number is allowed.")
    if threshold is not None and not np.isfinite(float(threshold)):
        raise InputError(f"threshold is {threshold}; a finite number is allowed.")
    if isinstance(positive, Collection) and not isinstance(positive, str | bytes):
        raise InputError(f"positive is {positive!r}; one label is allowed.")
    if reference is not None and not isinstance(reference, Mapping):
        name = next((one for one in listed(groups) if isinstance(one, str)), "COLUMN")
        raise InputError(f"reference is {reference!r}; a group by column is needed: reference={{{name!r}: GROUP}}.")
    if not isinstance(features, Collection) or any(not isinstance(one, Hashable) for one in features):
        raise InputError(f"features is {features!r}; names of columns are needed, such as ['age', 'income'].")
    if stream is not None and not isinstance(stream, bool):
        raise InputError(f"stream is {stream!r}; allowed: True, False, None.")
    if isinstance(seed, bool) or not isinstance(seed, Integral) or seed < 0:
        raise InputError(f"seed is {seed!r}; a whole number, 0 or more, is allowed.")


def check_missing(missing: Any, stream: Any) -> None:
    """Raise InputError unless `missing` is one of its words, and the table can be read whole where rows are dropped."""
    if missing not in ("refuse", "drop"):
        raise InputError(f"missing is {missing!r}; allowed: 'refuse', 'drop'.")
    if missing == "drop" and stream:
        raise InputError("missing='drop' reads the table whole, so stream=True (--stream) cannot be given with it.")


def listed(given: Any) -> list[Any]:
    """Return the columns that were given: none, one, or those of a list."""
    return [] if given is None else list(given) if isinstance(given, list | tuple) else [given]
