"""Models whose fit draws at random, with another seed."""

# Any: a user's model can be anything.
from __future__ import annotations

import copy
from typing import Any

from testbed.models.base import Elsewhere, declared


def reseeded(model: Any, seed: int) -> Any:
    """A copy of an unfitted model in which every `random_state` is this seed; None if it has none.

    The random state is an attribute of the model, or a parameter of the estimator that it is or holds.

    >>> from sklearn.ensemble import RandomForestClassifier
    >>> reseeded(RandomForestClassifier(), 3).random_state, reseeded(len, 3)
    (3, None)
    """
    if isinstance(model, Elsewhere):
        return model.reseeded(seed)
    made = copy.deepcopy(model)
    found = False
    for part in (made, declared(made, "estimator", None)):
        if callable(declared(part, "get_params", None)):
            seeds = [name for name in part.get_params(deep=True) if name.rpartition("__")[2] == "random_state"]
            part.set_params(**dict.fromkeys(seeds, seed))
            found |= bool(seeds)
    if declared(made, "random_state", None) is not None:
        made.random_state = seed
        found = True
    return made if found else None
