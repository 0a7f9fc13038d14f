"""Recognizing the estimators among the objects that users bring, by scikit-learn's own tests where it has them."""

# Any: a user's object can be anything.
from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from synthetic.errors import InputError
from testbed.models.base import Elsewhere, declared
from testbed.models.estimators import ASKED, Learner, Predictor
from testbed.models.fair import FairLearner, Randomized, is_randomized, wants_groups
from testbed.models.guard import theirs


def refusal(estimator: Any, name: str) -> str:
    """Why an object that follows scikit-learn cannot score people, in a sentence; "" if it can."""
    kind = type(estimator).__name__
    if not is_estimator(estimator):
        lost = callable(declared(estimator, "get_params")) and not callable(declared(estimator, "score"))
        return f"model {name} is a {kind}, which predicts nothing; add an estimator that does." if lost else ""
    from sklearn.base import is_clusterer

    try:
        with theirs():
            clusters = bool(is_clusterer(estimator))
    except Exception:  # it follows scikit-learn in part
        clusters = False
    if clusters:
        return f"model {name} is a {kind}, whose clusters are in no order; a classifier or regressor is needed."
    classes = declared(estimator, "classes_")
    if isinstance(classes, np.ndarray) and len(classes) > 2:
        return f"model {name} tells {len(classes)} classes apart; two, or a number, are needed for a score."
    return ""


def as_model(estimator: Any, name: str) -> Any:
    """The estimator as a model, or the object itself if it is none. Raises InputError for one that cannot score."""
    if said := refusal(estimator, name):
        raise InputError(said)
    if not is_estimator(estimator):
        return estimator
    if is_fitted(estimator):
        return (Randomized if is_randomized(estimator) else Predictor)(estimator, name)
    return (FairLearner if wants_groups(estimator) else Learner)(estimator, name)


def is_estimator(thing: Any) -> bool:
    """Whether an object is asked as an estimator: it predicts, and its `score`, if any, is scikit-learn's."""
    if inspect.isclass(thing) or not any(callable(declared(thing, method)) for method in ASKED):
        return False
    follows = any(declared(thing, mark) is not None for mark in ("get_params", "__sklearn_tags__", "_estimator_type"))
    return follows or not callable(declared(thing, "score"))


def is_fitted(estimator: Any) -> bool:
    """Whether an estimator has been fitted, by scikit-learn's own test; one without `fit` has."""
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    if not hasattr(estimator, "fit"):
        return True
    try:
        with theirs():
            check_is_fitted(estimator)
    except NotFittedError:
        return False
    except Exception:  # it does not follow scikit-learn to the end
        return any(name.endswith("_") and not name.startswith("_") for name in vars(estimator))
    return True


def refit_of(model: Any) -> Any:
    """The model of a fitted estimator as it was before it was fitted; None for one that cannot be fitted again."""
    if isinstance(model, Elsewhere):
        return model.unfitted()
    if not isinstance(model, Predictor) or not callable(declared(model.estimator, "fit")):
        return None
    from sklearn.base import clone

    try:
        with theirs():
            made = clone(model.estimator)
    except Exception:  # it does not follow scikit-learn to the end
        return None
    for said in ("higher_is", "row_wise", "sensitive"):  # declarations are no parameters, so a clone lacks them
        if said in getattr(model.estimator, "__dict__", {}):
            setattr(made, said, model.estimator.__dict__[said])
    return None if is_fitted(made) else as_model(made, model.name)
